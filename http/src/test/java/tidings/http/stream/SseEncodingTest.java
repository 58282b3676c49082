package tidings.http.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tidings.core.delivery.ControlEvent;
import tidings.core.log.Cursor;
import tidings.core.log.Entry;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.Level;
import tidings.core.notification.NotificationJson;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** protocol/vectors/frames.json, to the byte, plain and chunked. */
final class SseEncodingTest {

  static Stream<JsonNode> frames() {
    return new ObjectMapper()
        .readTree(Path.of("..", "protocol", "vectors", "frames.json").toFile())
        .get("frames")
        .valueStream();
  }

  @ParameterizedTest
  @MethodSource("frames")
  void aFrameIsThatOfItsVector(JsonNode vector) {
    String frame = vector.get("frame").asString();
    assertThat(text(SseEncoding.PLAIN, vector)).isEqualTo(frame);
    String size = Integer.toHexString(frame.getBytes(UTF_8).length);
    assertThat(text(SseEncoding.CHUNKED, vector)).isEqualTo(size + "\r\n" + frame + "\r\n");
  }

  private static String text(SseEncoding encoding, JsonNode vector) {
    ByteBuf bytes = encode(encoding, vector);
    String text = bytes.toString(UTF_8);
    bytes.release();
    return text;
  }

  private static ByteBuf encode(SseEncoding encoding, JsonNode vector) {
    String event = vector.get("event").asString();
    if (event.equals("retry")) {
      return encoding.retry(vector.get("retryMs").asInt());
    }
    Cursor cursor = Cursor.parse(vector.get("cursor").asString()).orElseThrow();
    return switch (event) {
      case "notification" -> {
        byte[] json = vector.get("json").asString().getBytes(UTF_8);
        long direct = vector.has("direct") ? 1 : 0;
        yield frame(encoding, cursor, Entry.Kind.NOTIFICATION, json, direct);
      }
      case "withdrawn" -> {
        UUID id = UUID.fromString(vector.get("notification").asString());
        byte[] json = NotificationJson.withdrawn(id);
        yield frame(encoding, cursor, Entry.Kind.WITHDRAWN, json, 1);
      }
      default ->
          encoding.event(
              event(event, cursor, vector), Instant.parse("2026-11-21T09:00:00.123456Z"));
    };
  }

  private static ByteBuf frame(
      SseEncoding encoding, Cursor cursor, Entry.Kind kind, byte[] json, long direct) {
    Entry entry =
        new Entry(
            cursor.position(),
            kind,
            new UUID(0, 0),
            List.of(),
            null,
            null,
            Level.INFO,
            Entry.NEVER,
            json);
    return encoding.frame(cursor.epoch(), List.of(entry), direct).bytes;
  }

  private static ControlEvent event(String event, Cursor cursor, JsonNode vector) {
    return switch (event) {
      case "hello" -> {
        List<AddressPattern> to = new ArrayList<>();
        vector.get("to").forEach(text -> to.add(AddressPattern.of(text.asString())));
        String user = vector.has("user") ? vector.get("user").asString() : null;
        yield new ControlEvent.Hello(cursor, vector.get("heartbeatMs").asInt(), to, user);
      }
      case "tick" -> new ControlEvent.Tick(cursor);
      case "reauth" -> new ControlEvent.Reauth(cursor);
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
