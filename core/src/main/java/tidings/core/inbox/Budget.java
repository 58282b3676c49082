package tidings.core.inbox;

import java.util.function.BooleanSupplier;
import tidings.core.log.LogReader;

/** How much one reading may still look at. Used by one thread. */
final class Budget {
  /** To look one position up takes as long as so many rows in turn, with its few seeks … */
  static final int LOOKED_UP = 16;

  /** … and to read an entry as long as so many. */
  static final int ENTRY = 20;

  private final BooleanSupplier late;
  private int rows = LogReader.SCANNED_MAX;

  /**
   * @param late whether the time is over
   */
  Budget(BooleanSupplier late) {
    this.late = late;
  }

  Budget() {
    this(() -> false);
  }

  /** So many rows were read, or what takes as long. */
  void take(int count) {
    rows -= count;
  }

  /** Whether the reading is to end at the next opportunity. */
  boolean isSpent() {
    return rows <= 0 || isLate();
  }

  /** Whether the time is over. */
  boolean isLate() {
    return late.getAsBoolean();
  }
}
