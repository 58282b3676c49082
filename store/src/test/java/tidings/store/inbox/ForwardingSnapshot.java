package tidings.store.inbox;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
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

/** A snapshot that passes everything on. */
class ForwardingSnapshot implements Snapshot {
  private final Snapshot snapshot;

  ForwardingSnapshot(Snapshot snapshot) {
    this.snapshot = snapshot;
  }

  @Override
  public List<Row> rows(Address address, long above, long upTo, int limit) {
    return snapshot.rows(address, above, upTo, limit);
  }

  @Override
  public List<WideRow> wide(long above, long upTo, int limit) {
    return snapshot.wide(above, upTo, limit);
  }

  @Override
  public List<Row> rowsAt(long position, Predicate<Address> reaching) {
    return snapshot.rowsAt(position, reaching);
  }

  @Override
  public List<Touched> touched(long person, long above, long upTo, int limit) {
    return snapshot.touched(person, above, upTo, limit);
  }

  @Override
  public List<Touched> touched(long person, Flag flag, long above, long upTo, int limit) {
    return snapshot.touched(person, flag, above, upTo, limit);
  }

  @Override
  public long lowWater() {
    return snapshot.lowWater();
  }

  @Override
  public long end() {
    return snapshot.end();
  }

  @Override
  public long indexed() {
    return snapshot.indexed();
  }

  @Override
  public @Nullable Person person(String user) {
    return snapshot.person(user);
  }

  @Override
  public List<Entry> entries(List<Long> positions) {
    return snapshot.entries(positions);
  }

  @Override
  public Map<UUID, Long> positions(Collection<UUID> ids) {
    return snapshot.positions(ids);
  }

  @Override
  public @Nullable List<Long> matches(
      Words words,
      List<AddressPattern> granted,
      long above,
      long upTo,
      int limit,
      BooleanSupplier isOver) {
    return snapshot.matches(words, granted, above, upTo, limit, isOver);
  }

  @Override
  public List<String> topics(String from, String below, int limit) {
    return snapshot.topics(from, below, limit);
  }
}
