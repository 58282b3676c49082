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

  private final long changes; // of credentials, when it began

  Slice(Shared shared) {
    this.shared = shared;
    this.deadline = shared.nanos() + NS_MAX;
    this.nowMs = shared.nowMs();
    this.changes = shared.validity().changes();
  }

  /** Whether there is time left. */
  boolean hasTime() {
    return shared.nanos() <= deadline;
  }

  /**
   * Whether a subscriber's credentials have ended: asked before anything is written to it. Whether
   * they were taken back is looked up only if any were since the last time.
   */
  boolean isOver(Subscriber subscriber) {
    if (nowMs >= subscriber.expiresMs) {
      return true;
    }
    if (subscriber.changes == changes) {
      return false;
    }
    if (!shared.validity().holds(subscriber.caller)) {
      return true;
    }
    subscriber.changes = changes;
    return false;
  }

  /** Takes one more subscriber, if there is room; looks at the ticker before every 16th. */
  boolean takesOne() {
    return left-- > 0 && ((left & 15) != 0 || hasTime());
  }
}
