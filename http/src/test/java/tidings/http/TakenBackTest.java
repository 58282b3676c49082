package tidings.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static tidings.http.RunningHub.all;
import static tidings.http.RunningHub.authorization;
import static tidings.http.RunningHub.request;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tidings.core.access.Grant;
import tidings.core.access.Revocations;

/** Revocations and API tokens (protocol/access.md), and what becomes of whoever reads. */
final class TakenBackTest {
  private static final InstantSource CLOCK = InstantSource.system();
  private static RunningHub hub;

  @BeforeAll
  static void start() {
    hub = RunningHub.start(RunningHub.Options.DEFAULTS.publicly("topic:open"));
  }

  @AfterAll
  static void stop() {
    hub.close();
  }

  private static String token(String id, String user) {
    return RunningHub.token(id, user, Grant.ALL, Duration.ofHours(1));
  }

  private static String until() {
    return "\"until\":\"" + CLOCK.instant().plusSeconds(3_700) + "\"";
  }

  static Wire.Answer post(RunningHub hub, String path, @Nullable String token, String json) {
    return hub.call(
        "POST "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\n"
            + authorization(token)
            + "Content-Type: application/json\r\nContent-Length: "
            + json.getBytes(StandardCharsets.UTF_8).length
            + "\r\n\r\n"
            + json);
  }

  private static Wire.Answer revoke(String json) {
    return post(hub, "/v1/revocations", all("operator"), json);
  }

  private static void revoked(String field, String value) {
    Wire.Answer answer = revoke("{\"%s\":\"%s\",%s}".formatted(field, value, until()));
    assertThat(answer.status()).as(answer.body()).isEqualTo(204);
  }

  /** Reads on until the stream has ended: the last frame is {@code reauth}. */
  static void assertEndsWithReauth(Wire stream) {
    String last = "";
    for (String frame = stream.frame(); frame != null; frame = stream.frame()) {
      last = frame;
    }
    assertThat(last).startsWith("event: reauth\n");
  }

  // --- revocations ---

  @Test
  void aStreamEndsWithinSecondsOfTheRevocationAndOthersDoNot() {
    String taken = token("stream-1", "alice");
    try (Wire stream = hub.stream(taken, "");
        Wire same = hub.stream(token("stream-2", "alice"), "?to=topic:t")) {
      stream.headers();
      same.headers();
      same.frame();
      Instant before = CLOCK.instant();
      revoked("jti", "stream-1");
      assertEndsWithReauth(stream);
      assertThat(Duration.between(before, CLOCK.instant())).isLessThan(Duration.ofSeconds(5));
      assertThat(hub.get("/v1/session", taken).status()).isEqualTo(401);
      hub.publish(all("p"), "{\"to\":[\"topic:t\"],\"title\":\"goes on\"}");
      assertThat(same.frame()).contains("goes on");
    }
  }

  @Test
  void nothingThatIsPublishedAfterTheRevocationIsDelivered() {
    try (Wire stream = hub.stream(token("late", "alice"), "?to=topic:late")) {
      stream.headers();
      assertThat(stream.frame()).startsWith("event: hello\n");
      revoked("jti", "late");
      hub.publish(all("p"), "{\"to\":[\"topic:late\"],\"title\":\"too late\"}");
      assertThat(stream.frame()).startsWith("event: reauth\n");
      assertThat(stream.frame()).isNull();
    }
  }

