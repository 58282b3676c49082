package tidings.server.config;

import java.nio.file.Path;
import java.time.Duration;
import tidings.store.sqlite.SqliteSettings;

/**
 * Where notifications are kept, and how long.
 *
 * @param sqlite the database file
 * @param bytesMax how large the database file may ever get
 * @param tailBytesMax the newest part of the log that is kept in memory
 * @param retention what is kept
 */
public record StoreConfig(Path sqlite, long bytesMax, long tailBytesMax, Retention retention) {

  /**
   * What is kept; whichever limit comes first.
   *
   * @param age since the notification was accepted
   * @param count notifications
   * @param bytes of the log, indexes not counted
   */
  public record Retention(Duration age, long count, long bytes) {

    static Retention read(Section section) {
      return new Retention(
          section.get(
              "age",
              Kind.duration("1s", "36500d"),
              "30d",
              "The oldest that is kept; refs are remembered for 7 days at least."),
          section.get("count", Kind.count(), "1000000", "The most notifications that are kept."),
          section.get(
              "bytes", Kind.size("1MiB", "1024TiB"), "4GiB", "The most bytes that are kept."));
    }
  }

  /** Where a running hub is administered: a Unix socket beside the database. */
  public Path socket() {
    return sqlite.resolveSibling(sqlite.getFileName() + ".socket");
  }

  /** The same, as the store takes it. */
  public SqliteSettings settings() {
    return SqliteSettings.of(sqlite)
        .retention(new tidings.store.Retention(retention.age, retention.count, retention.bytes))
        .bytesHardMax(bytesMax);
  }

  static StoreConfig read(Section section) {
    return new StoreConfig(
        section.path(
            "sqlite",
            "data/tidings.db",
            "The database file. One hub alone may use it; its folder is created."),
        section.get(
            "bytes-max",
            Kind.size("1MiB", "1024TiB"),
            "1024TiB",
            "How large the database file may ever get; then publishing is answered 503"
                + " `storage-full`, and reading goes on."),
        section.get(
            "tail-bytes-max",
            Kind.size("1MiB", "4GiB"),
            "64MiB",
            "The newest part of the log that is kept in memory; readers further behind are served"
                + " from disk."),
        section.section(
            "retention",
            "How long notifications are kept; whichever limit comes first.",
            Retention::read));
  }
}
