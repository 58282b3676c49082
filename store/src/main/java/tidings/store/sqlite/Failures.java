package tidings.store.sqlite;

import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import tidings.core.problem.Problem;

/** What SQLite's errors mean for a request that met one before its commit: nothing was stored. */
final class Failures {
  private static final Problem NO_ROOM =
      Problem.of(Problem.Kind.STORAGE_FULL, "the store has no room for more");

  private Failures() {}

  static Problem problem(SQLException e) {
    if (isNoRoomForIndex(e)) {
      return NO_ROOM;
    }
    return switch (code(e)) {
      case SQLITE_FULL -> NO_ROOM;
      case SQLITE_BUSY, SQLITE_LOCKED ->
          Problem.of(Problem.Kind.UNAVAILABLE, "another process holds the store");
      default ->
          Problem.of(Problem.Kind.UNAVAILABLE, "the store can't be written: " + code(e).name());
    };
  }

  /** Whether a commit that failed so has certainly stored nothing. */
  static boolean isDefinite(SQLException e) {
    return switch (code(e)) {
      case SQLITE_FULL, SQLITE_BUSY, SQLITE_LOCKED -> true;
      default -> false;
    };
  }

  /**
   * Whether the index of the write-ahead log could not grow on a full disk. In a commit this comes
   * after the fsync: the next transaction overwrites what was written, but a crash before it would
   * bring it back.
   */
  static boolean isNoRoomForIndex(SQLException e) {
    return e instanceof SQLiteException sqlite
        && sqlite.getResultCode() == SQLiteErrorCode.SQLITE_IOERR_SHMSIZE;
  }

  /** Whether it is the request itself that SQLite refuses. */
  static boolean isOfRequest(SQLException e) {
    return switch (code(e)) {
      case SQLITE_CONSTRAINT, SQLITE_TOOBIG, SQLITE_MISMATCH, SQLITE_RANGE -> true;
      default -> false;
    };
  }

  static boolean isInterrupt(SQLException e) {
    return code(e) == SQLiteErrorCode.SQLITE_INTERRUPT;
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
