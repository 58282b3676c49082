package tidings.http;

import static org.assertj.core.api.Assertions.assertThat;
import static tidings.http.RunningHub.all;
import static tidings.http.RunningHub.request;
import static tidings.http.RunningHub.sending;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** protocol/inbox.md over HTTP; what the rules make of it is shown by the contract of inboxes. */
final class InboxTest {
  private static final String UNKNOWN = "01a1fd55-7afb-7abc-8def-0123456789ab";
  private static RunningHub hub;

  @BeforeAll
  static void start() {
    hub = RunningHub.start();
  }

  @AfterAll
  static void stop() {
    hub.close();
  }

  /** What was published: its id and its place. */
  private record Sent(String id, String cursor) {}

  private static Sent publish(String to, String title, String more) {
    JsonNode answer =
        hub.publish(all("p"), "{\"to\":[\"%s\"],\"title\":\"%s\"%s}".formatted(to, title, more))
            .json();
    return new Sent(answer.get("id").asString(), answer.get("cursor").asString());
  }

  private static Sent publish(String to, String title) {
    return publish(to, title, "");
  }

  private static void withdraw(Sent sent) {
    String path = "/v1/notifications/" + sent.id;
    assertThat(hub.call(request("DELETE", path, all("p"))).status()).isEqualTo(204);
  }

  private static JsonNode get(String user, String target) {
    Wire.Answer answer = hub.get(target, all(user));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.json();
  }

  private static JsonNode send(String user, String method, String target, String json) {
    Wire.Answer answer = hub.send(method, target, all(user), json);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.json();
  }

  private static List<String> titles(String user, String query) {
    List<String> titles = new ArrayList<>();
    get(user, "/v1/inbox" + query)
        .get("items")
        .forEach(i -> titles.add(i.get("notification").get("title").asString()));
    return titles;
  }

  private static String upTo(Sent sent) {
    return "{\"upTo\":\"" + sent.cursor + "\"}";
  }

  private static long rev(String user) {
    return get(user, "/v1/inbox/summary").get("rev").asLong();
  }

  /** Has a user begin. */
  private static void begin(String user) {
    get(user, "/v1/inbox/summary");
  }

  // --- the list ---

  @Test
  void aPageIsAsWritten() {
    send("ada", "PUT", "/v1/preferences", "{\"follows\":[{\"topic\":\"written.#\"}]}");
    publish("topic:written.a", "1", ",\"key\":\"k\",\"time\":\"2026-11-21T09:00:00.123Z\"");
    Sent second = publish("topic:written.a", "2", ",\"key\":\"k\"");
    Sent direct = publish("user:ada", "3");
    assertThat(hub.get("/v1/inbox", all("ada")).body())
        .matches(
            ("\\{\"items\":\\[\\{\"cursor\":\"%s\",\"state\":\"unread\",\"reason\":\"direct\","
                    + "\"notification\":\\{\"id\":\"%s\".*\"title\":\"3\",\"direct\":true}},"
                    + "\\{\"cursor\":\"%s\",\"state\":\"unread\",\"reason\":\"topic:written.#\","
                    + "\"firstTime\":\"2026-11-21T09:00:00.123Z\",\"notification\":"
                    + "\\{\"id\":\"%s\",[^{]*\"key\":\"k\"}}],\"cursor\":\"[a-z0-9]{8}\\.\\d+\","
                    + "\"more\":false,\"rev\":1}")
                .formatted(direct.cursor, direct.id, second.cursor, second.id));
  }

