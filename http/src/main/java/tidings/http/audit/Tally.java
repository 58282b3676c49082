package tidings.http.audit;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Says what is told at once, and counts those like it that follow. Of those that differ, so many
 * are told apart between two sweeps, of one network and of all. Thread-safe.
 */
final class Tally {
  /** How many kinds are told apart. */
  static final int KINDS_MAX = 200;

  /** Stands for the calls of a network of which too many kinds were told. */
  private static final String SEVERAL = "several";

  private final int perNetworkMax;
  private final ReentrantLock lock = new ReentrantLock();
  private Swept current = new Swept(); // under the lock

  /** What makes two alike. */
  record Kind(String what, InetAddress network, String call, int status, @Nullable String user) {}

  /** What there was between two sweeps. */
  static final class Swept {
    /** Of each kind, how many there were beyond the one that was told. */
    final Map<Kind, Integer> more = new HashMap<>();

    /** How many were of too many kinds. */
    int others;

    private final Map<InetAddress, Integer> kinds = new HashMap<>();

    private @Nullable Kind count(Kind exact, int perNetworkMax) {
      Kind kind = exact;
      if (!more.containsKey(exact) && kinds.getOrDefault(exact.network, 0) >= perNetworkMax) {
        kind = new Kind(exact.what, exact.network, SEVERAL, exact.status, null);
      }
      if (more.computeIfPresent(kind, (k, times) -> times + 1) != null) {
        return null;
      }
      if (more.size() >= KINDS_MAX) {
        others++;
        return null;
      }
      more.put(kind, 0);
      kinds.merge(kind.network, 1, Integer::sum);
      return kind;
    }
  }

  /**
   * @param perNetworkMax after how many kinds those of one network are told as {@code several}
   */
  Tally(int perNetworkMax) {
    this.perNetworkMax = perNetworkMax;
  }

  /** Which line to write, null if it is only counted. */
  @Nullable Kind count(Kind kind) {
    lock.lock();
    try {
      return current.count(kind, perNetworkMax);
    } finally {
      lock.unlock();
    }
  }

  /** What there was since the last sweep; counts anew. */
  Swept sweep() {
    lock.lock();
    try {
      Swept swept = current;
      current = new Swept();
      return swept;
    } finally {
      lock.unlock();
    }
  }
}
