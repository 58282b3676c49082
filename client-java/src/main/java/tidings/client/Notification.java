package tidings.client;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What happened, as readers get it (protocol/notification.md). All text is plain text.
 *
 * @param id the hub's own, a UUID: show a notification once for each
 * @param time when it happened; never used for order
 * @param link where it leads: an {@code http} or {@code https} URL, or a path
 * @param topics without {@code topic:}; empty if it went to none
 * @param everyone whether it is for everyone
 * @param data any JSON object, for programs; empty if there is none
 * @param onlyActive whether it is for those only who listen now, and in no inbox
 * @param direct whether it is for this reader by name
 */
public record Notification(
    String id,
    Instant time,
    @Nullable String type,
    @Nullable String source,
    Level level,
    String title,
    @Nullable String body,
    @Nullable String link,
    @Nullable String icon,
    List<String> topics,
    boolean everyone,
    @Nullable String key,
    @Nullable Instant expires,
    Map<String, Object> data,
    boolean onlyActive,
    boolean direct) {

  /** Takes what is missing in JSON as empty. */
  @SuppressWarnings("NullAway") // Jackson gives null for what is missing
  public Notification {
    topics = topics == null ? List.of() : List.copyOf(topics);
    data = data == null ? Map.of() : data;
  }
}
