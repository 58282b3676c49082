package tidings.core.inbox;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The latest changes of a user, as far as they name few entries. Thread-safe. */
final class Notes {
  private static final int ENTRIES_MAX = 1_000;
  private static final int BYTES = 200;
  private static final int ENTRY_BYTES = 50;

  /**
   * @param change null if it was of preferences, which can be large, and whose revision says enough
   */
  private record Note(long rev, @Nullable Change change) {}

  private final Deque<Note> notes = new ArrayDeque<>(1);
  private int entries;

  /** Notes what the next revision changed. */
  synchronized void add(long rev, Change change) {
    notes.add(new Note(rev, change instanceof Change.Save ? null : change));
    entries += entries(change);
    while (entries > ENTRIES_MAX) {
      entries -= entries(notes.remove().change());
    }
  }

  private static int entries(@Nullable Change change) {
    return change instanceof Change.Touch touch ? touch.entries().size() : 1;
  }

  /** What changed after a revision and up to another; null if not all of it is known. */
  synchronized @Nullable List<Change> between(long after, long upTo) {
    List<Change> changes = new ArrayList<>();
    long next = after + 1;
    for (Note note : notes) {
      if (note.rev() == next && next <= upTo) {
        if (note.change() != null) {
          changes.add(note.change());
        }
        next++;
      }
    }
    return next > upTo ? changes : null;
  }

  /** About how many bytes of memory they take. */
  synchronized long weight() {
    return BYTES + (long) ENTRY_BYTES * entries;
  }
}