  @Test
  void aPageEndsAtItsLimitAndTheNextGoesOn() {
    begin("bea");
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      publish("user:bea", "n" + i);
      all.addFirst("n" + i);
    }
    List<String> read = new ArrayList<>();
    JsonNode page = get("bea", "/v1/inbox?limit=3");
    for (int pages = 1; ; pages++) {
      page.get("items").forEach(i -> read.add(i.get("notification").get("title").asString()));
      if (!page.get("more").asBoolean()) {
        assertThat(pages).isLessThanOrEqualTo(4);
        break;
      }
      page = get("bea", "/v1/inbox?limit=3&before=" + page.get("cursor").asString());
    }
    assertThat(read).isEqualTo(all);
  }

  @Test
  void theListIsFilteredByStateTypeSourceLevelAndTopic() {
    send("cid", "PUT", "/v1/preferences", "{\"follows\":[{\"topic\":\"list.#\"}]}");
    Sent build = publish("topic:list.a", "build", ",\"type\":\"build.failed\",\"level\":\"error\"");
    Sent order = publish("topic:list.b", "order", ",\"type\":\"order\",\"source\":\"shop\"");
    publish("user:cid", "mine", ",\"level\":\"warning\"");
    publish("topic:other", "not followed");
    publish("user:eve", "not mine");
    assertThat(titles("cid", "")).containsExactly("mine", "order", "build");
    assertThat(titles("cid", "?type=build.%23")).containsExactly("build");
    assertThat(titles("cid", "?type=!build.%23")).containsExactly("mine", "order");
    assertThat(titles("cid", "?source=sh*")).containsExactly("order");
    assertThat(titles("cid", "?level=warning")).containsExactly("mine", "build");
    assertThat(titles("cid", "?topic=list.a&topic=list.c")).containsExactly("build");
    assertThat(titles("cid", "?topic=!list.a")).containsExactly("mine", "order");
    send("cid", "PATCH", "/v1/inbox/" + build.id, "{\"read\":true}");
    send("cid", "PATCH", "/v1/inbox/" + order.id, "{\"archived\":true}");
    assertThat(titles("cid", "")).containsExactly("mine", "build");
    assertThat(titles("cid", "?state=unread")).containsExactly("mine");
    assertThat(titles("cid", "?state=read")).containsExactly("build");
    assertThat(titles("cid", "?state=archived")).containsExactly("order");
    assertThat(titles("cid", "?state=all")).containsExactly("mine", "order", "build");
  }

  @Test
  void whatIsNotFollowedIsNotInIt() {
    begin("dan");
    publish("topic:dan", "a topic");
    Sent all = publish("everyone", "for all");
    publish("user:eve", "not mine");
    assertThat(titles("dan", "")).containsExactly("for all");
    withdraw(all);
  }

  @Test
  void whatIsWithdrawnOrHasExpiredIsGoneFromListAndCounts() {
    begin("dot");
    Sent withdrawn = publish("user:dot", "withdrawn");
    publish("user:dot", "brief", ",\"expires\":\"" + soon() + "\"");
    publish("user:dot", "stays");
    withdraw(withdrawn);
    Awaitility.await().until(() -> titles("dot", "").equals(List.of("stays")));
    assertThat(get("dot", "/v1/inbox/summary").get("unread").asInt()).isEqualTo(1);
  }

  private static String soon() {
    return java.time.InstantSource.system().instant().plusMillis(800).toString();
  }

  @Test
  void fullTextFindsWordsInTitleAndBodyAndSaysHowFarItKnows() {
    begin("eli");
    publish("user:eli", "Café in Zürich", ",\"body\":\"opens at nine\"");
    Sent last = publish("user:eli", "closed");
    Awaitility.await().until(() -> indexed("eli", last));
    assertThat(titles("eli", "?q=cafe+NINE")).containsExactly("Café in Zürich");
    assertThat(titles("eli", "?q=zur*")).containsExactly("Café in Zürich");
    assertThat(titles("eli", "?q=nin")).isEmpty();
    assertThat(hub.get("/v1/inbox?q=closed", all("eli")).body())
        .matches(".*\"more\":false,\"indexed\":\"[a-z0-9]{8}\\.\\d+\",\"rev\":\\d+}");
    assertThat(get("eli", "/v1/inbox").get("indexed")).isNull();
  }

  /** Whether full text knows what was sent. */
  private static boolean indexed(String user, Sent sent) {
    return position(get(user, "/v1/inbox?q=x").get("indexed").asString()) >= position(sent.cursor);
  }

  private static long position(String cursor) {
    return Long.parseLong(cursor.split("\\.", -1)[1]);
  }

  // --- marks ---

  @Test
  void theSummaryIsAsWrittenAndCountsUpTo999() {
    begin("fay");
    assertThat(hub.get("/v1/inbox/summary", all("fay")).body())
        .matches(
            "\\{\"unread\":0,\"unseen\":0,\"more\":false,\"rev\":0,\"cursor\":\"[a-z0-9]{8}.\\d+\"}");
    String one = "{\"to\":[\"user:fay\"],\"title\":\"t\"}";
    String most = "[" + String.join(",", java.util.Collections.nCopies(999, one)) + "]";
    assertThat(hub.publish(all("p"), most).status()).isEqualTo(201);
    JsonNode full = get("fay", "/v1/inbox/summary");
    assertThat(full.get("unread").asInt()).isEqualTo(999);
    assertThat(full.get("more").asBoolean()).isFalse();
    Sent last = publish("user:fay", "one more");
    assertThat(get("fay", "/v1/inbox/summary").get("more").asBoolean()).isTrue();
    send("fay", "POST", "/v1/inbox/seen", upTo(last));
    JsonNode seen = get("fay", "/v1/inbox/summary");
    assertThat(seen.get("unseen").asInt()).isZero();
    assertThat(seen.get("unread").asInt()).isEqualTo(999);
  }

  @Test
  void oneIsMarkedBothWaysAndWhatIsSoAlreadyRaisesNothing() {
    begin("gus");
    String path = "/v1/inbox/" + publish("user:gus", "t").id;
    assertThat(hub.send("PATCH", path, all("gus"), "{\"read\":true}").body())
        .isEqualTo("{\"rev\":1}");
    assertThat(send("gus", "PATCH", path, "{\"read\":true}").get("rev").asLong()).isEqualTo(1);
    send("gus", "PATCH", path, "{\"read\":false,\"archived\":true}");
    assertThat(get("gus", "/v1/inbox/summary").get("unread").asInt()).isZero();
    send("gus", "PATCH", path, "{\"archived\":false}");
    assertThat(get("gus", "/v1/inbox/summary").get("unread").asInt()).isEqualTo(1);
    assertThat(rev("gus")).isEqualTo(3);
  }

  @Test
  void ofManyTheMissingAreToldInTheirOrder() {
    begin("hal");
    Sent one = publish("user:hal", "1");
    Sent two = publish("user:hal", "2");
    String ids = "[\"x\",\"%s\",\"%s\",\"é\",\"%s\"]".formatted(one.id, UNKNOWN, two.id);
    assertThat(
            hub.send("PATCH", "/v1/inbox", all("hal"), "{\"ids\":" + ids + ",\"read\":true}")
                .body())
        .isEqualTo("{\"rev\":1,\"missing\":[\"x\",\"" + UNKNOWN + "\",\"é\"]}");
    assertThat(titles("hal", "?state=read")).containsExactly("2", "1");
    assertThat(
            hub.send("PATCH", "/v1/inbox", all("hal"), "{\"ids\":[\"x\"],\"read\":false}").body())
        .isEqualTo("{\"rev\":1,\"missing\":[\"x\"]}");
    String many = String.join(",", java.util.Collections.nCopies(500, "\"" + one.id + "\""));
    assertThat(send("hal", "PATCH", "/v1/inbox", "{\"ids\":[" + many + "],\"read\":false}"))
        .hasToString("{\"rev\":2,\"missing\":[]}");
  }

  @Test
  void everythingUpToACursorIsMarked() {
    begin("ida");
    publish("user:ida", "1");
    Sent second = publish("user:ida", "2");
    publish("user:ida", "3");
    assertThat(hub.send("POST", "/v1/inbox/seen", all("ida"), upTo(second)).body())
        .isEqualTo("{\"rev\":1}");
    assertThat(get("ida", "/v1/inbox/summary").get("unseen").asInt()).isEqualTo(1);
    send("ida", "POST", "/v1/inbox/read", upTo(second));
    assertThat(titles("ida", "?state=unread")).containsExactly("3");
    send("ida", "POST", "/v1/inbox/archive", upTo(second));
    assertThat(titles("ida", "")).containsExactly("3");
    assertThat(rev("ida")).isEqualTo(3);
  }

  @Test
  void withFiltersOnlyWhatTheListShowsIsMarked() {
    begin("jon");
    publish("user:jon", "a", ",\"type\":\"push\"");
    publish("user:jon", "b", ",\"type\":\"order\"");
    Sent last = publish("user:jon", "c", ",\"type\":\"push\"");
    publish("user:jon", "d", ",\"type\":\"push\"");
    send("jon", "POST", "/v1/inbox/read?type=push", upTo(last));
    assertThat(titles("jon", "?state=unread")).containsExactly("d", "b");
    send("jon", "POST", "/v1/inbox/archive?state=read", upTo(last));
    assertThat(titles("jon", "?state=archived")).containsExactly("c", "a");
  }

  @Test
  void aReplacedOneCanBeMarkedToo() {
    begin("kay");
    Sent old = publish("user:kay", "old", ",\"key\":\"kay\"");
    publish("user:kay", "new", ",\"key\":\"kay\"");
    send("kay", "PATCH", "/v1/inbox/" + old.id, "{\"read\":true}");
    assertThat(titles("kay", "?state=unread")).containsExactly("new");
  }

  // --- what is wrong ---

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET|/v1/inbox?state=new||invalid-request|state",
        "GET|/v1/inbox?limit=0||invalid-request|limit",
        "GET|/v1/inbox?limit=501||invalid-request|limit",
        "GET|/v1/inbox?before=x||invalid-cursor|before",
        "GET|/v1/inbox?before=aaaaaaaa.1||invalid-cursor|before",
        "GET|/v1/inbox?type=a..b||invalid-request|type",
        "GET|/v1/inbox?topic=a..b||invalid-request|topic",
        "GET|/v1/inbox?source=||invalid-request|source",
        "GET|/v1/inbox?level=high||invalid-request|level",
        "GET|/v1/inbox?level=info&level=info||invalid-request|level",
        "GET|/v1/inbox?q=||invalid-request|q",
        "GET|/v1/inbox?q=--||invalid-request|q",
        "GET|/v1/inbox?q=1+2+3+4+5+6+7+8+9+10+11||invalid-request|q",
        "GET|/v1/inbox?to=everyone||invalid-request|to",
        "GET|/v1/inbox/summary?state=all||invalid-request|state",
        "PATCH|/v1/inbox/ID?state=all|{\"read\":true}|invalid-request|state",
        "PATCH|/v1/inbox/ID|{}|invalid-request|read",
        "PATCH|/v1/inbox/ID|{\"read\":1}|invalid-request|read",
        "PATCH|/v1/inbox/ID|{\"archived\":\"yes\"}|invalid-request|archived",
        "PATCH|/v1/inbox/ID|{\"read\":true,\"seen\":true}|invalid-request|seen",
        "PATCH|/v1/inbox/ID|[]|invalid-request|",
        "PATCH|/v1/inbox|{\"read\":true}|invalid-request|ids",
        "PATCH|/v1/inbox|{\"ids\":[],\"read\":true}|invalid-request|ids",
        "PATCH|/v1/inbox|{\"ids\":[1],\"read\":true}|invalid-request|ids",
        "PATCH|/v1/inbox|{\"ids\":[\"\\ud800\"],\"read\":true}|invalid-request|ids",
        "PATCH|/v1/inbox|{\"ids\":\"a\",\"read\":true}|invalid-request|ids",
        "PATCH|/v1/inbox|{\"ids\":[\"a\"]}|invalid-request|read",
        "POST|/v1/inbox/seen|{}|invalid-request|upTo",
        "POST|/v1/inbox/seen|{\"upTo\":1}|invalid-request|upTo",
        "POST|/v1/inbox/seen|{\"upTo\":\"latest\"}|invalid-cursor|upTo",
        "POST|/v1/inbox/read|{\"upTo\":\"aaaaaaaa.1\"}|invalid-cursor|upTo",
        "POST|/v1/inbox/archive|{\"upTo\":\"BEYOND\"}|invalid-cursor|upTo",
        "POST|/v1/inbox/seen?type=push|{\"upTo\":\"CURSOR\"}|invalid-request|type",
        "POST|/v1/inbox/read?limit=5|{\"upTo\":\"CURSOR\"}|invalid-request|limit",
        "POST|/v1/inbox/read?before=a|{\"upTo\":\"CURSOR\"}|invalid-request|before",
        "POST|/v1/inbox/read?state=x|{\"upTo\":\"CURSOR\"}|invalid-request|state",
      })
  void aWrongParameterOrFieldIsNamed(
      String method, String target, String json, String problem, String field) {
    Sent sent = publish("user:lea", "t");
    String beyond = sent.cursor.replaceFirst("\\..*", ".999999999");
    String body = json == null ? "" : json.replace("CURSOR", sent.cursor).replace("BEYOND", beyond);
    long before = rev("lea");
    Wire.Answer answer =
        json == null
            ? hub.get(target, all("lea"))
            : hub.send(method, target.replace("ID", sent.id), all("lea"), body);
    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    assertThat(answer.problem()).isEqualTo(problem);
    assertThat(answer.field()).isEqualTo(field);
    assertThat(rev("lea")).isEqualTo(before);
  }

  @Test
  void moreThan500AtOnceAreRefused() {
    String ids = IntStream.range(0, 501).mapToObj(i -> "\"" + i + "\"").toList().toString();
    Wire.Answer answer =
        hub.send("PATCH", "/v1/inbox", all("lea"), "{\"ids\":" + ids + ",\"read\":true}");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.field()).isEqualTo("ids");
  }

  @Test
  void onlyJsonIsTaken() {
    Sent sent = publish("user:lea", "t");
    String plain =
        sending("POST", "/v1/inbox/read", all("lea"), "text/plain", upTo(sent)); // as a form could
    assertThat(hub.call(plain).status()).isEqualTo(415);
  }

  /** As for every change: another site's page can send a cookie, but not an Origin of ours. */
  @Test
  void aSessionsCookieMarksOnlyFromItsOwnOrigin() {
    Sent sent = publish("user:max", "t");
    Wire.Answer started = hub.call(request("POST", "/v1/session", all("max")));
    String cookie = Objects.requireNonNull(started.header("Set-Cookie")).split(";", 2)[0];
    for (String origin : List.of("", "Origin: https://evil.example\r\n", "Origin: null\r\n")) {
      for (String call : List.of("POST /v1/inbox/read", "PATCH /v1/inbox/" + sent.id)) {
        assertThat(marked(call, sent, cookie, origin).status()).as(call).isEqualTo(403);
      }
      assertThat(marked("PUT /v1/preferences", sent, cookie, origin).status()).isEqualTo(403);
    }
    assertThat(rev("max")).isZero();
    String own = "Origin: http://localhost\r\n";
    assertThat(marked("POST /v1/inbox/read", sent, cookie, own).status()).isEqualTo(200);
    assertThat(rev("max")).isEqualTo(1);
  }

  private static Wire.Answer marked(String call, Sent sent, String cookie, String origin) {
    String[] parts = call.split(" ", 2);
    String json = parts[1].endsWith("/read") ? upTo(sent) : "{}";
    return hub.call(
        sending(parts[0], parts[1], null, "application/json", json)
            .replace("Host:", origin + "Cookie: " + cookie + "\r\nHost:"));
  }
}
