package tidings.http;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tidings.auth.AccessSettings;
import tidings.auth.HubAuthenticator;
import tidings.auth.JwtAuthenticator;
import tidings.auth.KeptApiTokens;
import tidings.auth.KeptRevocations;
import tidings.auth.KeptSessions;
import tidings.auth.LiveTickets;
import tidings.auth.TokenIssuer;
import tidings.auth.TokenKey;
import tidings.core.access.Authenticator;
import tidings.core.access.Caller;
import tidings.core.access.CredentialStore;
import tidings.core.access.Grant;
import tidings.core.access.Sessions;
import tidings.core.delivery.Hub;
import tidings.core.delivery.HubSettings;
import tidings.core.inbox.InboxStore;
import tidings.core.log.Log;
import tidings.core.notification.AddressPattern;
import tidings.core.problem.Problem;
import tidings.http.api.Metrics;
import tidings.http.api.Readiness;
import tidings.http.api.Routes;
import tidings.http.audit.Audit;
import tidings.http.exchange.Endpoint;
import tidings.http.exchange.Origins;
import tidings.http.exchange.Response;
import tidings.http.exchange.SessionCookie;
import tidings.http.guard.CrossOrigin;
import tidings.http.guard.DevGuard;
import tidings.http.limit.Limits;
import tidings.http.page.StaticFiles;
import tidings.store.sqlite.SqliteLog;
import tidings.store.sqlite.SqliteSettings;
import tidings.store.sqlite.Surroundings;

/** A whole hub over SQLite on a free port. Closing it fails if a buffer was leaked. */
final class RunningHub implements AutoCloseable {
  static final String ORIGIN = "https://page.example";
  static final String COOKIE = "__Host-test";
  static final int BODY_BYTES_MAX = 100_000;
  private static final byte[] SECRET =
      "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final TokenIssuer ISSUER = TokenIssuer.hs256("main", SECRET);
  private static final Executor BLOCKING = Executors.newVirtualThreadPerTaskExecutor();

  /** What {@code /large} gives: more than the kernel holds for a client that does not read. */
  static final String LARGE = "x".repeat(16 << 20);

  private static final InstantSource CLOCK = InstantSource.system();

  static {
    Leaks.watch();
  }

  final KeptRevocations revocations;
  final Hub hub;
  final InboxStore people;
  final HttpServer server;
  final Audit audit = new Audit();
  final int port;
  final AtomicBoolean stopping = new AtomicBoolean();
  final AtomicBoolean keysUnread = new AtomicBoolean();
  final AtomicReference<Readiness> readiness = new AtomicReference<>(Readiness.READY);

  /** The thread of each verification of a token, and of each look for one that was verified. */
  final Queue<Thread> verifiers = new ConcurrentLinkedQueue<>();

  final Queue<Thread> lookers = new ConcurrentLinkedQueue<>();

  /** What each verification of a token throws, if anything. */
  volatile @Nullable RuntimeException verificationFails;

  /** Between the hub and its store. */
  final Pause pause = new Pause();

  /** The same, for what is kept of people. */
  final Pause pauseOfPeople = new Pause();

  private final Path folder;
  private final SqliteLog log;

  /** What differs from test to test. */
  record Options(
      HttpSettings http,
      Limits limits,
      Duration heartbeat,
      Duration noProgress,
      Duration patience,
      Executor blocking,
      boolean dev,
      String... publicly) {
    static final Options DEFAULTS =
        new Options(
            new Settings(null).made(),
            new Limits(1_000, 200, 200, 100, 100, null, 1_000, 60, 16 << 10, BODY_BYTES_MAX),
            Duration.ofSeconds(15),
            Duration.ofSeconds(60),
            Duration.ofSeconds(5),
            BLOCKING,
            false);

    Options publicly(String... patterns) {
      return new Options(http, limits, heartbeat, noProgress, patience, blocking, dev, patterns);
    }

    private Options http(Consumer<Settings> change) {
      Settings settings = new Settings(http);
      change.accept(settings);
      return new Options(
          settings.made(), limits, heartbeat, noProgress, patience, blocking, dev, publicly);
    }

    /** A deadline for a head, a body, and for an idle connection. */
    Options deadline(Duration value) {
      return http(settings -> {
        settings.headerDeadline = value;
        settings.bodyDeadline = value;
        settings.idle = value;
      });
    }

    /** HTTPS, and a port that redirects to it. */
    Options tls(TlsFiles files) {
      return http(settings -> {
        settings.tls = files;
        settings.redirectPort = 0;
      });
    }

    Options connections(int max, int perAddressMax, String... trustedProxies) {
      return http(
              settings -> {
                settings.connectionsMax = max;
                settings.connectionsPerAddressMax = perAddressMax;
              })
          .behind(trustedProxies);
    }

    /** What each user may have under way, and how much it may publish. */
    Options perUser(int connections, int streams, @Nullable Integer publishesPerSecond) {
      return limits(
          new Limits(
              limits.connections(),
              limits.connectionsPerAddress(),
              connections,
              streams,
              limits.patternsPerStream(),
              publishesPerSecond,
              limits.requests(),
              limits.failedLoginsPerMinute(),
              limits.headerBytes(),
              limits.bodyBytes()));
    }

    Options limits(Limits value) {
      return new Options(http, value, heartbeat, noProgress, patience, blocking, dev, publicly);
    }

    Options behind(String... trustedProxies) {
      return http(settings -> settings.trustedProxies = TrustedProxies.of(List.of(trustedProxies)));
    }

    Options proxyProtocol() {
      return http(settings -> settings.proxyProtocol = true);
    }

    Options pathPrefix(String prefix) {
      return http(settings -> settings.pathPrefix = prefix);
    }

    Options heartbeat(Duration value) {
      return new Options(http, limits, value, noProgress, patience, blocking, dev, publicly);
    }

    /** After how long a connection that takes nothing is ended. */
    Options noProgress(Duration value) {
      return new Options(http, limits, heartbeat, value, patience, blocking, dev, publicly);
    }

    /** How long a stream waits for what its user prefers, and may take to end. */
    Options patience(Duration value) {
      return new Options(http, limits, heartbeat, noProgress, value, blocking, dev, publicly);
    }

    Options blocking(Executor value) {
      return new Options(http, limits, heartbeat, noProgress, patience, value, dev, publicly);
    }

    Options inDevMode() {
      return new Options(http, limits, heartbeat, noProgress, patience, blocking, true, publicly);
    }
  }

