package tidings.rabbitmq;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Doubling delays, each shortened by up to a half at random. Not thread-safe. */
final class Backoff {
  private final long firstMs;
  private final long maxMs;
  private final RandomGenerator random;
  private long nextMs;

  Backoff(Duration first, Duration max, RandomGenerator random) {
    this.firstMs = first.toMillis();
    this.maxMs = max.toMillis();
    this.random = random;
    this.nextMs = firstMs;
  }

  Duration next() {
    long delayMs = nextMs;
    nextMs = Math.min(2 * nextMs, maxMs);
    return Duration.ofMillis(delayMs - random.nextLong(delayMs / 2 + 1));
  }

  void reset() {
    nextMs = firstMs;
  }
}
