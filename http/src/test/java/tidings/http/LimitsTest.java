package tidings.http;

import static org.assertj.core.api.Assertions.assertThat;
import static tidings.http.RunningHub.all;
import static tidings.http.RunningHub.post;
import static tidings.http.RunningHub.request;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                              | 10.1.2.3",
        "192.0.2.1                       | 192.0.2.1",
        "192.0.2.9, 192.0.2.1            | 192.0.2.1",
        "192.0.2.9,192.0.2.1 , 10.0.0.7  | 192.0.2.1",
        "10.0.0.8, 10.0.0.7              | 10.0.0.8",
        "192.0.2.9, unknown              | 10.1.2.3",
        "192.0.2.9, unknown, 10.0.0.7    | 10.0.0.7",
        "2001:db8::1, fd00::1            | 2001:db8::1",
      })
  void theClientIsTheLastThatIsNoTrustedProxy(String forwardedFor, String client)
      throws UnknownHostException {
    TrustedProxies proxies = TrustedProxies.of(List.of("10.0.0.0/8", "fd00::1"));
    assertThat(proxies.client(InetAddress.getByName("10.1.2.3"), List.of(forwardedFor)))
        .isEqualTo(InetAddress.getByName(client));
    assertThat(proxies.contains(InetAddress.getByName("10.1.2.3"))).isTrue();
    assertThat(proxies.contains(InetAddress.getByName("fd00::2"))).isFalse();
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
}
