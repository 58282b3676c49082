package tidings.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tidings.core.access.Caller;
import tidings.core.access.Credential;
import tidings.core.access.CredentialStore.Kept;
import tidings.core.access.CredentialStore.Kind;
import tidings.core.access.Grant;
import tidings.core.access.Revocations.Target;
import tidings.core.access.Sessions;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

final class SessionsTest extends WithOffice {
  /** After this, the next who signs in or uses a session has those that are over forgotten. */
  private static final Duration SWEEP = Duration.ofMinutes(1);

  private Sessions.Started start(Caller starter) {
    return office.sessions.start(starter).join();
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
    Caller caller = use(start(starter));
    assertThat(caller.user()).isEqualTo("alice");
    assertThat(caller.publisher()).isEqualTo(starter.publisher());
    assertThat(caller.grant()).isEqualTo(starter.grant());
    assertThat(holds(caller)).isTrue();
    assertThat(office.sessions.use("nonsense")).isNull();
  }

  @Test
  void aSessionThatIsNotUsedEnds() {
    Sessions.Started session = start(office.caller("alice"));
    for (int i = 0; i < 3; i++) {
      office.pass(Office.IDLE.minusSeconds(1));
      assertThat(use(session).expires()).isEqualTo(office.now.plus(Office.IDLE));
    }
    office.pass(Office.IDLE);
    assertThat(office.sessions.use(session.secret())).isNull();
  }

  @Test
  void aSessionEndsHoweverMuchItIsUsed() {
    Sessions.Started session = start(office.caller("alice"));
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
    Sessions.Started session = start(office.authenticator.authenticate(brief));
    assertThat(session.lasting()).isEqualTo(Duration.ofMinutes(1)); // with the leeway
    Caller caller = use(session);
    office.pass(Duration.ofMinutes(1));
    assertThat(office.sessions.use(session.secret())).isNull();
    assertThat(holds(caller)).isFalse();
  }

  @Test
  void aSessionEndsWhenItsTokenIsRevoked() {
    String token = office.token("alice", "a");
    Caller caller = use(start(office.authenticator.authenticate(token)));
    office.revocations.revoke(new Target.TokenId("a"), office.now.plusSeconds(60)).join();
    assertThat(holds(caller)).isFalse();
  }

  @Test
  void signingOutEndsTheSessionAndNoOther() {
    Sessions.Started session = start(office.caller("alice"));
    Sessions.Started other = start(office.caller("alice"));
    Caller caller = use(session);
    long changes = office.authenticator.changes();

    office.sessions.end(session.secret()).join();

    assertThat(office.sessions.use(session.secret())).isNull();
    assertThat(holds(caller)).isFalse();
    assertThat(office.authenticator.changes()).isGreaterThan(changes);
    assertThat(holds(use(other))).isTrue();
  }

  @Test
  void aSessionThatTheStoreRefusesLastsUntilTheRestart() {
    office.keepsNothing = true;
    Sessions.Started session = start(office.caller("alice"));
    assertThat(holds(use(session))).isTrue();
    office.restart();
    assertThat(office.sessions.use(session.secret())).isNull();
  }

  @Test
  void aSessionHasStartedWhenItIsStored() {
    Sessions.Started session = start(office.caller("alice"));
    assertThat(office.store.kept(Kind.SESSION))
        .extracting(Kept::id)
        .containsExactly(Secret.hash(session.secret()));
  }

  // --- over a restart ---

  @Test
  void aSessionOutlivesARestart() {
    Sessions.Started session = start(office.caller("alice"));
    Caller before = use(session);
    office.restart();
    Caller after = use(session);
    assertThat(after.user()).isEqualTo("alice");
    assertThat(after.publisher()).isEqualTo(before.publisher());
    assertThat(after.grant()).isEqualTo(before.grant());
    assertThat(after.expires()).isEqualTo(before.expires());
    assertThat(holds(after)).isTrue();
  }

