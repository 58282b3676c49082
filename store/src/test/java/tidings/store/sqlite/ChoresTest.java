package tidings.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.core.inbox.KnownTopics;
import tidings.core.inbox.Sorts;
import tidings.store.ManualTime;

/** What the writer does beside commands that never cease. */
final class ChoresTest {
  private static final int ROWS = 2_000;

  @TempDir Path folder;
  private final ManualTime time = new ManualTime();
  private final KnownTopics topics = new KnownTopics();
  private Database database;
  private Tables tables;
  private Chores chores;
  private long nanos; // a tick is a tenth of a millisecond
  private long busyNanos;

  @BeforeEach
  void open() throws SQLException {
    Path file = folder.resolve("tidings.db");
    database = Database.writer(file, 1_000);
    Schema.migrate(database, file);
    database.execute("UPDATE state SET indexed = " + ROWS);
    prepare();
    chores = new Chores(this::ticked);
  }

  private void prepare() throws SQLException {
    tables = new Tables(database, time, Beliefs.load(database, new Sorts(), topics, ROWS));
  }

  @AfterEach
  void close() throws SQLException {
    database.close();
  }

  private void fill(String statement) throws SQLException {
    database.execute(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT %d) INSERT INTO "
                .formatted(ROWS)
            + statement);
  }

  private long ticked() {
    nanos += TimeUnit.MICROSECONDS.toNanos(100);
    return nanos;
  }

  /** So many turns, of a millisecond each, at the end of a log of which nothing is kept. */
  private void turns(int count) throws SQLException {
    for (int i = 0; i < count; i++) {
      nanos += TimeUnit.MILLISECONDS.toNanos(1);
      if (chores.isDue(tables, ROWS + 1, ROWS, false)) {
        long began = nanos;
        database.beginWrite();
        chores.step(new Transaction(tables, ROWS, ROWS + 1, 0), false);
        database.commit();
        chores.committed();
        busyNanos += nanos - began;
      }
    }
  }

  @Test
  void theFullTextFollowsTheLogByACursorOfItsOwn() throws Exception {
    Path other = Files.createDirectory(folder.resolve("other"));
    try (SqliteStore store = new SqliteStore(SqliteStore.in(other))) {
      store.append(3); // stored, and told so, before it is indexed
      assertThat(indexed(other)).isZero();
    }
    try (SqliteStore store = new SqliteStore(SqliteStore.in(other))) {
      await()
          .until(() -> {
            store.time.pass(Duration.ofSeconds(1));
            return indexed(other) == 3;
          });
      store.append(2);
      assertThat(store.log.end()).isEqualTo(5);
      assertThat(indexed(other)).isEqualTo(3);
    }
  }

  private static long indexed(Path in) throws SQLException {
    try (Database reader = Database.reader(in.resolve("tidings.db"))) {
      return reader.number("SELECT indexed FROM state");
    }
  }

  @Test
  void whatWasPurgedLeavesTheFullTextThoughNothingIsEverQuiet() throws SQLException {
    fill("search (rowid, title, body, who) SELECT i, 'title', 'body', 'e' FROM n");
    turns(2); // the first begins a round of sweeping
    assertThat(database.number("SELECT count(*) FROM search_docsize")).isBetween(1L, ROWS - 1L);
    turns(5_000);
    assertThat(database.number("SELECT count(*) FROM search_docsize")).isZero();
    assertThat(busyNanos).isLessThan(nanos / 8);
  }

  @Test
  void theFullTextGrowsBeforeTheWordsOfTheErasedAreGone() throws SQLException {
    fill("search (rowid, title, body, who) SELECT i, 'title', 'body', 'e' FROM n");
    database.execute("INSERT INTO erasure (user, up_to, person) VALUES ('alice', 0, 0)");
    database.execute("UPDATE state SET indexed = 0");
    prepare();
    turns(1);
    assertThat(tables.search.indexed()).isEqualTo(ROWS);
    assertThat(tables.erasures.isMerging()).isTrue();
    turns(1_000);
    assertThat(database.number("SELECT count(*) FROM erasure")).isZero();
  }

  @Test
  void topicsThatWereTooManyAreKnownAgain() throws SQLException {
    for (int i = 0; i <= KnownTopics.MAX; i++) {
      topics.raise("t" + i, i);
    }
    fill("topic SELECT 's' || i FROM n");
    turns(1);
    assertThat(topics.isWhole()).isFalse(); // nothing of those is gone
    for (int i = 0; i < ROWS; i++) {
      topics.gone("t" + i);
    }
    turns(1_000);
    assertThat(topics.isWhole()).isFalse();
    nanos += TimeUnit.HOURS.toNanos(1);
    turns(1);
    assertThat(topics.isWhole()).isTrue();
  }

  @Test
  void whatSaysNothingIsSweptThoughNothingIsEverQuiet() throws SQLException {
    fill("touched SELECT 1, i, 5, NULL FROM n");
    turns(1);
    assertThat(database.number("SELECT count(*) FROM touched")).isBetween(1L, ROWS - 1L);
    turns(20_000);
    assertThat(database.number("SELECT count(*) FROM touched")).isZero();
    assertThat(busyNanos).isLessThan(nanos / 30);
  }
}
