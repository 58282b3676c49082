package tidings.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static tidings.http.RunningHub.all;
import static tidings.http.RunningHub.request;
import static tidings.http.RunningHub.token;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tidings.core.access.Grant;
import tidings.core.delivery.Dispatcher;
import tidings.core.delivery.Traffic;

/** protocol/sse.md, on sockets. */
final class StreamTest {
  private static RunningHub hub;

  @BeforeAll
  static void start() {
    hub =
        RunningHub.start(
            RunningHub.Options.DEFAULTS.heartbeat(Duration.ofSeconds(1)).publicly("topic:open.#"));
  }

  @AfterAll
  static void stop() {
    hub.close();
  }

  private static String publish(String to, String title) {
    Wire.Answer answer =
        hub.publish(all("publisher"), "{\"to\":[\"%s\"],\"title\":\"%s\"}".formatted(to, title));
    assertThat(answer.status()).isEqualTo(201);
    return answer.json().get("cursor").asString();
  }

  /** The next frame that is no tick. */
  private static String next(Wire wire) {
    while (true) {
      String frame = requireNonNull(wire.frame(), "the stream has ended");
      if (!frame.startsWith("event: tick\n")) {
        return frame;
      }
    }
  }

  /** Each of the three ends a line for an EventSource: in texts, and between tokens. */
  @ParameterizedTest
  @CsvSource({"\\r\\n, '\r\n'", "\\n, '\n'", "\\r, '\r'"})
  void noTextEndsALineOfTheStream(String escaped, String raw) {
    String text = "a" + escaped + "event: evil" + escaped + escaped + "data: evil";
    String json =
        "{\"to\":[\"topic:lines\"],%s\"title\":\"%s\",\"body\":\"%s\",\"data\":{%s\"x\":%s\"%s\"}}"
            .formatted(raw, "t", text, raw, raw, text);
    try (Wire wire = hub.stream(all("alice"), "?to=topic:lines")) {
      wire.headers();
      next(wire);
      assertThat(hub.publish(all("publisher"), json).status()).isEqualTo(201);
      assertThat(next(wire)).matches("id: [a-z0-9.]+\ndata: \\{[^\r\n]*}\n");
    }
  }

  @Test
  void theHeadAndHelloAreAsWritten() {
    try (Wire wire = hub.stream(all("alice"), "?to=topic:golden&to=user:alice")) {
      List<String> head = wire.headers();
      assertThat(head)
          .startsWith(
              "HTTP/1.1 200 OK",
              "Content-Type: text/event-stream",
              "Cache-Control: no-store",
              "X-Accel-Buffering: no")
          .contains("Vary: Origin", "Transfer-Encoding: chunked");
      assertThat(wire.frame())
          .matches(
              "event: hello\nid: ([a-z0-9]{8}\\.\\d+)\ndata: \\{\"heartbeatMs\":1000,\"now\":\"[^\"]+"
                  + "Z\",\"to\":\\[\"topic:golden\",\"user:alice\"],\"cursor\":\"\\1\","
                  + "\"user\":\"alice\"}\n");
      String cursor = publish("topic:golden", "One");
      assertThat(next(wire))
          .matches(
              "id: "
                  + cursor.replace(".", "\\.")
                  + "\ndata: \\{\"id\":\"[0-9a-f-]{36}\",\"time\":\"[^\"]+Z\",\"level\":\"info\","
                  + "\"title\":\"One\",\"topics\":\\[\"golden\"]}\n");
      cursor = publish("user:alice", "Two");
      assertThat(next(wire)).startsWith("id: " + cursor).endsWith(",\"direct\":true}\n");
    }
  }

  @Test
  void directIsSaidOnlyWhereTheStreamReadsTheUser() {
    try (Wire wire = hub.stream(all("alice"), "?to=topic:both")) {
      wire.headers();
      next(wire);
      hub.publish(all("p"), "{\"to\":[\"topic:both\",\"user:alice\"],\"title\":\"x\"}");
      assertThat(next(wire)).doesNotContain("direct");
    }
  }

  @Test
  void aStreamIsFilteredBySourceLiveAndInReplay() {
    String before = publish("topic:built", "without a source");
    String query = "?to=topic:built&source=ci/*&source=!ci/nightly&source=GitHub";
    try (Wire live = hub.stream(all("a"), query)) {
      live.headers();
      next(live);
      for (String source : List.of("ci/nightly", "ci/main", "cd/main", "GitHub", "GitHub2")) {
        hub.publish(
            all("p"),
            "{\"to\":[\"topic:built\"],\"title\":\"of %s\",\"source\":\"%s\"}"
                .formatted(source, source));
      }
      assertThat(next(live)).contains("\"title\":\"of ci/main\"");
      assertThat(next(live)).contains("\"title\":\"of GitHub\"");
    }
    try (Wire replayed = hub.stream(all("a"), query + "&after=" + before)) {
      replayed.headers();
      next(replayed);
      assertThat(next(replayed)).contains("\"title\":\"of ci/main\"");
      assertThat(next(replayed)).contains("\"title\":\"of GitHub\"");
    }
  }

