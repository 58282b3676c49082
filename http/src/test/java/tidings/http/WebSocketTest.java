package tidings.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static tidings.http.RunningHub.all;
import static tidings.http.RunningHub.token;
import static tidings.http.SocketWire.handshake;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tidings.core.access.Grant;
import tidings.core.access.Revocations;
import tidings.core.delivery.Dispatcher;
import tidings.core.delivery.Traffic;
import tools.jackson.databind.JsonNode;

/** protocol/websocket.md, on sockets. */
final class WebSocketTest {
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

  private static SocketWire open(String query, String token, String... lines) {
    return SocketWire.open(hub, query, token, lines);
  }

  /** Opens one and reads its {@code hello}. */
  private static SocketWire opened(String query, String token) {
    SocketWire socket = open(query, token);
    assertThat(socket.text()).startsWith("{\"event\":\"hello\"");
    return socket;
  }

  private static String publish(String to, String title) {
    Wire.Answer answer =
        hub.publish(all("publisher"), "{\"to\":[\"%s\"],\"title\":\"%s\"}".formatted(to, title));
    assertThat(answer.status()).isEqualTo(201);
    return answer.json().get("cursor").asString();
  }

  private static int open() {
    return open(hub);
  }

  private static int open(RunningHub at) {
    return at.hub.dispatchers().stream().mapToInt(d -> d.traffic().subscribers()).sum();
  }

  // --- opening ---

  @Test
  void theHeadAndTheMessagesAreAsWritten() {
    try (Wire wire = hub.wire().send(handshake("?to=topic:golden&to=user:alice", all("alice")))) {
      assertThat(wire.headers())
          .startsWith(
              "HTTP/1.1 101 Switching Protocols",
              "Upgrade: websocket",
              "Connection: Upgrade",
              "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") // as in RFC 6455, 1.3
          .noneMatch(line -> line.startsWith("Transfer-Encoding"))
          .noneMatch(line -> line.startsWith("Sec-WebSocket-Extensions"));
    }
    try (SocketWire socket = open("?to=topic:golden&to=user:alice", all("alice"))) {
      assertThat(socket.text())
          .matches(
              "\\{\"event\":\"hello\",\"heartbeatMs\":1000,\"now\":\"[^\"]+Z\",\"to\":\\[\"topic:golden\","
                  + "\"user:alice\"],\"cursor\":\"[a-z0-9]{8}\\.\\d+\",\"user\":\"alice\"}");
      String cursor = publish("topic:golden", "One");
      assertThat(socket.text())
          .matches(
              "\\{\"cursor\":\""
                  + cursor.replace(".", "\\.")
                  + "\",\"notification\":\\{\"id\":\"[0-9a-f-]{36}\",\"time\":\"[^\"]+Z\","
                  + "\"level\":\"info\",\"title\":\"One\",\"topics\":\\[\"golden\"]}}");
      publish("user:alice", "Two");
      assertThat(socket.text()).endsWith(",\"direct\":true}}");
      String sent = publish("topic:golden", "Withdrawn");
      JsonNode gone = socket.json();
      String id = gone.get("notification").get("id").asString();
      assertThat(gone.get("cursor").asString()).isEqualTo(sent);
      hub.call(RunningHub.request("DELETE", "/v1/notifications/" + id, all("publisher")));
      assertThat(socket.text())
          .matches("\\{\"event\":\"withdrawn\",\"cursor\":\"[a-z0-9.]+\",\"id\":\"" + id + "\"}");
    }
  }

