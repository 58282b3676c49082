package tidings.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static tidings.http.Http2Wire.ACK;
import static tidings.http.Http2Wire.CONTINUATION;
import static tidings.http.Http2Wire.DATA;
import static tidings.http.Http2Wire.END_HEADERS;
import static tidings.http.Http2Wire.END_STREAM;
import static tidings.http.Http2Wire.GOAWAY;
import static tidings.http.Http2Wire.HEADERS;
import static tidings.http.Http2Wire.INITIAL_WINDOW_SIZE;
import static tidings.http.Http2Wire.PING;
import static tidings.http.Http2Wire.RST_STREAM;
import static tidings.http.Http2Wire.SETTINGS;
import static tidings.http.RunningHub.all;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 over TLS (RFC 9113): by the JDK's client, and frame by frame. */
final class Http2Test {
  private static final int PROTOCOL_ERROR = 1;
  private static final int REFUSED_STREAM = 7;
  private static final int ENHANCE_YOUR_CALM = 11;
  private static final int WINDOW = 65_535;
  private static final int LARGE_WINDOW = 1 << 24;

  @TempDir private static Path folder;
  private static Certificate certificate;
  private static RunningHub hub;
  private static HttpClient client;

  @BeforeAll
  static void start() throws IOException {
    certificate = Certificate.of("EC");
    hub = start(RunningHub.Options.DEFAULTS);
    client =
        HttpClient.newBuilder()
            .sslContext(certificate.trusting())
            .version(HttpClient.Version.HTTP_2)
            .build();
  }

  private static RunningHub start(RunningHub.Options options) throws IOException {
    Path chain = Files.writeString(folder.resolve("chain.pem"), certificate.certificatePem());
    Path key = Files.writeString(folder.resolve("key.pem"), certificate.keyPem());
    return RunningHub.start(
        options
            .heartbeat(Duration.ofSeconds(1))
            .tls(new TlsFiles(chain, key, InstantSource.system())));
  }

