package tidings.core.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tidings.core.Vectors;
import tidings.core.notification.Address;
import tidings.core.notification.Draft;
import tidings.core.problem.Refusal;
import tools.jackson.databind.JsonNode;

/** protocol/vectors/links.json. */
final class LinkVectorsTest {

  static Stream<String> valid() {
    return Vectors.read("links.json", "valid").map(JsonNode::asString);
  }

  static Stream<String> invalid() {
    return Vectors.read("links.json", "invalid").map(JsonNode::asString);
  }

  private static Draft.Builder draft() {
    return Draft.to(List.of(Address.EVERYONE), "t");
  }

  @ParameterizedTest
  @MethodSource("valid")
  void aLinkMayLeadWhereAReaderExpects(String link) {
    assertThat(DraftRules.isAllowedLink(link)).isTrue();
    assertThatCode(() -> DraftRules.check(draft().link(link).icon(link).build()))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @MethodSource("invalid")
  void anyOtherIsRefused(String link) {
    assertThat(DraftRules.isAllowedLink(link)).isFalse();
    assertThatThrownBy(() -> DraftRules.check(draft().link(link).build()))
        .isInstanceOf(Refusal.class)
        .hasMessageStartingWith("link");
    assertThatThrownBy(() -> DraftRules.check(draft().icon(link).build()))
        .isInstanceOf(Refusal.class)
        .hasMessageStartingWith("icon");
  }
}
