package tidings.core.presence;

import java.util.Map;
import java.util.TreeMap;

/**
 * How many streams of each user there are: of those whom a query wants, the first in its order, and
 * one more. Used by one thread at a time.
 */
public final class Streams {
  private final Query query;
  private final TreeMap<String, Integer> counts = new TreeMap<>(Utf8Order.ORDER);

  public Streams(Query query) {
    this.query = query;
  }

  /** Counts so many more of a user. */
  public void add(String user, int streams) {
    if (streams > 0 && query.wants(user)) {
      counts.merge(user, streams, Integer::sum);
      if (counts.size() > query.limit() + 1) {
        counts.pollLastEntry(); // so many come before it, and stay
      }
    }
  }

  /** This, with what was counted elsewhere for the same query. */
  public Streams and(Streams other) {
    other.counts.forEach(this::add);
    return this;
  }

  Map<String, Integer> counts() {
    return counts;
  }
}
