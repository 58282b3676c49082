package tidings.store.sqlite;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tidings.core.problem.Problem;

/**
 * The full check of the database: beside the writer after an unclean stop, or when asked for. Goes
 * table by table, so that no snapshot is held for longer than one table takes. Thread-safe.
 */
final class Integrity {
  private static final Logger log = LoggerFactory.getLogger(Integrity.class);

  private final Path file;
  private @Nullable Thread thread;
  private volatile @Nullable Database running;
  private volatile boolean cancelled;
  private volatile @Nullable Problem damage;

  Integrity(Path file) {
    this.file = file;
  }

  /** Checks in the background. Called once. */
  void start() {
    thread = Thread.ofPlatform().name("store-check").daemon().start(this::checkAndReport);
  }

  private void checkAndReport() {
    log.info("{} was not closed in order: checking all of it", file);
    try {
      List<String> findings = check();
      if (findings.isEmpty()) {
        log.info("{} is sound", file);
      } else {
        log.error("{} is damaged; restore it from a backup: {}", file, findings);
      }
    } catch (SQLException e) {
      log.error("{} can't be checked: {}", file, e.getMessage());
    }
  }

  /** What is wrong, empty if nothing is. */
  synchronized List<String> check() throws SQLException {
    List<String> findings = new ArrayList<>();
    try (Database database = Database.reader(file)) {
      running = database;
      for (String table : tables(database)) {
        if (!cancelled) {
          check(database, table, findings);
        }
      }
    } finally {
      running = null;
    }
    damage =
        findings.isEmpty()
            ? null
            : Problem.of(
                Problem.Kind.UNAVAILABLE,
                "%s is damaged; restore it from a backup".formatted(file.getFileName()));
    return findings;
  }

  private static List<String> tables(Database database) throws SQLException {
    List<String> tables = new ArrayList<>();
    try (ResultSet rows = database.query("SELECT name FROM sqlite_schema WHERE type = 'table'")) {
      while (rows.next()) {
        tables.add(rows.getString(1));
      }
    }
    return tables;
  }

  private void check(Database database, String table, List<String> findings) throws SQLException {
    try (ResultSet rows = database.query("PRAGMA quick_check(" + table + ")")) {
      while (rows.next()) {
        if (!rows.getString(1).equals("ok")) {
          findings.add(table + ": " + rows.getString(1));
        }
      }
    } catch (SQLException e) {
      if (!cancelled) {
        findings.add(table + ": " + e.getMessage());
      }
    }
  }

  /** What the last check found, or null. */
  @Nullable Problem damage() {
    return damage;
  }

  /** Ends a check that is under way. */
  void close() throws SQLException, InterruptedException {
    cancelled = true;
    Database database = running;
    if (database != null) {
      database.interrupt();
    }
    Thread background = thread;
    if (background != null) {
      background.join();
    }
  }
}
