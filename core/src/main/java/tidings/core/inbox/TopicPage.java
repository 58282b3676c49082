package tidings.core.inbox;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tidings.core.log.Cursor;

/**
 * Some of the topics of what is kept.
 *
 * @param items by name, in the order of bytes
 * @param after where the next page goes on; null if that is where this one began, at the first
 * @param more whether there are more, or, if a page ended before it was full, may be
 */
public record TopicPage(List<Known> items, @Nullable String after, boolean more) {

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
