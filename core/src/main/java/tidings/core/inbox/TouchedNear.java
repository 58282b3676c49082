package tidings.core.inbox;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the exceptions of positions that are asked for mostly in falling order. Used by one thread.
 */
final class TouchedNear {
  private static final int ROWS = 64;

  private final Snapshot snapshot;
  private final long person;
  private List<Touched> rows = List.of();
  private int next; // the newest of the rows at or below what was asked last
  private long from = -1; // the rows are all that there are from here …
  private long to; // … down to here

  TouchedNear(Snapshot snapshot, Person person) {
    this.snapshot = snapshot;
    this.person = person.number();
  }

  /** What is kept of a position, null if nothing is. */
  @Nullable Touched at(long position) {
    if (position > from || position < to) {
      rows = snapshot.touched(person, 0, position, ROWS);
      from = position;
      to = rows.size() < ROWS ? 0 : rows.getLast().position();
      next = 0;
    }
    while (next > 0 && rows.get(next - 1).position() <= position) {
      next--;
    }
    while (next < rows.size() && rows.get(next).position() > position) {
      next++;
    }
    return next < rows.size() && rows.get(next).position() == position ? rows.get(next) : null;
  }
}
