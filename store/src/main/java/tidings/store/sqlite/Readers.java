package tidings.store.sqlite;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import tidings.core.access.CredentialStore.Kept;
import tidings.core.access.CredentialStore.Kind;
import tidings.core.inbox.Sorts;
import tidings.core.log.Entry;
import tidings.core.log.LogReader;

/** Reads the log, and what is kept of credentials. Thread-safe. */
final class Readers implements LogReader {
  private static final int THREADS = 2;

  /** Each stream that catches up waits for one page at a time. */
  private static final int WAITING_MAX = 65_536;

  private final ReaderThreads threads;

  Readers(Path file, LongSupplier nanoTicker, Sorts sorts) {
    threads = new ReaderThreads(file, nanoTicker, "store-reader-", THREADS, WAITING_MAX, sorts);
  }

  @Override
  public CompletableFuture<Page> read(Scan scan) {
    return threads.query(open -> open.pages().read(scan));
  }

  @Override
  public CompletableFuture<Optional<Entry>> find(UUID id) {
    return threads.query(open -> open.lookups().find(id));
  }

  @Override
  public CompletableFuture<Optional<byte[]>> raw(UUID id) {
    return threads.query(open -> open.lookups().raw(id));
  }

  @Override
  public CompletableFuture<List<byte[]>> deliveries(String source) {
    return threads.query(open -> open.lookups().deliveries(source));
  }

  CompletableFuture<List<Kept>> kept(Kind kind) {
    return threads.query(open -> open.lookups().kept(kind));
  }

  void close() throws SQLException, InterruptedException {
    threads.close();
  }
}
