package tidings.core.access;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/** Takes signed tokens back before their time. Thread-safe; never blocks. */
public interface Revocations {

  /** What is taken back. */
  sealed interface Target {

    /** The tokens with this {@code jti}, of every issuer. */
    record TokenId(String jti) implements Target {}

    /** All of a user's tokens that were issued until now, or that do not say when. */
    record Subject(String sub) implements Target {}
  }

  /**
   * Takes tokens back, from now on.
   *
   * @param until how long this is remembered; it should be when the last of these tokens ends
   * @return done when it is on stable storage; it is in force before that
   * @throws tidings.core.problem.Refusal of kind {@code OVERLOADED} if as many as can be are
   *     remembered already
   */
  CompletableFuture<Void> revoke(Target target, Instant until);
}
