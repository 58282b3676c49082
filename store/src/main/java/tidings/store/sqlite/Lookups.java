package tidings.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import tidings.core.access.CredentialStore.Kept;
import tidings.core.access.CredentialStore.Kind;
import tidings.core.log.Entry;

/** Reads single things. For one thread at a time. */
final class Lookups {
  private final PreparedStatement find;
  private final PreparedStatement raw;
  private final PreparedStatement deliveries;
  private final PreparedStatement kept;

  Lookups(Database database) throws SQLException {
    find = database.prepare("SELECT " + Rows.COLUMNS + " FROM log WHERE id = ? AND kind = 0");
    raw =
        database.prepare(
            "SELECT bytes FROM log JOIN raw USING (position) WHERE id = ? AND kind = 0");
    deliveries =
        database.prepare("SELECT hash FROM delivery WHERE source = ? ORDER BY position DESC");
    kept = database.prepare("SELECT id, content FROM credential WHERE kind = ?");
  }

  Optional<Entry> find(UUID id) throws SQLException {
    find.setBytes(1, Blobs.of(id));
    try (ResultSet rows = find.executeQuery()) {
      return rows.next() ? Optional.ofNullable(Rows.entry(rows)) : Optional.empty();
    }
  }

  Optional<byte[]> raw(UUID id) throws SQLException {
    raw.setBytes(1, Blobs.of(id));
    try (ResultSet rows = raw.executeQuery()) {
      return rows.next() ? Optional.of(rows.getBytes(1)) : Optional.empty();
    }
  }

  List<byte[]> deliveries(String source) throws SQLException {
    deliveries.setString(1, source);
    return RowReader.list(deliveries.executeQuery(), row -> row.getBytes(1));
  }

  List<Kept> kept(Kind kind) throws SQLException {
    kept.setString(1, kind.name());
    return RowReader.list(
        kept.executeQuery(), row -> new Kept(kind, row.getString(1), row.getString(2)));
  }
}
