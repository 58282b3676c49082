package tidings.store.sqlite;

import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tidings.core.problem.Problem;

/**
 * Keeps the write-ahead log bounded: copies it into the database and starts it from its beginning
 * again when it has grown long. It is not truncated: overwriting a file that is there already makes
 * an fsync several times cheaper than extending it. For the store writer alone.
 */
final class WriteAheadLog {
  private static final Logger log = LoggerFactory.getLogger(WriteAheadLog.class);

  /** How long a reset waits for readers while there is room for another attempt. */
  private static final int READER_PATIENCE_MS = 100;

  /** How long the last attempts wait: our own pages end sooner, so it is a foreign reader then. */
  private static final int LAST_PATIENCE_MS =
      (int) TimeUnit.NANOSECONDS.toMillis(PageBuilder.SNAPSHOT_NANOS_MAX) + 250;

  private static final int FRAME_HEADER_BYTES = 24;

  /** Its length is looked at so many times while it grows to the length where it is reset. */
  private static final int LOOKS = 32;

  /** About how many pages a commit writes beside the content. */
  private static final int PAGES_A_COMMIT = 8;

  private final Database database;
  private final SqliteSettings settings;
  private final Integrity check;
  private final long frameBytes;
  private long nextAttemptBytes;
  private long unseenBytes;
  private long heldBytes;
  private @Nullable Problem problem;

  WriteAheadLog(Database database, SqliteSettings settings, Integrity check) throws SQLException {
    this.database = database;
    this.settings = settings;
    this.check = check;
    this.frameBytes = database.number("PRAGMA page_size") + FRAME_HEADER_BYTES;
    this.nextAttemptBytes = settings.walResetBytes();
  }

  /** Why nothing may be written now, or null. */
  @Nullable Problem problem() {
    return problem;
  }

  /**
   * Looks after it, when something was committed.
   *
   * @param bytes about how much
   */
  void committed(long bytes) throws SQLException {
    unseenBytes += bytes + PAGES_A_COMMIT * frameBytes;
    if (unseenBytes < settings.walResetBytes() / LOOKS) {
      return;
    }
    unseenBytes = 0;
    if (bytes() >= nextAttemptBytes) {
      reset();
    }
  }

  /** How much of it is in use. */
  private long bytes() throws SQLException {
    Database.Checkpoint now = database.checkpoint("NOOP");
    return now.frames() == now.copied() ? 0 : now.frames() * frameBytes;
  }

  /** Starts it anew, if nobody keeps it. */
  void reset() throws SQLException {
    boolean last = heldBytes > settings.walBytesMax() - settings.walResetBytes() / 2;
    database.setLockPatience(last ? LAST_PATIENCE_MS : READER_PATIENCE_MS);
    Database.Checkpoint done;
    try {
      if (heldBytes > settings.walBytesMax() / 4) {
        check.giveWay();
      }
      done = database.checkpoint("RESTART");
    } catch (SQLException e) {
      if (!Failures.isDefinite(e)) {
        throw e;
      }
      log.warn("the write-ahead log can't be copied: {}", e.getMessage());
      nextAttemptBytes += settings.walResetBytes() / 4;
      return;
    } finally {
      check.goOn();
      database.setLockPatience((int) settings.lockPatience().toMillis());
    }
    if (!done.busy()) {
      nextAttemptBytes = settings.walResetBytes();
      heldBytes = 0;
      problem = null;
      return;
    }
    heldBytes = done.frames() * frameBytes;
    nextAttemptBytes = heldBytes + settings.walResetBytes() / 4;
    if (heldBytes > settings.walBytesMax()) {
      String detail =
          "another process reads the database and keeps its write-ahead log from being reset;"
              + " it has grown to %d MiB".formatted(heldBytes >> 20);
      log.warn(detail);
      problem = Problem.of(Problem.Kind.STORAGE_FULL, detail);
    }
  }
}
