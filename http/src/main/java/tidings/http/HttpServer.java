package tidings.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tidings.core.delivery.Dispatcher;
import tidings.core.delivery.Hub;
import tidings.http.limit.Counts;
import tidings.http.limit.Lanes;

/**
 * The hub's server of HTTP/1.1 and, over TLS, HTTP/2: event loops, their dispatchers, and what
 * accepts connections. {@link #start} and {@link #close} are called once, by one thread.
 */
public final class HttpServer implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(HttpServer.class);
  private static final int BACKLOG = 4_096;
  private static final int STOP_S = 5;
  private static final int TLS_REFRESH_S = 5;
  private static final int AUDIT_S = 60;

  /** Of one caller at a time: enough to keep the store busy, and few to wait behind. */
  private static final int READS = 4;

  private final HttpSettings settings;
  private final Site site;
  private final EventLoopGroup loops;
  private final IdentityHashMap<EventLoop, Worker> workers = new IdentityHashMap<>();
  private final Connections connections;
  private final List<Channel> listening = new ArrayList<>(2);
  private @Nullable LocalSocket local;

  /**
   * Makes the event loops, one a core, and the dispatcher of each.
   *
   * @param ticker monotonic nanoseconds
   */
  public HttpServer(HttpSettings settings, Site site, Hub hub, LongSupplier ticker) {
    this.settings = settings;
    this.site = site;
    this.connections =
        new Connections(settings.connectionsMax(), settings.connectionsPerAddressMax());
    this.loops =
        new MultiThreadIoEventLoopGroup(
            Runtime.getRuntime().availableProcessors(), Sockets.handlers());
    Counts<InetAddress> tasks = new Counts<>(settings.connectionsPerAddressMax());
    Lanes<Object> reads = new Lanes<>(READS);
    for (EventExecutor executor : loops) {
      EventLoop loop = (EventLoop) executor;
      Dispatcher dispatcher = hub.dispatcher(loop);
      workers.put(loop, new Worker(dispatcher, new Deadlines(loop, ticker), tasks, reads));
    }
  }

  /**
   * Begins to listen.
   *
   * @return where, with the port that was chosen
   * @throws IOException if the address can't be listened on
   */
  public InetSocketAddress start() throws IOException {
    TlsFiles tls = settings.tls();
    Channel serving =
        listen(
            settings.port(),
            accepting(tls != null, new Speaking(settings, site, workers, connections)));
    InetSocketAddress address = (InetSocketAddress) serving.localAddress();
    var _ =
        loops.next().scheduleWithFixedDelay(this::sweepAudit, AUDIT_S, AUDIT_S, TimeUnit.SECONDS);
    if (tls != null) {
      var _ =
          loops
              .next()
              .scheduleWithFixedDelay(
                  () -> refresh(tls), TLS_REFRESH_S, TLS_REFRESH_S, TimeUnit.SECONDS);
    }
    if (settings.redirectPort() >= 0) {
      listen(settings.redirectPort(), accepting(false, Redirect.to(address.getPort(), settings)));
    }
    return address;
  }

  private Accepting accepting(boolean secure, Accepting.Begin begin) {
    return new Accepting(settings, connections, secure, begin);
  }

  /**
   * Listens on a Unix socket too, that only the owner of the process may connect to.
   *
   * @param file replaced, if it is one that nobody listens on any more; gone after the close
   * @param administration what is served there
   * @throws IOException if it can't be listened on
   */
  public void listen(Path file, Site administration) throws IOException {
    local =
        LocalSocket.listen(
            file,
            loops,
            new Administering(
                new Speaking(settings, administration, workers, connections), connections));
  }

  private void sweepAudit() {
    try {
      site.audit().sweep();
    } catch (RuntimeException e) { // or it would be the last
      logger.error("the audit log lacks how often some were refused", e);
    }
  }

  private void refresh(TlsFiles tls) {
    try {
      site.blocking().execute(tls::refresh);
    } catch (RejectedExecutionException e) {
      logger.warn("too much is under way to look for a new certificate; the next look is soon");
    }
  }

  private Channel listen(int port, ChannelHandler accepting) throws IOException {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channel(Sockets.serverChannel())
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childHandler(accepting);
    var bound = bootstrap.bind(settings.host(), port).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "can't listen on %s:%d: %s".formatted(settings.host(), port, bound.cause().getMessage()),
          bound.cause());
    }
    listening.add(bound.channel());
    return bound.channel();
  }

  /** Where plain HTTP is redirected to HTTPS, once started. */
  public int redirectPort() {
    return ((InetSocketAddress) listening.getLast().localAddress()).getPort();
  }

  /** How many connections are open. */
  public int connections() {
    return connections.count();
  }

  /** Whether there are so many connections that streams must come back later. */
  public boolean isCrowded() {
    return connections.isCrowded();
  }

  /** Stops accepting connections; those that are open end with their next answer, streams go on. */
  public void stopAccepting() {
    stopListening();
    workers.values().forEach(worker -> worker.deadlines().oneMore());
  }

  /**
   * Ends connections once what they asked for is answered; streams go on.
   *
   * @return done when no request is left
   */
  public CompletableFuture<Void> finish() {
    return CompletableFuture.allOf(
        workers.values().stream()
            .map(worker -> worker.deadlines().finish())
            .toArray(CompletableFuture<?>[]::new));
  }

  private void stopListening() {
    listening.forEach(channel -> channel.close().awaitUninterruptibly());
    try {
      if (local != null) {
        local.close();
      }
    } catch (IOException e) {
      logger.warn("the socket for administration stays behind: {}", e.toString());
    }
  }

  /** Ends all that is left. */
  @Override
  public void close() {
    stopListening();
    sweepAudit();
    loops.shutdownGracefully(0, STOP_S, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
