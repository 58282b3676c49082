package tidings.core.access;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Long-lived tokens for machines, each with a name. Thread-safe; never blocks. */
public interface ApiTokens {

  /**
   * What may be known of a token.
   *
   * @param grant what it may do
   * @param made when
   */
  record Described(String name, Grant grant, Instant made) {}

  /**
   * Makes a token.
   *
   * @param name 1 to 64 of {@code A–Z a–z 0–9 . _ -}
   * @return the token, once it is on stable storage; it is kept nowhere
   * @throws tidings.core.problem.Refusal of kind {@code INVALID_REQUEST} if the name is none, or is
   *     that of another
   */
  CompletableFuture<String> make(String name, Grant grant);

  /** All tokens, by name. */
  List<Described> list();

  /**
   * Takes a token back, from now on.
   *
   * @return done when that is on stable storage
   * @throws tidings.core.problem.Refusal of kind {@code NOT_FOUND}
   */
  CompletableFuture<Void> revoke(String name);
}
