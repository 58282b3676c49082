package tidings.store.sqlite;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tidings.core.inbox.Change;
import tidings.core.inbox.Changed;
import tidings.core.inbox.InboxStore;
import tidings.core.inbox.KnownTopics;
import tidings.core.inbox.Snapshot;
import tidings.core.inbox.Sorts;

/** What is kept of people, in the log's file and by its writer. Thread-safe. */
final class SqliteInboxes implements InboxStore {
  private static final Logger log = LoggerFactory.getLogger(SqliteInboxes.class);

  /** How many readings may wait in a lane. */
  private static final int WAITING_MAX = 4_096;

  private final KnownTopics topics = new KnownTopics();
  private final Sorts sorts = new Sorts();
  private final Erasures erasures = new Erasures();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final ReaderThreads counts;
  private final ReaderThreads search;
  private final Consumer<Command> submit;

  /**
   * @param submit queues a command for the writer
   */
  SqliteInboxes(Path file, LongSupplier nanoTicker, Consumer<Command> submit) {
    this.submit = submit;
    counts = new ReaderThreads(file, nanoTicker, "store-counts-", 1, WAITING_MAX, sorts);
    search = new ReaderThreads(file, nanoTicker, "store-search-", 1, WAITING_MAX, sorts);
  }

  private ReaderThreads threads(Lane lane) {
    return switch (lane) {
      case COUNTS, STREAMS -> counts;
      case SEARCH -> search;
    };
  }

  @Override
  public <T> CompletableFuture<T> read(Lane lane, Function<Snapshot, T> reading) {
    CompletableFuture<T> result = new CompletableFuture<>();
    var _ =
        threads(lane)
            .query(open -> read(open.snapshot(), reading, result), lane == Lane.STREAMS)
            .whenComplete((telling, failure) -> {
              if (failure == null) {
                telling.run();
              } else {
                result.completeExceptionally(failure);
              }
            });
    return result;
  }

  /** Reads, and says how that is to be told once the transaction has ended. */
  private static <T> Runnable read(
      SqliteSnapshot snapshot, Function<Snapshot, T> reading, CompletableFuture<T> result)
      throws SQLException {
    snapshot.begin();
    try {
      T value = reading.apply(snapshot);
      return () -> result.complete(value);
    } catch (SqliteSnapshot.ReadFailed e) {
      throw e.failure();
    } catch (RuntimeException e) {
      return () -> result.completeExceptionally(e);
    }
  }

  @Override
  public CompletableFuture<Changed> change(String user, Change change) {
    CompletableFuture<Changed> future = new CompletableFuture<>();
    submit.accept(new ChangeCommand(user, change, future));
    return future;
  }

  @Override
  public CompletableFuture<Void> erase(String user) {
    CompletableFuture<Void> future = new CompletableFuture<>();
    submit.accept(new EraseCommand(user, erasures, future));
    return future;
  }

  @Override
  public KnownTopics topics() {
    return topics;
  }

  @Override
  public Sorts sorts() {
    return sorts;
  }

  Erasures erasures() {
    return erasures;
  }

  @Override
  public void listen(Listener listener) {
    listeners.add(listener);
  }

  /** All who listen; one that fails is no failure of the others. */
  Listener listeners() {
    return new Listener() {
      @Override
      public void changed(String user, long rev, Change change) {
        each(listener -> listener.changed(user, rev, change));
      }

      @Override
      public void erased(String user) {
        each(listener -> listener.erased(user));
      }
    };
  }

  private void each(Consumer<Listener> telling) {
    for (Listener listener : listeners) {
      try {
        telling.accept(listener);
      } catch (RuntimeException e) {
        log.error("a change could not be told to the hub", e);
      }
    }
  }

  void close() throws SQLException, InterruptedException {
    counts.close();
    search.close();
  }
}
