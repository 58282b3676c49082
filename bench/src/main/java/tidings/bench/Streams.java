package tidings.bench;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Streams by the JDK's HTTP client, over HTTP/1.1 or HTTP/2, plain or TLS: what a delivery costs a
 * hub in CPU time. Publishes at fixed times over a connection of its own. One JSON line on standard
 * output.
 */
public final class Streams {
  private static final int TITLE_CHARS = 200;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Options options;
  private final LongAdder events = new LongAdder();
  private final List<HttpClient> clients = new ArrayList<>();

  /**
   * What is asked for.
   *
   * @param perConnection streams that share a connection; more than one takes HTTP/2
   */
  private record Options(
      URI hub, int streams, int perConnection, int rate, int seconds, long pid, String token) {}

  private Streams(Options options) {
    this.options = options;
  }

  /**
   * @param arguments URL, streams, streams a connection, messages a second, seconds, the hub's
   *     process, a file whose first line is a token, and for TLS a file with the hub's certificate
   */
  public static void main(String[] arguments) throws Exception {
    try (var lines = Files.lines(Path.of(arguments[6]))) {
      Options options =
          new Options(
              URI.create(arguments[0]),
              Integer.parseInt(arguments[1]),
              Integer.parseInt(arguments[2]),
              Integer.parseInt(arguments[3]),
              Integer.parseInt(arguments[4]),
              Long.parseLong(arguments[5]),
              lines.findFirst().orElseThrow());
      Path certificate = arguments.length > 7 ? Path.of(arguments[7]) : null;
      new Streams(options).run(certificate == null ? null : trusting(certificate));
    }
    System.exit(0); // the clients' threads would wait for the streams
  }

  private void run(@Nullable SSLContext tls) throws Exception {
    HttpRequest stream =
        HttpRequest.newBuilder(options.hub.resolve("/v1/stream?to=topic:bench")).build();
    int perClient = options.perConnection == 1 ? options.streams : options.perConnection;
    for (int i = 0; i < options.streams; i++) {
      if (i % perClient == 0) {
        int opened = i;
        await("the client before", () -> events.sum() >= opened);
        clients.add(client(tls));
      } else if (i % perClient == 1) {
        int opened = i;
        await("the first stream of a connection", () -> events.sum() >= opened);
      }
      var _ =
          clients
              .getLast()
              .sendAsync(
                  stream, BodyHandlers.ofByteArrayConsumer(part -> part.ifPresent(this::count)));
    }
    await("a hello on each stream", () -> events.sum() >= options.streams);
    Duration cpu = cpu();
    long greeted = events.sum();
    int messages = publish(client(tls));
    long due = (long) messages * options.streams;
    await("all deliveries", () -> events.sum() - greeted >= due);
    double cpuUs = cpu().minus(cpu).toNanos() / 1e3;
    System.out.printf(
        "{\"streams\":%d,\"per_connection\":%d,\"messages\":%d,\"delivered\":%d,"
            + "\"cpu_us_per_delivery\":%.3f}%n",
        options.streams, options.perConnection, messages, events.sum() - greeted, cpuUs / due);
  }

  private HttpClient client(@Nullable SSLContext tls) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(
                options.perConnection == 1
                    ? HttpClient.Version.HTTP_1_1
                    : HttpClient.Version.HTTP_2);
    return tls == null ? builder.build() : builder.sslContext(tls).build();
  }

  /** Each event ends with an empty line. */
  private void count(byte[] part) {
    int ends = 0;
    for (int i = 1; i < part.length; i++) {
      if (part[i] == '\n' && part[i - 1] == '\n') {
        ends++;
      }
    }
    events.add(ends);
  }

  private int publish(HttpClient client) throws Exception {
    int messages = options.rate * options.seconds;
    HttpRequest request =
        HttpRequest.newBuilder(options.hub.resolve("/v1/notifications"))
            .header("Authorization", "Bearer " + options.token)
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"to\":[\"topic:bench\"],\"title\":\"%s\"}"
                        .formatted("x".repeat(TITLE_CHARS))))
            .build();
    long began = System.nanoTime();
    for (int i = 0; i < messages; i++) {
      long due = began + TimeUnit.SECONDS.toNanos(i) / options.rate;
      TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
      HttpResponse<String> answer =
          client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      if (answer.statusCode() != 201) {
        throw new IllegalStateException(answer.statusCode() + " " + answer.body());
      }
    }
    return messages;
  }

  private Duration cpu() {
    return ProcessHandle.of(options.pid)
        .flatMap(process -> process.info().totalCpuDuration())
        .orElseThrow(() -> new IllegalStateException("no process " + options.pid));
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long began = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - began > PATIENCE.toNanos()) {
        throw new IllegalStateException("waited %s for %s".formatted(PATIENCE, what));
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private static SSLContext trusting(Path certificate) throws Exception {
    Certificate trusted;
    try (var file = Files.newInputStream(certificate)) {
      trusted = CertificateFactory.getInstance("X.509").generateCertificate(file);
    }
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null);
    store.setCertificateEntry("hub", trusted);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, trust.getTrustManagers(), null);
    return tls;
  }
}
