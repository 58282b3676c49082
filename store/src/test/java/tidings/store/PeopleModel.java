package tidings.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tidings.core.inbox.Change;
import tidings.core.inbox.Person;
import tidings.core.inbox.ReadState;
import tidings.core.inbox.Sorts;
import tidings.core.inbox.Touched;
import tidings.core.log.NewEntry;
import tidings.core.notification.Address;

/** What a store keeps for inboxes, in plain collections. */
final class PeopleModel {
  final TreeMap<Long, Place> places = new TreeMap<>();
  final Map<String, Person> people = new HashMap<>();
  final Map<String, TreeMap<Long, Touched>> touched = new HashMap<>();
  private final Map<List<Object>, Latest> latest = new HashMap<>();
  long end;
  long lowWater = 1;

  /** Says what a sort's number means, so that stores are free to number. */
  sealed interface Meaning {
    record Sort(Sorts.Sort sort) implements Meaning {}

    record Constant(int number) implements Meaning {}
  }

  /** A row as {@link tidings.core.inbox.Row} has it. */
  record Line(
      String address, long position, Meaning sort, long expiresMs, long replaces, long firstMs) {}

  /** What is at a position. */
  static final class Place {
    final long position;
    final @Nullable NewEntry entry; // null for a withdrawal
    final Map<String, Line> lines = new TreeMap<>();

    Place(long position, @Nullable NewEntry entry) {
      this.position = position;
      this.entry = entry;
    }
  }

  private record Latest(long position, long firstMs) {}

  void publish(NewEntry entry) {
    Place place = new Place(++end, entry);
    places.put(end, place);
    for (Address address : new LinkedHashSet<>(entry.to())) {
      String to = address.toString();
      List<Object> key = List.of(entry.publisher(), String.valueOf(entry.key()), to);
      boolean keyed = entry.key() != null && !entry.onlyActive();
      Latest before = keyed ? latest.get(key) : null;
      if (before != null) {
        replace(before.position, to);
      }
      if (keyed) {
        latest.put(key, new Latest(end, before == null ? entry.happenedMs() : before.firstMs));
      }
      place.lines.put(
          to,
          new Line(
              to,
              end,
              meaning(entry),
              entry.expiresMs(),
              before == null ? 0 : before.position,
              before == null ? 0 : before.firstMs));
    }
  }

  private void replace(long position, String to) {
    Place place = places.get(position);
    Line line = place == null ? null : place.lines.get(to);
    if (place != null && line != null) {
      place.lines.put(
          to,
          new Line(
              to,
              position,
              new Meaning.Constant(Sorts.REPLACED),
              line.expiresMs,
              line.replaces,
              line.firstMs));
    }
  }

  static Meaning meaning(NewEntry entry) {
    return entry.onlyActive()
        ? new Meaning.Constant(Sorts.ONLY_ACTIVE)
        : new Meaning.Sort(
            new Sorts.Sort(
                entry.type() == null ? "" : entry.type(),
                entry.source() == null ? "" : entry.source(),
                entry.level()));
  }

  void withdraw(long position) {
    Place withdrawn = Objects.requireNonNull(places.remove(position));
    Place place = new Place(++end, null);
    for (String to : withdrawn.lines.keySet()) {
      Meaning sort = new Meaning.Constant(Sorts.WITHDRAWAL);
      place.lines.put(to, new Line(to, end, sort, Long.MAX_VALUE, position, 0));
    }
    places.put(end, place);
  }

  void purgeBelow(long position) {
    lowWater = position;
    places.headMap(position).clear();
    latest.values().removeIf(one -> one.position < position);
  }

  long rev(String user) {
    return person(user).rev();
  }

  Person person(String user) {
    return people.getOrDefault(user, Person.begins(0, user, end));
  }

  /** Changes a person; whether anything changed. */
  boolean change(String user, Change change) {
    long at = change instanceof Change.Begin(long begin) ? begin : end;
    Person before = people.computeIfAbsent(user, one -> Person.begins(0, one, at));
    TreeMap<Long, Touched> own = touched.computeIfAbsent(user, one -> new TreeMap<>());
    Person after =
        switch (change) {
          case Change.Begin _ -> before;
          case Change.MarkAll all ->
              before.marked(
                  all,
                  own.tailMap(lowWater).values().stream()
                      .anyMatch(one -> ReadState.ends(before, all, one)));
          case Change.DropBelow drop -> dropped(before, own, drop) ? before.touched() : before;
          case Change.Touch touch -> marked(before, own, touch) ? before.touched() : before;
          case Change.Save save -> before.saved(save, end);
        };
    people.put(user, after);
    return after.rev() > before.rev();
  }

  private static boolean marked(Person person, Map<Long, Touched> own, Change.Touch touch) {
    boolean changed = false;
    for (Change.Touch.At at : touch.entries()) {
      Touched after = ReadState.touch(person, touch, at, own.get(at.position()));
      if (after != null) {
        own.put(at.position(), after);
        changed = true;
      }
    }
    return changed;
  }

  private boolean dropped(Person person, NavigableMap<Long, Touched> own, Change.DropBelow drop) {
    List<Touched> ended =
        own.tailMap(lowWater).values().stream()
            .filter(one -> ReadState.ends(person, drop, one))
            .toList();
    for (Touched one : ended) {
      Touched left = ReadState.left(person, drop, one);
      if (left == null) {
        own.remove(one.position());
      } else {
        own.put(one.position(), left);
      }
    }
    return !ended.isEmpty();
  }

  void erase(String user) {
    String to = "user:" + user;
    people.remove(user);
    touched.remove(user);
    latest.keySet().removeIf(key -> key.contains(to));
    for (Place place : List.copyOf(places.values())) {
      place.lines.remove(to);
      if (place.lines.isEmpty()) {
        places.remove(place.position);
      }
    }
  }

  /** What still holds of what a user marked by itself, newest first. */
  List<Touched> holding(String user) {
    List<Touched> holding = new ArrayList<>();
    Person person = people.get(user);
    if (person != null) {
      for (Touched one : touched.getOrDefault(user, new TreeMap<>()).descendingMap().values()) {
        Touched held = ReadState.holding(person, one);
        if (held != null && held.position() >= lowWater) {
          holding.add(held);
        }
      }
    }
    return holding;
  }

  List<Line> lines(String address, long above, long upTo, int limit) {
    return places.descendingMap().values().stream()
        .filter(place -> place.position > above && place.position <= upTo)
        .map(place -> place.lines.get(address))
        .filter(line -> line != null)
        .limit(limit)
        .toList();
  }

  List<Line> linesAt(long position, Predicate<Address> reaching) {
    Place place = places.get(position);
    return place == null
        ? List.of()
        : place.lines.values().stream()
            .filter(line -> reaching.test(Address.of(line.address)))
            .sorted(Comparator.comparing(Line::address))
            .toList();
  }

  Set<String> topics() {
    Set<String> topics = new TreeSet<>();
    for (Place place : places.values()) {
      for (String to : place.lines.keySet()) {
        if (to.startsWith("topic:")) {
          topics.add(to.substring("topic:".length()));
        }
      }
    }
    return topics;
  }

  /** Where the notifications are that are kept, by their ids. */
  Map<UUID, Long> positions() {
    Map<UUID, Long> positions = new HashMap<>();
    for (Place place : places.values()) {
      if (place.entry != null && !place.entry.onlyActive()) {
        positions.put(place.entry.id(), place.position);
      }
    }
    return positions;
  }
}
