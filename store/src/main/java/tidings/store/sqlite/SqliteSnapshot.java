package tidings.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tidings.core.inbox.Person;
import tidings.core.inbox.Row;
import tidings.core.inbox.Snapshot;
import tidings.core.inbox.Sorts;
import tidings.core.inbox.Touched;
import tidings.core.inbox.WideRow;
import tidings.core.inbox.Words;
import tidings.core.log.Entry;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;

/** What people's lists and counts read. For one thread at a time, within its transaction. */
final class SqliteSnapshot implements Snapshot {
  private static final String STRETCH =
      "position > ? AND position <= ? ORDER BY position DESC LIMIT ?";
  private static final String ADDRESS =
      "SELECT position, sort, expires, replaces, first FROM address";

  private static final String EXCEPTIONS = "SELECT " + TouchedTable.COLUMNS + " FROM touched ";
  private static final String MATCHES =
      "SELECT rowid FROM search WHERE search MATCH ? AND rowid > ? AND rowid <= ?"
          + " ORDER BY rowid DESC LIMIT ?";

  private final Database database;
  private final Sorts sorts;
  private final People people;
  private final PreparedStatement bounds;
  private final PreparedStatement rows;
  private final PreparedStatement rowAt;
  private final PreparedStatement wide;
  private final PreparedStatement addresses;
  private final PreparedStatement touched;
  private final PreparedStatement touchedUnread;
  private final PreparedStatement touchedArchived;
  private final PreparedStatement entry;
  private final PreparedStatement position;
  private final PreparedStatement topics;
  private long lowWater;
  private long end;
  private long indexed;

  /** A query of a snapshot has failed. */
  static final class ReadFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final SQLException failure;

    ReadFailed(SQLException failure) {
      super(failure);
      this.failure = failure;
    }

