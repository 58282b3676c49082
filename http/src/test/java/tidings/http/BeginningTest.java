package tidings.http;

import static org.assertj.core.api.Assertions.assertThat;
import static tidings.http.RunningHub.all;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tidings.core.access.Grant;
import tidings.core.inbox.InboxStore;
import tidings.core.inbox.Person;

/** protocol/inbox.md, "The beginning", on sockets. */
final class BeginningTest {
  private static RunningHub hub;

  @BeforeAll
  static void start() {
    hub =
        RunningHub.start(RunningHub.Options.DEFAULTS.perUser(1, 1, null).publicly("topic:open.#"));
  }

  @AfterAll
  static void stop() {
    hub.close();
  }

  private static @Nullable Person person(String user) {
    return hub.people.read(InboxStore.Lane.COUNTS, snapshot -> new Person[] {snapshot.person(user)})
        .join()[0];
  }

  private static void publish() {
    assertThat(hub.publish(all("publisher"), "{\"to\":[\"everyone\"],\"title\":\"x\"}").status())
        .isEqualTo(201);
  }

  @Test
  void aUserBeginsAtTheFirstRequestThatIsAccepted() {
    publish();
    long end = hub.hub.log().end();
    assertThat(hub.get("/v1/notifications/none", all("alice")).status()).isEqualTo(404);
    Person alice = Awaitility.await().until(() -> person("alice"), found -> found != null);
    assertThat(alice.begin()).isEqualTo(end);
    assertThat(alice.rev()).isZero();

    publish();
    assertThat(hub.get("/v1/session", all("alice")).status()).isEqualTo(200);
    assertThat(person("alice")).isEqualTo(alice);
  }

  @Test
  void whoIsNotLetInBeginsNothing() {
    String ended = RunningHub.token("bob", Grant.ALL, Duration.ofMinutes(-5));
    assertThat(hub.get("/v1/session", ended).status()).isEqualTo(401);
    assertThat(hub.get("/v1/notifications", null).status()).isEqualTo(200);
    assertThat(hub.get("/v1/session", all("carol")).status()).isEqualTo(200);
    Awaitility.await().until(() -> person("carol") != null); // whoever came before is stored by now
    assertThat(person("bob")).isNull();
  }
}
