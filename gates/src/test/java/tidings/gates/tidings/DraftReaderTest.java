package tidings.gates.tidings;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tidings.core.notification.Address;
import tidings.core.notification.Draft;
import tidings.core.notification.JsonObject;
import tidings.core.notification.Level;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

final class DraftReaderTest {
  private static final String SMALL = "{\"to\":[\"everyone\"],\"title\":\"Hi\"}";

  @Test
  void everyFieldIsRead() {
    Draft draft =
        readOne(
            """
            {"to": ["everyone", "user:ann", "topic:shop.orders"], "title": "Order 7 \\u2713",
             "body": "two\\nlines", "type": "order.placed", "source": "shop", "level": "warning",
             "link": "/orders/7", "icon": "https://shop.example/i.png", "data": {"n": [1.50, 1e400]},
             "ref": "order-7", "key": "order", "expires": "2026-12-01T00:00:00Z",
             "time": "2026-11-21T09:30:00.123456789Z"}
            """);
    assertThat(draft)
        .isEqualTo(
            Draft.to(
                    List.of(Address.EVERYONE, Address.user("ann"), Address.topic("shop.orders")),
                    "Order 7 ✓")
                .body("two\nlines")
                .type("order.placed")
                .source("shop")
                .level(Level.WARNING)
                .link("/orders/7")
                .icon("https://shop.example/i.png")
                .data(new JsonObject("{\"n\":[1.50,1e400]}"))
                .ref("order-7")
                .key("order")
                .expires(Instant.parse("2026-12-01T00:00:00Z"))
                .time(Instant.parse("2026-11-21T09:30:00.123Z"))
                .build());
  }

  @Test
  void whatIsLeftOutHasItsDefault() {
    assertThat(readOne(SMALL))
        .isEqualTo(Draft.to(List.of(Address.EVERYONE), "Hi").level(Level.INFO).build());
  }

  @Test
  void oneObjectAndAnArrayAreToldApart() {
    assertThat(read(SMALL).array()).isFalse();
    assertThat(read("[" + SMALL + "]").array()).isTrue();
    assertThat(read("[" + SMALL + ", " + SMALL + "]").drafts())
        .containsExactly(readOne(SMALL), readOne(SMALL));
    assertThat(read("[]").drafts()).isEmpty();
  }

  @Test
  void nullCountsAsAbsent() {
    assertThat(withField("\"body\":null,\"level\":null,\"data\":null,\"time\":null"))
        .isEqualTo(readOne(SMALL));
  }

