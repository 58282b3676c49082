package tidings.auth;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import tidings.core.access.Caller;
import tidings.core.access.CredentialStore;
import tidings.core.log.Entry;
import tidings.core.log.Log;
import tidings.core.notification.AddressPattern;
import tidings.core.problem.Problem;
import tidings.store.sqlite.SqliteLog;
import tidings.store.sqlite.SqliteSettings;
import tidings.store.sqlite.Surroundings;

/** All that the hub itself keeps of credentials, on a real store, with time moved by hand. */
final class Office implements AutoCloseable {
  static final Instant NOW = Instant.parse("2026-11-21T09:00:00Z");
  static final Duration IDLE = Duration.ofHours(1);
  static final Duration AGE_MAX = Duration.ofHours(10);

  Instant now = NOW;
  private final Path file;
  private final Random random = new Random(4);
  private final InstantSource clock = () -> now;
  SqliteLog store;

  /** Whether the store refuses to keep, or to forget, what is to be known of sessions. */
  boolean keepsNothing;

  boolean forgetsNothing;

  /** How often it was asked to forget. */
  int forgets;

  /** What tokens are verified with, and what is public, from the next start on. */
  TokenKey key = TokenKey.hs256("main", Tokens.SECRET, "shop", null);

  List<AddressPattern> publicly = List.of(AddressPattern.of("topic:open"));

  KeptApiTokens apiTokens;
  KeptRevocations revocations;
  KeptSessions sessions;
  LiveTickets tickets;
  HubAuthenticator authenticator;

  @SuppressWarnings("NullAway.Init") // open() makes all of them
  Office(Path folder) {
    file = folder.resolve("tidings.db");
    open();
  }

  private void open() {
    store =
        SqliteLog.open(
            SqliteSettings.of(file),
            new Surroundings(
                clock,
                System::nanoTime,
                random,
                e -> {
                  throw new AssertionError(e);
                }));
    store.start(
        new Log.Listener() {
          @Override
          public void committed(List<Entry> entries) {}

          @Override
          public void gone(long position) {}

          @Override
          public void purgedBelow(long lowWater) {}
        });
    AccessSettings settings = new AccessSettings(List.of(key), publicly, false);
    apiTokens = new KeptApiTokens(store, settings.publicly(), clock, random);
    revocations = new KeptRevocations(store, clock);
    sessions = new KeptSessions(new Disk(), settings, IDLE, AGE_MAX, clock, random);
    tickets = new LiveTickets(clock, random);
    authenticator =
        new HubAuthenticator(
            new JwtAuthenticator(settings, clock, System::nanoTime),
            apiTokens,
            revocations,
            sessions);
  }

  /** What is between the sessions and their store. */
  private final class Disk implements CredentialStore {

    @Override
    public List<Kept> kept(Kind kind) {
      return store.kept(kind);
    }

    @Override
    public CompletableFuture<Void> keep(Kept kept) {
      return keepsNothing ? full() : store.keep(kept);
    }

    @Override
    public CompletableFuture<Void> forget(Kind kind, String id) {
      forgets++;
      return forgetsNothing ? full() : store.forget(kind, id);
    }

    private static CompletableFuture<Void> full() {
      return CompletableFuture.failedFuture(
          Problem.of(Problem.Kind.UNAVAILABLE, "the disk is full").refusal());
    }
  }

  void restart() {
    store.close();
    open();
  }

  CredentialStore store() {
    return store;
  }

  Path file() {
    return file;
  }

  void pass(Duration time) {
    now = now.plus(time);
  }

  /** A user's token for a day, issued now, with this {@code jti}. */
  String token(String user, String id) {
    return token(user, id, ",\"iat\":" + now.getEpochSecond());
  }

  String token(String user, String id, String more) {
    return Tokens.hmac(
        "{\"alg\":\"HS256\"}",
        "{\"sub\":\"%s\",\"iss\":\"shop\",\"jti\":\"%s\",\"exp\":%d%s}"
            .formatted(user, id, now.getEpochSecond() + 86_400, more));
  }

  Caller caller(String user) {
    return authenticator.authenticate(token(user, user + now));
  }

  @Override
  public void close() {
    store.close();
  }
}
