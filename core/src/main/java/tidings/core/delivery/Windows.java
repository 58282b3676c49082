package tidings.core.delivery;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tidings.core.log.Entry;

/**
 * The windows through which those who are behind read the tail and the log: whoever replays the
 * same part shares its window and frames. Used on the dispatcher's thread.
 */
final class Windows {
  private static final int KEPT_MAX = 64;
  private static final int WEIGHT_MAX = 8 << 20;

  private final Shared shared;

  /** By number: window n covers the positions from 64 n + 1 to 64 n + 64, or part of them. */
  private final Map<Long, Window> kept = new LinkedHashMap<>(16, 0.75f, true);

  private int weight; // of all that are kept
  private int retractions;
  private boolean used;

  Windows(Shared shared) {
    this.shared = shared;
  }

  /**
   * The window on which a place stands, or null if it has to be read from the log first.
   *
   * @param position the newest position that it may hold
   */
  @Nullable Window on(long wanted, long position) {
    used = true;
    if (retractions != shared.retractions()) {
      retractions = shared.retractions();
      releaseAll();
    }
    long number = (wanted - 1) / Window.ENTRIES_MAX;
    long first = number * Window.ENTRIES_MAX + 1;
    long last = Math.min(first + Window.ENTRIES_MAX - 1, position);
    Window known = kept.get(number);
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
    SharedPages.Part part = shared.pages().kept(wanted);
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
    Window before = kept.put(number, window);
    if (before != null) {
      drop(before);
    }
    weight += window.weight();
    Iterator<Window> eldest = kept.values().iterator();
    while (kept.size() > 1 && (kept.size() > KEPT_MAX || weight > WEIGHT_MAX)) {
      Window old = eldest.next();
      eldest.remove();
      drop(old);
    }
  }

  private void drop(Window window) {
    weight -= window.weight();
    window.release();
  }

  private void releaseAll() {
    kept.values().forEach(Window::release);
    kept.clear();
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
