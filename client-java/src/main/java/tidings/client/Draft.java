package tidings.client;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A notification to publish (protocol/notification.md). Immutable: each method answers another one.
 * The hub checks what it says, and names the field that breaks a rule.
 */
public final class Draft {
  private final Map<String, Object> fields;

  private Draft(Map<String, Object> fields) {
    this.fields = Collections.unmodifiableMap(fields);
  }

  /**
   * Begins a draft.
   *
   * @param title what happened: 1 to 300 characters
   * @param to 1 to 1,000 addresses: {@code everyone}, {@code user:ID}, {@code topic:a.b.c}
   */
  public static Draft of(String title, String... to) {
    return new Draft(Map.of()).with("to", List.of(to)).with("title", title);
  }

  /** More about it, up to 8 KiB. */
  public Draft body(String text) {
    return with("body", text);
  }

  /** What sort of thing happened, in dotted words like {@code order.placed}. */
  public Draft type(String words) {
    return with("type", words);
  }

  /** Who says so, for people: up to 100 characters. */
  public Draft source(String name) {
    return with("source", name);
  }

  /** How grave it is; without, {@link Level#INFO}. */
  public Draft level(Level level) {
    return with("level", level);
  }

  /** Where it leads: an {@code http} or {@code https} URL, or a path of the reader's page. */
  public Draft link(String url) {
    return with("link", url);
  }

  /** A picture for it; the same URLs as links. */
  public Draft icon(String url) {
    return with("icon", url);
  }

  /** An object for programs, up to 64 KiB of JSON. */
  public Draft data(Map<String, ?> object) {
    return with("data", object);
  }

  /**
   * Your own id for it, 1 to 128 visible ASCII characters: publishing the same content again with
   * the same one stores nothing new, so that the client retries by itself.
   */
  public Draft ref(String ref) {
    return with("ref", ref);
  }

  /** Replaces your older one with this key in inboxes. */
  public Draft key(String key) {
    return with("key", key);
  }

  /** From then on it is not shown any more. */
  public Draft expires(Instant time) {
    return with("expires", time);
  }

  /** When it happened; without, when the hub accepts it. */
  public Draft time(Instant time) {
    return with("time", time);
  }

  /** For those only who listen now: in no inbox and no history. */
  public Draft onlyActive() {
    return with("onlyActive", true);
  }

  boolean hasRef() {
    return fields.containsKey("ref");
  }

  /** As JSON has it. */
  Map<String, Object> fields() {
    return fields;
  }

  private Draft with(String name, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(fields);
    more.put(name, value);
    return new Draft(more);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Draft draft && fields.equals(draft.fields);
  }

  @Override
  public int hashCode() {
    return fields.hashCode();
  }

  @Override
  public String toString() {
    return "Draft" + fields;
  }
}
