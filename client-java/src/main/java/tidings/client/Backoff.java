package tidings.client;

import java.util.random.RandomGenerator;

/** Waits that double from a quarter of a second to ten, each cut short at random by up to half. */
final class Backoff {
  private static final long MIN_MS = 250;
  private static final long MAX_MS = 10_000;

  private final RandomGenerator random;
  private long waitMs = MIN_MS;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  /** Begins anew with the shortest. */
  void reset() {
    waitMs = MIN_MS;
  }

  long nextMs() {
    long millis = waitMs / 2 + random.nextLong(waitMs / 2 + 1);
    waitMs = Math.min(MAX_MS, 2 * waitMs);
    return millis;
  }
}
