package tidings.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static tidings.http.RunningHub.all;
import static tidings.http.RunningHub.request;
import static tidings.http.RunningHub.token;

import java.util.List;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tidings.http.api.Readiness;

/** Static files, health, metrics and the description for machines. */
final class PageTest {
  private static final String ASSET = "/assets/main-abc123.js";
  private static RunningHub hub;

  @BeforeAll
  static void start() {
    hub = RunningHub.start();
  }

  @AfterAll
  static void stop() {
    hub.close();
  }

  private static Wire.Answer get(String path, String header) {
    return hub.call("GET " + path + " HTTP/1.1\r\nHost: a\r\n" + header + "\r\n\r\n");
  }

  @Test
  void thePageIsAskedForAgainAndItsAssetsAreNot() {
    Wire.Answer page = hub.get("/", null);
    assertThat(page.body()).isEqualTo("<!doctype html><p>page");
    assertThat(page.header("Content-Type")).isEqualTo("text/html; charset=utf-8");
    assertThat(page.header("Cache-Control")).isEqualTo("no-cache");
    assertThat(page.header("Content-Security-Policy"))
        .startsWith("default-src 'none'")
        .contains("require-trusted-types-for 'script'")
        .doesNotContain("unsafe");
    assertThat(page.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(page.header("Referrer-Policy")).isEqualTo("no-referrer");
    Wire.Answer asset = hub.get(ASSET, null);
    assertThat(asset.header("Cache-Control")).contains("immutable");
    assertThat(asset.header("Content-Type")).isEqualTo("text/javascript; charset=utf-8");
  }

  @Test
  void anETagThatIsKnownIsNotModified() {
    String etag = requireNonNull(hub.get("/", null).header("ETag"));
    for (String given : List.of(etag, "\"x\", W/" + etag, "*")) {
      Wire.Answer again = get("/index.html", "If-None-Match: " + given);
      assertThat(again.status()).isEqualTo(304);
      assertThat(again.header("ETag")).isEqualTo(etag);
      assertThat(again.header("Content-Length")).isNull();
    }
    assertThat(get("/", "If-None-Match: \"other\"").status()).isEqualTo(200);
  }

  @Test
  void theBestVariantThatTheClientTakesIsGiven() {
    assertThat(get(ASSET, "Accept-Encoding: gzip, deflate, br").header("Content-Encoding"))
        .isEqualTo("br");
    assertThat(get(ASSET, "Accept-Encoding: gzip, br;q=0").header("Content-Encoding"))
        .isEqualTo("gzip");
    assertThat(get(ASSET, "Accept-Encoding: zstd").header("Content-Encoding")).isNull();
    assertThat(get(ASSET, "Accept: */*").body()).isEqualTo("export {}");
    assertThat(get(ASSET, "Accept: */*").headers())
        .contains("Vary: Accept-Encoding", "Vary: Origin");
    assertThat(get(ASSET, "Accept-Encoding: br").header("ETag"))
        .isNotEqualTo(get(ASSET, "Accept-Encoding: gzip").header("ETag"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/assets",
        "/assets/",
        "/assets/..%2findex.html",
        "/../page/index.html",
        "//index.html",
        "/assets/../index.html",
        "/.hidden.js",
        "/tidings/http/HttpServer.class",
        "/missing.js",
        "?x",
      })
  void onlyFilesOfThePageAreGiven(String path) {
    assertThat(hub.get(path, null).status()).isEqualTo(404);
  }

  @Test
  void filesAreRead() {
    try (Wire wire = hub.wire()) {
      assertThat(wire.send(request("HEAD", "/", null)).head().header("Content-Length"))
          .isEqualTo("22");
      Wire.Answer post = wire.send(request("POST", "/index.html", null)).answer();
      assertThat(post.status()).isEqualTo(405);
      assertThat(post.header("Allow")).isEqualTo("GET, HEAD");
    }
  }

  @Test
  void healthSaysWhatTheHubCanDo() {
    assertThat(hub.get("/status", null).body()).isEqualTo("ALIVE");
    assertThat(hub.get("/health/live", null).body()).isEqualTo("{\"status\":\"live\"}");
    assertThat(hub.get("/health/ready", null).body()).isEqualTo("{\"status\":\"ready\"}");
    List<Readiness.Reason> reasons =
        List.of(new Readiness.Reason("source center", "no \"broker\""));
    hub.readiness.set(new Readiness(Readiness.Status.DEGRADED, reasons));
    Wire.Answer degraded = hub.get("/health/ready", null);
    assertThat(degraded.status()).isEqualTo(200);
    assertThat(degraded.body())
        .isEqualTo(
            "{\"status\":\"degraded\",\"reasons\":[{\"part\":\"source center\",\"detail\":\"no"
                + " \\\"broker\\\"\"}]}");
    hub.readiness.set(new Readiness(Readiness.Status.UNAVAILABLE, reasons));
    assertThat(hub.get("/health/ready", null).status()).isEqualTo(503);
    hub.readiness.set(Readiness.READY);
  }

  /** What came through a proxy is not from this machine. */
  @Test
  void theInsideIsForThisMachineAndForWhoMayOperate() {
    hub.readiness.set(
        new Readiness(
            Readiness.Status.DEGRADED, List.of(new Readiness.Reason("source center", "user x"))));
    String reader = token("alice", "everyone", "everyone");
    String operator = all("operator");
    assertThat(forwarded("/health/ready", null).body()).isEqualTo("{\"status\":\"degraded\"}");
    assertThat(forwarded("/health/ready", reader).body()).isEqualTo("{\"status\":\"degraded\"}");
    assertThat(forwarded("/health/ready", operator).body()).contains("user x");
    assertThat(forwarded("/metrics", null).problem()).isEqualTo("forbidden");
    assertThat(forwarded("/metrics", reader).status()).isEqualTo(403);
    assertThat(forwarded("/metrics", "a.b.c").status()).isEqualTo(401);
    assertThat(forwarded("/metrics", operator).body()).contains("tidings_log_end");
    hub.readiness.set(Readiness.READY);
  }

  private static Wire.Answer forwarded(String path, @Nullable String token) {
    return hub.call(
        request("GET", path, token)
            .replace("Host: localhost", "Host: localhost\r\nX-Forwarded-For: 192.0.2.1"));
  }

  @Test
  void metricsCountWhatHappened() {
    hub.publish(all("canary"), "{\"to\":[\"everyone\"],\"title\":\"Hi\"}");
    Awaitility.await().until(() -> hub.server.connections() == 0); // the publisher's is gone
    Wire.Answer metrics = hub.get("/metrics", null);
    assertThat(metrics.header("Content-Type")).startsWith("text/plain; version=0.0.4");
    assertThat(metrics.body())
        .contains(
            "tidings_appended_total 1.0",
            "tidings_publish_reply_seconds_count",
            "tidings_streams 0.0",
            "tidings_delivered_total 0.0",
            "tidings_fell_behind_total",
            "tidings_replayed_total",
            "tidings_gaps_total",
            "tidings_writer_waiting 0.0",
            "tidings_log_end 1.0",
            "tidings_log_low_water 1.0",
            "tidings_tail_entries 1.0",
            "tidings_connections 1.0",
            "jvm_memory_used_bytes")
        .doesNotContain("canary");
  }

  @Test
  void theDescriptionForMachinesIsServed() {
    Wire.Answer answer = hub.get("/openapi.yaml", null);
    assertThat(answer.header("Content-Type")).isEqualTo("application/yaml");
    assertThat(answer.body()).startsWith("openapi: 3.1");
  }
}
