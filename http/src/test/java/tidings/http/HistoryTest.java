package tidings.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static tidings.http.RunningHub.all;
import static tidings.http.RunningHub.request;
import static tidings.http.RunningHub.token;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tidings.core.access.Publisher;
import tidings.core.log.Append;
import tidings.core.notification.Address;
import tidings.core.notification.Draft;
import tidings.core.problem.Problem;
import tools.jackson.databind.JsonNode;

/** protocol/reading.md: pages, long poll, one notification and its original. */
final class HistoryTest {
  private static RunningHub hub;

  @BeforeAll
  static void start() {
    hub = RunningHub.start();
  }

  @AfterAll
  static void stop() {
    hub.close();
  }

  private static String publish(String to, String title) {
    return hub.publish(all("p"), "{\"to\":[\"%s\"],\"title\":\"%s\"}".formatted(to, title))
        .json()
        .get("cursor")
        .asString();
  }

  private static JsonNode page(String query) {
    Wire.Answer answer = hub.get("/v1/notifications" + query, all("alice"));
    assertThat(answer.status()).isEqualTo(200);
    return answer.json();
  }

  private static List<String> titles(JsonNode page) {
    List<String> titles = new ArrayList<>();
    page.get("items").forEach(i -> titles.add(i.get("notification").get("title").asString()));
    return titles;
  }

