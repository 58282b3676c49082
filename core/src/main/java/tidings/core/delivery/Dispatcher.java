package tidings.core.delivery;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.filter.Filter;
import tidings.core.inbox.Change;
import tidings.core.log.Cursor;
import tidings.core.notification.Address;
import tidings.core.presence.Query;
import tidings.core.presence.Streams;

/**
 * The fan-out of one event loop: owns that loop's subscribers, who come, change and go here.
 *
 * <p>{@link #wake()}, {@link #changed}, {@link #carrying}, {@link #traffic()}, {@link #shed},
 * {@link #part}, {@link #drain} and {@link #close()} may be called by any thread; all else runs on
 * the loop's thread.
 */
public final class Dispatcher {
  private static final int DRAIN_STEP_MS = 50;

  private final Shared shared;
  private final Loop loop;
  private final Traffic traffic = new Traffic();
  private final Audiences audiences = new Audiences();
  private final Turns turns;
  private final UserStreams users;
  private final FanOut fanOut;
  private final Watchers watchers;
  private final Sweep sweep;
  private final AtomicBoolean awake = new AtomicBoolean();
  private long joined; // how many so far

  Dispatcher(Shared shared, ScheduledExecutorService executor) {
    this.shared = shared;
    this.loop = new Loop(executor);
    Windows windows = new Windows(shared);
    Replay replay = new Replay(this, shared, windows);
    this.turns = new Turns(this, shared, loop, replay);
    this.users = new UserStreams(this, shared, loop, turns);
    this.fanOut = new FanOut(this, shared, loop, audiences, replay, turns);
    this.watchers = new Watchers(this, shared, loop);
    this.sweep = new Sweep(this, shared, loop, audiences, windows, watchers);
    sweep.start();
  }

  /** Tells it that the tail has grown. */
  void wake() {
    if (!awake.getAndSet(true)) {
      loop.execute(() -> {
        awake.set(false);
        fanOut.begin();
      });
    }
  }

  /** Tells it that a user's revision was raised. */
  void changed(String user, long rev, Change change) {
    users.changed(user, rev, change);
  }

  UserStreams users() {
    return users;
  }

  /** What it has done so far; any thread may read that. */
  public Traffic traffic() {
    return traffic;
  }

  long position() {
    return fanOut.position();
  }

  // --- coming and going ---

  /**
   * Opens a stream: writes {@code hello}, a {@code gap} if the cursor can't be resumed, and
   * whatever was missed; then the subscriber is live.
   */
  public Subscriber subscribe(Subscription subscription, Outlet outlet) {
    Subscriber subscriber =
        new Subscriber(this, joined++, subscription, audiences.of(subscription.interest()), outlet);
    audiences.add(subscriber);
    traffic.subscribers(audiences.size());
    subscriber.progressS = traffic.nowS();
    try {
      greet(subscriber, subscription.start());
      if (subscription.person() != null) {
        users.add(subscriber, subscription.person(), subscription.unaddressed());
      }
      listen(subscriber);
    } catch (RuntimeException | Error e) { // or it would be ticked, and never get anything
      remove(subscriber);
      throw e;
    }
    if (subscriber.cursor >= position() && !subscriber.outdated) {
      subscriber.state = Subscriber.State.LIVE;
    } else {
      turns.add(subscriber); // whoever comes meanwhile is greeted first
    }
    return subscriber;
  }

  private void listen(Subscriber subscriber) {
    watchers.look(subscriber);
    String user = subscriber.caller.user();
    if (user != null && subscriber.outlet.listens()) {
      shared.presence().came(user);
      subscriber.listener = user;
    }
  }

  private void greet(Subscriber subscriber, Start start) {
    Interest interest = subscriber.audience.interest;
    ControlEvent.Gap gap = place(subscriber, start);
    Outlet outlet = subscriber.outlet;
    outlet.write(
        new ControlEvent.Hello(
            gap == null ? shared.cursor(subscriber.cursor) : gap.from(),
            shared.heartbeatMs(),
            interest.to(),
            interest.user() == null ? null : interest.user().id()));
    if (gap != null) {
      outlet.write(gap);
    }
    outlet.flush();
  }

  /**
   * Moves a subscriber's cursor.
   *
   * @return what is to be announced, null if nothing was missed
   */
  private ControlEvent.@Nullable Gap place(Subscriber subscriber, Start start) {
    return switch (start) {
      case Start.Latest latest -> {
        subscriber.cursor = position();
        yield null;
      }
      case Start.Earliest earliest -> {
        subscriber.cursor = shared.lowWater() - 1;
        yield null;
      }
      case Start.After after -> {
        Shared.Place place = shared.place(after.cursor(), position());
        subscriber.cursor = place.position();
        yield place.gap();
      }
    };
  }

  /** The connection takes more again. */
  void drained(Subscriber subscriber) {
    if (subscriber.state == Subscriber.State.BEHIND) {
      turns.add(subscriber);
    }
  }

