package tidings.core.delivery;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import tidings.core.log.Entry;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;

/**
 * The fan-out of one event loop: owns that loop's subscribers and writes to each what concerns it.
 *
 * <p>It takes the tail in passes of at most 64 entries. Its {@link #position} becomes the end of a
 * pass before the first subscriber is written to, and a pass is done in slices, between which the
 * loop does other work. A subscriber that joins meanwhile reads up to the position itself; one
 * whose cursor has passed an entry does not get it again. So nothing is lost or repeated at the
 * hand-over, without a lock.
 *
 * <p>{@link #wake()} and {@link #shed} may be called by any thread; all else runs on the loop's
 * thread.
 */
public final class Dispatcher {
  /** A slice ends after so many subscribers … */
  private static final int SLICE_SUBSCRIBERS = 256;

  /** … or after so many nanoseconds. */
  private static final long SLICE_NS = 1_000_000;

  private static final int SWEEP_MS = 1_000;
  private static final int DRAIN_STEP_MS = 50;

  private final Shared shared;
  private final ScheduledExecutorService loop;
  private final Replay replay;
  private final AddressIndex<Audience> index = new AddressIndex<>();
  private final Map<Interest, Audience> audiences = new HashMap<>();
  private final List<Subscriber> all = new ArrayList<>();
  private final Queue<Subscriber> turns = new ArrayDeque<>(); // those who read on from their cursor
  private final AtomicBoolean awake = new AtomicBoolean();
  private final Traffic traffic = new Traffic();
  private volatile boolean closed;

  /** Everything up to here was taken from the tail. */
  private long position;

  private @Nullable Pass pass;
  private boolean takingTurns;
  private long joined; // how many so far

  /** Finds whom a window concerns, and walks over them. */
  private static final class Pass {
    final Window window;
    final List<Audience> concerned = new ArrayList<>();
    int entry; // the next to find readers for …
    int address; // … and the next of its addresses
    int audience;
    int member = -1; // the next member to write to, walking down; -1 before the first

    Pass(Window window) {
      this.window = window;
    }
  }

  Dispatcher(Shared shared, ScheduledExecutorService loop) {
    this.shared = shared;
    this.loop = loop;
    this.position = shared.tail().end();
    this.replay = new Replay(shared, traffic);
    traffic.clock(shared.nanos());
    later(this::sweep, SWEEP_MS);
  }

  /**
   * Runs a task after a while, as one of the loop's own, so that the loop reports what it throws.
   */
  private void later(Runnable task, int ms) {
    var _ = loop.schedule(() -> loop.execute(task), ms, TimeUnit.MILLISECONDS);
  }

  /**
   * Runs a task after the loop has looked at its sockets: {@code execute} would run it before that,
   * for up to a second in a row.
   */
  private void yieldThen(Runnable task) {
    later(task, 0);
  }

  /** Tells it that the tail has grown. */
  void wake() {
    if (!awake.getAndSet(true)) {
      loop.execute(this::awoken);
    }
  }

  /** What it has done so far; any thread may read that. */
  public Traffic traffic() {
    return traffic;
  }

  // --- joining and leaving ---

  /**
   * Opens a stream: writes {@code hello}, a {@code gap} if the cursor can't be resumed, and
   * whatever was missed; then the subscriber is live.
   */
  public Subscriber subscribe(Subscription subscription, Outlet outlet) {
    Subscriber subscriber =
        new Subscriber(this, joined++, subscription, audience(subscription.interest()), outlet);
    subscriber.audience.add(subscriber);
    subscriber.slot = all.size();
    all.add(subscriber);
    traffic.subscribers(all.size());
    subscriber.progressS = traffic.nowS();
    greet(subscriber, subscription.start());
    if (subscriber.cursor >= position) {
      subscriber.state = Subscriber.State.LIVE;
    } else {
      resumeSoon(subscriber); // whoever comes meanwhile is greeted first
    }
    return subscriber;
  }

