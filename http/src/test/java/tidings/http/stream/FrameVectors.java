package tidings.http.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Stream;
import tidings.core.delivery.ControlEvent;
import tidings.core.inbox.Summary;
import tidings.core.log.Cursor;
import tidings.core.log.Entry;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.Level;
import tidings.core.notification.NotificationJson;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** What protocol/vectors/frames.json says is framed. */
final class FrameVectors {
  static final Instant NOW = Instant.parse("2026-11-21T09:00:00.123456Z");

  private FrameVectors() {}

  static Stream<JsonNode> all() {
    return new ObjectMapper()
        .readTree(Path.of("..", "protocol", "vectors", "frames.json").toFile())
        .get("frames")
        .valueStream();
  }

  static Cursor cursor(JsonNode vector) {
    return Cursor.parse(vector.get("cursor").asString()).orElseThrow();
  }

  /** Whether an entry is framed, and not a control event. */
  static boolean isEntry(JsonNode vector) {
    String event = vector.get("event").asString();
    return event.equals("notification") || event.equals("withdrawn");
  }

  static Entry entry(JsonNode vector) {
    return vector.has("json")
        ? entry(vector, Entry.Kind.NOTIFICATION, vector.get("json").asString().getBytes(UTF_8))
        : entry(
            vector,
            Entry.Kind.WITHDRAWN,
            NotificationJson.withdrawn(UUID.fromString(vector.get("notification").asString())));
  }

  /** What marks the entry as direct, which says nothing of a withdrawal. */
  static long direct(JsonNode vector) {
    return vector.has("direct") || !vector.has("json") ? 1 : 0;
  }

  private static Entry entry(JsonNode vector, Entry.Kind kind, byte[] json) {
    return new Entry(
        cursor(vector).position(),
        kind,
        new UUID(0, 0),
        List.of(),
        null,
        null,
        Level.INFO,
        Entry.NEVER,
        json);
  }

  static ControlEvent event(JsonNode vector) {
    Cursor cursor = cursor(vector);
    String event = vector.get("event").asString();
    return switch (event) {
      case "hello" -> {
        List<AddressPattern> to = new ArrayList<>();
        vector.get("to").forEach(text -> to.add(AddressPattern.of(text.asString())));
        String user = vector.has("user") ? vector.get("user").asString() : null;
        yield new ControlEvent.Hello(cursor, vector.get("heartbeatMs").asInt(), to, user);
      }
      case "tick" ->
          new ControlEvent.Tick(
              cursor,
              vector.has("rev")
                  ? OptionalLong.of(vector.get("rev").asLong())
                  : OptionalLong.empty());
      case "inbox" -> {
        JsonNode summary = vector.get("summary");
        yield new ControlEvent.Inbox(
            cursor,
            new Summary(
                summary.get("unread").asInt(),
                summary.get("unseen").asInt(),
                summary.get("more").asBoolean(),
                summary.get("rev").asLong(),
                cursor(summary)));
      }
      case "reauth" -> new ControlEvent.Reauth(cursor);
      case "presence" ->
          vector.has("user")
              ? new ControlEvent.Presence(
                  cursor, vector.get("user").asString(), vector.get("present").asBoolean())
              : new ControlEvent.PresenceMissed(cursor);
      case "gap" ->
          new ControlEvent.Gap(
              cursor,
              vector.get("reason").asString().equals("epoch")
                  ? ControlEvent.Gap.Reason.EPOCH
                  : ControlEvent.Gap.Reason.RETENTION,
              Cursor.parse(vector.get("from").asString()).orElseThrow());
      default -> throw new IllegalArgumentException(event);
    };
  }
}