  /** RFC 7692, 5: an offer that the answer does not take up is declined. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "permessage-deflate",
        "permessage-deflate; client_max_window_bits",
        "permessage-deflate; server_no_context_takeover; server_max_window_bits=9, permessage-deflate"
      })
  void anOfferToCompressIsDeclined(String offer) {
    String line = "Sec-WebSocket-Extensions: " + offer;
    try (Wire wire = hub.wire().send(handshake("?to=topic:plain", all("alice"), line))) {
      assertThat(wire.headers())
          .startsWith("HTTP/1.1 101 Switching Protocols")
          .noneMatch(header -> header.regionMatches(true, 0, line, 0, line.indexOf(':')));
    }
    try (SocketWire socket = open("?to=topic:plain", all("alice"), line)) {
      assertThat(socket.text()).startsWith("{\"event\":\"hello\"");
      publish("topic:plain", "a".repeat(300));
      assertThat(socket.title()).isEqualTo("a".repeat(300));
      socket.send(SocketWire.TEXT | 0x40, new byte[] {0x4a, 0x04, 0}); // "a", compressed
      assertThat(socket.ended()).isEqualTo(1002);
    }
  }

  @Test
  void aSilentConnectionTicks() {
    try (SocketWire socket = opened("?to=topic:silent", all("alice"))) {
      String cursor = publish("topic:other", "moves the cursor on");
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .until(() ->
              ("{\"event\":\"tick\",\"cursor\":\"" + cursor + "\",\"rev\":0}")
                  .equals(requireNonNull(socket.frame()).text()));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "?after=nonsense,400,invalid-cursor,after",
    "?to=topic:a*,400,invalid-request,to",
    "?topic=a,400,invalid-request,topic",
    "?to=topic:secret.a,403,forbidden,to",
    "?ticket=none,401,unauthenticated,ticket",
  })
  void whatARetryCantMendIsRefused(String query, int status, String problem, String field) {
    Wire.Answer answer = hub.call(handshake(query, token("a", "", "topic:shop.#")));
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.problem()).isEqualTo(problem);
    assertThat(answer.field()).isEqualTo(field);
  }

  @ParameterizedTest
  @CsvSource({
    "Upgrade: websocket,Upgrade: h2c,426",
    "'keep-alive, Upgrade',keep-alive,426",
    "Version: 13,Version: 8,426",
    "Key: dGhlIHNhbXBsZSBub25jZQ==,Key: dGhl,400",
    "Key: dGhlIHNhbXBsZSBub25jZQ==,Key: ?,400",
    "Sec-WebSocket-Key,X-Key,400",
    "HTTP/1.1,HTTP/1.0,400",
    "GET,POST,405",
    "GET,HEAD,405",
  })
  void whatIsNoHandshakeIsRefused(String part, String other, int status) {
    try (Wire wire = hub.wire().send(handshake("", all("a")).replaceFirst(part, other))) {
      Wire.Answer answer = wire.head();
      assertThat(answer.status()).isEqualTo(status);
      if (status == 426) {
        assertThat(answer.header("Upgrade")).isEqualTo("websocket");
        assertThat(answer.header("Sec-WebSocket-Version")).isEqualTo("13");
      }
    }
  }

  @Test
  void aWrongTokenIsRefusedAndWithoutOneWhatIsPublicIsRead() {
    assertThat(hub.call(handshake("?to=topic:open.a", "a.b.c")).status()).isEqualTo(401);
    assertThat(hub.call(handshake("?to=everyone", null)).status()).isEqualTo(401);
    try (SocketWire socket = SocketWire.open(hub, "", null)) {
      assertThat(socket.text()).contains("\"to\":[\"topic:open.#\"]").doesNotContain("user");
      publish("everyone", "not public");
      publish("topic:open.a", "public");
      assertThat(socket.title()).isEqualTo("public");
      socket.say("{\"n\":1,\"token\":\"" + all("alice") + "\"}");
      assertThat(socket.text()).contains("urn:tidings:problem:forbidden").endsWith(",\"n\":1}");
    }
  }

  /** Whatever the credential is: a browser sends cookies across sites, and asks nobody before. */
  @ParameterizedTest
  @CsvSource({
    "https://evil.example,403",
    "https://page.example.evil.example,403",
    "https://page.example:8443,403",
    "http://page.example,403",
    "http://localhost:1,403",
    "null,403",
    "'',403",
    "https://page.example,101",
    "http://localhost,101",
  })
  void fromAnotherOriginNothingOpens(String origin, int status) {
    String line = "Origin: " + origin;
    try (Wire wire = hub.wire().send(handshake("", all("alice"), line))) {
      assertThat(wire.headers().getFirst()).startsWith("HTTP/1.1 " + status);
    }
    try (Wire wire = hub.wire().send(handshake("", null, line))) {
      assertThat(wire.headers().getFirst()).startsWith("HTTP/1.1 " + status);
    }
    String ticket = ticket("alice");
    try (Wire wire = hub.wire().send(handshake("?ticket=" + ticket, null, line))) {
      assertThat(wire.headers().getFirst()).startsWith("HTTP/1.1 " + status);
    }
    if (status == 403) {
      SocketWire.open(hub, "?ticket=" + ticket, null).close(); // it was not used
    }
  }

  @Test
  void twoOriginsAreNone() {
    String[] both = {"Origin: https://page.example", "Origin: https://page.example"};
    assertThat(hub.call(handshake("", all("alice"), both)).status()).isEqualTo(403);
  }

  private static String ticket(String user) {
    Wire.Answer answer = hub.call(RunningHub.request("POST", "/v1/tickets", all(user)));
    assertThat(answer.status()).isEqualTo(201);
    return answer.json().get("ticket").asString();
  }

  @Test
  void aTicketOpensOneConnection() {
    String ticket = ticket("alice");
    try (SocketWire socket = SocketWire.open(hub, "?to=user:alice&ticket=" + ticket, null)) {
      assertThat(socket.text()).contains("\"user\":\"alice\"");
    }
    assertThat(hub.call(handshake("?ticket=" + ticket, null)).status()).isEqualTo(401);
  }

  @Test
  void aSessionOpensOneAndEndsItWithSigningOut() {
    Wire.Answer started = hub.call(RunningHub.request("POST", "/v1/session", all("alice")));
    String set = requireNonNull(started.header("Set-Cookie"));
    String cookie = "Cookie: " + set.substring(0, set.indexOf(';'));
    assertThat(hub.call(handshake("", null, cookie, "Origin: https://evil.example")).status())
        .isEqualTo(403);
    try (SocketWire socket =
        SocketWire.open(hub, "", null, cookie, "Origin: " + RunningHub.ORIGIN)) {
      assertThat(socket.text()).contains("\"user\":\"alice\"");
      hub.call(
          RunningHub.request("DELETE", "/v1/session", null)
              .replace(
                  "\r\n\r\n", "\r\n" + cookie + "\r\nOrigin: " + RunningHub.ORIGIN + "\r\n\r\n"));
      assertThat(socket.text()).startsWith("{\"event\":\"reauth\"");
      assertThat(socket.ended()).isEqualTo(4401);
    }
  }

  // --- cursors ---

