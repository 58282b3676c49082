package tidings.http;

import static org.assertj.core.api.Assertions.assertThat;
import static tidings.http.RunningHub.all;
import static tidings.http.RunningHub.token;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** protocol/preferences.md over HTTP. */
final class PreferencesTest {
  private static RunningHub hub;

  @BeforeAll
  static void start() {
    hub = RunningHub.start(RunningHub.Options.DEFAULTS.publicly("topic:open.#"));
  }

  @AfterAll
  static void stop() {
    hub.close();
  }

  private static Wire.Answer put(String user, String json) {
    return hub.send("PUT", "/v1/preferences", all(user), json);
  }

  private static String saved(String user, String json) {
    Wire.Answer answer = put(user, json);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(hub.get("/v1/preferences", all(user)).body()).isEqualTo(answer.body());
    return answer.body();
  }

  private static String publish(String to) {
    return hub.publish(all("p"), "{\"to\":[\"%s\"],\"title\":\"t\"}".formatted(to))
        .json()
        .get("cursor")
        .asString();
  }

  @Test
  void theyAreAsWritten() {
    String end = publish("topic:written");
    assertThat(
            saved(
                "ada",
                """
                {"follows": [{"topic": "shop.#"}, {"topic": "news", "since": "says.nothing"}],
                 "mutes": [{"type": "push", "until": "2999-11-21T11:00:00.1234+01:00"},
                   {"topic": "shop.test.#"}, {"source": "Jenkins*"}],
                 "quiet": {"from": "22:00", "to": "07:00", "zone": "Europe/Berlin"}, "rev": 0}
                """))
        .isEqualTo(
            ("{\"follows\":[{\"topic\":\"shop.#\",\"since\":\"E\"},{\"topic\":\"news\","
                    + "\"since\":\"E\"}],\"mutes\":[{\"type\":\"push\",\"until\":"
                    + "\"2999-11-21T10:00:00.123Z\"},{\"topic\":\"shop.test.#\"},"
                    + "{\"source\":\"Jenkins*\"}],\"quiet\":{\"from\":\"22:00\",\"to\":\"07:00\","
                    + "\"zone\":\"Europe/Berlin\"},\"rev\":1}")
                .replace("E\"", end + "\""));
  }

  @Test
  void noListIsNotAnEmptyOne() {
    assertThat(hub.get("/v1/preferences", all("bea")).body()).isEqualTo("{\"mutes\":[],\"rev\":0}");
    assertThat(saved("bea", "{\"follows\":[]}"))
        .isEqualTo("{\"follows\":[],\"mutes\":[],\"rev\":1}");
    assertThat(saved("bea", "{}")).isEqualTo("{\"mutes\":[],\"rev\":2}");
    assertThat(saved("bea", "{\"follows\":null,\"quiet\":null}"))
        .isEqualTo("{\"mutes\":[],\"rev\":2}");
  }

  @Test
  void whatStaysKeepsItsSince() {
    String first = publish("topic:kept");
    saved("cid", "{\"follows\":[{\"topic\":\"kept.#\"}]}");
    String second = publish("topic:kept");
    JsonNode follows =
        hub.send(
                "PUT",
                "/v1/preferences",
                all("cid"),
                "{\"follows\":[{\"topic\":\"new\"},{\"topic\":\"kept.a\"}]}")
            .json()
            .get("follows");
    assertThat(follows.get(0).get("since").asString()).isEqualTo(second);
    assertThat(follows.get(1).get("since").asString()).isEqualTo(first);
  }

  @Test
  void twoDevicesDoNotUndoEachOther() {
    saved("dan", "{\"mutes\":[{\"type\":\"push\"}],\"rev\":0}");
    Wire.Answer late = put("dan", "{\"mutes\":[],\"rev\":0}");
    assertThat(late.status()).isEqualTo(409);
    assertThat(late.problem()).isEqualTo("rev-conflict");
    assertThat(late.field()).isEqualTo("rev");
    assertThat(saved("dan", "{\"mutes\":[{\"type\":\"push\"}],\"rev\":1}")).endsWith("\"rev\":1}");
    assertThat(saved("dan", "{\"rev\":1}")).isEqualTo("{\"mutes\":[],\"rev\":2}");
  }

  /** What raises the revision otherwise is no change of preferences. */
  @Test
  void aMarkIsNoConflict() {
    saved("eli", "{\"follows\":[]}");
    String cursor = publish("user:eli");
    hub.send("POST", "/v1/inbox/read", all("eli"), "{\"upTo\":\"" + cursor + "\"}");
    assertThat(saved("eli", "{\"rev\":1}")).isEqualTo("{\"mutes\":[],\"rev\":3}");
  }

