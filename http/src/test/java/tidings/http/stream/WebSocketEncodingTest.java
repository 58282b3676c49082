package tidings.http.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tidings.core.log.Entry;
import tidings.core.notification.Level;
import tools.jackson.databind.JsonNode;

/** protocol/vectors/frames.json as messages, to the byte, in frames of RFC 6455. */
final class WebSocketEncodingTest {
  private static final WebSocketEncoding ENCODING = WebSocketEncoding.TEXT;

  static Stream<JsonNode> messages() {
    return FrameVectors.all().filter(vector -> vector.has("message"));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void aMessageIsThatOfItsVector(JsonNode vector) {
    ByteBuf bytes =
        FrameVectors.isEntry(vector)
            ? ENCODING.frame(
                    FrameVectors.cursor(vector).epoch(),
                    List.of(FrameVectors.entry(vector)),
                    FrameVectors.direct(vector))
                .bytes
            : ENCODING.event(FrameVectors.event(vector), FrameVectors.NOW);
    assertThat(next(bytes)).isEqualTo(vector.get("message").asString());
    assertThat(bytes.isReadable()).isFalse();
    bytes.release();
  }

  /** A length of up to 125 takes one byte, of up to 65,535 three, else nine (RFC 6455, 5.2). */
  @ParameterizedTest
  @ValueSource(ints = {2, 80, 81, 82, 83, 1_000, 65_485, 65_490, 65_495, 70_000})
  void everyLengthIsWrittenAsItIsRead(int jsonBytes) {
    String json = "{" + "a".repeat(jsonBytes - 2) + "}";
    List<Entry> entries = List.of(entry(1, json), entry(22, json), entry(333, json));
    ByteBuf bytes = ENCODING.frame("k3v9x2ab", entries, 0b010).bytes;
    String direct = json.replace("}", ",\"direct\":true}");
    assertThat(next(bytes)).isEqualTo("{\"cursor\":\"k3v9x2ab.1\",\"notification\":" + json + "}");
    assertThat(next(bytes))
        .isEqualTo("{\"cursor\":\"k3v9x2ab.22\",\"notification\":" + direct + "}");
    assertThat(next(bytes))
        .isEqualTo("{\"cursor\":\"k3v9x2ab.333\",\"notification\":" + json + "}");
    assertThat(bytes.isReadable()).isFalse();
    bytes.release();
  }

  @Test
  void whatEntriesTakeIsFoundBeforeTheyAreWritten() {
    Entry large = entry(999_999_999_999_999_999L, "{" + "a".repeat(8_190) + "}");
    ByteBuf bytes = ENCODING.frame("k3v9x2ab", List.of(large), 1).bytes;
    assertThat(bytes.capacity()).isEqualTo(8_192 + 96);
    bytes.release();
  }

  private static Entry entry(long position, String json) {
    return new Entry(
        position,
        Entry.Kind.NOTIFICATION,
        new UUID(0, 0),
        List.of(),
        null,
        null,
        Level.INFO,
        Entry.NEVER,
        json.getBytes(UTF_8));
  }

  /** Reads a text frame as a client does. */
  private static String next(ByteBuf bytes) {
    assertThat(bytes.readUnsignedByte()).isEqualTo((short) 0x81);
    int length = bytes.readUnsignedByte();
    length =
        switch (length) {
          case 126 -> bytes.readUnsignedShort();
          case 127 -> Math.toIntExact(bytes.readLong());
          default -> length;
        };
    return bytes.readCharSequence(length, UTF_8).toString();
  }
}