  /**
   * Moves a subscriber to another audience. The change counts from its cursor on: what the pass
   * under way may owe it is read again, by the new interest.
   */
  Cursor change(Subscriber subscriber, Interest interest) {
    moveUp(subscriber);
    long from = subscriber.cursor;
    if (subscriber.state == Subscriber.State.LIVE && from < position()) {
      turns.fallBehind(subscriber, from);
    }
    audiences.move(subscriber, interest);
    return shared.cursor(from);
  }

  /** The same, and its cursor goes elsewhere. */
  Cursor change(Subscriber subscriber, Interest interest, Start start) {
    audiences.move(subscriber, interest);
    ControlEvent.Gap gap = place(subscriber, start);
    if (subscriber.state == Subscriber.State.LIVE && subscriber.cursor < position()) {
      subscriber.state = Subscriber.State.BEHIND;
      turns.add(subscriber);
    }
    if (gap != null) {
      subscriber.outlet.write(gap);
    }
    return shared.cursor(subscriber.cursor);
  }

  /** Lets a subscriber get nothing before its next turn. */
  void holdBack(Subscriber subscriber) {
    moveUp(subscriber);
    if (subscriber.state == Subscriber.State.LIVE) {
      subscriber.state = Subscriber.State.BEHIND;
      turns.add(subscriber);
    }
  }

  /** Moves one that has other credentials now, which may show another inbox. */
  Cursor renew(Subscriber subscriber, Interest interest) {
    Cursor cursor = change(subscriber, interest);
    subscriber.held = null; // it was counted by the old ones
    users.owe(subscriber);
    watchers.look(subscriber);
    return cursor;
  }

  /** What a subscriber would get of what it asks for, with these credentials. */
  Interest interest(Subscriber subscriber, Caller caller, Filter filter) {
    return Interest.of(caller, filter, users.preferences(subscriber));
  }

  void remove(Subscriber subscriber) {
    if (subscriber.state != Subscriber.State.LEFT) {
      subscriber.state = Subscriber.State.LEFT;
      audiences.remove(subscriber);
      users.remove(subscriber);
      traffic.subscribers(audiences.size());
      watchers.remove(subscriber);
      if (subscriber.listener != null) {
        shared.presence().left(subscriber.listener, shared.nanos());
        subscriber.listener = null;
      }
    }
  }

  /** Counts the streams that carry an address. Any thread may ask. */
  CompletableFuture<Streams> carrying(Address address, Query query) {
    return new Carriers(shared, loop, address, query).count(audiences);
  }

  /** The cursor up to which a subscriber has got everything that concerns it; kept as its own. */
  Cursor reached(Subscriber subscriber) {
    moveUp(subscriber);
    return shared.cursor(subscriber.cursor);
  }

  private void moveUp(Subscriber subscriber) {
    if (subscriber.state == Subscriber.State.LIVE) {
      subscriber.cursor = Math.max(subscriber.cursor, fanOut.reached());
    }
  }

  // --- endings ---

  /** Ends a stream with its credentials: nothing is delivered after this. */
  void expire(Subscriber subscriber) {
    try {
      subscriber.outlet.write(new ControlEvent.Reauth(reached(subscriber)));
    } finally {
      end(subscriber, Outlet.Ending.CREDENTIALS, 0);
    }
  }

  void end(Subscriber subscriber, Outlet.Ending why, int retryMs) {
    remove(subscriber);
    subscriber.outlet.end(why, retryMs);
  }

  /** Ends one of so many of its streams, and one at least: those that came last. */
  void shed(int oneOf) {
    loop.execute(() -> {
      int count = (audiences.size() + oneOf - 1) / oneOf;
      for (Subscriber subscriber : audiences.newest(count)) {
        end(subscriber, Outlet.Ending.DRAIN, shared.retryMs());
      }
    });
  }

  /** Ends all streams of a user, who may come back as someone new. */
  void part(String user) {
    loop.execute(() -> {
      users.forget(user);
      for (int i = audiences.size() - 1; i >= 0; i--) {
        Subscriber subscriber = audiences.get(i);
        if (user.equals(subscriber.caller.user())) {
          end(subscriber, Outlet.Ending.DRAIN, shared.retryMs());
        }
      }
    });
  }

  /** Stops looking after its subscribers; they are not ended. */
  void close() {
    sweep.stop();
  }

  /** Ends all streams, spread evenly over a time, each told to come back at its own moment. */
  CompletableFuture<Void> drain(Duration over) {
    CompletableFuture<Void> drained = new CompletableFuture<>();
    loop.execute(() -> drain(over.toMillis(), drained));
    return drained;
  }

  private void drain(long leftMs, CompletableFuture<Void> drained) {
    long steps = Math.max(1, leftMs / DRAIN_STEP_MS);
    long share = (audiences.size() + steps - 1) / steps;
    try {
      for (long i = 0; i < share; i++) {
        end(audiences.get(audiences.size() - 1), Outlet.Ending.DRAIN, shared.retryMs());
      }
    } finally {
      if (audiences.size() == 0) {
        drained.complete(null);
      } else {
        loop.later(() -> drain(leftMs - DRAIN_STEP_MS, drained), DRAIN_STEP_MS);
      }
    }
  }
}
