package tidings.core.delivery;

import java.util.ArrayList;
import java.util.List;
import tidings.core.log.Entry;
import tidings.core.notification.Address;

/**
 * A window's way to those who are live: finds whom its entries concern, then writes to one after
 * the other. Used on the dispatcher's thread.
 */
final class Pass {
  private final Dispatcher dispatcher;
  private final Audiences audiences;
  private final Replay replay;
  private final Window window;
  private final List<Audience> concerned = new ArrayList<>();
  private int entry; // the next to find audiences for …
  private int address; // … and the next of its addresses
  private int audience; // the next of those concerned …
  private int member = -1; // … and its next member, walking down; -1 before the first

  Pass(Dispatcher dispatcher, Audiences audiences, Replay replay, Window window) {
    this.dispatcher = dispatcher;
    this.audiences = audiences;
    this.replay = replay;
    this.window = window;
  }

  /** The position before its window: up to here it owes nobody anything. */
  long before() {
    return window.first - 1;
  }

  /**
   * Does one slice.
   *
   * @return whether it is over
   */
  boolean goOn(Slice slice) {
    return select(slice) && write(slice);
  }

  /** Ends it, done or not: whoever was not written to is to read the window. */
  void close() {
    for (; audience < concerned.size(); audience++) {
      concerned.get(audience).reset();
    }
    window.release();
  }

  private boolean select(Slice slice) {
    List<Entry> entries = window.entries;
    for (; entry < entries.size(); entry++, address = 0) {
      Entry next = entries.get(entry);
      boolean wanted = address > 0 || next.expiresMs() > slice.nowMs; // decided once for all
      int addresses = wanted ? next.to().size() : 0;
      while (address < addresses) {
        select(next, next.to().get(address++));
        if (!slice.hasTime()) {
          return false;
        }
      }
    }
    return true;
  }

  private void select(Entry next, Address of) {
    audiences.find(
        of,
        found -> {
          if (found.interest.admits(next, of)) {
            if (found.selected == 0) {
              concerned.add(found);
            }
            found.select(entry, of);
          }
        });
  }

  private boolean write(Slice slice) {
    for (; audience < concerned.size(); audience++, member = -1) {
      Audience to = concerned.get(audience);
      int size = to.members.size();
      member = member < 0 ? size : Math.min(member, size);
      while (member > 0) {
        if (!slice.takesOne()) {
          return false;
        }
        write(to, to.members.get(--member), slice);
      }
      to.reset();
    }
    return true;
  }

  private void write(Audience to, Subscriber subscriber, Slice slice) {
    if (subscriber.state != Subscriber.State.LIVE || subscriber.cursor >= window.last) {
      return;
    }
    if (slice.isOver(subscriber)) {
      dispatcher.expire(subscriber);
      return;
    }
    long selected = to.selected;
    if (subscriber.cursor >= window.first) {
      selected &= window.after(subscriber.cursor);
    } else {
      subscriber.cursor = window.first - 1;
    }
    if (!replay.write(subscriber, window, selected, to.direct)) {
      subscriber.state = Subscriber.State.BEHIND;
      dispatcher.traffic().countFellBehind();
    }
    subscriber.outlet.flush();
  }
}
