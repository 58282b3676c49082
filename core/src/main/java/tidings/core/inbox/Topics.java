package tidings.core.inbox;

import java.util.ArrayList;
import java.util.List;
import tidings.core.log.Epochs;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.Topic;
import tidings.core.notification.TopicPattern;

/**
 * Collects a page of topics that may be read, a reading at a time. It tells nothing of the others:
 * not even that the store has some, so it goes on until it has found one more than fit. Used once.
 */
final class Topics {
  private static final int NAMES = 2_000;

  private final List<AddressPattern> granted;
  private final TopicPattern pattern;
  private final int limit;
  private final List<TopicPage.Known> found = new ArrayList<>();
  private String reached;

  /**
   * @param after only those that come later; empty for all
   */
  Topics(List<AddressPattern> granted, TopicPattern pattern, String after, int limit) {
    this.granted = granted;
    this.pattern = pattern;
    this.limit = limit;
    this.reached = after;
  }

  /** Goes on; whether that was all. */
  boolean read(Snapshot snapshot, Epochs epochs) {
    List<String> names = snapshot.topics(prefix(), reached, NAMES);
    for (String name : names) {
      reached = name;
      Address.OfTopic address = new Address.OfTopic(new Topic(name));
      if (pattern.matches(name) && granted.stream().anyMatch(grant -> grant.matches(address))) {
        snapshot.rows(address, 0, snapshot.end(), 1).stream()
            .map(row -> new TopicPage.Known(name, epochs.cursor(row.position())))
            .forEach(found::add);
        if (found.size() > limit) {
          return true;
        }
      }
    }
    return names.size() < NAMES;
  }

  /** What the names of all that match begin with. */
  private String prefix() {
    String text = pattern.toString();
    int end = 0;
    while (end < text.length() && text.charAt(end) != '*' && text.charAt(end) != '#') {
      end++;
    }
    return end == text.length() ? text : text.substring(0, Math.max(0, end - 1));
  }

  TopicPage page() {
    return new TopicPage(found.subList(0, Math.min(limit, found.size())), found.size() > limit);
  }
}
