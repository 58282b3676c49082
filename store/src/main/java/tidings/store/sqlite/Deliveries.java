package tidings.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import tidings.core.log.NewEntry;

/** The newest broker deliveries of each source. For the store writer alone. */
final class Deliveries {
  private final PreparedStatement insert;
  private final PreparedStatement trim;
  private final Map<String, Integer> grown = new HashMap<>(); // to how many are kept

  Deliveries(Database database) throws SQLException {
    insert = database.prepare("INSERT INTO delivery (source, position, hash) VALUES (?, ?, ?)");
    trim =
        database.prepare(
            "DELETE FROM delivery WHERE source = ?1 AND position <= (SELECT position FROM delivery"
                + " WHERE source = ?1 ORDER BY position DESC LIMIT 1 OFFSET ?2)");
  }

  void insert(long position, NewEntry.Delivery delivery) throws SQLException {
    insert.setString(1, delivery.source());
    insert.setLong(2, position);
    insert.setBytes(3, delivery.hash());
    insert.executeUpdate();
    grown.put(delivery.source(), delivery.kept());
  }

  /** Forgets all but the newest, once a group. */
  void trim() throws SQLException {
    for (Map.Entry<String, Integer> source : grown.entrySet()) {
      trim.setString(1, source.getKey());
      trim.setInt(2, source.getValue());
      trim.executeUpdate();
    }
    grown.clear();
  }
}
