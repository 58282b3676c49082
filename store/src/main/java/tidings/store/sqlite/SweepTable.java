package tidings.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import tidings.core.inbox.Person;
import tidings.core.inbox.ReadState;
import tidings.core.inbox.Touched;

/**
 * Deletes exceptions that say nothing any more: a mark covers them, or their entry or person is
 * gone. For the store writer alone.
 */
final class SweepTable {
  /** How many rows a step looks at. */
  private static final int STEP = 256;

  /** How many persons whose marks moved are remembered; a round finds the others. */
  private static final int MOVED_MAX = 10_000;

  private final People people;
  private final TouchedTable touched;
  private final PreparedStatement rows;
  private final Map<Long, Long> moved = new LinkedHashMap<>(); // and up to where they were swept
  private @Nullable Place round;

  /** Up to where was swept. */
  private record Place(long person, long position) {}

  private record Row(long person, Touched touched) {}

  SweepTable(Database database, TouchedTable touched) throws SQLException {
    this.people = People.withoutPreferences(database);
    this.touched = touched;
    rows =
        database.prepare(
            "SELECT %s, person FROM touched WHERE (person, position) > (?, ?) AND person <= ?"
                    .formatted(TouchedTable.COLUMNS)
                + " ORDER BY person, position LIMIT "
                + STEP);
  }

  /** A mark of someone has moved. */
  void moved(long person) {
    if (moved.size() < MOVED_MAX || moved.containsKey(person)) {
      moved.put(person, 0L);
    }
  }

  /** All persons are to be looked at, unless they are already. */
  void beginRound() {
    if (round == null) {
      round = new Place(0, 0);
    }
  }

  boolean isPending() {
    return !moved.isEmpty() || round != null;
  }

  /** Looks at some rows. */
  void step(long lowWater, BooleanSupplier isOver) throws SQLException {
    if (moved.isEmpty() && round != null) {
      round = step(round, Long.MAX_VALUE, lowWater, isOver);
    }
    Place reached = null;
    while (reached == null && !moved.isEmpty() && !isOver.getAsBoolean()) {
      Map.Entry<Long, Long> first = moved.entrySet().iterator().next();
      long person = first.getKey();
      reached = step(new Place(person, first.getValue()), person, lowWater, isOver);
      if (reached == null) {
        moved.remove(person);
      } else {
        first.setValue(reached.position);
      }
    }
  }

  /** Up to where was swept now; null if nothing is left. */
  private @Nullable Place step(Place from, long lastPerson, long lowWater, BooleanSupplier isOver)
      throws SQLException {
    Place reached = from;
    Person person = null;
    List<Row> some = rows(from, lastPerson);
    for (Row row : some) {
      if (person == null || person.number() != row.person) {
        person = people.find(row.person);
      }
      if (person == null
          || row.touched.position() < lowWater
          || ReadState.holding(person, row.touched) == null) {
        touched.delete(row.person, row.touched.position());
      }
      reached = new Place(row.person, row.touched.position());
      if (isOver.getAsBoolean()) {
        return reached;
      }
    }
    return some.size() < STEP ? null : reached;
  }

  private List<Row> rows(Place from, long lastPerson) throws SQLException {
    rows.setLong(1, from.person);
    rows.setLong(2, from.position);
    rows.setLong(3, lastPerson);
    return RowReader.list(
        rows.executeQuery(), row -> new Row(row.getLong(4), TouchedTable.touched(row)));
  }
}
