package tidings.store.sqlite;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import tidings.core.log.LogReader;
import tidings.core.log.LogReader.Scan;
import tidings.core.notification.Address;

/**
 * Reads pages of the log: wide ones by a range of positions, narrow ones through the address index.
 * For one thread at a time, within its transaction.
 */
final class Pages {
  private final LongSupplier nanoTicker;
  private final PreparedStatement lowWater;
  private final PreparedStatement newest;
  private final PreparedStatement forwards;
  private final PreparedStatement backwards;
  private final PreparedStatement one;
  private final PreparedStatement addressForwards;
  private final PreparedStatement addressBackwards;

  Pages(Database database, LongSupplier nanoTicker) throws SQLException {
    this.nanoTicker = nanoTicker;
    String range = "SELECT %s FROM log WHERE position > ? AND position <= ? ORDER BY position";
    String index =
        "SELECT position FROM address WHERE address = ? AND position > ? AND position <= ?"
            + " ORDER BY position %s LIMIT ?";
    lowWater = database.prepare("SELECT low_water FROM state");
    newest = database.prepare("SELECT max(position) FROM log");
    forwards = database.prepare(range.formatted(Rows.COLUMNS));
    backwards = database.prepare(range.formatted(Rows.COLUMNS) + " DESC");
    one = database.prepare("SELECT " + Rows.COLUMNS + " FROM log WHERE position = ?");
    addressForwards = database.prepare(index.formatted("ASC"));
    addressBackwards = database.prepare(index.formatted("DESC"));
  }

  LogReader.Page read(Scan scan) throws SQLException {
    long low = number(lowWater);
    long end = Math.max(number(newest), low - 1);
    long from = Math.max(scan.after(), low - 1);
    long to = Math.min(scan.upTo(), end);
    PageBuilder page = new PageBuilder(scan, nanoTicker);
    boolean whole =
        scan.to() == null ? wide(scan, from, to, page) : narrow(scan, scan.to(), from, to, page);
    long bottom = scan.after();
    long reached = whole ? (scan.backwards() ? bottom : to) : page.reached();
    return new LogReader.Page(page.entries(), Math.max(reached, bottom), low);
  }

  /** Whether the range was read to its end. */
  private boolean wide(Scan scan, long from, long to, PageBuilder page) throws SQLException {
    PreparedStatement range = scan.backwards() ? backwards : forwards;
    range.setLong(1, from);
    range.setLong(2, to);
    try (ResultSet rows = range.executeQuery()) {
      while (rows.next()) {
        if (page.isFull()) {
          return false;
        }
        page.add(rows);
      }
    }
    return true;
  }

  /**
   * Merges what the index has for each address. From each no more is taken than one page can scan;
   * where an address has more, the page ends at what was taken of it.
   */
  private boolean narrow(Scan scan, Set<Address> addresses, long from, long to, PageBuilder page)
      throws SQLException {
    int share = Math.max(1, LogReader.SCANNED_MAX / Math.max(1, addresses.size()));
    int limit = Math.min(share, scan.limit() + 1);
    TreeSet<Long> positions = new TreeSet<>();
    long horizon = scan.backwards() ? from : to;
    boolean whole = true;
    for (Address address : addresses) {
      PreparedStatement index = scan.backwards() ? addressBackwards : addressForwards;
      index.setString(1, address.toString());
      index.setLong(2, scan.backwards() ? horizon : from);
      index.setLong(3, scan.backwards() ? to : horizon);
      index.setInt(4, limit);
      int taken = 0;
      long last = 0;
      try (ResultSet rows = index.executeQuery()) {
        while (rows.next()) {
          last = rows.getLong(1);
          positions.add(last);
          taken++;
        }
      }
      if (taken == limit) {
        whole = false;
        horizon = scan.backwards() ? last - 1 : last;
      }
    }
    Iterator<Long> merged =
        scan.backwards()
            ? positions.tailSet(horizon, false).descendingIterator()
            : positions.headSet(horizon, true).iterator();
    while (merged.hasNext()) {
      if (page.isFull()) {
        return false;
      }
      one.setLong(1, merged.next());
      try (ResultSet rows = one.executeQuery()) {
        if (rows.next()) {
          page.add(rows);
        }
      }
    }
    page.scannedTo(horizon);
    return whole;
  }

  private static long number(PreparedStatement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
