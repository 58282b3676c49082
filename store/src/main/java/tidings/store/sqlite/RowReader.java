package tidings.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Reads the current row. */
@FunctionalInterface
interface RowReader<T> {
  T read(ResultSet row) throws SQLException;

  /** What is read of all rows, which are closed. */
  static <T> List<T> list(ResultSet rows, RowReader<T> reader) throws SQLException {
    List<T> all = new ArrayList<>();
    try (rows) {
      while (rows.next()) {
        all.add(reader.read(rows));
      }
    }
    return all;
  }
}
