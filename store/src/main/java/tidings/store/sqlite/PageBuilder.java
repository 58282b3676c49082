package tidings.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import tidings.core.log.Entry;
import tidings.core.log.LogReader;

/** Collects one page, and knows when it is full. */
final class PageBuilder {
  /** A page's snapshot keeps the write-ahead log from being reset, so it must end soon. */
  static final long SNAPSHOT_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(500);

  private final LogReader.Scan scan;
  private final LongSupplier nanoTicker;
  private final long began;
  private final List<Entry> entries = new ArrayList<>();
  private int scanned;
  private long bytes;
  private long reached;

  PageBuilder(LogReader.Scan scan, LongSupplier nanoTicker) {
    this.scan = scan;
    this.nanoTicker = nanoTicker;
    this.began = nanoTicker.getAsLong();
    this.reached = scan.backwards() ? scan.upTo() : scan.after();
  }

  /** Adds the current row of a query for {@link Rows#COLUMNS}. */
  void add(ResultSet row) throws SQLException {
    long position = row.getLong(1);
    Entry entry = Rows.entry(row);
    if (entry != null) {
      entries.add(entry);
      bytes += entry.weight();
    }
    scanned++;
    scannedTo(scan.backwards() ? position - 1 : position);
  }

  void scannedTo(long position) {
    reached = position;
  }

  boolean isFull() {
    return entries.size() >= scan.limit()
        || scanned >= LogReader.SCANNED_MAX
        || bytes >= LogReader.BYTES_MAX
        || scanned > 0 && nanoTicker.getAsLong() - began > SNAPSHOT_NANOS_MAX;
  }

  List<Entry> entries() {
    return entries;
  }

  long reached() {
    return reached;
  }
}
