package tidings.store.sqlite;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tidings.core.inbox.Sorts;
import tidings.core.problem.Problem;

/**
 * A few platform threads that read, each with a connection (calls into SQLite would pin virtual
 * ones). Thread-safe.
 */
final class ReaderThreads {
  private static final Logger log = LoggerFactory.getLogger(ReaderThreads.class);

  private static final long CLOSE_SECONDS = 10;

  private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** What yields lets so many go first that come later: not all, or it might wait for ever. */
  static final int YIELDED_TO = 256;

  private final LongSupplier nanoTicker;
  private final AtomicLong warnedNanos;
  private final LongAdder unsaid = new LongAdder();
  private final ThreadPoolExecutor threads;
  private final int waitingMax;
  private final AtomicLong asked = new AtomicLong();

  /** As many as threads, so that one is there for whoever runs. */
  private final BlockingQueue<Reader> idle;

  /** What waits, by its place in the order in which it was asked for. */
  private record Waiting(long place, Runnable query) implements Runnable, Comparable<Waiting> {
    @Override
    public void run() {
      query.run();
    }

    @Override
    public int compareTo(Waiting other) {
      return Long.compare(place, other.place);
    }
  }

  /**
   * @param waitingMax about how many queries may wait
   */
  ReaderThreads(
      Path file, LongSupplier nanoTicker, String name, int count, int waitingMax, Sorts sorts) {
    this.nanoTicker = nanoTicker;
    this.warnedNanos = new AtomicLong(nanoTicker.getAsLong() - LINE_NANOS);
    this.waitingMax = waitingMax;
    this.idle = new ArrayBlockingQueue<>(count);
    for (int i = 0; i < count; i++) {
      idle.add(new Reader(file, nanoTicker, sorts));
    }
    threads =
        new ThreadPoolExecutor(
            count,
            count,
            0,
            TimeUnit.SECONDS,
            new PriorityBlockingQueue<>(),
            Thread.ofPlatform().name(name, 1).factory());
  }

  /**
   * Runs a query in a transaction of its own. Fails with a refusal of kind {@code UNAVAILABLE} if
   * the store can't be read.
   */
  <T> CompletableFuture<T> query(Reader.Query<T> query) {
    return query(query, false);
  }

  /**
   * The same.
   *
   * @param yields whether others go first, also some that come later
   */
  <T> CompletableFuture<T> query(Reader.Query<T> query, boolean yields) {
    CompletableFuture<T> result = new CompletableFuture<>();
    if (threads.getQueue().size() >= waitingMax) {
      result.completeExceptionally(unavailable("has too much to read"));
      return result;
    }
    try {
      long place = asked.incrementAndGet() + (yields ? YIELDED_TO : 0);
      threads.execute(new Waiting(place, () -> run(query, result)));
    } catch (RejectedExecutionException e) {
      result.completeExceptionally(unavailable("is closed"));
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
