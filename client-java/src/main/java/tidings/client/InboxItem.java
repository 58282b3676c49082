package tidings.client;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A notification in a user's inbox.
 *
 * @param cursor its place in the log
 * @param reason why it is there: {@code direct}, {@code everyone}, or {@code topic:} and the
 *     followed pattern
 * @param firstTime if it replaced others with its key, when the first of them happened
 */
public record InboxItem(
    String cursor,
    State state,
    String reason,
    @Nullable Instant firstTime,
    Notification notification) {

  /** What the user has done with it. */
  public enum State {
    UNREAD,
    READ,
    ARCHIVED
  }
}
