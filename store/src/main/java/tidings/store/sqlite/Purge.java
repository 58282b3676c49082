package tidings.store.sqlite;

import java.sql.SQLException;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import tidings.store.Retention;

/**
 * Takes the oldest entries out of the log, in steps short enough to go along with a group commit.
 * For the store writer alone.
 */
final class Purge {
  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Retention retention;
  private final InstantSource clock;
  private final LongSupplier nanoTicker;
  private final ClockGuard guard;

  /** The oldest entry kept, if it is known. */
  private PurgeTable.@Nullable Oldest oldest;

  private long refsDueMs;
  private boolean behind;

  Purge(Retention retention, Surroundings surroundings) {
    this.retention = retention;
    this.clock = surroundings.clock();
    this.nanoTicker = surroundings.nanoTicker();
    this.guard = new ClockGuard(clock, nanoTicker);
  }

  /**
   * Purges for at most about 5 ms, within a transaction.
   *
   * @param lowWater the lowest position kept so far
   * @param end the newest position
   * @param total bytes of all entries ever appended
   * @return the lowest position kept now
   */
  long step(PurgeTable table, long lowWater, long end, long total) throws SQLException {
    boolean clockAgrees = guard.agrees();
    Limits limits =
        new Limits(
            end - retention.count(),
            total - retention.bytes(),
            clockAgrees ? clock.millis() - retention.age().toMillis() : Long.MIN_VALUE);
    long low = lowWater;
    long began = nanoTicker.getAsLong();
    behind = false;
    while (low <= end && isDue(oldest(table, low), limits)) {
      if (isOver(began)) {
        behind = true;
        break;
      }
      low = table.purge(low, limits::isDue);
      oldest = null;
    }
    if (low > lowWater) {
      table.setLowWater(low);
      refsDueMs = 0;
    }
    while (clockAgrees && clock.millis() >= refsDueMs) {
      refsDueMs = table.purgeRefs(low, clock.millis());
      if (isOver(began)) {
        behind |= clock.millis() >= refsDueMs;
        break;
      }
    }
    return low;
  }

  private boolean isOver(long beganNanos) {
    return nanoTicker.getAsLong() - beganNanos > STEP_NANOS;
  }

  /** Whether the last step left something to do at once. */
  boolean isBehind() {
    return behind;
  }

  /** Forgets what it remembers of a transaction that was rolled back. */
  void forget() {
    oldest = null;
    refsDueMs = 0;
  }

  private PurgeTable.@Nullable Oldest oldest(PurgeTable table, long low) throws SQLException {
    if (oldest == null) {
      oldest = table.oldest(low);
    }
    return oldest;
  }

  private static boolean isDue(PurgeTable.@Nullable Oldest entry, Limits limits) {
    return entry != null && limits.isDue(entry);
  }

  /**
   * What has to go.
   *
   * @param position entries up to this one
   * @param total entries whose successors alone fill the bytes that may be kept
   * @param cutoffMs entries accepted before this
   */
  private record Limits(long position, long total, long cutoffMs) {
    boolean isDue(PurgeTable.Oldest entry) {
      return entry.position() <= position || entry.total() <= total || entry.timeMs() < cutoffMs;
    }
  }
}
