package tidings.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.random.RandomGenerator;
import tidings.core.log.Epochs;

/** The writers of the log. */
final class EpochTable {
  /**
   * How many are kept. One that never got an entry is kept like any other: its name may be in a
   * cursor that a reader holds.
   */
  static final int KEPT = 10_000;

  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
  private static final int NAME_CHARS = 8;

  private EpochTable() {}

  /** Adds this start of the writer, within the caller's transaction, and lists all. */
  static Epochs open(Database database, RandomGenerator random, long first) throws SQLException {
    try (PreparedStatement insert =
        database.prepare("INSERT INTO epoch (name, first) VALUES (?, ?)")) {
      insert.setString(1, name(random));
      insert.setLong(2, first);
      insert.executeUpdate();
    }
    database.execute("DELETE FROM epoch WHERE number <= (SELECT max(number) FROM epoch) - " + KEPT);
    return new Epochs(
        RowReader.list(
            database.query("SELECT name, first FROM epoch ORDER BY number"),
            row -> new Epochs.Epoch(row.getString(1), row.getLong(2))));
  }

  private static String name(RandomGenerator random) {
    StringBuilder name = new StringBuilder(NAME_CHARS);
    for (int i = 0; i < NAME_CHARS; i++) {
      name.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return name.toString();
  }
}
