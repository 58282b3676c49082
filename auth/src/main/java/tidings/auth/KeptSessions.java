package tidings.auth;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tidings.core.access.Caller;
import tidings.core.access.Credential;
import tidings.core.access.CredentialStore;
import tidings.core.access.CredentialStore.Kept;
import tidings.core.access.CredentialStore.Kind;
import tidings.core.access.Sessions;
import tidings.core.problem.Problem;

/**
 * Sessions, all in memory so that they can be looked up on event loops, and by the hashes of their
 * secrets in the store, so that a restart signs nobody out. One leaves memory when the store has
 * forgotten it, and not before, so that none which has ended comes back with a restart.
 * Thread-safe.
 */
public final class KeptSessions implements Sessions {
  private static final Logger logger = LoggerFactory.getLogger(KeptSessions.class);

  static final int COUNT_MAX = 65_536;
  static final int PER_USER_MAX = 32;

  /** That a session is used is stored so many times in the time after which it would end. */
  private static final int NOTES_PER_IDLE = 16;

  /** Those that are over are looked for this often at most, and so many are forgotten at a time. */
  private static final Duration SWEEP_EVERY = Duration.ofMinutes(1);

  private static final Duration SWEEP_EVERY_WHEN_FULL = Duration.ofSeconds(1);
  static final int FORGOTTEN_MAX = 1_000;

  private final CredentialStore store;
  private final AccessSettings settings;
  private final Duration idle;
  private final Duration ageMax;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Map<String, Live> byHash = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Deque<Live>> byUser = new HashMap<>(); // under the lock: see add
  private final AtomicLong changes = new AtomicLong();
  private Instant swept = Instant.MIN; // under the lock

  private static final class Live {
    final String hash;
    final String user;
    final Caller starter;
    final Instant end;
    volatile Instant idleEnd;
    volatile Instant noted; // when the store was told that it is used
    volatile boolean ended; // written under the lock

    Live(String hash, String user, Caller starter, Instant end, Instant used, Duration idle) {
      this.hash = hash;
      this.user = user;
      this.starter = starter;
      this.end = end;
      this.noted = used;
      this.idleEnd = used.plus(idle);
    }

    boolean isOver(Instant now) {
      return ended || !now.isBefore(end) || !now.isBefore(idleEnd);
    }

    /**
     * A stream ends when the session would if it were not used any more; if it was, the stream is
     * opened again.
     */
    Caller caller() {
      return new Caller(
          starter.user(),
          starter.publisher(),
          starter.grant(),
          earlier(end, idleEnd),
          new Credential.Session(hash, starter));
    }
  }

  /**
   * Reads the sessions that there are. May block.
   *
   * @param idle a session that is not used for so long ends
   * @param ageMax how long it lasts in any case
   * @param random unpredictable in production
   */
  public KeptSessions(
      CredentialStore store,
      AccessSettings settings,
      Duration idle,
      Duration ageMax,
      InstantSource clock,
      RandomGenerator random) {
    this.store = store;
    this.settings = settings;
    this.idle = idle;
    this.ageMax = ageMax;
    this.clock = clock;
    this.random = random;
    Instant latest = clock.instant().plus(ageMax);
    store.kept(Kind.SESSION).stream()
        .map(kept -> read(kept, latest))
        .flatMap(Optional::stream)
        .sorted(Comparator.comparing(live -> live.end))
        .forEach(live -> {
          Live oldest = add(live);
          if (oldest != null) {
            leave(oldest); // the next sweep forgets it
          }
        });
  }

  /** Empty for what can't be read, which is no reason to refuse everybody. */
  private Optional<Live> read(Kept kept, Instant latest) {
    SessionRecord record;
    try {
      record = SessionRecord.read(kept);
    } catch (IllegalStateException e) {
      logger.warn("one user must sign in again", e);
      return Optional.empty();
    }
    return Optional.of(
        new Live(
            kept.id(),
            record.user(),
            record.starter(settings.publicly()),
            earlier(latest, record.end()),
            record.used(),
            idle));
  }

  private static Instant earlier(Instant a, @Nullable Instant b) {
    return b != null && b.isBefore(a) ? b : a;
  }