  @Test
  void whoHasSignedOutStaysOut() {
    Sessions.Started session = start(office.caller("alice"));
    Sessions.Started evicted = start(office.caller("bob"));
    for (int i = 0; i < KeptSessions.PER_USER_MAX; i++) {
      start(office.caller("bob"));
    }
    office.pass(Office.IDLE.dividedBy(2)); // its use would be noted now
    use(session);
    office.sessions.end(session.secret()).join();
    office.restart();
    assertThat(office.sessions.use(session.secret())).isNull();
    assertThat(office.sessions.use(evicted.secret())).isNull();
  }

  @Test
  void signingOutThatTheStoreRefusesIsTriedAgainUntilItIsStored() {
    Sessions.Started session = start(office.caller("alice"));
    Caller caller = use(session);
    office.forgetsNothing = true;
    assertThat(office.sessions.end(session.secret())).isCompletedExceptionally();
    assertThat(office.sessions.use(session.secret())).isNull();
    assertThat(holds(caller)).isFalse();
    assertThat(office.sessions.end(session.secret()))
        .as("again, though it has ended")
        .isCompletedExceptionally();
    office.pass(SWEEP);
    office.forgetsNothing = false;
    start(office.caller("bob"));
    office.restart();
    assertThat(office.sessions.use(session.secret())).isNull();
  }

  @Test
  void soIsTheForgettingOfOneThatHasMadeRoom() {
    Sessions.Started evicted = start(office.caller("alice"));
    office.forgetsNothing = true;
    for (int i = 0; i < KeptSessions.PER_USER_MAX; i++) {
      start(office.caller("alice"));
    }
    assertThat(office.sessions.use(evicted.secret())).isNull();
    assertThat(office.sessions.end(evicted.secret())).isCompletedExceptionally();
    office.forgetsNothing = false;
    office.sessions.end(evicted.secret()).join();
    office.restart();
    assertThat(office.sessions.use(evicted.secret())).isNull();
  }

  @Test
  void whoUsesASessionHasOthersForgottenToo() {
    Sessions.Started ended = start(office.caller("alice"));
    Sessions.Started used = start(office.caller("bob"));
    office.forgetsNothing = true;
    assertThat(office.sessions.end(ended.secret())).isCompletedExceptionally();
    office.forgetsNothing = false;
    office.pass(Office.IDLE.dividedBy(2));
    use(used);
    await().until(() -> office.store.kept(Kind.SESSION).size() == 1);
    office.restart();
    assertThat(office.sessions.use(ended.secret())).isNull();
    assertThat(holds(use(used))).isTrue();
  }

  @Test
  void aRestartBringsBackNoMoreSessionsThanAUserMayHave() {
    office.forgetsNothing = true;
    List<Sessions.Started> all = new ArrayList<>();
    for (int i = 0; i <= KeptSessions.PER_USER_MAX; i++) {
      all.add(start(office.caller("alice")));
      office.pass(Duration.ofSeconds(1));
    }
    office.forgetsNothing = false;
    office.restart();
    assertThat(office.sessions.use(all.getFirst().secret())).isNull();
    assertThat(all.subList(1, all.size()))
        .allSatisfy(session -> assertThat(holds(use(session))).isTrue());
    start(office.caller("bob"));
    assertThat(office.store.kept(Kind.SESSION))
        .extracting(Kept::id)
        .doesNotContain(Secret.hash(all.getFirst().secret()))
        .hasSize(KeptSessions.PER_USER_MAX + 1);
  }

  @Test
  void ofManyThatAreOverSomeAreForgottenAtATime() {
    Caller brief = until(office.now.plusMillis(500));
    int many = 3 * KeptSessions.FORGOTTEN_MAX - 1;
    for (int i = 0; i < many; i++) {
      var _ = office.sessions.start(as("u" + i, brief));
    }
    for (int i = 1; i <= 3; i++) {
      office.pass(SWEEP);
      for (int j = 0; j < 5; j++) {
        start(office.caller("alice" + i));
      }
      assertThat(office.forgets).isEqualTo(Math.min(many, i * KeptSessions.FORGOTTEN_MAX));
    }
    assertThat(office.store.kept(Kind.SESSION)).hasSize(15);
  }

