package tidings.auth;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Credential;
import tidings.core.access.CredentialStore;
import tidings.core.access.CredentialStore.Kept;
import tidings.core.access.CredentialStore.Kind;
import tidings.core.access.Revocations;
import tidings.core.problem.Problem;

/**
 * Revocations, all in memory so that they can be asked about on event loops, and in the store so
 * that they outlive the process. Bounded: what is over makes room. Thread-safe.
 */
public final class KeptRevocations implements Revocations {
  static final int COUNT_MAX = 100_000;

  /** What is over is looked for this often at most, and so many are forgotten at a time. */
  private static final Duration TIDY_EVERY = Duration.ofMinutes(1);

  private static final int FORGOTTEN_MAX = 1_000;

  private final CredentialStore store;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock(); // so that memory and store agree
  private final Map<String, Revoked> byTarget = new ConcurrentHashMap<>();
  private final AtomicLong changes = new AtomicLong();
  private Instant tidied = Instant.MIN;

  /**
   * What is remembered.
   *
   * @param before tokens issued later are not meant
   */
  private record Revoked(Instant before, Instant until) {

    /** Both this and an earlier one. */
    Revoked and(@Nullable Revoked earlier) {
      return earlier == null
          ? this
          : new Revoked(later(before, earlier.before), later(until, earlier.until));
    }

    private static Instant later(Instant a, Instant b) {
      return a.isAfter(b) ? a : b;
    }

    String json() {
      return JSONObjectUtils.toJSONString(
          Map.of("before", before.toEpochMilli(), "until", until.toEpochMilli()));
    }

    static Revoked read(String json) {
      try {
        Map<String, Object> fields = JSONObjectUtils.parse(json);
        return new Revoked(
            Instant.ofEpochMilli(JSONObjectUtils.getLong(fields, "before")),
            Instant.ofEpochMilli(JSONObjectUtils.getLong(fields, "until")));
      } catch (ParseException e) {
        throw new IllegalStateException("a revocation in the store can't be read", e);
      }
    }
  }

  /** Reads what is remembered. May block. */
  public KeptRevocations(CredentialStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
    store
        .kept(Kind.REVOCATION)
        .forEach(kept -> byTarget.put(kept.id(), Revoked.read(kept.content())));
  }

  @Override
  public CompletableFuture<Void> revoke(Target target, Instant until) {
    String name =
        switch (target) {
          case Target.TokenId(String jti) -> ofTokenId(jti);
          case Target.Subject(String sub) -> ofSubject(sub);
        };
    Instant now = clock.instant();
    lock.lock();
    try {
      tidy(now);
      Revoked earlier = byTarget.get(name);
      if (earlier == null && byTarget.size() >= COUNT_MAX) {
        throw Problem.of(
                Problem.Kind.OVERLOADED,
                "%d revocations are remembered already; they end with their until"
                    .formatted(COUNT_MAX))
            .refusal();
      }
      Revoked revoked = new Revoked(now, until).and(earlier);
      byTarget.put(name, revoked);
      changes.incrementAndGet();
      return store.keep(new Kept(Kind.REVOCATION, name, revoked.json()));
    } finally {
      lock.unlock();
    }
  }

  /** Forgets some that are over. */
  private void tidy(Instant now) {
    if (byTarget.size() < COUNT_MAX && now.isBefore(tidied.plus(TIDY_EVERY))) {
      return;
    }
    tidied = now;
    List<String> over =
        byTarget.entrySet().stream()
            .filter(one -> !now.isBefore(one.getValue().until))
            .map(Map.Entry::getKey)
            .limit(FORGOTTEN_MAX)
            .toList();
    for (String name : over) {
      byTarget.remove(name);
      var _ = store.forget(Kind.REVOCATION, name); // if it fails, it is found again after a restart
    }
  }

  private static String ofTokenId(String jti) {
    return "jti:" + jti;
  }

  private static String ofSubject(String sub) {
    return "sub:" + sub;
  }

  long changes() {
    return changes.get();
  }

  /** Whether a user's token was taken back. Never blocks. */
  boolean isRevoked(@Nullable String user, Credential.Token token) {
    if (byTarget.isEmpty()) {
      return false;
    }
    Instant now = clock.instant();
    Revoked ofId = token.id() == null ? null : byTarget.get(ofTokenId(token.id()));
    if (ofId != null && now.isBefore(ofId.until)) {
      return true;
    }
    Revoked ofUser = user == null ? null : byTarget.get(ofSubject(user));
    return ofUser != null
        && now.isBefore(ofUser.until)
        && (token.issuedAt() == null || !token.issuedAt().isAfter(ofUser.before));
  }
}
