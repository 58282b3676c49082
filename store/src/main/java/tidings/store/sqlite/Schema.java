package tidings.store.sqlite;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tidings.store.StoreUnusable;

/**
 * The tables, as numbered scripts that are each run once; {@code user_version} counts them. (Flyway
 * would cost more than the 150 ms of start-up that are allowed for it.)
 */
final class Schema {
  private static final Logger log = LoggerFactory.getLogger(Schema.class);

  /** "TDNG": tells our files from other programs' databases. */
  static final int APPLICATION_ID = 0x54444e47;

  /** Steps of SQLite's machine between two lines of the log: some seconds. */
  private static final int TOLD_EVERY = 50_000_000;

  private static final List<List<String>> SCRIPTS =
      List.of(
          List.of(
              """
              CREATE TABLE log (
                position INTEGER PRIMARY KEY,
                kind INTEGER NOT NULL,
                id BLOB NOT NULL,
                publisher TEXT NOT NULL,
                type TEXT,
                source TEXT,
                level INTEGER NOT NULL,
                time INTEGER NOT NULL,
                expires INTEGER,
                addresses TEXT NOT NULL,
                key TEXT,
                total INTEGER NOT NULL,
                json BLOB NOT NULL
              ) STRICT
              """,
              "CREATE INDEX log_id ON log (id) WHERE kind = 0",
              "CREATE TABLE raw (position INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT",
              """
              CREATE TABLE address (
                address TEXT NOT NULL,
                position INTEGER NOT NULL,
                PRIMARY KEY (address, position)
              ) STRICT, WITHOUT ROWID
              """,
              """
              CREATE TABLE ref (
                publisher TEXT NOT NULL,
                ref TEXT NOT NULL,
                hash BLOB NOT NULL,
                position INTEGER NOT NULL,
                id BLOB NOT NULL,
                until INTEGER NOT NULL,
                PRIMARY KEY (publisher, ref)
              ) STRICT, WITHOUT ROWID
              """,
              "CREATE INDEX ref_position ON ref (position, until)",
              """
              CREATE TABLE epoch (
                number INTEGER PRIMARY KEY,
                name TEXT NOT NULL UNIQUE,
                first INTEGER NOT NULL
              ) STRICT
              """,
              """
              CREATE TABLE delivery (
                source TEXT NOT NULL,
                position INTEGER NOT NULL,
                hash BLOB NOT NULL,
                PRIMARY KEY (source, position)
              ) STRICT, WITHOUT ROWID
              """,
              """
              CREATE TABLE parked (
                number INTEGER PRIMARY KEY AUTOINCREMENT,
                time INTEGER NOT NULL,
                source TEXT NOT NULL,
                reason TEXT NOT NULL,
                label TEXT NOT NULL,
                total INTEGER NOT NULL,
                body BLOB NOT NULL
              ) STRICT
              """,
              "CREATE TABLE state (low_water INTEGER NOT NULL) STRICT",
              "INSERT INTO state VALUES (1)"),
          List.of(
              """
              CREATE TABLE credential (
                kind TEXT NOT NULL,
                id TEXT NOT NULL,
                content TEXT NOT NULL,
                PRIMARY KEY (kind, id)
              ) STRICT, WITHOUT ROWID
              """),
          PeopleScript.STATEMENTS,
          List.of( // by revision: a mark that is repeated looks at what was marked since
              "DROP INDEX touched_taken_out",
              """
              CREATE INDEX touched_unread_since ON touched (person, -read, position)
              WHERE read < 0
              """,
              """
              CREATE INDEX touched_taken_out_since ON touched (person, -archived, position)
              WHERE archived < 0
              """,
              "ALTER TABLE erasure ADD COLUMN person INTEGER NOT NULL DEFAULT 0"),
          List.of( // which topics a notification is for: the full text follows the log anew
              "INSERT INTO search (search) VALUES ('delete-all')", "UPDATE state SET indexed = 0"));

  private Schema() {}

  static StoreUnusable ofAnotherProgram(Path file) {
    return new StoreUnusable(
        "%s is a database of another program; name another file".formatted(file));
  }

  /**
   * Brings the tables up to date.
   *
   * @throws StoreUnusable if the file belongs to a newer Tidings or to another program
   */
  static void migrate(Database database, Path file) throws SQLException {
    migrate(database, file, SCRIPTS.size());
  }

  /** Runs the scripts up to a number. */
  static void migrate(Database database, Path file, int upTo) throws SQLException {
    int first = (int) version(database, file);
    if (first > 0 && first < upTo) {
      log.info("{}: from schema {} to {}: seconds to minutes for a full log …", file, first, upTo);
    }
    for (int next = first; next < upTo; next++) {
      int version = next + 1;
      List<String> script = SCRIPTS.get(next);
      database.beginWrite();
      for (int i = 0; i < script.size(); i++) {
        int part = i + 1;
        database.execute(
            script.get(i),
            TOLD_EVERY,
            () -> log.info("{}: schema {}: part {} of {} …", file, version, part, script.size()));
      }
      database.execute("PRAGMA application_id = " + APPLICATION_ID);
      database.execute("PRAGMA user_version = " + version);
      database.commit();
      if (first > 0) {
        log.info("{} has schema {}", file, version);
      }
    }
  }

  /**
   * How many of the scripts were run; none if the file is new.
   *
   * @throws StoreUnusable if the file belongs to a newer Tidings or to another program
   */
  static long version(Database database, Path file) throws SQLException {
    long version = database.number("PRAGMA user_version");
    long application = database.number("PRAGMA application_id");
    boolean fresh = version == 0 && database.number("SELECT count(*) FROM sqlite_schema") == 0;
    if (!fresh && application != APPLICATION_ID) {
      throw ofAnotherProgram(file);
    }
    if (version > SCRIPTS.size()) {
      throw new StoreUnusable(
          "%s has schema %d, this Tidings knows schemas up to %d; run the newer Tidings on it"
              .formatted(file, version, SCRIPTS.size()));
    }
    return version;
  }
}