  @Test
  void anHttp10ProxyGetsThePlainStream() {
    try (Wire wire = hub.wire()) {
      wire.send(
          request("GET", "/v1/stream?to=topic:old", all("a")).replace("HTTP/1.1", "HTTP/1.0"));
      assertThat(wire.headers()).doesNotContain("Transfer-Encoding: chunked");
      assertThat(next(wire)).startsWith("event: hello\n");
      String cursor = publish("topic:old", "x");
      assertThat(next(wire)).startsWith("id: " + cursor + "\ndata: {");
    }
  }

  @Test
  void aSilentStreamTicks() {
    try (Wire wire = hub.stream(all("alice"), "?to=topic:silent")) {
      wire.headers();
      wire.frame();
      String cursor = publish("topic:other", "moves the cursor on");
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .until(() ->
              ("event: tick\nid: " + cursor + "\ndata: {\"cursor\":\"" + cursor + "\",\"rev\":0}\n")
                  .equals(wire.frame()));
    }
  }

  @Test
  void lastEventIdWinsOverTheQueryAndThatOverAfter() {
    String first = publish("topic:order", "1");
    String second = publish("topic:order", "2");
    publish("topic:order", "3");
    String q = "?to=topic:order&after=earliest&lastEventId=" + second;
    try (Wire wire = hub.stream(all("a"), q)) {
      wire.headers();
      next(wire);
      assertThat(next(wire)).contains("\"title\":\"3\"");
    }
    String header = request("GET", "/v1/stream" + q, all("a"));
    try (Wire wire =
        hub.wire().send(header.replace("\r\n\r\n", "\r\nLast-Event-ID: " + first + "\r\n\r\n"))) {
      wire.headers();
      assertThat(next(wire)).contains("id: " + first + "\n");
      assertThat(next(wire)).contains("\"title\":\"2\"");
    }
    try (Wire wire = hub.stream(all("a"), "?to=topic:order&after=" + first + "&lastEventId=")) {
      wire.headers();
      next(wire);
      assertThat(next(wire)).contains("\"title\":\"2\"");
    }
  }

