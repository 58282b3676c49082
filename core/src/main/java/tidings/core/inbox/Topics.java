package tidings.core.inbox;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tidings.core.log.Epochs;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.Topic;
import tidings.core.notification.TopicPattern;

/**
 * Collects a page of topics that may be read, a reading at a time. It tells nothing of the others:
 * only what grants begin with is looked through, and only what may be read ends a page. Used once.
 */
final class Topics {
  private static final int NAMES = 500;

  /** So many that may be read are looked at for a page. */
  private static final int READABLE_MAX = 20_000;

  /** Names in the order of bytes. Of all signs in them {@code -} comes first, then the dot. */
  private record Stretch(String from, String below) {
    static final Stretch ALL = new Stretch("", "~");

    static Stretch of(String name) {
      return new Stretch(name, name + "!");
    }

    static Stretch under(String name) {
      return new Stretch(name + ".", name + "/");
    }

    Stream<Stretch> within(Stretch other) {
      Stretch both =
          new Stretch(
              from.compareTo(other.from) > 0 ? from : other.from,
              below.compareTo(other.below) < 0 ? below : other.below);
      return both.from.compareTo(both.below) < 0 ? Stream.of(both) : Stream.of();
    }
  }

  private final List<AddressPattern> granted;
  private final TopicPattern pattern;
  private final @Nullable String after;
  private final int limit;
  private final Queue<Stretch> left;
  private final List<TopicPage.Known> found = new ArrayList<>();
  private String from;
  private String place = ""; // the last name that may be read
  private int readable;

  /**
   * @param after only those that come later; null for all
   */
  Topics(List<AddressPattern> granted, TopicPattern pattern, @Nullable String after, int limit) {
    this.granted = granted;
    this.pattern = pattern;
    this.after = after;
    this.limit = limit;
    this.from = after == null ? "" : Stretch.of(after).below();
    this.left =
        new ArrayDeque<>(
            granted.stream()
                .flatMap(Topics::stretches)
                .flatMap(grant -> stretches(pattern).flatMap(grant::within))
                .sorted(Comparator.comparing(Stretch::from))
                .toList());
  }

  private static Stream<Stretch> stretches(AddressPattern grant) {
    return switch (grant) {
      case AddressPattern.One(Address.OfTopic of) -> Stream.of(Stretch.of(of.topic().name()));
      case AddressPattern.One _, AddressPattern.AnyUser _ -> Stream.of();
      case AddressPattern.Topics topics -> stretches(topics.pattern());
    };
  }

  /** Where the names of a pattern are; others too only if words follow a wildcard. */
  private static Stream<Stretch> stretches(TopicPattern pattern) {
    String prefix = pattern.prefix();
    if (prefix.isEmpty()) {
      return Stream.of(Stretch.ALL);
    }
    Stream<Stretch> name = pattern.matches(prefix) ? Stream.of(Stretch.of(prefix)) : Stream.of();
    return pattern.isExact() ? name : Stream.concat(name, Stream.of(Stretch.under(prefix)));
  }

  boolean isOver() {
    return left.isEmpty() || isFull();
  }

  private boolean isFull() {
    return found.size() > limit || readable == READABLE_MAX;
  }

  /** Goes on for one reading; whether that was all. */
  boolean read(Snapshot snapshot, Epochs epochs) {
    Budget budget = new Budget();
    while (!isOver() && !budget.isSpent()) {
      Stretch next = left.element();
      String first = from.compareTo(next.from()) > 0 ? from : next.from();
      List<String> names = snapshot.topics(first, next.below(), NAMES);
      budget.take(Budget.LOOKED_UP + names.size());
      for (String name : names) {
        if (!isFull()) {
          take(name, snapshot, epochs, budget);
        }
      }
      if (names.size() < NAMES) {
        left.remove();
      }
    }
    return isOver();
  }

  private void take(String name, Snapshot snapshot, Epochs epochs, Budget budget) {
    from = Stretch.of(name).below();
    Address.OfTopic address = new Address.OfTopic(new Topic(name));
    if (granted.stream().noneMatch(grant -> grant.matches(address))) {
      return;
    }
    place = name;
    readable++;
    if (pattern.matches(name)) {
      budget.take(Budget.LOOKED_UP);
      snapshot.rows(address, 0, snapshot.end(), 1).stream()
          .map(row -> new TopicPage.Known(name, epochs.cursor(row.position())))
          .forEach(found::add);
    }
  }

  TopicPage page() {
    List<TopicPage.Known> items = found.subList(0, Math.min(limit, found.size()));
    boolean more = items.size() < found.size();
    if (!more && readable == READABLE_MAX) {
      return new TopicPage(items, place, true);
    }
    return new TopicPage(items, items.isEmpty() ? after : items.getLast().topic(), more);
  }
}
