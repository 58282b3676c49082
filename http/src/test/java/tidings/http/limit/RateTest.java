package tidings.http.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class RateTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - SECOND); // it may overflow
  private final Rate<Integer> rate = new Rate<>(4, SECOND, now::get);

  private int takeAll(int who) {
    int taken = 0;
    while (rate.take(who) == 0) {
      taken++;
    }
    return taken;
  }

  @Test
  void aBucketThatIsEmptyFillsAgainAtItsPace() {
    assertThat(takeAll(1)).isEqualTo(4);
    assertThat(rate.take(1)).isEqualTo(SECOND / 4);
    assertThat(takeAll(2)).as("another's").isEqualTo(4);
    now.addAndGet(SECOND / 4);
    assertThat(takeAll(1)).isEqualTo(1);
    now.addAndGet(10 * SECOND);
    assertThat(takeAll(1)).as("never more than it holds").isEqualTo(4);
  }

  @Test
  void whatIsTakenOnCreditIsPaidBack() {
    assertThat(rate.take(1)).isZero();
    rate.takeMore(1, 11);
    assertThat(rate.nanosUntil(1)).isEqualTo(2 * SECOND + SECOND / 4);
    now.addAndGet(2 * SECOND);
    assertThat(rate.take(1)).isEqualTo(SECOND / 4);
    now.addAndGet(SECOND / 4);
    assertThat(rate.take(1)).isZero();
  }

  @Test
  void lookingTakesNothing() {
    for (int i = 0; i < 10; i++) {
      assertThat(rate.nanosUntil(1)).isZero();
    }
    assertThat(takeAll(1)).isEqualTo(4);
  }

  /** An attacker has more addresses than the hub has memory. */
  @Test
  void soManyAreToldApartAndNoMore() {
    for (int who = 0; who < 60_000; who++) {
      rate.takeMore(who, 4);
    }
    assertThat(rate.size()).isLessThanOrEqualTo(50_001);
    assertThat(rate.take(1_000_000)).as("one of all others").isPositive();
    now.addAndGet(10_000 * SECOND);
    assertThat(takeAll(1_000_000)).as("the others are forgotten").isEqualTo(4);
    assertThat(rate.size()).isEqualTo(1);
  }
}
