package tidings.store.sqlite;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tidings.core.log.Entry;
import tidings.core.log.LogReader;
import tidings.core.problem.Problem;

/**
 * A few platform threads that read, each with a connection of its own (calls into SQLite pin a
 * virtual thread). Every read is one short transaction. Thread-safe.
 */
final class Readers implements LogReader, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Readers.class);
  private static final int THREADS = 2;

  /** Each stream that catches up waits for one page at a time. */
  private static final int WAITING_MAX = 65_536;

  private final ThreadPoolExecutor threads;
  private final List<Connected> connections = new ArrayList<>();
  private final LinkedBlockingQueue<Connected> idle = new LinkedBlockingQueue<>();

  /** One read within a transaction. */
  private interface Query<T> {
    T run(Connected connected) throws SQLException;
  }

  /** A connection and what reads through it. */
  private record Connected(Database database, Pages pages, Lookups lookups) {}

  Readers(Path file, LongSupplier nanoTicker) throws SQLException {
    for (int i = 0; i < THREADS; i++) {
      Database database = Database.reader(file);
      connections.add(
          new Connected(database, new Pages(database, nanoTicker), new Lookups(database)));
    }
    idle.addAll(connections);
    threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING_MAX),
            Thread.ofPlatform().name("store-reader-", 1).factory());
  }

  @Override
  public CompletableFuture<Page> read(Scan scan) {
    return query(connected -> connected.pages().read(scan));
  }

  @Override
  public CompletableFuture<Optional<Entry>> find(UUID id) {
    return query(connected -> connected.lookups().find(id));
  }

  @Override
  public CompletableFuture<Optional<byte[]>> raw(UUID id) {
    return query(connected -> connected.lookups().raw(id));
  }

  @Override
  public CompletableFuture<List<byte[]>> deliveries(String source, int limit) {
    return query(connected -> connected.lookups().deliveries(source, limit));
  }

  private <T> CompletableFuture<T> query(Query<T> query) {
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      threads.execute(() -> run(query, result));
    } catch (RejectedExecutionException e) {
      result.completeExceptionally(unavailable("the store has too much to read"));
    }
    return result;
  }

  private <T> void run(Query<T> query, CompletableFuture<T> result) {
    T value;
    try {
      Connected connected = idle.take();
      try {
        value = transact(connected, query);
      } finally {
        idle.add(connected);
      }
    } catch (SQLException | InterruptedException | RuntimeException e) {
      log.warn("the store can't be read", e);
      result.completeExceptionally(unavailable("the store can't be read"));
      return;
    }
    result.complete(value);
  }

  private static <T> T transact(Connected connected, Query<T> query) throws SQLException {
    Database database = connected.database();
    database.beginRead();
    boolean complete = false;
    try {
      T value = query.run(connected);
      database.commit();
      complete = true;
      return value;
    } finally {
      if (!complete) {
        database.rollBack();
      }
    }
  }

  private static RuntimeException unavailable(String detail) {
    return Problem.of(Problem.Kind.UNAVAILABLE, detail).refusal();
  }

  /** Ends what is being read, refuses what waits, and closes the connections. */
  @Override
  public void close() throws SQLException {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
        log.warn("a reader of the store is still busy");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (Connected connected : connections) {
      connected.database().close();
    }
  }
}
