package tidings.rabbitmq;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** A real RabbitMQ, started once for all tests of the module and given to those that ask for it. */
public final class Broker implements AutoCloseable {
  private static final Path SCRIPT = Path.of("..", "e2e", "harness", "broker.sh");

  private final Path dir;
  private final AtomicInteger hosts = new AtomicInteger();
  private final URI url;

  private Broker() {
    try {
      dir = Files.createTempDirectory("tidings-broker");
      url = URI.create(value(script("start"), "AMQP_URL"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives the broker to a test. */
  public static final class Given implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == Broker.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(ExtensionContext.Namespace.GLOBAL)
          .computeIfAbsent(Broker.class, type -> new Broker());
    }
  }

  int port() {
    return url.getPort();
  }

  /** The name of a new virtual host. */
  String host() {
    String host = "test-" + hosts.incrementAndGet();
    script("vhost", host);
    return host;
  }

  /** A URL of the user who may do everything. */
  String url(String host) {
    return url + "/" + host;
  }

  /** Adds a user, or changes what it may. */
  void user(
      String host, String name, String password, String configure, String write, String read) {
    script("user", host, name, password, configure, write, read);
  }

  void closeConnections(String host) {
    script("ctl", "close_all_connections", "-p", host, "by the test");
  }

  /** Makes the broker believe that it is out of memory, when it reads nothing that is published. */
  void alarm(boolean on) {
    script("ctl", "set_vm_memory_high_watermark", on ? "0" : "0.4");
  }

  /** How many messages a queue holds, those included that are delivered and not acknowledged. */
  int messages(String host, String queue) {
    return script("ctl", "list_queues", "-p", host, "--no-table-headers", "name", "messages")
        .stream()
        .filter(line -> line.startsWith(queue + "\t"))
        .mapToInt(line -> Integer.parseInt(line.substring(queue.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  /** Stops the broker and starts it again on its data. */
  void restart() {
    script("restart");
  }

  Connection connect(String host) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(url(host));
    factory.setAutomaticRecoveryEnabled(false);
    return factory.newConnection("test");
  }

  /** Does something on a channel of a new connection. */
  void on(String host, Use use) throws Exception {
    try (Connection connection = connect(host);
        Channel channel = connection.createChannel()) {
      channel.confirmSelect();
      use.with(channel);
      channel.waitForConfirmsOrDie(10_000);
    }
  }

  interface Use {
    void with(Channel channel) throws Exception;
  }

  @Override
  public void close() {
    script("stop");
    try (Stream<Path> files = Files.walk(dir)) {
      files.sorted((a, b) -> b.compareTo(a)).map(Path::toFile).forEach(File::delete);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> script(String command, String... arguments) {
    List<String> line = new ArrayList<>(List.of(SCRIPT.toString(), command, dir.toString()));
    line.addAll(Arrays.asList(arguments));
    try {
      Path out = Files.createTempFile(dir, "out", ".txt");
      Process process =
          new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(out.toFile()).start();
      int code = process.waitFor();
      List<String> said = Files.readAllLines(out, StandardCharsets.UTF_8);
      if (code != 0) {
        throw new IllegalStateException(line + ": " + said);
      }
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String value(List<String> lines, String key) {
    return lines.stream()
        .filter(line -> line.startsWith(key + "="))
        .map(line -> line.substring(key.length() + 1))
        .findFirst()
        .orElseThrow();
  }
}
