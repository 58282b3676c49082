package tidings.core.inbox;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The newest unread entries of an inbox, and how far down was looked for them; kept up from one
 * reading to the next. Used by one thread.
 */
final class Stretch {
  /** So many are kept: one more than is counted. */
  static final int KEPT_MAX = 1_000;

  private record Kept(long position, long expiresMs, boolean unseen) {}

  private static final int KEPT_BYTES = 48;

  private final boolean unseenOnly;
  private final List<Kept> kept = new ArrayList<>(); // the newest first
  private long top = -1; // the newest position that was looked at; -1 if none was
  private long bottom; // all above it was looked at
  private long rev;
  private Mark read = Mark.NONE;
  private Mark archived = Mark.NONE;

  /**
   * @param unseenOnly whether only those are kept that were not seen either
   */
  Stretch(boolean unseenOnly) {
    this.unseenOnly = unseenOnly;
  }

  /** The revision up to which it is kept. */
  long rev() {
    return rev;
  }

  int size() {
    return kept.size();
  }

  int unseen(long seen) {
    return (int) kept.stream().filter(k -> k.unseen() && k.position() > seen).count();
  }

  /** Whether everything above a position was looked at. */
  boolean reaches(long position) {
    return bottom <= position;
  }

  /** About how many bytes of memory it takes. */
  long weight() {
    return 200 + (long) KEPT_BYTES * kept.size();
  }

  /**
   * Catches up with a reading, and looks further down if too few are left.
   *
   * @param changes those since {@link #rev}; null if they are not known
   * @return false if the budget was spent before it was done: then it goes on in another reading
   */
  boolean update(View view, Plans plans, Budget budget, @Nullable List<Change> changes) {
    TouchedNear exceptions = new TouchedNear(view.snapshot, view.person);
    boolean goesOn =
        top >= 0
            && changes != null
            && arrived(view, plans, budget, exceptions)
            && apply(changes, view, exceptions);
    if (!goesOn) {
      kept.clear();
      top = view.snapshot.end();
      bottom = top;
    }
    rev = view.person.rev();
    read = view.person.read();
    archived = view.person.archived();
    kept.removeIf(k -> k.position() < view.snapshot.lowWater() || !view.isLasting(k.expiresMs()));
    kept.removeIf(k -> unseenOnly && k.position() <= view.person.seen());
    boolean done = extend(view, plans, budget, exceptions);
    while (kept.size() > KEPT_MAX) {
      bottom = kept.removeLast().position();
    }
    return done;
  }

  /** Takes what came after the top; false if that takes a new beginning. */
  private boolean arrived(View view, Plans plans, Budget budget, TouchedNear exceptions) {
    List<Kept> fresh = new ArrayList<>();
    Set<Long> gone = new HashSet<>(); // replaced or withdrawn
    long end = view.snapshot.end();
    Candidates arrivals = plans.all(top, end);
    for (Candidate one = arrivals.next(); one != null; one = arrivals.next()) {
      if (budget.isSpent() || one.rows().stream().anyMatch(this::hides)) {
        return false;
      }
      one.rows().forEach(row -> gone.add(row.replaces()));
      Kept counts = counts(view, one, exceptions);
      if (counts != null) {
        fresh.add(counts);
      }
    }
    kept.addAll(0, fresh);
    top = end;
    for (Kept old : List.copyOf(kept)) {
      if (gone.contains(old.position())) {
        lookAgain(old.position(), view, exceptions);
      }
    }
    return true;
  }

  /** Whether it withdrew what came and went unseen, and may have replaced something. */
  private boolean hides(Row row) {
    return row.sort() == Sorts.WITHDRAWAL && row.replaces() > top;
  }

  /** Makes up for changes; false if that takes a new beginning. */
  private boolean apply(List<Change> changes, View view, TouchedNear exceptions) {
    SortedSet<Long> touched = new TreeSet<>(Comparator.reverseOrder());
    for (Change change : changes) {
      if (change instanceof Change.DropBelow) {
        return false;
      }
      if (change instanceof Change.Touch touch) {
        touch.entries().forEach(at -> touched.add(at.position()));
      }
    }
    touched.forEach(position -> lookAgain(position, view, exceptions));
    Person person = view.person;
    if (!read.equals(person.read()) || !archived.equals(person.archived())) {
      long marked = Math.max(person.read().position(), person.archived().position());
      for (Kept old : List.copyOf(kept)) {
        long position = old.position();
        if (position <= person.begin()) {
          lookAgain(position, view, exceptions);
        } else if (position <= marked
            && ReadState.state(person, exceptions.at(position), position, false) != State.UNREAD) {
          kept.remove(old);
        }
      }
    }
    return true;
  }

  private void lookAgain(long position, View view, TouchedNear exceptions) {
    if (position <= bottom || position > top) {
      return;
    }
    int place = place(position);
    if (place < kept.size() && kept.get(place).position() == position) {
      kept.remove(place);
    }
    Kept counts = counts(view, view.at(position), exceptions);
    if (counts != null) {
      kept.add(place, counts);
    }
  }

  /** Where a position stands, or would stand. */
  private int place(long position) {
    int low = 0;
    int high = kept.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (kept.get(middle).position() > position) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private boolean extend(View view, Plans plans, Budget budget, TouchedNear exceptions) {
    long floor = unseenOnly ? view.person.seen() : 0;
    if (kept.size() >= KEPT_MAX || bottom <= floor) {
      return true;
    }
    Candidates older = plans.unread(bottom);
    while (kept.size() < KEPT_MAX && bottom > floor) {
      if (budget.isSpent()) {
        return false;
      }
      Candidate one = older.next();
      if (one == null) {
        bottom = 0;
        return true;
      }
      Kept counts = counts(view, one, exceptions);
      if (counts != null) {
        kept.add(counts);
      }
      bottom = one.position() - 1;
    }
    return true;
  }

  private @Nullable Kept counts(View view, Candidate candidate, TouchedNear exceptions) {
    List<Row> shown = view.shown(candidate);
    if (shown.isEmpty()) {
      return null;
    }
    long position = candidate.position();
    Touched exception = exceptions.at(position);
    Person person = view.person;
    boolean unread =
        ReadState.state(person, exception, position, candidate.isDirect()) == State.UNREAD;
    boolean unseen = ReadState.isUnseen(person, exception, position);
    return unread && (unseen || !unseenOnly)
        ? new Kept(position, shown.getFirst().expiresMs(), unseen)
        : null;
  }
}