  @Test
  void aMuteThatHasEndedIsLeftOut() {
    assertThat(saved("fay", "{\"mutes\":[{\"type\":\"a\",\"until\":\"2020-01-01T00:00:00Z\"}]}"))
        .isEqualTo("{\"mutes\":[],\"rev\":0}");
  }

  private static List<String> inbox(String user) {
    List<String> titles = new ArrayList<>();
    hub.get("/v1/inbox", all(user))
        .json()
        .get("items")
        .forEach(item -> titles.add(item.get("notification").get("title").asString()));
    return titles;
  }

  private static int unread(String user) {
    return hub.get("/v1/inbox/summary", all(user)).json().get("unread").asInt();
  }

  @Test
  void mutesHideByPatternTypeAndSource() {
    String follows = "\"follows\":[{\"topic\":\"muted.#\"}]";
    saved("jil", "{" + follows + "}");
    for (String title : List.of("a", "b", "c", "d")) {
      hub.publish(
          all("p"),
          "{\"to\":[\"topic:muted.%1$s\"],\"title\":\"%1$s\",\"type\":\"of.%1$s\",\"source\":\"by%1$s\"}"
              .formatted(title));
    }
    assertThat(inbox("jil")).containsExactly("d", "c", "b", "a");
    String mutes = "[{\"topic\":\"*.a\"},{\"type\":\"of.b\"},{\"source\":\"byc\"}]";
    saved("jil", "{" + follows + ",\"mutes\":" + mutes + "}");
    assertThat(inbox("jil")).containsExactly("d");
    assertThat(unread("jil")).isEqualTo(1);
    saved("jil", "{" + follows + "}");
    assertThat(inbox("jil")).containsExactly("d", "c", "b", "a");
    assertThat(unread("jil")).isEqualTo(4);
  }

  @Test
  void aMuteEndsAndWhatItHidShowsAgain() {
    saved("kit", "{\"follows\":[]}");
    hub.publish(all("p"), "{\"to\":[\"user:kit\"],\"title\":\"t\",\"type\":\"brief\"}");
    String until = InstantSource.system().instant().plusMillis(3_000).toString();
    String saved = saved("kit", "{\"mutes\":[{\"type\":\"#\",\"until\":\"" + until + "\"}]}");
    assertThat(saved).contains("\"until\":\"");
    assertThat(inbox("kit")).isEmpty();
    assertThat(unread("kit")).isZero();
    Awaitility.await().until(() -> inbox("kit").equals(List.of("t")) && unread("kit") == 1);
    assertThat(hub.get("/v1/preferences", all("kit")).body()).contains("\"mutes\":[]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"follow\":[]}|follow",
        "{\"follows\":{}}|follows",
        "{\"follows\":[\"a\"]}|follows",
        "{\"follows\":[{}]}|follows[0].topic",
        "{\"follows\":[{\"topic\":\"a\"},{\"topic\":\"a..b\"}]}|follows[1].topic",
        "{\"follows\":[{\"topic\":\"a\",\"until\":\"x\"}]}|follows[0].until",
        "{\"follows\":[{\"topic\":\"a\",\"since\":1}]}|follows[0].since",
        "{\"follows\":[{\"topic\":\"a\"},{\"topic\":\"a\"}]}|follows",
        "{\"mutes\":[{}]}|mutes[0].topic",
        "{\"mutes\":[{\"topic\":\"a\",\"type\":\"b\"}]}|mutes[0].topic",
        "{\"mutes\":[{\"type\":\"a b\"}]}|mutes[0].type",
        "{\"mutes\":[{\"type\":7}]}|mutes[0].type",
        "{\"mutes\":[{\"source\":\"\"}]}|mutes[0].source",
        "{\"mutes\":[{\"source\":\"a\\nb\"}]}|mutes[0].source",
        "{\"mutes\":[{\"topic\":\"a\",\"until\":\"tomorrow\"}]}|mutes[0].until",
        "{\"mutes\":[{\"topic\":\"a\",\"until\":\"+999999999-01-01T00:00:00Z\"}]}|mutes[0].until",
        "{\"quiet\":{\"from\":\"22:00\",\"to\":\"07:00\"}}|quiet.zone",
        "{\"quiet\":{\"from\":\"24:00\",\"to\":\"07:00\",\"zone\":\"UTC\"}}|quiet.from",
        "{\"quiet\":{\"from\":\"07:00\",\"to\":\"07:00\",\"zone\":\"UTC\"}}|quiet.to",
        "{\"quiet\":{\"from\":\"22:00\",\"to\":\"07:00\",\"zone\":\"Mars\"}}|quiet.zone",
        "{\"quiet\":[]}|quiet",
        "{\"rev\":-1}|rev",
        "{\"rev\":1.5}|rev",
        "{\"rev\":99999999999999999999}|rev",
      })
  void whatIsWrongIsNamed(String json, String field) {
    Wire.Answer answer = put("gus", json);
    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    assertThat(answer.problem()).isEqualTo("invalid-request");
    assertThat(answer.field()).isEqualTo(field);
    assertThat(hub.get("/v1/preferences", all("gus")).body()).isEqualTo("{\"mutes\":[],\"rev\":0}");
  }

