package tidings.core.delivery;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tidings.core.log.Entry;

/**
 * Takes what the tail has got to those who are live, in passes of at most 64 entries, each done in
 * slices. Used on the dispatcher's thread.
 *
 * <p>The {@link #position} becomes the end of a pass before the first subscriber is written to. A
 * subscriber that joins meanwhile reads up to the position itself; one whose cursor has passed an
 * entry does not get it again. So nothing is lost or repeated at the hand-over, without a lock.
 */
final class FanOut {
  private final Dispatcher dispatcher;
  private final Shared shared;
  private final Loop loop;
  private final Audiences audiences;
  private final Replay replay;
  private final Turns turns;

  /** Everything up to here was taken from the tail. */
  private long position;

  private @Nullable Pass pass;

  FanOut(
      Dispatcher dispatcher,
      Shared shared,
      Loop loop,
      Audiences audiences,
      Replay replay,
      Turns turns) {
    this.dispatcher = dispatcher;
    this.shared = shared;
    this.loop = loop;
    this.audiences = audiences;
    this.replay = replay;
    this.turns = turns;
    this.position = shared.tail().end();
  }

  /** Whoever has got all up to here is live. */
  long position() {
    return position;
  }

  /** Up to here everyone who is live has got all; below the position while a pass goes on. */
  long reached() {
    return pass == null ? position : pass.before();
  }

  /** Takes the next window from the tail, if it has grown and no pass goes on. */
  void begin() {
    if (pass != null) {
      return;
    }
    long tailEnd = shared.tail().end();
    dispatcher.users().takeNews(); // so that all up to here passes what was saved before it
    if (audiences.size() == 0) {
      position = tailEnd;
      return;
    }
    long end = Math.min(tailEnd, position + Window.ENTRIES_MAX);
    if (end == position) {
      return;
    }
    List<Entry> entries = new ArrayList<>((int) (end - position));
    if (!shared.tail().read(position + 1, end, entries)) {
      leftBehind(tailEnd);
      return;
    }
    Window window = new Window(shared.epoch(), position + 1, end, entries);
    pass = new Pass(dispatcher, audiences, replay, window);
    position = end;
    goOn();
  }

  /** Does one slice of the pass, and sees to it that the next one comes. */
  private void goOn() {
    Pass now = pass;
    if (now == null) {
      return;
    }
    boolean over;
    try {
      over = now.goOn(new Slice(shared));
    } catch (RuntimeException | Error e) {
      abandon(now);
      throw e;
    }
    if (!over) {
      loop.yieldThen(this::goOn);
      return;
    }
    pass = null;
    if (shared.tail().end() > position) {
      loop.yieldThen(this::begin);
    }
    now.close();
  }

  /** Gives a pass up: whoever it may still concern reads on from the log. */
  private void abandon(Pass now) {
    pass = null;
    allFallBehind(now.before());
    loop.yieldThen(this::begin);
    now.close();
  }

  /** The tail was faster. */
  private void leftBehind(long tailEnd) {
    long from = position;
    position = tailEnd;
    allFallBehind(from);
  }

  /** Whoever is live, and not yet at the position, reads on from the log. */
  private void allFallBehind(long from) {
    for (int i = audiences.size() - 1; i >= 0; i--) {
      Subscriber subscriber = audiences.get(i);
      if (subscriber.state == Subscriber.State.LIVE && subscriber.cursor < position) {
        turns.fallBehind(subscriber, from);
      }
    }
  }
}
