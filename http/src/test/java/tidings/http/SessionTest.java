package tidings.http;

import static org.assertj.core.api.Assertions.assertThat;
import static tidings.http.RunningHub.all;
import static tidings.http.RunningHub.authorization;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tidings.core.access.Grant;
import tidings.core.access.Revocations;

/** Sessions and tickets of browsers (protocol/access.md). */
final class SessionTest {
  private static final String OWN = "Origin: http://localhost";
  private static RunningHub hub;

  @BeforeAll
  static void start() {
    hub = RunningHub.start(RunningHub.Options.DEFAULTS.publicly("topic:open"));
  }

  @AfterAll
  static void stop() {
    hub.close();
  }

  private static Wire.Answer call(String method, String target, String... headers) {
    return hub.call(lines(method, target, headers));
  }

  private static String lines(String method, String target, String... headers) {
    return method
        + " "
        + target
        + " HTTP/1.1\r\nHost: localhost\r\n"
        + IntStream.range(0, headers.length)
            .mapToObj(i -> headers[i] + "\r\n")
            .reduce("", String::concat)
        + "\r\n";
  }

  private static String bearer(String token) {
    return authorization(token).strip();
  }

  /** Signs in, and gives what a browser sends from then on. */
  private static String signIn(String token) {
    Wire.Answer answer = call("POST", "/v1/session", bearer(token));
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    return "Cookie: other=1; "
        + Objects.requireNonNull(answer.header("Set-Cookie")).split(";", 2)[0];
  }

  private static String post(String cookie, String... headers) {
    String json = "{\"to\":[\"topic:open\"],\"title\":\"Hi\"}";
    String head = lines("POST", "/v1/notifications", headers);
    return head.substring(0, head.length() - 2)
        + cookie
        + "\r\nContent-Type: application/json\r\nContent-Length: "
        + json.length()
        + "\r\n\r\n"
        + json;
  }

  // --- sessions ---

