package tidings.store.sqlite;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tidings.core.access.CredentialStore.Kept;
import tidings.core.access.CredentialStore.Kind;
import tidings.core.log.Entry;
import tidings.core.log.LogReader;
import tidings.core.problem.Problem;

/**
 * A few platform threads that read, each with a connection (calls into SQLite would pin virtual
 * ones). Thread-safe.
 */
final class Readers implements LogReader {
  private static final Logger log = LoggerFactory.getLogger(Readers.class);
  private static final int THREADS = 2;

  /** Each stream that catches up waits for one page at a time. */
  private static final int WAITING_MAX = 65_536;

  private static final long CLOSE_SECONDS = 10;

  private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LongSupplier nanoTicker;
  private final AtomicLong warnedNanos;
  private final LongAdder unsaid = new LongAdder();
  private final ThreadPoolExecutor threads;

  /** As many as threads, so that one is there for whoever runs. */
  private final BlockingQueue<Reader> idle = new ArrayBlockingQueue<>(THREADS);

  Readers(Path file, LongSupplier nanoTicker) {
    this.nanoTicker = nanoTicker;
    this.warnedNanos = new AtomicLong(nanoTicker.getAsLong() - LINE_NANOS);
    for (int i = 0; i < THREADS; i++) {
      idle.add(new Reader(file, nanoTicker));
    }
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
    return query(open -> open.pages().read(scan));
  }

  @Override
  public CompletableFuture<Optional<Entry>> find(UUID id) {
    return query(open -> open.lookups().find(id));
  }

  @Override
  public CompletableFuture<Optional<byte[]>> raw(UUID id) {
    return query(open -> open.lookups().raw(id));
  }

  @Override
  public CompletableFuture<List<byte[]>> deliveries(String source) {
    return query(open -> open.lookups().deliveries(source));
  }

  CompletableFuture<List<Kept>> kept(Kind kind) {
    return query(open -> open.lookups().kept(kind));
  }

  private <T> CompletableFuture<T> query(Reader.Query<T> query) {
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      threads.execute(() -> run(query, result));
    } catch (RejectedExecutionException e) {
      result.completeExceptionally(
          unavailable(threads.isShutdown() ? "is closed" : "has too much to read"));
    }
    return result;
  }

  private <T> void run(Reader.Query<T> query, CompletableFuture<T> result) {
    T value;
    try {
      Reader reader = idle.take();
      try {
        value = reader.run(query);
      } finally {
        idle.add(reader);
      }
    } catch (SQLException | InterruptedException | RuntimeException e) {
      warn(e);
      result.completeExceptionally(unavailable("can't be read"));
      return;
    } catch (Error e) { // somebody waits all the same
      result.completeExceptionally(e);
      throw e;
    }
    result.complete(value);
  }

  /** At most one line a second: ten thousand streams may try again and again. */
  private void warn(Exception e) {
    long now = nanoTicker.getAsLong();
    long last = warnedNanos.get();
    if (now - last < LINE_NANOS || !warnedNanos.compareAndSet(last, now)) {
      unsaid.increment();
      return;
    }
    log.warn(
        "the store can't be read: {} ({} such failures since the last line)",
        e.getMessage(),
        unsaid.sumThenReset() + 1);
  }

  private static RuntimeException unavailable(String why) {
    return Problem.of(Problem.Kind.UNAVAILABLE, "the store " + why).refusal();
  }

  /** Reads what waits, within a few seconds, and closes the connections. */
  void close() throws SQLException, InterruptedException {
    threads.shutdown();
    if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
      log.warn("the store closes while it is being read");
    }
    for (Reader reader = idle.poll(); reader != null; reader = idle.poll()) {
      reader.close();
    }
  }
}
