package tidings.core.inbox;

import java.util.List;

/** What only inboxes see of what a store tells them. */
public final class Peek {
  private Peek() {}

  public static List<String> all(KnownTopics topics) {
    return topics.all();
  }

  public static long bound(KnownTopics topics, String topic) {
    return topics.bound(topic);
  }
}
