package tidings.server;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import tidings.server.cli.Program;

/**
 * Runs a hub as users do, for some seconds, and ends: what the JVM loads, links and counts
 * meanwhile goes into the cache from which the launcher starts every later process ({@code
 * -XX:AOTCache}; JEP 483, 514 and 515). It listens on loopback and keeps its log in the folder that
 * is its one argument.
 */
public final class Rehearsal {
  private static final int STREAMS = 100;
  private static final int MESSAGES = 4_000;
  private static final int ARRAYS = 100;
  private static final int IN_FLIGHT = 32;
  private static final int PATIENCE_MS = 20_000;

  private final Path folder;
  private final int port;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Semaphore inFlight = new Semaphore(IN_FLIGHT);
  private final List<CompletableFuture<?>> answers = new ArrayList<>();

  private Rehearsal(Path folder, int port) {
    this.folder = folder;
    this.port = port;
  }

  /** Exits with 0 when every part was played, so that no half-trained cache is kept. */
  public static void main(String[] args) {
    try {
      new Rehearsal(Path.of(args[0]), freePort()).play();
    } catch (Exception e) {
      e.printStackTrace();
      System.exit(1); // the hub's threads would keep the process
    }
    System.exit(0);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private void play() throws Exception {
    Path config = configuration();
    Program.run(new String[] {"rehearse"}); // an unknown command: links what reports mistakes
    run("check-config", "--config", config.toString());
    run("token", "--config", config.toString(), "--user", "alice", "--publish", "topic:#");
    Thread serving =
        Thread.ofPlatform()
            .daemon()
            .start(() ->
                Program.run(
                    new String[] {"serve", "--dev", "--config", config.toString()}, new Serve()));
    awaitReady(serving);
    for (int i = 0; i < STREAMS; i++) {
      var _ = client.sendAsync(get("/v1/events"), BodyHandlers.discarding());
    }
    String one = "{\"to\":[\"topic:rehearsal.one\"],\"title\":\"A message of a rehearsal\"}";
    publish(one, MESSAGES);
    publish("[" + (one + ",").repeat(99) + one + "]", ARRAYS);
    String hub = "http://127.0.0.1:" + port;
    run("publish", "--hub", hub, "--to", "topic:rehearsal", "--title", "One of a rehearsal");
    run("listen", "--hub", hub, "--after", "earliest", "--count", "1");
    for (String path : List.of("/", "/v1/notifications", "/status", "/metrics")) {
      client.send(get(path), BodyHandlers.discarding());
    }
  }

  private Path configuration() throws IOException {
    Path key = folder.resolve("key");
    Files.writeString(key, "a secret of a rehearsal, known to all");
    Path config = folder.resolve("hub.yaml");
    Files.writeString(
        config,
        """
        http: {port: %d}
        store: {sqlite: '%s'}
        access: {keys: [{id: main, algorithm: HS256, secret-file: key, audience: tidings}]}
        """
            .formatted(port, folder.resolve("tidings.db")));
    return config;
  }

  private static void run(String... command) {
    int code = Program.run(command);
    if (code != 0) {
      throw new IllegalStateException(String.join(" ", command) + " ended with " + code);
    }
  }

  private void awaitReady(Thread serving) throws Exception {
    long deadline = System.nanoTime() + PATIENCE_MS * 1_000_000L;
    while (serving.isAlive() && System.nanoTime() < deadline) {
      try {
        if (client.send(get("/health/ready"), BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        Thread.sleep(20); // it does not listen yet
      }
    }
    throw new IllegalStateException("the hub did not get ready");
  }

  private void publish(String body, int times) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(at("/v1/notifications"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8))
            .build();
    for (int i = 0; i < times; i++) {
      inFlight.acquire();
      answers.add(
          client
              .sendAsync(request, BodyHandlers.ofString())
              .whenComplete((answer, failure) -> inFlight.release())
              .thenAccept(answer -> {
                if (answer.statusCode() / 100 != 2) {
                  throw new CompletionException(new IOException(answer.body()));
                }
              }));
    }
    answers.forEach(CompletableFuture::join);
    answers.clear();
  }

  private HttpRequest get(String path) {
    return HttpRequest.newBuilder(at(path)).build();
  }

  private URI at(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }
}
