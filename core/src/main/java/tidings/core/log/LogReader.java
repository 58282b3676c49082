package tidings.core.log;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import tidings.core.notification.Address;

/**
 * Reads the log in bounded pages on the store's own threads; futures complete there, so a
 * continuation that takes long belongs elsewhere. They fail with a {@code Refusal} of kind {@code
 * UNAVAILABLE} when the store can't be read. Thread-safe.
 */
public interface LogReader {

  /** A page ends after so many entries looked at … */
  int SCANNED_MAX = 10_000;

  /** … or after so many bytes of memory. */
  int BYTES_MAX = 1 << 20;

  /**
   * What to read: entries after {@code after} and up to {@code upTo}, both bounds by position.
   *
   * @param after exclusive lower bound, 0 or more
   * @param upTo inclusive upper bound
   * @param backwards whether the newest come first; the page then ends early at its low end
   * @param limit how many entries at most, 1 to {@link #SCANNED_MAX}
   * @param to only entries for one of these addresses, read through the address index; null for all
   */
  record Scan(long after, long upTo, boolean backwards, int limit, @Nullable Set<Address> to) {}

  /**
   * Entries in the order asked for. Withdrawn, erased and purged ones are left out; expired ones
   * are in.
   *
   * @param reached the scan is complete up to this position (or down to it: everything above it,
   *     when it went backwards): the next page goes on from here
   * @param lowWater the lowest position kept, read in the page's own transaction: a forward scan
   *     that began below {@code lowWater - 1} has a gap
   */
  record Page(List<Entry> entries, long reached, long lowWater) {}

  CompletableFuture<Page> read(Scan scan);

  /** The notification with this id, unless withdrawn, erased or purged. */
  CompletableFuture<Optional<Entry>> find(UUID id);

  /** What the source of a notification received in the original, if it was kept. */
  CompletableFuture<Optional<byte[]>> raw(UUID id);

  /**
   * Hashes of the deliveries of a source that are remembered, the newest first.
   *
   * @see NewEntry.Delivery
   */
  CompletableFuture<List<byte[]>> deliveries(String source);
}
