package tidings.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import tidings.core.inbox.Sorts;
import tidings.core.log.Entry;
import tidings.core.log.NewEntry;
import tidings.core.notification.Address;

/**
 * Writes {@code address}, with what lists and counts need of an entry, and what it refers to:
 * {@code sort}, {@code latest}, {@code topic}. For the store writer alone.
 */
final class AddressRows {
  private final Beliefs beliefs;
  private final PreparedStatement insert;
  private final PreparedStatement insertFull;
  private final PreparedStatement delete;
  private final PreparedStatement insertSort;
  private final PreparedStatement insertTopic;
  private final PreparedStatement latest;
  private final PreparedStatement replace;
  private final PreparedStatement putLatest;

  /** What a key names at an address. */
  private record Latest(long position, long firstMs) {}

  AddressRows(Database database, Beliefs beliefs) throws SQLException {
    this.beliefs = beliefs;
    insert =
        database.prepare(
            "INSERT OR IGNORE INTO address (address, position, sort) VALUES (?, ?, ?)");
    insertFull =
        database.prepare(
            "INSERT OR IGNORE INTO address (address, position, sort, expires, replaces, first)"
                + " VALUES (?, ?, ?, ?, ?, ?)");
    delete = database.prepare("DELETE FROM address WHERE address = ? AND position = ?");
    insertSort =
        database.prepare("INSERT INTO sort (number, type, source, level) VALUES (?, ?, ?, ?)");
    insertTopic = database.prepare("INSERT OR IGNORE INTO topic (name) VALUES (?)");
    latest =
        database.prepare(
            "SELECT position, first FROM latest WHERE publisher = ? AND key = ? AND address = ?");
    replace =
        database.prepare(
            "UPDATE address SET sort = " + Sorts.REPLACED + " WHERE address = ? AND position = ?");
    putLatest =
        database.prepare(
            "INSERT OR REPLACE INTO latest (publisher, key, address, position, first)"
                + " VALUES (?, ?, ?, ?, ?)");
  }

  void insert(long position, NewEntry entry) throws SQLException {
    int sort = entry.onlyActive() ? Sorts.ONLY_ACTIVE : sort(entry);
    boolean isKeyed = entry.key() != null && !entry.onlyActive();
    for (Address address : entry.to()) {
      Latest before = isKeyed ? latest(entry, address) : null;
      insert(address, position, sort, entry.expiresMs(), before);
      if (isKeyed) {
        putLatest(entry, address, position, before == null ? entry.happenedMs() : before.firstMs);
      }
    }
  }

  /**
   * The rows of an entry that withdraws one.
   *
   * @param withdrawn the position of that one
   */
  void insert(Entry control, long withdrawn) throws SQLException {
    for (Address address : control.to()) {
      raise(address, control.position());
      insertFull.setString(1, address.toString());
      insertFull.setLong(2, control.position());
      insertFull.setInt(3, Sorts.WITHDRAWAL);
      insertFull.setObject(4, null);
      insertFull.setLong(5, withdrawn);
      insertFull.setObject(6, null);
      insertFull.executeUpdate();
    }
  }

  private void insert(
      Address address, long position, int sort, long expiresMs, @Nullable Latest before)
      throws SQLException {
    if (before != null) {
      replace.setString(1, address.toString());
      replace.setLong(2, before.position);
      replace.executeUpdate();
    }
    raise(address, position);
    boolean isPlain = before == null && expiresMs == Entry.NEVER;
    PreparedStatement statement = isPlain ? insert : insertFull;
    statement.setString(1, address.toString());
    statement.setLong(2, position);
    statement.setInt(3, sort);
    if (!isPlain) {
      statement.setObject(4, expiresMs == Entry.NEVER ? null : (Object) expiresMs);
      statement.setObject(5, before == null ? null : (Object) before.position);
      statement.setObject(6, before == null ? null : (Object) before.firstMs);
    }
    statement.executeUpdate();
  }

  /** Takes an entry's rows away, as it is withdrawn. What it replaced stays replaced. */
  void delete(Entry entry) throws SQLException {
    for (Address address : entry.to()) {
      delete(address.toString(), entry.position());
    }
  }

  void delete(String address, long position) throws SQLException {
    delete.setString(1, address);
    delete.setLong(2, position);
    delete.executeUpdate();
  }

  private int sort(NewEntry entry) throws SQLException {
    Sorts.Sort sort = Rows.sort(entry.type(), entry.source(), entry.level());
    int number = beliefs.sorts().number(sort);
    if (number != Sorts.UNKNOWN && beliefs.sorts().write(number)) {
      insertSort.setInt(1, number);
      insertSort.setString(2, sort.type());
      insertSort.setString(3, sort.source());
      insertSort.setInt(4, Rows.number(sort.level()));
      insertSort.executeUpdate();
    }
    return number;
  }

  private void raise(Address address, long position) throws SQLException {
    if (address instanceof Address.OfTopic(var topic)
        && beliefs.topics().raise(topic.name(), position)) {
      insertTopic.setString(1, topic.name());
      insertTopic.executeUpdate();
    }
  }

  /** What the entry's key named at an address so far, or null. */
  private @Nullable Latest latest(NewEntry entry, Address address) throws SQLException {
    latest.setString(1, entry.publisher().name());
    latest.setString(2, entry.key());
    latest.setString(3, address.toString());
    try (ResultSet row = latest.executeQuery()) {
      return row.next() ? new Latest(row.getLong(1), row.getLong(2)) : null;
    }
  }

  private void putLatest(NewEntry entry, Address address, long position, long firstMs)
      throws SQLException {
    putLatest.setString(1, entry.publisher().name());
    putLatest.setString(2, entry.key());
    putLatest.setString(3, address.toString());
    putLatest.setLong(4, position);
    putLatest.setLong(5, firstMs);
    putLatest.executeUpdate();
  }
}
