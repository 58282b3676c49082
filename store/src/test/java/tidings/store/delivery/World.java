package tidings.store.delivery;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.access.Grant;
import tidings.core.access.Publisher;
import tidings.core.access.Validity;
import tidings.core.delivery.Dispatcher;
import tidings.core.delivery.History;
import tidings.core.delivery.Hub;
import tidings.core.delivery.HubSettings;
import tidings.core.delivery.Start;
import tidings.core.delivery.Subscriber;
import tidings.core.delivery.Subscription;
import tidings.core.filter.Filter;
import tidings.core.inbox.Change;
import tidings.core.inbox.InboxStore;
import tidings.core.inbox.Inboxes;
import tidings.core.inbox.Mark;
import tidings.core.inbox.Mute;
import tidings.core.inbox.Person;
import tidings.core.inbox.Preferences;
import tidings.core.inbox.Snapshot;
import tidings.core.log.Append;
import tidings.core.log.Entry;
import tidings.core.log.LogReader;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.Draft;
import tidings.core.notification.Level;
import tidings.core.notification.TopicPattern;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;
import tidings.store.ManualTime;
import tidings.store.Outcome;
import tidings.store.Retention;
import tidings.store.inbox.ForwardingStore;
import tidings.store.sqlite.SqliteLog;
import tidings.store.sqlite.SqliteSettings;
import tidings.store.sqlite.Surroundings;

/**
 * A hub on a real store whose loop and time are moved by hand, and a model of what was published.
 */
@SuppressWarnings("EnumOrdinal") // the model is to know levels as plain numbers
final class World implements AutoCloseable {

  /** What the model knows of an entry. */
  static final class Published {
    private final long position;
    private final UUID id;
    private final List<String> to;
    private final int level;
    private final long expiresMs;
    boolean withdrawn;

    Published(long position, UUID id, List<String> to, int level, long expiresMs) {
      this.position = position;
      this.id = id;
      this.to = to;
      this.level = level;
      this.expiresMs = expiresMs;
    }

    long position() {
      return position;
    }

    UUID id() {
      return id;
    }

    List<String> to() {
      return to;
    }

    int level() {
      return level;
    }

    long expiresMs() {
      return expiresMs;
    }
  }

  /** Users whose credentials were taken back. */
  static final class TakenBack implements Validity {
    private final Set<String> users = ConcurrentHashMap.newKeySet();
    private final AtomicLong changes = new AtomicLong();

    /** Takes back the credentials of a user. */
    void add(String user) {
      users.add(user);
      changes.incrementAndGet();
    }

    @Override
    public long changes() {
      return changes.get();
    }

    @Override
    public boolean holds(Caller caller) {
      return caller.user() == null || !users.contains(caller.user());
    }
  }

  /**
   * A seam for mutations: how a stream is asked for, what becomes of a page of the log, and what
   * befalls a reader between two steps.
   */
  record Mutation(
      UnaryOperator<Subscription> subscription,
      UnaryOperator<LogReader.Page> page,
      Consumer<Reader> reader) {
    static final Mutation NONE =
        new Mutation(UnaryOperator.identity(), UnaryOperator.identity(), reader -> {});

    static Mutation ofSubscription(UnaryOperator<Subscription> change) {
      return new Mutation(change, NONE.page, NONE.reader);
    }

    static Mutation ofPage(UnaryOperator<LogReader.Page> change) {
      return new Mutation(NONE.subscription, change, NONE.reader);
    }

    static Mutation ofReader(Consumer<Reader> change) {
      return new Mutation(NONE.subscription, NONE.page, change);
    }
  }

  static final Duration HEARTBEAT = Duration.ofSeconds(15);
  static final Duration NO_PROGRESS = Duration.ofSeconds(60);

  private static final Publisher PUBLISHER = new Publisher("sub:test");

  final ManualTime time = new ManualTime();
  final TreeMap<Long, Published> model = new TreeMap<>();
  final ManualLoop loop = new ManualLoop();

