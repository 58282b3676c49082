package tidings.core.notification;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes the JSON that readers get, once for each notification, on one line, with its fields in the
 * protocol's order. User addresses are left out; the cursor is not part of it.
 */
public final class NotificationJson {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private final StringBuilder out = new StringBuilder(512);

  private NotificationJson() {}

  /**
   * Encodes a validated draft.
   *
   * @param id the hub's id for it
   * @param accepted when the hub took it; stands in for a missing {@code time}
   */
  public static byte[] encode(Draft draft, UUID id, Instant accepted) {
    NotificationJson json = new NotificationJson();
    json.write(draft, id, accepted);
    return json.out.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** The body of the entry that withdraws a notification. */
  public static byte[] withdrawn(UUID id) {
    return ("{\"id\":\"" + id + "\"}").getBytes(StandardCharsets.UTF_8);
  }

  /** An instant as the protocol writes it: RFC 3339, UTC, milliseconds. */
  public static String time(Instant instant) {
    return TIME.format(instant);
  }

  private void write(Draft draft, UUID id, Instant accepted) {
    out.append("{\"id\":\"").append(id).append('"');
    text("time", time(draft.time() == null ? accepted : draft.time()));
    text("type", draft.type());
    text("source", draft.source());
    text("level", draft.level().text());
    text("title", draft.title());
    text("body", draft.body());
    text("link", draft.link());
    text("icon", draft.icon());
    addresses(draft.to());
    text("key", draft.key());
    text("expires", draft.expires() == null ? null : time(draft.expires()));
    if (draft.data() != null) {
      name("data").append(draft.data().text());
    }
    out.append('}');
  }

  private void addresses(List<Address> to) {
    List<String> topics = new ArrayList<>();
    boolean everyone = false;
    for (Address address : to) {
      switch (address) {
        case Address.OfTopic of -> topics.add(of.topic().name());
        case Address.Everyone e -> everyone = true;
        case Address.User user -> {}
      }
    }
    if (!topics.isEmpty()) {
      name("topics").append("[\"").append(String.join("\",\"", topics)).append("\"]");
    }
    if (everyone) {
      name("everyone").append("true");
    }
  }

  private StringBuilder name(String name) {
    return out.append(",\"").append(name).append("\":");
  }

  private void text(String name, @Nullable String value) {
    if (value != null) {
      quote(name(name), value);
    }
  }

  /** Appends a string in quotes; only what JSON demands is escaped. */
  public static void quote(StringBuilder out, String value) {
    out.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < ' ') {
            out.append("\\u00").append(HEX[c >> 4]).append(HEX[c & 15]);
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
