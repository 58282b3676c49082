package tidings.store.sqlite;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import tidings.store.InboxStoreContract;
import tidings.store.Retention;

final class SqliteInboxesTest extends InboxStoreContract {
  @TempDir Path folder;

  @Override
  protected Store create(Retention retention) {
    Surroundings surroundings = SqliteStore.surroundings(time);
    SqliteLog log =
        SqliteLog.open(
            SqliteSettings.of(folder.resolve("tidings.db")).retention(retention), surroundings);
    return new Store(log, log.inboxes());
  }
}
