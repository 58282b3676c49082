package tidings.store.sqlite;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import tidings.core.inbox.Sorts;

/**
 * Reads through a connection of its own, opened when it is needed and again after an error (the
 * driver closes a statement that failed). For one thread at a time.
 */
final class Reader implements AutoCloseable {
  private final Path file;
  private final LongSupplier nanoTicker;
  private final Sorts sorts;
  private @Nullable Open open;

  /** One read. */
  interface Query<T> {
    T run(Open open) throws SQLException;
  }

  /** A connection, and what reads through it. */
  record Open(Database database, Pages pages, Lookups lookups, SqliteSnapshot snapshot) {}

  Reader(Path file, LongSupplier nanoTicker, Sorts sorts) {
    this.file = file;
    this.nanoTicker = nanoTicker;
    this.sorts = sorts;
  }

  /** Runs a query in a transaction of its own. */
  <T> T run(Query<T> query) throws SQLException {
    Open current = open();
    boolean complete = false;
    try {
      current.database.beginRead();
      T value = query.run(current);
      current.database.commit();
      complete = true;
      return value;
    } finally {
      if (!complete) {
        close();
      }
    }
  }

  private Open open() throws SQLException {
    Open current = open;
    if (current == null) {
      Database database = Database.reader(file);
      current =
          new Open(
              database,
              new Pages(database, nanoTicker),
              new Lookups(database),
              new SqliteSnapshot(database, sorts));
      open = current;
    }
    return current;
  }

  @Override
  public void close() throws SQLException {
    Open current = open;
    open = null;
    if (current != null) {
      current.database.close();
    }
  }
}
