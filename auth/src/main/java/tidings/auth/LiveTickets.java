package tidings.auth;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.access.Tickets;
import tidings.core.problem.Problem;

/** Tickets, in memory and by the hashes of their secrets. Thread-safe. */
public final class LiveTickets implements Tickets {
  static final Duration GOOD_FOR = Duration.ofSeconds(30);
  static final int PER_USER_MAX = 32;
  static final int COUNT_MAX = 65_536;

  private final InstantSource clock;
  private final RandomGenerator random;
  private final ReentrantLock lock = new ReentrantLock();
  private final LinkedHashMap<String, Waiting> byHash = new LinkedHashMap<>(); // oldest first
  private final Map<String, Integer> byHolder = new HashMap<>(); // how many of whom

  private record Waiting(Caller caller, Instant expires) {
    String holder() {
      return caller.publisher().name();
    }
  }

  /**
   * @param random unpredictable in production
   */
  public LiveTickets(InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  @Override
  public Issued issue(Caller caller) {
    String secret = Secret.make(random);
    Instant now = clock.instant();
    Waiting waiting = new Waiting(caller, now.plus(GOOD_FOR));
    lock.lock();
    try {
      forgetOld(now);
      if (byHolder.getOrDefault(waiting.holder(), 0) >= PER_USER_MAX) {
        throw Problem.of(
                Problem.Kind.RATE_LIMITED,
                "%d of your tickets wait to be used".formatted(PER_USER_MAX))
            .refusal();
      }
      if (byHash.size() >= COUNT_MAX) {
        throw Problem.of(Problem.Kind.OVERLOADED, "too many tickets wait to be used").refusal();
      }
      byHash.put(Secret.hash(secret), waiting);
      byHolder.merge(waiting.holder(), 1, Integer::sum);
    } finally {
      lock.unlock();
    }
    return new Issued(secret, waiting.expires);
  }

  private void forgetOld(Instant now) {
    Iterator<Waiting> oldest = byHash.values().iterator();
    while (oldest.hasNext()) {
      Waiting waiting = oldest.next();
      if (now.isBefore(waiting.expires)) {
        return;
      }
      oldest.remove();
      uncount(waiting);
    }
  }

  private void uncount(Waiting waiting) {
    byHolder.computeIfPresent(waiting.holder(), (holder, count) -> count == 1 ? null : count - 1);
  }

  @Override
  public @Nullable Caller holder(String secret) {
    String hash = Secret.hash(secret);
    Instant now = clock.instant();
    lock.lock();
    try {
      Waiting waiting = byHash.get(hash);
      return waiting != null && now.isBefore(waiting.expires) ? waiting.caller : null;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public @Nullable Caller use(String secret) {
    String hash = Secret.hash(secret);
    Instant now = clock.instant();
    lock.lock();
    try {
      Waiting waiting = byHash.remove(hash);
      if (waiting == null) {
        return null;
      }
      uncount(waiting);
      return now.isBefore(waiting.expires) ? waiting.caller : null;
    } finally {
      lock.unlock();
    }
  }
}
