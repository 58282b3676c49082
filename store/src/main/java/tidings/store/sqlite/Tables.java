package tidings.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.InstantSource;

/**
 * The writer's statements, prepared once. The driver closes a statement that fails, so after a
 * failed transaction these are made anew. For the store writer alone.
 */
final class Tables {
  final LogTable log;
  final Refs refs;
  final Deliveries deliveries;
  final Parked parked;
  private final PreparedStatement savepoint;
  private final PreparedStatement rollBackTo;
  private final PreparedStatement release;

  Tables(Database database, InstantSource clock) throws SQLException {
    log = new LogTable(database, clock);
    refs = new Refs(database);
    deliveries = new Deliveries(database);
    parked = new Parked(database, clock);
    savepoint = database.prepare("SAVEPOINT request");
    rollBackTo = database.prepare("ROLLBACK TO request");
    release = database.prepare("RELEASE request");
  }

  void savepoint() throws SQLException {
    savepoint.execute();
  }

  void rollBackToSavepoint() throws SQLException {
    rollBackTo.execute();
  }

  void release() throws SQLException {
    release.execute();
  }
}