  @Test
  void allStreamsOfAUserEndAndThoseWhoComeBackAreRefused() {
    String taken = token("any", "carol");
    try (Wire stream = hub.stream(taken, "");
        Wire poll = hub.wire().send(poll(taken));
        Wire other = hub.wire().send(poll(token("any", "dave")))) {
      stream.headers();
      stream.frame();
      await().until(() -> readers() == 3); // or the poll might come after the revocation
      revoked("sub", "carol");
      assertEndsWithReauth(stream);
      Wire.Answer answer = poll.answer();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.json().get("items")).isEmpty();
      assertThat(hub.call(poll(taken)).status()).isEqualTo(401);
      hub.publish(all("p"), "{\"to\":[\"topic:poll\"],\"title\":\"for others\"}");
      assertThat(other.answer().body()).contains("for others");
    }
  }

  private static int readers() {
    return hub.hub.dispatchers().stream().mapToInt(d -> d.traffic().subscribers()).sum();
  }

  private static String poll(String token) {
    return request("GET", "/v1/notifications?to=topic:poll&after=latest&wait=20s", token);
  }

  @Test
  void aStreamOfHttp2EndsToo(@TempDir Path folder) throws Exception {
    Certificate certificate = Certificate.of("EC");
    Path chain = Files.writeString(folder.resolve("chain.pem"), certificate.certificatePem());
    Path key = Files.writeString(folder.resolve("key.pem"), certificate.keyPem());
    try (RunningHub tls =
            RunningHub.start(RunningHub.Options.DEFAULTS.tls(new TlsFiles(chain, key, CLOCK)));
        Http2Wire wire = new Http2Wire(tls.port, certificate.trusting(), 65_535)) {
      wire.get(1, "/v1/stream", token("h2", "alice"));
      wire.get(3, "/v1/stream?to=topic:t", token("h2-other", "alice"));
      assertThat(wire.status(1)).isEqualTo("200");
      tls.revocations
          .revoke(new Revocations.Target.TokenId("h2"), CLOCK.instant().plusSeconds(60))
          .join();
      assertThat(wire.body(1)).contains("event: reauth\n");
      publishByTls(tls, certificate);
      wire.until(3, "goes on");
    }
  }

  private static void publishByTls(RunningHub tls, Certificate certificate)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newBuilder().sslContext(certificate.trusting()).build()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("https://localhost:" + tls.port + "/v1/notifications"))
              .header("Authorization", "Bearer " + all("p"))
              .header("Content-Type", "application/json")
              .POST(BodyPublishers.ofString("{\"to\":[\"topic:t\"],\"title\":\"goes on\"}"))
              .build();
      assertThat(client.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(201);
    }
  }

  /** What is read when the revocation comes may hold what is published after its answer. */
  @Test
  void whatIsReadDuringTheRevocationIsNotGiven() {
    try (RunningHub paused = RunningHub.start()) {
      Wire.Answer published = paused.publish(all("p"), "{\"to\":[\"everyone\"],\"title\":\"Hi\"}");
      String id = published.json().get("id").asString();
      paused.get("/v1/inbox/summary", all("alice")); // she is known from now on
      for (String target :
          List.of(
              "/v1/notifications",
              "/v1/notifications?after=earliest",
              "/v1/notifications?after=earliest&wait=10s",
              "/v1/notifications/" + id,
              "/v1/notifications/" + id + "/raw",
              "/v1/notifications?q=Hi",
              "/v1/inbox",
              "/v1/inbox?q=Hi",
              "/v1/inbox/summary",
              "/v1/preferences",
              "/v1/topics")) {
        int before = reads(paused);
        String tokenId = "read" + before;
        paused.pause.begin();
        try (Wire wire = paused.wire().send(request("GET", target, token(tokenId, "alice")))) {
          Awaitility.await(target).until(() -> reads(paused) > before);
          paused
              .revocations
              .revoke(new Revocations.Target.TokenId(tokenId), CLOCK.instant().plusSeconds(60))
              .join();
          paused.pause.end();
          assertThat(wire.answer().status()).as(target).isEqualTo(401);
        }
      }
    }
  }

  private static int reads(RunningHub paused) {
    return paused.pause.calls("read") + paused.pause.calls("find") + paused.pause.calls("raw");
  }

  @Test
  void linesAfterTheRevocationAreRefused() {
    try (Wire wire = hub.wire()) {
      wire.send(
          "POST /v1/notifications HTTP/1.1\r\nHost: localhost\r\n"
              + authorization(token("lines", "alice"))
              + "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n");
      wire.headers();
      String line = "{\"to\":[\"topic:lines\"],\"title\":\"Hi\"}\n";
      String chunk = Integer.toHexString(line.length()) + "\r\n" + line + "\r\n";
      wire.send(chunk);
      assertThat(wire.bodyLine()).startsWith("{\"id\":");
      revoked("jti", "lines");
      wire.send(chunk + chunk);
      assertThat(wire.bodyLine()).contains("unauthenticated", "\"line\":2");
      assertThat(wire.bodyLine()).isNull();
    }
  }

  @Test
  void onlyAnOperatorRevokes() {
    String json = "{\"sub\":\"eve\"," + until() + "}";
    String almost = RunningHub.token("eve", "everyone topic:# user:*", "topic:#");
    assertThat(post(hub, "/v1/revocations", almost, json).status()).isEqualTo(403);
    assertThat(post(hub, "/v1/revocations", "nonsense", json).status()).isEqualTo(401);
    Wire.Answer anonymous = post(hub, "/v1/revocations", null, json);
    assertThat(anonymous.status()).isEqualTo(401);
    assertThat(hub.get("/v1/session", token("x", "eve")).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "| {}",
        "jti | {UNTIL}",
        "jti | {\"jti\":\"a\",\"sub\":\"b\",UNTIL}",
        "jti | {\"jti\":\"\",UNTIL}",
        "jti | {\"jti\":1,UNTIL}",
        "sub | {\"sub\":\"a b\",UNTIL}",
        "sub | {\"sub\":\"*\",UNTIL}",
        "until | {\"jti\":\"a\"}",
        "until | {\"jti\":\"a\",\"until\":\"2020-01-01T00:00:00Z\"}",
        "until | {\"jti\":\"a\",\"until\":\"9999-01-01T00:00:00Z\"}",
        "until | {\"jti\":\"a\",\"until\":\"tomorrow\"}",
        "iss | {\"jti\":\"a\",\"iss\":\"b\",UNTIL}",
        "| []",
        "| {\"jti\":\"a\",\"jti\":\"b\",UNTIL}",
        "| {\"jti\":\"a\",UNTIL} {}",
        "| nonsense",
      })
  void aRevocationIsReadStrictly(String row) {
    String[] parts = row.split("\\|", 2);
    Wire.Answer answer = revoke(parts[1].strip().replace("UNTIL", until()));
    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    if (!parts[0].isBlank()) {
      assertThat(answer.field()).isEqualTo(parts[0].strip());
    }
  }

  // --- API tokens ---

  private static String make(String name, String grants) {
    Wire.Answer answer =
        post(hub, "/v1/tokens", all("operator"), "{\"name\":\"" + name + "\"" + grants + "}");
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    assertThat(answer.header("Location")).isEqualTo("/v1/tokens/" + name);
    return answer.json().get("token").asString();
  }

  @Test
  void aMachinePublishesAndReadsWhatItsTokenMay() {
    String token = make("ci", ",\"publish\":[\"topic:built.#\"],\"subscribe\":[\"topic:built.#\"]");
    try (Wire stream = hub.stream(token, "?to=topic:built.*")) {
      stream.headers();
      assertThat(stream.frame()).startsWith("event: hello\n").doesNotContain("\"user\"");
      assertThat(hub.publish(token, "{\"to\":[\"topic:built.x\"],\"title\":\"B\"}").status())
          .isEqualTo(201);
      assertThat(stream.frame()).contains("\"title\":\"B\"");
    }
    assertThat(hub.publish(token, "{\"to\":[\"everyone\"],\"title\":\"B\"}").status())
        .isEqualTo(403);
    assertThat(hub.get("/v1/stream?to=everyone", token).status()).isEqualTo(403);
    assertThat(hub.get("/v1/session", token).body())
        .startsWith(
            "{\"grants\":{\"publish\":[\"topic:built.#\"],\"subscribe\":[\"topic:built.#\",\"topic:open\"]");
  }

  @Test
  void aStreamEndsWhenItsApiTokenIsRevoked() {
    String token = make("brief", ",\"subscribe\":[\"topic:#\"]");
    String other = make("lasting", ",\"subscribe\":[\"topic:#\"]");
    try (Wire stream = hub.stream(token, "");
        Wire beside = hub.stream(other, "?to=topic:beside")) {
      stream.headers();
      beside.headers();
      beside.frame();
      assertThat(hub.call(request("DELETE", "/v1/tokens/brief", all("o"))).status()).isEqualTo(204);
      assertEndsWithReauth(stream);
      assertThat(hub.get("/v1/session", token).status()).isEqualTo(401);
      assertThat(hub.call(request("DELETE", "/v1/tokens/brief", all("o"))).status()).isEqualTo(404);
      hub.publish(all("p"), "{\"to\":[\"topic:beside\"],\"title\":\"goes on\"}");
      assertThat(beside.frame()).contains("goes on");
    }
  }

  @Test
  void tokensAreListedWithoutTheirSecrets() {
    String token = make("listed", ",\"raw\":true");
    String list = hub.get("/v1/tokens", all("o")).body();
    assertThat(list)
        .contains("{\"name\":\"listed\",\"made\":\"")
        .contains("\"raw\":true")
        .doesNotContain(token, token.substring(4));
  }

  @Test
  void onlyAnOperatorHasToDoWithApiTokens() {
    String almost = RunningHub.token("eve", "everyone topic:# user:*", "topic:#");
    String machine = make("machine", ",\"publish\":[\"topic:#\"]");
    for (String token : new String[] {almost, machine}) {
      assertThat(post(hub, "/v1/tokens", token, "{\"name\":\"x\"}").status()).isEqualTo(403);
      assertThat(hub.get("/v1/tokens", token).status()).isEqualTo(403);
      assertThat(hub.call(request("DELETE", "/v1/tokens/machine", token)).status()).isEqualTo(403);
      assertThat(hub.call(request("DELETE", "/v1/tokens/none", token)).status()).isEqualTo(403);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name | {}",
        "name | {\"name\":\"\"}",
        "name | {\"name\":\"a/b\"}",
        "publish | {\"name\":\"a\",\"publish\":[\"shop.#\"]}",
        "publish | {\"name\":\"a\",\"publish\":\"everyone\"}",
        "subscribe | {\"name\":\"a\",\"subscribe\":[1]}",
        "raw | {\"name\":\"a\",\"raw\":\"yes\"}",
        "admin | {\"name\":\"a\",\"admin\":true}",
      })
  void aTokenIsAskedForStrictly(String row) {
    String[] parts = row.split("\\|", 2);
    Wire.Answer answer = post(hub, "/v1/tokens", all("operator"), parts[1].strip());
    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    assertThat(answer.field()).isEqualTo(parts[0].strip());
  }
}
