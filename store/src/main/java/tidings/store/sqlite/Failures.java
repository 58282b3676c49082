package tidings.store.sqlite;

import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import tidings.core.problem.Problem;

/** What SQLite's errors mean for a request that met one before its commit: nothing was stored. */
final class Failures {
  private Failures() {}

  static Problem problem(SQLException e) {
    SQLiteErrorCode code = code(e);
    return switch (code) {
      case SQLITE_FULL -> Problem.of(Problem.Kind.STORAGE_FULL, "the store has no room for more");
      case SQLITE_BUSY, SQLITE_LOCKED ->
          Problem.of(Problem.Kind.UNAVAILABLE, "another process holds the store");
      default -> Problem.of(Problem.Kind.UNAVAILABLE, "the store can't be written: " + code.name());
    };
  }

  /** Whether a commit that failed so has certainly stored nothing. */
  static boolean isDefinite(SQLException e) {
    return switch (code(e)) {
      case SQLITE_FULL, SQLITE_BUSY, SQLITE_LOCKED -> true;
      default -> false;
    };
  }

  /** Whether it is the request itself that SQLite refuses. */
  static boolean isOfRequest(SQLException e) {
    return switch (code(e)) {
      case SQLITE_CONSTRAINT, SQLITE_TOOBIG, SQLITE_MISMATCH, SQLITE_RANGE -> true;
      default -> false;
    };
  }

  static boolean isDamage(SQLException e) {
    return switch (code(e)) {
      case SQLITE_CORRUPT, SQLITE_NOTADB -> true;
      default -> false;
    };
  }

  /** The primary result code. */
  private static SQLiteErrorCode code(SQLException e) {
    return SQLiteErrorCode.getErrorCode(e.getErrorCode() & 0xff);
  }
}
