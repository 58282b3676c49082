package tidings.core.delivery;

import java.time.InstantSource;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Validity;
import tidings.core.inbox.Inboxes;
import tidings.core.log.Cursor;
import tidings.core.log.Entry;
import tidings.core.log.Epochs;
import tidings.core.log.Log;
import tidings.core.log.LogReader;
import tidings.core.log.Tail;
import tidings.core.presence.Presence;

/** What all dispatchers of a hub read from. Thread-safe. */
final class Shared {
  /** Stands for a cursor that could not be read: an epoch that never is. */
  private static final Cursor UNREADABLE = new Cursor("00000000", 0);

  private final Log log;
  private final Tail tail;
  private final SharedPages pages;
  private final Inboxes inboxes;
  private final HubSettings settings;
  private final Validity validity;
  private final InstantSource clock;
  private final LongSupplier ticker;
  private final RandomGenerator random;
  private final Presence presence;
  private volatile int retractions;

  Shared(
      Log log,
      Inboxes inboxes,
      HubSettings settings,
      Validity validity,
      InstantSource clock,
      LongSupplier ticker,
      RandomGenerator random) {
    this.log = log;
    this.tail = new Tail(log.end(), settings.tailBytesMax());
    this.pages = new SharedPages(log.reader());
    this.inboxes = inboxes;
    this.settings = settings;
    this.validity = validity;
    this.clock = clock;
    this.ticker = ticker;
    this.random = random;
    this.presence = new Presence(clock);
  }

  Tail tail() {
    return tail;
  }

  SharedPages pages() {
    return pages;
  }

  Inboxes inboxes() {
    return inboxes;
  }

  LogReader reader() {
    return log.reader();
  }

  long lowWater() {
    return log.lowWater();
  }

  long end() {
    return log.end();
  }

  String epoch() {
    return log.epochs().current().name();
  }

  Cursor cursor(long position) {
    return log.epochs().cursor(position);
  }

  Presence presence() {
    return presence;
  }

  Validity validity() {
    return validity;
  }

  long nowMs() {
    return clock.millis();
  }

  long nanos() {
    return ticker.getAsLong();
  }

  int heartbeatMs() {
    return (int) settings.heartbeat().toMillis();
  }

  int heartbeatS() {
    return (int) settings.heartbeat().toSeconds();
  }

  int noProgressS() {
    return (int) settings.noProgress().toSeconds();
  }

  /** When a stream that the hub ends should come back: 1 to 5 s, so that not all come at once. */
  int retryMs() {
    return random.nextInt(1_000, 5_000);
  }

  /** How often the log has lost something so far: what was cached before may hold it. */
  int retractions() {
    return retractions;
  }

  /** Forgets a notification that was withdrawn or erased. Called on the store writer's thread. */
  void gone(long position) {
    tail.remove(position);
    retracted(position);
  }

  /** Forgets an address that an entry has lost. Called on the store writer's thread. */
  void stripped(Entry entry) {
    tail.replace(entry);
    retracted(entry.position());
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  private void retracted(long position) {
    pages.forget(position);
    retractions++;
  }

  /**
   * Where a stream begins.
   *
   * @param gap what to announce first, null if nothing was missed
   */
  record Place(long position, ControlEvent.@Nullable Gap gap) {}

  /** Finds the place of a client's cursor; what is unknown goes on from {@code latest}. */
  Place place(String text, long latest) {
    Epochs epochs = log.epochs();
    Cursor cursor = Cursor.parse(text).orElse(UNREADABLE);
    Epochs.Resumption resumption = epochs.resume(cursor, log.end(), latest);
    long position = resumption.position();
    return new Place(
        position,
        resumption.known()
            ? null
            : new ControlEvent.Gap(epochs.cursor(position), ControlEvent.Gap.Reason.EPOCH, cursor));
  }

  /** What is announced when entries after a position were purged. */
  ControlEvent.Gap retentionGap(long position, long lowWater) {
    return new ControlEvent.Gap(
        cursor(lowWater - 1), ControlEvent.Gap.Reason.RETENTION, cursor(position));
  }
}
