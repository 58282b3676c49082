package tidings.store.sqlite;

import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;

/** One connection to the database file. For one thread at a time. */
final class Database implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Database.class);
  private static final int PAGE_BYTES = 4096;

  /** After so many steps of SQLite's machine; within the full text a few reads of its index. */
  private static final int OPERATIONS = 100;

  private final SQLiteConnection connection;
  private final Statement statement;
  private final List<PreparedStatement> prepared = new ArrayList<>();

  private Database(SQLiteConnection connection) throws SQLException {
    this.connection = connection;
    // Transactions are begun and ended here. In JDBC's automatic mode the driver would try to begin
    // and commit one after each statement.
    connection.getConnectionConfig().setAutoCommit(false);
    this.statement = connection.createStatement();
  }

  /** The connection that writes; makes the file if there is none. */
  static Database writer(Path file, int lockPatienceMs) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setPageSize(PAGE_BYTES);
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setTempStore(SQLiteConfig.TempStore.MEMORY);
    config.setBusyTimeout(lockPatienceMs);
    config.setCacheSize(-64 << 10); // negative: KiB
    Database database = open(file, config);
    database.execute("PRAGMA wal_autocheckpoint = 0");
    return database;
  }

  /** A connection that only reads. */
  static Database reader(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setTempStore(SQLiteConfig.TempStore.MEMORY);
    config.setBusyTimeout(1_000);
    config.setCacheSize(-16 << 10);
    return open(file, config);
  }

  private static Database open(Path file, SQLiteConfig config) throws SQLException {
    NativeLibrary.load();
    config.setGetGeneratedKeys(false); // or the driver would compile a query after each insert
    String path = file.toAbsolutePath().toString();
    SQLiteConnection connection = (SQLiteConnection) config.createConnection("jdbc:sqlite:" + path);
    try {
      return new Database(connection);
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  void execute(String sql) throws SQLException {
    connection.getDatabase().exec(sql, false); // without the layers of a JDBC statement
  }

  /**
   * Executes what may take long.
   *
   * @param steps of SQLite's machine after which it is told that it goes on, again and again
   */
  void execute(String sql, int steps, Runnable goesOn) throws SQLException {
    endWhen(
        steps,
        () -> {
          goesOn.run();
          return false;
        });
    try {
      execute(sql);
    } finally {
      endNever();
    }
  }

  /** The number in the first column of the first row. */
  long number(String sql) throws SQLException {
    try (ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /** The text in the first column of the first row. */
  String text(String sql) throws SQLException {
    try (ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  /**
   * What a checkpoint found.
   *
   * @param busy whether somebody kept it from its end
   * @param frames pages in the write-ahead log
   * @param copied how many of them are in the database file as well
   */
  record Checkpoint(boolean busy, long frames, long copied) {}

  /**
   * @param mode {@code NOOP} only looks; {@code RESTART} copies all and starts the log anew
   */
  Checkpoint checkpoint(String mode) throws SQLException {
    try (ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(" + mode + ")")) {
      row.next();
      return new Checkpoint(row.getInt(1) != 0, row.getLong(2), row.getLong(3));
    }
  }

  /** Rows that are to be read before this connection is used again. */
  ResultSet query(String sql) throws SQLException {
    return statement.executeQuery(sql);
  }

  /** Makes what runs now fail soon. From any thread. */
  void interrupt() throws SQLException {
    connection.getDatabase().interrupt();
  }

  /**
   * Ends what runs, with {@link Failures#isInterrupt}, once this is over; asked many times a
   * millisecond, within a query of the full text each few milliseconds.
   */
  void endWhen(BooleanSupplier isOver) throws SQLException {
    endWhen(OPERATIONS, isOver);
  }

  private void endWhen(int steps, BooleanSupplier isOver) throws SQLException {
    ProgressHandler.setHandler(
        connection,
        steps,
        new ProgressHandler() {
          @Override
          protected int progress() {
            return isOver.getAsBoolean() ? 1 : 0;
          }
        });
  }

  void endNever() {
    try {
      ProgressHandler.clearHandler(connection);
    } catch (SQLException e) {
      throw new IllegalStateException(e); // it was closed meanwhile
    }
  }

  /** For one use; whoever asks closes it. */
  PreparedStatement compile(String sql) throws SQLException {
    return connection.prepareStatement(sql);
  }

  PreparedStatement prepare(String sql) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    prepared.add(statement);
    return statement;
  }

  /**
   * Closes whatever was prepared: until then the driver keeps it, also a statement that nobody
   * refers to any more.
   */
  void closePrepared() {
    for (PreparedStatement statement : prepared) {
      try {
        statement.close();
      } catch (SQLException e) {
        log.debug("closed, telling its last error once more: {}", e.getMessage());
      }
    }
    prepared.clear();
  }

  void setLockPatience(int millis) throws SQLException {
    connection.setBusyTimeout(millis);
  }

  void beginRead() throws SQLException {
    execute("BEGIN");
  }

  void beginWrite() throws SQLException {
    execute("BEGIN IMMEDIATE");
  }

  void commit() throws SQLException {
    execute("COMMIT");
  }

  /**
   * Undoes the transaction. SQLite may have done so itself: then there is none, and that is right.
   */
  void rollBack() {
    try {
      execute("ROLLBACK");
    } catch (SQLException e) {
      log.debug("nothing to roll back: {}", e.getMessage());
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
