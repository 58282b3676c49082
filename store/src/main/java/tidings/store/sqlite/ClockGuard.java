package tidings.store.sqlite;

import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells whether the wall clock can be believed: not while it has moved by over an hour more or less
 * than the monotonic one since they last agreed. A new start believes the clock as it is then. For
 * one thread.
 */
final class ClockGuard {
  private static final Logger log = LoggerFactory.getLogger(ClockGuard.class);
  private static final long TOLERANCE_MS = Duration.ofHours(1).toMillis();

  private final InstantSource clock;
  private final LongSupplier nanoTicker;
  private long agreedWallMs;
  private long agreedNanos;
  private boolean paused;

  ClockGuard(InstantSource clock, LongSupplier nanoTicker) {
    this.clock = clock;
    this.nanoTicker = nanoTicker;
    this.agreedWallMs = clock.millis();
    this.agreedNanos = nanoTicker.getAsLong();
  }

  boolean agrees() {
    long wallMs = clock.millis();
    long nanos = nanoTicker.getAsLong();
    long jumpMs = wallMs - agreedWallMs - (nanos - agreedNanos) / 1_000_000;
    if (Math.abs(jumpMs) <= TOLERANCE_MS) {
      agreedWallMs = wallMs;
      agreedNanos = nanos;
      if (paused) {
        paused = false;
        log.info("the wall clock is right again: purging by age goes on");
      }
      return true;
    }
    if (!paused) {
      paused = true;
      log.warn(
          "the wall clock jumped by {}: purging by age pauses until it is back, or the hub restarts",
          Duration.ofMillis(jumpMs));
    }
    return false;
  }
}