  final TakenBack validity = new TakenBack();

  /** What the hub's look at the clock does. */
  Runnable atLook = () -> {};

  /** What a reading for a stream's count begins with, on the store's thread. */
  volatile Runnable atCount = () -> {};

  /** Whether all else of people can't be read. */
  volatile boolean peopleAreUnreadable;

  /** How long a look at the hub's ticker takes. */
  long lookNs;

  private long lookedNs;
  private final Path file;
  private final Random random;
  private final Mutation mutation;
  private final Retention retention;
  private final long tailBytesMax;
  private final Map<String, Reader.Saved> saved = new HashMap<>(); // by user
  private final Map<String, Long> told = new ConcurrentHashMap<>(); // of users' revisions
  private final AtomicLong erasures = new AtomicLong(); // each is told twice
  private final AtomicLong handedOver = new AtomicLong();
  private WrappedLog log;
  private Hub hub;
  private Dispatcher dispatcher;

  /** A world whose tail holds little or much, by chance. */
  World(Path file, Random random, Retention retention, Mutation mutation) {
    this(file, random, retention, mutation, random.nextBoolean() ? 40_000 : 1_000_000);
  }

  /** A world that keeps all, and whose tail holds some dozens of entries. */
  static World calm(Path folder) {
    return new World(
        folder.resolve("tidings.db"),
        new Random(1),
        new Retention(Duration.ofDays(1), 1_000_000, 1L << 30),
        Mutation.NONE,
        40_000);
  }

  World(Path file, Random random, Retention retention, Mutation mutation, long tailBytesMax) {
    this.file = file;
    this.random = random;
    this.retention = retention;
    this.mutation = mutation;
    this.tailBytesMax = tailBytesMax;
    this.log = open();
    this.hub = start(log);
    this.dispatcher = hub.dispatcher(loop);
  }

  private WrappedLog open() {
    return new WrappedLog(
        SqliteLog.open(
            SqliteSettings.of(file).retention(retention),
            new Surroundings(
                time,
                time::nanos,
                random,
                failure -> {
                  throw new AssertionError(failure);
                })));
  }

  private Hub start(WrappedLog opened) {
    WrappedLog counting =
        new WrappedLog(opened.log, opened.inboxes) {
          @Override
          public void start(Listener listener) {
            super.start(
                new Listener() {
                  @Override
                  public void committed(List<Entry> entries) {
                    listener.committed(entries);
                    handedOver.set(entries.getLast().position());
                  }

                  @Override
                  public void gone(long position) {
                    listener.gone(position);
                  }

                  @Override
                  public void stripped(Entry entry) {
                    listener.stripped(entry);
                  }

                  @Override
                  public void purgedBelow(long lowWater) {
                    listener.purgedBelow(lowWater);
                  }
                });
          }
        };
    log = counting;
    log.reads.change = mutation.page();
    handedOver.set(opened.end());
    HubSettings settings = new HubSettings(tailBytesMax, HEARTBEAT, NO_PROGRESS);
    Hub started =
        new Hub(
            counting,
            people(opened.inboxes),
            settings,
            validity,
            this::instant,
            this::nanos,
            random);
    opened.inboxes.listen(
        new InboxStore.Listener() {
          @Override
          public void changed(String user, long rev, Change change) {
            told.put(user, rev);
          }

          @Override
          public void erased(String user) {
            erasures.incrementAndGet();
          }
        });
    started.start();
    return started;
  }

  private InboxStore people(InboxStore inboxes) {
    return new ForwardingStore(inboxes) {
      @Override
      public <T> CompletableFuture<T> read(Lane lane, Function<Snapshot, T> reading) {
        if (peopleAreUnreadable && lane == Lane.COUNTS) {
          return CompletableFuture.failedFuture(
              Problem.of(Problem.Kind.UNAVAILABLE, "as a test wants it").refusal());
        }
        return super.read(
            lane,
            snapshot -> {
              if (lane == Lane.STREAMS) {
                atCount.run();
              }
              return reading.apply(snapshot);
            });
      }
    };
  }