  @Test
  void whoComesBackGetsWhatItMissedOnceAndInOrder() {
    String first = publish("topic:back", "1");
    publish("topic:back", "2");
    try (SocketWire socket = opened("?to=topic:back&after=" + first, all("a"))) {
      assertThat(socket.title()).isEqualTo("2");
      publish("topic:back", "3");
      assertThat(socket.title()).isEqualTo("3");
    }
    try (SocketWire socket =
        opened("?to=topic:back&after=earliest&lastEventId=" + first, all("a"))) {
      assertThat(socket.title()).isEqualTo("2");
      assertThat(socket.title()).isEqualTo("3");
    }
  }

  @Test
  void anUnknownCursorIsAGap() {
    publish("topic:before", "x"); // the stream's loop may hear of it only after the reply
    try (SocketWire socket = open("?to=topic:gap&after=zzzzzzzz.5", all("a"))) {
      assertThat(socket.text()).contains("\"cursor\":\"zzzzzzzz.5\"");
      assertThat(socket.text())
          .matches(
              "\\{\"event\":\"gap\",\"cursor\":\"([a-z0-9]{8}\\.\\d+)\",\"reason\":\"epoch\","
                  + "\"from\":\"zzzzzzzz.5\",\"to\":\"\\1\"}");
      publish("topic:gap", "after the gap");
      assertThat(socket.title()).isEqualTo("after the gap");
    }
  }

  @Test
  void aReaderThatStopsFallsBehindAndCatchesUpInOrder() {
    long before = fellBehind();
    try (SocketWire slow =
        SocketWire.open(new Wire(hub.port, 4_096), "?to=topic:flood", all("slow"))) {
      slow.text();
      List<String> cursors = floodUntilBehind(hub, "topic:flood", before);
      try (SocketWire quick = opened("?to=topic:flood", all("quick"))) {
        cursors.add(publish("topic:flood", "live"));
        assertThat(quick.title()).isEqualTo("live");
      }
      for (String cursor : cursors) {
        assertThat(slow.json().get("cursor").asString()).isEqualTo(cursor);
      }
    }
  }