  private void greet(Subscriber subscriber, Start start) {
    Interest interest = subscriber.audience.interest;
    ControlEvent.@Nullable Gap gap = null;
    switch (start) {
      case Start.Latest latest -> subscriber.cursor = position;
      case Start.Earliest earliest -> subscriber.cursor = shared.lowWater() - 1;
      case Start.After after -> {
        Shared.Place place = shared.place(after.cursor(), position);
        subscriber.cursor = place.position();
        gap = place.gap();
      }
    }
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

  private Audience audience(Interest interest) {
    return audiences.computeIfAbsent(
        interest,
        i -> {
          Audience audience = new Audience(i);
          for (AddressPattern pattern : i.to()) {
            index.add(pattern, audience);
          }
          return audience;
        });
  }

  void remove(Subscriber subscriber) {
    if (subscriber.state == Subscriber.State.LEFT) {
      return;
    }
    subscriber.state = Subscriber.State.LEFT;
    leaveAudience(subscriber);
    Subscriber last = all.removeLast();
    if (last != subscriber) {
      all.set(subscriber.slot, last);
      last.slot = subscriber.slot;
    }
    traffic.subscribers(all.size());
  }

  private void leaveAudience(Subscriber subscriber) {
    Audience audience = subscriber.audience;
    audience.remove(subscriber);
    if (audience.members.isEmpty()) {
      audiences.remove(audience.interest);
      for (AddressPattern pattern : audience.interest.to()) {
        index.remove(pattern, audience);
      }
    }
  }

  /**
   * Moves a subscriber to another audience. The change counts from its cursor on: what the pass
   * under way may owe it is read again, by the new interest.
   */
  long change(Subscriber subscriber, Interest interest) {
    long from = reached(subscriber);
    if (subscriber.state == Subscriber.State.LIVE && from < position) {
      fallBehind(subscriber, from);
    }
    leaveAudience(subscriber);
    subscriber.audience = audience(interest);
    subscriber.audience.add(subscriber);
    return from;
  }

  // --- live ---

  private void awoken() {
    awake.set(false);
    if (pass == null) {
      begin();
    }
  }

  /** Takes the next window from the tail, if it has grown. */
  private void begin() {
    long end = Math.min(shared.tail().end(), position + Window.ENTRIES_MAX);
    if (all.isEmpty()) {
      position = shared.tail().end();
      return;
    }
    if (end == position) {
      return;
    }
    List<Entry> entries = new ArrayList<>((int) (end - position));
    if (!shared.tail().read(position + 1, end, entries)) {
      leftBehind();
      return;
    }
    pass = new Pass(new Window(shared.epoch(), position + 1, end, entries));
    position = end;
    proceed();
  }

  /**
   * Finds whom the next addresses of the window concern.
   *
   * @return whether all were looked at; the slice is over if not
   */
  private boolean select(Pass now, long deadline, long nowMs) {
    List<Entry> entries = now.window.entries;
    for (; now.entry < entries.size(); now.entry++, now.address = 0) {
      Entry entry = entries.get(now.entry);
      int addresses = entry.expiresMs() > nowMs ? entry.to().size() : 0;
      while (now.address < addresses) {
        select(now, entry, entry.to().get(now.address++));
        if (shared.nanos() > deadline) {
          return false;
        }
      }
    }
    return true;
  }

  private void select(Pass now, Entry entry, Address address) {
    index.find(
        address,
        audience -> {
          if (audience.interest.admits(entry, address)) {
            if (audience.selected == 0) {
              now.concerned.add(audience);
            }
            audience.select(now.entry, address);
          }
        });
  }

  /** Does one slice of the pass, and sees to it that the next one comes. */
  private void proceed() {
    Pass now = pass;
    if (now == null) {
      return;
    }
    try {
      slice(now);
    } catch (RuntimeException | Error e) {
      abandon(now);
      throw e;
    }
  }

  /** Gives a pass up: whoever it may still concern reads on from the log. */
  private void abandon(Pass now) {
    pass = null;
    now.concerned.forEach(Audience::reset);
    now.window.release();
    allFallBehind(now.window.first - 1);
    yieldThen(this::awoken);
  }

  private void slice(Pass now) {
    long deadline = shared.nanos() + SLICE_NS;
    long nowMs = shared.nowMs();
    if (!select(now, deadline, nowMs)) {
      yieldThen(this::proceed);
      return;
    }
    int left = SLICE_SUBSCRIBERS;
    for (; now.audience < now.concerned.size(); now.audience++, now.member = -1) {
      Audience audience = now.concerned.get(now.audience);
      if (now.member < 0) {
        now.member = audience.members.size();
      }
      now.member = Math.min(now.member, audience.members.size());
      while (now.member > 0) {
        if (left-- == 0 || (left & 15) == 0 && shared.nanos() > deadline) {
          yieldThen(this::proceed);
          return;
        }
        deliver(now.window, audience, audience.members.get(--now.member), nowMs);
      }
      audience.reset();
    }
    pass = null;
    now.window.release();
    if (shared.tail().end() > position) {
      yieldThen(this::awoken);
    }
  }

  private void deliver(Window window, Audience audience, Subscriber subscriber, long nowMs) {
    if (subscriber.state != Subscriber.State.LIVE || subscriber.cursor >= window.last) {
      return;
    }
    if (nowMs >= subscriber.expiresMs) {
      expire(subscriber);
      return;
    }
    long selected = audience.selected;
    if (subscriber.cursor >= window.first) {
      selected &= window.after(subscriber.cursor);
    } else {
      subscriber.cursor = window.first - 1;
    }
    if (!replay.write(subscriber, window, selected, audience.direct)) {
      subscriber.state = Subscriber.State.BEHIND;
      traffic.countFellBehind();
    }
    subscriber.outlet.flush();
  }

  /** The tail was faster. */
  private void leftBehind() {
    long from = position;
    position = shared.tail().end();
    allFallBehind(from);
  }

  /** Whoever is live, and not yet at the position, reads on from the log. */
  private void allFallBehind(long from) {
    for (Subscriber subscriber : all) {
      if (subscriber.state == Subscriber.State.LIVE && subscriber.cursor < position) {
        fallBehind(subscriber, from);
      }
    }
  }

  /** A live subscriber reads on from the log, after a position at least. */
  private void fallBehind(Subscriber subscriber, long from) {
    subscriber.cursor = Math.max(subscriber.cursor, from);
    subscriber.state = Subscriber.State.BEHIND;
    traffic.countFellBehind();
    resumeSoon(subscriber);
  }

  // --- catching up ---

  /** Gives a subscriber its next turn; one at a time. */
  void resumeSoon(Subscriber subscriber) {
    if (subscriber.queued) {
      return;
    }
    subscriber.queued = true;
    turns.add(subscriber);
    if (!takingTurns) {
      takingTurns = true;
      yieldThen(this::takeTurns);
    }
  }

  /** Does one slice of catching up: those who wait take turns. */
  private void takeTurns() {
    long deadline = shared.nanos() + SLICE_NS;
    int left = Math.min(turns.size(), SLICE_SUBSCRIBERS); // another turn is in another slice
    try {
      do {
        Subscriber next = turns.remove();
        next.queued = false;
        resume(next);
      } while (--left > 0 && shared.nanos() < deadline);
    } finally {
      takingTurns = !turns.isEmpty();
      if (takingTurns) {
        yieldThen(this::takeTurns);
      }
    }
  }

  private void resume(Subscriber subscriber) {
    if (subscriber.state != Subscriber.State.BEHIND) {
      return;
    }
    if (shared.nowMs() >= subscriber.expiresMs) {
      expire(subscriber);
      return;
    }
    Replay.Step.Reading read = subscriber.read;
    subscriber.read = null;
    try {
      take(
          subscriber,
          read == null
              ? replay.advance(subscriber, position)
              : replay.advance(subscriber, read, position));
    } catch (RuntimeException | Error e) {
      retry(subscriber);
      throw e;
    }
  }

  private void retry(Subscriber subscriber) {
    later(() -> resumeSoon(subscriber), SWEEP_MS);
  }

  private void take(Subscriber subscriber, Replay.Step step) {
    switch (step) {
      case Replay.Step.Current current -> subscriber.state = Subscriber.State.LIVE;
      case Replay.Step.Blocked blocked -> {}
      case Replay.Step.More more -> resumeSoon(subscriber);
      case Replay.Step.Reading reading -> {
        subscriber.state = Subscriber.State.READING;
        var _ =
            reading
                .done()
                .whenComplete(
                    (page, failure) -> loop.execute(() -> wasRead(subscriber, reading, failure)));
      }
    }
  }

  private void wasRead(
      Subscriber subscriber, Replay.Step.Reading reading, @Nullable Throwable failure) {
    if (subscriber.state != Subscriber.State.READING) {
      return;
    }
    subscriber.state = Subscriber.State.BEHIND;
    if (failure == null) {
      subscriber.read = reading;
      resumeSoon(subscriber);
    } else {
      retry(subscriber);
    }
  }

  // --- time ---

  /** Once a second: ends what has ended, and writes a tick to whoever heard nothing for long. */
  private void sweep() {
    if (!closed) {
      traffic.clock(shared.nanos());
      checkDownFrom(all.size());
    }
  }

  private void checkDownFrom(int from) {
    int nowS = traffic.nowS();
    long nowMs = shared.nowMs();
    int i = Math.min(from, all.size());
    int stop = Math.max(0, i - SLICE_SUBSCRIBERS * 4);
    try {
      while (i > stop) {
        i--;
        if (i < all.size()) {
          check(all.get(i), nowS, nowMs);
        }
      }
    } finally {
      if (stop > 0) {
        yieldThen(() -> checkDownFrom(stop));
      } else {
        replay.trim();
        later(this::sweep, SWEEP_MS);
      }
    }
  }

  private void check(Subscriber subscriber, int nowS, long nowMs) {
    Outlet outlet = subscriber.outlet;
    int quietS = nowS - subscriber.progressS;
    if (nowMs >= subscriber.expiresMs) {
      expire(subscriber);
    } else if (quietS >= shared.heartbeatS() && outlet.isWritable()) {
      outlet.write(new ControlEvent.Tick(shared.cursor(reached(subscriber))));
      subscriber.progressS = nowS;
      outlet.flush();
    } else if (quietS >= shared.noProgressS() && !outlet.isWritable()) {
      end(subscriber, Outlet.Ending.NO_PROGRESS, 0);
    }
  }

  /** Moves a subscriber's cursor up to where it has got everything that concerns it. */
  private long reached(Subscriber subscriber) {
    if (subscriber.state == Subscriber.State.LIVE) {
      long all = pass == null ? position : pass.window.first - 1;
      subscriber.cursor = Math.max(subscriber.cursor, all);
    }
    return subscriber.cursor;
  }

  /** Ends a stream with its credentials: nothing is delivered after this. */
  private void expire(Subscriber subscriber) {
    subscriber.outlet.write(new ControlEvent.Reauth(shared.cursor(reached(subscriber))));
    end(subscriber, Outlet.Ending.CREDENTIALS, 0);
  }

  private void end(Subscriber subscriber, Outlet.Ending why, int retryMs) {
    remove(subscriber);
    subscriber.outlet.end(why, retryMs);
  }

  /** Ends one of so many of its streams, and one at least: those that came last. */
  void shed(int oneOf) {
    loop.execute(() -> {
      int count = (all.size() + oneOf - 1) / oneOf;
      List<Subscriber> newest =
          all.stream()
              .sorted(Comparator.comparingLong((Subscriber subscriber) -> -subscriber.number))
              .limit(count)
              .toList();
      newest.forEach(subscriber -> end(subscriber, Outlet.Ending.DRAIN, shared.retryMs()));
    });
  }

  /** Stops looking after its subscribers; they are not ended. */
  void close() {
    closed = true;
  }

  /** Ends all streams, spread evenly over a time, each told to come back at its own moment. */
  CompletableFuture<Void> drain(Duration over) {
    CompletableFuture<Void> drained = new CompletableFuture<>();
    loop.execute(() -> drain(over.toMillis(), drained));
    return drained;
  }

  private void drain(long leftMs, CompletableFuture<Void> drained) {
    long steps = Math.max(1, leftMs / DRAIN_STEP_MS);
    long share = (all.size() + steps - 1) / steps;
    for (long i = 0; i < share; i++) {
      end(all.getLast(), Outlet.Ending.DRAIN, shared.retryMs());
    }
    if (all.isEmpty()) {
      drained.complete(null);
    } else {
      later(() -> drain(leftMs - DRAIN_STEP_MS, drained), DRAIN_STEP_MS);
    }
  }
}
