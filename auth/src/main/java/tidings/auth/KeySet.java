package tidings.auth;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tidings.auth.JwkSet.Jwk;
import tidings.core.problem.Problem;

/**
 * An issuer's keys, from a JWK set that is looked at again and again. While nothing good comes from
 * there, the last good set stays; an empty one is good, and withdraws all keys. Thread-safe; only
 * {@link #readNow} and {@link #isSettled} block.
 */
public final class KeySet {
  /** What is answered while nobody knows whether a key holds. */
  static final Problem UNREADABLE =
      Problem.of(Problem.Kind.UNAVAILABLE, "the keys of an issuer can't be read now; try again");

  /** How long a look at a URL may take. */
  static final Duration LOOK_MAX = Duration.ofSeconds(5);

  private static final Logger logger = LoggerFactory.getLogger(KeySet.class);

  /** A file costs nothing to look at. */
  private static final Duration FILE_EVERY = Duration.ofSeconds(1);

  /** After a look that failed, and before one that an unknown key asks for. */
  private static final Duration PAUSE_MAX = Duration.ofSeconds(10);

  /**
   * So many verifications wait for a key that is not known yet; of the others nobody knows. Each
   * set has its own, so that one which hangs holds up no other issuer's tokens.
   */
  static final int WAITING_MAX = 1_024;

  /** Looks come this much earlier or later, so that not all hubs look at once. */
  private static final double JITTER = 0.1;

  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  private final Issuer issuer;
  private final KeySetSource source;
  private final Duration every;
  private final @Nullable Duration staleMax;
  private final LongSupplier ticker;
  private final RandomGenerator random;
  private final LongAdder looks = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final Semaphore waiting = new Semaphore(WAITING_MAX);
  private volatile Map<Jwk, TokenKey> keys = Map.of();
  private volatile boolean known; // whether it was read, and not so long ago that it is given up
  private volatile @Nullable String trouble;
  private volatile Runnable changed = () -> {};

  private byte[] json = {}; // these, and what follows: of whoever looks
  private @Nullable String etag;
  private boolean saidEmpty;
  private long readAt;

  private @Nullable CompletableFuture<Void> underWay; // these, and all below, by the lock
  private long began;
  private boolean asked;

  /**
   * Whose keys they are.
   *
   * @param name what a token's {@code iss} must be
   * @param audience what its {@code aud} must contain
   * @param algorithms those that the keys may be of
   */
  public record Issuer(String name, String audience, Set<PairAlgorithm> algorithms) {

    public Issuer {
      algorithms = Set.copyOf(algorithms);
    }
  }

  /**
   * Where a set is fetched from.
   *
   * @param refresh how often it is looked at
   * @param staleMax for how long its keys are believed while it can't be read, null for always
   * @param authorities a PEM file with those who sign the server's certificate, null for those whom
   *     the Java platform trusts
   */
  public record Endpoint(
      URI url, Duration refresh, @Nullable Duration staleMax, @Nullable Path authorities) {}

  /**
   * @param every how often it is looked at
   * @param staleMax for how long its keys are believed while it can't be read, null for always
   */
  KeySet(
      Issuer issuer,
      KeySetSource source,
      Duration every,
      @Nullable Duration staleMax,
      LongSupplier ticker,
      RandomGenerator random) {
    this.issuer = issuer;
    this.source = source;
    this.every = every;
    this.staleMax = staleMax;
    this.ticker = ticker;
    this.random = random;
  }

  /**
   * A set in a file.
   *
   * @param ticker monotonic nanoseconds
   */
  public static KeySet inFile(
      Issuer issuer, Path file, LongSupplier ticker, RandomGenerator random) {
    return new KeySet(issuer, new KeySetFile(file), FILE_EVERY, null, ticker, random);
  }

  /**
   * A set at a URL.
   *
   * @param ticker monotonic nanoseconds
   * @throws IOException if the certificate authorities can't be read
   */
  public static KeySet atUrl(
      Issuer issuer, Endpoint endpoint, LongSupplier ticker, RandomGenerator random)
      throws IOException {
    HttpClient.Builder client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(Thread::startVirtualThread);
    if (endpoint.authorities != null) {
      client.sslContext(Authorities.trusting(endpoint.authorities));
    }
    KeySetUrl source = new KeySetUrl(client.build(), endpoint.url, LOOK_MAX);
    return new KeySet(issuer, source, endpoint.refresh, endpoint.staleMax, ticker, random);
  }

  /** Whose keys they are, as tokens say it. */
  public String issuer() {
    return issuer.name;
  }

  /** How many keys there are. */
  public int size() {
    return keys.size();
  }

  /** Whether it was read, and had no key. */
  public boolean isEmpty() {
    return known && keys.isEmpty();
  }

  /** Whether nothing can be said of a key that is not known, for the set was not read. */
  boolean isUnread() {
    return !known;
  }

  /** Why the last look brought nothing, null if all is well. */
  public @Nullable String trouble() {
    return trouble;
  }

  /** Looks since the start. */
  public long looks() {
    return looks.sum();
  }

  /** Those that brought nothing. */
  public long failures() {
    return failures.sum();
  }

  Collection<TokenKey> keys() {
    return keys.values();
  }

