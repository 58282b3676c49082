package tidings.core.access;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Keeps what the hub must remember of credentials on stable storage. This is the port that every
 * store implements and the contract suite checks. Thread-safe; what is asked first is done first.
 */
public interface CredentialStore {

  /** What a record is about. */
  enum Kind {
    REVOCATION,
    API_TOKEN,
    SESSION
  }

  /**
   * One thing to remember; replaces the one of the same kind and id.
   *
   * @param content what only its writer reads
   */
  record Kept(Kind kind, String id, String content) {}

  /** All that is kept of a kind, in no order. May block. */
  List<Kept> kept(Kind kind);

  /**
   * Remembers something. Never blocks.
   *
   * @return done on the store's thread when it is on stable storage; fails with a {@link
   *     tidings.core.problem.Refusal} if nothing was stored
   */
  CompletableFuture<Void> keep(Kept kept);

  /** Forgets something, if it is there. Never blocks; ends as {@link #keep} does. */
  CompletableFuture<Void> forget(Kind kind, String id);
}
