package tidings.store.sqlite;

import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * What the writer does beside commands: after each group at most a step of one thing, in a
 * transaction of its own, so that nobody's answer waits for it or fails with it. Erasing comes
 * first, then the full text, then the words of who was erased and what says nothing any more; while
 * commands wait, each has a share of the writer's time. For the store writer alone.
 */
final class Chores {
  /** How long a step takes, about … */
  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private static final long SWEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** … and how much it writes at most, with what is merged. */
  static final long STEP_BYTES = 256 << 10;

  /** Full text waits for so many entries, or so long: each step adds a segment to be merged. */
  private static final long GATHERED = 200;

  private static final long GATHERING_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /** When nothing has come for so long, nothing waits: who was just answered may come again. */
  private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** So much below the low-water mark is left in the full text. */
  private static final long TRIMMED = 256;

  /** A round of the sweep begins this often. */
  private static final long ROUND_NANOS = TimeUnit.HOURS.toNanos(1);

  /** After a failure nothing is tried for so long. */
  private static final long FAILED_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LongSupplier nanoTicker;
  private final Map<Chore, Long> restedNanos = new EnumMap<>(Chore.class); // when each may go on
  private Chore last = Chore.NONE;
  private long beganNanos; // when the last step began
  private long gatheringNanos; // since when the first entry waits to be indexed
  private boolean gathering;
  private long roundNanos;
  private boolean topicsDue;
  private long trimmedBelow;
  private long failedNanos;

  private enum Chore {
    ERASE(1),
    INDEX(12),
    MERGE(INDEX.share),
    SWEEP(50),
    TOPICS(1_000),
    TRIM(INDEX.share), // or what goes would not keep pace with what comes
    NONE(1);

    /** While commands wait, it gets one of so many parts of the writer's time. */
    private final int share;

    Chore(int share) {
      this.share = share;
    }
  }

  Chores(LongSupplier nanoTicker) {
    this.nanoTicker = nanoTicker;
    long now = nanoTicker.getAsLong();
    this.roundNanos = now - ROUND_NANOS;
    this.failedNanos = now - FAILED_NANOS;
  }

  /**
   * Whether a step is due.
   *
   * @param isIdle whether no command came for a while
   */
  boolean isDue(Tables tables, long lowWater, long end, boolean isIdle) {
    return next(tables, lowWater, end, isIdle) != Chore.NONE;
  }

  private Chore next(Tables tables, long lowWater, long end, boolean isIdle) {
    long now = nanoTicker.getAsLong();
    if (now - failedNanos < FAILED_NANOS) {
      return Chore.NONE;
    }
    if (tables.erasures.isWalking()) {
      return Chore.ERASE;
    }
    if (isIndexDue(end - tables.search.indexed(), now) && mayRun(Chore.INDEX, now, isIdle)) {
      return Chore.INDEX;
    }
    if (tables.erasures.isMerging() && mayRun(Chore.MERGE, now, isIdle)) {
      return Chore.MERGE;
    }
    if (now - roundNanos >= ROUND_NANOS) {
      roundNanos = now;
      tables.sweep.beginRound();
      topicsDue = true;
    }
    if (topicsDue && !tables.beliefs.topics().areKnown() && mayRun(Chore.TOPICS, now, isIdle)) {
      return Chore.TOPICS;
    }
    if (tables.sweep.isPending() && mayRun(Chore.SWEEP, now, isIdle)) {
      return Chore.SWEEP;
    }
    return lowWater - trimmedBelow >= TRIMMED && mayRun(Chore.TRIM, now, isIdle)
        ? Chore.TRIM
        : Chore.NONE;
  }

  private boolean mayRun(Chore chore, long now, boolean isIdle) {
    return isIdle || now - restedNanos.getOrDefault(chore, now) >= 0;
  }

  private boolean isIndexDue(long waiting, long now) {
    if (waiting > 0 && !gathering) {
      gatheringNanos = now;
    }
    gathering = waiting > 0;
    boolean isEnough = waiting >= GATHERED || now - gatheringNanos >= GATHERING_NANOS;
    return gathering && isEnough;
  }

  /** Does the step that is due. */
  void step(Transaction transaction, boolean isIdle) throws SQLException {
    Tables tables = transaction.tables();
    long lowWater = transaction.lowWater();
    long end = transaction.end();
    last = next(tables, lowWater, end, isIdle);
    beganNanos = nanoTicker.getAsLong();
    switch (last) {
      case ERASE -> tables.erasures.walk(transaction, after(STEP_NANOS));
      case INDEX -> {
        tables.search.index(lowWater, end, after(STEP_NANOS));
        gathering = tables.search.indexed() < end;
      }
      case MERGE -> tables.erasures.merge(tables.search);
      case SWEEP -> tables.sweep.step(lowWater, after(SWEEP_NANOS));
      case TOPICS -> {
        topicsDue = false;
        tables.completeTopics(end);
      }
      case TRIM -> {
        if (!tables.search.deleteBelow(lowWater, after(STEP_NANOS))) {
          trimmedBelow = lowWater;
        }
      }
      case NONE -> {}
    }
  }

  private BooleanSupplier after(long nanos) {
    long began = nanoTicker.getAsLong();
    return () -> nanoTicker.getAsLong() - began >= nanos;
  }

  /** A step was committed, with all that SQLite then merges. */
  void committed() {
    long now = nanoTicker.getAsLong();
    restedNanos.put(last, now + (last.share - 1) * (now - beganNanos));
  }

  /** A step was undone. */
  void failed() {
    failedNanos = nanoTicker.getAsLong();
  }

  /**
   * How long the writer may wait for a command before it looks again.
   *
   * @param atMost if there is nothing to do
   */
  long patienceNanos(Tables tables, long lowWater, long end, long atMost) {
    if (nanoTicker.getAsLong() - failedNanos < FAILED_NANOS) {
      return FAILED_NANOS;
    }
    return switch (next(tables, lowWater, end, true)) {
      case ERASE -> 0;
      case INDEX, MERGE, SWEEP, TOPICS, TRIM -> IDLE_NANOS;
      case NONE -> gathering ? GATHERING_NANOS : atMost;
    };
  }
}
