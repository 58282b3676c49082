package tidings.gates.nasqueron;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tidings.core.intake.DraftRules;
import tidings.core.notification.Address;
import tidings.core.notification.Draft;
import tidings.core.notification.Level;
import tidings.core.problem.Refusal;
import tidings.gates.Vectors;
import tidings.gates.tidings.DraftReader;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ObjectNode;

/** protocol/nasqueron.md: its vectors, and what they leave open. */
final class CenterMessageTest {
  private static final JsonNode VECTORS = Vectors.read("nasqueron.json");
  private static final int MIB = 1 << 20;
  private static final List<String> PIECES =
      List.of(
          "",
          "a",
          "Z.",
          ".",
          "..",
          " ",
          "null",
          "#",
          "*",
          "é",
          "😀",
          "\ud83d",
          "\ude00",
          "\u0000",
          "\r\n",
          "\u0085",
          "\u2028",
          "\u00a0",
          "\ufffd",
          "https://",
          "/",
          "//",
          "\\",
          "\"",
          "x.y",
          "İ",
          "\t",
          "-",
          "_",
          "success");

  static Stream<JsonNode> cases() {
    return VECTORS.get("cases").valueStream();
  }

  static Stream<JsonNode> parked() {
    return VECTORS.get("parked").valueStream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aMessageBecomesItsDraft(JsonNode vector) {
    Draft draft =
        CenterMessage.draft(
            vector.get("routingKey").asString(),
            vector.get("body").asString().getBytes(UTF_8),
            Optional.ofNullable(vector.get("rawContentMax")).map(JsonNode::asInt).orElse(MIB));
    DraftRules.check(draft);
    Draft expected = DraftReader.readOne(vector.get("draft").toString().getBytes(UTF_8));
    assertThat(draft).usingRecursiveComparison().ignoringFields("raw").isEqualTo(expected);
    assertThat(text(draft.raw()))
        .isEqualTo(vector.get("raw").isNull() ? null : vector.get("raw").asString());
  }

  @ParameterizedTest
  @MethodSource("parked")
  void whatIsNoMessageIsRefusedWithAReason(JsonNode vector) {
    assertThatThrownBy(() ->
            CenterMessage.draft(
                vector.get("routingKey").asString(),
                vector.get("body").asString().getBytes(UTF_8),
                MIB))
        .isInstanceOf(Refusal.class)
        .hasMessageNotContaining("\n");
  }

  @Test
  void onlyUtf8IsRead() {
    assertThatThrownBy(() -> CenterMessage.draft("a", "{\"text\":\"é\"}".getBytes(ISO_8859_1), MIB))
        .hasMessageContaining("not UTF-8");
  }

  @Test
  void textAfterTheObjectIsRefused() {
    assertThatThrownBy(() -> draft("{} {}")).hasMessageContaining("more text after the end");
  }

  @ParameterizedTest
  @CsvSource({
    "completed.success, SUCCESS",
    "COMPLETED.SUCCESS, SUCCESS",
    "finalized.failure, ERROR",
    "buildFailure, ERROR",
    "completed.unstable, WARNING",
    "completed.aborted, WARNING",
    "completed.not_built, INFO",
    "started, INFO",
    "success.push, INFO",
    "failures, INFO",
  })
  void theLevelIsWhatTheBuildCameTo(String type, Level level) {
    assertThat(draft("{\"type\":\"" + type + "\"}").level()).isEqualTo(level);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\u0000", " \\t\\u0085 ", "\\u00a0\\u2003", "\\u2028"})
  void aTextWithNothingToSeeIsMissing(String text) {
    assertThat(draft("{\"text\":\"" + text + "\",\"service\":\"S\"}").title()).isEqualTo("S");
  }

  @Test
  void aLongBodyIsCutBetweenCharactersWithinItsBytes() {
    for (int shift = 0; shift < 4; shift++) {
      String body =
          requireNonNull(
              draft("{\"text\":\"" + "x".repeat(shift) + "😀".repeat(3_000) + "\"}").body());
      assertThat(body).endsWith("😀…");
      assertThat(body.getBytes(UTF_8).length).isBetween(8_192 - 3, 8_192);
    }
  }

  @Test
  void rawContentMayBeNestedAsDeepAsPhpWrites() {
    String deep = "[".repeat(511) + "]".repeat(511);
    assertThat(text(draft("{\"rawContent\":" + deep + "}").raw())).isEqualTo(deep);
    assertThatThrownBy(() -> draft("{\"rawContent\":" + "[".repeat(1_000_000) + "}"))
        .hasMessageContaining("nested too deep");
  }

  @Test
  void rawContentOfAMegabyteIsKept() {
    String pad = "y".repeat(MIB - "{\"pad\":\"\"}".length());
    assertThat(draft("{\"rawContent\":{\"pad\":\"" + pad + "\"}}").raw()).hasSize(MIB);
    Draft beyond = draft("{\"rawContent\":{\"pad\":\"" + pad + "y\"}}");
    assertThat(beyond.raw()).isNull();
    assertThat(beyond.data()).hasToString("JsonObject[text={\"rawContentBytes\":1048577}]");
  }

  @Test
  void aMegabyteOfSpacesTakesNoTime() {
    String spaces = " ".repeat(MIB);
    assertTimeout(
        Duration.ofSeconds(2),
        () ->
            assertThat(
                    draft("{\"text\":\"a" + spaces + "b\",\"type\":\"" + spaces + ".\"}").title())
                .startsWith("a ")
                .hasSize(300));
  }

  @Test
  void whateverTheCenterSendsIsADraftThatTheIntakeTakes() {
    long seed = 42;
    Random random = new Random(seed);
    for (int i = 0; i < 5_000; i++) {
      byte[] body = Vectors.ascii(randomMessage(random));
      try {
        Draft draft = CenterMessage.draft("a.b.c.d", body, 1_000);
        DraftRules.check(draft);
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ", round " + i + ": " + text(body), e);
      }
    }
  }

  @Test
  void whateverTheKeyAnEmptyBodyOfFourWordsIsADraft() {
    long seed = 43;
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      String key = randomText(random) + "." + randomText(random) + ".." + randomText(random);
      Draft draft = CenterMessage.draft(key, new byte[0], MIB);
      DraftRules.check(draft);
      assertThat(draft.to()).hasOnlyElementsOfType(Address.OfTopic.class);
    }
  }

  private static ObjectNode randomMessage(Random random) {
    ObjectNode message = new ObjectMapper().createObjectNode();
    for (String member :
        List.of("service", "project", "group", "type", "text", "link", "rawContent", "other")) {
      switch (random.nextInt(8)) {
        case 0 -> message.putNull(member);
        case 1 -> message.put(member, random.nextInt());
        case 2 -> message.putObject(member).put(randomText(random), randomText(random));
        case 3 -> {}
        default -> message.put(member, randomText(random));
      }
    }
    return message;
  }

  private static String randomText(Random random) {
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(random.nextInt(10) == 0 ? 600 : 12); n > 0; n--) {
      text.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    return text.toString();
  }

  private static Draft draft(String body) {
    Draft draft = CenterMessage.draft("a.b.c.d", body.getBytes(UTF_8), MIB);
    DraftRules.check(draft);
    return draft;
  }

  private static @Nullable String text(byte @Nullable [] raw) {
    return raw == null ? null : new String(raw, UTF_8);
  }
}
