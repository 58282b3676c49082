package tidings.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.core.inbox.Change;
import tidings.core.inbox.InboxStore;
import tidings.core.log.NewEntry;
import tidings.store.Drafts;
import tidings.store.Outcome;
import tidings.store.Retention;

/** What is kept for inboxes goes with the entries that it is about. */
final class PeoplePurgeTest {
  @TempDir Path folder;

  private long count(String what) throws SQLException {
    try (Database database = Database.reader(folder.resolve("tidings.db"))) {
      return database.number("SELECT count(*) FROM " + what);
    }
  }

  private static void fill(SqliteStore store, String topic) {
    NewEntry[] some = new NewEntry[300];
    Arrays.setAll(some, i -> Drafts.keyed("t", "k" + i, "topic:" + topic, "user:alice"));
    store.append(some);
  }

  @Test
  void nothingIsLeftOfWhatIsPurged() throws SQLException {
    Retention few = new Retention(Duration.ofDays(9_999), 300, 1L << 40);
    try (SqliteStore store = new SqliteStore(SqliteStore.in(folder).retention(few))) {
      InboxStore inboxes = store.log.inboxes();
      fill(store, "old");
      Change touch = new Change.Touch(List.of(new Change.Touch.At(1, true)), true, null);
      assertThat(Outcome.get(inboxes.change("bob", new Change.Begin(0))).rev()).isZero();
      assertThat(Outcome.get(inboxes.change("bob", touch)).changed()).isTrue();
      await()
          .until(() -> {
            store.time.pass(Duration.ofSeconds(1));
            return count("search_docsize") == 300;
          });
      assertThat(count("latest")).isEqualTo(600);

      fill(store, "new");

      assertThat(store.log.lowWater()).isEqualTo(301);
      assertThat(count("address WHERE position <= 300")).isZero();
      assertThat(count("latest WHERE position <= 300")).isZero();
      assertThat(count("topic")).isEqualTo(1);
      await().until(() -> count("search_docsize WHERE id <= 300") == 0);
      store.time.pass(Duration.ofHours(2));
      Outcome.get(inboxes.change("bob", new Change.Begin(0)));
      await().until(() -> count("touched") == 0);
    }
  }
}
