package tidings.core.inbox;

import java.util.List;
import tidings.core.log.Cursor;

/**
 * Some of the topics of what is kept.
 *
 * @param items by name, in the order of bytes
 * @param more whether there are more after those
 */
public record TopicPage(List<Known> items, boolean more) {

  /**
   * A topic.
   *
   * @param newest the place of its newest entry
   */
  public record Known(String topic, Cursor newest) {}

  public TopicPage {
    items = List.copyOf(items);
  }
}
