package tidings.server;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tidings.auth.AccessSettings;
import tidings.auth.KeyRing;
import tidings.core.delivery.Hub;
import tidings.core.delivery.HubSettings;
import tidings.core.problem.Problem;
import tidings.http.HttpServer;
import tidings.http.HttpSettings;
import tidings.http.Site;
import tidings.http.TlsFiles;
import tidings.http.TrustedProxies;
import tidings.http.api.Metrics;
import tidings.http.api.Readiness;
import tidings.http.api.Routes;
import tidings.http.audit.Audit;
import tidings.http.guard.CrossOrigin;
import tidings.http.guard.DevGuard;
import tidings.http.limit.Limits;
import tidings.http.page.StaticFiles;
import tidings.server.cli.Failure;
import tidings.server.config.HttpConfig;
import tidings.server.config.HubConfig;
import tidings.server.config.LimitsConfig;
import tidings.server.config.StoreConfig;
import tidings.server.config.TlsConfig;
import tidings.store.StoreUnusable;
import tidings.store.sqlite.SqliteLog;
import tidings.store.sqlite.Surroundings;

/** A hub and all that it is made of, from its start to its stop. */
final class RunningHub {
  private static final int TARGET_BYTES_MAX = 8 << 10;
  private static final Duration IDLE = Duration.ofSeconds(75);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Logger logger = LoggerFactory.getLogger(RunningHub.class);

  /** While memory is short, this share of streams is ended again and again. */
  private static final int SHED_ONE_OF = 16;

  private final HubConfig config;
  private final SqliteLog log;
  private final Hub hub;
  private final BlockingTasks blocking;
  private final KeyRing keys;
  private final HttpServer server;
  private final Memory memory;
  private final Sources sources;
  private final String url;
  private volatile boolean stopping;

  /**
   * Starts a hub; when this returns, it serves.
   *
   * @param fatal told of a failure after which the process must stop
   * @throws Failure saying why it can't start
   */
  static RunningHub start(HubConfig config, Consumer<Throwable> fatal) throws Failure {
    SecureRandom random = new SecureRandom();
    AccessSettings access = Access.settings(config, random);
    HttpSettings http = settings(config.http());
    SqliteLog log =
        open(config.store(), new Surroundings(Clocks.WALL, Clocks.TICKER, random, fatal));
    return new RunningHub(config, access, http, log, random);
  }

  private RunningHub(
      HubConfig config,
      AccessSettings settings,
      HttpSettings serving,
      SqliteLog log,
      SecureRandom random)
      throws Failure {
    this.config = config;
    this.log = log;
    this.keys = settings.keys();
    HttpConfig http = config.http();
    this.blocking = new BlockingTasks(http.limits().requestsMax());
    Routes.Access access = Access.of(config, settings, log, random);
    HubSettings hubSettings =
        new HubSettings(config.store().tailBytesMax(), http.heartbeat(), http.stallTimeout());
    this.hub =
        new Hub(
            log,
            log.inboxes(),
            hubSettings,
            access.authenticator(),
            Clocks.WALL,
            Clocks.TICKER,
            random);
    PrometheusRegistry registry = new PrometheusRegistry();
    Metrics metrics = new Metrics(registry, hub);
    this.sources =
        new Sources(
            config.sources(),
            hub,
            log,
            new tidings.rabbitmq.Surroundings(Clocks.WALL, Clocks.TICKER, random));
    sources.register(registry);
    Access.register(registry, keys);
    Routes.Parts parts =
        new Routes.Parts(
            hub,
            access,
            metrics,
            limits(http, serving.connectionsMax()),
            () -> stopping,
            this::isFull,
            this::readiness,
            StaticFiles.of("page"),
            PATIENCE,
            Clocks.WALL,
            Clocks.TICKER);
    Audit audit = new Audit();
    Site site =
        new Site(
            Routes.of(parts),
            config.dev() ? new DevGuard() : request -> null,
            new CrossOrigin(Set.copyOf(http.corsOrigins()), http.tls().hsts()),
            audit,
            blocking);
    this.server = new HttpServer(serving, site, hub, Clocks.TICKER);
    metrics.connections(server::connections);
    this.memory = new Memory(Clocks.TICKER, () -> hub.shed(SHED_ONE_OF));
    hub.start();
    keys.start();
    try {
      this.url = url(http.tls().certificate() != null, server.start()) + http.pathPrefix();
    } catch (IOException e) {
      release();
      throw new Failure(
          e.getMessage() + " (choose another with http.port, --port or http.tls.redirect-port)", e);
    }
    administer(
        new Site(
            Routes.ofAdministration(parts),
            request -> null,
            (request, response) -> {},
            audit,
            blocking));
    sources.start();
    if (config.dev()) {
      logger.warn(
          "DEV MODE: whoever reaches {} on this machine may read and publish everything, without a"
              + " token; give a configuration with keys to run it for others",
          url);
    }
    if (!access.cookie().isOfThisHostAlone() && !config.dev()) {
      logger.warn(
          "access.session.cookie is {}: any host of the same domain can set a cookie of that name"
              + " in a browser, and so sign its user in as another (expected __Host-…)",
          access.cookie().name());
    }
    logger.info("serves on {}, keeps its log in {}", url, config.store().sqlite());
  }

