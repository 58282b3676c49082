package tidings.store.sqlite;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tidings.core.problem.Problem;

/**
 * The check of the database beside its writer, after an unclean stop. Goes table by table, and
 * gives way when the writer can't wait for its snapshot any longer. Thread-safe.
 */
final class Integrity {
  private static final Logger log = LoggerFactory.getLogger(Integrity.class);

  /** How often a table is tried. */
  private static final int ATTEMPTS_MAX = 10;

  private final Path file;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private @Nullable Database running;
  private boolean givesWay;
  private boolean cancelled;
  private @Nullable Thread thread;
  private volatile boolean due;
  private volatile @Nullable Problem damage;

  Integrity(Path file) {
    this.file = file;
  }

  /** Checks in the background. Called once. */
  void start() {
    due = true;
    thread = Thread.ofPlatform().name("store-check").daemon().start(this::checkAndReport);
  }

  private void checkAndReport() {
    log.info("{} was not closed in order: checking all of it", file);
    try (Database database = Database.reader(file)) {
      List<String> findings = new ArrayList<>();
      List<String> unchecked = new ArrayList<>();
      for (String table : tables(database)) {
        if (!check(database, table, findings)) {
          unchecked.add(table);
        }
      }
      report(findings, unchecked);
    } catch (SQLException e) {
      log.error("{} can't be checked: {}", file, e.getMessage());
    }
  }

  private void report(List<String> findings, List<String> unchecked) {
    if (!findings.isEmpty()) {
      damage =
          Problem.of(
              Problem.Kind.UNAVAILABLE,
              "%s is damaged; restore it from a backup".formatted(file.getFileName()));
      log.error("{} is damaged; restore it from a backup: {}", file, findings);
    } else if (unchecked.isEmpty()) {
      due = false;
      log.info("{} is sound", file);
    } else {
      log.warn(
          "{} was not checked as a whole: tables {} are left to the next start, or to tidings"
              + " check-store",
          file,
          unchecked);
    }
  }

  /** Checks a table, unless it always has to give way; says whether it did. */
  private boolean check(Database database, String table, List<String> findings)
      throws SQLException {
    for (int attempt = 0; attempt < ATTEMPTS_MAX && mayRun(database); attempt++) {
      try {
        findings.addAll(check(database, "quick_check", table));
        return true;
      } catch (SQLException e) {
        if (!Failures.isInterrupt(e)) {
          throw e;
        }
      } finally {
        ended();
      }
    }
    return false;
  }

  /** Waits while it has to give way; whether it may go on then. */
  private boolean mayRun(Database database) {
    lock.lock();
    try {
      while (givesWay && !cancelled) {
        changed.awaitUninterruptibly();
      }
      running = cancelled ? null : database;
      return !cancelled;
    } finally {
      lock.unlock();
    }
  }

  private void ended() {
    lock.lock();
    try {
      running = null;
    } finally {
      lock.unlock();
    }
  }

  /** Lets go of the snapshot, and takes none until {@link #goOn}. */
  void giveWay() throws SQLException {
    lock.lock();
    try {
      givesWay = true;
      interrupt();
    } finally {
      lock.unlock();
    }
  }

  void goOn() {
    lock.lock();
    try {
      givesWay = false;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  private void interrupt() throws SQLException {
    Database database = running;
    if (database != null) {
      database.interrupt();
    }
  }

  static List<String> tables(Database database) throws SQLException {
    return RowReader.list(
        database.query("SELECT name FROM sqlite_schema WHERE type = 'table'"),
        row -> row.getString(1));
  }

  /**
   * What is wrong with a table.
   *
   * @param how {@code integrity_check}, or {@code quick_check}, which does not compare the table
   *     with its indexes
   */
  static List<String> check(Database database, String how, String table) throws SQLException {
    List<String> findings = new ArrayList<>();
    try (ResultSet rows = database.query("PRAGMA %s(%s)".formatted(how, table))) {
      while (rows.next()) {
        if (!rows.getString(1).equals("ok")) {
          findings.add(table + ": " + rows.getString(1));
        }
      }
    } catch (SQLException e) {
      if (!Failures.isDamage(e)) {
        throw e;
      }
      findings.add(table + ": " + e.getMessage());
    }
    return findings;
  }

  /** What the check found, or null. */
  @Nullable Problem damage() {
    return damage;
  }

  /** Whether there is still something to be checked, or to be mended. */
  boolean isDue() {
    return due;
  }

  /** Ends a check that is under way. */
  void close() throws SQLException, InterruptedException {
    lock.lock();
    try {
      cancelled = true;
      interrupt();
      changed.signal();
    } finally {
      lock.unlock();
    }
    Thread background = thread;
    if (background != null) {
      background.join();
    }
  }
}
