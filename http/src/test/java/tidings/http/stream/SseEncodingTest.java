package tidings.http.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** protocol/vectors/frames.json, to the byte, plain and chunked. */
final class SseEncodingTest {

  static Stream<JsonNode> frames() {
    return FrameVectors.all();
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
    if (vector.get("event").asString().equals("retry")) {
      return encoding.retry(vector.get("retryMs").asInt());
    }
    return FrameVectors.isEntry(vector)
        ? encoding.frame(
                FrameVectors.cursor(vector).epoch(),
                List.of(FrameVectors.entry(vector)),
                FrameVectors.direct(vector))
            .bytes
        : encoding.event(FrameVectors.event(vector), FrameVectors.NOW);
  }
}
