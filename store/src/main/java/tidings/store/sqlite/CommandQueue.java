package tidings.store.sqlite;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What waits for the store writer, in two lanes, each bounded in entries and bytes. Thread-safe;
 * offering never waits for more than the few instructions under the lock.
 */
final class CommandQueue {
  /** How much may wait in a lane: about a second's work. */
  static final int ENTRIES_MAX = 32_768;

  static final long BYTES_MAX = 64L << 20;

  /** How much one group commit takes of appends and withdrawals … */
  static final int GROUP_ENTRIES_MAX = 2_000;

  static final long GROUP_BYTES_MAX = 8L << 20;

  /** … and of all else: neither lane waits for the other to be empty. */
  static final int GROUP_CHANGES_MAX = 500;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Lane appends = new Lane(GROUP_ENTRIES_MAX);
  private final Lane changes = new Lane(GROUP_CHANGES_MAX);
  private boolean closed;

  /** What became of an offer. */
  enum Offer {
    TAKEN,
    FULL,
    CLOSED
  }

  /** Commands that are taken in the order in which they came. Under the lock. */
  private static final class Lane {
    private final int groupEntriesMax;
    private final ArrayDeque<Command> waiting = new ArrayDeque<>();
    private long entries;
    private long bytes;

    Lane(int groupEntriesMax) {
      this.groupEntriesMax = groupEntriesMax;
    }

    boolean isFullFor(Command command) {
      return !waiting.isEmpty()
          && (entries + command.entries() > ENTRIES_MAX || bytes + command.bytes() > BYTES_MAX);
    }

    void add(Command command) {
      waiting.add(command);
      entries += command.entries();
      bytes += command.bytes();
    }

    /** Moves as many as a group takes, at least one. */
    void take(List<Command> group) {
      int before = group.size();
      long groupEntries = 0;
      long groupBytes = 0;
      for (Command next = waiting.peek(); next != null; next = waiting.peek()) {
        groupEntries += next.entries();
        groupBytes += next.bytes();
        if (group.size() > before
            && (groupEntries > groupEntriesMax || groupBytes > GROUP_BYTES_MAX)) {
          break;
        }
        group.add(waiting.remove());
        entries -= next.entries();
        bytes -= next.bytes();
      }
    }

    void drain(List<Command> all) {
      all.addAll(waiting);
      waiting.clear();
      entries = 0;
      bytes = 0;
    }
  }

  /** Puts a command at the end. One that is larger than the bounds is taken when nothing waits. */
  Offer offer(Command command) {
    lock.lock();
    try {
      if (closed) {
        return Offer.CLOSED;
      }
      Lane lane = command.isAppend() ? appends : changes;
      if (lane.isFullFor(command)) {
        return Offer.FULL;
      }
      lane.add(command);
      arrived.signal();
      return Offer.TAKEN;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes the next group, appends first, which is empty if nothing arrives in time. For the store
   * writer alone.
   *
   * @param nanos how long to wait for the first command
   */
  List<Command> take(long nanos) throws InterruptedException {
    lock.lock();
    try {
      long left = nanos;
      while (isEmpty() && !closed && left > 0) {
        left = arrived.awaitNanos(left);
      }
      List<Command> group = new ArrayList<>();
      appends.take(group);
      changes.take(group);
      return group;
    } finally {
      lock.unlock();
    }
  }

  /** Takes all that waits, from a queue whose writer never came. */
  List<Command> drain() {
    lock.lock();
    try {
      List<Command> all = new ArrayList<>();
      appends.drain(all);
      changes.drain(all);
      return all;
    } finally {
      lock.unlock();
    }
  }

  /** How many entries wait to be stored. */
  long entries() {
    lock.lock();
    try {
      return appends.entries + changes.entries;
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
      return closed && isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private boolean isEmpty() {
    return appends.waiting.isEmpty() && changes.waiting.isEmpty();
  }
}
