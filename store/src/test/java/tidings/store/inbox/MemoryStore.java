package tidings.store.inbox;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Publisher;
import tidings.core.inbox.Change;
import tidings.core.inbox.Changed;
import tidings.core.inbox.InboxStore;
import tidings.core.inbox.KnownTopics;
import tidings.core.inbox.Person;
import tidings.core.inbox.ReadState;
import tidings.core.inbox.Row;
import tidings.core.inbox.Snapshot;
import tidings.core.inbox.Sorts;
import tidings.core.inbox.Touched;
import tidings.core.log.Append;
import tidings.core.log.Entry;
import tidings.core.log.Epochs;
import tidings.core.log.Log;
import tidings.core.log.LogReader;
import tidings.core.log.NewEntry;
import tidings.core.notification.Address;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/**
 * A log with its inboxes in plain collections. All is done at once, on the caller's thread; used by
 * one thread. The log can't be read but through {@link Snapshot}.
 */
final class MemoryStore implements Log, InboxStore {
  private final Memory memory;
  private final Tampering tampering;
  private final Map<String, Long> late = new HashMap<>(); // if topics are raised late
  private final Epochs epochs;
  private final KnownTopics topics = new KnownTopics();
  private final Sorts sorts = new Sorts();
  private final List<InboxStore.Listener> listeners = new ArrayList<>();

  MemoryStore(Memory memory, Tampering tampering) {
    this.memory = memory;
    this.tampering = tampering;
    String name = "epoch%03d".formatted(memory.epochs.size());
    memory.epochs.add(new Epochs.Epoch(name, memory.end() + 1));
    this.epochs = new Epochs(memory.epochs);
    memory.sorts.forEach(sorts::put);
    memory.rows.keySet().forEach(address -> raise(address, memory.end()));
  }

  private void raise(Address address, long position) {
    if (address instanceof Address.OfTopic of) {
      if (tampering == Tampering.A_TOPIC_IS_RAISED_LATE) {
        late.put(of.topic().name(), position);
      } else {
        topics.raise(of.topic().name(), position);
      }
    }
  }

  @Override
  public void start(Log.Listener listener) {}

  @Override
  public void append(Append append) {
    late.forEach(topics::raise);
    late.clear();
    List<Append.Receipt> receipts = new ArrayList<>();
    for (NewEntry entry : append.entries()) {
      long position = memory.end() + 1;
      Sorts.Sort kind =
          new Sorts.Sort(
              entry.type() == null ? "" : entry.type(),
              entry.source() == null ? "" : entry.source(),
              entry.level());
      int number = sorts.number(kind);
      memory.sorts.put(number, kind);
      int sort = entry.onlyActive() ? Sorts.ONLY_ACTIVE : number;
      for (Address address : entry.to()) {
        raise(address, position);
        memory.rows(address).put(position, row(entry, address, position, sort));
      }
      memory.log.add(new Memory.Place(entry.publisher(), isKeyed(entry), sort, entry.at(position)));
      memory.positions.put(entry.id(), position);
      receipts.add(new Append.Receipt(entry.id(), position, false));
    }
    append.outcome().stored(receipts);
  }

  private static boolean isKeyed(NewEntry entry) {
    return entry.key() != null && !entry.onlyActive();
  }

  private Row row(NewEntry entry, Address address, long position, int sort) {
    String key = entry.key();
    if (key == null || !isKeyed(entry)) {
      return new Row(address, position, sort, entry.expiresMs(), 0, 0);
    }
    Memory.Replaced replaced = new Memory.Replaced(entry.publisher().name(), key, address);
    Memory.Latest before = memory.latest.get(replaced);
    long firstMs = before == null ? entry.happenedMs() : before.firstMs();
    memory.latest.put(replaced, new Memory.Latest(position, firstMs));
    if (before == null) {
      return new Row(address, position, sort, entry.expiresMs(), 0, 0);
    }
    memory
        .rows(address)
        .computeIfPresent(
            before.position(),
            (at, row) ->
                new Row(
                    address, at, Sorts.REPLACED, row.expiresMs(), row.replaces(), row.firstMs()));
    return new Row(address, position, sort, entry.expiresMs(), before.position(), firstMs);
  }

  @Override
  public void withdraw(UUID id, Publisher publisher, Append.Outcome outcome) {
    long found = memory.positions.getOrDefault(id, 0L);
    if (found < memory.lowWater
        || memory.at(found).entry == null
        || !memory.at(found).publisher.equals(publisher)) {
      outcome.refused(Problem.of(Problem.Kind.NOT_FOUND, "no such notification"));
      return;
    }
    Memory.Place place = memory.at(found);
    Entry withdrawn = Objects.requireNonNull(place.entry);
    place.entry = null;
    long position = memory.end() + 1;
    for (Address address : withdrawn.to()) {
      raise(address, position);
      memory.rows(address).remove(found);
      memory
          .rows(address)
          .put(position, new Row(address, position, Sorts.WITHDRAWAL, Entry.NEVER, found, 0));
    }
    Entry entry =
        new Entry(
            position,
            Entry.Kind.WITHDRAWN,
            id,
            withdrawn.to(),
            withdrawn.type(),
            withdrawn.source(),
            withdrawn.level(),
            Entry.NEVER,
            "{}".getBytes(StandardCharsets.UTF_8));
    memory.log.add(new Memory.Place(publisher, false, Sorts.WITHDRAWAL, entry));
    outcome.stored(List.of(new Append.Receipt(id, position, false)));
  }

