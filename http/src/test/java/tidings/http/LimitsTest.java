package tidings.http;

import static org.assertj.core.api.Assertions.assertThat;
import static tidings.http.RunningHub.all;
import static tidings.http.RunningHub.post;
import static tidings.http.RunningHub.request;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import tidings.http.limit.Limits;

/** How many connections and requests a hub takes on, and from whom. */
final class LimitsTest {
  private static String stream(String client) {
    return request("GET", "/v1/stream", all("alice"))
        .replace("Host: localhost", "Host: localhost\r\nX-Forwarded-For: " + client);
  }

  private static String status(String client) {
    return "GET /status HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: " + client + "\r\n\r\n";
  }

  @Test
  void connectionsOverTheLimitAreClosed() {
    try (RunningHub hub = RunningHub.start(RunningHub.Options.DEFAULTS.connections(2, 1));
        Wire first = hub.wire().send(request("GET", "/status", null));
        Wire second = hub.wire().send(request("GET", "/status", null))) {
      assertThat(first.answer().body()).isEqualTo("ALIVE");
      assertThat(second.answer().body()).isEqualTo("ALIVE");
      try (Wire third = hub.wire()) {
        assertThat(third.read()).isEqualTo(-1);
      }
      assertThat(first.send(request("GET", "/status", null)).answer().status()).isEqualTo(200);
    }
  }

  /** protocol/sse.md, "When the hub can't serve a stream". */
  @Test
  void aFullHubSendsTheNewestAwayAndStillAnswers() {
    try (RunningHub hub = RunningHub.start(RunningHub.Options.DEFAULTS.connections(16, 1))) {
      List<Wire> streams = new ArrayList<>();
      try {
        for (int i = 0; i < 14; i++) {
          Wire stream = hub.stream(all("a"), "");
          streams.add(stream);
          stream.headers();
          assertThat(stream.frame()).startsWith("event: hello");
        }
        try (Wire late = hub.stream(all("a"), "")) {
          assertThat(late.headers().getFirst()).isEqualTo("HTTP/1.1 200 OK");
          assertThat(late.frame()).startsWith("retry: ");
          assertThat(late.frame()).isNull();
        }
        try (Wire idle = hub.wire();
            Wire asks = hub.wire()) {
          Wire.Answer health = asks.send(request("GET", "/health/live", null)).answer();
          assertThat(health.status()).isEqualTo(200);
          assertThat(health.header("Connection")).isEqualTo("close");
          assertThat(idle.read()).isEqualTo(-1); // it did not ask
        }
        Wire.Answer waits =
            hub.call(request("GET", "/v1/notifications?after=latest&wait=10s", all("a")));
        assertThat(waits.problem()).isEqualTo("overloaded");
        assertThat(waits.header("Retry-After")).isNotNull();
        assertThat(hub.publish(all("a"), "{\"to\":[\"everyone\"],\"title\":\"Hi\"}").status())
            .isEqualTo(201);
        for (Wire stream : streams) {
          assertThat(stream.frame()).contains("\"title\":\"Hi\"");
        }
        streams.removeFirst().close();
        Awaitility.await()
            .atMost(Duration.ofSeconds(5))
            .until(() -> {
              try (Wire again = hub.stream(all("a"), "")) {
                again.headers();
                String first = again.frame();
                return first != null && first.startsWith("event: hello");
              }
            });
      } finally {
        streams.forEach(Wire::close);
      }
    }
  }

  @Test
  void connectionsAreCountedByAddressAndNetworkOfIpv6() throws Exception {
    Connections connections = new Connections(10, 2);
    InetAddress one = InetAddress.getByName("192.0.2.1");
    assertThat(connections.enter(one)).isTrue();
    assertThat(connections.enter(one)).isTrue();
    assertThat(connections.enter(one)).isFalse();
    assertThat(connections.enter(InetAddress.getByName("192.0.2.2"))).isTrue();
    connections.leave(one);
    assertThat(connections.enter(one)).isTrue();

    assertThat(connections.enter(InetAddress.getByName("2001:db8::1"))).isTrue();
    assertThat(connections.enter(InetAddress.getByName("2001:db8::ffff:1"))).isTrue();
    assertThat(connections.enter(InetAddress.getByName("2001:db8::2"))).isFalse();
    assertThat(connections.enter(InetAddress.getByName("2001:db8:0:1::2"))).isTrue();
  }

