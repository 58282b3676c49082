package tidings.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.RandomAccessFile;
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
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.server.cli.Running;
import tidings.server.cli.Running.Ended;

final class ServeTest {
  private static final int TERMINATED = 143;
  private static final int PAGE_BYTES = 4096; // of the database

  @TempDir private static Path devFolder;
  private static Running dev;

  @TempDir private Path folder;

  private final List<Running> started = new ArrayList<>();
  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeAll
  static void serveForTryingOut() throws IOException {
    dev = Running.serve(devFolder, "--dev", "--port", "0");
  }

  @AfterAll
  static void stop() {
    dev.close();
  }

  @AfterEach
  void end() {
    started.forEach(Running::close);
    http.close();
  }

  @Test
  void whatIsPublishedIsHeardAndKeptOverAStop() throws Exception {
    Running hub = serve("--dev", "--port", "0", "--data", "store");
    String url = hub.url();
    Running listener = start("listen", "--hub", url, "--to", "topic:shop.#", "--count", "1");
    await().atMost(Duration.ofSeconds(60)).until(() -> listener.err().contains("listening to"));

    Ended published =
        Running.here(
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

    String again = serve("--dev", "--port", "0", "--data", "store").url();
    assertThat(get(again + "/v1/notifications").body()).contains("Order 42");
  }

  @Test
  void aStoppedHubsStoreIsChecked() throws Exception {
    Running hub = serve("--dev", "--port", "0", "--data", "store");
    Running.here("publish", "--hub", hub.url(), "--to", "everyone", "--title", "x");
    Path file = folder.resolve("store/tidings.db");
    Ended tooEarly = Running.here("check-store", "--data", folder.resolve("store").toString());
    assertThat(tooEarly.err()).contains("tidings check-store: " + file + " is in use by process");
    assertThat(tooEarly.code()).isEqualTo(1);
    hub.terminate();
    hub.end();

    Ended sound = Running.here("check-store", "--data", folder.resolve("store").toString());
    assertThat(sound.out()).isEqualTo("no damage found in " + file + " (1 notifications)\n");
    assertThat(sound.err()).startsWith("checking " + file + ": table log, 1 of ");
    assertThat(sound.code()).isZero();

    try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
      damaged.seek(placeOfLog(file));
      damaged.write(new byte[PAGE_BYTES]);
    }
    Path config =
        Files.writeString(folder.resolve("hub.yaml"), "store: {sqlite: store/tidings.db}");
    Ended broken = Running.here("check-store", "--config", config.toString());
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
    Ended second = Running.run(devFolder, "serve", "--dev", "--port", "0");

    assertThat(second.out()).isEmpty();
    assertThat(second.err()).contains("tidings serve: ", "data/tidings.db");
    assertThat(second.code()).isEqualTo(1);
  }

  @Test
  void aPortThatIsTakenIsNamed() throws Exception {
    String port = dev.url().replaceAll(".*:", "");
    Ended second = Running.run(folder, "serve", "--dev", "--port", port);

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
    String open = serve("--config", "hub.yaml", "--port", "0").url();

    assertThat(get(dev.url() + "/v1/session").statusCode()).isEqualTo(200);
    assertThat(forwarded(dev.url())).isEqualTo(403);
    assertThat(forwarded(open)).isEqualTo(200);
    assertThat(publish(open)).isEqualTo(401);
  }

  @Test
  void aCookieThatOtherHostsCanSetIsWarnedOf() throws Exception {
    Files.writeString(
        folder.resolve("hub.yaml"),
        "access: {public-topics: [everyone], session: {cookie: tidings}}");
    Running hub = serve("--config", "hub.yaml", "--port", "0");
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
    String url = serve("--config", "hub.yaml", "--port", "0").url();

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

  private Running serve(String... arguments) throws IOException {
    Running hub = Running.serve(folder, arguments);
    started.add(hub);
    return hub;
  }
}
