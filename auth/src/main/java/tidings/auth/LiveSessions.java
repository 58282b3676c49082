package tidings.auth;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.access.Credential;
import tidings.core.access.Sessions;
import tidings.core.problem.Problem;

/**
 * Sessions, in memory and by the hashes of their secrets: a restart ends them, and browsers sign in
 * again with their tokens. Thread-safe.
 */
public final class LiveSessions implements Sessions {
  static final int COUNT_MAX = 65_536;
  static final int PER_USER_MAX = 32;

  private final Duration idle;
  private final Duration ageMax;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Map<String, Live> byHash = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Deque<Live>> byUser = new HashMap<>(); // under the lock, oldest first
  private final AtomicLong changes = new AtomicLong();
  private Instant swept = Instant.EPOCH; // under the lock: when those that are over were looked for

  private static final class Live {
    final String hash;
    final String user;
    final Caller starter;
    final Instant end;
    volatile Instant idleEnd;

    Live(String hash, String user, Caller starter, Instant end, Instant idleEnd) {
      this.hash = hash;
      this.user = user;
      this.starter = starter;
      this.end = end;
      this.idleEnd = idleEnd;
    }

    boolean isOver(Instant now) {
      return !now.isBefore(end) || !now.isBefore(idleEnd);
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
   * @param idle a session that is not used for so long ends
   * @param ageMax how long it lasts in any case
   * @param random unpredictable in production
   */
  public LiveSessions(Duration idle, Duration ageMax, InstantSource clock, RandomGenerator random) {
    this.idle = idle;
    this.ageMax = ageMax;
    this.clock = clock;
    this.random = random;
  }

  private static Instant earlier(Instant a, @Nullable Instant b) {
    return b != null && b.isBefore(a) ? b : a;
  }

  @Override
  public Started start(Caller starter) {
    String user = starter.user();
    if (user == null) {
      throw Problem.of(Problem.Kind.FORBIDDEN, "only a user's token starts a session").refusal();
    }
    String secret = Secret.make(random);
    Instant now = clock.instant();
    Instant end = earlier(now.plus(ageMax), starter.expires());
    Live live = new Live(Secret.hash(secret), user, starter, end, now.plus(idle));
    lock.lock();
    try {
      Deque<Live> own = byUser.getOrDefault(user, new ArrayDeque<>());
      while (!own.isEmpty() && (own.size() >= PER_USER_MAX || own.getFirst().isOver(now))) {
        remove(own.getFirst(), now);
      }
      if (byHash.size() >= COUNT_MAX && now.isAfter(swept.plusSeconds(1))) {
        swept = now;
        byHash.values().stream()
            .filter(one -> one.isOver(now))
            .toList()
            .forEach(one -> remove(one, now));
      }
      if (byHash.size() >= COUNT_MAX) {
        throw Problem.of(Problem.Kind.OVERLOADED, "too many sessions; try again later").refusal();
      }
      byUser.computeIfAbsent(user, u -> new ArrayDeque<>()).add(live);
      byHash.put(live.hash, live);
    } finally {
      lock.unlock();
    }
    return new Started(secret, live.caller(), Duration.between(now, end));
  }

  /** Under the lock. The streams of one that is over have ended by themselves. */
  private void remove(Live live, Instant now) {
    byHash.remove(live.hash);
    Deque<Live> own = byUser.get(live.user);
    if (own != null) {
      own.remove(live);
      if (own.isEmpty()) {
        byUser.remove(live.user);
      }
    }
    if (!live.isOver(now)) {
      changes.incrementAndGet();
    }
  }

  @Override
  public @Nullable Caller use(String secret) {
    Live live = byHash.get(Secret.hash(secret));
    Instant now = clock.instant();
    if (live == null || live.isOver(now)) {
      return null;
    }
    live.idleEnd = now.plus(idle);
    return live.caller();
  }

  @Override
  public void end(String secret) {
    String hash = Secret.hash(secret);
    lock.lock();
    try {
      Live live = byHash.get(hash);
      if (live != null) {
        remove(live, clock.instant());
      }
    } finally {
      lock.unlock();
    }
  }

  long changes() {
    return changes.get();
  }

  /** Whether a session was neither signed out nor made room. Never blocks. */
  boolean holds(Credential.Session session) {
    return byHash.containsKey(session.hash());
  }
}
