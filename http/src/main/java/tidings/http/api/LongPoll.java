package tidings.http.api;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.delivery.ControlEvent;
import tidings.core.delivery.Encoding;
import tidings.core.delivery.Frame;
import tidings.core.delivery.History;
import tidings.core.delivery.Hub;
import tidings.core.delivery.Interest;
import tidings.core.delivery.Outlet;
import tidings.core.delivery.Start;
import tidings.core.delivery.Subscriber;
import tidings.core.delivery.Subscription;
import tidings.core.log.Entry;
import tidings.http.exchange.Callers;
import tidings.http.exchange.Exchange;
import tidings.http.exchange.Response;

/**
 * One long poll: reads a page, and while it has nothing to say subscribes until something comes,
 * then reads again. On the event loop but for the reading.
 */
final class LongPoll {
  private final Exchange exchange;
  private final Callers callers;
  private final Hub hub;
  private final Caller caller;
  private final Interest interest;
  private final int limit;
  private final Duration wait;
  private final BooleanSupplier stopping;
  private boolean over; // the time has passed, the hub stops, or nobody is there any more
  private @Nullable Bell bell;
  private @Nullable ScheduledFuture<?> alarm;

  /**
   * @param stopping whether the hub stops: then nobody waits
   */
  LongPoll(
      Exchange exchange,
      Callers callers,
      Hub hub,
      Caller caller,
      Interest interest,
      int limit,
      Duration wait,
      BooleanSupplier stopping) {
    this.exchange = exchange;
    this.callers = callers;
    this.hub = hub;
    this.caller = caller;
    this.interest = interest;
    this.limit = limit;
    this.wait = wait;
    this.stopping = stopping;
  }

  void begin(Start start) {
    alarm = exchange.loop().schedule(this::stop, wait.toMillis(), TimeUnit.MILLISECONDS);
    exchange.onGone(this::leave);
    look(start);
  }

  private void look(Start start) {
    exchange.reading(() -> {
      History.Page page = hub.history().after(interest, start, limit);
      exchange.onLoop(() -> seen(page));
    });
  }

  private void seen(History.Page page) {
    if (!callers.holds(caller)) { // it ended while the page was read
      leave();
      exchange.refuse(Callers.ENDED);
      return;
    }
    if (over
        || stopping.getAsBoolean()
        || !page.items().isEmpty()
        || page.more()
        || page.gap() != null) {
      answer(page);
      return;
    }
    Start next = new Start.After(hub.log().epochs().cursor(page.reached()).toString());
    Bell waiting = new Bell(next, page);
    bell = waiting;
    waiting.subscriber =
        exchange
            .dispatcher()
            .subscribe(new Subscription(interest, next, caller, null, null), waiting);
  }

  private void answer(History.Page page) {
    leave();
    exchange.respond(Response.json(200, new Pages(hub.log().epochs()).page(page, interest)));
  }

  /** Waits no longer: what there is by now is the answer. */
  private void stop() {
    over = true;
    if (bell != null) {
      bell.ring();
    }
  }

  private void leave() {
    over = true;
    if (alarm != null) {
      alarm.cancel(false);
    }
    if (bell != null) {
      bell.leave();
    }
  }

  /** Stands in for what came. */
  private enum Call implements Frame {
    NOTIFICATION,

    /** What no page holds. */
    ONLY_ACTIVE;

    static Frame of(String epoch, List<Entry> entries, long direct) {
      boolean only = entries.stream().allMatch(e -> e.kind() == Entry.Kind.ONLY_ACTIVE);
      return only ? ONLY_ACTIVE : NOTIFICATION;
    }

    @Override
    public void release() {}
  }

  /** An outlet that looks again when the first notification comes. */
  private final class Bell implements Outlet {
    private static final Encoding CALLS = Call::of;

    private final Start start;
    private final History.Page nothing;
    private boolean rung;
    private @Nullable Subscriber subscriber;

    /**
     * @param nothing what there was before, which is the answer to a token that has ended
     */
    Bell(Start start, History.Page nothing) {
      this.start = start;
      this.nothing = nothing;
    }

    /** Later, as a subscriber must not leave while it is written to. */
    void ring() {
      if (!rung) {
        rung = true;
        exchange.onLoop(() -> {
          leave();
          look(start);
        });
      }
    }

    void leave() {
      if (subscriber != null) {
        subscriber.leave();
      }
    }

    @Override
    public Encoding encoding() {
      return CALLS;
    }

    @Override
    public boolean listens() {
      return false;
    }

    @Override
    public boolean isWritable() {
      return true;
    }

    @Override
    public void write(Frame frame) {
      if (frame == Call.NOTIFICATION) {
        ring();
      }
    }

    @Override
    public void write(ControlEvent event) {
      if (event instanceof ControlEvent.Gap) {
        ring();
      }
    }

    @Override
    public void flush() {}

    @Override
    public void end(Ending why, int retryMs) {
      over = true;
      if (why == Ending.CREDENTIALS) {
        rung = true;
        exchange.onLoop(() -> answer(nothing));
      } else {
        ring();
      }
    }
  }
}