  @Test
  void dataIsOneLineWithNumbersAsWrittenAndNoNeedlessEscape() {
    String written =
        "{ \"a b\" :\t\"x \\\" \\\\ \\/\" ,\r\n \"n\": [ -0.0 , 1E+2, 12345678901234567890 , true,null],"
            + " \"\\u0073\":\"\\u00e9 \\ud83d\\ude00 \\u0000 \\n\", \"o\":{ }, \"p\":[[],{\"a\":[1]},2] }";
    assertThat(withField("\"data\":" + written).data())
        .isEqualTo(
            new JsonObject(
                "{\"a b\":\"x \\\" \\\\ /\",\"n\":[-0.0,1E+2,12345678901234567890,true,null],"
                    + "\"s\":\"é 😀 \\u0000 \\n\",\"o\":{},\"p\":[[],{\"a\":[1]},2]}"));
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-21T09:30:00Z, 2026-11-21T09:30:00Z",
    "2026-11-21t09:30:00z, 2026-11-21T09:30:00Z",
    "2026-11-21T09:30:00+01:30, 2026-11-21T08:00:00Z",
    "2026-11-21T09:30:00-00:00, 2026-11-21T09:30:00Z",
    "2026-11-21T09:30:00.9Z, 2026-11-21T09:30:00.900Z",
    "2026-11-21T09:30:00.99999999999999Z, 2026-11-21T09:30:00.999Z",
    "0000-01-01T00:00:00Z, 0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59.9999Z, 9999-12-31T23:59:59.999Z",
  })
  void anyTimeOfRfc3339IsReadToTheMillisecond(String time, Instant instant) {
    assertThat(withField("\"expires\":\"" + time + "\"").expires()).isEqualTo(instant);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"title\":\"a\"}                                   | to          | missing",
        "{\"to\":[\"everyone\"]}                             | title       | missing",
        "{\"to\":\"everyone\",\"title\":\"a\"}               | to          | a string (expected an array",
        "{\"to\":[\"everyone\",\"user:\"],\"title\":\"a\"}   | to          | to: number 1: user id",
        "{\"to\":[\"topic:a..b\"],\"title\":\"a\"}           | to          | number 0: topic \"a..b\": empty word",
        "{\"to\":[\"everyone\",\"x\",1],\"title\":\"a\"}     | to          | expected everyone, user:ID",
        "{\"to\":[7],\"title\":\"a\"}                        | to          | number 0 is a number (expected a string)",
        "{\"to\":[[\"everyone\"]],\"title\":\"a\"}           | to          | number 0 is an array",
        "{\"title\":7}                                       | title       | a number",
        "{\"to\":[\"everyone\"],\"title\":null}                | title       | missing",
        "{\"to\":[null]}                                     | to          | number 0 is null",
        "{\"data\":{\"a\":[\"\\ud800\"]}}                      | data        | half a surrogate pair",
        "{\"data\":{\"\\ud800\":1}}                          | data        | half a surrogate pair",
        "{\"onlyActiv\":null}                                | onlyActiv   | unknown field",
        "{\"body\":{\"a\":1}}                                | body        | an object",
        "{\"type\":true}                                     | type        | true",
        "{\"source\":[]}                                     | source      | an array",
        "{\"level\":\"fatal\"}                               | level       | expected info, success",
        "{\"level\":1}                                       | level       | a number",
        "{\"link\":1.5}                                      | link        | a number",
        "{\"icon\":false}                                    | icon        | false",
        "{\"data\":\"{}\"}                                   | data        | a string (expected an object)",
        "{\"data\":[]}                                       | data        | an array",
        "{\"ref\":1}                                         | ref         | a number",
        "{\"key\":1}                                         | key         | a number",
        "{\"expires\":1732180000}                            | expires     | a number",
        "{\"onlyActive\":1}                                  | onlyActive  | a number (expected true or false)",
        "{\"onlyActive\":\"true\"}                           | onlyActive  | a string (expected true or false)",
        "{\"onlyActive\":[]}                                 | onlyActive  | an array",
        "{\"Title\":\"a\"}                                   | Title       | unknown field",
        "{\"id\":\"a\"}                                      | id          | expected one of to, title, body",
        "[{\"to\":[\"everyone\"],\"title\":\"a\"},{\"level\":\"x\"}] | [1].level | [1].level: level",
        "[{\"to\":[\"nobody\"]}]                             | [0].to      | [0].to: number 0: address",
        "[{}]                                                | [0].to      | missing",
      })
  void aWrongFieldIsNamed(String json, String field, String said) {
    Problem problem = refused(json.getBytes(UTF_8));
    assertThat(problem.kind()).isEqualTo(Problem.Kind.INVALID_NOTIFICATION);
    assertThat(problem.field()).isEqualTo(field);
    assertThat(problem.detail()).startsWith(field + ": ").contains(said);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-11-21T09:30:00+0100",
        "2026-11-21T09:30:00+19:00",
        "2026-11-21T09:30:00,5Z",
        "2026-11-21T09:30:00",
        "2026-11-21T09:30Z",
        "2026-11-21 09:30:00Z",
        "2026-02-30T00:00:00Z",
        "2026-11-21T24:00:00Z",
        "0000-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "2026-11-21T09:30:00.Z",
        "+12026-11-21T09:30:00Z",
        "1732180000",
        "tomorrow",
        "",
      })
  void aTimeThatIsNotRfc3339IsRefused(String time) {
    Problem problem = refused("{\"time\":\"%s\"}".formatted(time).getBytes(UTF_8));
    assertThat(problem.field()).isEqualTo("time");
    assertThat(problem.detail()).contains("\"" + time + "\" (expected RFC 3339");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``                                        | an empty text (expected a notification",
        "`  `                                      | an empty text",
        "{                                         | line 1, column 2",
        "{\"title\":\"a\"                          | line 1, column",
        "{\"title\":\"a\",}                        | line 1, column 14",
        "{'title':'a'}                             | line 1, column 2",
        "{\"title\" \"a\"}                         | line 1, column 10",
        "{\"data\":{\"a\":01}}                     | line 1, column",
        "{\"data\":{\"a\":NaN}}                    | line 1, column",
        "{\"data\":{\"a\":tru}}                    | line 1, column",
        "{\"data\":{\"a\":\"\\x\"}}                | line 1, column",
        "{\"data\":{/**/}}                         | line 1, column 10",
        "{\"title\":\"a\",\"title\":\"b\"}         | title",
        "{\"data\":{\"a\":{\"b\":1,\"b\":2}}}      | line 1, column",
        "[{\"to\":[\"everyone\"],\"title\":\"a\"}  | line 1, column",
        "{\"to\":[\"everyone\"],\"title\":\"a\"} x | line 1, column",
        "{\"to\":[\"everyone\"],\"title\":\"a\"}{} | more text after the end",
        "[] []                                     | more text after the end",
      })
  void whatIsNoRequestIsRefusedWithItsPlace(String json, String said) {
    Problem problem = refused(json.getBytes(UTF_8));
    assertThat(problem.kind()).isEqualTo(Problem.Kind.INVALID_REQUEST);
    assertThat(problem.detail()).contains(said);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "null         | null (expected a notification",
        "\"everyone\" | a string (expected a notification",
        "7            | a number (expected",
        "[5]          | [0]: a number (expected",
        "[[]]         | [0]: an array (expected",
        "[null]       | [0]: null (expected",
      })
  void jsonThatIsNoObjectIsNoNotification(String json, String said) {
    Problem problem = refused(json.getBytes(UTF_8));
    assertThat(problem.kind()).isEqualTo(Problem.Kind.INVALID_NOTIFICATION);
    assertThat(problem.field()).isNull();
    assertThat(problem.detail()).startsWith(said);
  }

  @Test
  void theLineOfAFaultIsTold() {
    assertThat(refused("{\n  \"title\": \"a\",\n  title\n}".getBytes(UTF_8)).detail())
        .contains("line 3, column 3");
  }

  @Test
  void onlyUtf8IsRead() {
    assertThat(refused(SMALL.replace("Hi", "é").getBytes(ISO_8859_1)).detail())
        .contains("not UTF-8");
    assertThat(refused(SMALL.getBytes(UTF_16LE)).kind()).isEqualTo(Problem.Kind.INVALID_REQUEST);
    byte[] overlong = SMALL.replace("Hi", "??").getBytes(ISO_8859_1);
    overlong[SMALL.indexOf("Hi")] = (byte) 0xc0;
    overlong[SMALL.indexOf("Hi") + 1] = (byte) 0xaf;
    assertThat(refused(overlong).detail()).contains("not UTF-8");
  }

  @Test
  void aDepthBombIsRefusedAtOnce() {
    for (String bomb :
        List.of(
            "[".repeat(1 << 20),
            "{\"data\":" + "{\"a\":".repeat(100_000),
            "{\"data\":{\"a\":" + "[".repeat(100_000))) {
      Problem problem = refused(bomb.getBytes(UTF_8));
      assertThat(problem.detail().length()).isLessThan(300);
    }
    assertThat(withField("\"data\":{\"a\":" + "[".repeat(60) + "]".repeat(60) + "}").data())
        .isNotNull();
  }

  @Test
  void anArrayHoldsAtMostAThousand() {
    assertThat(read(arrayOf(1_000)).drafts()).hasSize(1_000);
    Problem problem = refused(arrayOf(1_001).getBytes(UTF_8));
    assertThat(problem.kind()).isEqualTo(Problem.Kind.INVALID_REQUEST);
    assertThat(problem.detail()).contains("more than 1000");
  }

  @Test
  void oneObjectIsReadWhereNoArrayMayBe() {
    Refusal refusal =
        catchThrowableOfType(Refusal.class, () -> DraftReader.readOne("[]".getBytes(UTF_8)));
    assertThat(refusal.problem().detail()).startsWith("an array (expected a notification");
  }

  @Test
  void aLongNameIsNotRepeatedWhole() {
    Problem problem = refused("{\"%s\":1}".formatted("x".repeat(20_000)).getBytes(UTF_8));
    assertThat(problem.detail().length()).isLessThan(400);
  }

  @Test
  void whateverComesIsReadOrRefused() {
    long seed = 20261121;
    Random random = new Random(seed);
    byte[] good = arrayOf(2).replace("Hi", "é\\n").getBytes(UTF_8);
    for (int i = 0; i < 20_000; i++) {
      byte[] mutated = good.clone();
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
      }
      try {
        assertThat(DraftReader.read(mutated).drafts()).hasSizeLessThan(3);
      } catch (Refusal expected) {
        assertThat(expected.problem().detail()).isNotEmpty();
      } catch (RuntimeException e) {
        throw new AssertionError(
            "seed " + seed + ", round " + i + ": " + new String(mutated, UTF_8), e);
      }
    }
  }

  private static String arrayOf(int count) {
    return "[" + String.join(",", Collections.nCopies(count, SMALL)) + "]";
  }

  private static Draft withField(String field) {
    return readOne("{\"to\":[\"everyone\"],\"title\":\"Hi\"," + field + "}");
  }

  private static Draft readOne(String json) {
    return DraftReader.readOne(json.getBytes(UTF_8));
  }

  private static Drafts read(String json) {
    return DraftReader.read(json.getBytes(UTF_8));
  }

  private static Problem refused(byte[] json) {
    return catchThrowableOfType(Refusal.class, () -> DraftReader.read(json)).problem();
  }
}
