package tidings.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tidings.core.log.Append;
import tidings.core.log.NewEntry;
import tidings.core.problem.Problem;

/**
 * The publishers' own ids, which make retries harmless: remembered as long as the entry and at
 * least seven days. For the store writer alone.
 */
final class Refs {
  static final long KEPT_MS = Duration.ofDays(7).toMillis();

  private final PreparedStatement find;
  private final PreparedStatement insert;

  Refs(Database database) throws SQLException {
    find = database.prepare("SELECT hash, position, id FROM ref WHERE publisher = ? AND ref = ?");
    insert =
        database.prepare(
            "INSERT INTO ref (publisher, ref, hash, position, id, until)"
                + " VALUES (?, ?, ?, ?, ?, ?)");
  }

  /**
   * The first receipt of an entry that was stored before; null if its ref is new.
   *
   * @throws tidings.core.problem.Refusal if the ref was used for other content
   */
  Append.@Nullable Receipt find(NewEntry entry) throws SQLException {
    find.setString(1, entry.publisher().name());
    find.setString(2, entry.ref());
    try (ResultSet rows = find.executeQuery()) {
      if (!rows.next()) {
        return null;
      }
      if (!Arrays.equals(rows.getBytes(1), entry.hash())) {
        throw new Problem(
                Problem.Kind.REF_CONFLICT,
                "ref \"%s\" was used for other content".formatted(entry.ref()),
                "ref")
            .refusal();
      }
      return new Append.Receipt(Blobs.id(rows.getBytes(3)), rows.getLong(2), true);
    }
  }

  void insert(long position, NewEntry entry) throws SQLException {
    insert.setString(1, entry.publisher().name());
    insert.setString(2, entry.ref());
    insert.setBytes(3, entry.hash());
    insert.setLong(4, position);
    insert.setBytes(5, Blobs.of(entry.id()));
    insert.setLong(6, entry.timeMs() + KEPT_MS);
    insert.executeUpdate();
  }
}