  @Override
  public CompletableFuture<Started> start(Caller starter) {
    String user = starter.user();
    if (user == null) {
      throw Problem.of(Problem.Kind.FORBIDDEN, "only a user's token starts a session").refusal();
    }
    String secret = Secret.make(random);
    Instant now = clock.instant();
    Instant end = earlier(now.plus(ageMax), starter.expires());
    Live live = new Live(Secret.hash(secret), user, starter, end, now, idle);
    Kept record = record(live);
    CompletableFuture<Void> stored;
    lock.lock();
    try {
      sweep(now);
      if (byHash.size() >= COUNT_MAX) {
        throw Problem.of(Problem.Kind.OVERLOADED, "too many sessions; try again later").refusal();
      }
      Live oldest = add(live);
      if (oldest != null) {
        var _ = forget(oldest, now);
      }
      stored = keep(record);
    } finally {
      lock.unlock();
    }
    return stored.handle(
        (done, refused) -> new Started(secret, live.caller(), Duration.between(now, end)));
  }

  /**
   * Adds one to those that a user has, the oldest first, of which none was ended. Under the lock.
   *
   * @return the oldest, if it is one too many
   */
  private @Nullable Live add(Live live) {
    byHash.put(live.hash, live);
    Deque<Live> own = byUser.computeIfAbsent(live.user, u -> new ArrayDeque<>());
    own.add(live);
    return own.size() > PER_USER_MAX ? own.getFirst() : null;
  }

  /** What is kept of a session, null for nothing. */
  private @Nullable Kept record(Live live) {
    SessionRecord record =
        SessionRecord.of(live.user, live.starter, live.end, live.noted, settings.publicly());
    return record == null ? null : record.kept(live.hash);
  }

  /**
   * Under the lock, so that nothing is kept of a session after it is forgotten. If it fails, the
   * session ends with the process, unless that it is used is kept later.
   */
  private CompletableFuture<Void> keep(@Nullable Kept record) {
    return record == null ? CompletableFuture.completedFuture(null) : store.keep(record);
  }

  /**
   * Forgets some that are over, those that the store refused to forget before included. Under the
   * lock.
   */
  private void sweep(Instant now) {
    boolean full = byHash.size() >= COUNT_MAX;
    Duration since = full ? SWEEP_EVERY_WHEN_FULL : SWEEP_EVERY;
    if (now.minus(since).isBefore(swept)) {
      return;
    }
    swept = now;
    byHash.values().stream()
        .filter(live -> live.isOver(now))
        .limit(FORGOTTEN_MAX)
        .toList()
        .forEach(live -> {
          var _ = forget(live, now);
        });
  }

  /** Ends a session, and forgets it if the store does. Under the lock. */
  private CompletableFuture<Void> forget(Live live, Instant now) {
    boolean over = live.isOver(now);
    leave(live);
    if (!over) { // else its streams have ended by themselves
      changes.incrementAndGet();
    }
    return store.forget(Kind.SESSION, live.hash).thenRun(() -> byHash.remove(live.hash));
  }

  /** Takes one from those that its user has. Under the lock. */
  private void leave(Live live) {
    live.ended = true;
    Deque<Live> own = byUser.get(live.user);
    if (own != null) {
      own.remove(live);
      if (own.isEmpty()) {
        byUser.remove(live.user);
      }
    }
  }

  @Override
  public @Nullable Caller use(String secret) {
    Live live = byHash.get(Secret.hash(secret));
    Instant now = clock.instant();
    if (live == null || live.isOver(now)) {
      return null;
    }
    requireReadableKeys(live.starter.credential());
    live.idleEnd = now.plus(idle);
    if (now.isAfter(live.noted.plus(idle.dividedBy(NOTES_PER_IDLE)))) {
      live.noted = now;
      Kept record = record(live);
      lock.lock();
      try {
        if (!live.ended) {
          var _ = keep(record);
        }
        sweep(now);
      } finally {
        lock.unlock();
      }
    }
    return live.caller();
  }

  /** After a restart it may take a while until an issuer's keys are known again. */
  private void requireReadableKeys(@Nullable Credential starter) {
    switch (starter) {
      case Credential.Session session -> requireReadableKeys(session.starter().credential());
      case Credential.Token token -> {
        KeySet set = settings.keys().setOf(token.key().issuer());
        if (set != null && set.isUnread()) {
          throw KeySet.UNREADABLE.refusal();
        }
      }
      case null, default -> {}
    }
  }

  /** Who signs out again, before the store has forgotten the session, has that tried again. */
  @Override
  public CompletableFuture<Void> end(String secret) {
    lock.lock();
    try {
      Live live = byHash.get(Secret.hash(secret));
      return live == null ? CompletableFuture.completedFuture(null) : forget(live, clock.instant());
    } finally {
      lock.unlock();
    }
  }

  long changes() {
    return changes.get();
  }

  /** Whether a session was neither signed out nor made room. Never blocks. */
  boolean holds(Credential.Session session) {
    Live live = byHash.get(session.hash());
    return live != null && !live.ended;
  }
}