  @Test
  void loopbackIsNotCountedByAddress() throws Exception {
    Connections connections = new Connections(10, 1);
    for (String address : List.of("127.0.0.1", "127.0.0.1", "::1", "::1")) {
      assertThat(connections.enter(InetAddress.getByName(address))).isTrue();
    }
  }

  @Test
  void clientsOfATrustedProxyAreCountedByRequest() {
    try (RunningHub hub =
            RunningHub.start(RunningHub.Options.DEFAULTS.connections(100, 2, "127.0.0.0/8"));
        Wire first = hub.wire().send(stream("192.0.2.1"));
        Wire second = hub.wire().send(stream("192.0.2.1"))) {
      assertThat(first.headers().getFirst()).isEqualTo("HTTP/1.1 200 OK");
      assertThat(second.headers().getFirst()).isEqualTo("HTTP/1.1 200 OK");
      assertThat(first.frame()).startsWith("event: hello");
      assertThat(second.frame()).startsWith("event: hello");
      try (Wire third = hub.wire().send(stream("198.51.100.1, 192.0.2.1, 127.0.0.2"))) {
        assertThat(third.headers().getFirst()).isEqualTo("HTTP/1.1 200 OK");
        assertThat(third.frame()).startsWith("retry: ");
        assertThat(third.frame()).isNull();
      }
      Wire.Answer refused = hub.call(status("192.0.2.1"));
      assertThat(refused.status()).isEqualTo(429);
      assertThat(refused.problem()).isEqualTo("rate-limited");
      assertThat(refused.header("Retry-After")).isNotNull();
      try (Wire kept = hub.wire()) { // an answered request counts no more
        for (int i = 0; i < 5; i++) {
          assertThat(kept.send(status("192.0.2.2")).answer().body()).isEqualTo("ALIVE");
        }
      }
      assertThat(hub.call(request("GET", "/status", null)).status()).isEqualTo(200);
      first.sendEnd();
      Awaitility.await()
          .atMost(Duration.ofSeconds(5))
          .until(() -> hub.call(status("192.0.2.1")).status() == 200);
    }
  }

