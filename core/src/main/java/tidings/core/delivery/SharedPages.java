package tidings.core.delivery;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import tidings.core.log.LogReader;

/**
 * Aligned pages of the log, shared by all who replay it: each is read once at a time, and the
 * latest ones are kept, so that ten thousand who come back together read the disk once. A page
 * whose bytes pass the reader's limit, or that was not full yet, stands here in parts. Thread-safe.
 */
final class SharedPages {
  /** Positions in a page. */
  static final int SIZE = 1_024;

  private static final int KEPT_MAX = 32;

  private final LogReader reader;

  /** By the first position of each part. Guarded by itself; nothing is called while it is held. */
  private final Map<Long, CompletableFuture<LogReader.Page>> parts =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(
            Map.Entry<Long, CompletableFuture<LogReader.Page>> eldest) {
          return size() > KEPT_MAX;
        }
      };

  private volatile long lowWater;

  SharedPages(LogReader reader) {
    this.reader = reader;
  }

  /** A part that was read: all there is from its first position to the page's {@code reached}. */
  record Part(long first, LogReader.Page page) {}

  /** The part on which a position stands, if it was read and is still kept. */
  @Nullable Part kept(long position) {
    synchronized (parts) {
      long start = start(position);
      CompletableFuture<LogReader.Page> part = parts.get(start);
      if (part == null || !part.isDone() || part.isCompletedExceptionally()) {
        return null;
      }
      LogReader.Page page = part.join();
      return page.reached() < position ? null : new Part(start, page);
    }
  }

  /**
   * Reads the next part of a page that leads to a position, or joins those who are reading it.
   *
   * @param end the newest position, at least {@code position}
   */
  CompletableFuture<LogReader.Page> read(long position, long end) {
    CompletableFuture<LogReader.Page> part;
    long start;
    synchronized (parts) {
      start = start(position);
      CompletableFuture<LogReader.Page> known = parts.get(start);
      if (known != null && !known.isCompletedExceptionally()) {
        return known;
      }
      part = new CompletableFuture<>();
      parts.put(start, part);
    }
    long last = Math.min(first(position) + SIZE - 1, end);
    try {
      var _ =
          reader
              .read(new LogReader.Scan(start - 1, last, false, SIZE, null))
              .whenComplete((read, failure) -> {
                if (failure == null) {
                  raise(read.lowWater());
                  part.complete(read);
                } else {
                  part.completeExceptionally(failure);
                }
              });
    } catch (RuntimeException | Error e) { // or all who come here would wait for ever
      part.completeExceptionally(e);
    }
    return part;
  }

  /**
   * The highest low-water mark of any page read so far: the log's own may still be lower, as a
   * purge can be read before it is announced.
   */
  long lowWater() {
    return lowWater;
  }

  private void raise(long mark) {
    synchronized (parts) {
      lowWater = Math.max(lowWater, mark);
    }
  }

  /** Whether a page that was asked for is still kept; it may not be when many others were asked. */
  @SuppressWarnings("ReferenceEquality") // this very read is meant
  boolean keeps(CompletableFuture<LogReader.Page> part) {
    synchronized (parts) {
      return parts.values().stream().anyMatch(kept -> kept == part);
    }
  }

  /** Where the part on which a position stands begins, as far as the parts before it are known. */
  private long start(long position) {
    long start = first(position);
    for (; ; ) {
      CompletableFuture<LogReader.Page> part = parts.get(start);
      if (part == null || !part.isDone() || part.isCompletedExceptionally()) {
        return start;
      }
      long reached = part.join().reached();
      if (reached >= position || reached < start) {
        return start;
      }
      start = reached + 1;
    }
  }

  private static long first(long position) {
    return (position - 1) / SIZE * SIZE + 1;
  }

  /** Forgets the page of an entry that has changed. */
  void forget(long position) {
    synchronized (parts) {
      parts.keySet().removeIf(start -> first(start) == first(position));
    }
  }
}
