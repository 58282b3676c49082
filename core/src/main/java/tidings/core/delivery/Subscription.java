package tidings.core.delivery;

import tidings.core.access.Caller;
import tidings.core.filter.Filter;
import tidings.core.problem.Refusal;

/**
 * One stream as asked for and allowed.
 *
 * @param interest what it gets
 * @param start where it begins
 * @param caller whose it is; the stream ends with these credentials
 */
public record Subscription(Interest interest, Start start, Caller caller) {

  /**
   * Checks what a caller asks for.
   *
   * @throws Refusal of kind {@code FORBIDDEN} if an address is wholly outside the grant
   */
  public static Subscription of(Caller caller, Filter filter, Start start) {
    return new Subscription(Interest.of(caller, filter), start, caller);
  }
}
