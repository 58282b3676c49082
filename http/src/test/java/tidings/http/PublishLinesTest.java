package tidings.http;

import static org.assertj.core.api.Assertions.assertThat;
import static tidings.http.RunningHub.all;
import static tidings.http.RunningHub.authorization;
import static tidings.http.RunningHub.post;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** protocol/publishing.md, "NDJSON". */
final class PublishLinesTest {
  private static final String SMALL = "{\"to\":[\"everyone\"],\"title\":\"Hi\"}";
  private static RunningHub hub;

  @BeforeAll
  static void start() {
    hub = RunningHub.start(RunningHub.Options.DEFAULTS.deadline(Duration.ofSeconds(2)));
  }

  @AfterAll
  static void stop() {
    hub.close();
  }

  private static List<String> lines(String body) {
    Wire.Answer answer = hub.call(post(all("alice"), "application/x-ndjson", body));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo("application/x-ndjson");
    return answer.body().lines().toList();
  }

  @Test
  void eachLineStandsForItself() {
    List<String> lines = lines(SMALL + "\r\n\n{\"to\":[]}\nnonsense\n[" + SMALL + "]\n" + SMALL);
    assertThat(lines).hasSize(5);
    assertThat(lines.get(0)).startsWith("{\"id\":\"").contains("\"cursor\":\"");
    assertThat(lines.get(1)).contains("invalid-notification").endsWith(",\"line\":3}");
    assertThat(lines.get(2)).contains("invalid-request").endsWith(",\"line\":4}");
    assertThat(lines.get(3)).contains("\"status\":400").endsWith(",\"line\":5}");
    assertThat(lines.get(4)).startsWith("{\"id\":\"");
  }

