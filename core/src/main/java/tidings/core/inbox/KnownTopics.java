package tidings.core.inbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The topics of kept entries, up to 20,000, for whoever follows patterns; each with an upper bound
 * of its newest position. A bound that is too high costs a look in vain, one that is too low would
 * hide an entry. The writer adds; any thread reads.
 */
public final class KnownTopics {
  /** How many are known. */
  public static final int MAX = 20_000;

  private static final int ADDED_MAX = 2 * MAX;

  private final Map<String, Long> bounds = new ConcurrentHashMap<>();
  private final List<String> added = new ArrayList<>(); // the latest; guarded by itself
  private long forgotten; // how many were added before those; guarded by added
  private volatile boolean whole = true;

  /**
   * A topic gets a row here, or may, be it a withdrawal's; the writer says so before it commits.
   * With the end of the log for all that are stored, at the start.
   */
  public void raise(String topic, long position) {
    if (bounds.computeIfPresent(topic, (t, bound) -> Math.max(bound, position)) != null) {
      return;
    }
    if (bounds.size() >= MAX) {
      whole = false;
      return;
    }
    bounds.put(topic, position);
    synchronized (added) {
      added.add(topic);
      if (added.size() > ADDED_MAX) {
        added.subList(0, MAX).clear();
        forgotten += MAX;
      }
    }
  }

  /** The last entry of a topic is gone; the writer says so after it has committed. */
  public void gone(String topic) {
    bounds.remove(topic);
  }

  /**
   * All that are stored, now that they may be few enough again; the writer says so, between two
   * commits.
   *
   * @param end the end of the log
   */
  public void complete(List<String> all, long end) {
    for (String topic : all) {
      if (!bounds.containsKey(topic)) {
        raise(topic, end);
      }
    }
    whole = bounds.keySet().containsAll(all);
  }

  /** Whether no topic was left out because there were too many. */
  public boolean isWhole() {
    return whole;
  }

  /** All that are known now, in no order. */
  List<String> all() {
    return List.copyOf(bounds.keySet());
  }

  /** How many were added so far, to ask {@link #since} later. */
  long additions() {
    synchronized (added) {
      return forgotten + added.size();
    }
  }

  /**
   * What was added since, maybe known before, maybe gone again; null if that is too long ago, and
   * {@link #all} has to be looked at anew.
   */
  @Nullable List<String> since(long additions) {
    synchronized (added) {
      return additions < forgotten
          ? null
          : List.copyOf(added.subList((int) (additions - forgotten), added.size()));
    }
  }

  /** A topic's newest entry is not above this. */
  long bound(String topic) {
    Long bound = bounds.get(topic);
    return bound != null ? bound : whole ? 0 : Long.MAX_VALUE;
  }

  /**
   * Notes what a reader found, unless the topic got an entry meanwhile.
   *
   * @param bound as it was, at or below the end of the reader's snapshot
   * @param newest what the reader found, 0 for none
   */
  void lower(String topic, long bound, long newest) {
    bounds.replace(topic, bound, newest);
  }
}
