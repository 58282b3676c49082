package tidings.http;

import static org.assertj.core.api.Assertions.assertThat;
import static tidings.http.RunningHub.all;
import static tidings.http.RunningHub.request;
import static tidings.http.RunningHub.token;

import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What one user can learn or change of another's inbox: nothing (protocol/inbox.md). */
final class NobodyElseTest {
  private static final String UNKNOWN = "01a1fd55-7afb-7abc-8def-0123456789ab";

  /** What is given in place of an id that is known. */
  private static final List<String> NONE = List.of(UNKNOWN, "none", "1-1-1-1-1", "%2e%2e");

  private static RunningHub hub;
  private static String machine;

  @BeforeAll
  static void start() {
    hub = RunningHub.start(RunningHub.Options.DEFAULTS.publicly("topic:open"));
    machine =
        hub.send(
                "POST",
                "/v1/tokens",
                all("operator"),
                "{\"name\":\"ci\",\"publish\":[\"topic:#\",\"user:*\"],\"subscribe\":[\"topic:#\"],"
                    + "\"presence\":true,\"raw\":true,\"operate\":true}")
            .json()
            .get("token")
            .asString();
  }

  @AfterAll
  static void stop() {
    hub.close();
  }

  /** Someone who may read topics but nobody else's notifications. */
  private static String user(String name) {
    return token(name, "", "topic:#");
  }

  private static JsonNode publish(String json) {
    Wire.Answer answer = hub.publish(all("p"), json);
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    return answer.json();
  }

  private static String id(String user, String title) {
    return publish("{\"to\":[\"user:%s\"],\"title\":\"%s\"}".formatted(user, title))
        .get("id")
        .asString();
  }

  /** Everything that an answer says but what is the request's own. */
  private static String bytes(Wire.Answer answer) {
    List<String> headers =
        answer.headers().stream()
            .filter(line -> !line.startsWith("X-Request-Id") && !line.startsWith("Date"))
            .toList();
    return answer.status() + "\n" + String.join("\n", headers) + "\n\n" + answer.body();
  }

