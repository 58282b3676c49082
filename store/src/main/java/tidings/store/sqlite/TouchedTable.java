package tidings.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tidings.core.inbox.Change;
import tidings.core.inbox.Mark;
import tidings.core.inbox.Person;
import tidings.core.inbox.ReadState;
import tidings.core.inbox.Touched;

/**
 * Changes {@code touched}; what becomes of a row is said by {@link ReadState}. A flag is the
 * revision that said it, below 0 if it says no. For the store writer alone.
 */
final class TouchedTable {
  /** How many exceptions a step of a lower mark ends. */
  static final int DROPPED_MAX = 500;

  static final String COLUMNS = "position, read, archived";

  private final PreparedStatement find;
  private final PreparedStatement put;
  private final PreparedStatement delete;
  private final Opposite unread;
  private final Opposite takenOut;

  /** Exceptions that say the opposite of a mark, through their index. */
  private record Opposite(PreparedStatement any, PreparedStatement lowest) {
    static Opposite prepare(Database database, String flag) throws SQLException {
      String holding =
          ("FROM touched WHERE person = ?1 AND %1$s < 0 AND position BETWEEN ?6 AND ?2"
                  + " AND -%1$s <= ?3 AND (-%1$s > ?5 OR position > ?4)")
              .formatted(flag);
      return new Opposite(
          database.prepare("SELECT EXISTS (SELECT 1 " + holding + ")"),
          database.prepare(
              "SELECT %s %s ORDER BY position LIMIT %d".formatted(COLUMNS, holding, DROPPED_MAX)));
    }
  }

  TouchedTable(Database database) throws SQLException {
    find =
        database.prepare("SELECT " + COLUMNS + " FROM touched WHERE person = ? AND position = ?");
    put =
        database.prepare(
            "INSERT OR REPLACE INTO touched (person, position, read, archived)"
                + " VALUES (?, ?, ?, ?)");
    delete = database.prepare("DELETE FROM touched WHERE person = ? AND position = ?");
    unread = Opposite.prepare(database, "read");
    takenOut = Opposite.prepare(database, "archived");
  }

  /** Marks entries by themselves; whether anything changed. */
  boolean touch(Person person, Change.Touch touch) throws SQLException {
    boolean changed = false;
    for (Change.Touch.At at : touch.entries()) {
      Touched after = ReadState.touch(person, touch, at, find(person, at.position()));
      if (after != null) {
        put(person, after);
        changed = true;
      }
    }
    return changed;
  }

  /**
   * Whether a mark that stays where it is ends some exception that holds until now.
   *
   * @param lowWater exceptions below this say nothing any more
   */
  boolean ends(Person person, Change.MarkAll all, long lowWater) throws SQLException {
    if (all.kind() == Mark.Kind.SEEN || all.upTo() != mark(person, all.kind()).position()) {
      return false;
    }
    PreparedStatement any = bound(opposite(all.kind()).any, person, all, Long.MAX_VALUE, lowWater);
    try (ResultSet row = any.executeQuery()) {
      row.next();
      return row.getBoolean(1);
    }
  }

  /** One step of a lower mark; whether anything changed. */
  boolean drop(Person person, Change.DropBelow drop, long lowWater) throws SQLException {
    List<Touched> ended = new ArrayList<>();
    PreparedStatement lowest =
        bound(
            opposite(drop.kind()).lowest,
            person,
            new Change.MarkAll(drop.kind(), drop.upTo()),
            drop.notAfterRev(),
            lowWater);
    try (ResultSet row = lowest.executeQuery()) {
      while (row.next()) {
        ended.add(touched(row));
      }
    }
    for (Touched before : ended) {
      Touched left = ReadState.left(person, drop, before);
      if (left == null) {
        delete(person.number(), before.position());
      } else {
        put(person, left);
      }
    }
    return !ended.isEmpty();
  }

  private Opposite opposite(Mark.Kind kind) {
    return switch (kind) {
      case READ -> unread;
      case ARCHIVED -> takenOut;
      case SEEN -> throw new IllegalArgumentException("nothing is marked as unseen by itself");
    };
  }

  private static PreparedStatement bound(
      PreparedStatement statement,
      Person person,
      Change.MarkAll all,
      long notAfterRev,
      long lowWater)
      throws SQLException {
    Mark mark = mark(person, all.kind());
    statement.setLong(1, person.number());
    statement.setLong(2, all.upTo());
    statement.setLong(3, notAfterRev);
    statement.setLong(4, mark.position());
    statement.setLong(5, mark.rev());
    statement.setLong(6, lowWater);
    return statement;
  }

  private static Mark mark(Person person, Mark.Kind kind) {
    return kind == Mark.Kind.READ ? person.read() : person.archived();
  }

  private @Nullable Touched find(Person person, long position) throws SQLException {
    find.setLong(1, person.number());
    find.setLong(2, position);
    try (ResultSet row = find.executeQuery()) {
      return row.next() ? touched(row) : null;
    }
  }

  /** The exception in the current row of {@link #COLUMNS}. */
  static Touched touched(ResultSet row) throws SQLException {
    return new Touched(row.getLong(1), flag(row, 2), flag(row, 3));
  }

  private static Touched.@Nullable Flag flag(ResultSet row, int column) throws SQLException {
    long said = row.getLong(column);
    return said == 0 ? null : new Touched.Flag(said > 0, Math.abs(said));
  }

  private void put(Person person, Touched touched) throws SQLException {
    put.setLong(1, person.number());
    put.setLong(2, touched.position());
    put.setObject(3, said(touched.read()));
    put.setObject(4, said(touched.archived()));
    put.executeUpdate();
  }

  private static @Nullable Long said(Touched.@Nullable Flag flag) {
    return flag == null ? null : (Long) (flag.is() ? flag.rev() : -flag.rev());
  }

  void delete(long person, long position) throws SQLException {
    delete.setLong(1, person);
    delete.setLong(2, position);
    delete.executeUpdate();
  }
}
