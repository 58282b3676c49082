package tidings.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConnection;
import org.sqlite.core.DB;
import tidings.core.log.Append;
import tidings.core.log.Entry;
import tidings.core.log.Log;
import tidings.core.log.NewEntry;
import tidings.core.problem.Problem;
import tidings.store.Drafts;
import tidings.store.ManualTime;
import tidings.store.Outcome;
import tidings.store.Recorder;
import tidings.store.Retention;
import tidings.store.StoreUnusable;

/** How the one thread that writes groups, purges, fails and ends. */
final class StoreWriterTest {
  @TempDir Path folder;

  private final ManualTime time = new ManualTime();
  private final Recorder recorder = new Recorder();
  private final List<Throwable> fatal = new ArrayList<>();
  private final List<SqliteLog> opened = new ArrayList<>();

  @AfterEach
  void closeAll() {
    opened.forEach(SqliteLog::close);
  }

  private SqliteLog open(SqliteSettings settings, LongSupplier nanoTicker) {
    SqliteLog log =
        SqliteLog.open(settings, new Surroundings(time, nanoTicker, new Random(), fatal::add));
    opened.add(log);
    return log;
  }

  private SqliteLog open() {
    return open(SqliteStore.in(folder), time::nanos);
  }

  private static Outcome submit(Log log, NewEntry... entries) {
    Outcome outcome = new Outcome();
    log.append(new Append(List.of(entries), outcome));
    return outcome;
  }

  /** A listener that, in its first commit, holds the writer until it is let go. */
  private final class Holding implements Log.Listener {
    final CountDownLatch held = new CountDownLatch(1);
    final CountDownLatch letGo = new CountDownLatch(1);

    @Override
    public void committed(List<Entry> entries) {
      recorder.committed(entries);
      held.countDown();
      try {
        letGo.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void gone(long position) {}

    @Override
    public void purgedBelow(long lowWater) {}
  }

  @Test
  void allThatWaitsIsOneTransaction() throws Exception {
    SqliteLog log = open();
    Holding holding = new Holding();
    log.start(holding);
    submit(log, Drafts.entry("first")).receipts();
    holding.held.await();
    long before = commits();
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      outcomes.add(submit(log, Drafts.withRef("a", "ref " + i, 1)));
    }
    holding.letGo.countDown();

    outcomes.forEach(Outcome::receipts);
    assertThat(commits() - before).isEqualTo(1);
    submit(log, Drafts.entry("alone")).receipts();
    assertThat(commits() - before).isEqualTo(2);
  }

