package tidings.store.sqlite;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import tidings.core.log.Append;
import tidings.core.log.LogReader;
import tidings.core.log.NewEntry;
import tidings.core.problem.Problem;
import tidings.store.Drafts;
import tidings.store.ManualTime;
import tidings.store.Outcome;
import tidings.store.Recorder;

/** A SQLite store in a folder, opened and started as a test wants it. */
final class SqliteStore implements AutoCloseable {
  final ManualTime time;
  final Recorder recorder = new Recorder();
  final List<Throwable> fatal = new ArrayList<>();
  final SqliteLog log;

  SqliteStore(SqliteSettings settings) {
    this(settings, new ManualTime(), new Random());
  }

  SqliteStore(SqliteSettings settings, ManualTime time, RandomGenerator random) {
    this.time = time;
    this.log = SqliteLog.open(settings, new Surroundings(time, time::nanos, random, fatal::add));
    log.start(recorder);
  }

  static SqliteSettings in(Path folder) {
    return SqliteSettings.of(folder.resolve("tidings.db")).lockPatience(Duration.ofMillis(200));
  }

  /** Surroundings in which a failure that is fatal for a hub is one of the test. */
  static Surroundings surroundings(ManualTime time) {
    return new Surroundings(
        time,
        time::nanos,
        new Random(),
        e -> {
          throw new AssertionError(e);
        });
  }

  List<Append.Receipt> append(NewEntry... entries) {
    return submit(entries).receipts();
  }

  Outcome submit(NewEntry... entries) {
    Outcome outcome = new Outcome();
    log.append(new Append(List.of(entries), outcome));
    return outcome;
  }

  void append(int count) {
    for (int i = 0; i < count; i++) {
      append(Drafts.entry("entry"));
    }
  }

  /** Appends entries with as many bytes until one is refused; gives why. */
  Problem appendUntilRefused(int bytes) {
    for (int i = 0; i < 10_000; i++) {
      Outcome outcome = submit(Drafts.entry("x".repeat(bytes)));
      try {
        outcome.receipts();
      } catch (tidings.core.problem.Refusal e) {
        return e.problem();
      }
    }
    throw new AssertionError("never refused");
  }

  LogReader.Page read() {
    return Outcome.get(
        log.reader().read(new LogReader.Scan(0, Long.MAX_VALUE, false, 10_000, null)));
  }

  @Override
  public void close() {
    log.close();
  }
}
