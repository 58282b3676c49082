package tidings.http.limit;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How often each of many may do something: a bucket of tokens each, kept as the moment at which it
 * will be full again (the generic cell rate algorithm, ITU-T I.371). Who did nothing for long is
 * forgotten; those who are more than can be told apart share one bucket. Thread-safe.
 */
public final class Rate<K> {
  private static final int KEYS_MAX = 50_000;
  private static final long FORGET_NANOS = 1_000_000_000;
  private static final Object ALL_OTHERS = new Object();

  private final long eachNanos;
  private final long burstNanos;
  private final LongSupplier ticker;
  private final Map<Object, Long> fullAt = new ConcurrentHashMap<>();
  private final AtomicLong forgotten;

  /**
   * @param times how often, at once and again within each period
   * @param periodNanos how long until a bucket is full again
   * @param ticker monotonic nanoseconds
   */
  public Rate(long times, long periodNanos, LongSupplier ticker) {
    this.eachNanos = periodNanos / times;
    this.burstNanos = eachNanos * (times - 1);
    this.ticker = ticker;
    this.forgotten = new AtomicLong(ticker.getAsLong());
  }

  /**
   * Takes one.
   *
   * @return 0, or after how many nanoseconds there will be one: then nothing is taken
   */
  public long take(K who) {
    long[] wait = {0};
    fullAt.compute(
        key(who),
        (k, full) -> {
          long now = ticker.getAsLong();
          long ahead = full == null ? 0 : Math.max(0, full - now);
          wait[0] = Math.max(0, ahead - burstNanos);
          return wait[0] > 0 ? full : Long.valueOf(now + ahead + eachNanos);
        });
    return wait[0];
  }

  /** Takes some more of whoever has taken one, on credit if need be. */
  public void takeMore(K who, int times) {
    fullAt.compute(
        key(who),
        (k, full) -> {
          long now = ticker.getAsLong();
          return (full == null || full - now < 0 ? now : full) + times * eachNanos;
        });
  }

  /** After how many nanoseconds there is one to take; 0 for now. */
  public long nanosUntil(K who) {
    Long full = fullAt.get(key(who));
    return full == null ? 0 : Math.max(0, full - ticker.getAsLong() - burstNanos);
  }

  /** In whole seconds, rounded up, as Retry-After says it. */
  public static int seconds(long nanos) {
    return Math.toIntExact((nanos + 999_999_999) / 1_000_000_000);
  }

  int size() {
    return fullAt.size();
  }

  private Object key(K who) {
    if (fullAt.size() < KEYS_MAX || fullAt.containsKey(who)) {
      return who;
    }
    long now = ticker.getAsLong();
    long last = forgotten.get();
    if (now - last >= FORGET_NANOS && forgotten.compareAndSet(last, now)) {
      fullAt.values().removeIf(full -> full - now <= 0);
    }
    return fullAt.size() < KEYS_MAX ? who : ALL_OTHERS;
  }
}
