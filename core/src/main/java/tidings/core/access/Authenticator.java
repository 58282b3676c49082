package tidings.core.access;

import org.jspecify.annotations.Nullable;
import tidings.core.problem.Refusal;

/** Turns credentials into callers. Implementations are thread-safe. */
public interface Authenticator extends Validity {

  /**
   * The caller of a bearer token.
   *
   * <p>May take milliseconds or block: never call it on an event loop.
   *
   * @param token as it stood in the request; may hold anything
   * @throws Refusal of kind {@code UNAUTHENTICATED}, saying what is wrong without repeating the
   *     token; also for one that was good and {@link #holds} no more
   */
  Caller authenticate(String token);

  /**
   * The caller of a bearer token that was verified lately and still holds, or null if that takes a
   * verification. Never blocks; made for event loops.
   */
  @Nullable Caller cached(String token);

  /** Who someone without credentials is, or null where nothing is public. */
  @Nullable Caller anonymous();
}