  /** Settings while they are changed. */
  private static final class Settings {
    Duration headerDeadline = Duration.ofSeconds(10);
    Duration bodyDeadline = Duration.ofSeconds(30);
    Duration idle = Duration.ofSeconds(75);
    int connectionsMax = 1_000;
    int connectionsPerAddressMax = 200;
    TrustedProxies trustedProxies = TrustedProxies.NONE;
    boolean proxyProtocol;
    String pathPrefix = "";
    @Nullable TlsFiles tls;
    int redirectPort = -1;

    Settings(@Nullable HttpSettings from) {
      if (from != null) {
        headerDeadline = from.headerDeadline();
        bodyDeadline = from.bodyDeadline();
        idle = from.idle();
        connectionsMax = from.connectionsMax();
        connectionsPerAddressMax = from.connectionsPerAddressMax();
        trustedProxies = from.trustedProxies();
        proxyProtocol = from.proxyProtocol();
        pathPrefix = from.pathPrefix();
        tls = from.tls();
        redirectPort = from.redirectPort();
      }
    }

    HttpSettings made() {
      return new HttpSettings(
          "127.0.0.1",
          0,
          16 << 10,
          8 << 10,
          headerDeadline,
          bodyDeadline,
          idle,
          connectionsMax,
          connectionsPerAddressMax,
          trustedProxies,
          proxyProtocol,
          pathPrefix,
          tls,
          redirectPort);
    }
  }

  private RunningHub(Options options) throws IOException {
    folder = Files.createTempDirectory("tidings-http");
    SecureRandom random = new SecureRandom();
    log =
        SqliteLog.open(
            SqliteSettings.of(folder.resolve("tidings.db")),
            new Surroundings(CLOCK, System::nanoTime, random, Throwable::printStackTrace));
    AccessSettings settings =
        new AccessSettings(
            List.of(TokenKey.hs256("main", SECRET, "shop", "tidings")),
            Stream.of(options.publicly).map(AddressPattern::of).toList(),
            options.dev);
    KeptApiTokens apiTokens =
        new KeptApiTokens(
            pause.before(CredentialStore.class, log), settings.publicly(), CLOCK, random);
    revocations = new KeptRevocations(log, CLOCK);
    KeptSessions sessions =
        new KeptSessions(
            pause.before(CredentialStore.class, log),
            settings,
            Duration.ofHours(1),
            Duration.ofDays(1),
            CLOCK,
            random);
    HubAuthenticator authenticator =
        new HubAuthenticator(
            new JwtAuthenticator(settings, CLOCK, System::nanoTime),
            apiTokens,
            revocations,
            sessions);
    Routes.Access access =
        new Routes.Access(
            noting(authenticator),
            revocations,
            apiTokens,
            unlessUnread(sessions),
            new LiveTickets(CLOCK, random),
            new SessionCookie(COOKIE),
            new Origins(Set.of(ORIGIN)));
    people = pauseOfPeople.before(InboxStore.class, pause.before(InboxStore.class, log.inboxes()));
    hub =
        new Hub(
            pause.before(Log.class, log),
            people,
            new HubSettings(64L << 20, options.heartbeat, options.noProgress),
            authenticator,
            CLOCK,
            System::nanoTime,
            random);
    hub.start();
    Metrics metrics = new Metrics(new PrometheusRegistry(), hub);
    Site.Guard guard = options.dev ? new DevGuard() : request -> null;
    Endpoint page = StaticFiles.of("page");
    CrossOrigin crossOrigin = new CrossOrigin(Set.of(ORIGIN), Duration.ofDays(1));
    server =
        new HttpServer(
            options.http,
            new Site(
                Routes.of(
                    new Routes.Parts(
                        hub,
                        access,
                        metrics,
                        options.limits,
                        stopping::get,
                        this::isFull,
                        readiness::get,
                        exchange -> {
                          if (exchange.request().path().equals("/large")) {
                            exchange.respond(Response.text(200, LARGE));
                          } else {
                            page.handle(exchange);
                          }
                        },
                        options.patience,
                        CLOCK,
                        System::nanoTime)),
                guard,
                (request, response) -> {
                  if (request.path().equals("/undecorated")) {
                    throw new OutOfMemoryError("as a test wants it");
                  }
                  crossOrigin.apply(request, response);
                },
                audit,
                options.blocking),
            hub,
            System::nanoTime);
    metrics.connections(server::connections);
    port = server.start().getPort();
  }

