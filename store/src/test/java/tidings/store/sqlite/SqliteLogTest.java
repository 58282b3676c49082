package tidings.store.sqlite;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import tidings.store.LogContract;
import tidings.store.Retention;

final class SqliteLogTest extends LogContract {
  @TempDir Path folder;

  @Override
  protected Store create(Retention retention) {
    Surroundings surroundings = SqliteStore.surroundings(time);
    SqliteLog log =
        SqliteLog.open(
            SqliteSettings.of(folder.resolve("tidings.db")).retention(retention), surroundings);
    return new Store(log, log, log);
  }

  @Override
  protected List<String> parkedReasons() throws SQLException {
    List<String> reasons = new ArrayList<>();
    try (Database database = Database.reader(folder.resolve("tidings.db"));
        ResultSet rows = database.query("SELECT reason FROM parked ORDER BY number")) {
      while (rows.next()) {
        reasons.add(rows.getString(1));
      }
    }
    return reasons;
  }
}
