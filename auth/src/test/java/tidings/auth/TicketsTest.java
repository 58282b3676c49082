package tidings.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import tidings.core.access.Caller;
import tidings.core.access.Revocations.Target;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

final class TicketsTest extends WithOffice {
  @Test
  void aTicketIsGoodForOneUse() {
    Caller alice = office.caller("alice");
    String ticket = office.tickets.issue(alice).secret();
    assertThat(office.tickets.use(ticket)).isEqualTo(alice);
    assertThat(office.tickets.use(ticket)).isNull();
    assertThat(office.tickets.use("nonsense")).isNull();
  }

  @Test
  void lookingWhoseItIsDoesNotUseIt() {
    Caller alice = office.caller("alice");
    String ticket = office.tickets.issue(alice).secret();
    assertThat(office.tickets.holder(ticket)).isEqualTo(alice);
    assertThat(office.tickets.holder(ticket)).isEqualTo(alice);
    assertThat(office.tickets.use(ticket)).isEqualTo(alice);
    assertThat(office.tickets.holder(ticket)).isNull();
    String late = office.tickets.issue(alice).secret();
    office.pass(LiveTickets.GOOD_FOR);
    assertThat(office.tickets.holder(late)).isNull();
  }

  @Test
  void aTicketIsGoodForHalfAMinute() {
    String used = office.tickets.issue(office.caller("alice")).secret();
    String late = office.tickets.issue(office.caller("alice")).secret();
    office.pass(Duration.ofSeconds(30).minusMillis(1));
    assertThat(office.tickets.use(used)).isNotNull();
    office.pass(Duration.ofMillis(1));
    assertThat(office.tickets.use(late)).isNull();
  }

  @Test
  void ofThoseWhoUseItAtOnceOneWins() {
    int users = 8;
    for (int round = 0; round < 200; round++) {
      String ticket = office.tickets.issue(office.caller("alice")).secret();
      AtomicInteger winners = new AtomicInteger();
      CyclicBarrier together = new CyclicBarrier(users);
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < users; i++) {
          var _ =
              threads.submit(() -> {
                together.await();
                return office.tickets.use(ticket) == null ? 0 : winners.incrementAndGet();
              });
        }
      }
      assertThat(winners).hasValue(1);
    }
  }

  @Test
  void aTicketEndsWithTheTokenThatItStandsFor() {
    Caller alice = office.authenticator.authenticate(office.token("alice", "a"));
    String ticket = office.tickets.issue(alice).secret();
    office.revocations.revoke(new Target.TokenId("a"), office.now.plusSeconds(60)).join();
    assertThat(office.authenticator.holds(Objects.requireNonNull(office.tickets.use(ticket))))
        .isFalse();
  }

  @Test
  void oneUsersTicketsKeepNobodyElseOut() {
    Caller alice = office.caller("alice");
    String first = office.tickets.issue(alice).secret();
    for (int i = 1; i < LiveTickets.PER_USER_MAX; i++) {
      office.tickets.issue(alice);
    }
    Refusal refusal = catchThrowableOfType(Refusal.class, () -> office.tickets.issue(alice));
    assertThat(refusal.problem().kind()).isEqualTo(Problem.Kind.RATE_LIMITED);
    office.tickets.issue(office.caller("bob"));
    assertThat(office.tickets.use(first)).isNotNull();
    office.tickets.issue(alice);
    office.pass(LiveTickets.GOOD_FOR);
    office.tickets.issue(alice);
  }
}
