package tidings.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.InstantSource;

/**
 * All that the writer does to the database, as statements prepared once. For the store writer
 * alone.
 */
final class Tables {
  /** How much room a full disk must have again before it is believed. */
  private static final int PROBE_BYTES = 64 << 10;

  final Beliefs beliefs;
  final LogTable log;
  final AddressRows addresses;
  final Refs refs;
  final Deliveries deliveries;
  final Parked parked;
  final Credentials credentials;
  final PurgeTable purge;
  final PersonTable people;
  final TouchedTable touched;
  final SweepTable sweep;
  final SearchTable search;
  final ErasureTable erasures;
  private final PreparedStatement savepoint;
  private final PreparedStatement rollBackTo;
  private final PreparedStatement release;
  private final Database database;
  private final InstantSource clock;
  private boolean probed;

  Tables(Database database, InstantSource clock, Beliefs beliefs) throws SQLException {
    this.database = database;
    this.clock = clock;
    this.beliefs = beliefs;
    log = new LogTable(database, clock);
    addresses = new AddressRows(database, beliefs);
    refs = new Refs(database);
    deliveries = new Deliveries(database);
    parked = new Parked(database, clock);
    credentials = new Credentials(database);
    purge = new PurgeTable(database, beliefs.topics());
    people = new PersonTable(database);
    touched = new TouchedTable(database);
    sweep = new SweepTable(database, touched);
    search = new SearchTable(database);
    erasures = new ErasureTable(database);
    savepoint = database.prepare("SAVEPOINT request");
    rollBackTo = database.prepare("ROLLBACK TO request");
    release = database.prepare("RELEASE request");
  }

  /** The same with fresh statements: the driver closes one that failed. */
  Tables anew() throws SQLException {
    database.closePrepared();
    return new Tables(database, clock, beliefs);
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

  /** Tells readers of all topics again, if there were too many and are not now. */
  void completeTopics(long end) throws SQLException {
    beliefs.completeTopics(database, end);
  }

  /** Takes some room, until the next transaction. */
  void probe() throws SQLException {
    database.execute(
        "INSERT OR REPLACE INTO raw (position, bytes) VALUES (0, zeroblob(" + PROBE_BYTES + "))");
    probed = true;
  }

  /** What is to be done once in a transaction, after its commands. */
  void finish() throws SQLException {
    deliveries.trim();
    if (probed) {
      database.execute("DELETE FROM raw WHERE position = 0");
      probed = false;
    }
  }
}
