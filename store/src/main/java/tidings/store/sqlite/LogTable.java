package tidings.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Publisher;
import tidings.core.log.Entry;
import tidings.core.log.NewEntry;
import tidings.core.notification.Address;
import tidings.core.notification.Level;

/** Writes {@code log} and {@code raw}. For the store writer alone. */
final class LogTable {
  private final InstantSource clock;
  private final PreparedStatement insert;
  private final PreparedStatement insertRaw;
  private final PreparedStatement find;
  private final PreparedStatement empty;
  private final PreparedStatement deleteRaw;

  LogTable(Database database, InstantSource clock) throws SQLException {
    this.clock = clock;
    insert =
        database.prepare(
            "INSERT INTO log (position, kind, id, publisher, type, source, level, time, expires,"
                + " addresses, key, total, json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    insertRaw = database.prepare("INSERT INTO raw (position, bytes) VALUES (?, ?)");
    String one =
        "SELECT " + Rows.COLUMNS + " FROM log WHERE id = ?1 AND kind = %d AND publisher = ?2";
    find =
        database.prepare(
            one.formatted(Rows.KIND_NOTIFICATION)
                + " UNION ALL "
                + one.formatted(Rows.KIND_ONLY_ACTIVE));
    empty =
        database.prepare(
            "UPDATE log SET kind = 2, publisher = '', type = NULL, source = NULL, addresses = '',"
                + " key = NULL, json = x'' WHERE position = ?");
    deleteRaw = database.prepare("DELETE FROM raw WHERE position = ?");
  }

  /**
   * @param total bytes of all entries ever appended, with this one
   */
  void insert(long position, NewEntry entry, long total) throws SQLException {
    insert(
        position,
        entry.onlyActive() ? Rows.KIND_ONLY_ACTIVE : Rows.KIND_NOTIFICATION,
        entry.id(),
        entry.publisher(),
        entry.type(),
        entry.source(),
        entry.level(),
        entry.timeMs(),
        entry.expiresMs(),
        entry.to(),
        entry.key(),
        total,
        entry.json());
    byte[] raw = entry.raw();
    if (raw != null) {
      insertRaw.setLong(1, position);
      insertRaw.setBytes(2, raw);
      insertRaw.executeUpdate();
    }
  }

  /** Writes the entry that withdraws one. */
  void insert(Entry control, Publisher publisher, long total) throws SQLException {
    insert(
        control.position(),
        Rows.KIND_WITHDRAWN,
        control.id(),
        publisher,
        control.type(),
        control.source(),
        control.level(),
        clock.millis(),
        control.expiresMs(),
        control.to(),
        null,
        total,
        control.json());
  }

  private void insert(
      long position,
      int kind,
      UUID id,
      Publisher publisher,
      @Nullable String type,
      @Nullable String source,
      Level level,
      long timeMs,
      long expiresMs,
      List<Address> to,
      @Nullable String key,
      long total,
      byte[] json)
      throws SQLException {
    insert.setLong(1, position);
    insert.setInt(2, kind);
    insert.setBytes(3, Blobs.of(id));
    insert.setString(4, publisher.name());
    insert.setString(5, type);
    insert.setString(6, source);
    insert.setInt(7, Rows.number(level));
    insert.setLong(8, timeMs);
    insert.setObject(9, expiresMs == Entry.NEVER ? null : (Object) expiresMs);
    insert.setString(10, Rows.text(to));
    insert.setString(11, key);
    insert.setLong(12, total);
    insert.setBytes(13, json);
    insert.executeUpdate();
  }

  /** A notification of this publisher, or null. */
  @Nullable Entry find(UUID id, Publisher publisher) throws SQLException {
    find.setBytes(1, Blobs.of(id));
    find.setString(2, publisher.name());
    try (ResultSet rows = find.executeQuery()) {
      return rows.next() ? Rows.entry(rows) : null;
    }
  }

  /** Takes a notification's content out of history; its place stays. */
  void forget(long position) throws SQLException {
    empty.setLong(1, position);
    empty.executeUpdate();
    deleteRaw.setLong(1, position);
    deleteRaw.executeUpdate();
  }
}
