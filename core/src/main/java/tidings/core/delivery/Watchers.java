package tidings.core.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import tidings.core.presence.Changes;
import tidings.core.presence.Changes.Change;

/**
 * Tells who comes and goes to those streams of a dispatcher whose credentials allow it, in passes
 * that are done in slices. Used on the dispatcher's thread, but for {@link #wake()}.
 */
final class Watchers {
  private final Dispatcher dispatcher;
  private final Shared shared;
  private final Loop loop;
  private final List<Watch> all = new ArrayList<>();
  private final AtomicBoolean awake = new AtomicBoolean();
  private volatile boolean any;
  private long seen; // how far the row of changes was read
  private @Nullable Changes telling; // in the pass under way
  private int next; // how many of all it has not come to

  /** What a stream was told. */
  static final class Watch {
    private final Subscriber subscriber;
    private int place; // among all
    private long told; // the row of changes up to here
    private boolean missed; // something was due when it took no more

    private Watch(Subscriber subscriber, int place, long told) {
      this.subscriber = subscriber;
      this.place = place;
      this.told = told;
    }
  }

  Watchers(Dispatcher dispatcher, Shared shared, Loop loop) {
    this.dispatcher = dispatcher;
    this.shared = shared;
    this.loop = loop;
    shared.presence().onChange(this::wake);
  }

  /** A stream has come, or has other credentials. */
  void look(Subscriber subscriber) {
    if (!subscriber.outlet.listens() || !subscriber.caller.grant().presence()) {
      remove(subscriber);
    } else if (subscriber.watch == null) {
      any = true; // what changes after this wakes it
      subscriber.watch = new Watch(subscriber, all.size(), shared.presence().end());
      all.add(subscriber.watch);
    }
  }

  void remove(Subscriber subscriber) {
    Watch watch = subscriber.watch;
    if (watch != null) {
      subscriber.watch = null;
      Watch last = all.removeLast();
      if (last != watch) {
        all.set(watch.place, last);
        last.place = watch.place;
      }
      any = !all.isEmpty();
    }
  }

  /** Something has changed. Any thread may say so. */
  void wake() {
    if (any && !awake.getAndSet(true)) {
      loop.execute(() -> {
        awake.set(false);
        begin();
      });
    }
  }

  private void begin() {
    if (telling == null && !all.isEmpty()) {
      Changes changes = shared.presence().since(seen);
      if (changes.end() > seen) {
        seen = changes.end();
        telling = changes;
        next = all.size();
        goOn(changes);
      }
    }
  }

  /** Does one slice of a pass, and sees to it that the next one comes. */
  private void goOn(Changes changes) {
    Slice slice = new Slice(shared);
    try {
      while (next > 0 && slice.hasTime()) {
        next = Math.min(next, all.size()) - 1; // whoever took the place of one that left was told
        if (next >= 0) {
          tell(all.get(next), changes, slice);
        }
      }
    } finally {
      if (next > 0) {
        loop.yieldThen(() -> goOn(changes));
      } else {
        telling = null;
        loop.yieldThen(this::begin);
      }
    }
  }

  private void tell(Watch watch, Changes changes, Slice slice) {
    Subscriber subscriber = watch.subscriber;
    if (slice.isOver(subscriber)) {
      dispatcher.expire(subscriber);
      return;
    }
    if (watch.told >= changes.end()) {
      return;
    }
    Outlet outlet = subscriber.outlet;
    long from = watch.told - changes.start();
    watch.told = changes.end();
    watch.missed |= from < 0;
    for (long i = from; i < changes.list().size() && !watch.missed; i++) {
      if (outlet.isWritable()) {
        Change change = changes.list().get((int) i);
        write(
            subscriber,
            new ControlEvent.Presence(
                dispatcher.reached(subscriber), change.user(), change.present()));
      } else {
        watch.missed = true;
      }
    }
    outlet.flush();
    makeUp(subscriber);
  }

  /** Tells a stream that it has missed something, if it has, and takes that now. */
  void makeUp(Subscriber subscriber) {
    Watch watch = subscriber.watch;
    Outlet outlet = subscriber.outlet;
    if (watch != null && watch.missed && outlet.isWritable()) {
      watch.missed = false;
      watch.told = shared.presence().end();
      write(subscriber, new ControlEvent.PresenceMissed(dispatcher.reached(subscriber)));
      outlet.flush();
    }
  }

  private void write(Subscriber subscriber, ControlEvent event) {
    subscriber.progressS = dispatcher.traffic().nowS();
    subscriber.outlet.write(event);
  }
}
