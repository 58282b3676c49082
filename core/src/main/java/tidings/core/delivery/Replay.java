package tidings.core.delivery;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import tidings.core.log.Entry;
import tidings.core.log.LogReader;
import tidings.core.notification.Address;

/**
 * Brings a subscriber from its cursor to its dispatcher's position: from the tail, or from the log
 * where the tail has moved on. Used on the dispatcher's thread.
 */
final class Replay {
  /** Windows written to one subscriber before others get their turn. */
  private static final int WINDOWS_A_TURN = 8;

  /** A reader of few addresses uses the address index when it is further behind than this. */
  private static final int INDEXED_FROM = 4 * SharedPages.SIZE;

  /** Entries in one read for one subscriber: what is read and can't be written is read again. */
  private static final int ALONE_ENTRIES = 256;

  private final Dispatcher dispatcher;
  private final Shared shared;
  private final Windows windows;
  private final Traffic traffic;

  Replay(Dispatcher dispatcher, Shared shared, Windows windows) {
    this.dispatcher = dispatcher;
    this.shared = shared;
    this.windows = windows;
    this.traffic = dispatcher.traffic();
  }

  /** How far a turn brought a subscriber. */
  sealed interface Step {
    /** It is at the position. */
    record Current() implements Step {}

    /** Its outlet takes no more; it will say when it does. */
    record Blocked() implements Step {}

    /** Its turn is over. */
    record More() implements Step {}

    /**
     * The log is being read; when that is done it is the subscriber's {@code read}.
     *
     * @param own whose interest alone the page was read for; null if all share it
     * @param after the cursor that it was read for
     */
    record Reading(CompletableFuture<LogReader.Page> done, @Nullable Interest own, long after)
        implements Step {}
  }

  /**
   * Writes what lies between a subscriber's cursor and the position, as far as it goes now.
   *
   * <p>A page that it waited for comes first: it is written if it was read for this subscriber
   * alone, or read alone if others have driven the shared one out meanwhile. So each read brings
   * somebody on, however many read at different places.
   */
  Step advance(Subscriber subscriber, long position) {
    Step.Reading read = subscriber.read;
    subscriber.read = null;
    if (read != null && subscriber.cursor < position) {
      if (read.own() == null && !shared.pages().keeps(read.done())) {
        return alone(subscriber, position, null);
      }
      if (subscriber.cursor == read.after() && subscriber.audience.interest.equals(read.own())) {
        write(subscriber, read.done().join());
      }
    }
    for (int i = 0; i < WINDOWS_A_TURN; i++) {
      if (subscriber.cursor >= position) {
        return new Step.Current();
      }
      if (!subscriber.outlet.isWritable()) {
        return new Step.Blocked();
      }
      skipWhatIsGone(subscriber, shared.lowWater());
      if (subscriber.cursor >= position) {
        return new Step.Current();
      }
      Window window = windows.on(subscriber.cursor + 1, position);
      if (window == null) {
        return read(subscriber, position);
      }
      skipWhatIsGone(subscriber, shared.pages().lowWater());
      if (subscriber.cursor < window.last && !write(subscriber, window)) {
        return new Step.Blocked();
      }
    }
    return new Step.More();
  }

  /**
   * Writes a selection of a window, as far as the outlet takes it; the cursor moves with it. The
   * caller flushes.
   *
   * @return whether it took all
   */
  boolean write(Subscriber subscriber, Window window, long selected, long direct) {
    if (selected != 0) {
      if ((selected & window.withdrawals) != 0) {
        dispatcher.users().owe(subscriber);
      }
      Outlet outlet = subscriber.outlet;
      Window.Frames frames = window.frames(outlet.encoding(), selected, direct);
      int count = frames.frames().size();
      try {
        for (int i = 0; i < count; i++) {
          if (!outlet.isWritable()) {
            return false;
          }
          outlet.write(frames.frames().get(i));
          subscriber.cursor = frames.reached()[i];
          subscriber.progressS = traffic.nowS();
          traffic.delivered(frames.counts()[i], subscriber.state == Subscriber.State.LIVE);
          if (i + 1 < count) {
            outlet.flush();
          }
        }
      } finally {
        frames.done();
      }
    }
    subscriber.cursor = window.last;
    return true;
  }

  /** Writes what a window holds for a subscriber after its cursor, and flushes. */
  private boolean write(Subscriber subscriber, Window window) {
    Interest interest = subscriber.audience.interest;
    long selected = window.admitted(interest, shared.nowMs()) & window.after(subscriber.cursor);
    boolean all = write(subscriber, window, selected, window.direct(interest));
    subscriber.outlet.flush();
    return all;
  }

  /**
   * Writes a page that was read for this subscriber alone; what the outlet refuses is read again.
   */
  private void write(Subscriber subscriber, LogReader.Page page) {
    skipWhatIsGone(subscriber, page.lowWater());
    List<Entry> entries = page.entries();
    boolean all = true;
    for (int from = 0; all && from < entries.size(); from += Window.ENTRIES_MAX) {
      int to = Math.min(entries.size(), from + Window.ENTRIES_MAX);
      List<Entry> some = entries.subList(from, to);
      Window window =
          new Window(shared.epoch(), some.getFirst().position(), some.getLast().position(), some);
      try {
        all = write(subscriber, window);
      } finally {
        window.release();
      }
    }
    if (all) {
      subscriber.cursor = Math.max(subscriber.cursor, page.reached());
    }
  }

  private void skipWhatIsGone(Subscriber subscriber, long lowWater) {
    if (subscriber.cursor + 1 < lowWater) {
      subscriber.outlet.write(shared.retentionGap(subscriber.cursor, lowWater));
      subscriber.cursor = lowWater - 1;
      subscriber.outlet.flush();
      traffic.gap();
    }
  }

  private Step read(Subscriber subscriber, long position) {
    Set<Address> addresses = subscriber.audience.interest.indexed();
    if (addresses != null && position - subscriber.cursor > INDEXED_FROM) {
      return alone(subscriber, position, addresses);
    }
    long after = subscriber.cursor;
    return new Step.Reading(shared.pages().read(after + 1, position), null, after);
  }

  /**
   * Reads on for one subscriber alone.
   *
   * @param addresses what it reads through the address index; null for everything
   */
  private Step.Reading alone(
      Subscriber subscriber, long position, @Nullable Set<Address> addresses) {
    LogReader.Scan scan =
        new LogReader.Scan(subscriber.cursor, position, false, ALONE_ENTRIES, addresses);
    return new Step.Reading(
        shared.reader().read(scan), subscriber.audience.interest, subscriber.cursor);
  }
}
