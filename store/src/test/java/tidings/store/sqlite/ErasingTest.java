package tidings.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.core.inbox.Change;
import tidings.core.inbox.InboxStore;
import tidings.core.inbox.KnownTopics;
import tidings.core.inbox.Snapshot;
import tidings.core.inbox.Sorts;
import tidings.core.log.NewEntry;
import tidings.core.notification.Address;
import tidings.store.Drafts;
import tidings.store.ManualTime;
import tidings.store.Outcome;

/** Erasing a person, ended by a crash between or within any of its steps. */
final class ErasingTest {
  private static final int ENTRIES = 12;
  private static final String SECRET = "zanzibar";

  @TempDir Path folder;

  private final ManualTime time = new ManualTime();

  private Path file() {
    return folder.resolve("tidings.db");
  }

  /**
   * The bytes of a closed store in which something is for Alice, partly for others too, all of it
   * indexed.
   */
  private byte[] filled() throws IOException {
    try (SqliteStore store = new SqliteStore(SqliteStore.in(folder))) {
      NewEntry[] entries = new NewEntry[ENTRIES];
      Arrays.setAll(
          entries,
          i ->
              i % 3 == 0
                  ? Drafts.entry("shared" + i, "user:alice", "topic:a")
                  : Drafts.entry(SECRET + i, "user:alice"));
      store.append(entries);
      for (String user : List.of("alice", "bob")) {
        Outcome.get(store.log.inboxes().change(user, new Change.Begin(0)));
        List<Change.Touch.At> some = List.of(new Change.Touch.At(1, false));
        Outcome.get(store.log.inboxes().change(user, new Change.Touch(some, true, null)));
      }
      await()
          .until(() -> {
            store.time.pass(Duration.ofSeconds(1));
            return read(store) == ENTRIES;
          });
    }
    return Files.readAllBytes(file());
  }

  private static long read(SqliteStore store) {
    return Outcome.get(store.log.inboxes().read(InboxStore.Lane.COUNTS, Snapshot::indexed));
  }

  private Tables tables(Database database) throws SQLException {
    Beliefs beliefs = Beliefs.load(database, new Sorts(), new KnownTopics(), ENTRIES);
    return new Tables(database, time, beliefs);
  }

  /** Takes some steps of a row each; whether there are more. The last one is undone if it is to. */
  private boolean steps(int count, boolean undoLast) throws SQLException {
    try (Database database = Database.writer(file(), 1_000)) {
      Tables tables = tables(database);
      database.beginWrite();
      new Transaction(tables, ENTRIES, 1, 0).erase("alice");
      database.commit();
      for (int i = 1; i <= count && isPending(tables.erasures); i++) {
        database.beginWrite();
        if (tables.erasures.isWalking()) {
          tables.erasures.walk(new Transaction(tables, ENTRIES, 1, 0), () -> true);
        } else {
          tables.erasures.merge(tables.search);
        }
        if (undoLast && i == count) {
          database.rollBack();
        } else {
          database.commit();
        }
      }
      return isPending(tables.erasures);
    }
  }

  private static boolean isPending(ErasureTable erasures) {
    return erasures.isWalking() || erasures.isMerging();
  }

  private void assertErased() throws IOException, SQLException {
    try (SqliteStore store = new SqliteStore(SqliteStore.in(folder))) {
      await().until(() -> erasures() == 0);
      InboxStore inboxes = store.log.inboxes();
      List<Long> left =
          Outcome.get(
              inboxes.read(
                  InboxStore.Lane.COUNTS,
                  snapshot -> {
                    assertThat(snapshot.rows(Address.user("alice"), 0, 99, 99)).isEmpty();
                    return snapshot.rows(Address.topic("a"), 0, 99, 99).stream()
                        .map(row -> row.position())
                        .toList();
                  }));
      assertThat(left).containsExactly(10L, 7L, 4L, 1L);
      assertThat(store.read().entries())
          .hasSize(ENTRIES / 3)
          .allSatisfy(entry -> assertThat(entry.to()).containsExactly(Address.topic("a")));
    }
    assertThat(count("touched")).isEqualTo(1); // what Bob marked
    String bytes = Files.readString(file(), StandardCharsets.ISO_8859_1);
    assertThat(bytes).contains("shared").doesNotContain("user:alice").doesNotContain(SECRET);
    assertThat(StoreCheck.run(file(), line -> {}).damage()).isEmpty();
  }

  private long erasures() throws SQLException {
    return count("erasure");
  }

  private long count(String table) throws SQLException {
    try (Database database = Database.reader(file())) {
      return database.number("SELECT count(*) FROM " + table);
    }
  }

  @Test
  void aCrashBetweenAnyTwoStepsOnlyDelaysIt() throws Exception {
    byte[] filled = filled();
    boolean more = true;
    for (int count = 0; more; count++) {
      Files.write(file(), filled);
      more = steps(count, false);
      assertErased();
    }
  }

  @Test
  void aCrashWithinAnyStepOnlyDelaysIt() throws Exception {
    byte[] filled = filled();
    boolean more = true;
    for (int count = 1; more; count += 3) {
      Files.write(file(), filled);
      more = steps(count, true);
      assertErased();
    }
  }

  @Test
  void nothingIsMergedForSomeoneOfWhomNothingWasFound() throws Exception {
    filled();
    try (Database database = Database.writer(file(), 1_000)) {
      Tables tables = tables(database);
      database.beginWrite();
      Transaction transaction = new Transaction(tables, ENTRIES, 1, 0);
      transaction.erase("nobody");
      while (tables.erasures.isWalking()) {
        tables.erasures.walk(transaction, () -> true);
      }
      database.commit();
      assertThat(tables.erasures.isMerging()).isFalse();
    }
    assertThat(erasures()).isZero();
  }

  @Test
  void whatIsDeletedIsNoLongerOverwrittenOnceAnErasingIsGivenUp() throws Exception {
    filled();
    try (Database database = Database.writer(file(), 1_000)) {
      database.beginWrite();
      new Transaction(tables(database), ENTRIES, 1, 0).erase("alice");
      assertThat(database.number("PRAGMA secure_delete")).isOne();
      database.rollBack();
      tables(database);
      assertThat(database.number("PRAGMA secure_delete")).isZero();
    }
  }
}
