package tidings.http;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static tidings.http.RunningHub.all;

import java.nio.file.Path;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ObjectNode;

/** protocol/vectors: filters.json, and drafts.json and limits.json as whole bodies and queries. */
final class VectorsTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String READER = all("reader");
  private static RunningHub hub;

  @BeforeAll
  static void start() {
    hub = RunningHub.start();
  }

  @AfterAll
  static void stop() {
    hub.close();
  }

  private static JsonNode read(String file) {
    return MAPPER.readTree(Path.of("..", "protocol", "vectors", file).toFile());
  }

  static Stream<JsonNode> cases() {
    return read("filters.json").required("cases").valueStream();
  }

  static Stream<JsonNode> invalidFilters() {
    return read("filters.json").required("invalid").valueStream();
  }

  static Stream<JsonNode> invalidDrafts() {
    return read("drafts.json").required("invalid").valueStream();
  }

  static Stream<JsonNode> invalidTexts() {
    return read("drafts.json").required("invalidText").valueStream();
  }

  private static int limit(String name) {
    return read("limits.json").required(name).asInt();
  }

  private static Wire.Answer publish(String json) {
    return hub.publish(all("publisher"), json);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aFilterPassesWhatItsVectorSays(JsonNode vector) {
    ObjectNode draft = (ObjectNode) vector.get("notification");
    JsonNode receipt = publish(draft.put("title", "t").toString()).json();
    String query = "?limit=1&" + vector.get("query").asString();
    JsonNode items = hub.get("/v1/notifications" + query, READER).json().get("items");
    boolean passes =
        !items.isEmpty() && items.get(0).get("cursor").equals(receipt.required("cursor"));
    assertThat(passes).isEqualTo(vector.get("passes").asBoolean());
  }

  @ParameterizedTest
  @MethodSource("invalidFilters")
  void aFilterThatBreaksARuleIsRefusedNamingTheParameter(JsonNode vector) {
    String query = vector.get("query").asString();
    refused(hub.get("/v1/stream?" + query, READER), "invalid-request", vector.get("field"));
  }

  @ParameterizedTest
  @MethodSource("invalidDrafts")
  void aDraftThatBreaksARuleIsRefusedNamingTheField(JsonNode vector) {
    String draft =
        MAPPER
            .writer()
            .with(JsonWriteFeature.ESCAPE_NON_ASCII)
            .writeValueAsString(vector.get("draft"));
    refused(publish(draft), "invalid-notification", vector.get("field"));
  }

  @ParameterizedTest
  @MethodSource("invalidTexts")
  void aBodyThatBreaksARuleIsRefusedWithItsProblem(JsonNode vector) {
    String type = vector.get("type").asString();
    Wire.Answer answer = publish(vector.get("text").asString());
    if (vector.has("field")) {
      refused(answer, type, vector.get("field"));
    } else {
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.problem()).isEqualTo(type);
    }
  }

  @Test
  void aNotificationHasUpToSoManyAddresses() {
    int most = limit("addresses");
    IntFunction<String> draft =
        n -> "{\"title\":\"t\",\"to\":[" + listed(n, i -> "\"user:" + i + "\"") + "]}";
    assertThat(publish(draft.apply(most)).status()).isEqualTo(201);
    Wire.Answer answer = publish(draft.apply(most + 1));
    assertThat(answer.problem()).isEqualTo("invalid-notification");
    assertThat(answer.field()).isEqualTo("to");
  }

  @Test
  void anArrayHasUpToSoManyDrafts() {
    int most = limit("drafts");
    IntFunction<String> array =
        n -> "[" + listed(n, i -> "{\"to\":[\"everyone\"],\"title\":\"t\"}") + "]";
    assertThat(publish(array.apply(most)).status()).isEqualTo(201);
    assertThat(publish(array.apply(most + 1)).problem()).isEqualTo("invalid-request");
  }

  @ParameterizedTest
  @ValueSource(strings = {"to=topic:t", "type=t", "source=s"})
  void aQueryHasUpToSoManyValues(String parameter) {
    int most = limit("values");
    IntFunction<String> target =
        n ->
            "/v1/notifications?"
                + IntStream.range(0, n).mapToObj(i -> parameter + i).collect(joining("&"));
    assertThat(hub.get(target.apply(most), READER).status()).isEqualTo(200);
    assertThat(hub.get(target.apply(most + 1), READER).problem()).isEqualTo("invalid-request");
  }

  @Test
  void aPageHasUpToSoManyItems() {
    int most = limit("limit");
    String target = "/v1/notifications?limit=";
    assertThat(hub.get(target + most, READER).status()).isEqualTo(200);
    assertThat(hub.get(target + 1, READER).status()).isEqualTo(200);
    assertThat(hub.get(target + (most + 1), READER).field()).isEqualTo("limit");
    assertThat(hub.get(target + 0, READER).field()).isEqualTo("limit");
  }

  private static String listed(int count, IntFunction<String> item) {
    return IntStream.range(0, count).mapToObj(item).collect(joining(","));
  }

  private static void refused(Wire.Answer answer, String type, JsonNode field) {
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.problem()).isEqualTo(type);
    assertThat(answer.field()).isEqualTo(field.asString());
  }
}
