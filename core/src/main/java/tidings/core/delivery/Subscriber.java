package tidings.core.delivery;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.filter.Filter;
import tidings.core.inbox.Summary;
import tidings.core.log.Cursor;
import tidings.core.notification.AddressPattern;
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
  Caller caller;
  long expiresMs;
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

  /** The user who listens with it, null if nobody does. */
  @Nullable String listener;

  /** What it was told of others who do, null if it may not know. */
  Watchers.@Nullable Watch watch;

  /** How often credentials had been taken back when its own were last looked at; -1 for never. */
  long changes = -1;

  /** When something was last written to it, a tick too; in seconds of the dispatcher's ticker. */
  int progressS;

  UserStreams.@Nullable User user; // who hears of the inbox
  int placeOfUser; // among that user's
  @Nullable Filter unaddressed; // what was asked for, if preferences say the rest …
  boolean outdated; // … and what they say now is yet to be worked out
  boolean owed; // an event of the inbox
  @Nullable Summary held; // until its outlet takes it
  long toldMs; // when it got the last one, by the ticker

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
    this.unaddressed =
        subscription.unaddressed() == null ? null : subscription.unaddressed().filter();
    this.expiresMs = expiresMs(caller);
  }

  private static long expiresMs(Caller caller) {
    Instant expires = caller.expires();
    return expires == null ? Long.MAX_VALUE : expires.toEpochMilli();
  }

  /** The connection is writable again: reading goes on from the cursor. */
  public void drained() {
    dispatcher.drained(this);
  }

  /** The connection is gone. */
  public void leave() {
    dispatcher.remove(this);
  }

  /** Whether it has neither left nor been ended. */
  public boolean isOpen() {
    return state != State.LEFT;
  }

  /** The addresses that it gets, as far as patterns can say it. */
  public List<AddressPattern> to() {
    var _ = dispatcher.users().settle(this, () -> true);
    return audience.interest.to();
  }

  // Each of these changes an open subscriber, or throws a Refusal and leaves it as it was.

  /**
   * Changes what it gets, from here on; what came before is in the history.
   *
   * @return the cursor at which the change counts
   * @throws Refusal of kind {@code FORBIDDEN} if an address is wholly outside the grant
   */
  public Cursor change(Filter filter) {
    Interest interest = dispatcher.interest(this, caller, filter);
    asks(filter);
    return dispatcher.change(this, interest);
  }

  /**
   * Changes what it gets, and goes on from another place as if it came anew; writes a {@code gap}
   * if that cursor can't be resumed.
   *
   * @return the cursor after which it goes on
   * @throws Refusal as {@link #change(Filter)} does
   */
  public Cursor change(Filter filter, Start start) {
    Interest interest = dispatcher.interest(this, caller, filter);
    asks(filter);
    return dispatcher.change(this, interest, start);
  }

  /**
   * Goes on with other credentials, and with what these are granted.
   *
   * @param caller the same user
   * @return the cursor at which the change counts
   * @throws Refusal as {@link #change(Filter)} does
   */
  public Cursor renew(Caller caller, Filter filter) {
    Interest interest = dispatcher.interest(this, caller, filter);
    asks(filter);
    this.caller = caller;
    this.expiresMs = expiresMs(caller);
    this.changes = -1;
    return dispatcher.renew(this, interest);
  }

  private void asks(Filter filter) {
    unaddressed = user != null && filter.to().isEmpty() ? filter : null;
    outdated = false;
  }

  @Override
  public String toString() {
    return "subscriber at " + cursor + ", " + state;
  }
}
