package tidings.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import tidings.core.inbox.KnownTopics;
import tidings.core.inbox.Sorts;
import tidings.core.notification.Level;

/**
 * What the writer takes for stored, so that it need not look. Follows the transaction: what is
 * undone is believed no more. For the store writer alone.
 */
record Beliefs(StoredSorts sorts, TopicMarks topics) {
  /** How many topics are read at the start: more than readers keep, so that they notice. */
  private static final int TOPICS_MAX = 20_001;

  /**
   * Reads what is stored, for the writer and for readers.
   *
   * @param end the newest position of the log
   */
  static Beliefs load(Database database, Sorts sorts, KnownTopics topics, long end)
      throws SQLException {
    Beliefs beliefs = new Beliefs(new StoredSorts(sorts), new TopicMarks(topics));
    try (ResultSet row = database.query("SELECT number, type, source, level FROM sort")) {
      while (row.next()) {
        Level level = Rows.level(row.getInt(4));
        beliefs.sorts.load(
            row.getInt(1), new Sorts.Sort(row.getString(2), row.getString(3), level));
      }
    }
    try (ResultSet row = database.query("SELECT name FROM topic LIMIT " + TOPICS_MAX)) {
      while (row.next()) {
        beliefs.topics.load(row.getString(1), end);
      }
    }
    return beliefs;
  }

  /** A place in the transaction under way. */
  record Mark(int sorts, int topics) {}

  Mark mark() {
    return new Mark(sorts.written(), topics.raised());
  }

  void undo(Mark mark) {
    sorts.undo(mark.sorts);
    topics.undo(mark.topics);
  }

  /** The whole transaction was undone. */
  void undo() {
    sorts.undo(0);
    topics.undo();
  }

  void committed() {
    sorts.committed();
    topics.committed();
  }
}
