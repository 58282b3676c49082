package tidings.store.inbox;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tidings.core.inbox.Person;
import tidings.core.inbox.Row;
import tidings.core.inbox.Snapshot;
import tidings.core.inbox.Touched;
import tidings.core.inbox.WideRow;
import tidings.core.inbox.Words;
import tidings.core.log.Entry;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;

/** Reads a {@link Memory} as it is. */
final class MemorySnapshot implements Snapshot {
  private final Memory memory;

  MemorySnapshot(Memory memory) {
    this.memory = memory;
  }

  @Override
  public long lowWater() {
    return memory.lowWater;
  }

  @Override
  public long end() {
    return memory.end();
  }

  @Override
  public long indexed() {
    return memory.end();
  }

  @Override
  public @Nullable Person person(String user) {
    return memory.persons.get(user);
  }

  @Override
  public List<Row> rows(Address address, long above, long upTo, int limit) {
    return newest(memory.rows.getOrDefault(address, new TreeMap<>()), above, upTo)
        .limit(limit)
        .toList();
  }

  private static <T> Stream<T> newest(NavigableMap<Long, T> all, long above, long upTo) {
    return above >= upTo
        ? Stream.of()
        : all.subMap(above, false, upTo, true).descendingMap().values().stream();
  }

  @Override
  public List<WideRow> wide(long above, long upTo, int limit) {
    List<WideRow> rows = new ArrayList<>();
    long low = Math.max(above + 1, memory.lowWater);
    for (long at = Math.min(upTo, end()); at >= low && rows.size() < limit; at--) {
      Memory.Place place = memory.at(at);
      Entry entry = place.entry;
      if (entry != null) {
        rows.add(new WideRow(at, entry.to(), place.sort, entry.expiresMs(), place.keyed));
      }
    }
    return rows;
  }

  @Override
  public List<Row> rowsAt(long position, Predicate<Address> reaching) {
    Entry entry = position < memory.lowWater ? null : memory.at(position).entry;
    return entry == null
        ? List.of()
        : entry.to().stream()
            .filter(reaching)
            .map(address -> memory.rows(address).get(position))
            .toList();
  }

  @Override
  public List<Touched> touched(long person, long above, long upTo, int limit) {
    return newest(memory.touched(person), above, upTo).limit(limit).toList();
  }

  @Override
  public List<Touched> touched(long person, Flag flag, long above, long upTo, int limit) {
    return newest(memory.touched(person), above, upTo)
        .filter(touched ->
            flag == Flag.UNREAD ? says(touched.read(), false) : says(touched.archived(), true))
        .limit(limit)
        .toList();
  }

  private static boolean says(Touched.@Nullable Flag flag, boolean is) {
    return flag != null && flag.is() == is;
  }

  @Override
  public List<Entry> entries(List<Long> positions) {
    return positions.stream().map(this::notification).flatMap(Stream::ofNullable).toList();
  }

  private @Nullable Entry notification(long position) {
    Entry entry = position < memory.lowWater ? null : memory.at(position).entry;
    return entry == null || entry.kind() != Entry.Kind.NOTIFICATION ? null : entry;
  }

  @Override
  public Map<UUID, Long> positions(Collection<UUID> ids) {
    Map<UUID, Long> positions = new HashMap<>();
    for (UUID id : ids) {
      Long at = memory.positions.get(id);
      if (at != null && notification(at) != null) {
        positions.put(id, at);
      }
    }
    return positions;
  }

  @Override
  public @Nullable List<Long> matches(
      Words words,
      List<AddressPattern> granted,
      long above,
      long upTo,
      int limit,
      BooleanSupplier isOver) {
    List<Long> found = new ArrayList<>();
    for (long at = upTo; at > above && found.size() < limit; at--) {
      Entry entry = notification(at);
      if (entry != null && isGranted(granted, entry) && memory.at(at).texts().have(words)) {
        found.add(at);
      }
    }
    return found;
  }

  private static boolean isGranted(List<AddressPattern> granted, Entry entry) {
    return entry.to().stream().anyMatch(to -> granted.stream().anyMatch(one -> one.matches(to)));
  }

  @Override
  public List<String> topics(String from, String below, int limit) {
    return memory.rows.keySet().stream()
        .filter(Address.OfTopic.class::isInstance)
        .map(address -> ((Address.OfTopic) address).topic().name())
        .filter(name -> name.compareTo(from) >= 0 && name.compareTo(below) < 0)
        .sorted()
        .limit(limit)
        .toList();
  }
}
