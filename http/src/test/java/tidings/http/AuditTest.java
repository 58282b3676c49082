package tidings.http;

import static org.assertj.core.api.Assertions.assertThat;
import static tidings.http.RunningHub.all;
import static tidings.http.RunningHub.post;
import static tidings.http.RunningHub.request;
import static tidings.http.RunningHub.token;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** docs/configuration.md, logging: what an operator finds in the audit log. */
final class AuditTest {
  private static final Logger LOGGER = (Logger) LoggerFactory.getLogger("tidings.audit");

  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          lines.add(
              event.getFormattedMessage()
                  + event.getKeyValuePairs().stream()
                      .map(pair -> " " + pair.key + "=" + pair.value)
                      .collect(Collectors.joining()));
        }
      };

  @BeforeEach
  void listen() {
    appender.setContext(LOGGER.getLoggerContext());
    appender.start();
    LOGGER.setLevel(Level.INFO);
    LOGGER.setAdditive(false);
    LOGGER.addAppender(appender);
  }

  @AfterEach
  void stop() {
    LOGGER.detachAppender(appender);
    LOGGER.setAdditive(true);
    LOGGER.setLevel(null);
  }

  @Test
  void whoIsRefusedIsNotedWithoutWhatTheySaid() {
    try (RunningHub hub = RunningHub.start()) {
      String reader = token("alice", "", "topic:a");
      String id = "X-Request-Id: r1\r\nHost:";
      assertThat(
              hub.call(
                      post(reader, "application/json", "{\"to\":[\"topic:b\"],\"title\":\"t\"}")
                          .replace("Host:", id))
                  .status())
          .isEqualTo(403);
      assertThat(
              hub.call(
                      request("GET", "/v1/notifications/canary/raw?ticket=canary", "canary.a.b")
                          .replace("Host:", id))
                  .status())
          .isEqualTo(400);
      assertThat(
              hub.call(
                      request("GET", "/v1/notifications/canary/raw", "canary.a.b")
                          .replace("Host:", id))
                  .status())
          .isEqualTo(401);
      assertThat(hub.get("/v1/session", all("alice")).status()).isEqualTo(200);
      assertThat(hub.get("/canary", all("alice")).status()).isEqualTo(404);
      Awaitility.await().until(() -> lines.size() == 2);
      assertThat(lines)
          .containsExactly(
              "refused client=127.0.0.1 call=POST /v1/notifications status=403 user=alice"
                  + " request=r1",
              "refused client=127.0.0.1 call=GET /v1/notifications/{}/raw status=401 request=r1");
    }
  }

  @Test
  void whatIsRefusedAgainAndAgainIsSummedUp() {
    try (RunningHub hub = RunningHub.start()) {
      try (Wire wire = hub.wire()) {
        for (int i = 0; i < 50; i++) {
          assertThat(wire.send(request("GET", "/v1/session", "none")).answer().status())
              .isEqualTo(401);
        }
      }
      assertThat(lines).hasSize(1);
      hub.audit.sweep();
      assertThat(lines).hasSize(2);
      assertThat(lines.getLast())
          .isEqualTo("refused again client=127.0.0.1 call=GET /v1/session status=401 times=49");
      hub.audit.sweep();
      assertThat(lines).hasSize(2);
      assertThat(hub.get("/v1/session", "none").status()).isEqualTo(401);
      assertThat(lines).as("after a quiet time").hasSize(3);
    }
  }

  @Test
  void anAttackerFillsNoDisk() {
    RunningHub.Options options = RunningHub.Options.DEFAULTS.behind("127.0.0.1");
    try (RunningHub hub = RunningHub.start(options)) {
      String asks = request("GET", "/v1/session", null);
      try (Wire wire = hub.wire()) {
        for (int i = 0; i < 500; i++) {
          String from = "X-Forwarded-For: 192.0." + i / 250 + "." + i % 250 + "\r\nHost:";
          assertThat(wire.send(asks.replace("Host:", from)).answer().status()).isEqualTo(401);
        }
      }
      assertThat(lines).hasSize(200);
      hub.audit.sweep();
      assertThat(lines).hasSize(201);
      assertThat(lines.getLast()).isEqualTo("others too times=300");
    }
  }

  @Test
  void whatIsRefusedOverAnOpenWebSocketIsNoted() {
    try (RunningHub hub = RunningHub.start();
        SocketWire socket = SocketWire.open(hub, "", token("alice", "", "topic:a"))) {
      socket.text();
      assertThat(socket.say("{\"n\":1,\"token\":\"canary.b.c\"}").text()).contains("\"error\"");
      assertThat(socket.say("{\"n\":2,\"subscribe\":{\"to\":[\"topic:canary\"]}}").text())
          .contains("\"error\"");
      assertThat(socket.say("{\"n\":3}").text()).contains("\"error\"");
      assertThat(lines).hasSize(2);
      assertThat(lines.getFirst())
          .startsWith("refused client=127.0.0.1 call=GET /v1/ws status=401 user=alice request=");
      assertThat(lines.getLast())
          .startsWith("refused client=127.0.0.1 call=GET /v1/ws status=403 user=alice request=");
    }
  }

  /** A publish that is not granted. */
  private static String publishes(String user) {
    return post(token(user, "", ""), "application/json", "{\"to\":[\"topic:b\"],\"title\":\"t\"}");
  }

  private static String from(String client, String request) {
    return request.replaceFirst("Host:", "X-Forwarded-For: " + client + "\r\nHost:");
  }

  @Test
  void placesAreFoughtForAnewAfterEachSweep() {
    RunningHub.Options options = RunningHub.Options.DEFAULTS.behind("127.0.0.1");
    String asks = request("GET", "/v1/session", null);
    try (RunningHub hub = RunningHub.start(options);
        Wire wire = hub.wire()) {
      for (int i = 0; i < 400; i++) { // of each twice, so that each would be told again
        wire.send(from("192.0.2." + i % 200, asks)).answer();
      }
      wire.send(from("198.51.100.1", asks)).answer();
      assertThat(lines).noneMatch(line -> line.contains("198.51.100.1"));
      hub.audit.sweep();
      wire.send(from("198.51.100.1", asks)).answer();
      assertThat(lines.getLast()).startsWith("refused client=198.51.100.1 ");
    }
  }

  @Test
  void whoIsRefusedInManyWaysHidesNobodyElse() {
    RunningHub.Options options = RunningHub.Options.DEFAULTS.behind("127.0.0.1");
    try (RunningHub hub = RunningHub.start(options);
        Wire wire = hub.wire()) {
      for (int i = 0; i < 250; i++) {
        String publishes = publishes("eve" + i);
        assertThat(wire.send(from("192.0.2.1", publishes)).answer().status()).isEqualTo(403);
      }
      assertThat(lines).hasSize(17);
      assertThat(lines.getLast()).startsWith("refused client=192.0.2.1 call=several status=403 ");
      wire.send(from("198.51.100.1", request("GET", "/v1/session", null))).answer();
      assertThat(lines.getLast()).startsWith("refused client=198.51.100.1 ");
      hub.audit.sweep();
      assertThat(lines.getLast())
          .isEqualTo("refused again client=192.0.2.1 call=several status=403 times=233");
    }
  }

  @Test
  void aSiteOfIpv6IsOneNetwork() {
    RunningHub.Options options = RunningHub.Options.DEFAULTS.behind("127.0.0.1");
    String asks = request("GET", "/v1/session", null);
    try (RunningHub hub = RunningHub.start(options);
        Wire wire = hub.wire()) {
      for (int i = 0; i < 300; i++) {
        String client = "2001:db8:0:" + Integer.toHexString(i) + "::1";
        assertThat(wire.send(from(client, asks)).answer().status()).isEqualTo(401);
      }
      assertThat(lines)
          .singleElement()
          .asString()
          .startsWith("refused client=2001:db8:0:0:0:0:0:1 ");
      hub.audit.sweep();
      assertThat(lines.getLast())
          .isEqualTo(
              "refused again client=2001:db8:0:0:0:0:0:0 call=GET /v1/session status=401"
                  + " times=299");
    }
  }

  @Test
  void aLineThatIsRefusedIsNoted() {
    try (RunningHub hub = RunningHub.start()) {
      String line = "{\"to\":[\"topic:b\"],\"title\":\"t\"}\n";
      String publishes = post(token("alice", "topic:a", ""), "application/x-ndjson", line + line);
      assertThat(hub.call(publishes).status()).isEqualTo(200);
      assertThat(lines)
          .singleElement()
          .asString()
          .startsWith("refused client=127.0.0.1 call=POST /v1/notifications status=403 user=alice");
      hub.audit.sweep();
      assertThat(lines.getLast()).endsWith(" times=1");
    }
  }

  @Test
  void whoIsOverALimitIsNoted() {
    RunningHub.Options options = RunningHub.Options.DEFAULTS.perUser(1, 1, null);
    String client = "192.0.2.1"; // this machine's own are not counted
    try (RunningHub hub = RunningHub.start(options);
        Wire open = hub.wire().send(from(client, request("GET", "/v1/stream", all("alice"))))) {
      open.headers();
      open.frame();
      assertThat(hub.call(from(client, request("GET", "/v1/session", all("alice")))).status())
          .isEqualTo(429);
      assertThat(hub.call(from(client, request("GET", "/v1/stream", all("alice")))).status())
          .isEqualTo(200); // and the end
      assertThat(lines).hasSize(2).allMatch(line -> line.contains(" status=429 user=alice "));
      assertThat(lines.getLast()).contains("call=GET /v1/stream ");
    }
  }

  @Test
  void whoSignsInIsNoted() {
    try (RunningHub hub = RunningHub.start()) {
      Wire.Answer answer = hub.call(request("POST", "/v1/session", all("alice")));
      assertThat(answer.status()).isEqualTo(201);
      hub.call(request("POST", "/v1/session", all("alice")));
      assertThat(lines)
          .singleElement()
          .asString()
          .startsWith("signed in client=127.0.0.1 call=POST /v1/session status=201 user=alice ");
      hub.audit.sweep();
      assertThat(lines.getLast()).startsWith("signed in again ").endsWith(" times=1");
    }
  }

  @Test
  void whoeverIsRefusedHidesNobodyWhoSignsIn() {
    RunningHub.Options options = RunningHub.Options.DEFAULTS.behind("127.0.0.1");
    try (RunningHub hub = RunningHub.start(options);
        Wire wire = hub.wire()) {
      for (int i = 0; i < 260; i++) {
        String publishes = publishes("eve" + i);
        assertThat(wire.send(from("192.0.2." + i % 13, publishes)).answer().status())
            .isEqualTo(403);
      }
      assertThat(lines).hasSize(200);
      String signsIn = request("POST", "/v1/session", all("alice"));
      assertThat(wire.send(from("192.0.2.1", signsIn)).answer().status()).isEqualTo(201);
      assertThat(lines).hasSize(201);
      assertThat(lines.getLast())
          .startsWith("signed in client=192.0.2.1 call=POST /v1/session status=201 user=alice ");
    }
  }

  @Test
  void ofManyWhoSignInAtOneAddressEachIsNamed() {
    try (RunningHub hub = RunningHub.start();
        Wire wire = hub.wire()) {
      for (int i = 0; i < 210; i++) {
        String signsIn = request("POST", "/v1/session", all("user" + i));
        assertThat(wire.send(signsIn).answer().status()).isEqualTo(201);
      }
      assertThat(lines).hasSize(200).allMatch(line -> line.contains(" user=user"));
      hub.audit.sweep();
      assertThat(lines).hasSize(201);
      assertThat(lines.getLast()).isEqualTo("others signed in or out times=10");
    }
  }

  @Test
  void whoSignsOutIsNoted() {
    try (RunningHub hub = RunningHub.start()) {
      Wire.Answer answer = hub.call(request("POST", "/v1/session", all("alice")));
      String cookie = Objects.requireNonNull(answer.header("Set-Cookie")).split(";", 2)[0];
      assertThat(hub.call(signOut(cookie)).status()).isEqualTo(204);
      assertThat(lines).hasSize(2).noneMatch(line -> line.contains(cookie.split("=", 2)[1]));
      assertThat(lines.getLast())
          .startsWith("signed out client=127.0.0.1 call=DELETE /v1/session status=204 user=alice ");
      hub.call(signOut(RunningHub.COOKIE + "=" + "A".repeat(43)));
      assertThat(lines).as("of no session").filteredOn(line -> line.contains("out")).hasSize(1);
    }
  }

  private static String signOut(String cookie) {
    String headers = "Cookie: " + cookie + "\r\nOrigin: " + RunningHub.ORIGIN + "\r\nHost:";
    return request("DELETE", "/v1/session", null).replaceFirst("Host:", headers);
  }

  @Test
  void whatIsDoneForWhoDoesNotWaitForTheAnswerIsNoted() {
    try (RunningHub hub = RunningHub.start()) {
      String operator = all("operator");
      String body = "{\"name\":\"ci\"}";
      String make =
          post(operator, "application/json", body).replace("/v1/notifications", "/v1/tokens");
      assertThat(hub.call(make).status()).isEqualTo(201);
      hub.pause.begin();
      Wire wire = hub.wire().send(request("DELETE", "/v1/tokens/ci", operator));
      Awaitility.await().until(() -> hub.pause.calls("forget") == 1);
      wire.giveUp();
      Awaitility.await().until(() -> hub.server.connections() == 0);
      hub.settle();
      assertThat(lines).hasSize(1);
      hub.pause.end();
      Awaitility.await().until(() -> lines.size() == 2);
      assertThat(lines.getLast()).contains("call=DELETE /v1/tokens/{} by=sub:operator");
    }
  }

  @Test
  void whoAdministersTheHubIsNoted() {
    try (RunningHub hub = RunningHub.start()) {
      String operator = all("operator");
      String body = "{\"name\":\"ci\"}";
      String make =
          post(operator, "application/json", body)
              .replace("/v1/notifications", "/v1/tokens")
              .replace("Host:", "X-Request-Id: r1\r\nHost:");
      Wire.Answer made = hub.call(make);
      assertThat(made.status()).as(made.body()).isEqualTo(201);
      assertThat(hub.call(request("DELETE", "/v1/tokens/ci", operator)).status()).isEqualTo(204);
      assertThat(hub.call(request("DELETE", "/v1/tokens/ci", operator)).status()).isEqualTo(404);
      assertThat(hub.get("/v1/tokens", operator).status()).isEqualTo(200);
      assertThat(lines).hasSize(2);
      assertThat(lines.getFirst())
          .isEqualTo(
              "administered client=127.0.0.1 call=POST /v1/tokens by=sub:operator what=token ci"
                  + " request=r1");
      assertThat(lines.getLast()).contains("call=DELETE /v1/tokens/{} by=sub:operator");
      String secret = made.json().get("token").asString();
      assertThat(lines).noneMatch(line -> line.contains(secret));
    }
  }
}
