package tidings.store.sqlite;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import tidings.store.StoreUnusable;

/** Opens the database for its writer, and refuses one that can't keep the hub's promises. */
final class StartUp {
  /** How many of the newest positions are looked at. */
  private static final int NEWEST = 1_000;

  private static final int SYNCHRONOUS_FULL = 2;

  private StartUp() {}

  /**
   * @throws StoreUnusable naming the file, what is wrong with it, and the remedy
   */
  static Database open(SqliteSettings settings) {
    Path file = settings.file();
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new StoreUnusable("there is no folder %s; make it first".formatted(folder));
    }
    Header.check(file);
    try {
      Database database = Database.writer(file, (int) settings.lockPatience().toMillis());
      try {
        check(database, settings);
        return database;
      } catch (SQLException | RuntimeException e) {
        database.close();
        throw e;
      }
    } catch (SQLException e) {
      throw unusable(file, e);
    }
  }

  /** What an error of SQLite means for a start. */
  static StoreUnusable unusable(Path file, SQLException e) {
    String detail =
        Failures.isDamage(e)
            ? "%s is damaged (%s); restore it from a backup"
            : "%s can't be opened: %s";
    return new StoreUnusable(detail.formatted(file, e.getMessage()), e);
  }

  /** What is checked once SQLite has opened the file. */
  static void check(Database database, SqliteSettings settings) throws SQLException {
    Path file = settings.file();
    expect(file, "journal_mode", "wal", database.text("PRAGMA journal_mode"));
    expect(
        file,
        "synchronous",
        Integer.toString(SYNCHRONOUS_FULL),
        database.text("PRAGMA synchronous"));
    Schema.migrate(database, file);
    long pages = settings.bytesHardMax() / database.number("PRAGMA page_size");
    database.execute("PRAGMA max_page_count = " + Math.min(pages, 0xffff_fffeL));
    contiguous(database, file);
  }

  private static void expect(Path file, String pragma, String expected, String found) {
    if (!expected.equals(found)) {
      throw new StoreUnusable(
          "%s: SQLite's %s is %s here (expected %s); put the file on a local disk"
              .formatted(file, pragma, found, expected));
    }
  }

  private static void contiguous(Database database, Path file) throws SQLException {
    long missing = missing(database, NEWEST);
    if (missing > 0) {
      throw new StoreUnusable(
          "%s is damaged: %d of the newest positions of its log are missing; restore it from a backup"
              .formatted(file, missing));
    }
  }

  /**
   * How many positions are missing from the log.
   *
   * @param newest how many of the newest entries are looked at
   */
  static long missing(Database database, long newest) throws SQLException {
    long holes =
        database.number(
            "SELECT coalesce(max(position) - min(position) + 1 - count(*), 0)"
                + " FROM (SELECT position FROM log ORDER BY position DESC LIMIT "
                + newest
                + ")");
    long atTheEnd =
        database.number(
            "SELECT coalesce((SELECT max(first) - 1 FROM epoch), 0)"
                + " - max(coalesce((SELECT max(position) FROM log), 0),"
                + " (SELECT low_water - 1 FROM state))");
    return Math.max(holes, atTheEnd);
  }
}