  /**
   * Looks for a key that a token names, if it is not known. Blocks, for no longer than a look
   * takes.
   *
   * @param id null if the token names none: then no look is made
   * @return whether a token that none of the keys signed is wrong now; else nobody knows, because
   *     the set can't be read or too many wait for it already
   */
  boolean isSettled(@Nullable String id) {
    if (id == null || has(id)) {
      return known;
    }
    return hasLooked() && known && (trouble == null || has(id));
  }

  private boolean has(String id) {
    return keys.keySet().stream().anyMatch(key -> key.id().equals(id));
  }

  private boolean hasLooked() {
    CompletableFuture<Void> look = look();
    if (look.isDone()) {
      return true;
    }
    if (!waiting.tryAcquire()) {
      return false;
    }
    try {
      return await(look);
    } finally {
      waiting.release();
    }
  }

  /** Waits for looks, for as long as one may take; whether they have ended. */
  static boolean await(CompletableFuture<Void> looks) {
    try {
      looks.get(LOOK_MAX.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return false; // the set says what is wrong
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** What runs after the keys have changed. */
  void onChange(Runnable then) {
    changed = then;
  }

  /**
   * Looks now, for a start that needs the keys.
   *
   * @throws IOException saying why there are none
   */
  public void readNow() throws IOException {
    try {
      var _ = read();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /**
   * Begins to look, on a thread of its own, unless the last look began a moment ago.
   *
   * @return done when that look has ended
   */
  CompletableFuture<Void> look() {
    CompletableFuture<Void> look;
    synchronized (this) {
      if (underWay != null) {
        return underWay;
      }
      long now = ticker.getAsLong();
      if (asked && now - began < pause().dividedBy(2).toNanos()) {
        return DONE;
      }
      asked = true;
      began = now;
      look = new CompletableFuture<>();
      underWay = look;
    }
    Thread.startVirtualThread(() -> {
      try {
        refresh();
      } finally {
        synchronized (this) {
          underWay = null;
        }
        look.complete(null);
      }
    });
    return look;
  }

  /**
   * Looks again and again, until the schedule is shut down.
   *
   * @return done when the first look has ended
   */
  CompletableFuture<Void> keepLooking(ScheduledExecutorService schedule) {
    return look().thenRun(() -> later(schedule));
  }

  private void later(ScheduledExecutorService schedule) {
    Duration next = trouble == null ? every : pause();
    double share = 1 + JITTER * (2 * random.nextDouble() - 1);
    try {
      var _ =
          schedule.schedule(
              () -> {
                var _ = keepLooking(schedule);
              },
              (long) (next.toNanos() * share),
              TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      logger.debug("the keys of {} are not looked at any more", issuer.name);
    }
  }

  private Duration pause() {
    return every.compareTo(PAUSE_MAX) < 0 ? every : PAUSE_MAX;
  }

  private void refresh() {
    looks.increment();
    try {
      String change = read();
      if (change != null) {
        logger.info("keys of {} from {}: {}", issuer.name, source, change);
      }
      if (isEmpty() && !saidEmpty) {
        logger.warn(
            "{} is empty: {} has withdrawn all its keys, and what they signed",
            source,
            issuer.name);
      }
      saidEmpty = isEmpty();
      if (trouble != null) {
        trouble = null;
        logger.info("the keys of {} can be read again", issuer.name);
      }
    } catch (IOException | RuntimeException e) {
      failures.increment();
      String reason = source + ": " + (e instanceof IOException ? e.getMessage() : e.toString());
      if (!reason.equals(trouble)) {
        logger.warn("the {} keys of {} that are known stay: {}", size(), issuer.name, reason);
      }
      trouble = reason;
      if (known && staleMax != null && ticker.getAsLong() - readAt > staleMax.toNanos()) {
        giveUp(staleMax);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void giveUp(Duration after) {
    logger.warn("the {} keys of {} are given up, not read for {}", size(), issuer.name, after);
    known = false;
    json = new byte[0];
    etag = null;
    keys = Map.of();
    changed.run();
  }

  /** What has changed, null for nothing. */
  private @Nullable String read() throws IOException, InterruptedException {
    KeySetSource.Fetched fetched = source.fetch(etag);
    String change = null;
    if (fetched != null) {
      if (!Arrays.equals(fetched.json(), json)) {
        change = take(JwkSet.read(fetched.json(), issuer.algorithms));
        json = fetched.json();
      }
      etag = fetched.etag();
    }
    known = true;
    readAt = ticker.getAsLong();
    return change;
  }

  private String take(JwkSet set) {
    Map<Jwk, TokenKey> before = keys;
    Map<Jwk, TokenKey> now = new LinkedHashMap<>();
    for (Jwk key : set.keys()) {
      TokenKey known = before.get(key);
      now.put(key, known != null ? known : verifier(key));
    }
    keys = now;
    changed.run();
    return "now %s, gone %s, passed over %s"
        .formatted(
            ids(now.keySet()),
            ids(before.keySet().stream().filter(key -> !now.containsKey(key)).toList()),
            set.passedOver());
  }

  private TokenKey verifier(Jwk key) {
    return TokenKey.ofPair(key.id(), key.algorithm(), key.key(), issuer.name, issuer.audience);
  }

  void close() {
    source.close();
  }

  private static List<String> ids(Collection<Jwk> keys) {
    List<String> ids = new ArrayList<>();
    keys.forEach(key -> ids.add(key.id()));
    return ids;
  }
}
