package tidings.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.core.inbox.InboxStore;
import tidings.core.log.Cursor;
import tidings.core.log.Epochs;
import tidings.core.log.NewEntry;
import tidings.core.problem.Problem;
import tidings.store.Drafts;
import tidings.store.ManualTime;
import tidings.store.Outcome;
import tidings.store.Retention;

/** What happens when the disk, another process or the operator gets in the way. */
final class FaultsTest {
  private static final Duration PROBE = Duration.ofSeconds(2);

  @TempDir Path folder;

  @Test
  void aFullDatabaseRefusesAppendsReadsOnAndResumesWhenThereIsRoom() {
    Retention aDay = new Retention(Duration.ofDays(1), Long.MAX_VALUE, Long.MAX_VALUE);
    SqliteSettings small = SqliteStore.in(folder).bytesHardMax(1 << 20).retention(aDay);
    try (SqliteStore store = new SqliteStore(small)) {
      Problem problem = store.appendUntilRefused(5_000);
      assertThat(problem.kind()).isEqualTo(Problem.Kind.STORAGE_FULL);
      assertThat(store.log.trouble()).isEqualTo(problem);
      long kept = store.log.end();
      assertThat(store.read().entries()).hasSize((int) kept).hasSizeGreaterThan(50);

      store.time.pass(PROBE);
      assertThat(store.submit(Drafts.entry("x".repeat(5_000))).refusal())
          .isEqualTo(Problem.Kind.STORAGE_FULL);

      store.time.pass(Duration.ofDays(2));
      assertThat(store.append(Drafts.entry("y")).getFirst().position()).isEqualTo(kept + 1);
      assertThat(store.log.trouble()).isNull();
      assertThat(store.log.lowWater()).isGreaterThan(kept);
    }
  }

  @Test
  void anEntryThatCantBeReadIsNotIndexedAndStopsNothing() throws SQLException {
    try (SqliteStore store = new SqliteStore(SqliteStore.in(folder))) {
      store.append(1);
    }
    try (Database database = Database.writer(store(), 1_000)) {
      database.execute("UPDATE log SET addresses = 'nobody'");
      database.execute("UPDATE state SET indexed = 0");
    }
    try (SqliteStore store = new SqliteStore(SqliteStore.in(folder))) {
      for (int i = 0; i < 3; i++) {
        store.time.pass(Duration.ofSeconds(2));
        store.append(1);
      }
      assertThat(store.log.trouble()).isNull();
      assertThat(store.fatal).isEmpty();
    }
  }

  private static void awaitIndexed(SqliteStore store) {
    await()
        .until(() -> {
          store.time.pass(Duration.ofSeconds(1));
          return Outcome.get(
              store
                  .log
                  .inboxes()
                  .read(InboxStore.Lane.SEARCH, snapshot -> snapshot.indexed() == snapshot.end()));
        });
  }

  @Test
  void aDamagedFullTextRefusesNothingThatIsPublishedOrWithdrawn() throws SQLException {
    NewEntry entry = Drafts.entry("a");
    try (SqliteStore store = new SqliteStore(SqliteStore.in(folder))) {
      store.append(entry);
      awaitIndexed(store);
    }
    try (Database database = Database.writer(store(), 1_000)) {
      database.execute("UPDATE search_data SET block = x'ffffffffffffffff' WHERE id = 10");
    }
    try (SqliteStore store = new SqliteStore(SqliteStore.in(folder))) {
      Outcome withdrawn = new Outcome();
      store.log.withdraw(entry.id(), entry.publisher(), withdrawn);
      assertThat(withdrawn.receipts()).hasSize(1);
      for (int i = 0; i < 3; i++) {
        store.time.pass(Duration.ofSeconds(2)); // it is tried again, and fails beside appends
        store.append(1);
      }
      assertThat(store.log.trouble()).isNull();
      assertThat(store.fatal).isEmpty();
    }
  }

  @Test
  void aForeignLockIsWaitedForAndThenUnavailable() throws SQLException {
    try (SqliteStore store = new SqliteStore(SqliteStore.in(folder))) {
      store.append(1);
      try (Database foreign = Database.writer(store(), 100)) {
        foreign.beginWrite();
        assertThat(store.submit(Drafts.entry("a")).refusal()).isEqualTo(Problem.Kind.UNAVAILABLE);
        assertThat(store.read().entries()).hasSize(1);
        foreign.rollBack();
      }
      store.time.pass(PROBE);
      store.append(1);
      assertThat(store.log.trouble()).isNull();
      await().until(() -> store.recorder.positions().equals(List.of(1L, 2L)));
    }
  }

  private Path store() {
    return folder.resolve("tidings.db");
  }

  @Test
  void theWriteAheadLogStaysBounded() throws IOException {
    SqliteSettings settings = SqliteStore.in(folder).wal(1 << 20, 4 << 20);
    try (SqliteStore store = new SqliteStore(settings)) {
      for (int i = 0; i < 200; i++) {
        store.append(Drafts.entry("x".repeat(100_000)));
      }
      assertThat(Files.size(folder.resolve("tidings.db-wal"))).isLessThan(2 << 20);
    }
  }

