package tidings.store.delivery;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import tidings.core.log.LogReader;

/** A log's reader that knows how many pages are still being read, and lets a test stand between. */
final class PendingReads implements LogReader {
  private final LogReader reader;
  private final AtomicInteger pending = new AtomicInteger();

  /** How many pages were asked for. */
  final AtomicInteger asked = new AtomicInteger();

  /** What is made of a page before it is told. */
  volatile UnaryOperator<Page> change = UnaryOperator.identity();

  /** Pages are told when this is done. */
  volatile CompletableFuture<?> gate = CompletableFuture.completedFuture(null);

  PendingReads(LogReader reader) {
    this.reader = reader;
  }

  boolean none() {
    return pending.get() == 0;
  }

  @Override
  public CompletableFuture<Page> read(Scan scan) {
    pending.incrementAndGet();
    asked.incrementAndGet();
    CompletableFuture<Page> told = new CompletableFuture<>();
    var _ =
        reader
            .read(scan)
            .thenCombine(gate, (page, open) -> change.apply(page))
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
  public CompletableFuture<List<byte[]>> deliveries(String source) {
    return reader.deliveries(source);
  }
}
