package tidings.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.core.inbox.Change;
import tidings.core.inbox.Mark;
import tidings.core.log.Entry;
import tidings.core.log.NewEntry;
import tidings.core.notification.Address;
import tidings.core.notification.Level;
import tidings.store.Drafts;
import tidings.store.Outcome;

/** A file of the second schema, brought up to date, equals one that was written by this one. */
final class MigrationTest {
  /** What was known before people. */
  private static final int OLD = 2;

  private static final int WITHOUT_REVISIONS = 3;
  private static final int WITHOUT_TOPICS = 4;

  private static final String ADDRESS =
      "SELECT address, position, min(sort, 0), type, source, level, expires, replaces, first"
          + " FROM address LEFT JOIN sort ON number = sort ORDER BY address, position";

  private static final List<String> SAME =
      List.of(
          ADDRESS,
          "SELECT * FROM latest ORDER BY address, publisher, key",
          "SELECT name FROM topic ORDER BY name",
          "SELECT * FROM log ORDER BY position",
          "SELECT low_water FROM state",
          "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name");

  @TempDir Path folder;

  private final Random random = new Random();

  private Path written() {
    return folder.resolve("tidings.db");
  }

  private Path migrated() {
    return folder.resolve("old.db");
  }

  private void write() {
    try (SqliteStore store = new SqliteStore(SqliteStore.in(folder))) {
      for (int i = 0; i < 300; i++) {
        NewEntry entry = entry();
        store.append(entry);
        boolean isAlices = entry.publisher().equals(Drafts.ALICE);
        if (isAlices && entry.key() == null && random.nextInt(3) == 0) {
          Outcome withdrawn = new Outcome();
          store.log.withdraw(entry.id(), Drafts.ALICE, withdrawn);
          withdrawn.receipts();
        }
      }
    }
  }

  private NewEntry entry() {
    String[] all = {"everyone", "user:alice", "topic:a", "topic:a.b", "user:böb"};
    List<Address> to = new ArrayList<>();
    for (int i = random.nextInt(all.length); i < all.length; i += 1 + random.nextInt(3)) {
      to.add(Address.of(all[i]));
    }
    long time = 1_760_000_000_000L + random.nextInt(1_000);
    return new NewEntry(
        UUID.randomUUID(),
        random.nextBoolean() ? Drafts.ALICE : Drafts.BOB,
        to,
        random.nextBoolean() ? null : "push",
        random.nextBoolean() ? null : "shop",
        random.nextBoolean() ? Level.INFO : Level.ERROR,
        time,
        time,
        random.nextBoolean() ? Entry.NEVER : time + 1_000,
        "{\"title\":\"t\"}".getBytes(StandardCharsets.UTF_8),
        null,
        null,
        null,
        random.nextBoolean() ? null : "k" + random.nextInt(4),
        null,
        false);
  }

  /** The same log as an older Tidings had written it. */
  private void copyAsOld() throws SQLException {
    try (Database old = Database.writer(migrated(), 1_000)) {
      Schema.migrate(old, migrated(), OLD);
      old.execute("ATTACH '" + written() + "' AS fresh");
      old.beginWrite();
      for (String table : List.of("log", "raw", "ref", "epoch", "delivery", "parked")) {
        old.execute("INSERT INTO main.%1$s SELECT * FROM fresh.%1$s".formatted(table));
      }
      old.execute("INSERT INTO main.address SELECT address, position FROM fresh.address");
      old.execute("UPDATE main.state SET low_water = (SELECT low_water FROM fresh.state)");
      old.commit();
    }
  }

  private static List<String> rows(Path file, String query) throws SQLException {
    List<String> all = new ArrayList<>();
    try (Database database = Database.reader(file);
        ResultSet row = database.query(query)) {
      int columns = row.getMetaData().getColumnCount();
      while (row.next()) {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i <= columns; i++) {
          byte[] bytes = row.getBytes(i);
          text.append(bytes == null ? "-" : new String(bytes, StandardCharsets.ISO_8859_1))
              .append('|');
        }
        all.add(text.toString());
      }
    }
    return all;
  }

  @Test
  void aMigratedFileEqualsAFreshOne() throws Exception {
    write();
    copyAsOld();
    try (Database database = Database.writer(migrated(), 1_000)) {
      Schema.migrate(database, migrated());
    }

    for (String query : SAME) {
      assertThat(rows(migrated(), query)).as(query).isEqualTo(rows(written(), query)).isNotEmpty();
    }
    assertThat(StoreCheck.run(migrated(), line -> {}).damage()).isEmpty();
  }

  @Test
  void whatWasMarkedBeforeTheIndexByRevisionIsThereWithIt() throws Exception {
    try (Database database = Database.writer(written(), 1_000)) {
      Schema.migrate(database, written(), WITHOUT_REVISIONS);
      database.execute(
          "INSERT INTO person (user, begin, rev, seen, read, read_rev, archived, archived_rev,"
              + " preferences_rev) VALUES ('alice', 0, 3, 9, 9, 1, 9, 2, 0)");
      database.execute("INSERT INTO touched VALUES (1, 5, -3, NULL), (1, 6, NULL, -3)");
    }
    try (SqliteStore store = new SqliteStore(SqliteStore.in(folder))) {
      for (Mark.Kind kind : List.of(Mark.Kind.READ, Mark.Kind.ARCHIVED)) {
        Change mark = new Change.MarkAll(kind, 9);
        assertThat(Outcome.get(store.log.inboxes().change("alice", mark)).changed()).isTrue();
        assertThat(Outcome.get(store.log.inboxes().change("alice", mark)).changed()).isFalse();
      }
    }
    assertThat(StoreCheck.run(written(), line -> {}).damage()).isEmpty();
  }

  @Test
  void theFullTextFollowsTheLogAnewToKnowTopics() throws Exception {
    try (Database database = Database.writer(written(), 1_000)) {
      Schema.migrate(database, written(), WITHOUT_TOPICS);
      database.execute("INSERT INTO search (rowid, title, body, who) VALUES (1, 'title', '', 't')");
      database.execute("UPDATE state SET indexed = 1");
      Schema.migrate(database, written());

      assertThat(database.number("SELECT count(*) FROM search_docsize")).isZero();
      assertThat(database.number("SELECT count(*) FROM search_idx")).isZero();
      assertThat(database.number("SELECT indexed FROM state")).isZero();
    }
  }

  @Test
  void anEmptyFileOfTheOldSchemaIsBroughtUpToDate() throws Exception {
    try (Database database = Database.writer(written(), 1_000)) {
      Schema.migrate(database, written(), OLD);
    }
    try (SqliteStore store = new SqliteStore(SqliteStore.in(folder))) {
      store.append(3);
    }
    assertThat(Files.exists(written())).isTrue();
  }

  @Test
  void whatTakesLongIsToldAndWhatFollowsIsNot() throws Exception {
    AtomicInteger told = new AtomicInteger();
    String count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)";
    try (Database database = Database.writer(written(), 1_000)) {
      database.execute(count + " SELECT max(i) FROM n", 1_000, told::incrementAndGet);
      int times = told.get();
      database.execute(count + " SELECT max(i) FROM n");

      assertThat(times).isPositive();
      assertThat(told).hasValue(times);
    }
  }
}
