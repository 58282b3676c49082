package tidings.core.delivery;

import java.util.ArrayList;
import java.util.List;
import tidings.core.notification.Address;

/**
 * The subscribers of one dispatcher that have the same interest: matched once, served together.
 * Used on the dispatcher's thread.
 */
final class Audience {
  final Interest interest;
  final List<Subscriber> members = new ArrayList<>(1);

  /** Which entries of the window that is being dispatched concern it, as bits. */
  long selected;

  /** Which of those address the reader as a user. */
  long direct;

  /** The last search that found it. */
  long foundBy;

  Audience(Interest interest) {
    this.interest = interest;
  }

  void add(Subscriber subscriber) {
    subscriber.place = members.size();
    members.add(subscriber);
  }

  /**
   * Takes a member out; the last one takes its place. Whoever walks the members backwards meanwhile
   * misses none, and meets that one again.
   */
  void remove(Subscriber subscriber) {
    Subscriber last = members.removeLast();
    if (last != subscriber) {
      members.set(subscriber.place, last);
      last.place = subscriber.place;
    }
  }

  /** Takes note that an entry of the window concerns it, at this address. */
  void select(int index, Address address) {
    selected |= 1L << index;
    if (address.equals(interest.user())) {
      direct |= 1L << index;
    }
  }

  void reset() {
    selected = 0;
    direct = 0;
  }
}
