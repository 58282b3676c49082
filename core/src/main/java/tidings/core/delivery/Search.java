package tidings.core.delivery;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tidings.core.inbox.Snapshot;
import tidings.core.inbox.Words;
import tidings.core.log.Entry;
import tidings.core.log.LogReader;

/**
 * A page of what full text finds, within one reading of the store: it ends at a limit of items, of
 * bytes, of entries looked at, or of time. Used once.
 */
final class Search {
  private final Snapshot snapshot;
  private final Shared shared;
  private final Interest interest;
  private final Words words;
  private final int limit;
  private final long nowMs;
  private final List<Entry> items = new ArrayList<>();
  private long bytes;
  private int scanned;
  private boolean full;

  Search(Snapshot snapshot, Shared shared, Interest interest, Words words, int limit) {
    this.snapshot = snapshot;
    this.shared = shared;
    this.interest = interest;
    this.words = words;
    this.limit = limit;
    this.nowMs = shared.nowMs();
  }

  List<Entry> items() {
    return items;
  }

  private boolean goesOn() {
    return !full && scanned < LogReader.SCANNED_MAX && !isLate();
  }

  private boolean isLate() {
    return shared.nowMs() >= nowMs + Words.TIME_MS;
  }

  /**
   * Collects what lies before a position, the newest first.
   *
   * @return everything from here on was looked at
   */
  long before(long position) {
    long reached = position;
    while (goesOn() && reached > snapshot.lowWater()) {
      long above = Math.max(snapshot.lowWater() - 1, reached - 1 - Words.STRETCH_MAX);
      List<Long> found = found(above, reached - 1);
      if (found == null) {
        return late(position, reached);
      }
      long taken = take(found);
      reached = taken != 0 ? taken : found.size() < Words.FOUND_MAX ? above + 1 : found.getLast();
    }
    return reached;
  }

  /**
   * Collects what lies after a position and up to another, the oldest first. How many matches a
   * stretch holds is not known before, and the newest of them are found first: so stretches grow
   * and shrink until all that one holds is found.
   *
   * @return everything up to here was looked at
   */
  long after(long position, long upTo) {
    long reached = position;
    long stretch = Words.FOUND_MAX - 1;
    while (goesOn() && reached < upTo) {
      long end = Math.min(reached + stretch, upTo);
      List<Long> found = found(reached, end);
      if (found == null) {
        return late(position, reached);
      }
      if (found.size() == Words.FOUND_MAX) {
        stretch = Math.max(stretch / 4, Words.FOUND_MAX - 1);
      } else {
        long taken = take(found.reversed());
        reached = taken != 0 ? taken : end;
        stretch = Math.min(stretch * 2, Words.STRETCH_MAX);
      }
    }
    return reached;
  }

  private @Nullable List<Long> found(long above, long upTo) {
    return snapshot.matches(words, interest.granted(), above, upTo, Words.FOUND_MAX, this::isLate);
  }

  /** Where a page ends whose time was over in mid-look. */
  private long late(long from, long reached) {
    if (reached == from) {
      throw words.slow(); // the next page would get no further
    }
    return reached;
  }

  /** Takes what is wanted; 0, or the last position that was looked at before the page was full. */
  private long take(List<Long> found) {
    scanned += found.size();
    long last = 0;
    for (Entry entry : snapshot.entries(found)) {
      if (entry.expiresMs() > nowMs && interest.admits(entry)) {
        bytes += entry.weight();
        if (!items.isEmpty() && bytes > LogReader.BYTES_MAX) {
          full = true;
          return last == 0 ? items.getLast().position() : last;
        }
        items.add(entry);
        if (items.size() == limit) {
          full = true;
          return entry.position();
        }
      }
      last = entry.position();
    }
    return 0;
  }
}
