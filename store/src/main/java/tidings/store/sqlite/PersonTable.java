package tidings.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import tidings.core.inbox.Person;
import tidings.core.inbox.Preferences;

/** Writes {@code person}. For the store writer alone. */
final class PersonTable {
  private final People people;
  private final People withPreferences;
  private final PreparedStatement insert;
  private final PreparedStatement update;
  private final PreparedStatement save;
  private final PreparedStatement raise;
  private final PreparedStatement delete;

  PersonTable(Database database) throws SQLException {
    people = People.withoutPreferences(database);
    withPreferences = new People(database);
    insert =
        database.prepare(
            "INSERT INTO person (user, begin, rev, seen, read, read_rev, archived, archived_rev,"
                + " preferences_rev) VALUES (?, ?, 0, 0, 0, 0, 0, 0, 0)");
    update =
        database.prepare(
            "UPDATE person SET rev = ?, seen = ?, read = ?, read_rev = ?, archived = ?,"
                + " archived_rev = ? WHERE number = ?");
    save =
        database.prepare("UPDATE person SET preferences = ?, preferences_rev = ? WHERE number = ?");
    raise = database.prepare("UPDATE person SET rev = rev + 1 WHERE user = ?");
    delete = database.prepare("DELETE FROM person WHERE user = ?");
  }

  /**
   * A user's row, made if there is none.
   *
   * @param whole whether preferences are read too
   */
  Person findOrBegin(String user, long at, boolean whole) throws SQLException {
    Person known = (whole ? withPreferences : people).find(user);
    if (known != null) {
      return known;
    }
    insert.setString(1, user);
    insert.setLong(2, at);
    insert.executeUpdate();
    Person begun = people.find(user);
    if (begun == null) {
      throw new IllegalStateException("a person was not stored");
    }
    return begun;
  }

  /** Stores the revision and the marks. */
  void update(Person person) throws SQLException {
    update.setLong(1, person.rev());
    update.setLong(2, person.seen());
    update.setLong(3, person.read().position());
    update.setLong(4, person.read().rev());
    update.setLong(5, person.archived().position());
    update.setLong(6, person.archived().rev());
    update.setLong(7, person.number());
    update.executeUpdate();
  }

  /** Stores the preferences. */
  void save(Person person) throws SQLException {
    save.setString(
        1, person.preferences().equals(Preferences.NONE) ? null : person.preferences().text());
    save.setLong(2, person.preferencesRev());
    save.setLong(3, person.number());
    save.executeUpdate();
  }

  /** Raises the revision of someone, if there is such. */
  void raise(String user) throws SQLException {
    raise.setString(1, user);
    raise.executeUpdate();
  }

  /** Deletes a user's row; the number that they had, 0 if there was none. */
  long delete(String user) throws SQLException {
    Person known = people.find(user);
    delete.setString(1, user);
    delete.executeUpdate();
    return known == null ? 0 : known.number();
  }
}
