package tidings.core.delivery;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.access.Validity;
import tidings.core.filter.Filter;
import tidings.core.inbox.Change;
import tidings.core.inbox.InboxStore;
import tidings.core.inbox.Inboxes;
import tidings.core.inbox.Person;
import tidings.core.intake.Ids;
import tidings.core.intake.Intake;
import tidings.core.log.Entry;
import tidings.core.log.Log;
import tidings.core.notification.Address;
import tidings.core.presence.Page;
import tidings.core.presence.Query;
import tidings.core.presence.Streams;

/**
 * The hub as its transports see it: publish, subscribe, look back. Thread-safe.
 *
 * <p>Made around an opened log; {@link #start()} begins to take appends. It does not own the log:
 * close the log after the hub.
 */
public final class Hub implements AutoCloseable {
  private final Log log;
  private final InstantSource clock;
  private final Shared shared;
  private final Intake intake;
  private final History history;
  private final Inboxes inboxes;
  private final List<Dispatcher> dispatchers = new CopyOnWriteArrayList<>();

  /**
   * @param people what the log's store keeps of people
   * @param validity ends streams whose credentials were taken back
   * @param ticker monotonic nanoseconds
   * @param random thread-safe; unpredictable in production
   */
  public Hub(
      Log log,
      InboxStore people,
      HubSettings settings,
      Validity validity,
      InstantSource clock,
      LongSupplier ticker,
      RandomGenerator random) {
    this.log = log;
    this.clock = clock;
    this.inboxes = new Inboxes(people, log, clock);
    this.shared = new Shared(log, inboxes, settings, validity, clock, ticker, random);
    this.intake = new Intake(log, clock, new Ids(random));
    this.history = new History(shared, people);
    people.listen(
        new InboxStore.Listener() {
          @Override
          public void changed(String user, long rev, Change change) {
            dispatchers.forEach(dispatcher -> dispatcher.changed(user, rev, change));
          }

          @Override
          public void erased(String user) {
            dispatchers.forEach(dispatcher -> dispatcher.part(user));
          }
        });
  }

  /** Begins to take appends. Called once. */
  public void start() {
    log.start(
        new Log.Listener() {
          @Override
          public void committed(List<Entry> entries) {
            shared.tail().append(entries);
            for (Dispatcher dispatcher : dispatchers) {
              dispatcher.wake();
            }
          }

          @Override
          public void gone(long position) {
            shared.gone(position);
          }

          @Override
          public void stripped(Entry entry) {
            shared.stripped(entry);
          }

          @Override
          public void purgedBelow(long lowWater) {}
        });
  }

  public Intake intake() {
    return intake;
  }

  public History history() {
    return history;
  }

  public Inboxes inboxes() {
    return inboxes;
  }

  /**
   * What a caller gets now of what it asks for.
   *
   * @param person what is known of the caller as a user; null for none
   * @throws tidings.core.problem.Refusal as {@link Interest#of} does
   */
  public Interest interest(Caller caller, Filter filter, @Nullable Person person) {
    return Subscription.of(caller, filter, person, new Start.Latest(), clock.instant()).interest();
  }

  /** How many users listen. */
  public int listeners() {
    return shared.presence().size();
  }

  /**
   * Who listens.
   *
   * @param to only those with a stream that carries this address; null for all
   * @return done at once, or by an event loop
   */
  public CompletableFuture<Page> listeners(Query query, @Nullable Address to) {
    CompletableFuture<Streams> all = CompletableFuture.completedFuture(new Streams(query));
    if (to == null) {
      return all.thenApply(nothing -> shared.presence().page(query));
    }
    for (Dispatcher dispatcher : dispatchers) {
      all = all.thenCombine(dispatcher.carrying(to, query), Streams::and);
    }
    return all.thenApply(streams -> shared.presence().page(query, streams));
  }

  /** How many entries are held in memory for those who are nearly up to date. */
  public long tailEntries() {
    return shared.tail().end() + 1 - shared.tail().start();
  }

  public Log log() {
    return log;
  }

  /** Makes the dispatcher of an event loop; once for each loop. */
  public Dispatcher dispatcher(ScheduledExecutorService loop) {
    Dispatcher dispatcher = new Dispatcher(shared, loop);
    dispatchers.add(dispatcher);
    return dispatcher;
  }

  public List<Dispatcher> dispatchers() {
    return List.copyOf(dispatchers);
  }

  /** Ends one of so many streams, the newest, and tells each when to come back. */
  public void shed(int oneOf) {
    dispatchers.forEach(dispatcher -> dispatcher.shed(oneOf));
  }

  /**
   * Ends all streams, spread evenly over a time, each told when to come back.
   *
   * @return done when none is left
   */
  public CompletableFuture<Void> drain(Duration over) {
    CompletableFuture<?>[] drained =
        dispatchers.stream()
            .map(dispatcher -> dispatcher.drain(over))
            .toArray(CompletableFuture<?>[]::new);
    return CompletableFuture.allOf(drained);
  }

  /** Stops looking after the streams; they are not ended. */
  @Override
  public void close() {
    dispatchers.forEach(Dispatcher::close);
  }
}
