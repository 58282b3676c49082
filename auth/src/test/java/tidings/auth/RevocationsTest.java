package tidings.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tidings.core.access.Caller;
import tidings.core.access.Revocations.Target;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

final class RevocationsTest extends WithOffice {
  private static final Duration DAY = Duration.ofDays(1);

  private void assertTaken(String token) {
    assertThat(office.authenticator.authenticate(token)).isNotNull();
    assertThat(office.authenticator.cached(token)).isNotNull();
  }

  private void revoke(Target target) {
    office.revocations.revoke(target, office.now.plus(DAY)).join();
  }

  @Test
  void aVerifiedTokenIsRefusedFromItsRevocationOn() {
    String token = office.token("alice", "a");
    String other = office.token("alice", "b");
    assertTaken(token);
    Caller caller = office.authenticator.authenticate(token);
    long changes = office.authenticator.changes();
    assertThat(office.authenticator.holds(caller)).isTrue();

    revoke(new Target.TokenId("a"));

    assertRefused(token);
    assertThat(office.authenticator.holds(caller)).isFalse();
    assertThat(office.authenticator.changes()).isGreaterThan(changes);
    assertTaken(other);
  }

  @Test
  void aUsersTokensIssuedUntilNowOrAtNoSaidTimeAreRefused() {
    String before = office.token("alice", "a");
    String undated = office.token("alice", "b", "");
    office.pass(Duration.ofSeconds(10));
    String sameSecond = office.token("alice", "c");
    assertTaken(before);
    revoke(new Target.Subject("alice"));
    office.pass(Duration.ofSeconds(1));

    assertRefused(before);
    assertRefused(undated);
    assertRefused(sameSecond);
    assertTaken(office.token("alice", "d"));
    assertTaken(office.token("bob", "a", ""));
  }

  @Test
  void aRevocationIsForgottenWhenItSaysSo() {
    String byId = office.token("alice", "a");
    String byUser = office.token("bob", "b");
    office.revocations.revoke(new Target.TokenId("a"), office.now.plusSeconds(60)).join();
    office.revocations.revoke(new Target.Subject("bob"), office.now.plusSeconds(60)).join();
    office.pass(Duration.ofSeconds(59));
    assertRefused(byId);
    assertRefused(byUser);
    office.pass(Duration.ofSeconds(1));
    assertTaken(byId);
    assertTaken(byUser);
  }

  @Test
  void ofTwoRevocationsTheLaterEndCounts() {
    String token = office.token("alice", "a");
    office.revocations.revoke(new Target.TokenId("a"), office.now.plusSeconds(60)).join();
    office.revocations.revoke(new Target.TokenId("a"), office.now.plusSeconds(30)).join();
    office.restart();
    office.pass(Duration.ofSeconds(59));
    assertRefused(token);
  }

  @Test
  void aRevocationOutlivesTheProcess() {
    String byId = office.token("alice", "a");
    String byUser = office.token("bob", "b");
    revoke(new Target.TokenId("a"));
    revoke(new Target.Subject("bob"));
    office.restart();
    assertRefused(byId);
    assertRefused(byUser);
    office.pass(Duration.ofSeconds(1));
    assertTaken(office.token("bob", "c"));
  }

  @Test
  void aUserIsNoTokenIdAndATokenIdNoUser() {
    String token = office.token("alice", "bob");
    revoke(new Target.Subject("bob"));
    revoke(new Target.TokenId("alice"));
    assertTaken(token);
  }

  @Test
  void soManyAreRememberedAndNoMoreUntilSomeAreOver() {
    for (int i = 0; i < KeptRevocations.COUNT_MAX; i += 10_000) { // what the store takes at once
      CompletableFuture.allOf(
              IntStream.range(i, i + 10_000)
                  .mapToObj(n -> new Target.TokenId("t" + n))
                  .map(target -> office.revocations.revoke(target, office.now.plus(DAY)))
                  .toArray(CompletableFuture<?>[]::new))
          .join();
    }
    Refusal refusal =
        catchThrowableOfType(Refusal.class, () -> revoke(new Target.TokenId("one more")));
    assertThat(refusal.problem().kind()).isEqualTo(Problem.Kind.OVERLOADED);
    revoke(new Target.TokenId("t7")); // is remembered already
    office.pass(DAY);
    revoke(new Target.TokenId("one more"));
    assertRefused(office.token("alice", "one more"));
  }
}