  @ParameterizedTest
  @CsvSource({"nonsense,00000000.0", "zzzzzzzz.5,zzzzzzzz.5"})
  void anUnknownLastEventIdIsAGap(String given, String from) {
    publish("topic:before", "x"); // the stream's loop may hear of it only after the reply
    try (Wire wire = hub.stream(all("a"), "?to=topic:gap&lastEventId=" + given)) {
      wire.headers();
      assertThat(next(wire)).startsWith("event: hello\nid: " + from + "\n");
      assertThat(next(wire))
          .matches(
              ("event: gap\nid: ([a-z0-9]{8}\\.\\d+)\ndata: \\{\"reason\":\"epoch\",\"from\":\"%s\","
                      + "\"to\":\"\\1\"}\n")
                  .formatted(from.replace(".", "\\.")));
      publish("topic:gap", "after the gap");
      assertThat(next(wire)).contains("after the gap");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "?after=nonsense,400,invalid-cursor,after",
    "?to=topic:a*,400,invalid-request,to",
    "?to=,400,invalid-request,to",
    "?level=fatal,400,invalid-request,level",
    "?level=info&level=error,400,invalid-request,level",
    "?type=!,400,invalid-request,type",
    "?source=,400,invalid-request,source",
    "?topic=a,400,invalid-request,topic",
    "?to=%zz,400,invalid-request,query",
    "?to=topic:secret.a,403,forbidden,to",
  })
  void whatARetryCantMendIsRefused(String query, int status, String problem, String field) {
    Wire.Answer answer = hub.get("/v1/stream" + query, token("a", "", "topic:shop.#"));
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.problem()).isEqualTo(problem);
    assertThat(answer.field()).isEqualTo(field);
  }

  @Test
  void someoneWithoutATokenReadsWhatIsPublicAndNothingElse() {
    try (Wire wire = hub.wire().send(request("GET", "/v1/stream", null))) {
      wire.headers();
      assertThat(next(wire)).contains("\"to\":[\"topic:open.#\"]").doesNotContain("user");
      publish("everyone", "not public");
      publish("topic:open.a", "public");
      assertThat(next(wire)).contains("\"title\":\"public\"");
    }
    Wire.Answer outside = hub.get("/v1/stream?to=everyone", null);
    assertThat(outside.status()).isEqualTo(401);
    assertThat(outside.header("WWW-Authenticate")).isEqualTo("Bearer");
    assertThat(hub.call(RunningHub.post(null, "application/json", "{}")).status()).isEqualTo(401);
    assertThat(hub.get("/v1/stream?to=topic:open.a", "a.b.c").status()).isEqualTo(401);
  }

  @Test
  void aStreamEndsWithItsTokenAfterReauth() {
    String brief = token("alice", Grant.ALL, Duration.ofSeconds(2 - 30)); // less the leeway
    long begun = System.nanoTime();
    try (Wire wire = hub.stream(brief, "?to=topic:brief")) {
      wire.headers();
      next(wire);
      String cursor = publish("topic:brief", "x");
      assertThat(next(wire)).contains("\"title\":\"x\"");
      String last = next(wire);
      assertThat(last).startsWith("event: reauth\nid: ").endsWith("\"}\n");
      assertThat(last).contains(cursor.substring(0, 9));
      assertThat(wire.frame()).isNull();
      assertThat(wire.read()).isEqualTo(-1);
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(7));
    }
    assertThat(hub.get("/v1/session", brief).status()).isEqualTo(401);
  }

  @Test
  void aReaderThatStopsFallsBehindAndCatchesUpInOrder() {
    long before = fellBehind();
    try (Wire slow = new Wire(hub.port, 4_096)) {
      slow.send(request("GET", "/v1/stream?to=topic:flood", all("slow")));
      slow.headers();
      next(slow);
      String body = "x".repeat(7_000);
      List<String> cursors = new ArrayList<>();
      String draft = "{\"to\":[\"topic:flood\"],\"title\":\"t\",\"body\":\"" + body + "\"}";
      String batch = "[" + (draft + ",").repeat(9) + draft + "]";
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(1))
          .until(() -> {
            flood(batch, cursors);
            return fellBehind() > before;
          });
      for (int i = 0; i < 40; i++) {
        flood(batch, cursors);
      }
      try (Wire quick = hub.stream(all("quick"), "?to=topic:flood")) {
        quick.headers();
        next(quick);
        cursors.add(publish("topic:flood", "live"));
        assertThat(next(quick)).contains("\"title\":\"live\"");
      }
      for (String cursor : cursors) {
        assertThat(next(slow)).startsWith("id: " + cursor + "\n");
      }
    }
  }

  private static void flood(String batch, List<String> cursors) {
    hub.publish(all("p"), batch).json().forEach(item -> cursors.add(item.get("cursor").asString()));
  }

  private static long fellBehind() {
    return hub.hub.dispatchers().stream()
        .map(Dispatcher::traffic)
        .mapToLong(Traffic::fellBehind)
        .sum();
  }

  @Test
  void readersOfEveryLoopGetEverythingOnceInOrder() {
    int readers = 2 * hub.hub.dispatchers().size() + 4;
    List<Wire> wires = new ArrayList<>();
    try {
      for (int i = 0; i < readers; i++) {
        Wire wire = hub.stream(all("reader" + i), "?to=topic:loops");
        wires.add(wire);
        wire.headers();
        next(wire);
      }
      assertThat(hub.hub.dispatchers())
          .as("streams on every loop")
          .allMatch(dispatcher -> dispatcher.traffic().subscribers() > 0);
      List<String> cursors = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        cursors.add(publish("topic:loops", "n" + i));
      }
      for (Wire wire : wires) {
        for (String cursor : cursors) {
          assertThat(next(wire)).startsWith("id: " + cursor + "\n");
        }
      }
    } finally {
      wires.forEach(Wire::close);
    }
  }

  @Test
  void aReaderThatClosesItsSideLeaves() {
    try (Wire wire = hub.stream(all("leaver"), "?to=topic:left")) {
      wire.headers();
      next(wire);
      wire.sendEnd();
      int read = wire.read();
      while (read >= 0) { // events of the inbox, and of who is there
        read = wire.read();
      }
      assertThat(read).isEqualTo(-1);
    }
  }

  @Test
  void headIsNotForStreams() {
    try (Wire wire = hub.wire().send(request("HEAD", "/v1/stream", all("a")))) {
      Wire.Answer answer = wire.head();
      assertThat(answer.status()).isEqualTo(405);
      assertThat(answer.header("Allow")).isEqualTo("GET, OPTIONS");
    }
  }

  @Test
  void aHubThatStopsEndsItsStreamsWithRetry() {
    try (RunningHub other = RunningHub.start();
        Wire wire = other.stream(all("a"), "");
        Wire old =
            other.wire().send(request("GET", "/v1/stream", all("a")).replace("/1.1", "/1.0"));
        Wire poll =
            other
                .wire()
                .send(request("GET", "/v1/notifications?after=latest&wait=60s", all("a")))) {
      wire.headers();
      next(wire);
      old.headers();
      next(old);
      Awaitility.await()
          .atMost(Duration.ofSeconds(10))
          .until(() ->
              other.hub.dispatchers().stream()
                      .mapToInt(dispatcher -> dispatcher.traffic().subscribers())
                      .sum()
                  == 3);
      other.stopping.set(true);
      other.hub.drain(Duration.ofMillis(200)).join();
      for (Wire ended : List.of(wire, old)) {
        assertThat(next(ended)).matches("retry: [1-9]\\d{3,4}\n");
        assertThat(ended.frame()).isNull();
        assertThat(ended.read()).isEqualTo(-1);
      }
      assertThat(poll.answer().body()).startsWith("{\"items\":[],\"cursor\":\"");

      try (Wire late = other.stream(all("a"), "")) {
        late.headers();
        assertThat(late.frame()).matches("retry: [1-9]\\d{3,4}\n");
        assertThat(late.frame()).isNull();
      }
    }
  }
}
