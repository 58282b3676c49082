package tidings.store.sqlite;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.core.access.Caller;
import tidings.core.access.Grant;
import tidings.core.access.Publisher;
import tidings.core.inbox.InboxStore;
import tidings.core.inbox.Inboxes;
import tidings.core.inbox.Mark;
import tidings.core.log.Append;
import tidings.core.log.Cursor;
import tidings.core.log.Log;
import tidings.core.log.NewEntry;
import tidings.store.Drafts;
import tidings.store.ManualTime;
import tidings.store.Outcome;
import tidings.store.Recorder;
import tidings.store.Retention;
import tidings.store.inbox.InboxContract;

/** The contract over SQLite, and what several threads do to it at once. */
final class SqliteInboxTest extends InboxContract {
  private static final Caller ALICE =
      Caller.of("alice", Publisher.subject("alice"), Grant.ALL, null, null);

  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final Queue<UUID> published = new ConcurrentLinkedQueue<>();

  @TempDir Path folder;
  private Path file = Path.of("");
  private int places;

  @Override
  protected Place place(ManualTime time) {
    file = folder.resolve("tidings" + ++places + ".db");
    SqliteSettings settings = SqliteSettings.of(file);
    Surroundings surroundings = SqliteStore.surroundings(time);
    return keep -> {
      Retention all = Retention.DEFAULT;
      SqliteLog log =
          SqliteLog.open(
              settings.retention(new Retention(all.age(), keep, all.bytes())), surroundings);
      return new Opened() {
        @Override
        public Log log() {
          return log;
        }

        @Override
        public InboxStore inboxes() {
          return log.inboxes();
        }

        @Override
        public void close() {
          log.close();
        }
      };
    };
  }

  @Test
  void aBroadcastIsOneEntryHoweverManyReadIt() throws SQLException {
    ManualTime time = new ManualTime();
    try (Opened opened = place(time).open(Retention.DEFAULT.count())) {
      Inboxes inboxes = new Inboxes(opened.inboxes(), opened.log(), time);
      opened.log().start(new Recorder());
      List<Caller> readers = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        String user = "user" + i;
        readers.add(Caller.of(user, Publisher.subject(user), Grant.ALL, null, null));
      }
      broadcast(inboxes, opened, readers);
      Map<String, Long> before = rows();
      broadcast(inboxes, opened, readers);
      Map<String, Long> after = rows();
      before.forEach((table, count) -> after.merge(table, -count, Long::sum));
      assertThat(after)
          .containsExactly(
              Map.entry("log", 1L),
              Map.entry("address", 1L),
              Map.entry("person", 0L),
              Map.entry("touched", 0L));
    }
  }

  private static void broadcast(Inboxes inboxes, Opened opened, List<Caller> readers) {
    readers.forEach(reader -> inboxes.enter(requireNonNull(reader.user())).join());
    Outcome outcome = new Outcome();
    opened.log().append(new Append(List.of(Drafts.entry("hello")), outcome));
    Cursor upTo = opened.log().epochs().cursor(outcome.receipts().getFirst().position());
    for (Caller reader : readers) {
      assertThat(inboxes.summary(reader).unread()).isEqualTo(1);
      inboxes.markAll(reader, Mark.Kind.READ, upTo, null, () -> {});
      assertThat(inboxes.summary(reader).unread()).isZero();
    }
  }

  private Map<String, Long> rows() throws SQLException {
    Map<String, Long> rows = new LinkedHashMap<>();
    try (Database database = Database.reader(file)) {
      for (String table : List.of("log", "address", "person", "touched")) {
        rows.put(table, database.number("SELECT count(*) FROM " + table));
      }
    }
    return rows;
  }

  /** What is kept of counts must not miss what changes while they are made. */
  @Test
  void countsKeptUpBesideChangesAreThoseMadeAnew() throws InterruptedException {
    ManualTime time = new ManualTime();
    try (Opened opened = place(time).open(Retention.DEFAULT.count())) {
      Inboxes inboxes = new Inboxes(opened.inboxes(), opened.log(), time);
      opened.log().start(new Recorder());
      for (int round = 0; round < 10; round++) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          Random random = new Random(10 * round + i);
          threads.add(Thread.startVirtualThread(() -> change(inboxes, opened, random)));
        }
        AtomicBoolean over = new AtomicBoolean();
        Thread counting = Thread.startVirtualThread(() -> count(inboxes, over));
        for (Thread thread : threads) {
          thread.join();
        }
        over.set(true);
        counting.join();
        Inboxes anew = new Inboxes(opened.inboxes(), opened.log(), time);
        assertThat(inboxes.summary(ALICE)).isEqualTo(anew.summary(ALICE));
      }
    }
    assertThat(failures).isEmpty();
  }

  private void change(Inboxes inboxes, Opened opened, Random random) {
    try {
      for (int step = 0; step < 15; step++) {
        switch (random.nextInt(16)) {
          case 0, 1, 2, 3, 4 -> {
            NewEntry entry =
                Drafts.keyed(
                    "t", "k" + random.nextInt(3), random.nextBoolean() ? "user:alice" : "everyone");
            Outcome outcome = new Outcome();
            opened.log().append(new Append(List.of(entry), outcome));
            outcome.receipts();
            published.add(entry.id());
          }
          case 5, 6, 7, 8, 9, 10 -> {
            List<UUID> ids = published.stream().filter(id -> random.nextInt(4) == 0).toList();
            inboxes.touch(ALICE, ids, random.nextBoolean(), random.nextInt(3) == 0);
          }
          case 11, 12, 13, 14 -> {
            long end = opened.log().end();
            Cursor upTo = opened.log().epochs().cursor(Math.max(0, end - random.nextInt(20)));
            inboxes.markAll(ALICE, Mark.Kind.READ, upTo, null, () -> {});
          }
          default -> opened.inboxes().erase("alice").join();
        }
      }
    } catch (RuntimeException | Error e) {
      failures.add(e);
    }
  }

  private void count(Inboxes inboxes, AtomicBoolean over) {
    try {
      while (!over.get()) {
        inboxes.summary(ALICE);
      }
    } catch (RuntimeException | Error e) {
      failures.add(e);
    }
  }
}
