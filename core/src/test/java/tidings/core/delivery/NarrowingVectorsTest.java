package tidings.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tidings.core.Vectors;
import tidings.core.access.Caller;
import tidings.core.access.Grant;
import tidings.core.access.Publisher;
import tidings.core.filter.Filter;
import tidings.core.inbox.Preferences;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.Level;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;
import tools.jackson.databind.JsonNode;

/** protocol/vectors/narrowing.json: what was asked, held to the grant. */
final class NarrowingVectorsTest {

  static Stream<JsonNode> cases() {
    return Vectors.read("narrowing.json", "cases");
  }

  static Stream<JsonNode> refused() {
    return Vectors.read("narrowing.json", "refused");
  }

  private static Interest interest(@Nullable String user, JsonNode vector) {
    Grant grant = new Grant(List.of(), patterns(vector.get("granted")), false, false, false);
    Filter filter =
        new Filter(
            patterns(vector.get("asked")), Filter.Choice.any(), Filter.Choice.any(), Level.INFO);
    return Interest.of(
        new Caller(user, Publisher.subject(user), grant, null, null), filter, Preferences.NONE);
  }

  private static List<AddressPattern> patterns(JsonNode texts) {
    return Vectors.texts(texts).map(AddressPattern::of).toList();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatWasAskedIsHeldToTheGrant(JsonNode vector) {
    assertThat(interest("1", vector).to()).isEqualTo(patterns(vector.get("to")));
    assertThat(interest(null, vector).to()).isEqualTo(patterns(vector.get("to")));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatLiesWhollyOutsideIsRefusedByName(JsonNode vector) {
    Problem refusal = refusal("1", vector);
    assertThat(refusal.kind()).isEqualTo(Problem.Kind.FORBIDDEN);
    assertThat(refusal.detail()).contains('"' + vector.get("offender").asString() + '"');
    assertThat(refusal(null, vector).kind()).isEqualTo(Problem.Kind.UNAUTHENTICATED);
  }

  private static Problem refusal(@Nullable String user, JsonNode vector) {
    return catchThrowableOfType(Refusal.class, () -> interest(user, vector)).problem();
  }
}
