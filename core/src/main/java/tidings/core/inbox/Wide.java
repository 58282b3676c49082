package tidings.core.inbox;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tidings.core.notification.Address;

/**
 * Every entry of the log in turn, whether it reaches the person or not: where most do, or where
 * their ranges are too many.
 */
final class Wide implements Candidates {
  private static final int ROWS = 128;

  private final View view;
  private final long above;
  private final Budget budget;
  private long upTo;
  private List<WideRow> rows = List.of();
  private int taken;

  Wide(View view, long above, long upTo, Budget budget) {
    this.view = view;
    this.above = above;
    this.upTo = upTo;
    this.budget = budget;
  }

  @Override
  public @Nullable Candidate next() {
    if (taken == rows.size()) {
      rows = view.snapshot.wide(above, upTo, ROWS);
      taken = 0;
      budget.take(rows.size());
      if (rows.isEmpty()) {
        return null;
      }
      upTo = rows.getLast().position() - 1;
    }
    WideRow row = rows.get(taken++);
    long position = row.position();
    if (row.keyed() || row.sort() == Sorts.WITHDRAWAL) {
      budget.take(Budget.LOOKED_UP);
      return view.at(position);
    }
    List<Row> reaching =
        row.to().stream()
            .filter(address -> view.isReached(address, position))
            .map(address -> row(row, address))
            .toList();
    return new Candidate(position, reaching);
  }

  private static Row row(WideRow row, Address address) {
    return new Row(address, row.position(), row.sort(), row.expiresMs(), 0, 0);
  }
}
