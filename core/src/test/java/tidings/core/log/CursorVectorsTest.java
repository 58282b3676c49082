package tidings.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tidings.core.Vectors;
import tools.jackson.databind.JsonNode;

/** protocol/vectors/cursors.json: the texts. Resuming takes a log, so that is tested with one. */
final class CursorVectorsTest {

  static Stream<JsonNode> valid() {
    return Vectors.read("cursors.json", "valid");
  }

  static Stream<String> invalid() {
    return Vectors.read("cursors.json", "invalid").map(JsonNode::asString);
  }

  @ParameterizedTest
  @MethodSource("valid")
  void aCursorIsReadAndWrittenAsItIs(JsonNode vector) {
    String text = vector.get("text").asString();
    long position = Long.parseLong(vector.get("position").asString());
    assertThat(Cursor.parse(text))
        .contains(new Cursor(vector.get("epoch").asString(), position))
        .hasValueSatisfying(cursor -> assertThat(cursor).hasToString(text));
  }

  @ParameterizedTest
  @MethodSource("invalid")
  void whatIsNoCursorIsNone(String text) {
    assertThat(Cursor.parse(text)).isEmpty();
  }
}
