package tidings.core.access;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Tickets, each good for one use within half a minute, where a browser can send nothing else.
 * Thread-safe; never blocks.
 */
public interface Tickets {

  /**
   * A ticket that was given out.
   *
   * @param secret kept nowhere
   * @param expires when it can be used no more
   */
  record Issued(String secret, Instant expires) {}

  /**
   * Gives a ticket out.
   *
   * @throws tidings.core.problem.Refusal of kind {@code RATE_LIMITED} if too many of the caller's,
   *     {@code OVERLOADED} if too many of all wait to be used
   */
  Issued issue(Caller caller);

  /** Who could use this ticket now; null if nobody could. It can still be used. */
  @Nullable Caller holder(String secret);

  /** Uses a ticket. Who was given it; null if it was used already, is too old, or is none. */
  @Nullable Caller use(String secret);
}
