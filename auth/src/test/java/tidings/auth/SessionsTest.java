package tidings.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.core.access.Caller;
import tidings.core.access.Grant;
import tidings.core.access.Revocations.Target;
import tidings.core.access.Sessions;
import tidings.core.notification.AddressPattern;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

final class SessionsTest {
  @TempDir Path folder;
  private Office office;

  @BeforeEach
  void open() {
    office = new Office(folder);
  }

  @AfterEach
  void close() {
    office.close();
  }

  private Caller use(Sessions.Started session) {
    return Objects.requireNonNull(office.sessions.use(session.secret()));
  }

  private boolean holds(Caller caller) {
    return office.authenticator.holds(caller);
  }

  @Test
  void aSessionIsItsStarter() {
    Caller starter = office.caller("alice");
    Caller caller = use(office.sessions.start(starter));
    assertThat(caller.user()).isEqualTo("alice");
    assertThat(caller.publisher()).isEqualTo(starter.publisher());
    assertThat(caller.grant()).isEqualTo(starter.grant());
    assertThat(holds(caller)).isTrue();
    assertThat(office.sessions.use("nonsense")).isNull();
  }

  @Test
  void aSessionThatIsNotUsedEnds() {
    Sessions.Started session = office.sessions.start(office.caller("alice"));
    for (int i = 0; i < 3; i++) {
      office.pass(Office.IDLE.minusSeconds(1));
      assertThat(use(session).expires()).isEqualTo(office.now.plus(Office.IDLE));
    }
    office.pass(Office.IDLE);
    assertThat(office.sessions.use(session.secret())).isNull();
  }

  @Test
  void aSessionEndsHoweverMuchItIsUsed() {
    Sessions.Started session = office.sessions.start(office.caller("alice"));
    assertThat(session.lasting()).isEqualTo(Office.AGE_MAX);
    Caller caller = use(session);
    for (Duration passed = Duration.ZERO;
        passed.compareTo(Office.AGE_MAX) < 0;
        passed = passed.plusMinutes(30)) {
      caller = use(session);
      office.pass(Duration.ofMinutes(30));
    }
    assertThat(office.sessions.use(session.secret())).isNull();
    assertThat(holds(caller)).isFalse();
  }

  @Test
  void aSessionDoesNotOutliveItsToken() {
    String brief =
        Tokens.hmac(
            "{\"alg\":\"HS256\"}",
            "{\"sub\":\"alice\",\"iss\":\"shop\",\"exp\":%d}"
                .formatted(office.now.getEpochSecond() + 30));
    Sessions.Started session = office.sessions.start(office.authenticator.authenticate(brief));
    assertThat(session.lasting()).isEqualTo(Duration.ofMinutes(1)); // with the leeway
    Caller caller = use(session);
    office.pass(Duration.ofMinutes(1));
    assertThat(office.sessions.use(session.secret())).isNull();
    assertThat(holds(caller)).isFalse();
  }

  @Test
  void aSessionEndsWhenItsTokenIsRevoked() {
    String token = office.token("alice", "a");
    Caller caller = use(office.sessions.start(office.authenticator.authenticate(token)));
    office.revocations.revoke(new Target.TokenId("a"), office.now.plusSeconds(60)).join();
    assertThat(holds(caller)).isFalse();
  }

  @Test
  void signingOutEndsTheSessionAndNoOther() {
    Sessions.Started session = office.sessions.start(office.caller("alice"));
    Sessions.Started other = office.sessions.start(office.caller("alice"));
    Caller caller = use(session);
    long changes = office.authenticator.changes();

    office.sessions.end(session.secret());

    assertThat(office.sessions.use(session.secret())).isNull();
    assertThat(holds(caller)).isFalse();
    assertThat(office.authenticator.changes()).isGreaterThan(changes);
    assertThat(holds(use(other))).isTrue();
  }

  @Test
  void aUsersOldestSessionMakesRoom() {
    Sessions.Started first = office.sessions.start(office.caller("alice"));
    Sessions.Started bobs = office.sessions.start(office.caller("bob"));
    Caller caller = use(first);
    List<Sessions.Started> more =
        java.util.stream.Stream.generate(() -> office.sessions.start(office.caller("alice")))
            .limit(LiveSessions.PER_USER_MAX)
            .toList();
    assertThat(office.sessions.use(first.secret())).isNull();
    assertThat(holds(caller)).isFalse();
    assertThat(more).allSatisfy(session -> assertThat(holds(use(session))).isTrue());
    assertThat(holds(use(bobs))).isTrue();
  }

  @Test
  void aHubFullOfSessionsLooksOnceASecondForThoseThatAreOver() {
    Caller brief = until(office.now.plusMillis(500));
    Caller lasting = until(office.now.plusSeconds(60));
    for (int i = 0; i < LiveSessions.COUNT_MAX; i++) {
      office.sessions.start(as("u" + i, i % 2 == 0 ? brief : lasting));
    }
    assertTooMany();
    office.pass(Duration.ofMillis(600));
    assertTooMany(); // though half of them are over
    office.pass(Duration.ofMillis(600));
    long changes = office.authenticator.changes();
    assertThat(office.sessions.use(office.sessions.start(as("new", lasting)).secret())).isNotNull();
    assertThat(office.authenticator.changes()).as("nobody's stream has to look").isEqualTo(changes);
  }

  private void assertTooMany() {
    Refusal refusal =
        catchThrowableOfType(
            Refusal.class, () -> office.sessions.start(office.caller("one-too-many")));
    assertThat(refusal.problem().kind()).isEqualTo(Problem.Kind.OVERLOADED);
  }

  private Caller until(Instant end) {
    Caller caller = office.caller("alice");
    return new Caller(caller.user(), caller.publisher(), caller.grant(), end, caller.credential());
  }

  private static Caller as(String user, Caller caller) {
    return new Caller(
        user, caller.publisher(), caller.grant(), caller.expires(), caller.credential());
  }

  @Test
  void aMachineStartsNoSession() {
    Grant grant = new Grant(List.of(), List.of(AddressPattern.of("topic:#")), false, false, true);
    String token = office.apiTokens.make("ci", grant).join();
    Refusal refusal =
        catchThrowableOfType(
            Refusal.class, () -> office.sessions.start(office.authenticator.authenticate(token)));
    assertThat(refusal.problem().kind()).isEqualTo(Problem.Kind.FORBIDDEN);
  }
}
