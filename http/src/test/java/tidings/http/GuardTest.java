package tidings.http;

import static org.assertj.core.api.Assertions.assertThat;
import static tidings.http.RunningHub.all;
import static tidings.http.RunningHub.post;
import static tidings.http.RunningHub.request;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CORS (protocol/README.md) and the dev mode (protocol/access.md). */
final class GuardTest {
  private static final String SMALL = "{\"to\":[\"everyone\"],\"title\":\"Hi\"}";
  private static RunningHub hub;
  private static RunningHub dev;

  @BeforeAll
  static void start() {
    hub = RunningHub.start();
    dev = RunningHub.start(RunningHub.Options.DEFAULTS.inDevMode());
  }

  @AfterAll
  static void stop() {
    hub.close();
    dev.close();
  }

  private static String with(String header, String request) {
    return request.replaceFirst("\r\n", "\r\n" + header + "\r\n");
  }

  @Test
  void anOriginOnTheListMaySeeAnswersAndErrors() {
    for (String target : new String[] {"/v1/session", "/v1/nothing", "/status"}) {
      Wire.Answer answer =
          hub.call(with("Origin: " + RunningHub.ORIGIN, request("GET", target, all("a"))));
      assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(RunningHub.ORIGIN);
      assertThat(answer.header("Access-Control-Expose-Headers"))
          .isEqualTo("Retry-After, ETag, Location, X-Request-Id");
      assertThat(answer.header("Access-Control-Allow-Credentials")).isEqualTo("true");
      assertThat(answer.headers()).contains("Vary: Origin");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "*",
        "http://page.example",
        "https://page.example:444",
        "https://page.example.evil",
        "https://evil.example",
        "https://PAGE.example/",
      })
  void anyOtherOriginIsNotNamed(String origin) {
    Wire.Answer answer = hub.call(with("Origin: " + origin, request("GET", "/status", null)));
    assertThat(answer.header("Access-Control-Allow-Origin")).isNull();
    assertThat(answer.header("Access-Control-Allow-Credentials")).isNull();
    assertThat(answer.headers()).contains("Vary: Origin");
  }

  @Test
  void aPreflightSaysWhatMayBeSentAndKeepsTheConnection() {
    String preflight =
        with(
            "Origin: " + RunningHub.ORIGIN + "\r\nAccess-Control-Request-Method: POST",
            request("OPTIONS", "/v1/notifications", null));
    try (Wire wire = hub.wire()) {
      for (int i = 0; i < 2; i++) {
        Wire.Answer answer = wire.send(preflight).answer();
        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.header("Access-Control-Allow-Methods"))
            .isEqualTo("GET, HEAD, OPTIONS, POST");
        assertThat(answer.header("Access-Control-Allow-Headers"))
            .isEqualTo("Authorization, Content-Type, Idempotency-Key, Last-Event-ID");
      }
    }
    Wire.Answer other = hub.call(preflight.replace(RunningHub.ORIGIN, "https://evil.example"));
    assertThat(other.header("Access-Control-Allow-Methods")).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "localhost:8080", "127.0.0.1:1", "[::1]", "[::1]:80"})
  void inDevModeLoopbackNeedsNoToken(String host) {
    Wire.Answer answer =
        dev.call(post(null, "application/json", SMALL).replace("Host: localhost", "Host: " + host));
    assertThat(answer.status()).isEqualTo(201);
    assertThat(dev.get("/v1/session", null).json().get("user").asString()).isEqualTo("dev");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host: evil.example",
        "Host: localhost.evil.example",
        "Host: 127.0.0.1.evil.example:80",
        "Host: evil@localhost",
        "Host: ",
        "X-No: host",
        "Host: localhost\r\nHost: evil.example",
        "Host: localhost\r\nOrigin: https://evil.example",
        "Host: localhost\r\nOrigin: null",
        "Host: localhost:80\r\nOrigin: http://localhost:81",
        "Host: localhost\r\nOrigin: https://localhost",
        "Host: localhost\r\nForwarded: for=1.2.3.4",
        "Host: localhost\r\nX-Forwarded-For: 127.0.0.1",
        "Host: localhost\r\nx-forwarded-whatever: a",
      })
  void inDevModeNoOtherSiteComesIn(String headers) {
    long before = dev.hub.log().end();
    for (String request :
        new String[] {request("GET", "/v1/session", null), post(null, "application/json", SMALL)}) {
      Wire.Answer answer = dev.call(request.replace("Host: localhost", headers));
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.problem()).isEqualTo("forbidden");
    }
    assertThat(dev.hub.log().end()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=a",
        "",
        "text/plain; a=application/json",
      })
  void inDevModeAFormIsNotTaken(String type) {
    long before = dev.hub.log().end();
    assertThat(dev.call(post(null, type, SMALL)).status()).isEqualTo(415);
    assertThat(dev.hub.log().end()).isEqualTo(before);
  }

  @Test
  void inDevModeTheHubsOwnPageMayPublish() {
    String request =
        with("Origin: http://localhost", post(null, "application/json; charset=utf-8", SMALL));
    assertThat(dev.call(request).status()).isEqualTo(201);
  }
}