    SQLException failure() {
      return failure;
    }
  }

  private interface Query<T> {
    T run() throws SQLException;
  }

  SqliteSnapshot(Database database, Sorts sorts) throws SQLException {
    this.database = database;
    this.sorts = sorts;
    people = new People(database);
    bounds =
        database.prepare(
            "SELECT low_water, indexed, (SELECT coalesce(max(position), 0) FROM log) FROM state");
    rows = database.prepare(ADDRESS + " WHERE address = ? AND " + STRETCH);
    rowAt = database.prepare(ADDRESS + " WHERE address = ? AND position = ?");
    wide =
        database.prepare(
            "SELECT position, kind, addresses, type, source, level, expires, key IS NOT NULL"
                + " FROM log WHERE kind <> 2 AND "
                + STRETCH);
    addresses = database.prepare("SELECT addresses FROM log WHERE position = ?");
    touched = database.prepare(EXCEPTIONS + "WHERE person = ? AND " + STRETCH);
    touchedUnread = exceptions(database, "touched_unread", "read < 0");
    touchedArchived = exceptions(database, "touched_archived", "archived > 0");
    entry =
        database.prepare("SELECT " + Rows.COLUMNS + " FROM log WHERE position = ? AND kind = 0");
    position = database.prepare("SELECT position FROM log WHERE id = ? AND kind = 0");
    topics =
        database.prepare(
            "SELECT name FROM topic WHERE name >= ? AND name < ? ORDER BY name LIMIT ?");
  }

  /** Those of a kind; by its index, or SQLite would look at all others too. */
  private static PreparedStatement exceptions(Database database, String index, String kind)
      throws SQLException {
    return database.prepare(
        "%s INDEXED BY %s WHERE person = ? AND %s AND %s"
            .formatted(EXCEPTIONS, index, kind, STRETCH));
  }

  /** Begins a reading, in a transaction that was just begun. */
  void begin() throws SQLException {
    try (ResultSet row = bounds.executeQuery()) {
      row.next();
      lowWater = row.getLong(1);
      indexed = Math.max(row.getLong(2), lowWater - 1);
      end = Math.max(row.getLong(3), lowWater - 1);
    }
  }

  @Override
  public long lowWater() {
    return lowWater;
  }

  @Override
  public long end() {
    return end;
  }

  @Override
  public long indexed() {
    return indexed;
  }

  @Override
  public @Nullable Person person(String user) {
    try {
      return people.find(user);
    } catch (SQLException e) {
      throw new ReadFailed(e);
    }
  }

  @Override
  public List<Row> rows(Address address, long above, long upTo, int limit) {
    return orFail(() -> {
      rows.setString(1, address.toString());
      return RowReader.list(stretch(rows, 2, above, upTo, limit), row -> row(address, row));
    });
  }

  private static Row row(Address address, ResultSet row) throws SQLException {
    long expires = row.getLong(3);
    return new Row(
        address,
        row.getLong(1),
        row.getInt(2),
        expires == 0 ? Entry.NEVER : expires,
        row.getLong(4),
        row.getLong(5));
  }

  @Override
  public List<WideRow> wide(long above, long upTo, int limit) {
    return orFail(() -> RowReader.list(stretch(wide, 1, above, upTo, limit), this::wideRow));
  }

  private WideRow wideRow(ResultSet row) throws SQLException {
    long expires = row.getLong(7);
    return new WideRow(
        row.getLong(1),
        Rows.addresses(row.getString(3)),
        switch (row.getInt(2)) {
          case Rows.KIND_WITHDRAWN -> Sorts.WITHDRAWAL;
          case Rows.KIND_ONLY_ACTIVE -> Sorts.ONLY_ACTIVE;
          default ->
              sorts.find(Rows.sort(row.getString(4), row.getString(5), Rows.level(row.getInt(6))));
        },
        expires == 0 ? Entry.NEVER : expires,
        row.getBoolean(8));
  }

  @Override
  public List<Row> rowsAt(long position, Predicate<Address> reaching) {
    return orFail(() -> {
      List<Row> found = new ArrayList<>();
      for (Address address : addresses(position)) {
        if (reaching.test(address)) {
          rowAt.setString(1, address.toString());
          rowAt.setLong(2, position);
          found.addAll(RowReader.list(rowAt.executeQuery(), row -> row(address, row)));
        }
      }
      return found;
    });
  }

  private Set<Address> addresses(long position) throws SQLException {
    addresses.setLong(1, position);
    try (ResultSet row = addresses.executeQuery()) {
      return new LinkedHashSet<>(Rows.addresses(row.next() ? row.getString(1) : ""));
    }
  }

  @Override
  public List<Touched> touched(long person, long above, long upTo, int limit) {
    return touched(touched, person, above, upTo, limit);
  }

  @Override
  public List<Touched> touched(long person, Flag flag, long above, long upTo, int limit) {
    PreparedStatement statement =
        switch (flag) {
          case UNREAD -> touchedUnread;
          case ARCHIVED -> touchedArchived;
        };
    return touched(statement, person, above, upTo, limit);
  }

  private List<Touched> touched(
      PreparedStatement statement, long person, long above, long upTo, int limit) {
    return orFail(() -> {
      statement.setLong(1, person);
      return RowReader.list(stretch(statement, 2, above, upTo, limit), TouchedTable::touched);
    });
  }

  @Override
  public List<Entry> entries(List<Long> positions) {
    return orFail(() -> {
      List<Entry> found = new ArrayList<>(positions.size());
      for (long one : positions) {
        entry.setLong(1, one);
        try (ResultSet row = entry.executeQuery()) {
          Entry kept = row.next() ? Rows.entry(row) : null;
          if (kept != null) {
            found.add(kept);
          }
        }
      }
      return found;
    });
  }

  @Override
  public Map<UUID, Long> positions(Collection<UUID> ids) {
    return orFail(() -> {
      Map<UUID, Long> found = new HashMap<>();
      for (UUID id : ids) {
        position.setBytes(1, Blobs.of(id));
        for (long one : RowReader.list(position.executeQuery(), row -> row.getLong(1))) {
          found.put(id, one);
        }
      }
      return found;
    });
  }

  @Override
  public @Nullable List<Long> matches(
      Words words,
      List<AddressPattern> granted,
      long above,
      long upTo,
      int limit,
      BooleanSupplier isOver) {
    try (PreparedStatement matches = database.compile(MATCHES)) {
      database.endWhen(isOver);
      matches.setString(1, FullText.query(words, granted));
      return RowReader.list(stretch(matches, 2, above, upTo, limit), row -> row.getLong(1));
    } catch (SQLException e) {
      if (Failures.isInterrupt(e)) {
        return null;
      }
      throw new ReadFailed(e);
    } finally {
      database.endNever();
    }
  }

  @Override
  public List<String> topics(String from, String below, int limit) {
    return orFail(() -> {
      topics.setString(1, from);
      topics.setString(2, below);
      topics.setInt(3, limit);
      return RowReader.list(topics.executeQuery(), row -> row.getString(1));
    });
  }

  /** Asks for a stretch, whose bounds and limit are set from a parameter on. */
  private ResultSet stretch(
      PreparedStatement statement, int first, long above, long upTo, int limit)
      throws SQLException {
    statement.setLong(first, Math.max(above, lowWater - 1));
    statement.setLong(first + 1, upTo);
    statement.setInt(first + 2, limit);
    return statement.executeQuery();
  }

  private static <T> T orFail(Query<T> query) {
    try {
      return query.run();
    } catch (SQLException e) {
      throw new ReadFailed(e);
    }
  }
}
