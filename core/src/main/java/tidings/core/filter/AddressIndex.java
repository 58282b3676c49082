package tidings.core.filter;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.Topic;

/**
 * Finds who is interested in an address. Exact addresses are looked up; patterns stand in a tree of
 * words, and what a topic matched is remembered until another distinct pattern comes or goes. Used
 * by one thread.
 *
 * @param <T> what is found
 */
public final class AddressIndex<T> {
  private static final int CACHED_TOPICS_MAX = 4_096;

  private final Map<Address, List<T>> exact = new HashMap<>();
  private final List<T> anyUser = new ArrayList<>();
  private final Node<T> root = new Node<>();
  private final Map<Topic, List<List<T>>> cache =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Topic, List<List<T>>> eldest) {
          return size() > CACHED_TOPICS_MAX;
        }
      };
  private int match;

  /** A place in the tree of words; those whose pattern ends here are its values. */
  private static final class Node<T> {
    final List<T> values = new ArrayList<>(1);
    final Map<String, Node<T>> next = new HashMap<>(4);
    int seenIn; // the match that last came here …
    int seenAt; // … and, as bits, with which words already read
  }

  /** Adds a value under a pattern; under several patterns it may be found several times. */
  public void add(AddressPattern pattern, T value) {
    switch (pattern) {
      case AddressPattern.One one ->
          exact.computeIfAbsent(one.address(), a -> new ArrayList<>(1)).add(value);
      case AddressPattern.AnyUser any -> anyUser.add(value);
      case AddressPattern.Topics topics -> {
        Node<T> node = root;
        for (String word : words(topics.pattern().toString())) {
          node = node.next.computeIfAbsent(word, w -> new Node<>());
        }
        if (node.values.isEmpty()) {
          cache.clear();
        }
        node.values.add(value);
      }
    }
  }

  /** Removes a value that was added under this pattern. */
  public void remove(AddressPattern pattern, T value) {
    switch (pattern) {
      case AddressPattern.One one ->
          exact.computeIfPresent(
              one.address(),
              (a, values) -> {
                values.remove(value);
                return values.isEmpty() ? null : values;
              });
      case AddressPattern.AnyUser any -> anyUser.remove(value);
      case AddressPattern.Topics topics ->
          remove(root, words(topics.pattern().toString()), 0, value);
    }
  }

  /** Removes a value below a node; tells whether the node holds nothing any more. */
  private boolean remove(Node<T> node, String[] words, int read, T value) {
    if (read == words.length) {
      node.values.remove(value);
      if (node.values.isEmpty()) {
        cache.clear();
      }
    } else {
      Node<T> next = node.next.get(words[read]);
      if (next != null && remove(next, words, read + 1, value)) {
        node.next.remove(words[read]);
      }
    }
    return node.values.isEmpty() && node.next.isEmpty();
  }

  /** Passes on every value under a pattern that matches the address. */
  public void find(Address address, Consumer<? super T> found) {
    each(exact.get(address), found);
    switch (address) {
      case Address.User user -> each(anyUser, found);
      case Address.OfTopic of -> {
        for (List<T> values : matching(of.topic())) {
          each(values, found);
        }
      }
      case Address.Everyone everyone -> {}
    }
  }

  private static <T> void each(@Nullable List<T> values, Consumer<? super T> found) {
    if (values != null) {
      for (int i = 0; i < values.size(); i++) {
        found.accept(values.get(i));
      }
    }
  }

  private List<List<T>> matching(Topic topic) {
    if (root.next.isEmpty()) {
      return List.of();
    }
    List<List<T>> known = cache.get(topic);
    if (known == null) {
      known = new ArrayList<>();
      match++;
      collect(root, words(topic.name()), 0, known);
      cache.put(topic, known);
    }
    return known;
  }

  /** Walks every way through the tree, each node at most once for each number of words read. */
  private void collect(Node<T> node, String[] words, int read, List<List<T>> into) {
    if (node.seenIn != match) {
      node.seenIn = match;
      node.seenAt = 0;
    }
    if ((node.seenAt >> read & 1) != 0) {
      return;
    }
    node.seenAt |= 1 << read;
    if (read == words.length && !node.values.isEmpty()) {
      into.add(node.values);
    }
    Node<T> hash = node.next.get("#");
    if (hash != null) {
      for (int skipped = read; skipped <= words.length; skipped++) {
        collect(hash, words, skipped, into);
      }
    }
    if (read < words.length) {
      Node<T> star = node.next.get("*");
      if (star != null) {
        collect(star, words, read + 1, into);
      }
      Node<T> word = node.next.get(words[read]);
      if (word != null) {
        collect(word, words, read + 1, into);
      }
    }
  }

  private static String[] words(String dotted) {
    return dotted.split("\\.", -1);
  }
}
