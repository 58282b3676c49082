package tidings.core.delivery;

/** A stretch of work, after which the loop does something else. */
final class Slice {
  /** It ends after so many subscribers … */
  static final int SUBSCRIBERS_MAX = 256;

  /** … or after so many nanoseconds. */
  private static final long NS_MAX = 1_000_000;

  private final Shared shared;
  private final long deadline;
  private int left = SUBSCRIBERS_MAX;

  /** The clock's time when it began. */
  final long nowMs;

  Slice(Shared shared) {
    this.shared = shared;
    this.deadline = shared.nanos() + NS_MAX;
    this.nowMs = shared.nowMs();
  }

  /** Whether there is time left. */
  boolean hasTime() {
    return shared.nanos() <= deadline;
  }

  /** Takes one more subscriber, if there is room; looks at the ticker before every 16th. */
  boolean takesOne() {
    return left-- > 0 && ((left & 15) != 0 || hasTime());
  }
}
