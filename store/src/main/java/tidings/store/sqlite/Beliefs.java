package tidings.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import tidings.core.inbox.KnownTopics;
import tidings.core.inbox.Sorts;
import tidings.core.notification.Level;

/**
 * What the writer takes for stored, so that it need not look. Follows the transaction: what is
 * undone is believed no more. For the store writer alone.
 */
record Beliefs(StoredSorts sorts, TopicMarks topics) {
  private static final String LIMITED = " LIMIT " + (KnownTopics.MAX + 1);

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
    for (String topic : stored(database)) {
      beliefs.topics.load(topic, end);
    }
    return beliefs;
  }

  /** The topics that are stored; one more than readers keep, if there are so many. */
  private static List<String> stored(Database database) throws SQLException {
    return RowReader.list(
        database.query("SELECT name FROM topic" + LIMITED), row -> row.getString(1));
  }

  /**
   * Tells readers of all topics again, if there were too many and are not now.
   *
   * @param end the newest position of the log
   */
  void completeTopics(Database database, long end) throws SQLException {
    if (database.number("SELECT count(*) FROM (SELECT 1 FROM topic" + LIMITED + ")")
        <= KnownTopics.MAX) {
      topics.complete(stored(database), end);
    }
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
