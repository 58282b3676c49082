package tidings.core.inbox;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import tidings.core.notification.Level;

/**
 * The numbers by which the address index says type, source and level: positive ones, and some
 * constants. A number stands for the same as long as the store is open, also if the transaction for
 * which it was given out was rolled back. The writer adds; any thread reads.
 */
public final class Sorts {
  /** More sorts than are kept are known: the log says. */
  public static final int UNKNOWN = 0;

  /** An entry that withdraws one. */
  public static final int WITHDRAWAL = -1;

  /** Only for those who listen now. */
  public static final int ONLY_ACTIVE = -2;

  /** Replaced at this address. */
  public static final int REPLACED = -3;

  /** How many are kept. */
  public static final int MAX = 65_536;

  /**
   * What an entry is to filters.
   *
   * @param type empty if it has none
   * @param source empty if it has none
   */
  public record Sort(String type, String source, Level level) {}

  private final Map<Sort, Integer> numbers = new ConcurrentHashMap<>();
  private final AtomicReferenceArray<@Nullable Sort> sorts = new AtomicReferenceArray<>(MAX + 1);
  private volatile int highest;

  /**
   * Adds a stored one, at the start.
   *
   * @param number 1 to {@link #MAX}
   */
  public void put(int number, Sort sort) {
    sorts.set(number, sort);
    numbers.put(sort, number);
    highest = Math.max(highest, number);
  }

  /**
   * The number of a sort, given out now if it is new: then the writer stores it with the first row
   * that it commits with it. {@link #UNKNOWN} if there are too many.
   */
  public int number(Sort sort) {
    Integer known = numbers.get(sort);
    if (known != null) {
      return known;
    }
    if (highest == MAX) {
      return UNKNOWN;
    }
    put(highest + 1, sort);
    return highest;
  }

  /** The number of a sort if it has one, else {@link #UNKNOWN}. */
  public int find(Sort sort) {
    return numbers.getOrDefault(sort, UNKNOWN);
  }

  /** The highest number that was given out; 0 if none was. */
  int highest() {
    return highest;
  }

  /** What a number stands for, null if it was not given out. */
  public @Nullable Sort get(int number) {
    return sorts.get(number);
  }
}
