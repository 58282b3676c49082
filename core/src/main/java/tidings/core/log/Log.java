package tidings.core.log;

import java.util.List;
import java.util.UUID;
import tidings.core.access.Publisher;
import tidings.core.problem.Problem;

/**
 * The durable order of all that happened, with contiguous positions 1, 2, 3 … in commit order. This
 * is the port that every store implements and the contract suite checks. Thread-safe.
 *
 * <p>Writes are commands to one store writer, which commits whatever waits in one transaction,
 * answers every outcome, and then tells the listener, on its own thread and in the order of
 * positions.
 */
public interface Log extends AutoCloseable {

  /**
   * Hears of every commit, on the writer's thread, after its outcomes were told; must not block.
   */
  interface Listener {
    /** Entries that became durable, in order and without a hole after those before. */
    void committed(List<Entry> entries);

    /**
     * A notification is gone from history: it was withdrawn or erased. Comes before the entry that
     * says so.
     */
    void gone(long position);

    /** An entry has lost an address, as a person was erased; all else of it is as it was. */
    default void stripped(Entry entry) {}

    /** Everything below a position was purged. */
    void purgedBelow(long lowWater);
  }

  /** Starts the writer. Appends that come before wait. Called once. */
  void start(Listener listener);

  /**
   * Queues an append. Never blocks: if too much waits already, the outcome is refused at once with
   * {@code OVERLOADED}.
   *
   * <p>An entry whose publisher and {@code ref} are known with the same hash is not stored again:
   * its receipt is the first one's; with another hash the whole append is refused with {@code
   * REF_CONFLICT}. A full disk is {@code STORAGE_FULL}.
   */
  void append(Append append);

  /**
   * Queues the withdrawal of a notification: it leaves history and a control entry is appended.
   * Refused with {@code NOT_FOUND} unless this publisher published it.
   */
  void withdraw(UUID id, Publisher publisher, Append.Outcome outcome);

  /** The identity of this log and of its earlier writers. Fixed from the start on. */
  Epochs epochs();

  /** The position of the newest durable entry, 0 if there is none. */
  long end();

  /** The lowest position that is still kept; {@code end() + 1} if none is. */
  long lowWater();

  /** How many entries wait to be stored. */
  long waiting();

  /** Reads the log, beside the writer. */
  LogReader reader();

  /** What is wrong with the store now, or null while it takes appends. */
  @org.jspecify.annotations.Nullable
  Problem trouble();

  /** Commits what waits, stops the writer and closes the store. */
  @Override
  void close();
}
