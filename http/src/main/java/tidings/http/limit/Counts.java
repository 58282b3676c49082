package tidings.http.limit;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts what each of many has under way, up to a limit. Holds nothing of who has nothing.
 * Thread-safe.
 */
public final class Counts<K> {
  private final int max;
  private final Map<K, Integer> under = new ConcurrentHashMap<>();

  public Counts(int max) {
    this.max = max;
  }

  /** Counts one more, unless that is too many; then it is not to be left. */
  public boolean enter(K who) {
    if (under.merge(who, 1, Integer::sum) > max) {
      leave(who);
      return false;
    }
    return true;
  }

  public void leave(K who) {
    under.computeIfPresent(who, (k, count) -> count == 1 ? null : count - 1);
  }
}
