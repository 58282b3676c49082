package tidings.store.delivery;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import tidings.core.log.LogReader;

/** A log's reader that knows how many pages are still being read. */
final class PendingReads implements LogReader {
  private final LogReader reader;
  private final AtomicInteger pending = new AtomicInteger();

  PendingReads(LogReader reader) {
    this.reader = reader;
  }

  boolean none() {
    return pending.get() == 0;
  }

  @Override
  public CompletableFuture<Page> read(Scan scan) {
    pending.incrementAndGet();
    CompletableFuture<Page> told = new CompletableFuture<>();
    var _ =
        reader
            .read(scan)
            .whenComplete((page, failure) -> {
              if (failure == null) {
                told.complete(page);
              } else {
                told.completeExceptionally(failure);
              }
              pending.decrementAndGet(); // after those who wait have queued what they do next
            });
    return told;
  }

  @Override
  public CompletableFuture<Optional<tidings.core.log.Entry>> find(UUID id) {
    return reader.find(id);
  }

  @Override
  public CompletableFuture<Optional<byte[]>> raw(UUID id) {
    return reader.raw(id);
  }

  @Override
  public CompletableFuture<List<byte[]>> deliveries(String source, int limit) {
    return reader.deliveries(source, limit);
  }
}
