package tidings.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.InstantSource;

/** Messages that could not be read, put aside; the oldest make room. For the store writer alone. */
final class Parked {
  /** How many are kept … */
  static final int COUNT_MAX = 1_000;

  /** … and how many bytes of bodies; the newest is kept in any case. */
  static final long BYTES_MAX = 64L << 20;

  private static final String NEWEST = "SELECT max(%s) FROM parked";

  private final InstantSource clock;
  private final PreparedStatement insert;
  private final PreparedStatement trim;

  Parked(Database database, InstantSource clock) throws SQLException {
    this.clock = clock;
    insert =
        database.prepare(
            "INSERT INTO parked (time, source, reason, label, total, body)"
                + " VALUES (?, ?, ?, ?, coalesce(("
                + NEWEST.formatted("total")
                + "), 0) + ?, ?)");
    trim =
        database.prepare(
            "DELETE FROM parked WHERE number <= (%s) - %d OR total <= (%s) - %d"
                .formatted(
                    NEWEST.formatted("number"), COUNT_MAX, NEWEST.formatted("total"), BYTES_MAX));
  }

  void insert(ParkCommand message) throws SQLException {
    insert.setLong(1, clock.millis());
    insert.setString(2, message.source());
    insert.setString(3, message.reason());
    insert.setString(4, message.label());
    insert.setLong(5, message.body().length);
    insert.setBytes(6, message.body());
    insert.executeUpdate();
    trim.executeUpdate();
  }
}
