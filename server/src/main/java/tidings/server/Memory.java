package tidings.server;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.Comparator;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the heap: while even a full collection leaves it nearly full, some of what fills it is
 * let go. {@link #isShort()} may be called by any thread.
 */
final class Memory implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(Memory.class);

  /** What a collection may leave in use, of all there is. */
  private static final double FULL = 0.85;

  private static final int LOOK_MS = 1_000;

  /** Full collections stop everything: they take one so many-th of the time at most. */
  private static final int OTHER_TIMES = 10;

  /** Where objects end up that last. */
  private final MemoryPoolMXBean lasting =
      ManagementFactory.getMemoryPoolMXBeans().stream()
          .filter(pool -> pool.getType() == MemoryType.HEAP && pool.isUsageThresholdSupported())
          .max(Comparator.comparingLong(pool -> pool.getUsage().getMax()))
          .orElseThrow();

  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("memory").factory());
  private final LongSupplier ticker;
  private final Runnable letGo;
  private volatile boolean isShort;

  /**
   * @param ticker monotonic nanoseconds
   * @param letGo lets some of what fills the memory go; called again until that is enough
   */
  Memory(LongSupplier ticker, Runnable letGo) {
    this.ticker = ticker;
    this.letGo = letGo;
    later(LOOK_MS);
  }

  private void later(long ms) {
    var _ = watch.schedule(this::look, ms, TimeUnit.MILLISECONDS);
  }

  /** Whether the heap is nearly full of what is needed. */
  boolean isShort() {
    return isShort;
  }

  private void look() {
    long began = ticker.getAsLong();
    if (isFull()) {
      System.gc(); // the last collection may have left garbage; this one says what is needed
    }
    boolean now = isFull();
    if (now != isShort) {
      isShort = now;
      if (now) {
        logger.warn("memory is short: the newest streams are sent away; see -Xmx");
      } else {
        logger.info("memory is not short any more");
      }
    }
    if (now) {
      letGo.run();
    }
    later(LOOK_MS + OTHER_TIMES * TimeUnit.NANOSECONDS.toMillis(ticker.getAsLong() - began));
  }

  private boolean isFull() {
    MemoryUsage left = lasting.getCollectionUsage();
    return left != null && left.getUsed() > FULL * left.getMax();
  }

  @Override
  public void close() {
    watch.shutdownNow();
  }
}