  private static JsonNode summary(String user) {
    return hub.get("/v1/inbox/summary", user(user)).json();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"read\":true}", "{\"archived\":true}", "{\"read\":false}"})
  void theMarkOfAnothersIsAnsweredLikeThatOfAnUnknownOne(String json) {
    for (String[] pair : new String[][] {{"ann", "ben"}, {"ben", "ann"}}) {
      String foreign = id(pair[0], "private");
      JsonNode before = summary(pair[0]);
      String answer = bytes(hub.send("PATCH", "/v1/inbox/" + foreign, user(pair[1]), json));
      assertThat(answer).startsWith("404\n").contains("urn:tidings:problem:not-found");
      for (String none : NONE) {
        assertThat(bytes(hub.send("PATCH", "/v1/inbox/" + none, user(pair[1]), json)))
            .as(none)
            .isEqualTo(answer);
      }
      assertThat(summary(pair[0])).isEqualTo(before);
      assertThat(summary(pair[1]).get("rev").asLong()).isZero();
    }
  }

  @Test
  void amongManyAnothersIsMissingLikeAnUnknownOne() {
    for (String[] pair : new String[][] {{"ann", "ben"}, {"ben", "ann"}}) {
      String foreign = id(pair[0], "private");
      JsonNode before = summary(pair[0]);
      String json = "{\"ids\":[\"" + foreign + "\"],\"read\":true}";
      String answer = bytes(hub.send("PATCH", "/v1/inbox", user(pair[1]), json));
      assertThat(answer).endsWith("{\"rev\":0,\"missing\":[\"" + foreign + "\"]}");
      assertThat(
              bytes(hub.send("PATCH", "/v1/inbox", user(pair[1]), json.replace(foreign, UNKNOWN))))
          .isEqualTo(answer.replace(foreign, UNKNOWN));
      assertThat(summary(pair[0])).isEqualTo(before);
    }
  }

  @Test
  void whatIsNotFollowedOrNotGrantedIsUnknownToo() {
    String topic = publish("{\"to\":[\"topic:closed\"],\"title\":\"t\"}").get("id").asString();
    String json = "{\"read\":true}";
    String unknown = bytes(hub.send("PATCH", "/v1/inbox/" + UNKNOWN, user("cat"), json));
    assertThat(bytes(hub.send("PATCH", "/v1/inbox/" + topic, user("cat"), json)))
        .isEqualTo(unknown);
    String narrow = token("cat", "", "topic:other");
    hub.send("PUT", "/v1/preferences", narrow, "{\"follows\":[{\"topic\":\"#\"}]}");
    String later = publish("{\"to\":[\"topic:closed\"],\"title\":\"t\"}").get("id").asString();
    assertThat(bytes(hub.send("PATCH", "/v1/inbox/" + later, narrow, json))).isEqualTo(unknown);
    assertThat(hub.get("/v1/inbox", narrow).json().get("items").isEmpty()).isTrue();
    assertThat(hub.get("/v1/inbox/summary", narrow).json().get("unread").asInt()).isZero();
    assertThat(hub.send("PATCH", "/v1/inbox/" + later, user("cat"), json).status()).isEqualTo(200);
  }

  @Test
  void nothingOfAnothersIsListedCountedOrFound() {
    for (String[] pair : new String[][] {{"dee", "fox"}, {"fox", "dee"}}) {
      String words = "zebra" + pair[0];
      hub.get("/v1/inbox/summary", user(pair[1]));
      JsonNode sent = publish("{\"to\":[\"user:%s\"],\"title\":\"%s\"}".formatted(pair[0], words));
      String cursor = sent.get("cursor").asString();
      Awaitility.await()
          .until(() ->
              hub.get("/v1/inbox?q=" + words, user(pair[0])).body().contains(words)
                  && hub.get("/v1/notifications?q=" + words, user(pair[0])).body().contains(words));
      for (String target :
          List.of(
              "/v1/inbox?state=all&q=" + words,
              "/v1/inbox?state=all&q=zebra*",
              "/v1/inbox?state=all",
              "/v1/notifications?q=" + words,
              "/v1/notifications?after=earliest&q=zebra*",
              "/v1/notifications")) {
        String other = hub.get(target, user(pair[1])).body();
        assertThat(other).as(target).contains("\"items\":[").doesNotContain("zebra" + pair[0]);
      }
      JsonNode before = summary(pair[0]);
      String upTo = "{\"upTo\":\"" + cursor + "\"}";
      for (String target :
          List.of(
              "/v1/inbox/read?state=all",
              "/v1/inbox/read?state=all&q=" + words,
              "/v1/inbox/archive?level=info",
              "/v1/inbox/seen",
              "/v1/inbox/read",
              "/v1/inbox/archive")) {
        assertThat(hub.send("POST", target, user(pair[1]), upTo).status()).isEqualTo(200);
      }
      assertThat(summary(pair[0])).isEqualTo(before);
    }
  }

  @Test
  void readStateOfWhatIsForEveryoneIsEachOnesOwn() {
    hub.get("/v1/inbox/summary", user("gil"));
    hub.get("/v1/inbox/summary", user("hew"));
    String id = publish("{\"to\":[\"everyone\"],\"title\":\"t\"}").get("id").asString();
    assertThat(hub.send("PATCH", "/v1/inbox/" + id, user("gil"), "{\"read\":true}").status())
        .isEqualTo(200);
    assertThat(summary("gil").get("unread").asInt())
        .isEqualTo(summary("hew").get("unread").asInt() - 1);
    assertThat(summary("hew").get("rev").asLong()).isZero();
  }

  @Test
  void preferencesAreEachOnesOwn() {
    hub.send("PUT", "/v1/preferences", user("ivy"), "{\"mutes\":[{\"source\":\"secret\"}]}");
    String nobodys = hub.get("/v1/preferences", user("jim")).body();
    assertThat(nobodys).isEqualTo("{\"mutes\":[],\"rev\":0}");
    assertThat(hub.send("PUT", "/v1/preferences", user("jim"), "{\"rev\":1}").body())
        .isEqualTo(
            "{\"type\":\"urn:tidings:problem:rev-conflict\",\"title\":\"Revision conflict\","
                + "\"status\":409,\"detail\":\"rev 1 (expected 0, the last change of preferences)\","
                + "\"field\":\"rev\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /v1/inbox",
        "GET /v1/inbox?q=a",
        "GET /v1/inbox/summary",
        "PATCH /v1/inbox/ID {\"read\":true}",
        "PATCH /v1/inbox {\"ids\":[\"ID\"],\"read\":true}",
        "POST /v1/inbox/seen {\"upTo\":\"aaaaaaaa.1\"}",
        "POST /v1/inbox/read {\"upTo\":\"aaaaaaaa.1\"}",
        "POST /v1/inbox/read?type=a {\"upTo\":\"aaaaaaaa.1\"}",
        "POST /v1/inbox/archive {\"upTo\":\"aaaaaaaa.1\"}",
        "GET /v1/preferences",
        "PUT /v1/preferences {}"
      })
  void anInboxNeedsAUser(String call) {
    String id = id("kim", "private");
    String[] parts = call.replace("ID", id).split(" ", 3);
    Wire.Answer anonymous = call(parts, null);
    assertThat(anonymous.status()).isEqualTo(401);
    assertThat(anonymous.problem()).isEqualTo("unauthenticated");
    assertThat(anonymous.header("WWW-Authenticate")).isEqualTo("Bearer");
    Wire.Answer refused = call(parts, machine);
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.problem()).isEqualTo("forbidden");
    assertThat(call(parts, "none").status()).isEqualTo(401);
  }

  private static Wire.Answer call(String[] parts, @org.jspecify.annotations.Nullable String token) {
    return parts.length == 2
        ? hub.call(request(parts[0], parts[1], token))
        : hub.send(parts[0], parts[1], token, parts[2]);
  }
}
