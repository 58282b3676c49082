package tidings.http;

import static org.assertj.core.api.Assertions.assertThat;
import static tidings.http.RunningHub.all;
import static tidings.http.RunningHub.post;
import static tidings.http.RunningHub.request;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocatorMetric;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One connection's requests and answers, good ones and hostile ones. */
final class ConnectionTest {
  private static final String SMALL = "{\"to\":[\"everyone\"],\"title\":\"Hi\"}";
  private static RunningHub hub;

  @BeforeAll
  static void start() {
    hub = RunningHub.start(RunningHub.Options.DEFAULTS.deadline(Duration.ofSeconds(1)));
  }

  @AfterAll
  static void stop() {
    hub.close();
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() {
    try (Wire wire = hub.wire()) {
      StringBuilder requests = new StringBuilder();
      for (int i = 0; i < 50; i++) {
        requests
            .append(request("GET", "/status", null))
            .append(post(all("a"), "application/json", SMALL))
            .append(request("GET", "/nothing", null));
      }
      wire.send(requests.toString());
      for (int i = 0; i < 50; i++) {
        assertThat(wire.answer().body()).isEqualTo("ALIVE");
        assertThat(wire.answer().status()).isEqualTo(201);
        assertThat(wire.answer().status()).isEqualTo(404);
      }
    }
  }

  @Test
  void anHttp10RequestIsAnsweredAndTheConnectionClosed() {
    try (Wire wire = hub.wire().send("GET /status HTTP/1.0\r\n\r\n")) {
      assertThat(wire.answer().body()).isEqualTo("ALIVE");
      assertThat(wire.read()).isEqualTo(-1);
    }
  }

  @Test
  void headIsGetWithoutABody() {
    try (Wire wire = hub.wire()) {
      Wire.Answer head = wire.send(request("HEAD", "/status", null)).head();
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.header("Content-Length")).isEqualTo("5");
      assertThat(wire.send(request("GET", "/status", null)).answer().body()).isEqualTo("ALIVE");
    }
  }

  @Test
  void aClientThatHasSentItsEndStillGetsItsAnswer() {
    try (Wire wire = hub.wire()) {
      wire.send(post(all("a"), "application/json", SMALL)).sendEnd();
      assertThat(wire.answer().status()).isEqualTo(201);
      assertThat(wire.read()).isEqualTo(-1);
    }
  }

