package tidings.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class BackoffTest {
  private final Backoff backoff =
      new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30), new Random(1));

  @Test
  void delaysDoubleUpToTheLongestAndAreShortenedByAHalfAtMost() {
    long longest = 500;
    for (int i = 0; i < 20; i++) {
      assertThat(backoff.next())
          .isBetween(Duration.ofMillis(longest / 2), Duration.ofMillis(longest));
      longest = Math.min(2 * longest, 30_000);
    }
    backoff.reset();
    assertThat(backoff.next()).isLessThanOrEqualTo(Duration.ofMillis(500));
  }
}
