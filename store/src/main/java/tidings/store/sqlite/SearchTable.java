package tidings.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Writes the full text, {@code search}, which follows the log. For the store writer alone. */
final class SearchTable {
  /** How many rows are looked at a step … */
  private static final int STEP = 256;

  /** … and about how many bytes of text are indexed. */
  private static final long STEP_BYTES = 128 << 10;

  /** About how many pages of the index a step of merging writes. */
  private static final int MERGE_PAGES = 16;

  private final Database database;
  private final PreparedStatement rows;
  private final PreparedStatement insert;
  private final PreparedStatement delete;
  private final PreparedStatement withdrawn;
  private final PreparedStatement below;
  private final PreparedStatement setIndexed;
  private final PreparedStatement merge;
  private long indexed;

  SearchTable(Database database) throws SQLException {
    this.database = database;
    rows =
        database.prepare(
            "SELECT position, kind, addresses, length(json) FROM log"
                + " WHERE position > ? AND position <= ?"
                + " ORDER BY position LIMIT "
                + STEP);
    insert =
        database.prepare(
            "INSERT INTO search (rowid, title, body, who) SELECT position,"
                + " CAST(json AS TEXT) ->> 'title', CAST(json AS TEXT) ->> 'body', ?2"
                + " FROM log WHERE position = ?1");
    delete = database.prepare("DELETE FROM search WHERE rowid = ?");
    withdrawn = database.prepare("SELECT replaces FROM address WHERE address = ? AND position = ?");
    below =
        database.prepare("SELECT id FROM search_docsize WHERE id < ? ORDER BY id LIMIT " + STEP);
    setIndexed = database.prepare("UPDATE state SET indexed = ?");
    merge = database.prepare("INSERT INTO search (search, rank) VALUES ('merge', ?)");
    indexed = database.number("SELECT indexed FROM state");
  }

  /** Up to where the log is indexed, with what the transaction under way did. */
  long indexed() {
    return indexed;
  }

  /**
   * Indexes some more entries.
   *
   * @param lowWater the lowest position that is kept
   * @param end the newest position
   */
  void index(long lowWater, long end, BooleanSupplier isOver) throws SQLException {
    long reached = Math.max(indexed, lowWater - 1);
    long bytes = 0;
    rows.setLong(1, reached);
    rows.setLong(2, end);
    try (ResultSet row = rows.executeQuery()) {
      while (row.next()) {
        reached = row.getLong(1);
        take(reached, row.getInt(2), row.getString(3));
        bytes += row.getLong(4);
        if (bytes >= STEP_BYTES || isOver.getAsBoolean()) {
          break;
        }
      }
    }
    setIndexed.setLong(1, reached);
    setIndexed.executeUpdate();
    indexed = reached;
  }

  private void take(long position, int kind, String addresses) throws SQLException {
    if (kind == Rows.KIND_NOTIFICATION) {
      add(position, addresses);
    } else if (kind == Rows.KIND_WITHDRAWN) {
      withdraw(Rows.split(addresses).getFirst(), position);
    }
  }

  /** Forgets what a withdrawal is of, by one of its rows. */
  void withdraw(String address, long position) throws SQLException {
    withdrawn.setString(1, address);
    withdrawn.setLong(2, position);
    try (ResultSet row = withdrawn.executeQuery()) {
      if (row.next()) {
        delete(row.getLong(1));
      }
    }
  }

  private void add(long position, String addresses) throws SQLException {
    insert.setLong(1, position);
    insert.setString(2, FullText.who(addresses));
    insert.executeUpdate();
  }

  /** Forgets a notification; what is not indexed yet is not there. */
  void delete(long position) throws SQLException {
    delete.setLong(1, position);
    delete.executeUpdate();
  }

  /** Indexes a notification again whose addresses changed, if it is indexed already. */
  void replace(long position, String addresses) throws SQLException {
    if (position <= indexed) {
      delete(position);
      add(position, addresses);
    }
  }

  /** Forgets some of what lies below a position; whether there may be more of it. */
  boolean deleteBelow(long position, BooleanSupplier isOver) throws SQLException {
    below.setLong(1, position);
    List<Long> some = RowReader.list(below.executeQuery(), row -> row.getLong(1));
    for (long one : some) {
      delete(one);
      if (isOver.getAsBoolean()) {
        return true;
      }
    }
    return some.size() == STEP;
  }

  /**
   * Merges some of the index, which leaves out the words of what was forgotten.
   *
   * @param begins whether all that there is now is to be merged
   * @return whether there is more to merge
   */
  boolean merge(boolean begins) throws SQLException {
    long before = database.number("SELECT total_changes()");
    merge.setInt(1, begins ? -MERGE_PAGES : MERGE_PAGES);
    merge.executeUpdate();
    return database.number("SELECT total_changes()") - before >= 2; // as SQLite's manual says
  }
}
