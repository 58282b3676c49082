package tidings.core.delivery;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Lets those who are behind catch up, one turn each after the other, until they reach the
 * dispatcher's position. Used on the dispatcher's thread.
 */
final class Turns {
  private final Dispatcher dispatcher;
  private final Shared shared;
  private final Loop loop;
  private final Replay replay;
  private final Queue<Subscriber> waiting = new ArrayDeque<>();
  private boolean going;

  Turns(Dispatcher dispatcher, Shared shared, Loop loop, Replay replay) {
    this.dispatcher = dispatcher;
    this.shared = shared;
    this.loop = loop;
    this.replay = replay;
  }

  /** A live subscriber reads on from the log, after a position at least. */
  void fallBehind(Subscriber subscriber, long from) {
    subscriber.cursor = Math.max(subscriber.cursor, from);
    subscriber.state = Subscriber.State.BEHIND;
    dispatcher.traffic().countFellBehind();
    add(subscriber);
  }

  /** Whether anyone waits for a turn. */
  boolean areGoing() {
    return going;
  }

  /** Gives a subscriber its next turn; one at a time. */
  void add(Subscriber subscriber) {
    if (subscriber.queued) {
      return;
    }
    subscriber.queued = true;
    waiting.add(subscriber);
    if (!going) {
      going = true;
      loop.yieldThen(this::take);
    }
  }

  /** Does one slice: those who wait now take their turns, also after one whose turn fails. */
  private void take() {
    int left = Math.min(waiting.size(), Slice.SUBSCRIBERS_MAX);
    RuntimeException failure = null;
    try {
      Slice slice = new Slice(shared);
      do {
        Subscriber next = waiting.remove();
        next.queued = false;
        try {
          turn(next, slice);
        } catch (RuntimeException | Error e) {
          failure = new IllegalStateException(e);
          retry(next);
        }
      } while (--left > 0 && slice.hasTime());
    } finally {
      going = !waiting.isEmpty();
      if (going) {
        loop.yieldThen(this::take);
      }
    }
    if (failure != null) {
      throw failure; // one of them, for the loop to report
    }
  }

  private void turn(Subscriber subscriber, Slice slice) {
    if (subscriber.state != Subscriber.State.BEHIND) {
      return;
    }
    if (slice.isOver(subscriber)) {
      dispatcher.expire(subscriber);
      return;
    }
    dispatcher.users().look(subscriber, slice.nowMs);
    if (!dispatcher.users().settle(subscriber, slice::hasTime)) {
      add(subscriber);
      return;
    }
    switch (replay.advance(subscriber, dispatcher.position())) {
      case Replay.Step.Current current -> subscriber.state = Subscriber.State.LIVE;
      case Replay.Step.Blocked blocked -> {}
      case Replay.Step.More more -> add(subscriber);
      case Replay.Step.Reading reading -> await(subscriber, reading);
    }
  }

  private void await(Subscriber subscriber, Replay.Step.Reading reading) {
    subscriber.state = Subscriber.State.READING;
    var _ =
        reading
            .done()
            .whenComplete(
                (page, failure) -> loop.execute(() -> wasRead(subscriber, reading, failure)));
  }

  private void wasRead(
      Subscriber subscriber, Replay.Step.Reading reading, @Nullable Throwable failure) {
    if (subscriber.state != Subscriber.State.READING) {
      return;
    }
    subscriber.state = Subscriber.State.BEHIND;
    if (failure == null) {
      subscriber.read = reading;
      add(subscriber);
    } else {
      retry(subscriber);
    }
  }

  private void retry(Subscriber subscriber) {
    loop.later(() -> add(subscriber), shared.retryMs());
  }
}