  @Test
  void aRestartProlongsNoSession() {
    Sessions.Started idle = start(office.caller("alice"));
    Sessions.Started used = start(office.caller("alice"));
    office.pass(Office.IDLE.dividedBy(2));
    use(used);
    office.restart();
    office.pass(Office.IDLE.dividedBy(2));
    assertThat(office.sessions.use(idle.secret())).isNull();
    use(used);
    for (Duration at = Office.IDLE; at.compareTo(Office.AGE_MAX) < 0; at = at.plusMinutes(30)) {
      use(used);
      office.restart();
      office.pass(Duration.ofMinutes(30));
    }
    assertThat(office.sessions.use(used.secret())).isNull();
  }

  @Test
  void theStoreHoldsNoSecretOfASession() throws Exception {
    String token = office.token("alice", "a");
    Sessions.Started session = start(office.authenticator.authenticate(token));
    office.close();
    String file = Files.readString(office.file(), StandardCharsets.ISO_8859_1);
    assertThat(file)
        .contains(Secret.hash(session.secret()))
        .doesNotContain(session.secret())
        .doesNotContain(token.substring(token.lastIndexOf('.') + 1))
        .doesNotContain(new String(Tokens.SECRET, StandardCharsets.US_ASCII));
    office.restart();
  }

  @Test
  void aRevocationEndsTheSessionsThatARestartHasBroughtBack() {
    Sessions.Started revokedBefore =
        start(office.authenticator.authenticate(office.token("alice", "a")));
    Sessions.Started revokedAfter =
        start(office.authenticator.authenticate(office.token("bob", "b")));
    office.revocations.revoke(new Target.TokenId("a"), office.now.plusSeconds(60)).join();
    office.restart();
    assertThat(holds(use(revokedBefore))).isFalse();
    Caller caller = use(revokedAfter);
    assertThat(holds(caller)).isTrue();
    office.revocations.revoke(new Target.Subject("bob"), office.now.plusSeconds(60)).join();
    assertThat(holds(caller)).isFalse();
  }

  @Test
  void aSessionEndsWithTheKeyOfItsToken() {
    Sessions.Started session = start(office.caller("alice"));
    TokenKey former = office.key;
    office.key = TokenKey.hs256("main", Tokens.ascii("x".repeat(32)), "shop", null);
    office.restart();
    assertThat(holds(use(session))).isFalse();
    office.key = TokenKey.hs256("main", Tokens.SECRET, "shop", "for another");
    office.restart();
    assertThat(holds(use(session))).isFalse();
    office.key = former;
    office.restart();
    assertThat(holds(use(session))).isTrue();
  }

  @Test
  void whatIsPublicIsWhatIsConfiguredNow() {
    Sessions.Started session = start(office.caller("alice"));
    Address open = Address.of("topic:open");
    assertThat(use(session).grant().mayRead(open)).isTrue();
    office.publicly = List.of(AddressPattern.of("topic:other"));
    office.restart();
    assertThat(use(session).grant().mayRead(open)).isFalse();
    assertThat(use(session).grant().mayRead(Address.of("topic:other"))).isTrue();
    assertThat(use(session).grant().mayRead(Address.of("user:alice"))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense",
        "null",
        "[]",
        "{}",
        "\"user\":\"alice\" -> \"user\":1",
        "\"user\" -> \"nobody\"",
        "\"end\" -> \"start\"",
        "\"grants\":{ -> \"grants\":{\"more\":1,",
        "\"within\":[] -> \"within\":[1]",
        "\"within\":[] -> \"within\":[null]",
        "\"within\" -> \"beside\"",
      })
  void aSessionThatCannotBeReadIsOneThatEnds(String change) {
    Sessions.Started session = start(office.caller("alice"));
    Sessions.Started other = start(office.caller("bob"));
    String hash = Secret.hash(session.secret());
    String content =
        office.store.kept(Kind.SESSION).stream()
            .filter(kept -> kept.id().equals(hash))
            .findAny()
            .orElseThrow()
            .content();
    String[] parts = change.split(" -> ", -1);
    String changed = parts.length == 1 ? change : content.replace(parts[0], parts[1]);
    assertThat(changed).isNotEqualTo(content);
    office.store.keep(new Kept(Kind.SESSION, hash, changed)).join();
    office.restart();
    assertThat(office.sessions.use(session.secret())).isNull();
    assertThat(holds(use(other))).isTrue();
  }

