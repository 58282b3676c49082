package tidings.store.sqlite;

import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import tidings.core.access.CredentialStore;
import tidings.core.access.Publisher;
import tidings.core.inbox.InboxStore;
import tidings.core.intake.Parking;
import tidings.core.log.Append;
import tidings.core.log.Epochs;
import tidings.core.log.Log;
import tidings.core.log.LogReader;
import tidings.core.problem.Problem;
import tidings.store.StoreUnusable;

/** The log, the parking place and what is kept of credentials in one SQLite file. Thread-safe. */
public final class SqliteLog implements Log, Parking, CredentialStore {
  private final SqliteSettings settings;
  private final Surroundings surroundings;
  private final StoreLock lock;
  private final Database database;
  private final StartState start;
  private final Readers readers;
  private final SqliteInboxes inboxes;
  private final Integrity integrity;
  private final CommandQueue queue = new CommandQueue();
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile @Nullable Running running;

  private record Running(StoreWriter writer, Thread thread) {}

  private SqliteLog(
      SqliteSettings settings,
      Surroundings surroundings,
      StoreLock lock,
      Database database,
      StartState start) {
    this.settings = settings;
    this.surroundings = surroundings;
    this.lock = lock;
    this.database = database;
    this.start = start;
    this.inboxes = new SqliteInboxes(settings.file(), surroundings.nanoTicker(), this::submit);
    this.readers = new Readers(settings.file(), surroundings.nanoTicker(), inboxes.sorts());
    this.integrity = new Integrity(settings.file());
  }

  /**
   * Opens the database, checks it, and opens this writer's epoch.
   *
   * @throws StoreUnusable naming the file, what is wrong with it, and the remedy
   */
  public static SqliteLog open(SqliteSettings settings, Surroundings surroundings) {
    StoreLock lock = StoreLock.take(settings.file());
    Database database = null;
    SqliteLog opened = null;
    try {
      database = StartUp.open(settings);
      StartState start = StartState.open(database, surroundings);
      opened = new SqliteLog(settings, surroundings, lock, database, start);
      return opened;
    } catch (SQLException e) {
      throw StartUp.unusable(settings.file(), e);
    } finally {
      if (opened == null) {
        closeQuietly(database);
        lock.close();
      }
    }
  }

  private static void closeQuietly(@Nullable Database database) {
    if (database != null) {
      try {
        database.close();
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void start(Listener listener) {
    try {
      Beliefs beliefs = Beliefs.load(database, inboxes.sorts(), inboxes.topics(), start.end());
      StoreWriter writer =
          new StoreWriter(
              database,
              surroundings,
              queue,
              new WriteAheadLog(database, settings, integrity),
              new Purge(settings.retention(), surroundings),
              start,
              beliefs,
              inboxes.erasures(),
              listener,
              inboxes.listeners());
      Thread thread = Thread.ofPlatform().name("store-writer").unstarted(writer);
      running = new Running(writer, thread); // first: its commits move end() and lowWater()
      thread.start();
    } catch (SQLException e) {
      throw StartUp.unusable(settings.file(), e);
    }
    if (lock.leftUnclean()) {
      integrity.start();
    }
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

  /** What is kept of people in the same file. */
  public InboxStore inboxes() {
    return inboxes;
  }

  @Override
  public List<Kept> kept(Kind kind) {
    return readers.kept(kind).join();
  }

  @Override
  public CompletableFuture<Void> keep(Kept kept) {
    CompletableFuture<Void> future = new CompletableFuture<>();
    submit(new CredentialCommand(kept.kind(), kept.id(), kept.content(), future));
    return future;
  }

  @Override
  public CompletableFuture<Void> forget(Kind kind, String id) {
    CompletableFuture<Void> future = new CompletableFuture<>();
    submit(new CredentialCommand(kind, id, null, future));
    return future;
  }

  private void submit(Command command) {
    switch (queue.offer(command)) {
      case TAKEN -> {}
      case FULL ->
          command.refused(
              Problem.of(Problem.Kind.OVERLOADED, "too much waits to be stored; try again later"));
      case CLOSED -> command.refused(closedProblem());
    }
  }

  private static Problem closedProblem() {
    return Problem.of(Problem.Kind.UNAVAILABLE, "the store is closed");
  }

  @Override
  public Epochs epochs() {
    return start.epochs();
  }

  @Override
  public long end() {
    Running now = running;
    return now == null ? start.end() : now.writer.end();
  }

  @Override
  public long lowWater() {
    Running now = running;
    return now == null ? start.lowWater() : now.writer.lowWater();
  }

  @Override
  public long waiting() {
    return queue.entries();
  }

  @Override
  public LogReader reader() {
    return readers;
  }

  @Override
  public @Nullable Problem trouble() {
    Running now = running;
    Problem trouble = now == null ? null : now.writer.trouble();
    return trouble == null ? integrity.damage() : trouble;
  }

  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    queue.close();
    boolean interrupted = Thread.interrupted();
    interrupted |= stopWriter();
    try {
      integrity.close();
      readers.close();
      inboxes.close();
      database.close();
      if (!integrity.isDue()) {
        lock.markClean();
      }
    } catch (InterruptedException e) {
      interrupted = true;
    } catch (SQLException e) {
      throw new IllegalStateException(settings.file() + " can't be closed", e);
    } finally {
      lock.close();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Waits for the writer though interrupted: nobody else may have the file while it writes.
   *
   * @return whether it was interrupted
   */
  private boolean stopWriter() {
    Running now = running;
    if (now == null) {
      queue.drain().forEach(command -> command.refused(closedProblem()));
      return false;
    }
    boolean interrupted = false;
    while (now.thread.isAlive() && !now.thread.equals(Thread.currentThread())) {
      try {
        now.thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    return interrupted;
  }
}
