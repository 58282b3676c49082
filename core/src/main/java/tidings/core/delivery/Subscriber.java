package tidings.core.delivery;

import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.filter.Filter;
import tidings.core.problem.Refusal;

/**
 * One open stream: a cursor into the log, not a queue. All methods are called on its dispatcher's
 * thread.
 */
public final class Subscriber {

  /** How it is served. */
  enum State {
    /** Whatever the dispatcher takes from the tail is written to it directly. */
    LIVE,
    /** Its socket took no more, or it has just come: it reads on from its cursor. */
    BEHIND,
    /** It waits for a page of the log. */
    READING,
    LEFT
  }

  final Dispatcher dispatcher;
  final Outlet outlet;
  final Caller caller;
  final long expiresMs;
  Audience audience;
  final long number; // of those of its dispatcher so far
  int place; // in its audience
  int slot; // among all of its dispatcher
  State state = State.BEHIND;
  boolean queued; // for its next turn of catching up
  Replay.Step.@Nullable Reading read; // what it takes up in that turn

  /**
   * It has got all that concerns it up to here, at least; while it is live, up to what its
   * dispatcher's fan-out has reached.
   */
  long cursor;

  /** How often credentials had been taken back when its own were last looked at; -1 for never. */
  long changes = -1;

  /** When something was last written to it, a tick too; in seconds of the dispatcher's ticker. */
  int progressS;

  Subscriber(
      Dispatcher dispatcher,
      long number,
      Subscription subscription,
      Audience audience,
      Outlet outlet) {
    this.dispatcher = dispatcher;
    this.number = number;
    this.audience = audience;
    this.outlet = outlet;
    this.caller = subscription.caller();
    this.expiresMs = subscription.expiresMs();
  }

  /** The connection is writable again: reading goes on from the cursor. */
  public void drained() {
    dispatcher.drained(this);
  }

  /** The connection is gone. */
  public void leave() {
    dispatcher.remove(this);
  }

  /**
   * Changes what it gets, from here on; what came before is in the history.
   *
   * @return the position at which the change counts
   * @throws Refusal of kind {@code FORBIDDEN} if an address is wholly outside the grant
   */
  public long change(Filter filter) {
    return dispatcher.change(this, Interest.of(caller, filter));
  }

  @Override
  public String toString() {
    return "subscriber at " + cursor + ", " + state;
  }
}
