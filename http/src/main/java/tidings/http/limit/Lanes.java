package tidings.http.limit;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Has each of many do a few things at a time, in the order they come: who asks for much waits
 * behind nobody but themselves. Holds nothing of who does nothing. Thread-safe.
 */
public final class Lanes<K> {
  private final int width;
  private final Map<K, Lane> lanes = new ConcurrentHashMap<>();

  /**
   * @param width how many things of each at a time
   */
  public Lanes(int width) {
    this.width = width;
  }

  private record Lane(Semaphore free, int users) {}

  /** Runs a task once it is its turn; until then this waits. */
  public void run(K who, Runnable task) {
    Semaphore free = enter(who);
    try {
      free.acquireUninterruptibly();
      try {
        task.run();
      } finally {
        free.release();
      }
    } finally {
      leave(who);
    }
  }

  private Semaphore enter(K who) {
    return lanes.merge(
            who,
            new Lane(new Semaphore(width, true), 1),
            (lane, one) -> new Lane(lane.free, lane.users + 1))
        .free;
  }

  private void leave(K who) {
    lanes.computeIfPresent(
        who, (k, lane) -> lane.users == 1 ? null : new Lane(lane.free, lane.users - 1));
  }

  int size() {
    return lanes.size();
  }
}
