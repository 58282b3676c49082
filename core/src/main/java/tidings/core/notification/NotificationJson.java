package tidings.core.notification;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * The JSON that readers get, made once for each notification, with its fields in the protocol's
 * order. User addresses are left out; the cursor is not part of it.
 */
public final class NotificationJson {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private NotificationJson() {}

  /**
   * Encodes a validated draft.
   *
   * @param id the hub's id for it
   * @param accepted when the hub took it; stands in for a missing {@code time}
   */
  public static byte[] encode(Draft draft, UUID id, Instant accepted) {
    List<String> topics = new ArrayList<>();
    for (Address address : draft.to()) {
      if (address instanceof Address.OfTopic of) {
        topics.add(of.topic().name());
      }
    }
    JsonWriter json =
        JsonWriter.object(512)
            .text("id", id.toString())
            .text("time", time(draft.time() == null ? accepted : draft.time()))
            .text("type", draft.type())
            .text("source", draft.source())
            .text("level", draft.level().text())
            .text("title", draft.title())
            .text("body", draft.body())
            .text("link", draft.link())
            .text("icon", draft.icon());
    if (!topics.isEmpty()) {
      json.texts("topics", topics);
    }
    if (draft.to().contains(Address.EVERYONE)) {
      json.bool("everyone", true);
    }
    json.text("key", draft.key());
    json.text("expires", draft.expires() == null ? null : time(draft.expires()));
    if (draft.onlyActive()) {
      json.bool("onlyActive", true);
    }
    if (draft.data() != null) {
      json.json("data", draft.data().text());
    }
    return json.bytes();
  }

  /** The JSON of the entry that withdraws a notification. */
  public static byte[] withdrawn(UUID id) {
    return JsonWriter.object(64).text("id", id.toString()).bytes();
  }

  /** An instant as the protocol writes it: RFC 3339, UTC, milliseconds. */
  public static String time(Instant instant) {
    return TIME.format(instant);
  }
}