  /** protocol/sse.md, "When the hub can't serve a stream". */
  @Test
  void anOverloadedHubAnswers503AndSendsStreamsAway() {
    try (RunningHub hub =
        RunningHub.start(
            RunningHub.Options.DEFAULTS.blocking(task -> {
              throw new RejectedExecutionException();
            }))) {
      Wire.Answer refused = hub.call(post(all("a"), "application/json", "{}"));
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.problem()).isEqualTo("overloaded");
      assertThat(refused.header("Retry-After")).isNotNull();
      try (Wire stream = hub.stream(all("a"), "")) {
        assertThat(stream.headers().getFirst()).isEqualTo("HTTP/1.1 200 OK");
        assertThat(stream.frame()).startsWith("retry: ");
        assertThat(stream.frame()).isNull();
      }
    }
  }

  /** Nobody's stream waits while a long array is read: seen by what is full for the moment. */
  @Test
  void aLargeBodyIsNotReadOnAnEventLoop() {
    AtomicBoolean full = new AtomicBoolean();
    Executor blocking =
        task -> {
          if (full.get()) {
            throw new RejectedExecutionException();
          }
          Thread.startVirtualThread(task);
        };
    String small = "{\"to\":[\"everyone\"],\"title\":\"Hi\"}";
    String large = "[" + (small + ",").repeat(999) + small + " ".repeat(64 << 10) + "]";
    String token = all("alice");
    try (RunningHub hub = RunningHub.start(RunningHub.Options.DEFAULTS.blocking(blocking))) {
      Wire.Answer stored = hub.publish(token, large);
      assertThat(stored.status()).isEqualTo(201);
      assertThat(stored.json()).hasSize(1_000);
      assertThat(hub.publish(token, "{" + " ".repeat(70_000)).problem())
          .isEqualTo("invalid-request");
      full.set(true);
      assertThat(hub.publish(token, small).status()).isEqualTo(201);
      assertThat(hub.publish(token, large).problem()).isEqualTo("overloaded");
    }
  }

  // --- of one user, or one address ---

  /** As it would come from another machine: what comes from this one is not counted. */
  private static String remote(String request) {
    return request.replaceFirst("Host: ", "X-Forwarded-For: 192.0.2.1\r\nHost: ");
  }

  private static Wire opened(RunningHub hub, String user) {
    Wire stream = hub.wire().send(remote(request("GET", "/v1/stream", all(user))));
    stream.headers();
    assertThat(stream.frame()).startsWith("event: hello");
    return stream;
  }

  private static void assertSentAway(Wire stream) {
    assertThat(stream.headers().getFirst()).isEqualTo("HTTP/1.1 200 OK");
    assertThat(stream.frame()).startsWith("retry: ");
    assertThat(stream.frame()).isNull();
  }

  private static void assertLimited(Wire.Answer answer) {
    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.problem()).isEqualTo("rate-limited");
    assertThat(answer.header("Retry-After")).matches("[1-9][0-9]*");
  }

  private static int seconds(Wire.Answer answer) {
    return Integer.parseInt(Objects.requireNonNull(answer.header("Retry-After")));
  }

  private static void assertStillReads(RunningHub hub, Wire stream) {
    assertThat(hub.publish(all("p"), "{\"to\":[\"everyone\"],\"title\":\"still\"}").status())
        .isEqualTo(201);
    assertThat(stream.frame()).contains("\"title\":\"still\"");
  }

  @Test
  void aUserHasSoManyStreams() {
    try (RunningHub hub = RunningHub.start(RunningHub.Options.DEFAULTS.perUser(100, 2, null));
        Wire first = opened(hub, "alice");
        Wire second = opened(hub, "alice")) {
      try (Wire third = hub.wire().send(remote(request("GET", "/v1/stream", all("alice"))))) {
        assertSentAway(third);
      }
      String poll = request("GET", "/v1/notifications?after=latest&wait=10s", all("alice"));
      assertLimited(hub.call(remote(poll)));
      assertThat(hub.call(remote(request("GET", "/v1/session", all("alice")))).status())
          .isEqualTo(200);
      opened(hub, "bob").close();
      first.sendEnd();
      Awaitility.await()
          .atMost(Duration.ofSeconds(5))
          .untilAsserted(() -> opened(hub, "alice").close());
      assertStillReads(hub, second);
    }
  }

  @Test
  void aUserHasSoManyRequestsUnderWay() {
    String asks = remote(request("GET", "/v1/session", all("alice")));
    try (RunningHub hub = RunningHub.start(RunningHub.Options.DEFAULTS.perUser(2, 2, null));
        Wire first = opened(hub, "alice");
        Wire second = opened(hub, "alice")) {
      assertLimited(hub.call(asks));
      assertLimited(hub.call(remote(post(all("alice"), "application/json", "{}"))));
      assertThat(hub.call(remote(request("GET", "/v1/session", all("bob")))).status())
          .isEqualTo(200);
      assertThat(hub.get("/v1/session", all("alice")).status())
          .as("of this machine")
          .isEqualTo(200);
      first.sendEnd();
      Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> hub.call(asks).status() == 200);
      try (Wire kept = hub.wire()) { // what is answered counts no more
        for (int i = 0; i < 5; i++) {
          assertThat(kept.send(asks).answer().status()).isEqualTo(200);
        }
      }
      assertStillReads(hub, second);
    }
  }

  @Test
  void aPublisherIsHeldToItsRate() {
    String small = "{\"to\":[\"everyone\"],\"title\":\"Hi\"}";
    try (RunningHub hub = RunningHub.start(RunningHub.Options.DEFAULTS.perUser(100, 100, 4))) {
      int stored = 0;
      Wire.Answer answer = hub.publish(all("shop"), small);
      for (; answer.status() == 201; answer = hub.publish(all("shop"), small)) {
        stored++;
      }
      assertThat(stored).isGreaterThanOrEqualTo(4);
      assertLimited(answer);
      assertThat(hub.hub.log().end()).isEqualTo(stored);
      assertThat(hub.publish(all("other"), "[" + (small + ",").repeat(19) + small + "]").status())
          .isEqualTo(201);
      Wire.Answer later = hub.publish(all("other"), small); // its array was more than a second's
      assertLimited(later);
      assertThat(later.header("Retry-After")).isIn("4", "5");
      long began = System.nanoTime();
      String lines = (small + "\n\n").repeat(10);
      Wire.Answer all = hub.call(post(all("lines"), "application/x-ndjson", lines));
      assertThat(all.body().lines()).hasSize(10).allMatch(line -> line.contains("\"cursor\""));
      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .isGreaterThan(Duration.ofMillis(1_400));
      Awaitility.await()
          .atMost(Duration.ofSeconds(5))
          .until(() -> hub.publish(all("shop"), small).status() == 201);
    }
  }

  @Test
  void whoseRateIsUsedUpForLongIsToldSo() {
    String small = "{\"to\":[\"everyone\"],\"title\":\"Hi\"}";
    try (RunningHub hub = RunningHub.start(RunningHub.Options.DEFAULTS.perUser(100, 100, 4))) {
      String many = "[" + (small + ",").repeat(99) + small + "]";
      assertThat(hub.publish(all("shop"), many).status()).isEqualTo(201);
      Wire.Answer answer = hub.call(post(all("shop"), "application/x-ndjson", small + "\n"));
      assertThat(answer.body()).contains("rate-limited").contains("\"line\":1");
    }
  }

  /** Who gives up at once is counted until the work for it has come to its end. */
  @Test
  void workThatNobodyWaitsForIsCounted() {
    AtomicBoolean held = new AtomicBoolean(true);
    Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    Executor blocking =
        task -> {
          if (held.get()) {
            tasks.add(task);
          } else {
            Thread.startVirtualThread(task);
          }
        };
    String history = remote(request("GET", "/v1/notifications", all("alice")));
    try (RunningHub hub =
        RunningHub.start(
            RunningHub.Options.DEFAULTS.connections(100, 2, "127.0.0.1").blocking(blocking))) {
      for (int i = 1; i <= 2; i++) {
        int given = i;
        Wire wire = hub.wire().send(history);
        Awaitility.await().until(() -> tasks.size() == given);
        wire.giveUp();
      }
      Awaitility.await().until(() -> hub.server.connections() == 0);
      assertThat(hub.call(history).status()).isEqualTo(429);
      held.set(false);
      tasks.forEach(Runnable::run);
      assertThat(hub.call(history).status()).isEqualTo(200);
    }
  }

  /** Else a few of many who give up at once would keep everyone's catching up waiting. */
  @Test
  void aReadThatNobodyWaitsForIsNotBegun() {
    String history = request("GET", "/v1/notifications", all("alice"));
    try (RunningHub hub = RunningHub.start()) {
      hub.publish(all("p"), "{\"to\":[\"everyone\"],\"title\":\"Hi\"}");
      hub.call(history); // she is known from now on
      hub.pause.begin();
      List<Wire> wires = Stream.generate(() -> hub.wire().send(history)).limit(12).toList();
      Awaitility.await().until(() -> hub.pause.calls("read") == 4);
      wires.forEach(Wire::giveUp);
      Awaitility.await().until(() -> hub.server.connections() == 0);
      hub.settle();
      hub.pause.end();
      assertThat(hub.call(history).status()).isEqualTo(200);
      assertThat(hub.pause.calls("read")).isEqualTo(5);
    }
  }

  @Test
  void theReadsOfOneStandInFrontOfNobodyElses() {
    try (RunningHub hub = RunningHub.start()) {
      hub.publish(all("p"), "{\"to\":[\"everyone\"],\"title\":\"Hi\"}");
      for (String user : List.of("alice", "bob")) { // they are known from now on
        hub.call(request("GET", "/v1/notifications", all(user)));
      }
      for (String target :
          List.of("/v1/notifications", "/v1/inbox/summary", "/v1/preferences", "/v1/inbox")) {
        int before = hub.pause.calls("read");
        hub.pause.begin();
        List<Wire> wires = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
          wires.add(hub.wire().send(request("GET", target, all("alice"))));
        }
        Awaitility.await(target).until(() -> hub.pause.calls("read") == before + 4);
        wires.add(hub.wire().send(request("GET", target, all("bob"))));
        Awaitility.await(target).until(() -> hub.pause.calls("read") == before + 5);
        hub.pause.end();
        for (Wire wire : wires) {
          assertThat(wire.answer().status()).isEqualTo(200);
          wire.close();
        }
        assertThat(hub.pause.calls("read")).isEqualTo(before + 13);
      }
    }
  }

  @Test
  void anAddressMayTrySoManyTokensThatAreNone() {
    Limits three = new Limits(100, 100, 100, 100, 2, null, 100, 3, 1 << 14, 1_000);
    String known = request("GET", "/v1/session", all("known"));
    try (RunningHub hub = RunningHub.start(RunningHub.Options.DEFAULTS.limits(three))) {
      assertThat(hub.call(remote(known)).status()).isEqualTo(200);
      String bad = remote(request("GET", "/v1/session", "nonsense"));
      for (int i = 0; i < 3; i++) {
        assertThat(hub.call(bad).status()).isEqualTo(401);
      }
      assertLimited(hub.call(bad));
      Wire.Answer limited = hub.call(remote(request("GET", "/v1/session", all("new"))));
      assertLimited(limited);
      assertThat(seconds(limited)).as("a third of a minute").isBetween(10, 20);
      try (Wire stream = hub.wire().send(remote(request("GET", "/v1/stream", all("new"))))) {
        assertThat(stream.headers().getFirst()).isEqualTo("HTTP/1.1 200 OK");
        assertThat(stream.frame()).matches("retry: [12][0-9]{4}\n");
      }
      assertThat(hub.call(remote(known)).status()).as("one that is known").isEqualTo(200);
      assertThat(hub.get("/v1/session", all("new")).status()).as("this machine").isEqualTo(200);
      assertThat(hub.get("/v1/session", null).status()).isEqualTo(401);
    }
  }

  @Test
  void soDoTicketsAndSignInsThatAreNone() {
    Limits three = new Limits(100, 100, 100, 100, 2, null, 100, 3, 1 << 14, 1_000);
    try (RunningHub hub = RunningHub.start(RunningHub.Options.DEFAULTS.limits(three))) {
      String ticket = remote(request("GET", "/v1/stream?ticket=none", null));
      String signIn = remote(request("POST", "/v1/session", "nonsense"));
      assertThat(hub.call(ticket).status()).isEqualTo(401);
      assertThat(hub.call(signIn).status()).isEqualTo(401);
      assertThat(hub.call(ticket).status()).isEqualTo(401);
      assertLimited(hub.call(signIn));
      assertLimited(hub.call(remote(request("POST", "/v1/session?ticket=none", null))));
      try (Wire stream = hub.wire().send(ticket)) {
        assertSentAway(stream);
      }
    }
  }

  /** Each is written to disk. */
  @Test
  void aUserStartsSoManySessionsAMinuteAndKeepsTheTicketOfOneTooMany() {
    try (RunningHub hub = RunningHub.start()) {
      String ticket = "";
      Wire.Answer answer = null;
      for (int i = 0; i < 100 && (answer == null || answer.status() == 201); i++) {
        Wire.Answer taken = hub.call(request("POST", "/v1/tickets", all("alice")));
        ticket = "?ticket=" + taken.json().get("ticket").asString();
        answer = hub.call(request("POST", "/v1/session" + ticket, null));
      }
      assertLimited(Objects.requireNonNull(answer));
      try (Wire stream = hub.wire().send(request("GET", "/v1/stream" + ticket, null))) {
        stream.headers();
        assertThat(stream.frame()).startsWith("event: hello").contains("\"user\":\"alice\"");
      }
      assertThat(hub.call(request("POST", "/v1/session", all("bob"))).status()).isEqualTo(201);
    }
  }

  @Test
  void aStreamHasSoManyPatternsAndTheSessionSaysHowMany() {
    Limits limits = new Limits(100, 99, 98, 97, 2, 96, 95, 94, 93, 92);
    try (RunningHub hub = RunningHub.start(RunningHub.Options.DEFAULTS.limits(limits))) {
      Wire.Answer refused = hub.get("/v1/stream?to=topic:a&to=topic:b&to=topic:c", all("alice"));
      assertThat(refused.status()).isEqualTo(400);
      assertThat(refused.field()).isEqualTo("to");
      assertThat(hub.get("/v1/notifications?type=a&type=b&type=!c", all("alice")).field())
          .isEqualTo("type");
      assertThat(hub.get("/v1/notifications?to=topic:a&to=topic:b", all("alice")).status())
          .isEqualTo(200);
      assertThat(hub.get("/v1/session", all("alice")).json().get("limits").toString())
          .isEqualTo(
              "{\"connections\":100,\"connectionsPerAddress\":99,\"connectionsPerUser\":98,"
                  + "\"streamsPerUser\":97,\"patternsPerStream\":2,\"requests\":95,"
                  + "\"failedLoginsPerMinute\":94,\"headerBytes\":93,\"bodyBytes\":92,"
                  + "\"publishesPerSecond\":96}");
    }
  }
}