  @AfterAll
  static void stop() {
    client.close();
    hub.close();
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("https://localhost:" + hub.port + path))
        .header("Authorization", "Bearer " + all("alice"))
        .timeout(Duration.ofSeconds(20));
  }

  private static HttpResponse<String> call(HttpRequest request)
      throws IOException, InterruptedException {
    HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
    assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
    return answer;
  }

  private static void publish(String title) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        call(
            request("/v1/notifications")
                .header("Content-Type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "{\"to\":[\"topic:h2\"],\"title\":\"%s\"}".formatted(title)))
                .build());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
  }

  private static Http2Wire wire() {
    return new Http2Wire(hub.port, certificate.trusting(), WINDOW);
  }

  /** Shows that others are served as ever. */
  private static void assertServes() {
    try (Http2Wire wire = wire()) {
      wire.get(1, "/health/live", null);
      assertThat(wire.status(1)).isEqualTo("200");
    }
  }

  // --- as over HTTP/1.1 ---

  @Test
  void whatIsPublishedIsStreamedAndKept() throws Exception {
    HttpResponse<java.io.InputStream> stream =
        client.send(request("/v1/stream?to=topic:h2").build(), BodyHandlers.ofInputStream());
    assertThat(stream.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(stream.headers().firstValue("content-type")).hasValue("text/event-stream");
    assertThat(stream.headers().firstValue("transfer-encoding")).isEmpty();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
      assertThat(lines.readLine()).isEqualTo("event: hello");
      publish("over HTTP/2");
      String line = lines.readLine();
      while (!requireNonNull(line, "the stream has ended").contains("over HTTP/2")) {
        line = lines.readLine();
      }
      assertThat(line).startsWith("data: {");
    }
    assertThat(call(request("/v1/notifications?to=topic:h2").build()).body())
        .contains("over HTTP/2");
  }

  @Test
  void linesAreAnsweredByLines() throws Exception {
    String line = "{\"to\":[\"topic:h2\"],\"title\":\"a line\"}\n";
    HttpResponse<String> answer =
        call(
            request("/v1/notifications")
                .header("Content-Type", "application/x-ndjson")
                .POST(HttpRequest.BodyPublishers.ofString(line.repeat(300)))
                .build());
    assertThat(answer.body().lines()).hasSize(300).allMatch(text -> text.contains("cursor"));
  }

  @Test
  void aLargeAnswerComesWhole() throws Exception {
    assertThat(call(request("/large").build()).body()).isEqualTo(RunningHub.LARGE);
  }

  @Test
  void aHeadIsAnsweredWithoutABody() throws Exception {
    HttpResponse<String> answer =
        call(request("/health/live").method("HEAD", HttpRequest.BodyPublishers.noBody()).build());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-length")).isPresent();
    assertThat(answer.body()).isEmpty();
  }

  @Test
  void aBodyThatIsTooLargeIsRefusedWithoutBeingRead() throws Exception {
    HttpResponse<String> answer =
        call(
            request("/v1/notifications")
                .header("Content-Type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(" ".repeat(RunningHub.BODY_BYTES_MAX + 1)))
                .build());
    assertThat(answer.statusCode()).isEqualTo(413);
  }

  @Test
  void manyRequestsShareAConnection() {
    try (Http2Wire wire = wire()) {
      for (int i = 0; i < 50; i++) {
        wire.get(2 * i + 1, "/health/live", null);
      }
      for (int i = 0; i < 50; i++) {
        wire.next(frame -> frame.type() == DATA && frame.isLast());
      }
    }
  }

  // --- flow control ---

  @Test
  void aStreamThatIsNotReadHoldsUpNoOther() throws Exception {
    try (Http2Wire wire = new Http2Wire(hub.port, certificate.trusting(), 0)) {
      wire.get(1, "/v1/stream?to=topic:h2", all("alice"));
      assertThat(wire.status(1)).isEqualTo("200");
      wire.settings(INITIAL_WINDOW_SIZE, WINDOW);
      wire.until(1, "event: hello");
      wire.settings(INITIAL_WINDOW_SIZE, 0);
      wire.next(frame -> frame.type() == SETTINGS && (frame.flags() & ACK) != 0);
      for (int i = 0; i < 200; i++) {
        publish("unread " + i + " " + "x".repeat(280));
      }
      assertServes();
      wire.window(0, LARGE_WINDOW);
      wire.settings(INITIAL_WINDOW_SIZE, LARGE_WINDOW);
      String said = wire.until(1, "unread 199 ");
      assertThat(said).doesNotContain("event: gap");
    }
  }

  @Test
  void anAnswerGoesOnWhenItsWindowOpens() {
    try (Http2Wire wire = new Http2Wire(hub.port, certificate.trusting(), 0)) {
      wire.get(1, "/openapi.yaml", null);
      assertThat(wire.status(1)).isEqualTo("200");
      wire.send(PING, 0, 0, new byte[8]);
      wire.next(frame -> {
        assertThat(frame.type()).as("a frame of data without a window").isNotEqualTo(DATA);
        return frame.type() == PING;
      });
      wire.window(1, 10);
      assertThat(wire.next(DATA, 1).payload()).hasSize(10);
      wire.settings(INITIAL_WINDOW_SIZE, WINDOW);
      assertThat(wire.body(1)).contains("/v1/stream");
    }
  }

  @Test
  void anUploadThatPausesHoldsUpNoOther() {
    try (Http2Wire wire = wire()) {
      String[] post = postOf("application/x-ndjson");
      wire.request(1, false, post);
      for (int i = 0; i < 8; i++) { // an endless line, of which nothing is ready to be stored
        wire.send(DATA, 0, 1, " ".repeat(8_000).getBytes(StandardCharsets.US_ASCII));
      }
      wire.request(3, false, post);
      wire.send(
          DATA,
          END_STREAM,
          3,
          "{\"to\":[\"topic:h2\"],\"title\":\"beside\"}\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(wire.status(3)).isEqualTo("200");
    }
  }

  @Test
  void aClientThatTakesNoAnswersGetsNoMore() {
    try (Http2Wire wire = new Http2Wire(hub.port, certificate.trusting(), 0)) {
      wire.get(1, "/large", null);
      assertThat(wire.status(1)).isEqualTo("200");
      wire.get(3, "/large", null);
      assertThat(wire.next(RST_STREAM, 3).error()).isEqualTo(REFUSED_STREAM);
    }
  }

  @Test
  void anAnswerThatIsTakenSlowlyGoesOnUntilItIsNot() throws Exception {
    RunningHub impatient = start(RunningHub.Options.DEFAULTS.deadline(Duration.ofSeconds(1)));
    try (Http2Wire wire = new Http2Wire(impatient.port, certificate.trusting(), 0)) {
      wire.get(1, "/large", null);
      assertThat(wire.status(1)).isEqualTo("200");
      Awaitility.await()
          .pollInterval(Duration.ofMillis(200))
          .during(Duration.ofSeconds(2))
          .until(() -> {
            wire.window(0, 10_000);
            wire.window(1, 10_000);
            return wire.next(DATA, 1).payload().length > 0;
          });
      assertThat(wire.next(RST_STREAM, 1).error()).isNotZero();
    } finally {
      impatient.close();
    }
  }

  /** A field that the table keeps, and a byte for each time that it is meant again. */
  @Test
  void aBombOfHeadersIsRefused() {
    try (Http2Wire wire = wire()) {
      byte[] head = Http2Wire.fields(":method", "GET", ":scheme", "https", ":path", "/status");
      byte[] field = Http2Wire.fields("x-bomb", "x".repeat(3_900));
      field[0] = 0x40; // with indexing (RFC 7541, 6.2.1)
      ByteBuffer bomb =
          ByteBuffer.allocate(head.length + field.length + 8_000).put(head).put(field);
      while (bomb.hasRemaining()) {
        bomb.put((byte) (0x80 | 62)); // the newest of the table
      }
      wire.send(HEADERS, END_HEADERS | END_STREAM, 1, bomb.array());
      assertThat(wire.status(1)).isEqualTo("431");
    }
    assertServes();
  }

  @Test
  void bodiesOfWhichTheRestDoesNotComeAreBounded() {
    try (Http2Wire wire = wire()) {
      byte[] part = " ".repeat(16_000).getBytes(StandardCharsets.US_ASCII);
      AtomicInteger refused = new AtomicInteger();
      for (int i = 0; i < 99 && refused.get() == 0; i++) { // 64 KB each, and 4 MiB may wait
        int stream = 2 * i + 1;
        wire.request(stream, false, postOf("application/json"));
        for (int n = 0; n < 4; n++) {
          wire.send(DATA, 0, stream, part);
        }
        wire.send(PING, 0, 0, new byte[8]); // whose answer says that all has been read
        wire.next(frame -> {
          if (frame.type() == RST_STREAM) {
            refused.set(frame.error());
          }
          return frame.type() == PING;
        });
      }
      assertThat(refused.get()).isIn(REFUSED_STREAM, ENHANCE_YOUR_CALM);
    }
    assertServes();
  }

  /** The head of a publish, and more fields of it. */
  private static String[] post(String... more) {
    return Stream.concat(
            Stream.of(
                ":method", "POST",
                ":scheme", "https",
                ":path", "/v1/notifications",
                ":authority", "localhost"),
            Stream.of(more))
        .toArray(String[]::new);
  }

  private static String[] postOf(String type) {
    return post("authorization", "Bearer " + all("alice"), "content-type", type);
  }

  // --- what is wrong ---

  @ParameterizedTest
  @ValueSource(
      strings = {
        ":method GET :scheme https",
        ":scheme https :path /",
        ":method GET :path /",
        ":method GET :scheme https :path / Upper case",
        ":method GET :scheme https :path / connection close",
        ":method GET :scheme https :path / :unknown x",
        ":method GET :scheme https x first :path /",
        ":method GET :scheme https :path http://localhost/",
        ":method GET :scheme https :path / :authority localhost host elsewhere",
      })
  void aMalformedHeadEndsItsStreamAlone(String fields) {
    try (Http2Wire wire = wire()) {
      wire.request(1, true, fields.split(" ", -1));
      assertThat(wire.next(RST_STREAM, 1).error()).isEqualTo(PROTOCOL_ERROR);
      wire.get(3, "/health/live", null);
      assertThat(wire.status(3)).isEqualTo("200");
    }
  }

  @Test
  void aBodyOfAnotherLengthIsRefused() {
    try (Http2Wire wire = wire()) {
      wire.request(
          1, false, post("authorization", "Bearer " + all("alice"), "content-length", "10"));
      wire.send(DATA, END_STREAM, 1, "{}".getBytes(StandardCharsets.US_ASCII));
      assertThat(wire.next(RST_STREAM, 1).error()).isEqualTo(PROTOCOL_ERROR);
    }
  }

  @Test
  void anUnknownFrameIsPassedOver() {
    try (Http2Wire wire = wire()) {
      wire.send(0x42, 0, 0, new byte[3]);
      wire.get(1, "/health/live", null);
      assertThat(wire.status(1)).isEqualTo("200");
    }
  }

  @Test
  void headersThatAreTooLongAreRefused() {
    try (Http2Wire wire = wire()) {
      wire.request(
          1, true, (":method GET :scheme https :path /" + " x y".repeat(600)).split(" ", -1));
      assertThat(wire.status(1)).isEqualTo("431");
    }
    assertServes();
  }

  @Test
  void aTargetThatIsTooLongIsRefused() {
    try (Http2Wire wire = wire()) {
      wire.get(1, "/" + "x".repeat(9_000), null);
      assertThat(wire.status(1)).isEqualTo("414");
    }
  }

  @Test
  void moreStreamsThanAreOfferedAreRefused() {
    try (Http2Wire wire = wire()) {
      for (int i = 0; i <= Http2Connection.STREAMS_MAX; i++) {
        wire.get(2 * i + 1, "/v1/stream?to=topic:h2", all("alice"));
      }
      assertThat(wire.next(RST_STREAM, 2 * Http2Connection.STREAMS_MAX + 1).error())
          .isEqualTo(REFUSED_STREAM);
    }
  }

  // --- floods ---

  /** CVE-2023-44487: what is asked in vain would else keep everyone on that event loop waiting. */
  @Test
  void aRequestThatIsTakenBackAtOnceIsNeverBegun() {
    String token = all("vain");
    int open = hub.server.connections();
    try (Http2Wire wire = new Http2Wire(hub.port, certificate.trusting(), WINDOW)) {
      wire.get(1, "/v1/session", token);
      assertThat(wire.status(1)).isEqualTo("200");
      int begun = hub.lookers.size();
      for (int stream = 3; stream < 103; stream += 2) {
        assertThat(wire.askInVain(stream, "/v1/stream", token)).isTrue();
      }
      wire.get(103, "/v1/session", token);
      assertThat(wire.status(103)).isEqualTo("200");
      assertThat(hub.lookers).hasSize(begun + 1);
    }
    Awaitility.await().until(() -> hub.server.connections() <= open);
  }

  @Test
  void aFloodOfResetsEndsTheConnection() {
    try (Http2Wire wire = wire()) {
      for (int i = 0; i < 2_000; i++) {
        if (!wire.get(2 * i + 1, "/v1/notifications", all("alice")) || !wire.reset(2 * i + 1)) {
          break;
        }
      }
      assertThat(wire.end()).isEqualTo(ENHANCE_YOUR_CALM);
    }
    assertServes();
  }

  @Test
  void aFloodOfContinuationsEndsTheConnection() {
    try (Http2Wire wire = wire()) {
      byte[] fields = Http2Wire.fields("x-flood", "x");
      wire.send(
          HEADERS,
          0,
          1,
          Http2Wire.fields(":method", "GET", ":scheme", "https", ":path", "/health/live"));
      boolean sent = true;
      for (int i = 0; i < 100_000 && sent; i++) {
        sent = wire.send(CONTINUATION, 0, 1, fields);
      }
      assertThat(sent).isFalse();
    }
    assertServes();
  }

  @Test
  void aFloodOfPingsIsAnsweredOrEnded() {
    try (Http2Wire wire = wire()) {
      boolean sent = true;
      for (int i = 0; i < 20_000 && sent; i++) {
        sent = wire.send(PING, 0, 0, new byte[8]); // whose answers nobody reads
      }
    }
    assertServes();
  }

  // --- the end ---

  @Test
  void aStopSaysSoAndFinishesWhatIsUnderWay() throws Exception {
    RunningHub stopping = start(RunningHub.Options.DEFAULTS);
    try (Http2Wire wire = new Http2Wire(stopping.port, certificate.trusting(), 0)) {
      wire.get(1, "/openapi.yaml", null);
      assertThat(wire.status(1)).isEqualTo("200");
      stopping.server.stopAccepting();
      assertThat(wire.next(GOAWAY, 0).error()).isZero();
      CompletableFuture<Void> finished = stopping.server.finish();
      assertThat(wire.next(GOAWAY, 0).error()).isZero();
      assertThat(finished).isNotDone();
      wire.settings(INITIAL_WINDOW_SIZE, LARGE_WINDOW);
      assertThat(wire.body(1)).contains("/v1/stream");
      assertThat(wire.frame()).isNull();
      assertThat(finished).succeedsWithin(Duration.ofSeconds(10));
    } finally {
      stopping.close();
    }
  }

  @Test
  void aClientThatIsGoneIsMissedAtOnce() throws Exception {
    RunningHub own = start(RunningHub.Options.DEFAULTS);
    try (Http2Wire wire = new Http2Wire(own.port, certificate.trusting(), WINDOW)) {
      wire.get(1, "/v1/stream?to=topic:h2", all("alice"));
      wire.until(1, "event: hello");
      assertThat(own.server.connections()).as("the connection and its stream").isEqualTo(2);
      wire.sendEnd();
      Awaitility.await().until(() -> own.server.connections() == 0);
    } finally {
      own.close();
    }
  }

  @Test
  void aStreamWhoseWindowIsShutEndsAllTheSame() throws Exception {
    RunningHub stopping = start(RunningHub.Options.DEFAULTS.patience(Duration.ofMillis(500)));
    try (Http2Wire wire = new Http2Wire(stopping.port, certificate.trusting(), 20)) {
      wire.get(1, "/v1/stream?to=topic:h2", all("alice"));
      assertThat(wire.next(DATA, 1).payload()).hasSize(20);
      stopping.server.stopAccepting();
      assertThat(stopping.hub.drain(Duration.ZERO)).succeedsWithin(Duration.ofSeconds(10));
      assertThat(stopping.server.finish()).succeedsWithin(Duration.ofSeconds(15));
    } finally {
      stopping.close();
    }
  }

  @Test
  void streamsCountAsConnections() throws Exception {
    RunningHub small = start(RunningHub.Options.DEFAULTS.connections(3, 3));
    try (Http2Wire wire = new Http2Wire(small.port, certificate.trusting(), WINDOW)) {
      for (int i = 0; i < 2; i++) {
        wire.get(2 * i + 1, "/v1/stream?to=topic:h2", all("alice"));
        wire.until(2 * i + 1, "event: hello");
      }
      wire.get(5, "/v1/session", all("alice"));
      assertThat(wire.status(5)).as("all together are too many").isEqualTo("503");
    } finally {
      small.close();
    }
  }

  @Test
  void aConnectionThatAsksNothingIsClosed() throws Exception {
    RunningHub impatient = start(RunningHub.Options.DEFAULTS.deadline(Duration.ofSeconds(1)));
    try (Http2Wire wire = new Http2Wire(impatient.port, certificate.trusting(), WINDOW)) {
      assertThat(wire.end()).isZero();
    } finally {
      impatient.close();
    }
  }

  @Test
  void aBodyThatDoesNotComeIsNotWaitedFor() throws Exception {
    RunningHub impatient = start(RunningHub.Options.DEFAULTS.deadline(Duration.ofSeconds(1)));
    try (Http2Wire wire = new Http2Wire(impatient.port, certificate.trusting(), WINDOW)) {
      wire.request(1, false, post());
      assertThat(wire.next(RST_STREAM, 1).error()).isNotZero();
    } finally {
      impatient.close();
    }
  }
}
