package tidings.store.sqlite;

import java.sql.SQLException;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Publisher;
import tidings.core.intake.Parking;
import tidings.core.log.Append;
import tidings.core.log.Epochs;
import tidings.core.log.Log;
import tidings.core.log.LogReader;
import tidings.core.problem.Problem;
import tidings.store.StoreUnusable;

/** The log and the parking place in one SQLite file. Thread-safe. */
public final class SqliteLog implements Log, Parking {
  private final StoreLock lock;
  private final Database database;
  private final Surroundings surroundings;
  private final WriteAheadLog writeAheadLog;
  private final StartState start;
  private final Readers readers;
  private final CommandQueue queue = new CommandQueue();
  private final AtomicBoolean closed = new AtomicBoolean();
  private @Nullable Thread thread;
  private volatile @Nullable StoreWriter writer;

  private SqliteLog(
      StoreLock lock,
      Database database,
      Surroundings surroundings,
      WriteAheadLog writeAheadLog,
      StartState start,
      Readers readers) {
    this.lock = lock;
    this.database = database;
    this.surroundings = surroundings;
    this.writeAheadLog = writeAheadLog;
    this.start = start;
    this.readers = readers;
  }

  /**
   * Opens the database, checks it, and opens this writer's epoch.
   *
   * @throws StoreUnusable naming the file, what is wrong with it, and the remedy
   */
  public static SqliteLog open(SqliteSettings settings, Surroundings surroundings) {
    StoreLock lock = StoreLock.take(settings.file());
    try {
      Database database =
          Database.writer(settings.file(), (int) settings.lockPatience().toMillis());
      Schema.migrate(database, settings.file());
      StartState start = StartState.open(database, surroundings);
      return new SqliteLog(
          lock,
          database,
          surroundings,
          new WriteAheadLog(database, settings),
          start,
          new Readers(settings, surroundings.nanoTicker()));
    } catch (SQLException e) {
      throw new StoreUnusable("%s: %s".formatted(settings.file(), e.getMessage()), e);
    }
  }

  @Override
  public void start(Listener listener) {
    StoreWriter created =
        new StoreWriter(database, surroundings, queue, writeAheadLog, start, listener);
    writer = created;
    thread = Thread.ofPlatform().name("store-writer").start(created);
  }

  @Override
  public void append(Append append) {
    submit(new AppendCommand(append));
  }

  @Override
  public void withdraw(UUID id, Publisher publisher, Append.Outcome outcome) {
    submit(new WithdrawCommand(id, publisher, outcome));
  }

  @Override
  public CompletableFuture<Void> park(String source, String reason, String label, byte[] body) {
    CompletableFuture<Void> future = new CompletableFuture<>();
    submit(new ParkCommand(source, reason, label, body, future));
    return future;
  }

  private void submit(Command command) {
    switch (queue.offer(command)) {
      case TAKEN -> {}
      case FULL ->
          command.refused(
              Problem.of(Problem.Kind.OVERLOADED, "too much waits to be stored; try again later"));
      case CLOSED -> command.refused(Problem.of(Problem.Kind.UNAVAILABLE, "the store is closed"));
    }
  }

  @Override
  public Epochs epochs() {
    return start.epochs();
  }

  @Override
  public long end() {
    StoreWriter running = writer;
    return running == null ? start.end() : running.end();
  }

  @Override
  public long lowWater() {
    StoreWriter running = writer;
    return running == null ? start.lowWater() : running.lowWater();
  }

  @Override
  public LogReader reader() {
    return readers;
  }

  @Override
  public @Nullable Problem trouble() {
    StoreWriter running = writer;
    return running == null ? null : running.trouble();
  }

  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    queue.close();
    try {
      if (thread != null && !thread.equals(Thread.currentThread())) {
        thread.join();
      }
      readers.close();
      database.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (SQLException e) {
      throw new IllegalStateException("the store can't be closed", e);
    } finally {
      lock.close();
    }
  }
}