  /** The same, but for when no session's keys are known. */
  private Sessions unlessUnread(Sessions real) {
    return new Sessions() {
      @Override
      public CompletableFuture<Started> start(Caller starter) {
        return real.start(starter);
      }

      @Override
      public @Nullable Caller use(String secret) {
        if (keysUnread.get()) {
          throw Problem.of(Problem.Kind.UNAVAILABLE, "the keys can't be read").refusal();
        }
        return real.use(secret);
      }

      @Override
      public CompletableFuture<Void> end(String secret) {
        return real.end(secret);
      }
    };
  }

  /** The same, noting which threads ask for what. */
  private Authenticator noting(Authenticator real) {
    return (Authenticator)
        Proxy.newProxyInstance(
            Authenticator.class.getClassLoader(),
            new Class<?>[] {Authenticator.class},
            (proxy, method, args) -> {
              if (method.getName().equals("authenticate")) {
                verifiers.add(Thread.currentThread());
                RuntimeException failure = verificationFails;
                if (failure != null) {
                  throw failure;
                }
              } else if (method.getName().equals("cached")) {
                lookers.add(Thread.currentThread());
              }
              try {
                return method.invoke(real, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private boolean isFull() {
    return server.isCrowded();
  }

  static RunningHub start() {
    return start(Options.DEFAULTS);
  }

  static RunningHub start(Options options) {
    try {
      return new RunningHub(options);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Wire wire() {
    return new Wire(port);
  }

  /** One request on a connection of its own. */
  Wire.Answer call(String request) {
    try (Wire wire = wire()) {
      return wire.send(request).answer();
    }
  }

  Wire.Answer get(String target, @Nullable String token) {
    return call(request("GET", target, token));
  }

  Wire.Answer publish(String token, String json) {
    return call(post(token, "application/json", json));
  }

  /** Sends JSON. */
  Wire.Answer send(String method, String target, @Nullable String token, String json) {
    return call(sending(method, target, token, "application/json", json));
  }

  /** Opens a stream; its head and {@code hello} are still to be read. */
  Wire stream(String token, String query) {
    return wire().send(request("GET", "/v1/stream" + query, token));
  }

  static String request(String method, String target, @Nullable String token) {
    return method
        + " "
        + target
        + " HTTP/1.1\r\nHost: localhost\r\n"
        + authorization(token)
        + "\r\n";
  }

  static String post(@Nullable String token, String type, String body) {
    return sending("POST", "/v1/notifications", token, type, body);
  }

  /** A request with a body. */
  static String sending(
      String method, String target, @Nullable String token, String type, String body) {
    return method
        + " "
        + target
        + " HTTP/1.1\r\nHost: localhost\r\n"
        + authorization(token)
        + "Content-Type: "
        + type
        + "\r\nContent-Length: "
        + body.getBytes(StandardCharsets.UTF_8).length
        + "\r\n\r\n"
        + body;
  }

  static String authorization(@Nullable String token) {
    return token == null ? "" : "Authorization: Bearer " + token + "\r\n";
  }

  /** A token with every grant. */
  static String all(String user) {
    return token(user, Grant.ALL, Duration.ofHours(1));
  }

  /** A token that may publish to and read some addresses. */
  static String token(String user, String publish, String subscribe) {
    return token(
        user,
        new Grant(patterns(publish), patterns(subscribe), false, false, false),
        Duration.ofHours(1));
  }

  static String token(String user, Grant grant, Duration ttl) {
    return token("id", user, grant, ttl);
  }

  static String token(String id, String user, Grant grant, Duration ttl) {
    return ISSUER.issue(
        new TokenIssuer.Claims(
            id, user, grant, CLOCK.instant(), CLOCK.instant().plus(ttl), "shop", "tidings"));
  }

  /** Waits until each event loop has done what it had to do by now. */
  void settle() {
    for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
      get("/status", null);
    }
  }

  private static List<AddressPattern> patterns(String texts) {
    return Stream.of(texts.split(" ", -1))
        .filter(text -> !text.isEmpty())
        .map(AddressPattern::of)
        .toList();
  }

  @Override
  public void close() {
    server.close();
    hub.close();
    log.close();
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Leaks.assertNone();
  }
}