  /** Transactions in the write-ahead log; each ends with one frame that is marked so. */
  private long commits() throws IOException {
    int headerBytes = 32;
    int frameHeaderBytes = 24;
    int sizeAfterCommitAt = 4;
    ByteBuffer log = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("tidings.db-wal")));
    int pageBytes = log.getInt(8);
    long commits = 0;
    for (int frame = headerBytes; frame < log.limit(); frame += frameHeaderBytes + pageBytes) {
      if (log.getInt(frame + sizeAfterCommitAt) != 0) {
        commits++;
      }
    }
    return commits;
  }

  @Test
  void purgingGoesInStepsOfFiveMillisecondsAndAppendsGoBetween() {
    int entries = 10_000;
    SqliteLog full = open();
    full.start(recorder);
    for (int i = 0; i < entries; i += 500) {
      NewEntry[] some = new NewEntry[500];
      Arrays.setAll(some, n -> Drafts.entry("x"));
      submit(full, some).receipts();
    }
    full.close();
    AtomicLong nanos = new AtomicLong();
    SqliteSettings few =
        SqliteStore.in(folder).retention(new Retention(Duration.ofDays(9_999), 10, 1L << 40));
    SqliteLog log = open(few, () -> nanos.addAndGet(1_000_000));
    List<Long> lowWaters = new ArrayList<>(List.of(1L));
    List<Long> appendedAt = new ArrayList<>();
    Outcome first = submit(log, Drafts.entry("first")); // waits before the first turn
    log.start(
        new Log.Listener() {
          @Override
          public void committed(List<Entry> batch) {
            appendedAt.add(lowWaters.getLast());
          }

          @Override
          public void gone(long position) {}

          @Override
          public void purgedBelow(long lowWater) {
            if (lowWaters.size() == 1) {
              submit(log, Drafts.entry("between"));
            }
            lowWaters.add(lowWater);
          }
        });
    first.receipts();
    await().until(() -> log.lowWater() == entries + 2 - 10 + 1);
    log.close();

    int chunk = 256;
    for (int i = 1; i < lowWaters.size(); i++) {
      assertThat(lowWaters.get(i) - lowWaters.get(i - 1)).isBetween(1L, 5L * chunk);
    }
    assertThat(lowWaters).hasSizeGreaterThan(entries / 5 / chunk);
    assertThat(appendedAt).containsExactly(1L, lowWaters.get(1));
  }

  @Test
  void anOutageLeavesNoStatementsBehind() throws Exception {
    try (SqliteStore store = new SqliteStore(SqliteStore.in(folder).bytesHardMax(1 << 20))) {
      store.appendUntilRefused(5_000);
      probe(store, 2);
      int before = openStatements(store.log);
      probe(store, 20);

      assertThat(openStatements(store.log)).isEqualTo(before);
    }
  }

  @Test
  void requestsThatCannotBeStoredLeaveNoStatementsBehind() throws Exception {
    SqliteLog log = open();
    log.start(recorder);
    submit(log, Drafts.entry("a")).receipts();
    int before = openStatements(log);
    for (int i = 0; i < 5; i++) {
      assertThat(submit(log, Drafts.withoutHash("a", "r")).refusal())
          .isEqualTo(Problem.Kind.INTERNAL);
    }
    submit(log, Drafts.entry("a")).receipts();

    assertThat(openStatements(log)).isEqualTo(before);
  }

  private static void probe(SqliteStore store, int times) {
    for (int i = 0; i < times; i++) {
      store.time.pass(Duration.ofSeconds(2));
      assertThat(store.submit(Drafts.entry("x".repeat(5_000))).refusal())
          .isEqualTo(Problem.Kind.STORAGE_FULL);
    }
  }

  /** What the driver holds for the writer's connection. */
  private static int openStatements(SqliteLog log) throws Exception {
    Database database = (Database) field(SqliteLog.class, "database", log);
    SQLiteConnection connection = (SQLiteConnection) field(Database.class, "connection", database);
    return ((Set<?>) field(DB.class, "stmts", connection.getDatabase())).size();
  }

  private static Object field(Class<?> type, String name, Object owner) throws Exception {
    Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    return field.get(owner);
  }

  @Test
  void aListenerThatFailsIsNoFailureOfTheStore() {
    SqliteLog log = open();
    log.start(
        new Log.Listener() {
          @Override
          public void committed(List<Entry> entries) {
            recorder.committed(entries);
            throw new IllegalStateException("a listener's own trouble");
          }

          @Override
          public void gone(long position) {
            recorder.gone(position);
            throw new IllegalStateException("a listener's own trouble");
          }

          @Override
          public void purgedBelow(long lowWater) {}
        });
    NewEntry first = Drafts.entry("a");
    submit(log, first).receipts();
    Outcome withdrawn = new Outcome();
    log.withdraw(first.id(), Drafts.ALICE, withdrawn);
    withdrawn.receipts();
    log.close();

    assertThat(fatal).isEmpty();
    assertThat(recorder.heard()).containsExactly("committed 1", "gone 1", "committed 2");
  }

  @Test
  void closingKeepsTheLockUntilTheWriterHasEndedThoughInterrupted() throws Exception {
    SqliteLog log = open();
    Holding holding = new Holding();
    log.start(holding);
    submit(log, Drafts.entry("a")).receipts();
    holding.held.await();
    Outcome waiting = submit(log, Drafts.entry("b"));
    boolean[] interrupted = new boolean[1];
    Thread closing =
        Thread.ofPlatform()
            .start(() -> {
              Thread.currentThread().interrupt();
              log.close();
              interrupted[0] = Thread.currentThread().isInterrupted();
            });
    await()
        .until(() ->
            closing.getState() == Thread.State.WAITING
                || closing.getState() == Thread.State.TERMINATED);

    assertThatThrownBy(this::open).isInstanceOf(StoreUnusable.class).hasMessageContaining("in use");
    holding.letGo.countDown();
    closing.join();
    assertThat(waiting.receipts()).hasSize(1);
    assertThat(interrupted[0]).isTrue();
    assertThat(open().end()).isEqualTo(2);
  }
}
