package tidings.gates.tidings;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tidings.core.intake.DraftRules;
import tidings.core.notification.Draft;
import tidings.core.notification.NotificationJson;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;
import tidings.gates.Vectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ObjectNode;

/** protocol/vectors/drafts.json and limits.json, through this reader and the core's rules. */
final class DraftVectorsTest {
  private static final JsonNode DRAFTS = Vectors.read("drafts.json");
  private static final JsonNode LIMITS = Vectors.read("limits.json");

  static Stream<JsonNode> valid() {
    return DRAFTS.get("valid").valueStream();
  }

  static Stream<JsonNode> invalid() {
    return DRAFTS.get("invalid").valueStream();
  }

  /** But for the empty array, which is the intake's to refuse. */
  static Stream<JsonNode> invalidText() {
    return DRAFTS
        .get("invalidText")
        .valueStream()
        .filter(vector -> !vector.get("text").asString().equals("[]"));
  }

  static Stream<JsonNode> limits() {
    return LIMITS.get("text").valueStream();
  }

  @ParameterizedTest
  @MethodSource("valid")
  void aValidDraftBecomesTheJsonThatReadersGet(JsonNode vector) {
    Draft draft = accepted(vector.get("draft"));
    byte[] json =
        NotificationJson.encode(
            draft,
            UUID.fromString(DRAFTS.get("id").asString()),
            Instant.parse(DRAFTS.get("accepted").asString()));
    assertThat(new String(json, UTF_8)).isEqualTo(vector.get("json").asString());
  }

  @ParameterizedTest
  @MethodSource("invalid")
  void anInvalidDraftIsRefusedNamingTheField(JsonNode vector) {
    Problem problem = refused(Vectors.ascii(vector.get("draft")));
    assertThat(problem.kind()).isEqualTo(Problem.Kind.INVALID_NOTIFICATION);
    assertThat(problem.field()).isEqualTo(vector.get("field").asString());
  }

  @ParameterizedTest
  @MethodSource("invalidText")
  void anInvalidTextIsRefusedWithItsProblem(JsonNode vector) {
    Problem problem = refused(vector.get("text").asString().getBytes(UTF_8));
    assertThat(problem.kind().slug()).isEqualTo(vector.get("type").asString());
  }

  @ParameterizedTest
  @MethodSource("limits")
  void aFieldHoldsUpToItsLimit(JsonNode vector) {
    String field = vector.get("field").asString();
    String unit = vector.get("unit").asString();
    int times = vector.get("times").asInt();
    String before = vector.get("before").asString();
    assertThat(accepted(withField(field, before + unit.repeat(times)))).isNotNull();
    assertThat(refused(Vectors.ascii(withField(field, before + unit.repeat(times + 1)))).field())
        .isEqualTo(field);
  }

  @Test
  void dataHoldsUpToItsLimit() {
    int room = LIMITS.get("dataBytes").asInt() - "{\"s\":\"\"}".length();
    assertThat(accepted(withData(room))).isNotNull();
    assertThat(refused(Vectors.ascii(withData(room + 1))).field()).isEqualTo("data");
  }

  private static ObjectNode withData(int chars) {
    ObjectNode draft = withField("title", "t");
    draft.putObject("data").put("s", "x".repeat(chars));
    return draft;
  }

  private static ObjectNode withField(String field, String value) {
    ObjectNode draft = new ObjectMapper().createObjectNode();
    draft.putArray("to").add("everyone");
    return draft.put("title", "t").put(field, value);
  }

  private static Draft accepted(JsonNode draft) {
    Draft read = DraftReader.readOne(Vectors.ascii(draft));
    DraftRules.check(read);
    return read;
  }

  private static Problem refused(byte[] text) {
    return catchThrowableOfType(
            Refusal.class,
            () -> {
              List<Draft> drafts = DraftReader.read(text).drafts();
              drafts.forEach(DraftRules::check);
            })
        .problem();
  }
}
