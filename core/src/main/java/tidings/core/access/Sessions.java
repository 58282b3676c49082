package tidings.core.access;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Sessions of browsers, each known by a secret in a cookie. Thread-safe; never waits for the store.
 */
public interface Sessions {

  /**
   * A session that has begun.
   *
   * @param secret for the cookie; kept nowhere
   * @param lasting how long it lasts at most
   */
  record Started(String secret, Caller caller, Duration lasting) {}

  /**
   * Starts a session that ends with its starter's credentials, when it is not used for long, or
   * when it has lasted long. A user's oldest makes room if there are too many.
   *
   * @return done when the store has it, or has refused it: then it may end with the process
   * @throws tidings.core.problem.Refusal of kind {@code OVERLOADED} if there are too many in all
   */
  CompletableFuture<Started> start(Caller starter);

  /**
   * Whose session it is, and notes that it is used; null if there is none that has not ended.
   *
   * @throws tidings.core.problem.Refusal of kind {@code UNAVAILABLE} while nobody knows
   */
  @Nullable Caller use(String secret);

  /**
   * Signs out, from now on: its streams end.
   *
   * @return done when that is on stable storage
   */
  CompletableFuture<Void> end(String secret);
}
