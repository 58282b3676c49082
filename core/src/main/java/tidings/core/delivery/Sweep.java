package tidings.core.delivery;

/**
 * Looks at every subscriber once a second: ends what has ended, and writes a tick to whoever heard
 * nothing for long. Runs on the dispatcher's thread; any may {@link #stop()} it.
 */
final class Sweep {
  private static final int EVERY_MS = 1_000;

  private final Dispatcher dispatcher;
  private final Shared shared;
  private final Loop loop;
  private final Audiences audiences;
  private final Windows windows;
  private final Watchers watchers;
  private volatile boolean stopped;

  Sweep(
      Dispatcher dispatcher,
      Shared shared,
      Loop loop,
      Audiences audiences,
      Windows windows,
      Watchers watchers) {
    this.dispatcher = dispatcher;
    this.shared = shared;
    this.loop = loop;
    this.audiences = audiences;
    this.windows = windows;
    this.watchers = watchers;
  }

  /** Sweeps a second from now, and then each second. */
  void start() {
    dispatcher.traffic().clock(shared.nanos());
    loop.later(this::sweep, EVERY_MS);
  }

  void stop() {
    stopped = true;
  }

  private void sweep() {
    if (!stopped) {
      dispatcher.traffic().clock(shared.nanos());
      letGo();
      dispatcher.users().takeNews(); // of users who have no streams here
      checkDownFrom(audiences.size());
    }
  }

  private void letGo() {
    if (shared.presence().letGo(shared.nanos())) {
      loop.yieldThen(this::letGo);
    }
  }

  private void checkDownFrom(int from) {
    Slice slice = new Slice(shared);
    int nowS = dispatcher.traffic().nowS();
    int i = Math.min(from, audiences.size());
    try {
      while (i > 0 && slice.takesOne()) {
        i--;
        check(audiences.get(i), nowS, slice);
      }
    } finally {
      int next = i;
      if (next > 0) {
        loop.yieldThen(() -> checkDownFrom(next));
      } else {
        loop.later(this::sweep, EVERY_MS);
        windows.trim();
      }
    }
  }

  private void check(Subscriber subscriber, int nowS, Slice slice) {
    Outlet outlet = subscriber.outlet;
    if (slice.isOver(subscriber)) {
      dispatcher.expire(subscriber);
      return;
    }
    watchers.makeUp(subscriber);
    dispatcher.users().look(subscriber, slice.nowMs);
    int quietS = nowS - subscriber.progressS;
    if (quietS >= shared.heartbeatS() && outlet.isWritable()) {
      outlet.write(
          new ControlEvent.Tick(dispatcher.reached(subscriber), UserStreams.rev(subscriber)));
      subscriber.progressS = nowS;
      outlet.flush();
    } else if (quietS >= shared.noProgressS() && !outlet.isWritable()) {
      dispatcher.end(subscriber, Outlet.Ending.NO_PROGRESS, 0);
    }
  }
}