  /** Publishes until somebody is behind, and some more. */
  private static List<String> floodUntilBehind(RunningHub at, String to, long before) {
    List<String> cursors = new ArrayList<>();
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(1))
        .until(() -> {
          cursors.addAll(flood(at, to, 10));
          return fellBehind(at) > before;
        });
    cursors.addAll(flood(at, to, 40));
    return cursors;
  }

  private static List<String> flood(RunningHub at, String to, int batches) {
    String draft =
        "{\"to\":[\"%s\"],\"title\":\"t\",\"body\":\"%s\"}".formatted(to, "x".repeat(7_000));
    List<String> cursors = new ArrayList<>();
    for (int i = 0; i < batches; i++) {
      at.publish(all("p"), "[" + draft + "," + draft + "]")
          .json()
          .forEach(item -> cursors.add(item.get("cursor").asString()));
    }
    return cursors;
  }

  private static long fellBehind() {
    return fellBehind(hub);
  }

  private static long fellBehind(RunningHub at) {
    return at.hub.dispatchers().stream()
        .map(Dispatcher::traffic)
        .mapToLong(Traffic::fellBehind)
        .sum();
  }

  /** Opens one that is behind soon, as it does not read: more was published than fits in. */
  private static SocketWire behind(RunningHub at, String token) {
    SocketWire socket = SocketWire.open(new Wire(at.port, 4_096), "?to=topic:a", token);
    socket.text();
    long before = fellBehind(at);
    floodUntilBehind(at, "topic:a", before);
    return socket;
  }

  /** The first frame that is no text. */
  private static SocketWire.Frame afterTheFlood(SocketWire socket) {
    SocketWire.Frame frame = requireNonNull(socket.frame());
    while (frame.kind() == SocketWire.TEXT) {
      frame = requireNonNull(socket.frame());
    }
    return frame;
  }

  /** What it gets of the flood ends with the closing frame, if it reads again within 5 s. */
  @Test
  void aReaderThatTakesNothingForLongIsTold() {
    RunningHub.Options impatient = RunningHub.Options.DEFAULTS.noProgress(Duration.ofSeconds(1));
    try (RunningHub other = RunningHub.start(impatient);
        SocketWire stuck = behind(other, all("a"))) {
      Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> open(other) == 0);
      assertThat(afterTheFlood(stuck).code()).isEqualTo(4408);
      assertThat(stuck.frame()).isNull();
    }
  }

  @Test
  void whoIsBehindIsToldOfTheEndToo() {
    try (RunningHub other = RunningHub.start();
        SocketWire revoked = behind(other, token("taken", "a", Grant.ALL, Duration.ofHours(1)))) {
      revoke(other, "taken");
      Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> open(other) == 0);
      String last = "";
      SocketWire.Frame frame = requireNonNull(revoked.frame());
      while (frame.kind() == SocketWire.TEXT) {
        last = frame.text();
        frame = requireNonNull(revoked.frame());
      }
      assertThat(last).startsWith("{\"event\":\"reauth\"");
      assertThat(frame.code()).isEqualTo(4401);
      assertThat(revoked.frame()).isNull();
      try (SocketWire drained = behind(other, all("b"))) {
        other.hub.drain(Duration.ZERO).join();
        frame = afterTheFlood(drained);
        assertThat(frame.code()).isEqualTo(1012);
        assertThat(frame.reason()).matches("[1-9]\\d{3}");
        assertThat(drained.frame()).isNull();
      }
    }
  }

  /** Whoever closes: what does not leave must not hold the connection for ever. */
  @Test
  void anEndThatNobodyTakesIsCutOff() {
    try (RunningHub other =
            RunningHub.start(RunningHub.Options.DEFAULTS.patience(Duration.ofSeconds(2)));
        SocketWire closing = behind(other, all("a"));
        SocketWire ended = behind(other, all("b"))) {
      closing.send(SocketWire.CLOSE, new byte[0]);
      Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> open(other) == 1);
      other.hub.drain(Duration.ZERO).join();
      ended.send(SocketWire.PING, new byte[0]);
      assertThat(other.server.connections()).isEqualTo(2);
      Awaitility.await().atMost(Duration.ofSeconds(8)).until(() -> other.server.connections() == 0);
    }
  }

  @Test
  void whoIsBehindMayCloseInOrder() {
    try (RunningHub other = RunningHub.start();
        SocketWire closing = behind(other, all("a"))) {
      closing.send(SocketWire.CLOSE, new byte[] {0x03, (byte) 0xE9});
      Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> open(other) == 0);
      assertThat(afterTheFlood(closing).code()).isEqualTo(1001);
      assertThat(closing.frame()).isNull();
    }
  }

  /** It reads slowly, and must not take the hub for gone; nor do its pings, which wait, end it. */
  @Test
  void pingsOfOneWhoIsBehindAreAnswered() {
    try (RunningHub other = RunningHub.start();
        SocketWire slow = behind(other, all("a"))) {
      for (int i = 0; i < 40; i++) {
        slow.send(SocketWire.PING, new byte[] {(byte) i});
      }
      int texts = 0;
      int pongs = 0;
      int textsBeforeTheFirst = 0;
      while (pongs < 40) {
        SocketWire.Frame frame = requireNonNull(slow.frame());
        if (frame.kind() == SocketWire.TEXT) {
          texts++;
        } else {
          assertThat(frame.kind()).isEqualTo(SocketWire.PONG);
          assertThat(frame.payload()).containsExactly(pongs++);
          textsBeforeTheFirst = pongs == 1 ? texts : textsBeforeTheFirst;
        }
      }
      assertThat(textsBeforeTheFirst).isLessThan(60);
      slow.send(SocketWire.CLOSE, new byte[0]);
      assertThat(afterTheFlood(slow).kind()).isEqualTo(SocketWire.CLOSE);
    }
  }

  /**
   * Each answer has about 20 kB, so that but some of them fit in: what is asked beyond that is done
   * when they are taken, at the cursor of then.
   */
  @Test
  void whatIsAskedWaitsUntilTheAnswersAreTaken() {
    try (RunningHub other = RunningHub.start();
        SocketWire socket = SocketWire.open(new Wire(other.port, 4_096), "?to=topic:a", all("a"))) {
      socket.text();
      socket.say("{\"n\":0,\"subscribe\":{\"to\":[" + addresses(99, 180) + "]}}");
      String before = socket.json().get("cursor").asString();
      ByteArrayOutputStream asks = new ByteArrayOutputStream();
      for (int n = 1; n < 32; n++) {
        String ask = "{\"n\":" + n + ",\"subscribe\":{\"to\":[\"topic:a\"]}}";
        asks.writeBytes(SocketWire.masked(SocketWire.TEXT, ask.getBytes(UTF_8)));
      }
      socket.wire.send(asks.toByteArray());
      other.settle();
      other.publish(all("p"), "{\"to\":[\"topic:elsewhere\"],\"title\":\"t\"}");
      other.settle();
      int atOnce = 0;
      for (int n = 1; n < 32; n++) {
        JsonNode answer = socket.json();
        assertThat(answer.get("ok").asInt()).isEqualTo(n);
        atOnce += answer.get("cursor").asString().equals(before) ? 1 : 0;
      }
      assertThat(atOnce).isBetween(1, 15);
    }
  }

  /** So many addresses, each with a word of so many letters. */
  private static String addresses(int count, int letters) {
    return IntStream.range(0, count)
        .mapToObj(i -> "\"topic:m." + i + "." + "x".repeat(letters) + '"')
        .collect(Collectors.joining(","));
  }

  // --- what a client may ask for ---

  @Test
  void addressesComeAndGoFromTheAnswerOn() {
    try (SocketWire socket = opened("?to=topic:one", all("alice"))) {
      publish("topic:two", "too early");
      String before = publish("topic:one", "of one");
      assertThat(socket.title()).isEqualTo("of one");
      socket.say("{\"n\":7,\"subscribe\":{\"to\":[\"topic:two\",\"topic:one\"]}}");
      assertThat(socket.text())
          .isEqualTo(
              "{\"ok\":7,\"cursor\":\"" + before + "\",\"to\":[\"topic:one\",\"topic:two\"]}");
      publish("topic:two", "of two");
      assertThat(socket.title()).isEqualTo("of two");
      socket.say("{\"n\":0,\"unsubscribe\":{\"to\":[\"topic:one\"]}}");
      assertThat(socket.text()).startsWith("{\"ok\":0,").endsWith("\"to\":[\"topic:two\"]}");
      publish("topic:one", "no more");
      publish("topic:two", "still");
      assertThat(socket.title()).isEqualTo("still");
    }
  }

  @Test
  void whatWasOpenedWithoutAddressesChangesWhatItCarries() {
    try (SocketWire socket = opened("", token("carl", "", "topic:mine.#"))) {
      socket.say("{\"n\":1,\"unsubscribe\":{\"to\":[\"everyone\"]}}");
      assertThat(socket.text())
          .endsWith("\"to\":[\"user:carl\",\"topic:mine.#\",\"topic:open.#\"]}");
      publish("everyone", "no more");
      publish("user:carl", "mine");
      assertThat(socket.title()).isEqualTo("mine");
    }
  }

  @Test
  void afterMovesTheOneCursor() {
    String start = publish("topic:past", "0");
    publish("topic:past", "1");
    publish("topic:other", "2");
    try (SocketWire socket = opened("?to=topic:past&after=" + start, all("alice"))) {
      assertThat(socket.title()).isEqualTo("1");
      socket.say("{\"n\":1,\"subscribe\":{\"to\":[\"topic:other\"],\"after\":\"" + start + "\"}}");
      assertThat(socket.text()).startsWith("{\"ok\":1,\"cursor\":\"" + start + "\",");
      assertThat(socket.title()).isEqualTo("1"); // again
      assertThat(socket.title()).isEqualTo("2");
      socket.say("{\"n\":2,\"subscribe\":{\"to\":[\"topic:other\"],\"after\":\"zzzzzzzz.5\"}}");
      assertThat(socket.text()).startsWith("{\"event\":\"gap\"");
      assertThat(socket.text()).startsWith("{\"ok\":2,");
      publish("topic:other", "3");
      assertThat(socket.title()).isEqualTo("3");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"n\":5,\"subscribe\":{\"to\":[\"topic:secret\"]}}|forbidden|to|5",
        "{\"n\":5,\"subscribe\":{\"to\":[\"topic:a*\"]}}|invalid-request|to|5",
        "{\"n\":5,\"subscribe\":{\"to\":[]}}|invalid-request|to|5",
        "{\"n\":5,\"subscribe\":{\"to\":\"topic:shop.a\"}}|invalid-request|to|5",
        "{\"n\":5,\"subscribe\":{\"to\":[7]}}|invalid-request|to|5",
        "{\"n\":5,\"subscribe\":{}}|invalid-request|to|5",
        "{\"n\":5,\"subscribe\":[]}|invalid-request|subscribe|5",
        "{\"n\":5,\"subscribe\":{\"to\":[\"topic:shop.a\"],\"type\":\"a\"}}|invalid-request|subscribe|5",
        "{\"n\":5,\"subscribe\":{\"to\":[\"topic:shop.a\"],\"after\":\"x\"}}|invalid-cursor|after|5",
        "{\"n\":5,\"unsubscribe\":{\"to\":[\"topic:shop.b\"]}}|invalid-request|to|5",
        "{\"n\":5,\"unsubscribe\":{\"to\":[\"topic:shop.a\"]}}|invalid-request|to|5",
        "{\"n\":5,\"token\":\"a.b.c\"}|unauthenticated|token|5",
        "{\"n\":5,\"token\":7}|invalid-request|token|5",
        "{\"n\":5,\"token\":null}|invalid-request||5",
        "{\"n\":5}|invalid-request||5",
        "{\"n\":5,\"publish\":{}}|invalid-request||5",
        "{\"n\":5,\"token\":\"a\",\"subscribe\":{}}|invalid-request||5",
        "{\"n\":-1,\"token\":\"a\"}|invalid-request|n|",
        "{\"n\":9007199254740992,\"token\":\"a\"}|invalid-request|n|",
        "{\"n\":99999999999999999999,\"token\":\"a\"}|invalid-request|n|",
        "{\"n\":1.5,\"token\":\"a\"}|invalid-request|n|",
        "{\"n\":\"1\",\"token\":\"a\"}|invalid-request|n|",
        "{\"token\":\"a\"}|invalid-request|n|",
        "{\"n\":5,\"n\":5,\"token\":\"a\"}|invalid-request||",
        "{\"n\":5} {}|invalid-request||",
        "[]|invalid-request||",
        "hello|invalid-request||",
        "``|invalid-request||",
      })
  void whatCantBeDoneIsRefusedAndNothingChanges(
      String message, String problem, String field, Integer n) {
    try (SocketWire socket = opened("?to=topic:shop.a", token("dora", "", "topic:shop.#"))) {
      JsonNode answer = socket.say(message).json();
      assertThat(answer.get("error").get("type").asString())
          .isEqualTo("urn:tidings:problem:" + problem);
      assertThat(answer.get("error").has("field")).isEqualTo(field != null);
      if (field != null) {
        assertThat(answer.get("error").get("field").asString()).isEqualTo(field);
      }
      assertThat(answer.has("n")).isEqualTo(n != null);
      publish("topic:shop.b", "not asked for");
      publish("topic:shop.a", "as before");
      assertThat(socket.title()).isEqualTo("as before");
    }
  }

  @Test
  void thereAreSoManyAddresses() {
    try (SocketWire socket = opened("?to=topic:shop.a", all("dora"))) {
      socket.say("{\"n\":1,\"subscribe\":{\"to\":[" + addresses(100, 1) + "]}}");
      assertThat(socket.text()).contains("more than 100 addresses");
      publish("topic:m.0.x", "not asked for");
      publish("topic:shop.a", "asked for"); // else the first may be on its way still
      assertThat(socket.title()).isEqualTo("asked for");
      socket.say("{\"n\":2,\"subscribe\":{\"to\":[" + addresses(99, 1) + "]}}");
      assertThat(socket.json().get("to")).hasSize(100);
      socket.say("{\"n\":3,\"subscribe\":{\"to\":[\"topic:shop.a\",\"topic:one.more\"]}}");
      assertThat(socket.text()).contains("more than 100 addresses");
      publish("topic:one.more", "not asked for");
      publish("topic:m.98.x", "asked for");
      assertThat(socket.title()).isEqualTo("asked for");
    }
  }

  // --- tokens ---

  @Test
  void anotherTokenOfTheSameUserRenewsTheConnection() {
    String brief = token("erin", Grant.ALL, Duration.ofSeconds(2 - 30)); // less the leeway
    try (SocketWire socket = opened("?to=topic:renew.%23", brief);
        SocketWire beside = opened("?to=topic:renew.%23", brief)) {
      socket.say("{\"n\":1,\"token\":\"" + token("erin", "", "topic:renew.a") + "\"}");
      assertThat(socket.text()).startsWith("{\"ok\":1,").endsWith("\"to\":[\"topic:renew.a\"]}");
      publish("topic:renew.b", "granted no more");
      publish("topic:renew.a", "granted");
      assertThat(socket.title()).isEqualTo("granted");
      assertThat(beside.title()).isEqualTo("granted no more");
      assertThat(beside.title()).isEqualTo("granted");
      assertThat(beside.text()).startsWith("{\"event\":\"reauth\"");
      assertThat(beside.ended()).isEqualTo(4401);
      publish("topic:renew.a", "it goes on");
      assertThat(socket.title()).isEqualTo("it goes on");
    }
  }

  @Test
  void aTokenThatWontDoLeavesTheOldOneInForce() {
    String brief = token("fred", Grant.ALL, Duration.ofSeconds(3 - 30));
    try (SocketWire socket = opened("?to=topic:kept", brief)) {
      socket.say("{\"n\":1,\"token\":\"" + all("mallory") + "\"}");
      assertThat(socket.text()).contains("problem:forbidden").contains("\"field\":\"token\"");
      socket.say("{\"n\":2,\"token\":\"" + token("fred", "", "topic:else") + "\"}");
      assertThat(socket.text()).contains("problem:forbidden").contains("\"field\":\"to\"");
      socket.say("{\"n\":3,\"token\":\"" + all("fred").replaceFirst("\\.", ".x") + "\"}");
      assertThat(socket.text()).contains("problem:unauthenticated");
      publish("topic:kept", "still");
      assertThat(socket.title()).isEqualTo("still");
      assertThat(socket.text()).startsWith("{\"event\":\"reauth\"");
      assertThat(socket.ended()).isEqualTo(4401);
    }
  }

  @Test
  void aConnectionEndsWhenItsTokenIsTakenBackAlsoARenewedOne() {
    String old = token("first-1", "gina", Grant.ALL, Duration.ofHours(1));
    String next = token("next-1", "gina", Grant.ALL, Duration.ofHours(1));
    try (SocketWire socket = opened("?to=topic:back", old)) {
      socket.say("{\"n\":1,\"token\":\"" + next + "\"}");
      assertThat(socket.text()).startsWith("{\"ok\":1,");
      revoke("first-1");
      publish("topic:back", "the old one counts no more");
      assertThat(socket.title()).isEqualTo("the old one counts no more");
      revoke("next-1");
      assertThat(socket.text()).startsWith("{\"event\":\"reauth\"");
      assertThat(socket.ended()).isEqualTo(4401);
    }
  }

  private static void revoke(String jti) {
    revoke(hub, jti);
  }

  private static void revoke(RunningHub at, String jti) {
    at.revocations
        .revoke(new Revocations.Target.TokenId(jti), Instant.now().plus(Duration.ofHours(2)))
        .join();
  }

  @Test
  void aVerificationThatFailsIsAnsweredAndTheNextMaySucceed() {
    try (RunningHub other = RunningHub.start();
        SocketWire socket = SocketWire.open(other, "", all("gina"))) {
      socket.text();
      String next = token("next", "gina", Grant.ALL, Duration.ofHours(1));
      other.verificationFails = new IllegalStateException("as a test wants it");
      socket.say("{\"n\":1,\"token\":\"" + next + "\"}");
      assertThat(socket.text()).contains("problem:internal").endsWith(",\"n\":1}");
      other.verificationFails = null;
      socket.say("{\"n\":2,\"token\":\"" + next + "\"}");
      assertThat(socket.text()).startsWith("{\"ok\":2,");
    }
  }

  // --- bounds ---

  @Test
  void pingsAreAnsweredAlike() {
    try (SocketWire socket = opened("?to=topic:ping", all("alice"))) {
      socket.send(SocketWire.PING, "anybody?".getBytes(UTF_8));
      assertThat(socket.frame(SocketWire.PONG).text()).isEqualTo("anybody?");
      socket.send(SocketWire.PONG, new byte[0]); // unasked, as a heartbeat
      socket.send(SocketWire.PING, new byte[0]);
      assertThat(socket.frame(SocketWire.PONG).payload()).isEmpty();
    }
  }

  @Test
  void aMessageInFragmentsIsOne() {
    try (SocketWire socket = opened("?to=topic:one", all("alice"))) {
      socket.send(0x01, "{\"n\":1,\"subscribe\":".getBytes(UTF_8));
      socket.send(SocketWire.PING, new byte[0]); // may come in between
      socket.send(0x00, "{\"to\":[\"topic".getBytes(UTF_8));
      socket.send(0x80, ":two\"]}}".getBytes(UTF_8));
      assertThat(socket.frame(SocketWire.PONG)).isNotNull();
      assertThat(socket.text()).endsWith("\"to\":[\"topic:one\",\"topic:two\"]}");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "C1, hello, 1002", // RSV1: compressed, which was not negotiated
    "A1, hello, 1002", // RSV2
    "91, hello, 1002", // RSV3
    "C9, hello, 1002", // a compressed ping
    "83, hello, 1002", // an opcode that is reserved
    "80, hello, 1002", // a continuation of nothing
    "09, hello, 1002", // a ping in fragments
    "8B, hello, 1002", // an opcode of control that is reserved
    "08, '', 1002", // a closing frame in fragments
    "82, hello, 1003", // binary
    "02, hello, 1003", // the beginning of it
  })
  void whatIsNoTextOfAWebSocketEndsIt(String kind, String payload, int code) {
    try (SocketWire socket = opened("?to=topic:wrong", all("alice"))) {
      socket.send(Integer.parseInt(kind, 16), payload.getBytes(UTF_8));
      assertThat(socket.ended()).isEqualTo(code);
    }
  }

  /** In hexadecimal (RFC 6455, 5.2, 5.5 and 7.4). */
  @ParameterizedTest
  @CsvSource({
    "89FE007E, 1002", // a ping of 126 bytes
    "88FE007E, 1002", // a closing frame of 126 bytes
    "81FE0005, 1002", // a length of three bytes where one will do
    "81FF0000000000000005, 1002", // or of nine
    "88810000000003, 1002", // a closing frame of one byte
    "88820000000003E7, 1002", // with 999
    "88820000000003ED, 1002", // with 1005, which is never sent
    "88820000000003EE, 1002", // with 1006, neither
    "88830000000003E8FF, 1007", // with a reason that is no UTF-8
  })
  void whatIsNoFrameEndsTheConnection(String bytes, int code) {
    try (SocketWire socket = opened("?to=topic:wrong", all("alice"))) {
      socket.wire.send(HexFormat.of().parseHex(bytes));
      assertThat(socket.ended()).isEqualTo(code);
    }
  }

  @Test
  void aMessageWithinAnotherEndsTheConnectionAndAClosingFrameMayBeThere() {
    try (SocketWire socket = opened("?to=topic:wrong", all("alice"))) {
      socket.send(0x01, "{".getBytes(UTF_8)).say("{}");
      assertThat(socket.ended()).isEqualTo(1002);
    }
    try (SocketWire socket = opened("?to=topic:wrong", all("alice"))) {
      socket.send(0x01, "{".getBytes(UTF_8)).send(SocketWire.CLOSE, new byte[] {0x03, (byte) 0xE8});
      assertThat(socket.ended()).isEqualTo(1000);
    }
  }

  @Test
  void nothingIsAnsweredAfterTheEnd() {
    for (int kind : new int[] {SocketWire.CLOSE, 0x82}) {
      try (SocketWire socket = opened("?to=topic:bye", all("alice"))) {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        frames.writeBytes(SocketWire.masked(kind, new byte[0]));
        frames.writeBytes(SocketWire.masked(SocketWire.PING, new byte[0]));
        socket.wire.send(frames.toByteArray());
        assertThat(socket.ended()).isEqualTo(kind == SocketWire.CLOSE ? -1 : 1003);
      }
    }
  }

  @Test
  void anUnmaskedFrameEndsTheConnection() {
    try (SocketWire socket = opened("?to=topic:wrong", all("alice"))) {
      socket.wire.send(new byte[] {(byte) 0x81, 2, '{', '}'});
      assertThat(socket.ended()).isEqualTo(1002);
    }
  }

  @Test
  void aTextThatIsNoUtf8EndsTheConnection() {
    try (SocketWire socket = opened("?to=topic:wrong", all("alice"))) {
      socket.send(SocketWire.TEXT, new byte[] {'{', (byte) 0xC3, '}'});
      assertThat(socket.ended()).isEqualTo(1007);
    }
    try (SocketWire socket = opened("?to=topic:wrong", all("alice"))) {
      socket.send(0x01, new byte[] {(byte) 0xED, (byte) 0xA0}); // half of a surrogate
      socket.send(0x80, new byte[] {(byte) 0x80});
      assertThat(socket.ended()).isEqualTo(1007);
    }
  }

  /** The bomb: neither a length that is only said, nor fragments without end, take memory. */
  @Test
  void aMessageHasSoManyBytes() {
    int max = 32 << 10;
    try (SocketWire socket = opened("?to=topic:big", all("alice"))) {
      socket.send(SocketWire.TEXT, " ".repeat(max).getBytes(UTF_8));
      assertThat(socket.text()).startsWith("{\"error\":");
      socket.send(SocketWire.TEXT, " ".repeat(max + 1).getBytes(UTF_8));
      assertThat(socket.ended()).isEqualTo(1009);
    }
    for (long length : new long[] {max + 1, 1L << 31, 1L << 62}) {
      try (SocketWire socket = opened("?to=topic:big", all("alice"))) {
        socket.announce(SocketWire.TEXT, length);
        assertThat(socket.ended()).isEqualTo(1009);
      }
    }
    try (SocketWire socket = opened("?to=topic:big", all("alice"))) {
      socket.send(0x01, new byte[max]);
      socket.send(0x00, new byte[1]);
      assertThat(socket.ended()).isEqualTo(1009);
    }
  }

  /** 32 are taken at once; the other eight wait for an eighth of a second each. */
  @Test
  void whatComesTooFastIsReadLater() {
    try (SocketWire socket = opened("?to=topic:much", all("alice"))) {
      long begin = System.nanoTime();
      for (int i = 0; i < 10; i++) {
        socket.send(SocketWire.PING, new byte[] {(byte) i});
      }
      for (int i = 0; i < 10; i++) { // empty ones count too
        socket.send(i == 0 ? 0x01 : 0x00, new byte[0]);
      }
      socket.send(0x80, "{}".getBytes(UTF_8));
      for (int n = 0; n < 19; n++) {
        socket.say("{\"n\":" + n + ",\"subscribe\":{\"to\":[\"topic:much\"]}}");
      }
      for (int i = 0; i < 10; i++) {
        assertThat(socket.frame(SocketWire.PONG).payload()).containsExactly(i);
      }
      assertThat(socket.text()).startsWith("{\"error\":");
      for (int n = 0; n < 19; n++) {
        assertThat(socket.text()).startsWith("{\"ok\":" + n + ",");
      }
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(1));
    }
  }

  // --- endings ---

  @ParameterizedTest
  @CsvSource({"1000", "1001", "3000", "-1"})
  void theClientsCloseIsAnsweredAlike(int code) {
    Awaitility.await().until(() -> open() == 0); // those of other tests have gone
    try (SocketWire socket = opened("?to=topic:bye", all("alice"))) {
      byte[] payload =
          code < 0 ? new byte[0] : new byte[] {(byte) (code >> 8), (byte) code, 'b', 'y', 'e'};
      socket.send(SocketWire.CLOSE, payload);
      assertThat(socket.ended()).isEqualTo(code);
      Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> open() == 0);
    }
  }

  @Test
  void whoJustGoesIsGone() {
    Awaitility.await().until(() -> open() == 0); // those of other tests have gone
    SocketWire reset = opened("?to=topic:bye", all("alice"));
    try (SocketWire half = opened("?to=topic:bye", all("alice"))) {
      assertThat(open()).isEqualTo(2);
      reset.wire.giveUp();
      half.wire.sendEnd();
      half.end();
      Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> open() == 0);
    }
  }

  @Test
  void aHubThatStopsTellsEachWhenToComeBack() {
    try (RunningHub other = RunningHub.start();
        SocketWire socket = SocketWire.open(other, "", all("a"))) {
      socket.text();
      other.stopping.set(true);
      other.hub.drain(Duration.ofMillis(100)).join();
      SocketWire.Frame last = socket.frame(SocketWire.CLOSE);
      assertThat(last.code()).isEqualTo(1012);
      assertThat(last.reason()).matches("[1-9]\\d{3}");
      assertThat(socket.frame()).isNull();
      Wire.Answer late = other.call(handshake("", all("a")));
      assertThat(late.status()).isEqualTo(503);
      assertThat(late.problem()).isEqualTo("overloaded");
      assertThat(late.header("Retry-After")).isNotNull();
      String ticket =
          other
              .call(RunningHub.request("POST", "/v1/tickets", all("a")))
              .json()
              .get("ticket")
              .asString();
      assertThat(other.call(handshake("?ticket=" + ticket, null)).status()).isEqualTo(503);
      other.stopping.set(false);
      SocketWire.open(other, "?ticket=" + ticket, null).close();
    }
  }

  @Test
  void aUserHasSoManyOfAllKindsOfStreams() {
    String[] remote = {"X-Forwarded-For: 192.0.2.1"}; // what comes from this machine is not counted
    try (RunningHub other = RunningHub.start(RunningHub.Options.DEFAULTS.perUser(100, 2, null));
        SocketWire first = SocketWire.open(other, "", all("a"), remote);
        Wire second =
            other
                .wire()
                .send(
                    RunningHub.request("GET", "/v1/stream", all("a"))
                        .replace("\r\n\r\n", "\r\n" + remote[0] + "\r\n\r\n"))) {
      first.text();
      second.headers();
      assertThat(second.frame()).startsWith("event: hello");
      Wire.Answer third = other.call(handshake("", all("a"), remote));
      assertThat(third.status()).isEqualTo(429);
      assertThat(third.header("Retry-After")).isNotNull();
      first.send(SocketWire.CLOSE, new byte[0]);
      Awaitility.await()
          .atMost(Duration.ofSeconds(5))
          .untilAsserted(() -> SocketWire.open(other, "", all("a"), remote).close());
    }
  }

  @Test
  void inDevModeOnlyTheHubsOwnPagesOpenOne() {
    try (RunningHub other = RunningHub.start(RunningHub.Options.DEFAULTS.inDevMode())) {
      assertThat(other.call(handshake("", null, "Origin: http://evil.example")).status())
          .isEqualTo(403);
      assertThat(other.call(handshake("", null).replace("localhost", "evil.example")).status())
          .isEqualTo(403);
      try (SocketWire own = SocketWire.open(other, "", null, "Origin: http://localhost")) {
        assertThat(own.text()).contains("\"user\":\"dev\"");
      }
    }
  }
}
