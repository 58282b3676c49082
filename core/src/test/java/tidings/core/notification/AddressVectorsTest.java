package tidings.core.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tidings.core.Vectors;
import tidings.core.problem.Refusal;
import tools.jackson.databind.JsonNode;

/** protocol/vectors/addresses.json. */
final class AddressVectorsTest {

  static Stream<JsonNode> valid() {
    return Vectors.read("addresses.json", "valid");
  }

  static Stream<String> invalid() {
    return Vectors.read("addresses.json", "invalid").map(JsonNode::asString);
  }

  static Stream<String> pattern() {
    return Vectors.read("addresses.json", "pattern").map(JsonNode::asString);
  }

  static Stream<String> noPattern() {
    return Vectors.read("addresses.json", "noPattern").map(JsonNode::asString);
  }

  @ParameterizedTest
  @MethodSource("valid")
  void anAddressIsReadAndWrittenAsItIs(JsonNode vector) {
    String text = vector.get("text").asString();
    Address address = Address.of(text);
    Address expected =
        switch (vector.get("kind").asString()) {
          case "everyone" -> Address.EVERYONE;
          case "user" -> new Address.User(vector.get("value").asString());
          case "topic" -> Address.topic(vector.get("value").asString());
          default -> throw new IllegalArgumentException(text);
        };
    assertThat(address).isEqualTo(expected).hasToString(text);
    assertThat(AddressPattern.of(text)).isEqualTo(new AddressPattern.One(address));
  }

  @ParameterizedTest
  @MethodSource("invalid")
  void whatIsNoAddressIsRefused(String text) {
    assertThatThrownBy(() -> Address.of(text)).isInstanceOf(Refusal.class);
  }

  @ParameterizedTest
  @MethodSource("pattern")
  void aPatternIsNoAddress(String text) {
    assertThatThrownBy(() -> Address.of(text)).isInstanceOf(Refusal.class);
    assertThat(AddressPattern.of(text)).hasToString(text);
  }

  @ParameterizedTest
  @MethodSource("noPattern")
  void whatIsNoPatternIsRefused(String text) {
    assertThatThrownBy(() -> AddressPattern.of(text)).isInstanceOf(Refusal.class);
  }
}