  @Test
  void manyMoreLinesThanMayWaitAreAnsweredInOrder() {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < 5_000; i++) {
      body.append(i % 7 == 3 ? "{}\n" : SMALL + "\n");
    }
    List<String> lines = lines(body.toString());
    assertThat(lines).hasSize(5_000);
    long last = 0;
    for (int i = 0; i < lines.size(); i++) {
      if (i % 7 == 3) {
        assertThat(lines.get(i)).endsWith("\"line\":" + (i + 1) + "}");
      } else {
        String text = lines.get(i);
        long position =
            Long.parseLong(text.substring(text.lastIndexOf('.') + 1, text.length() - 2));
        assertThat(position).isGreaterThan(last);
        last = position;
      }
    }
  }

  /** Each line's answer comes while the request is still being sent. */
  @Test
  void linesAreCommittedAsTheyFlowAndTheirTimeIsEachLines() {
    try (Wire wire = hub.wire()) {
      wire.send(
          "POST /v1/notifications HTTP/1.1\r\nHost: a\r\n"
              + authorization(all("alice"))
              + "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n");
      assertThat(wire.headers().getFirst()).isEqualTo("HTTP/1.1 200 OK");
      for (int i = 0; i < 3; i++) {
        String line = SMALL + "\n";
        wire.send(
            Integer.toHexString(line.length()).toUpperCase(Locale.ROOT) + "\r\n" + line + "\r\n");
        assertThat(wire.bodyLine()).startsWith("{\"id\":\"");
      }
      wire.send("0\r\n\r\n");
      assertThat(wire.bodyLine()).isNull();
      assertThat(wire.send(RunningHub.request("GET", "/status", null)).answer().body())
          .isEqualTo("ALIVE");
    }
  }

  @Test
  void aLineThatDoesNotComeEndsTheConnection() {
    try (Wire wire = hub.wire()) {
      wire.send(
          "POST /v1/notifications HTTP/1.1\r\nHost: a\r\n"
              + authorization(all("alice"))
              + "Content-Type: application/x-ndjson\r\nContent-Length: 1000\r\n\r\n{");
      wire.headers();
      assertThat(wire.read()).isEqualTo(-1);
    }
  }

  @Test
  void aLineThatIsTooLongIsTheLastThatIsAnswered() {
    String large = "{\"title\":\"" + "x".repeat(RunningHub.BODY_BYTES_MAX) + "\"}";
    List<String> lines = lines(SMALL + "\n" + large + "\n" + SMALL + "\n");
    assertThat(lines).hasSize(2);
    assertThat(lines.get(1))
        .contains("too-large")
        .contains("\"status\":413")
        .endsWith("\"line\":2}");
    assertThat(lines(large + large + large)).hasSize(1);
  }

  @Test
  void anHttp10ClientGetsItUnchunked() {
    Wire.Answer answer =
        hub.call(
            post(all("alice"), "application/x-ndjson", SMALL + "\n")
                .replace("HTTP/1.1", "HTTP/1.0"));
    assertThat(answer.header("Transfer-Encoding")).isNull();
    assertThat(answer.body().lines()).hasSize(1);
  }

  @Test
  void noTokenNoLine() {
    assertThat(hub.call(post(null, "application/x-ndjson", SMALL)).status()).isEqualTo(401);
    assertThat(hub.call(post("a.b.c", "application/x-ndjson", SMALL)).status()).isEqualTo(401);
  }

  @Test
  void linesThatAreRefusedAtOnceAreAllAnswered() {
    assertThat(lines("{}\n".repeat(2_000))).hasSize(2_000);
  }

  @Test
  void manyRefusedLinesBehindOthersAreAllAnswered() {
    String refused = "{\"title\":\"%s\"}\n".formatted("x".repeat(50));
    assertThat(lines((SMALL + "\n").repeat(10) + refused.repeat(900))).hasSize(910);
  }

  /** So many answers at once that the connection is unwritable for a moment. */
  @Test
  void anAnswerHasOneEnd() {
    String refused = "{\"%s\":1}\n".formatted("x".repeat(100));
    String body = SMALL + "\n" + refused.repeat(200);
    try (Wire wire = hub.wire()) {
      for (int i = 0; i < 3; i++) {
        wire.send(post(all("alice"), "application/x-ndjson", body));
        wire.send(RunningHub.request("GET", "/status", null));
        assertThat(wire.answer().body().lines()).hasSize(201);
        assertThat(wire.answer().body()).isEqualTo("ALIVE");
      }
    }
  }

  private static String head(String token) {
    return "POST /v1/notifications HTTP/1.1\r\nHost: a\r\n"
        + authorization(token)
        + "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n";
  }

  private static String chunk(String text) {
    return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
  }

  @Test
  void aMalformedChunkBreaksOffAnAnswerThatHasBegun() {
    try (Wire wire = hub.wire()) {
      wire.send(head(all("alice")) + "\r\n" + chunk(SMALL + "\n"));
      assertThat(wire.headers().getFirst()).isEqualTo("HTTP/1.1 200 OK");
      assertThat(wire.bodyLine()).startsWith("{\"id\":\"");
      wire.send("zz\r\n");
      assertThat(wire.read()).isEqualTo(-1);
    }
  }

  /** A token is verified while the rest of the request is read. */
  @Test
  void aMalformedChunkBeforeTheAnswerIsRefusedAndNothingStored() {
    long before = hub.hub.log().end();
    for (int i = 0; i < 20; i++) {
      String request = head(all("new" + i)) + "\r\n" + chunk((SMALL + "\n").repeat(10)) + "zz\r\n";
      try (Wire wire = hub.wire().send(request)) {
        assertThat(wire.answer().status()).isEqualTo(400);
        assertThat(wire.read()).isEqualTo(-1);
      }
    }
    assertThat(hub.hub.log().end()).isEqualTo(before);
  }

  @Test
  void expectContinueIsAnsweredBeforeTheLines() {
    String token = all("alice");
    lines(SMALL);
    hub.call(post(token, "application/x-ndjson", SMALL)); // the token is known now
    try (Wire wire = hub.wire()) {
      wire.send(head(token) + "Expect: 100-continue\r\n\r\n");
      assertThat(wire.headers()).containsExactly("HTTP/1.1 100 Continue");
      wire.send(chunk(SMALL) + "0\r\n\r\n");
      assertThat(wire.answer().body().lines()).hasSize(1);
    }
  }

  /** The rest of a body is thrown away, however long the lines before take. */
  @Test
  void afterALineThatIsTooLongNothingIsTaken() {
    long before = hub.hub.log().end();
    String large = "{\"title\":\"" + "x".repeat(RunningHub.BODY_BYTES_MAX) + "\"}\n";
    List<String> lines = lines(SMALL + "\n" + large + (SMALL + "\n").repeat(1_000));
    assertThat(lines).hasSize(2);
    assertThat(hub.hub.log().end()).isEqualTo(before + 1);
  }

  /** A client that sends and stops reading is not read from for ever. */
  @Test
  void aClientThatTakesNoAnswersIsNotReadFrom() throws Exception {
    long before = hub.hub.log().end();
    int lines = 20_000_000;
    List<Throwable> failures = new ArrayList<>();
    try (Wire wire = new Wire(hub.port, 4_096)) {
      wire.send(
          "POST /v1/notifications HTTP/1.1\r\nHost: a\r\n"
              + authorization(all("alice"))
              + "Content-Type: application/x-ndjson\r\nContent-Length: "
              + (long) lines * 3
              + "\r\n\r\n");
      byte[] many = "{}\n".repeat(10_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
      Thread sender =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  for (int i = 0; i < lines / 10_000; i++) {
                    wire.send(many);
                  }
                } catch (RuntimeException e) {
                  failures.add(e);
                }
              });
      wire.headers();
      for (int i = 1; i <= 20_000; i++) { // it flows as long as it is read
        assertThat(wire.bodyLine()).endsWith("\"line\":" + i + "}");
      }
      sender.join(Duration.ofSeconds(15));
      assertThat(failures).as("the hub gave the connection up").hasSize(1);
    }
    assertThat(hub.hub.log().end()).isEqualTo(before);
  }
}
