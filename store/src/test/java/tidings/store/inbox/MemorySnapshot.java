package tidings.store.inbox;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.LongStream;
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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Reads a {@link Memory} as it is. */
final class MemorySnapshot implements Snapshot {
  private static final ObjectMapper MAPPER = new ObjectMapper();

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
    for (long at = memory.lowWater; at <= end(); at++) {
      Entry entry = notification(at);
      if (entry != null && ids.contains(entry.id())) {
        positions.put(entry.id(), at);
      }
    }
    return positions;
  }

  @Override
  public List<Long> matches(
      Words words, Address.@Nullable User user, long above, long upTo, int limit) {
    return LongStream.iterate(upTo, at -> at > above, at -> at - 1)
        .filter(at -> {
          Entry entry = notification(at);
          return entry != null
              && entry.to().stream()
                  .anyMatch(to -> !(to instanceof Address.User) || to.equals(user))
              && matches(words, entry);
        })
        .limit(limit)
        .boxed()
        .toList();
  }

  /** Whether title or body have all the words. */
  static boolean matches(Words words, Entry entry) {
    JsonNode json = MAPPER.readTree(entry.json());
    List<List<String>> texts =
        Stream.of("title", "body")
            .filter(json::has)
            .map(field -> tokens(json.get(field).asString()))
            .toList();
    return words.all().stream()
        .allMatch(word -> texts.stream().anyMatch(text -> holds(text, word)));
  }

  private static boolean holds(List<String> text, Words.Word word) {
    List<String> phrase = tokens(word.text());
    if (!word.prefix()) {
      return Collections.indexOfSubList(text, phrase) >= 0;
    }
    for (int at = 0; at + phrase.size() <= text.size(); at++) {
      List<String> found = text.subList(at, at + phrase.size());
      if (found.subList(0, phrase.size() - 1).equals(phrase.subList(0, phrase.size() - 1))
          && found.getLast().startsWith(phrase.getLast())) {
        return true;
      }
    }
    return false;
  }

  private static List<String> tokens(String text) {
    String plain =
        Normalizer.normalize(text, Normalizer.Form.NFD)
            .replaceAll("\\p{M}", "")
            .toLowerCase(Locale.ROOT);
    return Arrays.stream(plain.split("[^\\p{L}\\p{N}\\p{Co}]+", -1))
        .filter(token -> !token.isEmpty())
        .toList();
  }

  @Override
  public List<String> topics(String prefix, String after, int limit) {
    return memory.rows.keySet().stream()
        .filter(Address.OfTopic.class::isInstance)
        .map(address -> ((Address.OfTopic) address).topic().name())
        .filter(name -> name.startsWith(prefix) && name.compareTo(after) > 0)
        .sorted()
        .limit(limit)
        .toList();
  }
}
