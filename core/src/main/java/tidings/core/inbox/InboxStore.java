package tidings.core.inbox;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * What a store keeps of people, beside its log. This is the port that every store implements and
 * the contract suite checks. Thread-safe; never blocks.
 *
 * <p>Changes are commands to the log's writer. Appends go before them.
 */
public interface InboxStore {

  /** What is read for. */
  enum Lane {
    /** Pages, counts, and whatever answers at once: one thread. */
    COUNTS,
    /** Counts for streams, which nobody waits for: the same thread, after some COUNTS to come. */
    STREAMS,
    /** Full text, which may take half a second: a thread that the others don't wait for. */
    SEARCH
  }

  /**
   * Reads in one transaction, on the lane's thread. A reading looks at 10,000 rows or so at most
   * and keeps nothing of its snapshot.
   *
   * @return completes on the lane's thread, so what takes long belongs elsewhere; fails with a
   *     {@link tidings.core.problem.Refusal} of kind {@code UNAVAILABLE} if the store can't be
   *     read, or with what the reading threw
   */
  <T> CompletableFuture<T> read(Lane lane, Function<Snapshot, T> reading);

  /**
   * Queues a change. Someone who is not known begins with it, at the end of the log.
   *
   * @return done on the writer's thread when it is on stable storage; fails with a {@link
   *     tidings.core.problem.Refusal} if nothing was stored: {@code OVERLOADED}, {@code
   *     STORAGE_FULL}, {@code UNAVAILABLE}, or of {@link Change.Save} {@code REV_CONFLICT}
   */
  CompletableFuture<Changed> change(String user, Change change);

  /**
   * Forgets a person, step by step, as protocol/presence.md says; goes on after a restart.
   *
   * @return done on the writer's thread when the last step is on stable storage
   */
  CompletableFuture<Void> erase(String user);

  /** The topics of what is kept. */
  KnownTopics topics();

  /** What {@link Row#sort()} stands for. */
  Sorts sorts();

  /** Adds who hears of changes; before the log starts. */
  void listen(Listener listener);

  /**
   * Hears of what changed, on the writer's thread, after the change's own outcome was told and in
   * the order of commits; must not block.
   */
  interface Listener {
    /**
     * A change raised a user's revision.
     *
     * @param rev the revision after it
     */
    void changed(String user, long rev, Change change);

    /**
     * A user's state, preferences and beginning are gone: the first step of erasing. Told again
     * after the last, when what was addressed to them is gone too, for whoever came meanwhile.
     */
    void erased(String user);
  }
}
