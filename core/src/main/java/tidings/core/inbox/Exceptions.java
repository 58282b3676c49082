package tidings.core.inbox;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The entries that a person marked by themselves as unread, or as archived. */
final class Exceptions implements Candidates {
  private static final int ROWS = 64;

  private final View view;
  private final Snapshot.Flag flag;
  private final long above;
  private final Budget budget;
  private long upTo;
  private List<Touched> rows = List.of();
  private int taken;

  Exceptions(View view, Snapshot.Flag flag, long above, long upTo, Budget budget) {
    this.view = view;
    this.flag = flag;
    this.above = above;
    this.upTo = upTo;
    this.budget = budget;
  }

  @Override
  public @Nullable Candidate next() {
    if (taken == rows.size()) {
      rows = view.snapshot.touched(view.person.number(), flag, above, upTo, ROWS);
      taken = 0;
      if (rows.isEmpty()) {
        return null;
      }
      upTo = rows.getLast().position() - 1;
    }
    budget.take(Budget.LOOKED_UP);
    return view.at(rows.get(taken++).position());
  }
}