  private Instant instant() {
    atLook.run();
    return time.instant();
  }

  private long nanos() {
    lookedNs += lookNs;
    return time.nanos() + lookedNs;
  }

  Inboxes inboxes() {
    return hub.inboxes();
  }

  static Caller caller(String user) {
    return Caller.of(user, PUBLISHER, Grant.NOTHING, null, null);
  }

  /** Saves preferences; returns the user's revision, which the hub's dispatchers know of. */
  long save(String user, @Nullable List<String> follows, Mute... mutes) {
    List<Preferences.Follow> list =
        follows == null
            ? null
            : follows.stream()
                .map(pattern -> new Preferences.Follow(TopicPattern.of(pattern), 0))
                .toList();
    Preferences wanted = new Preferences(list, List.of(mutes), null);
    return told(user, inboxes().save(caller(user), wanted, OptionalLong.empty()).rev());
  }

  /** Saves what a model knows of. */
  void saves(String user, Reader.Saved saved) {
    List<String> follows = saved.follows();
    save(
        user,
        follows == null ? null : follows.stream().map(World::topicPattern).toList(),
        saved.muted().stream()
            .map(pattern -> new Mute.OfTopic(TopicPattern.of(topicPattern(pattern)), null))
            .toArray(Mute[]::new));
    this.saved.put(user, saved);
  }

  private static String topicPattern(String address) {
    return address.substring("topic:".length());
  }

  /** What a reader's user has saved. */
  Reader.Saved saved(Reader reader) {
    String user = reader.wish.user();
    return user == null ? Reader.Saved.NOTHING : saved.getOrDefault(user, Reader.Saved.NOTHING);
  }

  /** Marks everything up to the end; returns the same. */
  long markAllRead(String user) {
    return told(
        user,
        inboxes()
            .markAll(caller(user), Mark.Kind.READ, log.epochs().cursor(log.end()), null, () -> {}));
  }

  /** Erases a user, of which the hub was told then. */
  void erase(String user) {
    long before = erasures.get();
    inboxes().erase(user).join();
    soon().until(() -> erasures.get() == before + 2);
  }

  private long told(String user, long rev) {
    soon().until(() -> rev == 0 || told.getOrDefault(user, 0L) >= rev);
    return rev;
  }

  History history() {
    return hub.history();
  }

  Hub hub() {
    return hub;
  }

  Dispatcher dispatcher() {
    return dispatcher;
  }

  PendingReads reads() {
    return log.reads;
  }

  /** A position as a cursor of the current epoch. */
  String cursor(long position) {
    return log.epochs().cursor(position).toString();
  }

  /** Stops the hub and starts it again on the same file; every connection is gone. */
  void restart() {
    hub.close();
    log.close();
    while (loop.runOne()) {} // what was queued meets a hub that has ended
    log = open();
    hub = start(log);
    dispatcher = hub.dispatcher(loop);
  }

  /** Publishes so many notifications to the topic {@code t}. */
  void publish(int count) {
    Draft draft = Draft.to(List.of(Address.topic("t")), "t").build();
    for (int left = count; left > 0; left -= 1_000) {
      publish(Collections.nCopies(Math.min(1_000, left), draft));
    }
  }

  void publish(List<Draft> drafts) {
    Outcome outcome = new Outcome();
    hub.intake().publish(new Caller(null, PUBLISHER, Grant.ALL, null, null), drafts, outcome);
    List<Append.Receipt> receipts = outcome.receipts();
    for (int i = 0; i < drafts.size(); i++) {
      Draft draft = drafts.get(i);
      model.put(
          receipts.get(i).position(),
          new Published(
              receipts.get(i).position(),
              receipts.get(i).id(),
              draft.to().stream().map(Address::toString).toList(),
              draft.level().ordinal(),
              expiresMs(draft)));
    }
    awaitHandOver();
  }