  @Override
  public <T> CompletableFuture<T> read(Lane lane, Function<Snapshot, T> reading) {
    try {
      return CompletableFuture.completedFuture(reading.apply(new MemorySnapshot(memory)));
    } catch (Refusal e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CompletableFuture<Changed> change(String user, Change change) {
    Person before = memory.persons.get(user);
    if (before == null) {
      long at = change instanceof Change.Begin begin ? begin.at() : memory.end();
      before = Person.begins(++memory.numbers, user, at);
      memory.persons.put(user, before);
    }
    Person after;
    Change.DropBelow rest = null;
    try {
      after = after(before, change);
    } catch (Refusal e) {
      return CompletableFuture.failedFuture(e);
    }
    memory.persons.put(user, after);
    if (change instanceof Change.MarkAll all) {
      memory.beforeMark = before;
      rest = rest(before, all);
    }
    boolean changed = after.rev() > before.rev();
    if (changed) {
      listeners.forEach(listener -> listener.changed(user, after.rev(), change));
    }
    return CompletableFuture.completedFuture(new Changed(after.rev(), changed, rest));
  }

  /** What goes on with a mark below the last one. */
  private static Change.@Nullable DropBelow rest(Person person, Change.MarkAll all) {
    long mark =
        switch (all.kind()) {
          case SEEN -> 0;
          case READ -> person.read().position();
          case ARCHIVED -> person.archived().position();
        };
    return all.upTo() < mark ? new Change.DropBelow(all.kind(), all.upTo(), person.rev()) : null;
  }

  private Person after(Person person, Change change) {
    return switch (change) {
      case Change.Begin begin -> person;
      case Change.MarkAll all ->
          person.marked(
              all,
              memory.touched(person.number()).values().stream()
                  .anyMatch(exception -> ReadState.ends(person, all, exception)));
      case Change.DropBelow drop -> {
        List<Touched> ended =
            memory.touched(person.number()).values().stream()
                .filter(exception -> ReadState.ends(person, drop, exception))
                .toList();
        ended.forEach(e -> put(person, e.position(), ReadState.left(person, drop, e)));
        yield ended.isEmpty() ? person : person.touched();
      }
      case Change.Touch touch -> {
        boolean changed = false;
        for (Change.Touch.At at : touch.entries()) {
          Touched exception = memory.touched(person.number()).get(at.position());
          Touched made = ReadState.touch(person, touch, at, exception);
          if (made != null) {
            put(person, at.position(), made);
            changed = true;
          }
        }
        yield changed ? person.touched() : person;
      }
      case Change.Save save -> person.saved(save, memory.end());
    };
  }

  private void put(Person person, long position, @Nullable Touched exception) {
    if (exception == null) {
      memory.touched(person.number()).remove(position);
    } else {
      memory.touched(person.number()).put(position, exception);
    }
  }

  /** Sweeps what marks cover, as a store may at any time. */
  void sweep() {
    for (Person person : memory.persons.values()) {
      for (Touched exception : List.copyOf(memory.touched(person.number()).values())) {
        put(person, exception.position(), ReadState.holding(person, exception));
      }
    }
  }

  /** Keeps only the newest entries. */
  void purge(long keep) {
    for (Address gone : memory.purge(Math.min(keep, memory.end()))) {
      if (gone instanceof Address.OfTopic of) {
        topics.gone(of.topic().name());
      }
    }
  }

  @Override
  public CompletableFuture<Void> erase(String user) {
    memory.persons.remove(user);
    listeners.forEach(listener -> listener.erased(user));
    memory.erase(new Address.User(user));
    listeners.forEach(listener -> listener.erased(user));
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public KnownTopics topics() {
    return topics;
  }

  @Override
  public Sorts sorts() {
    return sorts;
  }

  @Override
  public void listen(InboxStore.Listener listener) {
    listeners.add(listener);
  }

  @Override
  public Epochs epochs() {
    return epochs;
  }

  @Override
  public long end() {
    return memory.end();
  }

  @Override
  public long lowWater() {
    return memory.lowWater;
  }

  @Override
  public long waiting() {
    return 0;
  }

  @Override
  public LogReader reader() {
    throw new UnsupportedOperationException();
  }

  @Override
  public @Nullable Problem trouble() {
    return null;
  }

  @Override
  public void close() {}
}
