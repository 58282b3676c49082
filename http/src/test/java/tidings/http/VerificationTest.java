package tidings.http;

import static org.assertj.core.api.Assertions.assertThat;
import static tidings.http.RunningHub.post;
import static tidings.http.RunningHub.request;

import io.netty.util.concurrent.FastThreadLocalThread;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import tidings.core.access.Grant;

/** Where tokens are verified: ES256 takes a millisecond, in which a loop could serve hundreds. */
final class VerificationTest {
  private static final String DRAFT = "{\"to\":[\"everyone\"],\"title\":\"Hi\"}";

  private int users;

  /** A token that nobody has seen, or one that nobody signed. */
  private String fresh(boolean good) {
    String token = RunningHub.token("user-" + users++, Grant.ALL, Duration.ofHours(1));
    return good ? token : token.substring(0, token.lastIndexOf('.') + 1) + "A".repeat(43);
  }

  private List<String> requests(boolean good) {
    String id = "0190a1b2-0000-7000-8000-000000000000";
    return List.of(
        post(fresh(good), "application/json", DRAFT),
        post(fresh(good), "application/x-ndjson", DRAFT + "\n"),
        request("GET", "/v1/notifications?limit=1", fresh(good)),
        request("GET", "/v1/notifications?wait=1ms&after=latest", fresh(good)),
        request("GET", "/v1/notifications/" + id, fresh(good)),
        request("DELETE", "/v1/notifications/" + id, fresh(good)),
        request("GET", "/v1/session", fresh(good)),
        request("GET", "/v1/stream", fresh(good)));
  }

  @Test
  void tokensAreVerifiedOffTheEventLoops() {
    try (RunningHub hub = RunningHub.start()) {
      for (boolean good : new boolean[] {true, false}) {
        for (String request : requests(good)) {
          try (Wire wire = hub.wire().send(request)) {
            String status = wire.headers().getFirst();
            assertThat(status.contains(" 401 ")).as(request + status).isEqualTo(!good);
          }
        }
      }
      assertThat(hub.verifiers).hasSize(users).noneMatch(VerificationTest::isEventLoop);
      assertThat(hub.lookers)
          .hasSizeGreaterThanOrEqualTo(users)
          .anyMatch(VerificationTest::isEventLoop);
    }
  }

  /** As Netty makes the threads of its loops. */
  private static boolean isEventLoop(Thread thread) {
    return thread instanceof FastThreadLocalThread;
  }
}
