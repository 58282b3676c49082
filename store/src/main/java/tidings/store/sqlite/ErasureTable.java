package tidings.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tidings.core.log.Entry;

/**
 * Erases persons in steps that a crash between them does no harm to: {@code erasure} says what is
 * left to do. For the store writer alone.
 */
final class ErasureTable {
  /** How many rows a step takes. */
  private static final int STEP = 256;

  private final Database database;
  private final PreparedStatement begin;
  private final PreparedStatement next;
  private final PreparedStatement marks;
  private final PreparedStatement latest;
  private final PreparedStatement positions;
  private final PreparedStatement place;
  private final PreparedStatement strip;
  private final PreparedStatement entry;
  private final PreparedStatement walked;
  private final PreparedStatement forget;
  private boolean isWalking;
  private boolean isMerging;
  private boolean mergeBegins = true;
  private boolean leavesWords; // as far as is known

  /**
   * Someone to erase.
   *
   * @param upTo the end of the log when it was asked for
   * @param number theirs when it was asked for; 0 if they were not known
   */
  private record Erased(String user, long upTo, long number) {}

  ErasureTable(Database database) throws SQLException {
    this.database = database;
    begin =
        database.prepare("INSERT OR REPLACE INTO erasure (user, up_to, person) VALUES (?, ?, ?)");
    next = database.prepare("SELECT user, up_to, person FROM erasure WHERE up_to > 0 LIMIT 1");
    marks =
        database.prepare(
            "DELETE FROM touched WHERE (person, position) IN (SELECT person, position FROM touched"
                + " WHERE person = ? LIMIT "
                + STEP
                + ")");
    latest =
        database.prepare(
            "DELETE FROM latest WHERE (address, publisher, key) IN (SELECT address, publisher, key"
                + " FROM latest WHERE address = ? AND position <= ? LIMIT "
                + STEP
                + ")");
    positions =
        database.prepare(
            "SELECT position FROM address WHERE address = ? AND position <= ?"
                + " ORDER BY position LIMIT "
                + STEP);
    place = database.prepare("SELECT kind, addresses FROM log WHERE position = ?");
    strip = database.prepare("UPDATE log SET addresses = ? WHERE position = ?");
    entry = database.prepare("SELECT " + Rows.COLUMNS + " FROM log WHERE position = ?");
    walked = database.prepare("UPDATE erasure SET up_to = 0 WHERE user = ?");
    forget = database.prepare("DELETE FROM erasure WHERE user = ?");
    isWalking = database.number("SELECT EXISTS (SELECT 1 FROM erasure WHERE up_to > 0)") != 0;
    isMerging = database.number("SELECT EXISTS (SELECT 1 FROM erasure WHERE up_to = 0)") != 0;
    leavesWords = isWalking;
    overwrite(isWalking || isMerging);
  }

  /** Whether something of someone is left in the tables, for whose end a caller may wait. */
  boolean isWalking() {
    return isWalking;
  }

  /** Whether only words in the full text's older segments may be left of someone. */
  boolean isMerging() {
    return isMerging;
  }

  /**
   * Notes someone to erase, up to the end of the log.
   *
   * @param number theirs, 0 if they are not known
   */
  void begin(String user, long end, long number) throws SQLException {
    overwrite(true);
    begin.setString(1, user);
    begin.setLong(2, Math.max(end, 1));
    begin.setLong(3, number);
    begin.executeUpdate();
    isWalking = true;
    leavesWords |= number != 0; // of what was withdrawn or purged
  }

  /** What is deleted meanwhile is overwritten in the file as well. */
  private void overwrite(boolean on) throws SQLException {
    database.execute("PRAGMA secure_delete = " + (on ? "ON" : "OFF"));
  }

  private void rest() throws SQLException {
    overwrite(isWalking || isMerging);
  }

  /** Does some of it, until {@code isOver}, but at least one row. */
  void walk(Transaction transaction, BooleanSupplier isOver) throws SQLException {
    Erased person = next();
    if (person == null) {
      isWalking = false;
      rest();
    } else if (takeSome(person, transaction, isOver)) {
      if (leavesWords) {
        walked.setString(1, person.user);
        walked.executeUpdate();
        isMerging = true;
        mergeBegins = true;
        leavesWords = false;
      } else {
        forget.setString(1, person.user);
        forget.executeUpdate();
      }
      transaction.erased(person.user);
    }
  }

  /** Merges some of the full text, which leaves out the words of what is gone. */
  void merge(SearchTable search) throws SQLException {
    boolean begins = mergeBegins;
    mergeBegins = false;
    if (!search.merge(begins)) {
      database.execute("DELETE FROM erasure WHERE up_to = 0");
      isMerging = false;
      rest();
    }
  }

  private @Nullable Erased next() throws SQLException {
    try (ResultSet row = next.executeQuery()) {
      return row.next() ? new Erased(row.getString(1), row.getLong(2), row.getLong(3)) : null;
    }
  }

  /** Takes what they marked, then their address, from some rows; whether none is left. */
  private boolean takeSome(Erased person, Transaction transaction, BooleanSupplier isOver)
      throws SQLException {
    marks.setLong(1, person.number);
    if (marks.executeUpdate() > 0) {
      return false;
    }
    String address = "user:" + person.user;
    latest.setString(1, address);
    latest.setLong(2, person.upTo);
    if (latest.executeUpdate() > 0) {
      return false;
    }
    positions.setString(1, address);
    positions.setLong(2, person.upTo);
    List<Long> found = RowReader.list(positions.executeQuery(), row -> row.getLong(1));
    for (long position : found) {
      take(address, position, transaction);
      if (isOver.getAsBoolean()) {
        return false;
      }
    }
    return found.size() < STEP;
  }

  private void take(String address, long position, Transaction transaction) throws SQLException {
    Tables tables = transaction.tables();
    leavesWords = true;
    int kind;
    String others;
    place.setLong(1, position);
    try (ResultSet row = place.executeQuery()) {
      if (!row.next()) {
        throw new SQLException("log has no row " + position + ", though address has");
      }
      kind = row.getInt(1);
      others =
          Rows.split(row.getString(2)).stream()
              .filter(other -> !other.equals(address))
              .collect(Collectors.joining(" "));
    }
    if (kind == Rows.KIND_WITHDRAWN) {
      tables.search.withdraw(address, position); // which only this row tells
    }
    tables.addresses.delete(address, position);
    if (others.isEmpty()) {
      tables.search.delete(position);
      tables.log.forget(position);
      transaction.gone(position);
      return;
    }
    strip.setString(1, others);
    strip.setLong(2, position);
    strip.executeUpdate();
    if (kind == Rows.KIND_NOTIFICATION) {
      tables.search.replace(position, others);
    }
    transaction.stripped(entry(position));
  }

  private Entry entry(long position) throws SQLException {
    entry.setLong(1, position);
    try (ResultSet row = entry.executeQuery()) {
      Entry found = row.next() ? Rows.entry(row) : null;
      if (found == null) {
        throw new SQLException("log has no entry " + position + ", though address has");
      }
      return found;
    }
  }
}
