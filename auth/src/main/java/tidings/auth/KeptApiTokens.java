package tidings.auth;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.text.ParseException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tidings.core.access.ApiTokens;
import tidings.core.access.Caller;
import tidings.core.access.Credential;
import tidings.core.access.CredentialStore;
import tidings.core.access.CredentialStore.Kept;
import tidings.core.access.CredentialStore.Kind;
import tidings.core.access.Grant;
import tidings.core.access.Publisher;
import tidings.core.notification.AddressPattern;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/**
 * API tokens, all in memory so that they can be looked up on event loops, and as hashes in the
 * store. Thread-safe.
 */
public final class KeptApiTokens implements ApiTokens {
  /** What every API token begins with, so that it is known for one, also by secret scanners. */
  static final String PREFIX = "tid_";

  static final int COUNT_MAX = 1_000;
  private static final Pattern NAME = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._-]{1,64}");

  private final CredentialStore store;
  private final List<AddressPattern> publicly;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final ReentrantLock lock = new ReentrantLock();
  private final TreeMap<String, Token> byName = new TreeMap<>(); // under the lock
  private final Map<String, Caller> byHash = new ConcurrentHashMap<>(); // those that are in force
  private final AtomicLong changes = new AtomicLong();

  private record Token(String hash, Described described) {

    String json() {
      return JSONObjectUtils.toJSONString(
          Map.of(
              "hash",
              hash,
              "made",
              described.made().toEpochMilli(),
              "grants",
              TokenIssuer.grants(described.grant())));
    }

    static Token read(Kept kept) {
      try {
        Map<String, Object> fields = JSONObjectUtils.parse(kept.content());
        return new Token(
            JSONObjectUtils.getString(fields, "hash"),
            new Described(
                kept.id(),
                TokenClaims.grant(fields.get("grants")),
                Instant.ofEpochMilli(JSONObjectUtils.getLong(fields, "made"))));
      } catch (ParseException | InvalidToken e) {
        throw new IllegalStateException(
            "API token \"%s\" in the store can't be read".formatted(kept.id()), e);
      }
    }
  }

  /**
   * Reads the tokens that there are. May block.
   *
   * @param publicly what they may read beside what they are granted
   * @param random unpredictable in production
   */
  public KeptApiTokens(
      CredentialStore store,
      List<AddressPattern> publicly,
      InstantSource clock,
      RandomGenerator random) {
    this.store = store;
    this.publicly = List.copyOf(publicly);
    this.clock = clock;
    this.random = random;
    for (Kept kept : store.kept(Kind.API_TOKEN)) {
      Token token = Token.read(kept);
      byName.put(kept.id(), token);
      byHash.put(token.hash, caller(token));
    }
  }

  /** Whose token this is. */
  private Caller caller(Token token) {
    String name = token.described.name();
    return Caller.of(
        null,
        Publisher.apiToken(name),
        token.described.grant().andRead(publicly),
        null,
        new Credential.ApiToken(name, token.hash));
  }

  @Override
  public CompletableFuture<String> make(String name, Grant grant) {
    if (!NAME.matcher(name).matches()) {
      throw refusal("name: no name of a token (expected 1 to 64 of A–Z a–z 0–9 . _ -)");
    }
    String secret = PREFIX + Secret.make(random);
    Token token = new Token(Secret.hash(secret), new Described(name, grant, clock.instant()));
    CompletableFuture<Void> stored;
    lock.lock();
    try {
      if (byName.size() >= COUNT_MAX) {
        throw refusal("name: there are %d tokens already; revoke one".formatted(COUNT_MAX));
      }
      if (byName.putIfAbsent(name, token) != null) {
        throw refusal("name: there is a token \"%s\" already; revoke it first".formatted(name));
      }
      stored = store.keep(new Kept(Kind.API_TOKEN, name, token.json()));
    } finally {
      lock.unlock();
    }
    return stored
        .whenComplete((done, failure) -> {
          if (failure == null) {
            byHash.put(token.hash, caller(token));
          } else {
            removeName(name, token);
          }
        })
        .thenApply(done -> secret);
  }

  private static Refusal refusal(String detail) {
    return new Problem(Problem.Kind.INVALID_REQUEST, detail, "name").refusal();
  }

  /** Frees a name, unless it is another's by now. */
  private void removeName(String name, Token of) {
    lock.lock();
    try {
      byName.remove(name, of);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<Described> list() {
    lock.lock();
    try {
      List<Described> all = new ArrayList<>();
      byName.values().forEach(token -> all.add(token.described));
      return all;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public CompletableFuture<Void> revoke(String name) {
    Token token;
    CompletableFuture<Void> stored;
    lock.lock();
    try {
      token = byName.get(name);
      if (token == null) {
        throw Problem.of(Problem.Kind.NOT_FOUND, "no such API token").refusal();
      }
      stored = store.forget(Kind.API_TOKEN, name);
    } finally {
      lock.unlock();
    }
    end(token);
    return stored.thenRun(() -> {
      end(token); // again, for one whose making was still under way
      removeName(name, token); // until now it was taken
    });
  }

  private void end(Token token) {
    byHash.remove(token.hash);
    changes.incrementAndGet();
  }

  long changes() {
    return changes.get();
  }

  /** Whose token this is, or null. Never blocks. */
  @Nullable Caller caller(String secret) {
    return byHash.get(Secret.hash(secret));
  }

  /** Whether a token is in force. Never blocks. */
  boolean holds(Credential.ApiToken token) {
    return byHash.containsKey(token.hash());
  }
}
