package tidings.core.log;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tidings.core.notification.Address;
import tidings.core.notification.Level;

/**
 * One place in the log: what readers get, and what decides who gets it. Immutable, thread-safe;
 * compared by identity.
 */
public final class Entry {

  /** What an entry says. */
  public enum Kind {
    /** Something happened. */
    NOTIFICATION,
    /** Something happened, for those who listen now: never in inboxes, nor in history. */
    ONLY_ACTIVE,
    /** An earlier notification was withdrawn; the JSON is {@code {"id":"…"}} of that one. */
    WITHDRAWN
  }

  /** The value of {@link #expiresMs()} for what never expires. */
  public static final long NEVER = Long.MAX_VALUE;

  /** About what an entry takes beside its JSON and its addresses: itself, id, type, source. */
  private static final int FIXED_BYTES = 300;

  private final long position;
  private final Kind kind;
  private final UUID id;
  private final List<Address> to;
  private final @Nullable String type;
  private final @Nullable String source;
  private final Level level;
  private final long expiresMs;
  private final byte[] json;

  /**
   * @param position its place, from 1
   * @param id the notification's id, also in the entry that withdraws it
   * @param expiresMs when it ends, in milliseconds since 1970, or {@link #NEVER}
   * @param json what readers get, on one line of UTF-8; owned by the entry from here on
   */
  public Entry(
      long position,
      Kind kind,
      UUID id,
      List<Address> to,
      @Nullable String type,
      @Nullable String source,
      Level level,
      long expiresMs,
      byte[] json) {
    this.position = position;
    this.kind = kind;
    this.id = id;
    this.to = List.copyOf(to);
    this.type = type;
    this.source = source;
    this.level = level;
    this.expiresMs = expiresMs;
    this.json = json;
  }

  public long position() {
    return position;
  }

  public Kind kind() {
    return kind;
  }

  public UUID id() {
    return id;
  }

  public List<Address> to() {
    return to;
  }

  public @Nullable String type() {
    return type;
  }

  public @Nullable String source() {
    return source;
  }

  public Level level() {
    return level;
  }

  public long expiresMs() {
    return expiresMs;
  }

  /** The JSON that readers get, made once before the append. Not to be changed. */
  public byte[] json() {
    return json;
  }

  /** About how many bytes of memory this entry takes, its addresses included. */
  public int weight() {
    int weight = json.length + FIXED_BYTES;
    for (Address address : to) {
      weight += address.weight();
    }
    return weight;
  }
}
