package tidings.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static tidings.http.RunningHub.all;
import static tidings.http.RunningHub.post;
import static tidings.http.RunningHub.request;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What every answer tells browsers and caches, whatever was asked (protocol/README.md). */
final class EdgesTest {
  private static final List<String> METHODS =
      List.of("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW");
  private static final Pattern PATH = Pattern.compile("(?m)^  (/[^:\\s]*):$");

  private static RunningHub hub;
  private static RunningHub open;

  @BeforeAll
  static void start() {
    hub = RunningHub.start();
    open = RunningHub.start(RunningHub.Options.DEFAULTS.publicly("everyone", "topic:#"));
  }

  @AfterAll
  static void stop() {
    hub.close();
    open.close();
  }

  /** The paths that the description for machines lists, and others. */
  private static List<String> paths() {
    List<String> paths =
        new ArrayList<>(
            PATH.matcher(hub.get("/openapi.yaml", null).body())
                .results()
                .map(MatchResult::group)
                .map(line -> line.strip().replace(":", "").replace("{id}", "none"))
                .toList());
    assertThat(paths).contains("/v1/notifications", "/v1/stream", "/metrics");
    paths.addAll(List.of("/", "/index.html", "/assets/main-abc123.js", "/none", "/v1/none", "/.."));
    return paths;
  }

  private static String expected(String path, Wire.Answer answer) {
    if (answer.status() != 200 && answer.status() != 304) {
      return "no-store";
    }
    return switch (path) {
      case "/", "/index.html", "/openapi.yaml" -> "no-cache";
      case "/assets/main-abc123.js" -> "public, max-age=31536000, immutable";
      default -> "no-store";
    };
  }

  private static void assertGuarded(String what, Wire.Answer answer) {
    assertThat(answer.header("X-Content-Type-Options")).as(what).isEqualTo("nosniff");
    assertThat(answer.header("Cross-Origin-Resource-Policy")).as(what).isEqualTo("same-origin");
    assertThat(answer.header("X-Request-Id")).as(what).isNotNull();
    assertThat(answer.headers()).as(what).contains("Vary: Origin");
    assertThat(answer.headers())
        .as(what)
        .filteredOn(line -> line.startsWith("Cache-Control: "))
        .hasSize(1);
    assertThat(answer.status()).as(what).isLessThan(500);
  }

  @Test
  void everyAnswerSaysWhetherItMayBeKept() {
    int answers = 0;
    for (RunningHub asked : List.of(hub, open)) {
      for (String path : paths()) {
        for (String method : METHODS) {
          for (String token : new String[] {null, "none", all("alice")}) {
            String what = method + " " + path + " " + token;
            Wire.Answer answer;
            try (Wire wire = asked.wire().send(request(method, path, token))) {
              answer = new Wire.Answer(200, wire.headers(), "");
            }
            int status = Integer.parseInt(answer.headers().getFirst().split(" ", -1)[1]);
            answer = new Wire.Answer(status, answer.headers(), "");
            assertGuarded(what, answer);
            assertThat(answer.header("Cache-Control")).as(what).isEqualTo(expected(path, answer));
            answers++;
          }
        }
      }
    }
    assertThat(answers).isGreaterThan(500);
  }

  @Test
  void soDoAnswersToWhatIsNoRequest() {
    for (String bytes :
        List.of(
            "GET\r\n\r\n",
            "GET / HTTP/9.9\r\n\r\n",
            "GET /" + "x".repeat(9_000) + " HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(20_000) + "\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")) {
      Wire.Answer answer = hub.call(bytes);
      assertThat(answer.status()).isBetween(400, 505);
      assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
      assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
      assertThat(answer.header("Cross-Origin-Resource-Policy")).isEqualTo("same-origin");
    }
  }

  @Test
  void soDoAnswersToWritesAndWhatIsKnownAlready() {
    String one = "{\"to\":[\"everyone\"],\"title\":\"t\"}";
    for (String type : List.of("application/json", "application/x-ndjson", "text/plain")) {
      Wire.Answer answer = hub.call(post(all("p"), type, one));
      assertGuarded(type, answer);
      assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    }
    String etag = requireNonNull(hub.get("/", null).header("ETag"));
    Wire.Answer known =
        hub.call(
            request("GET", "/", null).replace("Host:", "If-None-Match: " + etag + "\r\nHost:"));
    assertThat(known.status()).isEqualTo(304);
    assertGuarded("304", known);
    assertThat(known.header("Cache-Control")).isEqualTo("no-cache");
  }

  @Test
  void thePageIsAlone() {
    Wire.Answer page = hub.get("/", null);
    assertThat(page.header("Cross-Origin-Opener-Policy")).isEqualTo("same-origin");
    assertThat(page.header("Cross-Origin-Embedder-Policy")).isEqualTo("require-corp");
    assertThat(page.header("Referrer-Policy")).isEqualTo("no-referrer");
  }
}