  /** Listens for the command line; without it, that is told to speak HTTP to the hub. */
  private void administer(Site administration) {
    try {
      server.listen(config.store().socket(), administration);
    } catch (IOException | UnsupportedOperationException e) {
      logger.warn(
          "the command line can administer this hub by --hub alone: {}: {}",
          config.store().socket(),
          e.getMessage());
    }
  }

  /** Whether new streams must come back later, so that those there are can stay. */
  private boolean isFull() {
    return server.isCrowded() || memory.isShort();
  }

  private Readiness readiness() {
    if (stopping) {
      return unavailable("hub", "it is stopping");
    }
    Problem trouble = log.trouble();
    if (trouble != null) {
      return unavailable("store", trouble.detail());
    }
    List<Readiness.Reason> reasons = new ArrayList<>(sources.troubles());
    reasons.addAll(Access.troubles(keys));
    if (server.isCrowded()) {
      reasons.add(
          new Readiness.Reason(
              "connections", server.connections() + ": no more streams are taken"));
    }
    if (memory.isShort()) {
      reasons.add(new Readiness.Reason("memory", "it is short: the newest streams are sent away"));
    }
    return reasons.isEmpty() ? Readiness.READY : new Readiness(Readiness.Status.DEGRADED, reasons);
  }

  private static Readiness unavailable(String part, String detail) {
    return new Readiness(Readiness.Status.UNAVAILABLE, List.of(new Readiness.Reason(part, detail)));
  }

  private static SqliteLog open(StoreConfig config, Surroundings surroundings) throws Failure {
    try {
      Files.createDirectories(config.sqlite().toAbsolutePath().getParent());
      return SqliteLog.open(config.settings(), surroundings);
    } catch (StoreUnusable e) {
      throw new Failure(e.getMessage(), e);
    } catch (IOException e) {
      throw new Failure("the folder of store.sqlite can't be made: " + e, e);
    }
  }

  private static HttpSettings settings(HttpConfig config) throws Failure {
    TlsConfig tls = config.tls();
    int connectionsMax = Math.min(config.connectionsMax(), Descriptors.forConnections());
    if (connectionsMax < config.connectionsMax()) {
      logger.info(
          "takes {} connections and not {}, for the process may open no more files",
          connectionsMax,
          config.connectionsMax());
    }
    return new HttpSettings(
        config.host(),
        config.port(),
        config.headerBytesMax(),
        TARGET_BYTES_MAX,
        config.headerTimeout(),
        config.bodyTimeout(),
        IDLE,
        connectionsMax,
        config.connectionsPerAddressMax(),
        TrustedProxies.of(config.trustedProxies()),
        config.proxyProtocol(),
        config.pathPrefix(),
        tls.certificate() == null || tls.key() == null ? null : tls(tls.certificate(), tls.key()),
        tls.redirectPort() == null ? -1 : tls.redirectPort());
  }

  private static Limits limits(HttpConfig http, int connectionsMax) {
    LimitsConfig limits = http.limits();
    return new Limits(
        connectionsMax,
        http.connectionsPerAddressMax(),
        limits.connectionsPerUserMax(),
        limits.streamsPerUserMax(),
        limits.patternsPerStreamMax(),
        limits.publishesPerSecondMax(),
        limits.requestsMax(),
        limits.failedLoginsPerMinuteMax(),
        http.headerBytesMax(),
        http.bodyBytesMax());
  }

  private static TlsFiles tls(Path certificate, Path key) throws Failure {
    try {
      return new TlsFiles(certificate, key, Clocks.WALL);
    } catch (IOException e) {
      throw new Failure("http.tls: " + e.getMessage(), e);
    }
  }

  private static String url(boolean secure, InetSocketAddress address) {
    String host =
        address.getAddress().isAnyLocalAddress()
            ? "localhost"
            : address.getAddress().getHostAddress();
    return "%s://%s:%d"
        .formatted(
            secure ? "https" : "http",
            host.contains(":") ? "[" + host + "]" : host,
            address.getPort());
  }

  /** Where a browser of this machine finds the hub. */
  String url() {
    return url;
  }

  /**
   * Stops: is not ready, takes no new connections, answers what is asked on those there are, ends
   * streams one after the other, and closes the store. Takes little longer than {@code
   * http.drain-timeout}.
   */
  void stop() {
    logger.info("stops");
    stopping = true;
    Duration limit = config.http().drainTimeout();
    CompletableFuture<Void> drawn = sources.stop();
    server.stopAccepting();
    CompletableFuture<Void> ended = hub.drain(limit.multipliedBy(3).dividedBy(4));
    try {
      CompletableFuture.allOf(drawn, ended.thenCompose(_ -> server.finish()))
          .get(limit.toMillis() + 1, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      logger.warn("some requests or streams did not end within {} and are cut off", limit);
    } catch (ExecutionException e) {
      logger.error("ending streams", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      release();
    }
    logger.info("stopped");
  }

  private void release() {
    memory.close();
    keys.close();
    hub.close(); // first: what is committed from now on wakes no loop that has ended
    server.close();
    blocking.close();
    log.close();
  }
}
