package tidings.store.sqlite;

import java.nio.file.Path;
import java.time.Duration;
import tidings.store.Retention;

/**
 * What an operator decides about the store.
 *
 * @param file the database; its folder must exist
 * @param retention how much is kept
 * @param bytesHardMax how many bytes the database file may ever take: at this, appends are refused
 *     as on a full disk
 * @param walResetBytes the write-ahead log is reset when it passes this
 * @param walBytesMax appends are refused while somebody keeps the write-ahead log from being reset
 *     and it is longer than this
 * @param lockPatience how long a write waits for a foreign process that holds the database
 */
public record SqliteSettings(
    Path file,
    Retention retention,
    long bytesHardMax,
    long walResetBytes,
    long walBytesMax,
    Duration lockPatience) {

  /** The defaults, for a file. */
  public static SqliteSettings of(Path file) {
    return new SqliteSettings(
        file, Retention.DEFAULT, Long.MAX_VALUE, 64L << 20, 1L << 30, Duration.ofSeconds(5));
  }

  public SqliteSettings retention(Retention value) {
    return new SqliteSettings(file, value, bytesHardMax, walResetBytes, walBytesMax, lockPatience);
  }

  public SqliteSettings bytesHardMax(long value) {
    return new SqliteSettings(file, retention, value, walResetBytes, walBytesMax, lockPatience);
  }

  public SqliteSettings wal(long resetBytes, long bytesMax) {
    return new SqliteSettings(file, retention, bytesHardMax, resetBytes, bytesMax, lockPatience);
  }

  public SqliteSettings lockPatience(Duration value) {
    return new SqliteSettings(file, retention, bytesHardMax, walResetBytes, walBytesMax, value);
  }
}
