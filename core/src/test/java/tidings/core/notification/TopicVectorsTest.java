package tidings.core.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tidings.core.Vectors;
import tidings.core.problem.Refusal;
import tools.jackson.databind.JsonNode;

/** protocol/vectors/topics.json and patterns.json. */
final class TopicVectorsTest {

  static Stream<String> topics() {
    return Vectors.read("topics.json", "valid").map(JsonNode::asString);
  }

  static Stream<JsonNode> noTopics() {
    return Vectors.read("topics.json", "invalid");
  }

  static Stream<String> patterns() {
    return Vectors.read("patterns.json", "valid").map(JsonNode::asString);
  }

  static Stream<JsonNode> noPatterns() {
    return Vectors.read("patterns.json", "invalid");
  }

  static Stream<JsonNode> pairs() {
    return Vectors.read("patterns.json", "pairs");
  }

  @ParameterizedTest
  @MethodSource("topics")
  void aTopicIsKeptAsItIsAndIsAPatternOfItselfAlone(String text) {
    assertThat(new Topic(text).name()).isEqualTo(text);
    TopicPattern pattern = TopicPattern.of(text);
    assertThat(pattern.isExact()).isTrue();
    assertThat(pattern.matches(new Topic(text))).isTrue();
  }

  @ParameterizedTest
  @MethodSource("noTopics")
  void whatIsNoTopicIsRefusedForItsReason(JsonNode vector) {
    String text = vector.get("topic").asString();
    assertThat(Words.fault(text, false)).matches(said(vector.get("reason").asString()));
    assertThatThrownBy(() -> new Topic(text)).isInstanceOf(Refusal.class);
  }

  @ParameterizedTest
  @MethodSource("patterns")
  void aPatternIsKeptAsItIs(String text) {
    assertThat(TopicPattern.of(text)).hasToString(text);
  }

  @ParameterizedTest
  @MethodSource("noPatterns")
  void whatIsNoPatternIsRefusedForItsReason(JsonNode vector) {
    String text = vector.get("pattern").asString();
    assertThat(Words.fault(text, true)).matches(said(vector.get("reason").asString()));
    assertThatThrownBy(() -> TopicPattern.of(text)).isInstanceOf(Refusal.class);
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void aPatternMatchesTheTopicsOfItsVectors(JsonNode vector) {
    TopicPattern pattern = TopicPattern.of(vector.get("pattern").asString());
    Topic topic = new Topic(vector.get("topic").asString());
    boolean match = vector.get("match").asBoolean();
    assertThat(pattern.matches(topic)).isEqualTo(match);
    assertThat(pattern.covers(TopicPattern.of(topic.name()))).isEqualTo(match);
    assertThat(pattern.overlaps(TopicPattern.of(topic.name()))).isEqualTo(match);
  }

  /** How a fault of this reason reads. */
  private static String said(String reason) {
    return switch (reason) {
      case "empty", "empty-word" -> "empty word";
      case "bad-character" -> "character .*";
      case "too-many-words" -> "\\d+ words";
      case "too-long" -> "has \\d+ characters";
      default -> throw new IllegalArgumentException(reason);
    };
  }
}
