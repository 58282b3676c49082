package tidings.store.sqlite;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What waits for the store writer, bounded in entries and bytes. Thread-safe; offering never waits
 * for more than the few instructions under the lock.
 */
final class CommandQueue {
  /** How much may wait: about a second's work. */
  static final int ENTRIES_MAX = 32_768;

  static final long BYTES_MAX = 64L << 20;

  /** How much one group commit takes. */
  static final int GROUP_ENTRIES_MAX = 2_000;

  static final long GROUP_BYTES_MAX = 8L << 20;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final ArrayDeque<Command> waiting = new ArrayDeque<>();
  private long entries;
  private long bytes;
  private boolean closed;

  /** What became of an offer. */
  enum Offer {
    TAKEN,
    FULL,
    CLOSED
  }

  /** Puts a command at the end. One that is larger than the bounds is taken when nothing waits. */
  Offer offer(Command command) {
    lock.lock();
    try {
      if (closed) {
        return Offer.CLOSED;
      }
      if (!waiting.isEmpty()
          && (entries + command.entries() > ENTRIES_MAX || bytes + command.bytes() > BYTES_MAX)) {
        return Offer.FULL;
      }
      waiting.add(command);
      entries += command.entries();
      bytes += command.bytes();
      arrived.signal();
      return Offer.TAKEN;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes the next group, which is empty if nothing arrives in time. For the store writer alone.
   *
   * @param nanos how long to wait for the first command
   */
  List<Command> take(long nanos) throws InterruptedException {
    lock.lock();
    try {
      long left = nanos;
      while (waiting.isEmpty() && !closed && left > 0) {
        left = arrived.awaitNanos(left);
      }
      List<Command> group = new ArrayList<>();
      long groupEntries = 0;
      long groupBytes = 0;
      for (Command next = waiting.peek(); next != null; next = waiting.peek()) {
        groupEntries += next.entries();
        groupBytes += next.bytes();
        if (!group.isEmpty()
            && (groupEntries > GROUP_ENTRIES_MAX || groupBytes > GROUP_BYTES_MAX)) {
          break;
        }
        group.add(waiting.remove());
        entries -= next.entries();
        bytes -= next.bytes();
      }
      return group;
    } finally {
      lock.unlock();
    }
  }

  /** Takes all that waits, from a queue whose writer never came. */
  List<Command> drain() {
    lock.lock();
    try {
      List<Command> all = List.copyOf(waiting);
      waiting.clear();
      entries = 0;
      bytes = 0;
      return all;
    } finally {
      lock.unlock();
    }
  }

  /** How many entries wait. */
  long entries() {
    lock.lock();
    try {
      return entries;
    } finally {
      lock.unlock();
    }
  }

  /** Takes no more offers; what waits can still be taken. */
  void close() {
    lock.lock();
    try {
      closed = true;
      arrived.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Whether nothing waits and nothing will. */
  boolean isExhausted() {
    lock.lock();
    try {
      return closed && waiting.isEmpty();
    } finally {
      lock.unlock();
    }
  }
}
