package tidings.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.server.cli.Running;
import tidings.server.cli.Running.Ended;

final class ServeTest {
  private static final int TERMINATED = 143;
  private static final int PAGE_BYTES = 4096; // of the database

  @TempDir private Path folder;

  private final List<Running> started = new ArrayList<>();
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void end() {
    started.forEach(Running::close);
    http.close();
  }

  @Test
  void whatIsPublishedIsHeardAndKeptOverAStop() throws Exception {
    Running hub = start("serve", "--dev", "--port", "0", "--data", "store");
    String url = url(hub);
    Running listener = start("listen", "--hub", url, "--to", "topic:shop.#", "--count", "1");
    await().atMost(Duration.ofSeconds(60)).until(() -> listener.err().contains("listening to"));

    Ended published =
        Running.run(
            folder,
            "publish",
            "--hub",
            url,
            "--to",
            "topic:shop.orders",
            "--title",
            "Order 42",
            "--source",
            "Shop",
            "--level",
            "warning",
            "--ref",
            "order-42");
    assertThat(published.err()).isEmpty();
    assertThat(published.out()).matches("\\{\"id\":\"[0-9a-f-]{36}\",\"cursor\":\"\\w{8}\\.1\"}\n");
    Ended listened = listener.end();
    assertThat(listened.code()).isZero();
    assertThat(listened.out()).matches("[0-9:]{8}  warning  Shop: Order 42  \\[shop\\.orders]\n");

    hub.terminate();
    assertThat(hub.end().code()).isEqualTo(TERMINATED);
    assertThat(hub.err()).contains("DEV MODE", "stopped");

    String again = url(start("serve", "--dev", "--port", "0", "--data", "store"));
    assertThat(get(again + "/v1/notifications").body()).contains("Order 42");
  }

  @Test
  void aRefusalIsSaidInOneLine() throws Exception {
    String url = url(start("serve", "--dev", "--port", "0"));
    Ended ended =
        Running.run(folder, "publish", "--hub", url, "--to", "topic:a..b", "--title", "x");

    assertThat(ended.err()).hasLineCount(1).contains("answered 400", "a..b");
    assertThat(ended.code()).isEqualTo(1);
  }

  @Test
  void linesOfStandardInputArePublishedEachForItself() throws Exception {
    String url = url(start("serve", "--dev", "--port", "0"));
    Path lines =
        Files.writeString(
            folder.resolve("lines"),
            """
            {"to":["everyone"],"title":"a"}
            {"to":[]}
            {"to":["everyone"],"title":"b"}
            """);
    Ended ended = Running.run(folder, lines, "publish", "--hub", url, "-");

    assertThat(ended.out()).hasLineCount(2);
    assertThat(ended.err()).hasLineCount(1).startsWith("line 2: Invalid notification: ");
    assertThat(ended.code()).isEqualTo(1);
  }