  @Test
  void aSessionBeginsWithATokenAndACookieThatNoScriptSees() {
    Wire.Answer answer = call("POST", "/v1/session", bearer(all("alice")), OWN);
    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.header("Set-Cookie"))
        .matches(
            "__Host-test=[A-Za-z0-9_-]{43}; Max-Age=36\\d\\d; Path=/; Secure; HttpOnly;"
                + " SameSite=Strict");
    assertThat(answer.json().get("user").asString()).isEqualTo("alice");
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
  }

  @Test
  void signingInIsAnsweredWhenItIsStored() {
    try (RunningHub paused = RunningHub.start()) {
      paused.pause.begin();
      try (Wire wire = paused.wire().send(lines("POST", "/v1/session", bearer(all("alice"))))) {
        Awaitility.await().until(() -> paused.pause.calls("keep") == 1);
        paused.settle();
        assertThat(wire.isSilent()).isTrue();
        paused.pause.end();
        assertThat(wire.answer().status()).isEqualTo(201);
      }
    }
  }

  @Test
  void theCookieIsItsUser() {
    String cookie = signIn(all("alice"));
    Wire.Answer answer = call("GET", "/v1/session", cookie);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().get("user").asString()).isEqualTo("alice");
    assertThat(call("GET", "/v1/notifications", cookie).status()).isEqualTo(200);
    assertThat(hub.call(post(cookie, OWN)).status()).isEqualTo(201);
  }

  @Test
  void signingOutEndsTheStreamsOfTheSessionAndOfNoOther() {
    String cookie = signIn(all("alice"));
    String other = signIn(all("alice"));
    try (Wire stream = hub.wire().send(lines("GET", "/v1/stream", cookie));
        Wire beside = hub.wire().send(lines("GET", "/v1/stream?to=topic:b", other));
        Wire bearer = hub.stream(all("alice"), "?to=topic:b")) {
      for (Wire wire : List.of(stream, beside, bearer)) {
        assertThat(wire.headers().getFirst()).contains("200");
        assertThat(wire.frame()).contains("\"user\":\"alice\"");
      }
      Wire.Answer answer = call("DELETE", "/v1/session", cookie, OWN);
      assertThat(answer.status()).isEqualTo(204);
      assertThat(answer.header("Set-Cookie"))
          .startsWith("__Host-test=; Max-Age=0; Path=/; Secure;");
      TakenBackTest.assertEndsWithReauth(stream);
      hub.publish(all("p"), "{\"to\":[\"topic:b\"],\"title\":\"goes on\"}");
      assertThat(beside.frame()).contains("goes on");
      assertThat(bearer.frame()).contains("goes on");
    }
    Wire.Answer ended = call("GET", "/v1/session", cookie);
    assertThat(ended.status()).isEqualTo(401);
    assertThat(ended.header("Set-Cookie")).startsWith("__Host-test=; Max-Age=0");
    assertThat(call("GET", "/v1/session", other).status()).isEqualTo(200);
  }

  /** SessionsTest.aSessionIsNotCalledOverBeforeItsIssuersKeysWereRead shows when. */
  @Test
  void aStreamOfASessionWhoseKeysAreUnreadIsToldToComeBack() {
    String cookie = signIn(all("alice"));
    hub.keysUnread.set(true);
    try (Wire stream = hub.wire().send(lines("GET", "/v1/stream", cookie))) {
      assertThat(stream.headers().getFirst()).contains("200");
      assertThat(stream.frame()).startsWith("retry: ");
      assertThat(stream.frame()).isNull();
      Wire.Answer answer = call("GET", "/v1/session", cookie);
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.problem()).isEqualTo("unavailable");
      assertThat(answer.header("Retry-After")).isNotNull();
      assertThat(answer.header("Set-Cookie")).isNull();
    } finally {
      hub.keysUnread.set(false);
    }
    assertThat(call("GET", "/v1/session", cookie).status()).isEqualTo(200);
  }

  @Test
  void aSessionThatIsNoneIs401WhereEverythingIsPublicToo() {
    String cookie = "Cookie: __Host-test=" + "A".repeat(43);
    assertThat(call("GET", "/v1/stream?to=topic:open", cookie).status()).isEqualTo(401);
    assertThat(status(lines("GET", "/v1/stream?to=topic:open", "Cookie: __Host-other=1")))
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Origin: https://evil.example",
        "Origin: null",
        "Origin: https://localhost.evil.example",
        "Origin: http://localhost:81",
        "Origin: https://page.example.evil",
        "Origin: http://page.example",
        "Origin: https://localhost\r\nOrigin: https://evil.example",
        "X: a\r\nSec-Fetch-Site: cross-site",
        "X: a\r\nSec-Fetch-Site: same-site",
      })
  void fromAnotherOriginTheCookieDoesNothing(String origin) {
    String cookie = signIn(all("alice"));
    long before = hub.hub.log().end();
    assertThat(call("GET", "/v1/stream", cookie, origin).status()).isEqualTo(403);
    assertThat(call("GET", "/v1/notifications?after=latest&wait=10s", cookie, origin).status())
        .isEqualTo(403);
    assertThat(call("POST", "/v1/tickets", cookie, origin).status()).isEqualTo(403);
    assertThat(call("DELETE", "/v1/session", cookie, origin).status()).isEqualTo(403);
    assertThat(hub.call(post(cookie, origin)).status()).isEqualTo(403);
    assertThat(hub.hub.log().end()).isEqualTo(before);
    assertThat(call("GET", "/v1/session", cookie).status()).isEqualTo(200);
  }

  /** A host beside this one may have planted one, so that its session is taken for the user's. */
  @Test
  void ofTwoSessionsNoneCounts() {
    String cookie = signIn(all("alice"));
    String planted = cookie + "; " + RunningHub.COOKIE + "=" + "A".repeat(43);
    Wire.Answer refused = call("GET", "/v1/session", planted);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.field()).isEqualTo("Cookie");
    String onLines = "Cookie: " + RunningHub.COOKIE + "=" + "A".repeat(43) + "\r\n" + cookie;
    assertThat(call("GET", "/v1/stream", onLines).status()).isEqualTo(400);
    assertThat(call("DELETE", "/v1/session", planted, OWN).status()).isEqualTo(400);
    assertThat(call("GET", "/v1/session", cookie + cookie.replace("Cookie: other=1", "")).status())
        .as("the same twice")
        .isEqualTo(200);
    assertThat(call("POST", "/v1/session", planted, OWN, bearer(all("alice"))).status())
        .isEqualTo(201);
  }

  @Test
  void aChangeWithTheCookieNeedsAnOriginAndReadingDoesNot() {
    String cookie = signIn(all("alice"));
    assertThat(hub.call(post(cookie)).status()).isEqualTo(403);
    assertThat(call("DELETE", "/v1/session", cookie).status()).isEqualTo(403);
    assertThat(status(lines("GET", "/v1/stream", cookie))).isEqualTo(200);
    assertThat(status(lines("GET", "/v1/stream", cookie, "Sec-Fetch-Site: same-origin")))
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {OWN, "Origin: https://localhost", "Origin: " + RunningHub.ORIGIN})
  void fromItsOwnAndFromListedOriginsTheCookieCounts(String origin) {
    String cookie = signIn(all("alice"));
    assertThat(status(lines("GET", "/v1/stream", cookie, origin))).isEqualTo(200);
    assertThat(hub.call(post(cookie, origin)).status()).isEqualTo(201);
  }

  @Test
  void noOtherSiteSignsABrowserIn() {
    String evil = "Origin: https://evil.example";
    assertThat(call("POST", "/v1/session", bearer(all("eve")), evil).status()).isEqualTo(403);
    assertThat(call("POST", "/v1/session?ticket=" + ticket(all("eve")), evil).status())
        .isEqualTo(403);
  }

  @Test
  void aSessionIsStartedByATokenOrATicketAlone() {
    assertThat(call("POST", "/v1/session", OWN).status()).isEqualTo(401);
    assertThat(call("POST", "/v1/session", OWN, bearer("nonsense")).status()).isEqualTo(401);
    assertThat(call("POST", "/v1/session", OWN, signIn(all("alice"))).status()).isEqualTo(401);
    assertThat(call("DELETE", "/v1/session", OWN).status()).isEqualTo(401);
  }

  @Test
  void aTokenInTheHeaderGoesBeforeTheCookie() {
    String cookie = signIn(all("alice"));
    Wire.Answer answer = call("GET", "/v1/session", cookie, bearer(all("bob")));
    assertThat(answer.json().get("user").asString()).isEqualTo("bob");
  }

  @Test
  void aSessionEndsWhenTheTokenThatStartedItIsRevoked() {
    String cookie = signIn(RunningHub.token("starter", "alice", Grant.ALL, Duration.ofHours(1)));
    try (Wire stream = hub.wire().send(lines("GET", "/v1/stream", cookie))) {
      stream.headers();
      stream.frame();
      hub.revocations
          .revoke(
              new Revocations.Target.TokenId("starter"),
              InstantSource.system().instant().plusSeconds(60))
          .join();
      TakenBackTest.assertEndsWithReauth(stream);
    }
    assertThat(call("GET", "/v1/session", cookie).status()).isEqualTo(401);
  }

  // --- tickets ---

  private static String ticket(String token) {
    Wire.Answer answer = call("POST", "/v1/tickets", bearer(token));
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    assertThat(answer.json().get("expires").asString()).endsWith("Z");
    return answer.json().get("ticket").asString();
  }

  @Test
  void aTicketOpensOneStreamForWhoeverTookIt() {
    String target = "/v1/stream?ticket=" + ticket(all("alice"));
    try (Wire stream = hub.wire().send(lines("GET", target, "Origin: https://any.example"))) {
      assertThat(stream.headers().getFirst()).contains("200");
      assertThat(stream.frame()).contains("\"user\":\"alice\"");
    }
    Wire.Answer again = call("GET", target);
    assertThat(again.status()).isEqualTo(401);
    assertThat(again.field()).isEqualTo("ticket");
    assertThat(again.body()).doesNotContain(target.substring(target.indexOf('=') + 1));
  }

  @Test
  void ofManyWhoUseATicketAtOnceOneWins() throws Exception {
    for (int round = 0; round < 10; round++) {
      String request = lines("GET", "/v1/stream?ticket=" + ticket(all("alice")));
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<Integer>> statuses =
            IntStream.range(0, 8).mapToObj(i -> threads.submit(() -> status(request))).toList();
        int opened = 0;
        for (Future<Integer> status : statuses) {
          opened += status.get() == 200 ? 1 : 0;
        }
        assertThat(opened).isEqualTo(1);
      }
    }
  }

  private static int status(String request) {
    try (Wire wire = hub.wire().send(request)) {
      return Integer.parseInt(wire.headers().getFirst().split(" ", -1)[1]);
    }
  }

  @Test
  void aTicketStartsOneSession() {
    String target = "/v1/session?ticket=" + ticket(all("alice"));
    Wire.Answer answer = call("POST", target, OWN);
    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.json().get("user").asString()).isEqualTo("alice");
    assertThat(call("POST", target, OWN).status()).isEqualTo(401);
  }

  @Test
  void aTicketIsForNothingElse() {
    String ticket = ticket(all("alice"));
    assertThat(call("GET", "/v1/notifications?ticket=" + ticket).status()).isEqualTo(400);
    assertThat(call("GET", "/v1/session?ticket=" + ticket).status()).isEqualTo(400);
    assertThat(call("POST", "/v1/tickets?ticket=" + ticket).status()).isEqualTo(400);
    assertThat(status(lines("GET", "/v1/stream?ticket=" + ticket))).isEqualTo(200);
  }

  @Test
  void nobodyTakesATicketWithoutAToken() {
    assertThat(call("POST", "/v1/tickets").status()).isEqualTo(401);
  }

  @Test
  void aTicketThatComesWhileTheHubTakesNoStreamsStaysGood() {
    String target = "/v1/stream?ticket=" + ticket(all("alice"));
    hub.stopping.set(true);
    try (Wire wire = hub.wire().send(lines("GET", target))) {
      wire.headers();
      assertThat(wire.frame()).startsWith("retry: ");
    } finally {
      hub.stopping.set(false);
    }
    assertThat(status(lines("GET", target))).isEqualTo(200);
  }

  /** It is for a moment, so the ticket is good for the moment after. */
  @Test
  void aTicketIsNotSpentByWhoIsOverALimit() {
    RunningHub.Options one = RunningHub.Options.DEFAULTS.perUser(2, 1, null);
    String from = "X-Forwarded-For: 192.0.2.1"; // this machine's own are not counted
    try (RunningHub limited = RunningHub.start(one)) {
      String taking = lines("POST", "/v1/tickets", bearer(all("alice")));
      String ticket = limited.call(taking).json().get("ticket").asString();
      String opening = lines("GET", "/v1/stream?ticket=" + ticket, from);
      try (Wire open =
          limited.wire().send(lines("GET", "/v1/stream", bearer(all("alice")), from))) {
        open.headers();
        assertThat(open.frame()).startsWith("event: hello");
        assertIsSentAway(limited, opening); // it may have one stream
        try (Wire polls =
            limited
                .wire()
                .send(
                    lines(
                        "POST",
                        "/v1/notifications",
                        bearer(all("alice")),
                        from,
                        "Content-Type: application/x-ndjson",
                        "Transfer-Encoding: chunked"))) {
          polls.headers();
          assertIsSentAway(limited, opening); // and two requests
        }
      }
      String wrong = lines("GET", "/v1/stream?level=none&ticket=" + ticket, from);
      Awaitility.await().until(() -> limited.call(wrong).status() == 400);
      Awaitility.await()
          .until(() -> {
            try (Wire stream = limited.wire().send(opening)) {
              assertThat(stream.headers().getFirst()).contains("200");
              return Objects.requireNonNull(stream.frame()).startsWith("event: hello");
            }
          });
      assertThat(limited.call(opening).status()).isEqualTo(401);
    }
  }

  private static void assertIsSentAway(RunningHub limited, String request) {
    try (Wire wire = limited.wire().send(request)) {
      wire.headers();
      assertThat(wire.frame()).startsWith("retry: ");
    }
  }

  @Test
  void aUsersStreamByTicketEndsWithTheSessionThatTookIt() {
    String cookie = signIn(all("alice"));
    String ticket = call("POST", "/v1/tickets", cookie, OWN).json().get("ticket").asString();
    try (Wire stream = hub.wire().send(lines("GET", "/v1/stream?ticket=" + ticket))) {
      stream.headers();
      stream.frame();
      call("DELETE", "/v1/session", cookie, OWN);
      TakenBackTest.assertEndsWithReauth(stream);
    }
  }
}
