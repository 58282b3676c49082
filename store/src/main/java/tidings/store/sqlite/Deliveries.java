package tidings.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import tidings.core.log.NewEntry;

/** The newest broker deliveries of each source. For the store writer alone. */
final class Deliveries {
  /** How many are remembered for a source. */
  static final int KEPT = 1_000;

  private final PreparedStatement insert;
  private final PreparedStatement trim;
  private final Set<String> grown = new HashSet<>();

  Deliveries(Database database) throws SQLException {
    insert = database.prepare("INSERT INTO delivery (source, position, hash) VALUES (?, ?, ?)");
    trim =
        database.prepare(
            "DELETE FROM delivery WHERE source = ?1 AND position <= (SELECT position FROM delivery"
                + " WHERE source = ?1 ORDER BY position DESC LIMIT 1 OFFSET "
                + KEPT
                + ")");
  }

  void insert(long position, NewEntry.Delivery delivery) throws SQLException {
    insert.setString(1, delivery.source());
    insert.setLong(2, position);
    insert.setBytes(3, delivery.hash());
    insert.executeUpdate();
    grown.add(delivery.source());
  }

  /** Forgets all but the newest, once a group. */
  void trim() throws SQLException {
    for (String source : grown) {
      trim.setString(1, source);
      trim.executeUpdate();
    }
    grown.clear();
  }
}
