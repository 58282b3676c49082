package tidings.core.delivery;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import tidings.core.log.Entry;
import tidings.core.log.LogReader;
import tidings.core.notification.Address;

/**
 * Brings a subscriber from its cursor to its dispatcher's position: from the tail, or from the log
 * where the tail has moved on. Those who replay the same part of the log share its windows and
 * frames. Used on the dispatcher's thread.
 */
final class Replay {
  /** Windows written to one subscriber before others get their turn. */
  private static final int WINDOWS_A_TURN = 8;

  private static final int WINDOWS_KEPT_MAX = 64;
  private static final int WEIGHT_KEPT_MAX = 8 << 20;

  /** A reader of few addresses uses the address index when it is further behind than this. */
  private static final int INDEXED_FROM = 4 * Pages.SIZE;

  /** Entries in one read for one subscriber: what is read and can't be written is read again. */
  private static final int ALONE_ENTRIES = 256;

  private final Shared shared;
  private final Traffic traffic;

  /** By number: window n covers the positions from 64 n + 1 to 64 n + 64, or part of them. */
  private final Map<Long, Window> windows = new LinkedHashMap<>(16, 0.75f, true);

  private int weight; // of all that are kept
  private int withdrawals;
  private boolean used;

  Replay(Shared shared, Traffic traffic) {
    this.shared = shared;
    this.traffic = traffic;
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
     * The log is being read.
     *
     * @param own whose interest alone the page was read for; null if all share it
     */
    record Reading(CompletableFuture<LogReader.Page> done, @Nullable Interest own)
        implements Step {}
  }

  /** Writes what lies between a subscriber's cursor and the position, as far as it goes now. */
  Step advance(Subscriber subscriber, long position) {
    Outlet outlet = subscriber.outlet;
    for (int turn = 0; turn < WINDOWS_A_TURN; turn++) {
      if (subscriber.cursor >= position) {
        return new Step.Current();
      }
      if (!outlet.isWritable()) {
        return new Step.Blocked();
      }
      skipWhatIsGone(subscriber, shared.lowWater());
      if (subscriber.cursor >= position) {
        return new Step.Current();
      }
      Window window = window(subscriber.cursor + 1, position);
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
      Outlet outlet = subscriber.outlet;
      Window.Frames frames = window.frames(outlet.encoding(), selected, direct);
      int count = frames.frames().size();
      for (int i = 0; i < count; i++) {
        if (!outlet.isWritable()) {
          frames.done();
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
      frames.done();
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
      all = write(subscriber, window);
      window.release();
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
    Interest interest = subscriber.audience.interest;
    Set<Address> addresses = interest.indexed();
    if (addresses != null && position - subscriber.cursor > INDEXED_FROM) {
      return alone(subscriber, position, addresses);
    }
    return new Step.Reading(shared.pages().read(subscriber.cursor + 1, position), null);
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
    return new Step.Reading(shared.reader().read(scan), subscriber.audience.interest);
  }

  /**
   * Goes on after a page was read: writes it if it was read for this subscriber alone, or reads it
   * alone if others have driven the shared one out meanwhile. So each read brings somebody on,
   * however many read at different places.
   */
  Step advance(Subscriber subscriber, Step.Reading read, long position) {
    if (read.own() == null && !shared.pages().keeps(read.done())) {
      return alone(subscriber, position, null);
    }
    if (subscriber.audience.interest.equals(read.own())) {
      write(subscriber, read.done().join());
    }
    return advance(subscriber, position);
  }

  /** The window on which a place stands, or null if it has to be read from the log first. */
  private @Nullable Window window(long wanted, long position) {
    used = true;
    if (withdrawals != shared.withdrawals()) {
      withdrawals = shared.withdrawals();
      releaseAll();
    }
    long number = (wanted - 1) / Window.ENTRIES_MAX;
    long first = number * Window.ENTRIES_MAX + 1;
    long last = Math.min(first + Window.ENTRIES_MAX - 1, position);
    Window known = windows.get(number);
    if (known != null && known.first <= wanted && known.last >= last) {
      return known;
    }
    Window made = fromTail(Math.max(first, Math.min(shared.tail().start(), wanted)), last);
    if (made == null) {
      made = fromLog(wanted, first, last);
    }
    if (made != null) {
      keep(number, made);
    }
    return made;
  }

  private @Nullable Window fromTail(long first, long last) {
    List<Entry> entries = new ArrayList<>((int) (last - first + 1));
    return shared.tail().read(first, last, entries)
        ? new Window(shared.epoch(), first, last, entries)
        : null;
  }

  private @Nullable Window fromLog(long wanted, long first, long last) {
    Pages.Part part = shared.pages().kept(wanted);
    if (part == null) {
      return null;
    }
    long from = Math.max(first, part.first());
    long to = Math.min(last, part.page().reached());
    List<Entry> entries = new ArrayList<>((int) (to - from + 1));
    for (Entry entry : part.page().entries()) {
      if (entry.position() >= from && entry.position() <= to) {
        entries.add(entry);
      }
    }
    return new Window(shared.epoch(), from, to, entries);
  }

  private void keep(long number, Window window) {
    Window before = windows.put(number, window);
    if (before != null) {
      drop(before);
    }
    weight += window.weight();
    Iterator<Window> eldest = windows.values().iterator();
    while (windows.size() > 1 && (windows.size() > WINDOWS_KEPT_MAX || weight > WEIGHT_KEPT_MAX)) {
      Window old = eldest.next();
      if (old == window) {
        break;
      }
      eldest.remove();
      drop(old);
    }
  }

  private void drop(Window window) {
    weight -= window.weight();
    window.release();
  }

  private void releaseAll() {
    windows.values().forEach(Window::release);
    windows.clear();
    weight = 0;
  }

  /** Gives up what nobody used since the last call. */
  void trim() {
    if (!used) {
      releaseAll();
    }
    used = false;
  }
}
