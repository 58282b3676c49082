package tidings.store.sqlite;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import tidings.store.StoreUnusable;

/** The full check of a database that no hub has open. It changes nothing in the database. */
public final class StoreCheck {
  private StoreCheck() {}

  /**
   * What was found.
   *
   * @param notifications how many it holds; not counted if there is damage
   * @param damage what is wrong, empty if nothing is
   */
  public record Result(long notifications, List<String> damage) {
    public Result {
      damage = List.copyOf(damage);
    }
  }

  /**
   * Checks every table with its indexes, and that the log has no hole. Takes some seconds a
   * gigabyte, and keeps hubs off the file meanwhile.
   *
   * @param progress told what is looked at
   * @throws StoreUnusable if it can't be checked: it is not there, in use, or no database of this
   *     Tidings; or so damaged that it can't be opened
   */
  public static Result run(Path file, Consumer<String> progress) {
    if (!Files.exists(file)) {
      throw new StoreUnusable("there is no database %s".formatted(file));
    }
    try (StoreLock lock = StoreLock.take(file)) {
      Header.check(file);
      Result result;
      try (Database database = Database.reader(file)) {
        result = check(database, file, progress);
      } catch (SQLException e) {
        throw StartUp.unusable(file, e);
      }
      if (result.damage.isEmpty()) {
        lock.markClean();
      }
      return result;
    }
  }

  private static Result check(Database database, Path file, Consumer<String> progress)
      throws SQLException {
    if (Schema.version(database, file) == 0) {
      return new Result(0, List.of());
    }
    List<String> damage = new ArrayList<>();
    List<String> tables = Integrity.tables(database);
    for (String table : tables) {
      progress.accept(
          "table %s, %d of %d".formatted(table, tables.indexOf(table) + 1, tables.size()));
      damage.addAll(Integrity.check(database, "integrity_check", table));
    }
    if (!damage.isEmpty()) {
      return new Result(0, damage);
    }
    long missing = StartUp.missing(database, Long.MAX_VALUE);
    if (missing > 0) {
      return new Result(0, List.of("log: %d positions are missing".formatted(missing)));
    }
    return new Result(database.number("SELECT count(*) FROM log WHERE kind = 0"), List.of());
  }
}
