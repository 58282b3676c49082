package tidings.core.delivery;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What a dispatcher has done: written by its thread alone, read by any, a moment late at most. */
public final class Traffic {
  private final AtomicLong delivered = new AtomicLong();
  private final AtomicLong fellBehind = new AtomicLong();
  private final AtomicLong replayed = new AtomicLong();
  private final AtomicLong gaps = new AtomicLong();
  private final AtomicInteger subscribers = new AtomicInteger();
  private int nowS;

  /** Notifications written to subscribers. */
  public long delivered() {
    return delivered.get();
  }

  /** How often a subscriber turned from live to replay. */
  public long fellBehind() {
    return fellBehind.get();
  }

  /** Notifications among those delivered that were read again from the tail or the log. */
  public long replayed() {
    return replayed.get();
  }

  /** Gaps announced for what retention had removed. */
  public long gaps() {
    return gaps.get();
  }

  /** Streams that are open now. */
  public int subscribers() {
    return subscribers.get();
  }

  void delivered(long count, boolean live) {
    delivered.lazySet(delivered.getPlain() + count);
    if (!live) {
      replayed.lazySet(replayed.getPlain() + count);
    }
  }

  void subscribers(int now) {
    subscribers.lazySet(now);
  }

  void countFellBehind() {
    fellBehind.lazySet(fellBehind.getPlain() + 1);
  }

  void gap() {
    gaps.lazySet(gaps.getPlain() + 1);
  }

  void clock(long nanos) {
    nowS = (int) TimeUnit.NANOSECONDS.toSeconds(nanos);
  }

  /** Seconds of the dispatcher's ticker, a second late at most; for its own thread. */
  int nowS() {
    return nowS;
  }
}
