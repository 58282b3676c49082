package tidings.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import tidings.core.inbox.Mark;
import tidings.core.inbox.Person;
import tidings.core.inbox.Preferences;

/** Reads {@code person}. For one thread at a time. */
final class People {
  private final PreparedStatement ofUser;
  private final PreparedStatement ofNumber;

  People(Database database) throws SQLException {
    this(database, "preferences");
  }

  /** Reads all but the preferences, which may take a millisecond: as if none were saved. */
  static People withoutPreferences(Database database) throws SQLException {
    return new People(database, "NULL");
  }

  private People(Database database, String preferences) throws SQLException {
    String person =
        "SELECT number, user, begin, rev, seen, read, read_rev, archived, archived_rev, "
            + preferences
            + ", preferences_rev FROM person WHERE ";
    ofUser = database.prepare(person + "user = ?");
    ofNumber = database.prepare(person + "number = ?");
  }

  /** What is kept of a user, or null. */
  @Nullable Person find(String user) throws SQLException {
    ofUser.setString(1, user);
    return first(ofUser);
  }

  /** Who has a number, or null. */
  @Nullable Person find(long number) throws SQLException {
    ofNumber.setLong(1, number);
    return first(ofNumber);
  }

  private static @Nullable Person first(PreparedStatement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery()) {
      return row.next() ? person(row) : null;
    }
  }

  private static Person person(ResultSet row) throws SQLException {
    String preferences = row.getString(10);
    return new Person(
        row.getLong(1),
        row.getString(2),
        row.getLong(3),
        row.getLong(4),
        row.getLong(5),
        new Mark(row.getLong(6), row.getLong(7)),
        new Mark(row.getLong(8), row.getLong(9)),
        preferences == null ? Preferences.NONE : Preferences.parse(preferences),
        row.getLong(11));
  }
}
