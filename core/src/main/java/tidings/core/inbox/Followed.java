package tidings.core.inbox;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tidings.core.filter.AddressIndex;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.Topic;
import tidings.core.notification.TopicPattern;

/**
 * The known topics that a list of patterns brings in: found once, and then only what was added is
 * looked at. Users whose lists, mutes and grants are equal share one. Thread-safe.
 */
final class Followed {

  /**
   * What decides it.
   *
   * @param follows in the order of the list
   * @param muted the topics that are muted now
   * @param granted what may be read
   */
  record Key(List<TopicPattern> follows, List<TopicPattern> muted, List<AddressPattern> granted) {}

  /**
   * A topic that is followed, granted and not muted.
   *
   * @param patterns which of the list match it, by their places
   */
  record Found(Address.OfTopic address, List<Integer> patterns) {}

  private static final int MUTED = -1;

  /** Above so many some are known no more for certain. */
  private static final int FOUND_MAX = 2 * KnownTopics.MAX;

  private final Key key;
  private final Map<String, Found> found = new HashMap<>(); // this and the next guarded by this
  private long additions;
  private @Nullable List<Found> all;

  Followed(Key key) {
    this.key = key;
  }

  /** All of them, also some that are known no more. */
  synchronized List<Found> all(KnownTopics topics) {
    long now = topics.additions();
    List<String> added = all == null || found.size() > FOUND_MAX ? null : topics.since(additions);
    if (added == null) {
      found.clear();
      added = topics.all();
    }
    List<Found> known = all;
    if (known == null || !added.isEmpty()) {
      look(added);
      known = List.copyOf(found.values());
      all = known;
    }
    additions = now;
    return known;
  }

  private void look(List<String> added) {
    AddressIndex<Integer> index = new AddressIndex<>();
    for (int i = 0; i < key.follows().size(); i++) {
      index.add(pattern(key.follows().get(i)), i);
    }
    key.muted().forEach(muted -> index.add(pattern(muted), MUTED));
    List<Integer> patterns = new ArrayList<>();
    for (String topic : added) {
      Address.OfTopic address = new Address.OfTopic(new Topic(topic));
      patterns.clear();
      index.find(address, patterns::add);
      if (!patterns.isEmpty()
          && !patterns.contains(MUTED)
          && key.granted().stream().anyMatch(granted -> granted.matches(address))) {
        found.put(topic, new Found(address, List.copyOf(patterns)));
      }
    }
  }

  private static AddressPattern pattern(TopicPattern pattern) {
    return AddressPattern.of("topic:" + pattern);
  }
}
