package tidings.http;

import static org.assertj.core.api.Assertions.assertThat;
import static tidings.http.RunningHub.all;
import static tidings.http.RunningHub.request;
import static tidings.http.RunningHub.token;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code DELETE /v1/users/{id}} (protocol/presence.md), and what becomes of whoever reads. */
final class UserErasingTest {
  private static RunningHub hub;

  @BeforeAll
  static void start() {
    hub = RunningHub.start();
  }

  @AfterAll
  static void stop() {
    hub.close();
  }

  private static Wire.Answer erase(String id, @Nullable String token) {
    return hub.call(request("DELETE", "/v1/users/" + id, token));
  }

  private static String publish(String to, String title) {
    Wire.Answer answer =
        hub.publish(all("p"), "{\"to\":[%s],\"title\":\"%s\"}".formatted(to, title));
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    return answer.json().get("id").asString();
  }

  private static String reader(String user) {
    return token(user, "", "");
  }

  private static Wire opened(String user, String query) {
    Wire stream = hub.stream(reader(user), query);
    stream.headers();
    return stream;
  }

  private static String next(Wire stream) {
    String frame = stream.frame();
    assertThat(frame).as("a frame, and not the stream's end").isNotNull();
    return frame;
  }

  @Test
  void onlyWhoMayOperateErases() {
    String id = publish("\"user:kept\"", "kept");

    assertThat(erase("kept", null).status()).isEqualTo(401);
    assertThat(erase("kept", reader("kept")).status()).isEqualTo(403);
    assertThat(erase("kept", token("other", "topic:#", "topic:#")).status()).isEqualTo(403);
    assertThat(hub.get("/v1/notifications/" + id, reader("kept")).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "%zz", "a%20b", "%00", "%", "%E9"})
  void whatIsNoIdIsRefused(String id) {
    Wire.Answer answer = erase(id, all("operator"));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.field()).isEqualTo("id");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nobody", "a%2Fb", "a+b", "%C3%BCser"})
  void whoIsUnknownIsErased(String id) {
    assertThat(erase(id, all("operator")).status()).isEqualTo(204);
  }

  @Test
  void whatWasForThePersonAloneIsGoneAndOthersMissNothing() {
    try (Wire alice = opened("alice", "");
        Wire bob = opened("bob", "")) {
      String start = hello(alice);
      next(bob);
      String own = publish("\"user:alice\"", "for Alice alone");
      String shared = publish("\"user:alice\",\"user:bob\"", "for both");
      assertThat(next(alice)).contains("for Alice alone");
      assertThat(next(alice)).contains("for both");
      assertThat(next(bob)).contains("for both");

      assertThat(erase("alice", all("operator")).status()).isEqualTo(204);

      assertThat(next(alice)).matches("retry: [1-5][0-9]{3}\n");
      assertThat(alice.frame()).as("the end").isNull();
      assertThat(hub.get("/v1/notifications/" + own, all("alice")).status()).isEqualTo(404);
      assertThat(hub.get("/v1/notifications/" + shared, reader("alice")).status()).isEqualTo(404);
      assertThat(hub.get("/v1/notifications/" + shared, reader("bob")).status()).isEqualTo(200);
      publish("\"everyone\"", "after it");
      assertThat(next(bob)).contains("after it");
      try (Wire again = opened("alice", "?after=" + start);
          Wire too = opened("bob", "?after=" + start)) {
        assertThat(next(again)).startsWith("event: hello\n");
        assertThat(next(again)).contains("after it");
        assertThat(next(too)).startsWith("event: hello\n");
        assertThat(next(too)).contains("for both");
        assertThat(next(too)).contains("after it");
      }
    }
  }

  private static String hello(Wire stream) {
    String frame = next(stream);
    assertThat(frame).startsWith("event: hello\n");
    return frame.replaceFirst("(?s).*\"cursor\":\"([^\"]+)\".*", "$1");
  }

  @Test
  void whoComesBackBeginsAnew() {
    publish("\"everyone\"", "before Carol");
    assertThat(unread("carol")).isZero();
    publish("\"everyone\"", "after Carol came");
    publish("\"user:carol\"", "for Carol");
    assertThat(unread("carol")).isEqualTo(2);

    assertThat(erase("carol", all("operator")).status()).isEqualTo(204);

    assertThat(unread("carol")).isZero();
    publish("\"user:carol\"", "for Carol once more");
    assertThat(unread("carol")).isEqualTo(1);
  }

  private static int unread(String user) {
    Wire.Answer answer = hub.get("/v1/inbox/summary", reader(user));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.json().path("unread").asInt();
  }
}