  @Test
  void linesArePublishedAsTheyCome() throws Exception {
    String url = url(start("serve", "--dev", "--port", "0"));
    Running publisher = Running.fed(folder, "publish", "--hub", url, "-");
    started.add(publisher);
    try (Writer lines = publisher.input()) {
      for (int i = 1; i <= 2; i++) {
        lines.write("{\"to\":[\"everyone\"],\"title\":\"a\"}\n");
        lines.flush();
        int results = i;
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> publisher.out().lines().count() == results);
      }
    }
    assertThat(publisher.end().code()).isZero();
  }

  @Test
  void soManyLinesAndAnswersThatNoBufferHoldsThemAreAllAnswered() throws Exception {
    int count = 100_000;
    String url = url(start("serve", "--dev", "--port", "0"));
    Path lines = folder.resolve("lines");
    String refused = "{\"to\":[],\"title\":\"" + "x".repeat(100) + "\"}";
    Files.write(lines, Collections.nCopies(count, refused));
    Ended ended = Running.run(folder, lines, "publish", "--hub", url, "-");

    assertThat(ended.err()).hasLineCount(count).contains("\nline " + count + ": Invalid");
    assertThat(ended.code()).isEqualTo(1);
  }

  @Test
  void aStoppedHubsStoreIsChecked() throws Exception {
    Running hub = start("serve", "--dev", "--port", "0", "--data", "store");
    String url = url(hub);
    Running.run(folder, "publish", "--hub", url, "--to", "everyone", "--title", "x");
    Path file = folder.resolve("store/tidings.db");
    Ended tooEarly = Running.run(folder, "check-store", "--data", "store");
    assertThat(tooEarly.err()).contains("tidings check-store: " + file + " is in use by process");
    assertThat(tooEarly.code()).isEqualTo(1);
    hub.terminate();
    hub.end();

    Ended sound = Running.run(folder, "check-store", "--data", "store");
    assertThat(sound.out()).isEqualTo("no damage found in " + file + " (1 notifications)\n");
    assertThat(sound.err()).startsWith("checking " + file + ": table log, 1 of ");
    assertThat(sound.code()).isZero();

    try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
      damaged.seek(placeOfLog(file));
      damaged.write(new byte[PAGE_BYTES]);
    }
    Files.writeString(folder.resolve("hub.yaml"), "store: {sqlite: store/tidings.db}");
    Ended broken = Running.run(folder, "check-store", "--config", "hub.yaml");
    assertThat(broken.out()).isEmpty();
    assertThat(broken.err())
        .contains("log: ")
        .endsWith("tidings check-store: " + file + " is damaged; restore it from a backup\n");
    assertThat(broken.code()).isEqualTo(1);
  }

  private static long placeOfLog(Path file) throws SQLException {
    try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = database.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT rootpage FROM sqlite_schema WHERE name = 'log'")) {
      return (row.getLong(1) - 1) * PAGE_BYTES;
    }
  }

  @Test
  void aSecondHubOnTheSameStoreIsRefusedByName() throws Exception {
    url(start("serve", "--dev", "--port", "0"));
    Ended second = Running.run(folder, "serve", "--dev", "--port", "0");

    assertThat(second.out()).isEmpty();
    assertThat(second.err()).contains("tidings serve: ", "data/tidings.db");
    assertThat(second.code()).isEqualTo(1);
  }

  @Test
  void aPortThatIsTakenIsNamed() throws Exception {
    String port = url(start("serve", "--dev", "--port", "0")).replaceAll(".*:", "");
    Ended second = Running.run(folder, "serve", "--dev", "--port", port, "--data", "other");

    assertThat(second.err()).contains("can't listen on 127.0.0.1:" + port, "--port");
    assertThat(second.code()).isEqualTo(1);
  }

  @Test
  void withoutKeysAndPublicTopicsItDoesNotStart() throws Exception {
    Ended ended = Running.run(folder, "serve");

    assertThat(ended.err()).contains("access", "public-topics", "--dev");
    assertThat(ended.code()).isEqualTo(2);
  }

  @Test
  void onlyDevModeRefusesWhatCameThroughAProxy() throws Exception {
    Files.writeString(folder.resolve("hub.yaml"), "access: {public-topics: [everyone]}");
    String dev = url(start("serve", "--dev", "--port", "0"));
    String open = url(start("serve", "--config", "hub.yaml", "--port", "0", "--data", "other"));

    assertThat(get(dev + "/v1/session").statusCode()).isEqualTo(200);
    assertThat(forwarded(dev)).isEqualTo(403);
    assertThat(forwarded(open)).isEqualTo(200);
    assertThat(publish(open)).isEqualTo(401);
  }

  @Test
  void aCookieThatOtherHostsCanSetIsWarnedOf() throws Exception {
    Files.writeString(
        folder.resolve("hub.yaml"),
        "access: {public-topics: [everyone], session: {cookie: tidings}}");
    Running hub = start("serve", "--config", "hub.yaml", "--port", "0");
    url(hub);
    await().until(() -> hub.err().contains("access.session.cookie is tidings"));
  }

  @Test
  void aSourceThatIsAwayDegradesTheHubAndIsNamed() throws Exception {
    Files.writeString(
        folder.resolve("hub.yaml"),
        """
        access: {public-topics: [everyone]}
        sources:
          - {name: center, kind: rabbitmq, url: "amqp://127.0.0.1:1", exchange: notifications,
             queue: {name: tidings, kind: quorum}, bindings: ["#"], format: nasqueron}
        """);
    String url = url(start("serve", "--config", "hub.yaml", "--port", "0"));

    HttpResponse<String> ready = get(url + "/health/ready");
    assertThat(ready.statusCode()).isEqualTo(200);
    assertThat(ready.body()).contains("\"status\":\"degraded\"", "source center");
    assertThat(get(url + "/metrics").body()).contains("tidings_source_up{source=\"center\"} 0");
  }

  private int forwarded(String url) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/v1/session"))
            .header("X-Forwarded-For", "192.0.2.1")
            .build();
    return http.send(request, BodyHandlers.discarding()).statusCode();
  }

  private int publish(String url) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/v1/notifications"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("{\"to\":[\"everyone\"],\"title\":\"x\"}"))
            .build();
    return http.send(request, BodyHandlers.discarding()).statusCode();
  }

  private HttpResponse<String> get(String url) throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
  }

  private Running start(String... arguments) throws IOException {
    Running running = Running.start(folder, Map.of(), null, arguments);
    started.add(running);
    return running;
  }

  private static String url(Running hub) {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> hub.out().startsWith("ready on http://127.0.0.1:") && hub.out().endsWith("\n"));
    try {
      return hub.out().strip().substring("ready on ".length());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
