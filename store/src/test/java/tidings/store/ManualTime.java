package tidings.store;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** A wall clock and a monotonic one, both set by hand. Thread-safe. */
public final class ManualTime implements InstantSource {
  private final AtomicLong wallMs = new AtomicLong(1_760_000_000_000L);
  private final AtomicLong nanos = new AtomicLong();

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(wallMs.get());
  }

  public long nanos() {
    return nanos.get();
  }

  /** Time passes. */
  public void pass(Duration duration) {
    nanos.addAndGet(duration.toNanos());
    wallMs.addAndGet(duration.toMillis());
  }

  /** The wall clock is set; no time passes. */
  public void jump(Duration duration) {
    wallMs.addAndGet(duration.toMillis());
  }
}
