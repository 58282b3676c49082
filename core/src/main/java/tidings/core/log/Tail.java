package tidings.core.log;

import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The newest part of the log, in memory, bounded in bytes and entries.
 *
 * <p>One thread appends; any thread reads, without a lock. A reader that finds a place overwritten
 * or empty looks at {@link #start()} again: below it the entry was evicted and is to be read from
 * the log, at or above it the entry was withdrawn.
 */
public final class Tail {
  private static final int ENTRIES_MAX = 1 << 17;
  private static final int MASK = ENTRIES_MAX - 1;

  private final AtomicReferenceArray<Entry> ring = new AtomicReferenceArray<>(ENTRIES_MAX);
  private final long bytesMax;
  private long bytes; // the appender's own
  private volatile long start;
  private volatile long end;

  /**
   * Begins empty, after a position.
   *
   * @param end the newest position of the log
   * @param bytesMax how many bytes of entries it may hold
   */
  public Tail(long end, long bytesMax) {
    this.end = end;
    this.start = end + 1;
    this.bytesMax = bytesMax;
  }

  /** The lowest position that it may hold; {@code end() + 1} if it is empty. */
  public long start() {
    return start;
  }

  /** The newest position. */
  public long end() {
    return end;
  }

  /** Adds what was committed. Only the store writer's thread calls this. */
  public void append(List<Entry> entries) {
    for (Entry entry : entries) {
      long position = entry.position();
      bytes += entry.weight();
      while (position - start >= ENTRIES_MAX || bytes > bytesMax && start < position) {
        evict();
      }
      ring.setRelease((int) position & MASK, entry);
    }
    end = entries.getLast().position();
  }

  private void evict() {
    long position = start;
    Entry entry = ring.getPlain((int) position & MASK);
    start = position + 1;
    if (entry != null && entry.position() == position) {
      bytes -= entry.weight();
      ring.setRelease((int) position & MASK, null);
    }
  }

  /** Forgets a notification that was withdrawn. Only the store writer's thread calls this. */
  public void remove(long position) {
    Entry entry = ring.getPlain((int) position & MASK);
    if (entry != null && entry.position() == position) {
      bytes -= entry.weight();
      ring.setRelease((int) position & MASK, null);
    }
  }

  /** Puts an entry in the place of the same one as it was. Only the store writer's thread does. */
  public void replace(Entry entry) {
    long position = entry.position();
    Entry before = ring.getPlain((int) position & MASK);
    if (before != null && before.position() == position) {
      bytes += entry.weight() - before.weight();
      ring.setRelease((int) position & MASK, entry);
    }
  }

  /**
   * Collects the entries from {@code first} to {@code last}, without those that were withdrawn.
   *
   * @param last at most {@link #end()}
   * @return whether all of them were still here; if not, what was collected is to be thrown away
   */
  public boolean read(long first, long last, List<? super Entry> into) {
    if (first < start) {
      return false;
    }
    for (long position = first; position <= last; position++) {
      Entry entry = ring.getAcquire((int) position & MASK);
      if (entry != null && entry.position() == position) {
        into.add(entry);
      }
    }
    return first >= start;
  }
}
