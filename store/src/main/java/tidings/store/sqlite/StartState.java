package tidings.store.sqlite;

import java.sql.SQLException;
import tidings.core.log.Epochs;

/**
 * Where a log stands when its writer starts.
 *
 * @param end the newest position, 0 if there was never an entry
 * @param lowWater the lowest position kept
 * @param total bytes of all entries ever appended
 */
record StartState(long end, long lowWater, long total, Epochs epochs) {

  /** Reads it, and opens this writer's epoch durably. */
  static StartState open(Database database, Surroundings surroundings) throws SQLException {
    database.beginWrite();
    long lowWater = database.number("SELECT low_water FROM state");
    long newest = database.number("SELECT coalesce(max(position), 0) FROM log");
    long end = Math.max(newest, lowWater - 1);
    long total =
        database.number("SELECT coalesce(max(total), 0) FROM log WHERE position = " + newest);
    Epochs epochs = EpochTable.open(database, surroundings.random(), end + 1);
    database.commit();
    return new StartState(end, lowWater, total, epochs);
  }
}
