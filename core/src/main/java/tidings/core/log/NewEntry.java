package tidings.core.log;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Publisher;
import tidings.core.notification.Address;
import tidings.core.notification.Level;

/**
 * A notification that is validated, authorised and encoded, and lacks nothing but its position.
 *
 * @param id the hub's own id, a UUIDv7
 * @param timeMs when it was accepted, in milliseconds since 1970
 * @param happenedMs when it happened, as its {@code time} says, in milliseconds since 1970
 * @param expiresMs when it ends, in milliseconds since 1970, or {@link Entry#NEVER}
 * @param json what readers get, on one line of UTF-8
 * @param raw the source's original, if it is kept
 * @param ref the publisher's own id for it
 * @param hash 32 bytes of the draft's content hash; there whenever {@code ref} is
 * @param key what it replaces in inboxes
 * @param delivery which delivery of a broker it came from, if that had no id of its own
 * @param onlyActive whether it is for those who listen now, and never in inboxes and history
 */
public record NewEntry(
    UUID id,
    Publisher publisher,
    List<Address> to,
    @Nullable String type,
    @Nullable String source,
    Level level,
    long timeMs,
    long happenedMs,
    long expiresMs,
    byte[] json,
    byte @Nullable [] raw,
    @Nullable String ref,
    byte @Nullable [] hash,
    @Nullable String key,
    @Nullable Delivery delivery,
    boolean onlyActive) {

  /**
   * A broker's delivery, remembered with the append so that its redelivery after a crash is known.
   *
   * @param source the configured name of the source
   * @param hash 32 bytes of SHA-256 over routing key and body
   * @param kept how many of the source's newest deliveries are remembered from now on: as many as
   *     may be appended and not acknowledged
   */
  public record Delivery(String source, byte[] hash, int kept) {}

  /** This entry at its place in the log. */
  public Entry at(long position) {
    Entry.Kind kind = onlyActive ? Entry.Kind.ONLY_ACTIVE : Entry.Kind.NOTIFICATION;
    return new Entry(position, kind, id, to, type, source, level, expiresMs, json);
  }

  /** About how many bytes it adds to the store. */
  public int weight() {
    return json.length + (raw == null ? 0 : raw.length) + 100 * to.size();
  }
}
