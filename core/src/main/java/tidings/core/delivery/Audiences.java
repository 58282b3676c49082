package tidings.core.delivery;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import tidings.core.filter.AddressIndex;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;

/**
 * The subscribers of one dispatcher, one by one, by what they are interested in, and by address.
 * Used on the dispatcher's thread.
 */
final class Audiences {
  private final List<Subscriber> all = new ArrayList<>();
  private final Map<Interest, Audience> byInterest = new HashMap<>();
  private final AddressIndex<Audience> index = new AddressIndex<>();
  private long searches;

  int size() {
    return all.size();
  }

  /**
   * One of all subscribers. When one leaves, the last one takes its place: whoever walks them
   * backwards meanwhile misses none.
   */
  Subscriber get(int i) {
    return all.get(i);
  }

  /** Those who came last. */
  List<Subscriber> newest(int count) {
    return all.stream()
        .sorted(Comparator.comparingLong((Subscriber subscriber) -> -subscriber.number))
        .limit(count)
        .toList();
  }

  /** The audience of an interest, for someone who joins it. */
  Audience of(Interest interest) {
    return byInterest.computeIfAbsent(
        interest,
        i -> {
          Audience audience = new Audience(i);
          for (AddressPattern pattern : i.to()) {
            index.add(pattern, audience);
          }
          return audience;
        });
  }

  /** Passes on every audience with a pattern that matches the address, each once. */
  void find(Address address, Consumer<Audience> found) {
    long search = ++searches;
    index.find(
        address,
        audience -> {
          if (audience.foundBy != search) {
            audience.foundBy = search;
            found.accept(audience);
          }
        });
  }

  void add(Subscriber subscriber) {
    subscriber.audience.add(subscriber);
    subscriber.slot = all.size();
    all.add(subscriber);
  }

  void remove(Subscriber subscriber) {
    leaveAudience(subscriber);
    Subscriber last = all.removeLast();
    if (last != subscriber) {
      all.set(subscriber.slot, last);
      last.slot = subscriber.slot;
    }
  }

  void move(Subscriber subscriber, Interest interest) {
    leaveAudience(subscriber);
    subscriber.audience = of(interest);
    subscriber.audience.add(subscriber);
  }

  private void leaveAudience(Subscriber subscriber) {
    Audience audience = subscriber.audience;
    audience.remove(subscriber);
    if (audience.members.isEmpty()) {
      byInterest.remove(audience.interest);
      for (AddressPattern pattern : audience.interest.to()) {
        index.remove(pattern, audience);
      }
    }
  }
}