  @Test
  void aHundredOfEachAreTakenAndNoMore() {
    assertThat(put("hal", "{\"mutes\":" + mutes(100) + "}").status()).isEqualTo(200);
    assertThat(put("hal", "{\"mutes\":" + mutes(101) + "}").field()).isEqualTo("mutes");
    assertThat(put("hal", "{\"follows\":" + mutes(100) + "}").status()).isEqualTo(200);
    assertThat(put("hal", "{\"follows\":" + mutes(101) + "}").field()).isEqualTo("follows");
  }

  private static String mutes(int count) {
    return IntStream.range(0, count).mapToObj("{\"topic\":\"t%d\"}"::formatted).toList().toString();
  }

  // --- topics ---

  private static List<String> topics(String query, String token) {
    List<String> names = new ArrayList<>();
    JsonNode page = page(query, token);
    page.get("items").forEach(item -> names.add(item.get("topic").asString()));
    return names;
  }

  private static JsonNode page(String query, @org.jspecify.annotations.Nullable String token) {
    Wire.Answer answer = hub.get("/v1/topics" + query, token);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.json();
  }

  @Test
  void topicsComeByNameAPageAtATime() {
    for (String topic : List.of("paged.b", "paged.a.x", "paged", "pagedother", "paged.C")) {
      publish("topic:" + topic);
    }
    String newest = publish("topic:paged.b");
    String reader = token("ivy", "", "topic:#");
    assertThat(topics("?pattern=paged.%23", reader))
        .containsExactly("paged", "paged.C", "paged.a.x", "paged.b");
    assertThat(topics("?pattern=paged.*", reader)).containsExactly("paged.C", "paged.b");
    assertThat(hub.get("/v1/topics?pattern=paged.%23&after=paged.a.x", reader).body())
        .isEqualTo(
            "{\"items\":[{\"topic\":\"paged.b\",\"newest\":\"%s\"}],\"after\":\"paged.b\","
                    .formatted(newest)
                + "\"more\":false}");
    JsonNode first = page("?pattern=paged.%23&limit=3", reader);
    assertThat(first.get("more").asBoolean()).isTrue();
    assertThat(first.get("after").asString()).isEqualTo("paged.a.x");
    assertThat(topics("?pattern=paged.%23&limit=3&after=paged.a.x", reader))
        .containsExactly("paged.b");
    assertThat(hub.get("/v1/topics?pattern=none", reader).body())
        .isEqualTo("{\"items\":[],\"more\":false}");
  }

  /** Not even by {@code more} or {@code after}. */
  @Test
  void topicsThatMayNotBeReadAreNotThere() {
    publish("topic:open.a");
    publish("topic:secret.a");
    publish("topic:zz.secret");
    String narrow = token("jim", "", "topic:open.#");
    for (String token : new String[] {null, narrow}) {
      assertThat(page("?limit=1", token))
          .hasToString(
              "{\"items\":[{\"topic\":\"open.a\",\"newest\":\"%s\"}],\"after\":\"open.a\",\"more\":false}"
                  .formatted(page("", token).get("items").get(0).get("newest").asString()));
      assertThat(hub.get("/v1/topics?pattern=secret.%23", token).body())
          .isEqualTo("{\"items\":[],\"more\":false}");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "?pattern=a..b,pattern",
    "?after=a.*,after",
    "?limit=0,limit",
    "?limit=1001,limit",
    "?to=everyone,to",
  })
  void aWrongParameterIsNamed(String query, String field) {
    Wire.Answer answer = hub.get("/v1/topics" + query, all("kim"));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.field()).isEqualTo(field);
  }
}