  @Test
  void pagesGoOnInBothDirectionsWithoutHoles() {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      publish("topic:pages", "n" + i);
      all.add("n" + i);
    }
    List<String> forwards = new ArrayList<>();
    String after = "earliest";
    for (boolean more = true; more; ) {
      JsonNode page = page("?to=topic:pages&limit=3&after=" + after);
      forwards.addAll(titles(page));
      after = page.get("cursor").asString();
      more = page.get("more").asBoolean();
    }
    assertThat(forwards).isEqualTo(all);
    List<String> backwards = new ArrayList<>();
    JsonNode page = page("?to=topic:pages&limit=3");
    backwards.addAll(titles(page));
    while (page.get("more").asBoolean()) {
      page = page("?to=topic:pages&limit=3&before=" + page.get("cursor").asString());
      backwards.addAll(titles(page));
    }
    assertThat(backwards.reversed()).isEqualTo(all);
  }

  @Test
  void aPageIsAsWritten() {
    String cursor = publish("user:alice", "mine");
    String body = hub.get("/v1/notifications?to=user:alice&limit=1", all("alice")).body();
    assertThat(body)
        .matches(
            "\\{\"items\":\\[\\{\"cursor\":\"%s\",\"notification\":\\{\"id\":.*,\"direct\":true}}],"
                    .formatted(cursor)
                + "\"cursor\":\"[a-z0-9]{8}\\.\\d+\",\"more\":(true|false)}");
  }

  @Test
  void anUnknownCursorIsAGapAndAnUnreadableOneIsRefused() {
    String latest = publish("topic:x", "x");
    assertThat(page("?after=zzzzzzzz.7").get("gap").toString())
        .isEqualTo("{\"reason\":\"epoch\",\"from\":\"zzzzzzzz.7\",\"to\":\"" + latest + "\"}");
  }

  @ParameterizedTest
  @CsvSource({
    "?after=x,invalid-cursor,after",
    "?before=earliest,invalid-cursor,before",
    "?before=aaaaaaaa.1&after=latest,invalid-request,before",
    "?limit=0,invalid-request,limit",
    "?limit=501,invalid-request,limit",
    "?limit=1x,invalid-request,limit",
    "?wait=5s,invalid-request,wait",
    "?after=latest&wait=61s,invalid-request,wait",
    "?after=latest&wait=5,invalid-request,wait",
    "?q=,invalid-request,q",
    "?q=a*,invalid-request,q",
    "?q=a&after=latest&wait=5s,invalid-request,q",
    "?after=latest&after=latest,invalid-request,after",
  })
  void aWrongParameterIsNamed(String query, String problem, String field) {
    Wire.Answer answer = hub.get("/v1/notifications" + query, all("a"));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.problem()).isEqualTo(problem);
    assertThat(answer.field()).isEqualTo(field);
  }

  @Test
  void fullTextIsReadInBothDirectionsAndSaysHowFarItKnows() {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      publish("topic:words.a", "needle " + i);
      publish("topic:words.b", "needle " + i);
      publish("topic:words.a", "hay " + i);
      all.add("needle " + i);
    }
    String last = publish("user:bob", "needle of bob");
    String query = "?to=topic:words.a&to=everyone&q=NEEDLE";
    Awaitility.await()
        .until(() -> position(page(query).get("indexed").asString()) >= position(last));
    List<String> forwards = new ArrayList<>();
    String after = "earliest";
    for (boolean more = true; more; ) {
      JsonNode page = page(query + "&limit=2&after=" + after);
      forwards.addAll(titles(page));
      after = page.get("cursor").asString();
      more = page.get("more").asBoolean();
    }
    assertThat(forwards).isEqualTo(all);
    List<String> backwards = new ArrayList<>();
    JsonNode page = page(query + "&limit=2");
    backwards.addAll(titles(page));
    while (page.get("more").asBoolean()) {
      page = page(query + "&limit=2&before=" + page.get("cursor").asString());
      backwards.addAll(titles(page));
    }
    assertThat(backwards.reversed()).isEqualTo(all);
    assertThat(titles(page(query + "&type=none"))).isEmpty();
    assertThat(hub.get("/v1/notifications" + query + "&after=zzzzzzzz.7", all("alice")).body())
        .matches(".*\"more\":(true|false),\"indexed\":\"[a-z0-9]{8}\\.\\d+\",\"gap\":\\{.*}}");
  }

  @Test
  void whatIsReplacedStaysInHistoryAndStreams() {
    String draft = "{\"to\":[\"topic:keys\"],\"title\":\"%s\",\"key\":\"k\"}";
    JsonNode old = hub.publish(all("p"), draft.formatted("old")).json();
    String id = "/v1/notifications/" + old.get("id").asString();
    String before = hub.get(id, all("alice")).body();
    hub.publish(all("p"), draft.formatted("new"));

    assertThat(hub.get(id, all("alice")).body()).isEqualTo(before).contains("\"old\"");
    assertThat(titles(page("?to=topic:keys&after=earliest"))).containsExactly("old", "new");
    assertThat(titles(page("?to=topic:keys"))).containsExactly("new", "old");
    try (Wire events = hub.stream(all("alice"), "?to=topic:keys&after=earliest")) {
      events.headers();
      assertThat(events.frame()).startsWith("event: hello");
      assertThat(events.frame()).contains("\"old\"");
      assertThat(events.frame()).contains("\"new\"");
    }
  }

  private static long position(String cursor) {
    return Long.parseLong(cursor.split("\\.", -1)[1]);
  }

  /** More than one look holds: the newest are found first, and the oldest are given first. */
  @Test
  void manyMatchesAreGivenInTheirOrder() {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      List<String> drafts = new ArrayList<>();
      for (int j = 0; j < 400; j++) {
        String title = "pin %d".formatted(i * 400 + j);
        drafts.add("{\"to\":[\"topic:pins\"],\"title\":\"%s\"}".formatted(title));
        all.add(title);
      }
      assertThat(hub.publish(all("p"), drafts.toString()).status()).isEqualTo(201);
    }
    String last = publish("topic:x", "last");
    Awaitility.await()
        .until(() -> position(page("?q=pin").get("indexed").asString()) >= position(last));
    assertThat(titles("?q=pin&limit=500&after=", "earliest")).isEqualTo(all);
    assertThat(titles("?q=pin&limit=500&before=", last)).isEqualTo(all.reversed());
  }

  /** Of all pages: one may end early. */
  private static List<String> titles(String query, String from) {
    List<String> titles = new ArrayList<>();
    String cursor = from;
    for (boolean more = true; more; ) {
      JsonNode page = page(query + cursor);
      titles.addAll(titles(page));
      cursor = page.get("cursor").asString();
      more = page.get("more").asBoolean();
    }
    return titles;
  }

  @Test
  void aLongPollAnswersWithTheFirstThatMatches() {
    try (Wire wire =
        hub.wire()
            .send(
                request(
                    "GET",
                    "/v1/notifications?to=topic:poll&after=latest&wait=30s",
                    all("alice")))) {
      Awaitility.await()
          .until(() ->
              hub.hub.dispatchers().stream()
                      .mapToInt(dispatcher -> dispatcher.traffic().subscribers())
                      .sum()
                  > 0);
      publish("topic:other", "no");
      publish("topic:poll", "yes");
      assertThat(titles(wire.answer().json())).containsExactly("yes");
    }
  }

  @Test
  void aLongPollEndsEmptyWhenTheTimeHasPassed() {
    JsonNode page = page("?to=topic:never&after=latest&wait=200ms");
    assertThat(page.get("items").isEmpty()).isTrue();
    assertThat(page.get("more").asBoolean()).isFalse();
    try (Wire wire = hub.wire()) {
      String target = "/v1/notifications?after=latest&wait=1s";
      assertThat(wire.send(request("HEAD", target, all("a"))).head().status()).isEqualTo(405);
    }
  }

  @Test
  void whatOneMayNotSeeIsAnsweredLikeWhatIsNotThere() {
    Wire.Answer published = hub.publish(all("p"), "{\"to\":[\"user:bob\"],\"title\":\"private\"}");
    String path = requireNonNull(published.header("Location"));
    String eve = token("eve", "", "topic:#");
    String unknown = hub.get("/v1/notifications/01a1fd55-7afb-7abc-8def-0123456789ab", eve).body();
    assertThat(hub.get(path, eve).body()).isEqualTo(unknown);
    assertThat(hub.get("/v1/notifications/nonsense", eve).body()).isEqualTo(unknown);
    assertThat(hub.get("/v1/notifications/1-1-1-1-1", eve).body()).isEqualTo(unknown);
    assertThat(hub.get(path, token("bob", "", "")).body()).contains("\"direct\":true");
  }

  @Test
  void theOriginalNeedsItsGrant() {
    CompletableFuture<String> id = new CompletableFuture<>();
    hub.hub
        .intake()
        .publish(
            Publisher.source("center"),
            Draft.to(List.of(Address.topic("raw.a")), "t").raw("<b>é".getBytes(UTF_8)).build(),
            null,
            new Append.Outcome() {
              @Override
              public void stored(List<Append.Receipt> receipts) {
                id.complete(receipts.getFirst().id().toString());
              }

              @Override
              public void refused(Problem problem) {
                id.completeExceptionally(problem.refusal());
              }
            });
    String path = "/v1/notifications/" + id.join() + "/raw";
    Wire.Answer raw = hub.get(path, all("alice"));
    assertThat(raw.status()).isEqualTo(200);
    assertThat(raw.body()).isEqualTo("<b>é");
    assertThat(raw.header("Content-Type")).isEqualTo("application/octet-stream");
    assertThat(raw.header("Content-Disposition")).isEqualTo("attachment");
    assertThat(raw.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(hub.get(path, token("bob", "", "topic:#")).status()).isEqualTo(403);
    String none =
        requireNonNull(
            hub.publish(all("p"), "{\"to\":[\"topic:raw.b\"],\"title\":\"t\"}").header("Location"));
    assertThat(hub.get(none + "/raw", all("alice")).status()).isEqualTo(404);
  }

  @Test
  void theSessionSaysWhatTheTokenMay() {
    assertThat(hub.get("/v1/session", token("alice", "topic:shop.#", "topic:shop.#")).body())
        .matches(
            "\\{\"user\":\"alice\",\"grants\":\\{\"publish\":\\[\"topic:shop.#\"],\"subscribe\":"
                + "\\[\"everyone\",\"user:alice\",\"topic:shop.#\"],\"presence\":false,"
                + "\"raw\":false,\"operate\":false},\"expires\":\"[^\"]+\\.000Z\",\"limits\":\\{.*}}");
    assertThat(hub.get("/v1/session", null).status()).isEqualTo(401);
  }
}