  @Test
  void aSessionThatASessionsTicketStartedEndsWithIt() {
    Sessions.Started session = start(office.caller("alice"));
    Sessions.Started second = start(use(session));
    Sessions.Started third = start(use(second));
    office.restart();
    Caller caller = use(third);
    assertThat(holds(caller)).isTrue();
    office.sessions.end(session.secret()).join();
    assertThat(holds(caller)).isFalse();
  }

  @Test
  void aSessionIsNotCalledOverBeforeItsIssuersKeysWereRead() {
    KeyRingTest.Standing keys = new KeyRingTest.Standing(Jwks.key(Tokens.ED25519, "one"));
    String token =
        Tokens.signed(
            PairAlgorithm.EdDSA,
            "{\"alg\":\"EdDSA\",\"kid\":\"one\"}",
            "{\"sub\":\"alice\",\"iss\":\"login\",\"aud\":\"hub\",\"exp\":%d}"
                .formatted(office.now.getEpochSecond() + 3_600));
    AccessSettings before = keys(keys);
    JwtAuthenticator signed = new JwtAuthenticator(before, () -> office.now, System::nanoTime);
    Sessions.Started session = sessions(before).start(signed.authenticate(token)).join();
    keys.becomes(() -> {
      throw new IOException("no answer");
    });
    office.restart();
    KeptSessions after = sessions(keys(keys));
    assertThat(
            catchThrowableOfType(Refusal.class, () -> after.use(session.secret())).problem().kind())
        .isEqualTo(Problem.Kind.UNAVAILABLE);
    keys.becomes(Jwks.key(Tokens.ED25519, "one"));
    AccessSettings again = keys(keys);
    Caller caller = Objects.requireNonNull(sessions(again).use(session.secret()));
    assertThat(
            new JwtAuthenticator(again, () -> office.now, System::nanoTime)
                .holds(
                    ((Credential.Session) Objects.requireNonNull(caller.credential())).starter()))
        .isTrue();
  }

  /** As after a start: each was looked at once. */
  private static AccessSettings keys(KeySetSource source) {
    KeySet set =
        new KeySet(
            new KeySet.Issuer("login", "hub", Set.of(PairAlgorithm.EdDSA)),
            source,
            Duration.ofHours(1),
            null,
            System::nanoTime,
            new Random(1));
    try (KeyRing ring = new KeyRing(List.of(), List.of(set))) {
      ring.start();
      return new AccessSettings(ring, List.of(), false);
    }
  }

  private KeptSessions sessions(AccessSettings settings) {
    return new KeptSessions(
        office.store, settings, Office.IDLE, Office.AGE_MAX, () -> office.now, new Random(2));
  }

  @Test
  void aUsersOldestSessionMakesRoom() {
    Sessions.Started first = start(office.caller("alice"));
    Sessions.Started bobs = start(office.caller("bob"));
    Caller caller = use(first);
    List<Sessions.Started> more =
        java.util.stream.Stream.generate(() -> start(office.caller("alice")))
            .limit(KeptSessions.PER_USER_MAX)
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
    for (int i = 0; i < KeptSessions.COUNT_MAX; i++) {
      CompletableFuture<Sessions.Started> started =
          office.sessions.start(as("u" + i, i % 2 == 0 ? brief : lasting));
      if (i % 2_000 == 0) {
        started.join(); // as many as the store takes
      }
    }
    assertTooMany();
    office.pass(Duration.ofMillis(600));
    assertTooMany(); // though half of them are over
    office.pass(Duration.ofMillis(600));
    long changes = office.authenticator.changes();
    await()
        .ignoreException(Refusal.class) // until the store has forgotten them
        .until(() -> office.sessions.use(start(as("new", lasting)).secret()) != null);
    assertThat(office.authenticator.changes()).as("nobody's stream has to look").isEqualTo(changes);
  }

  private void assertTooMany() {
    Refusal refusal =
        catchThrowableOfType(Refusal.class, () -> start(office.caller("one-too-many")));
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
        catchThrowableOfType(Refusal.class, () -> start(office.authenticator.authenticate(token)));
    assertThat(refusal.problem().kind()).isEqualTo(Problem.Kind.FORBIDDEN);
  }
}
