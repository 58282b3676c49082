package tidings.server;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import tidings.server.cli.Program;
import tidings.server.config.HubConfig;
import tidings.server.config.Launch;

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

  private final Path folder;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Semaphore inFlight = new Semaphore(IN_FLIGHT);
  private final List<CompletableFuture<?>> answers = new ArrayList<>();

  private Rehearsal(Path folder) {
    this.folder = folder;
  }

  /** Exits with 0 when every part was played, so that no half-trained cache is kept. */
  public static void main(String[] args) {
    try {
      new Rehearsal(Path.of(args[0])).play();
    } catch (Exception e) {
      e.printStackTrace();
      System.exit(1); // the hub's threads would keep the process
    }
    System.exit(0);
  }

  private void play() throws Exception {
    Path config = configuration();
    run("check-config", "--config", config.toString());
    run("token", "--config", config.toString(), "--user", "alice", "--publish", "topic:#");
    RunningHub hub =
        RunningHub.start(
            HubConfig.load(new Launch(config, List.of(), Map.of(), null, null, true)),
            failure -> {
              throw new IllegalStateException(failure);
            });
    beUsed(hub.url());
    hub.stop();
  }

  private void beUsed(String hub) throws Exception {
    for (int i = 0; i < STREAMS; i++) {
      follow(hub);
    }
    String one = "{\"to\":[\"topic:rehearsal.one\"],\"title\":\"A message of a rehearsal\"}";
    publish(hub, one, MESSAGES);
    publish(hub, "[" + (one + ",").repeat(99) + one + "]", ARRAYS);
    run("publish", "--hub", hub, "--to", "topic:rehearsal", "--title", "One of a rehearsal");
    run("listen", "--hub", hub, "--after", "earliest", "--count", "1");
    for (String path : List.of("/", "/v1/notifications", "/status", "/metrics")) {
      check(client.send(get(hub + path), BodyHandlers.ofString()));
    }
    client.shutdownNow(); // ends the streams, so that the stop need not
  }

  private void follow(String hub) throws IOException, InterruptedException {
    HttpResponse<Flow.Publisher<List<ByteBuffer>>> answer =
        client.send(get(hub + "/v1/stream"), BodyHandlers.ofPublisher());
    if (answer.statusCode() != 200) {
      throw new IOException("a stream was answered with " + answer.statusCode());
    }
    answer.body().subscribe(HttpResponse.BodySubscribers.discarding());
  }

  private static void check(HttpResponse<String> answer) throws IOException {
    if (answer.statusCode() / 100 != 2) {
      throw new IOException(answer.request().uri() + ": " + answer.body());
    }
  }

  private Path configuration() throws IOException {
    Path key = folder.resolve("key");
    Files.writeString(key, "a secret of a rehearsal, known to all");
    Path config = folder.resolve("hub.yaml");
    Files.writeString(
        config,
        """
        http: {port: 0}
        store: {sqlite: '%s'}
        access: {keys: [{id: main, algorithm: HS256, secret-file: key, audience: tidings}]}
        """
            .formatted(folder.resolve("tidings.db")));
    return config;
  }

  private static void run(String... command) {
    int code = Program.run(command);
    if (code != 0) {
      throw new IllegalStateException(String.join(" ", command) + " ended with " + code);
    }
  }

  private void publish(String hub, String body, int times) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(hub + "/v1/notifications"))
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

  private static HttpRequest get(String url) {
    return HttpRequest.newBuilder(URI.create(url)).build();
  }
}
