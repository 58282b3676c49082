package tidings.store.sqlite;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import tidings.store.InboxStoreContract;
import tidings.store.Retention;

final class SqliteInboxesTest extends InboxStoreContract {
  @TempDir Path folder;

  @Override
  protected Store create(Retention retention) {
    Surroundings surroundings =
        new Surroundings(
            time,
            time::nanos,
            new Random(),
            e -> {
              throw new AssertionError(e);
            });
    SqliteLog log =
        SqliteLog.open(
            SqliteSettings.of(folder.resolve("tidings.db")).retention(retention), surroundings);
    return new Store(log, log.inboxes());
  }
}