  @Test
  void expectContinueIsAnswered() {
    try (Wire wire = hub.wire()) {
      String request = post(all("a"), "application/json\r\nExpect: 100-continue", SMALL);
      int body = request.indexOf("\r\n\r\n") + 4;
      wire.send(request.substring(0, body));
      assertThat(wire.headers()).containsExactly("HTTP/1.1 100 Continue");
      wire.send(request.substring(body));
      assertThat(wire.answer().status()).isEqualTo(201);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "POST   | /v1/stream        | 405 | GET, OPTIONS",
        "PUT    | /v1/notifications | 405 | GET, HEAD, OPTIONS, POST",
        "DELETE | /status           | 405 | GET, HEAD, OPTIONS",
        "TRACE  | /status           | 405 | GET, HEAD, OPTIONS",
        "POST   | /v1/notifications/x/raw | 405 | GET, HEAD, OPTIONS",
        "GET    | /v1               | 404 |",
        "GET    | /v1/              | 404 |",
        "GET    | /v1/outbox        | 404 |",
        "GET    | /v1/notifications/a/b/raw | 404 |",
        "GET    | //status          | 404 |",
        "GET    | /../etc/passwd    | 404 |",
        "POST   | /index            | 404 |",
      })
  void whatIsNotThereIsSaid(String method, String path, int status, String allow) {
    Wire.Answer answer = hub.call(request(method, path, null));
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.header("Allow")).isEqualTo(allow);
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
  }

  @Test
  void everyAnswerHasARequestId() {
    String with = "GET /status HTTP/1.1\r\nHost: a\r\nX-Request-Id: %s\r\n\r\n";
    assertThat(hub.call(with.formatted("abc-1_2.3")).header("X-Request-Id")).isEqualTo("abc-1_2.3");
    for (String odd : List.of("a b", "a\"b", "<x>", "x".repeat(65))) {
      assertThat(hub.call(with.formatted(odd)).header("X-Request-Id")).matches("[0-9a-f]{16}");
    }
    assertThat(hub.call("nonsense\r\n\r\n").header("X-Request-Id")).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense\r\n\r\n",
        "GET\r\n\r\n",
        "GET /status HTTP/9.9x\r\n\r\n",
        "GET /status HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n",
        "GET /status HTTP/1.1\r\nHost: a\r\nA\0B: c\r\n\r\n",
        "POST /v1/notifications HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        "POST /v1/notifications HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST /v1/notifications HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST /v1/notifications HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding:"
            + " chunked\r\n\r\n0\r\n\r\n",
        "POST /v1/notifications HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      })
  void whatIsNoHttpIsRefusedAndTheConnectionClosed(String bytes) {
    try (Wire wire = hub.wire().send(bytes)) {
      Wire.Answer answer = wire.answer();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.problem()).isEqualTo("invalid-request");
      assertThat(wire.read()).isEqualTo(-1);
    }
  }

  @Test
  void longLinesAndManyHeadersAreRefused() {
    String line = "GET /" + "a".repeat(9_000) + " HTTP/1.1\r\nHost: a\r\n\r\n";
    assertThat(hub.call(line).status()).isEqualTo(414);
    String flood = "GET /status HTTP/1.1\r\n" + "X-Flood: aaaaaaaaaa\r\n".repeat(10_000) + "\r\n";
    Wire.Answer answer = hub.call(flood);
    assertThat(answer.status()).isEqualTo(431);
    assertThat(answer.problem()).isEqualTo("too-large");
  }

  @Test
  void aBodyWhereNoneIsTakenIsRefused() {
    String request = "GET /status HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
    assertThat(hub.call(request).status()).isEqualTo(413);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /status HTTP/1.1\r\nX-Slow: ",
        "POST /v1/notifications HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            + "Content-Length: 100\r\n\r\n{",
        "",
      })
  void bytesThatTrickleInDoNotMoveTheDeadline(String begin) {
    try (Wire wire = hub.wire().send(begin)) {
      long begun = System.nanoTime();
      var _ =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  while (!begin.isEmpty()) {
                    wire.send("a");
                    java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
                  }
                } catch (java.io.UncheckedIOException closed) {
                  // the hub has closed the connection
                }
              });
      assertThat(wire.read()).isEqualTo(-1);
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(10));
    }
  }

  @Test
  void aConnectionThatBreaksWithinARequestLeavesNothingBehind() {
    for (int i = 0; i < 20; i++) {
      try (Wire wire = hub.wire()) {
        wire.send(post(all("a"), "application/json", SMALL).substring(0, 300 + i));
      }
      try (Wire wire = hub.wire()) {
        wire.send(request("GET", "/v1/notifications?after=latest&wait=10s", all("a")));
      }
    }
    awaitNoConnections();
  }

  private static void awaitNoConnections() {
    Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> hub.server.connections() == 0);
  }

  /** Requests that are sent and sent, with answers that nobody reads, cost the hub nothing. */
  @Test
  void answersThatAreNotReadAreNotPiledUp() throws Exception {
    PooledByteBufAllocatorMetric memory = PooledByteBufAllocator.DEFAULT.metric();
    long before = memory.usedDirectMemory();
    AtomicLong most = new AtomicLong();
    byte[] many =
        request("GET", "/openapi.yaml", null)
            .repeat(1_000)
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    try (Wire wire = new Wire(hub.port, 4_096)) {
      Thread sender =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  for (int i = 0; i < 30; i++) {
                    wire.send(many);
                  }
                } catch (java.io.UncheckedIOException closed) {
                  // as it should be
                }
              });
      Awaitility.await()
          .atMost(Duration.ofSeconds(15))
          .pollInterval(Duration.ofMillis(20))
          .until(() -> {
            most.accumulateAndGet(memory.usedDirectMemory(), Math::max);
            return !sender.isAlive() && hub.server.connections() == 0;
          });
    }
    assertThat(most.get() - before).isLessThan(64L << 20);
  }

  @Test
  void pipelinedRequestsGoOnAsTheirAnswersAreRead() throws Exception {
    int requests = 3_000;
    try (RunningHub patient = RunningHub.start();
        Wire wire = patient.wire()) {
      Thread sender =
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < requests; i++) {
                  wire.send(request(i % 2 == 0 ? "GET" : "HEAD", "/openapi.yaml", null));
                }
              });
      String first = wire.answer().body();
      for (int i = 1; i < requests; i++) {
        Wire.Answer answer = i % 2 == 0 ? wire.answer() : wire.head();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().length()).isEqualTo(i % 2 == 0 ? first.length() : 0);
      }
      assertThat(sender.join(Duration.ofSeconds(5))).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Connection: close\r\n"})
  void anAnswerThatIsNotReadHasADeadline(String header) {
    try (Wire wire = new Wire(hub.port, 4_096)) {
      wire.send("GET /large HTTP/1.1\r\nHost: a\r\n" + header + "\r\n");
      assertThat(wire.read()).isEqualTo('H');
      awaitNoConnections();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Connection: close\r\n"})
  void anAnswerThatIsReadSlowlyIsNotCutOff(String header) {
    try (Wire wire = new Wire(hub.port, 65_536)) {
      wire.send("GET /large HTTP/1.1\r\nHost: a\r\n" + header + "\r\n");
      wire.headers();
      for (int i = 0; i < 8; i++) {
        assertThat(wire.text(2 << 20)).hasSize(2 << 20);
        java.util.concurrent.locks.LockSupport.parkNanos(200_000_000);
      }
    }
  }

  @Test
  void anAnswerThatCannotBeMadeEndsTheConnection() {
    try (Wire wire = hub.wire().send(request("GET", "/undecorated", null))) {
      assertThat(wire.read()).isEqualTo(-1);
    }
  }

  @Test
  void aClientThatHasSentItsEndGetsAllAnswersItIsOwed() {
    try (Wire wire = hub.wire()) {
      wire.send(post(all("a"), "application/json", SMALL).repeat(3)).sendEnd();
      for (int i = 0; i < 3; i++) {
        assertThat(wire.answer().status()).isEqualTo(201);
      }
      assertThat(wire.read()).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aClientThatHasSentItsEndGetsAllOfALargeAnswer(boolean atOnce) {
    try (Wire wire = new Wire(hub.port, 65_536)) {
      wire.send(request("GET", "/large", null));
      if (atOnce) {
        wire.sendEnd();
      }
      wire.headers();
      if (!atOnce) {
        wire.sendEnd();
      }
      assertThat(wire.text(RunningHub.LARGE.length())).hasSize(RunningHub.LARGE.length());
      assertThat(wire.read()).isEqualTo(-1);
    }
  }

  @Test
  void anAbsoluteTargetIsThatOfItsPath() {
    Wire.Answer answer = hub.call(request("GET", "http://localhost/status", null));
    assertThat(answer.body()).isEqualTo("ALIVE");
    Wire.Answer root = hub.call(request("GET", "http://localhost?a=b", null));
    assertThat(root.status()).isEqualTo(hub.get("/", null).status());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Host: a\r\nHost: b\r\n"})
  void http11NeedsOneHost(String hosts) {
    Wire.Answer answer = hub.call("GET /status HTTP/1.1\r\n" + hosts + "\r\n");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.field()).isEqualTo("Host");
  }

  /** That the check of every test class can fail. */
  @Test
  @SuppressWarnings("UnusedVariable")
  void aLeakedBufferIsFound() {
    Leaks.assertNone();
    PooledByteBufAllocator.DEFAULT.directBuffer(64);
    Awaitility.await().until(() -> !Leaks.find().isEmpty()); // once the collector says so
  }
}