  private long expiresMs(Draft draft) {
    long asked = draft.expires() == null ? Long.MAX_VALUE : draft.expires().toEpochMilli();
    return draft.onlyActive() ? Math.min(asked, time.millis() + 60_000) : asked;
  }

  /**
   * Publishes for a caller; what comes of it is no part of the model.
   *
   * @throws Refusal if it was not granted
   */
  void publish(Caller caller, Draft draft) {
    Outcome outcome = new Outcome();
    hub.intake().publish(caller, draft, outcome);
    outcome.receipts();
  }

  void withdraw(Published published) {
    Outcome outcome = new Outcome();
    log.withdraw(published.id(), PUBLISHER, outcome);
    outcome.receipts();
    published.withdrawn = true;
    awaitHandOver();
  }

  private void awaitHandOver() {
    soon().until(() -> handedOver.get() >= log.end());
  }

  static ConditionFactory soon() {
    return Awaitility.with()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .await()
        .atMost(Duration.ofMinutes(1));
  }

  long lowWater() {
    return log.lowWater();
  }

  long end() {
    return log.end();
  }

  /** The hub's dispatcher for another loop. */
  Dispatcher dispatcher(ManualLoop other) {
    return hub.dispatcher(other);
  }

  Subscriber connect(Reader reader, @Nullable Start first) {
    return connect(reader, first, dispatcher);
  }

  Subscriber connect(Reader reader, @Nullable Start first, Dispatcher to) {
    String user = reader.wish.user();
    return connect(reader, first, to, user == null ? null : inboxes().enter(user).join());
  }

  Subscriber connect(Reader reader, @Nullable Start first, Dispatcher to, @Nullable Person person) {
    Start start = first;
    String cursor = reader.lastEventId;
    if (cursor != null) {
      String epoch = log.epochs().current().name();
      start = new Start.After(cursor.startsWith(".") ? epoch + cursor : cursor);
    }
    reader.ended = null;
    Subscriber subscriber =
        to.subscribe(
            mutation
                .subscription()
                .apply(
                    Subscription.of(
                        caller(reader),
                        filter(reader.wish),
                        person,
                        start == null ? new Start.Latest() : start,
                        time.instant())),
            reader);
    reader.subscriber = subscriber;
    return subscriber;
  }

  /** Begins to end all streams. */
  CompletableFuture<Void> drain() {
    return hub.drain(Duration.ZERO);
  }

  static Filter filter(Reader.Wish wish) {
    return new Filter(
        wish.asked().stream().map(AddressPattern::of).toList(),
        Filter.Choice.any(),
        Filter.Choice.any(),
        Level.values()[wish.level()]);
  }

  static Caller caller(Reader reader) {
    Reader.Wish wish = reader.wish;
    Grant grant =
        new Grant(
            List.of(),
            wish.granted().stream().map(AddressPattern::of).toList(),
            reader.seesPresence,
            false,
            false);
    return Caller.of(wish.user(), PUBLISHER, grant, reader.expires, null);
  }

  /** Time passes for the clock, the hub's ticker and the loop; timers that are due then wait. */
  void pass(Duration duration) {
    time.pass(duration);
    loop.advance(duration.toNanos());
  }

  /** Runs the loop, a task at a time, until something is so. */
  void runUntil(BooleanSupplier condition) {
    soon()
        .until(() -> {
          while (!condition.getAsBoolean() && loop.runOne()) {}
          return condition.getAsBoolean();
        });
  }

  /** Runs the loop until nothing is left to do, and every page that was asked for has come. */
  void settle() {
    soon()
        .until(() -> {
          while (loop.runOne()) {}
          return log.reads.none() && !loop.runOne();
        });
  }

  List<Published> notWithdrawn() {
    return new ArrayList<>(model.values().stream().filter(p -> !p.withdrawn).toList());
  }

  @Override
  public void close() {
    hub.close();
    log.close();
  }
}
