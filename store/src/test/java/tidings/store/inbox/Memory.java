package tidings.store.inbox;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Publisher;
import tidings.core.inbox.Person;
import tidings.core.inbox.Row;
import tidings.core.inbox.Sorts;
import tidings.core.inbox.Touched;
import tidings.core.log.Entry;
import tidings.core.log.Epochs;
import tidings.core.notification.Address;

/** What a {@link MemoryStore} keeps from one start to the next. */
final class Memory {

  /** A place in the log; the entry is null once it was withdrawn or erased. */
  static final class Place {
    final Publisher publisher;
    final boolean keyed;
    final int sort;
    @Nullable Entry entry;
    private @Nullable Texts texts;

    Place(Publisher publisher, boolean keyed, int sort, Entry entry) {
      this.publisher = publisher;
      this.keyed = keyed;
      this.sort = sort;
      this.entry = entry;
    }

    /** What its entry says; looked at once. */
    Texts texts() {
      Texts known = texts;
      if (known == null) {
        known = new Texts(Objects.requireNonNull(entry).json());
        texts = known;
      }
      return known;
    }
  }

  /** What a key replaces at an address. */
  record Replaced(String publisher, String key, Address address) {}

  /** The newest of a row of replacements. */
  record Latest(long position, long firstMs) {}

  final List<Place> log = new ArrayList<>();
  final Map<UUID, Long> positions = new HashMap<>(); // of all that were ever published
  final Map<Integer, Sorts.Sort> sorts = new HashMap<>();
  final Map<Address, TreeMap<Long, Row>> rows = new HashMap<>();
  final Map<Replaced, Latest> latest = new HashMap<>();
  final Map<String, Person> persons = new HashMap<>();
  final Map<Long, TreeMap<Long, Touched>> touched = new HashMap<>();
  final List<Epochs.Epoch> epochs = new ArrayList<>();
  @Nullable Person beforeMark;
  long numbers;
  long lowWater = 1;

  long end() {
    return log.size();
  }

  Place at(long position) {
    return log.get((int) position - 1);
  }

  NavigableMap<Long, Row> rows(Address address) {
    return rows.computeIfAbsent(address, a -> new TreeMap<>());
  }

  NavigableMap<Long, Touched> touched(long person) {
    return touched.computeIfAbsent(person, p -> new TreeMap<>());
  }

  /** Forgets the last mark of everything, but not that something was done. */
  void forgetMark() {
    Person before = beforeMark;
    if (before != null) {
      persons.computeIfPresent(
          before.user(),
          (user, now) ->
              new Person(
                  now.number(),
                  user,
                  now.begin(),
                  now.rev(),
                  before.seen(),
                  before.read(),
                  before.archived(),
                  now.preferences(),
                  now.preferencesRev()));
    }
  }

  /** Takes an address from all that was published to it. */
  void erase(Address address) {
    latest.keySet().removeIf(replaced -> replaced.address().equals(address));
    for (long position : rows(address).keySet()) {
      Place place = at(position);
      Entry entry = Objects.requireNonNull(place.entry);
      List<Address> others = entry.to().stream().filter(to -> !to.equals(address)).toList();
      place.entry =
          others.isEmpty()
              ? null
              : new Entry(
                  position,
                  entry.kind(),
                  entry.id(),
                  others,
                  entry.type(),
                  entry.source(),
                  entry.level(),
                  entry.expiresMs(),
                  entry.json());
    }
    rows.remove(address);
  }

  /** Keeps only the newest entries; tells the addresses that have none any more. */
  List<Address> purge(long keep) {
    lowWater = Math.max(lowWater, end() - keep + 1);
    rows.values().forEach(row -> row.headMap(lowWater).clear());
    List<Address> gone = new ArrayList<>(rows.keySet());
    gone.removeIf(address -> !rows(address).isEmpty());
    rows.keySet().removeAll(gone);
    latest.values().removeIf(newest -> newest.position() < lowWater);
    return gone;
  }
}
