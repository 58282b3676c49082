package tidings.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
  /** How many exceptions a step of a lower mark looks at … */
  static final int STEP = 500;

  /** … and how many the mark itself, to see whether it ends any. */
  static final int FIRST = 64;

  static final String COLUMNS = "position, read, archived";

  private final PreparedStatement find;
  private final PreparedStatement put;
  private final PreparedStatement delete;
  private final PreparedStatement unread;
  private final PreparedStatement takenOut;

  /**
   * What was found of a mark that is not above the last one.
   *
   * @param ended the positions of exceptions that it ends
   * @param rest where there may be more; null if there is none
   */
  record Found(List<Long> ended, Change.@Nullable DropBelow rest) {
    static final Found NONE = new Found(List.of(), null);
  }

  TouchedTable(Database database) throws SQLException {
    find =
        database.prepare("SELECT " + COLUMNS + " FROM touched WHERE person = ? AND position = ?");
    put =
        database.prepare(
            "INSERT OR REPLACE INTO touched (person, position, read, archived)"
                + " VALUES (?, ?, ?, ?)");
    delete = database.prepare("DELETE FROM touched WHERE person = ? AND position = ?");
    unread = opposites(database, "read", "unread");
    takenOut = opposites(database, "archived", "taken_out");
  }

  /** Those that say the opposite of a mark, made after it, the newest revision first. */
  private static PreparedStatement opposites(Database database, String flag, String name)
      throws SQLException {
    return database.prepare(
        ("SELECT position, -%1$s FROM touched INDEXED BY touched_%2$s_since"
                + " WHERE person = ?1 AND %1$s < 0 AND -%1$s > ?2 AND -%1$s <= ?3"
                + " AND (-%1$s < ?3 OR position < ?4)"
                + " ORDER BY -%1$s DESC, position DESC LIMIT ?5")
            .formatted(flag, name));
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
   * Some of what a mark ends that is not above the last one; nothing of any other.
   *
   * @param lowWater exceptions below this say nothing any more
   */
  Found find(Person person, Change.MarkAll all, long lowWater) throws SQLException {
    if (all.kind() == Mark.Kind.SEEN) {
      return Found.NONE;
    }
    long mark = mark(person, all.kind()).position();
    Change.DropBelow whole = new Change.DropBelow(all.kind(), all.upTo(), person.rev());
    if (all.upTo() > mark || all.upTo() < lowWater) {
      return Found.NONE;
    }
    return all.upTo() < mark ? new Found(List.of(), whole) : find(person, whole, lowWater, FIRST);
  }

  private Found find(Person person, Change.DropBelow drop, long lowWater, int limit)
      throws SQLException {
    List<Long> ended = new ArrayList<>();
    boolean isRead = drop.kind() == Mark.Kind.READ;
    PreparedStatement opposites = isRead ? unread : takenOut;
    opposites.setLong(1, person.number());
    opposites.setLong(2, mark(person, drop.kind()).rev());
    opposites.setLong(3, drop.notAfterRev());
    opposites.setLong(4, drop.before());
    opposites.setInt(5, limit);
    int count = 0;
    long position = 0;
    long rev = 0;
    try (ResultSet row = opposites.executeQuery()) {
      while (row.next()) {
        count++;
        position = row.getLong(1);
        rev = row.getLong(2);
        if (position >= lowWater && position <= drop.upTo()) {
          ended.add(position);
        }
      }
    }
    Change.DropBelow rest = new Change.DropBelow(drop.kind(), drop.upTo(), rev, position);
    return new Found(ended, count < limit ? null : rest);
  }

  /** One step of a mark that is not above the last one. */
  Found drop(Person person, Change.DropBelow drop, long lowWater) throws SQLException {
    Found found = find(person, drop, lowWater, STEP);
    for (long position : found.ended) {
      Touched before = Objects.requireNonNull(find(person, position));
      Touched left = ReadState.left(person, drop, before);
      if (left == null) {
        delete(person.number(), position);
      } else {
        put(person, left);
      }
    }
    return found;
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
