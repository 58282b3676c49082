package tidings.rabbitmq;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.SocketConfigurators;
import com.rabbitmq.client.impl.StrictExceptionHandler;
import java.io.IOException;
import java.net.Socket;
import java.net.URISyntaxException;
import java.security.GeneralSecurityException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Connects to a source's broker for one use. {@link #cancel} may be called on any thread. */
final class Dialer {
  private static final int CONNECT_MS = 10_000;
  private static final int RPC_MS = 5_000;
  private static final int HEARTBEAT_S = 10;

  /**
   * Twice the longest raw content that can be configured. A longer message breaks the connection
   * until somebody removes it; without a limit it would end the hub by taking its memory.
   */
  static final int BODY_BYTES_MAX = 32 << 20;

  /**
   * Holds no thread between tasks, and is never shut down: the library may come with a last one.
   */
  private static final ExecutorService CALLBACKS = Executors.newVirtualThreadPerTaskExecutor();

  private final RabbitSettings settings;
  private final String use;
  private final AtomicReference<@Nullable Socket> socket = new AtomicReference<>();
  private volatile boolean cancelled;

  /**
   * @param use what the connection is for, to be read in the broker's list of connections
   */
  Dialer(RabbitSettings settings, String use) {
    this.settings = settings;
    this.use = use;
  }

  /** Makes a {@link #connect} that waits fail, and every later one: it can't be interrupted. */
  void cancel() {
    cancelled = true;
    Socket open = socket.get();
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // as good as closed
      }
    }
  }

  private void configure(Socket opening) throws IOException {
    SocketConfigurators.defaultConfigurator().configure(opening);
    socket.set(opening);
    if (cancelled) {
      throw new IOException("the hub stops");
    }
  }

  /** Opens a connection; credentials are read anew. */
  Connection connect() throws SourceDown {
    ConnectionFactory factory = factory();
    String broker =
        "broker %s:%d, virtual host \"%s\", user \"%s\""
            .formatted(
                factory.getHost(),
                factory.getPort(),
                factory.getVirtualHost(),
                factory.getUsername());
    try {
      return factory.newConnection("tidings %s (%s)".formatted(settings.name(), use));
    } catch (IOException | TimeoutException e) {
      throw new SourceDown(broker, e);
    }
  }

  private ConnectionFactory factory() throws SourceDown {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setSocketConfigurator(this::configure); // that of TLS comes on top
    try {
      factory.setUri(settings.url().value());
      if (factory.isSSL()) {
        factory.useSslProtocol(SSLContext.getDefault());
        factory.enableHostnameVerification();
      }
      if (settings.username() != null) {
        factory.setUsername(settings.username().value());
      }
      if (settings.password() != null) {
        factory.setPassword(settings.password().value());
      }
    } catch (IOException e) {
      throw new SourceDown("credentials", e);
    } catch (URISyntaxException | GeneralSecurityException | IllegalArgumentException e) {
      // the message would repeat the password
      throw new SourceDown("url: can't be read (expected amqp://host:5672/vhost or amqps://…)");
    }
    factory.setAutomaticRecoveryEnabled(false);
    factory.setTopologyRecoveryEnabled(false);
    factory.setConnectionTimeout(CONNECT_MS);
    factory.setHandshakeTimeout(CONNECT_MS);
    factory.setChannelRpcTimeout(RPC_MS);
    factory.setRequestedHeartbeat(HEARTBEAT_S);
    factory.setMaxInboundMessageBodySize(BODY_BYTES_MAX);
    factory.setSharedExecutor(CALLBACKS);
    factory.setThreadFactory(Thread.ofVirtual().factory());
    factory.setExceptionHandler(new Silent());
    return factory;
  }

  /** Says nothing: whoever consumes hears why a channel or a connection ended. */
  private static final class Silent extends StrictExceptionHandler {
    @Override
    protected void log(String message, Throwable e) {}
  }
}
