package tidings.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Deletes from the low end of the log. For the store writer alone. */
final class PurgeTable {
  /** A chunk ends after so many entries, or so many addresses of theirs. */
  private static final int CHUNK = 256;

  private static final String TOPIC = "topic:";

  private final TopicMarks topics;
  private final PreparedStatement rows;
  private final PreparedStatement deleteAddress;
  private final PreparedStatement deleteTopic;
  private final PreparedStatement deleteLatest;
  private final PreparedStatement deleteLog;
  private final PreparedStatement deleteRaw;
  private final PreparedStatement setLowWater;
  private final PreparedStatement refs;
  private final PreparedStatement deleteRef;

  /**
   * What decides whether an entry has to go.
   *
   * @param total bytes of all entries ever appended, up to this one
   */
  record Oldest(long position, long timeMs, long total) {}

  PurgeTable(Database database, TopicMarks topics) throws SQLException {
    this.topics = topics;
    rows =
        database.prepare(
            "SELECT position, time, total, addresses FROM log WHERE position >= ?"
                + " ORDER BY position LIMIT ?");
    deleteAddress = database.prepare("DELETE FROM address WHERE address = ? AND position <= ?");
    deleteTopic =
        database.prepare(
            "DELETE FROM topic WHERE name = ?1"
                + " AND NOT EXISTS (SELECT 1 FROM address WHERE address = 'topic:' || ?1)");
    deleteLatest = database.prepare("DELETE FROM latest WHERE position <= ?");
    deleteLog = database.prepare("DELETE FROM log WHERE position <= ?");
    deleteRaw = database.prepare("DELETE FROM raw WHERE position <= ?");
    setLowWater = database.prepare("UPDATE state SET low_water = ?");
    refs =
        database.prepare(
            "SELECT publisher, ref, until FROM ref WHERE position < ? AND until <= ?"
                + " ORDER BY position LIMIT "
                + CHUNK);
    deleteRef = database.prepare("DELETE FROM ref WHERE publisher = ? AND ref = ?");
  }

  @Nullable Oldest oldest(long low) throws SQLException {
    rows.setLong(1, low);
    rows.setInt(2, 1);
    try (ResultSet row = rows.executeQuery()) {
      return row.next() ? oldest(row) : null;
    }
  }

  private static Oldest oldest(ResultSet row) throws SQLException {
    return new Oldest(row.getLong(1), row.getLong(2), row.getLong(3));
  }

  /** Deletes a chunk of entries from {@code low} on that are due; gives the next position. */
  long purge(long low, Predicate<Oldest> due) throws SQLException {
    Set<String> addresses = new HashSet<>();
    long last = low - 1;
    rows.setLong(1, low);
    rows.setInt(2, CHUNK);
    try (ResultSet row = rows.executeQuery()) {
      while (row.next() && addresses.size() < CHUNK) {
        Oldest entry = oldest(row);
        if (!due.test(entry)) {
          break;
        }
        addresses.addAll(Rows.split(row.getString(4)));
        last = entry.position();
      }
    }
    for (String address : addresses) {
      deleteAddress.setString(1, address);
      deleteAddress.setLong(2, last);
      deleteAddress.executeUpdate();
      forgetTopic(address, last);
    }
    deleteUpTo(deleteLatest, last);
    deleteUpTo(deleteLog, last);
    deleteUpTo(deleteRaw, last);
    return last + 1;
  }

  /** Forgets a topic if nothing of it is left. */
  private void forgetTopic(String address, long last) throws SQLException {
    if (!address.startsWith(TOPIC)) {
      return;
    }
    String topic = address.substring(TOPIC.length());
    if (topics.isAbove(topic, last)) {
      return;
    }
    deleteTopic.setString(1, topic);
    if (deleteTopic.executeUpdate() > 0) {
      topics.deleted(topic);
    }
  }

  private static void deleteUpTo(PreparedStatement statement, long position) throws SQLException {
    statement.setLong(1, position);
    statement.executeUpdate();
  }

  void setLowWater(long low) throws SQLException {
    setLowWater.setLong(1, low);
    setLowWater.executeUpdate();
  }

  /**
   * Forgets some refs whose entry is gone and whose time is over. One whose time is implausibly far
   * off (it was stored while the clock was wrong) is passed over, so that it keeps no other.
   *
   * @return when it is worth trying again, in milliseconds since 1970
   */
  long purgeRefs(long low, long nowMs) throws SQLException {
    refs.setLong(1, low);
    refs.setLong(2, nowMs + Refs.KEPT_MS);
    long next = nowMs + Refs.KEPT_MS;
    List<String[]> over = new ArrayList<>();
    try (ResultSet row = refs.executeQuery()) {
      while (row.next()) {
        if (row.getLong(3) > nowMs) {
          next = row.getLong(3);
          break;
        }
        over.add(new String[] {row.getString(1), row.getString(2)});
      }
    }
    for (String[] ref : over) {
      deleteRef.setString(1, ref[0]);
      deleteRef.setString(2, ref[1]);
      deleteRef.executeUpdate();
    }
    return over.size() < CHUNK ? next : nowMs;
  }
}
