package tidings.core.inbox;

import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tidings.core.log.Entry;

/** A rule over type, source and level that looks at each sort once. Used by one thread. */
final class SortTest {
  private final Sorts sorts;
  private final Predicate<Sorts.Sort> rule;
  private final Budget budget;
  private final BitSet lookedAt = new BitSet();
  private final BitSet admitted = new BitSet();

  SortTest(Sorts sorts, Predicate<Sorts.Sort> rule, Budget budget) {
    this.sorts = sorts;
    this.rule = rule;
    this.budget = budget;
  }

  /**
   * Whether an entry is admitted.
   *
   * @param number 0 or more
   */
  boolean admits(int number, long position, Snapshot snapshot) {
    if (lookedAt.get(number)) {
      return admitted.get(number);
    }
    Sorts.Sort sort = number == Sorts.UNKNOWN ? null : sorts.get(number);
    if (sort == null) {
      return admits(position, snapshot);
    }
    lookedAt.set(number);
    admitted.set(number, rule.test(sort));
    return admitted.get(number);
  }

  private boolean admits(long position, Snapshot snapshot) {
    budget.take(Budget.ENTRY);
    List<Entry> entries = snapshot.entries(List.of(position));
    return !entries.isEmpty() && rule.test(sort(entries.getFirst()));
  }

  private static Sorts.Sort sort(Entry entry) {
    return new Sorts.Sort(orEmpty(entry.type()), orEmpty(entry.source()), entry.level());
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