  @Test
  void aForeignReaderThatHoldsTheWriteAheadLogIsNamedAsTheCause() throws SQLException {
    SqliteSettings settings = SqliteStore.in(folder).wal(1 << 20, 4 << 20);
    try (SqliteStore store = new SqliteStore(settings)) {
      store.append(1);
      try (Database foreign = Database.reader(store())) {
        foreign.beginRead();
        foreign.number("SELECT count(*) FROM log");
        Problem problem = store.appendUntilRefused(100_000);
        assertThat(problem.kind()).isEqualTo(Problem.Kind.STORAGE_FULL);
        assertThat(problem.detail()).contains("another process", "write-ahead log");
        assertThat(store.read().entries()).isNotEmpty();
        store.time.pass(PROBE);
        assertThat(store.submit(Drafts.entry("a")).refusal()).isEqualTo(Problem.Kind.STORAGE_FULL);
      }
      store.time.pass(PROBE);
      store.append(1);
      assertThat(store.log.trouble()).isNull();
    }
  }

  @Test
  void theCheckAfterAnUncleanStopGivesWayToTheWriter() throws Exception {
    SqliteSettings settings = SqliteStore.in(folder).wal(64 << 10, 256 << 10);
    try (SqliteStore store = new SqliteStore(settings)) {
      store.append(1);
    }
    try (Database database = Database.writer(store(), 100)) {
      // A table that takes some milliseconds a row to check.
      database.execute("CREATE TABLE slow (n INTEGER, hex TEXT NOT NULL AS (hex(zeroblob(n))))");
      database.execute(
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
              + " INSERT INTO slow (n) SELECT 1000000 FROM n");
    }
    Files.writeString(folder.resolve("tidings.db.lock"), "12345");
    try (SqliteStore store = new SqliteStore(settings)) {
      for (int i = 0; i < 300; i++) {
        store.append(Drafts.entry("x".repeat(20_000)));
      }
      assertThat(Files.size(folder.resolve("tidings.db-wal"))).isLessThan(512 << 10);
    }
  }

  @Test
  void aFailedCommitLeavesItsOutcomeUnknownAndStopsTheHub() throws Exception {
    Process other = Children.start(FailingProcess.class, store().toString());
    try (BufferedReader said = other.inputReader()) {
      assertThat(said.lines().filter(line -> line.startsWith("> ")))
          .containsExactly(
              "> OUTCOME_UNKNOWN",
              "> OUTCOME_UNKNOWN",
              "> UNAVAILABLE",
              "> UNAVAILABLE",
              "> 1 fatal");
    } finally {
      other.destroyForcibly().waitFor();
    }
    try (SqliteStore again = new SqliteStore(SqliteStore.in(folder))) {
      assertThat(again.log.end()).isBetween(11L, 13L);
      again.append(1);
    }
  }

  @Test
  void aReaderAheadOfARestoredOlderCopyGetsAGap() throws Exception {
    assertThat(isGapAfterRestore(Random::new)).isTrue();
  }

  @Test
  void anEpochThatIsUsedAgainWouldHideTheGap() throws Exception {
    assertThat(isGapAfterRestore(mutation())).isFalse();
  }

  /** Every start names its epoch alike, if the list of epochs is as long. */
  private static Supplier<RandomGenerator> mutation() {
    int[] start = {0};
    return () -> new Random(Math.min(++start[0], 2));
  }

  /** Whether a cursor from before the restore is known not to belong to the log after it. */
  private boolean isGapAfterRestore(Supplier<RandomGenerator> random) throws Exception {
    SqliteSettings settings = SqliteStore.in(folder);
    ManualTime time = new ManualTime();
    try (SqliteStore first = new SqliteStore(settings, time, random.get())) {
      first.append(5);
    }
    Path copy = Files.copy(store(), folder.resolve("copy.db"));
    Cursor ahead;
    try (SqliteStore second = new SqliteStore(settings, time, random.get())) {
      second.append(5);
      ahead = second.log.epochs().cursor(8);
    }
    Files.delete(store());
    Files.move(copy, store());
    try (SqliteStore restored = new SqliteStore(settings, time, random.get())) {
      restored.append(5);
      Epochs.Resumption resumption =
          restored.log.epochs().resume(ahead, restored.log.end(), restored.log.end());
      return !resumption.known();
    }
  }

  @Test
  void aReaderAheadInTheEpochThatTheCopySharesGoesOnFromItsEnd() throws Exception {
    SqliteSettings settings = SqliteStore.in(folder);
    Cursor ahead;
    try (SqliteStore first = new SqliteStore(settings)) {
      first.append(5);
      try (Database foreign = Database.reader(store())) {
        foreign.execute("VACUUM INTO '" + folder.resolve("copy.db") + "'");
      }
      first.append(5);
      ahead = first.log.epochs().cursor(9);
    }
    Files.delete(store());
    Files.move(folder.resolve("copy.db"), store());
    try (SqliteStore restored = new SqliteStore(settings)) {
      restored.append(5);
      assertThat(restored.log.epochs().resume(ahead, 10, 10))
          .isEqualTo(new Epochs.Resumption(5, false));
    }
  }
}
