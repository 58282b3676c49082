package tidings.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.server.cli.Running;
import tidings.server.cli.Running.Ended;

/** {@code tidings user erase}. */
final class UserCommandTest {
  /** So many that erasing takes some hundred steps. */
  private static final int ENTRIES = 20_000;

  /** In one request, whose answers are read after it. */
  private static final int LINES_MAX = 1_000;

  private static final String SECRET = "zanzibar";

  @TempDir private Path folder;

  @BeforeEach
  void configure() throws Exception {
    Files.writeString(folder.resolve("key"), "0123456789abcdef0123456789abcdef");
    Files.writeString(
        folder.resolve("hub.yaml"),
        "{http: {port: 0}, access: {keys: [{id: main, algorithm: HS256, secret-file: key}]}}");
  }

  private HubHere serve() throws Exception {
    return HubHere.of(folder.resolve("hub.yaml"));
  }

  private Ended erase(String... arguments) {
    return Running.here(
        Stream.concat(Stream.of("user", "erase"), Stream.of(arguments)).toArray(String[]::new));
  }

  private String token(String... arguments) {
    return Running.here(
            Stream.concat(Stream.of("token", "--config", config()), Stream.of(arguments))
                .toArray(String[]::new))
        .out()
        .strip();
  }

  private String config() {
    return folder.resolve("hub.yaml").toString();
  }

  /** Publishes so many for Alice alone, and one for Bob too. */
  private void publish(String url, int count) throws Exception {
    String token = token("--user", "shop", "--publish", "user:*");
    String secret = "{\"to\":[\"user:alice\"],\"title\":\"" + SECRET + "\"}\n";
    try (HttpClient http = HttpClient.newHttpClient()) {
      for (int left = count; left > 0; left -= LINES_MAX) {
        publish(http, url, token, secret.repeat(Math.min(left, LINES_MAX)));
      }
      publish(http, url, token, "{\"to\":[\"user:alice\",\"user:bob\"],\"title\":\"kept\"}\n");
    }
  }

  private static void publish(HttpClient http, String url, String token, String lines)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/v1/notifications"))
            .header("Content-Type", "application/x-ndjson")
            .header("Authorization", "Bearer " + token)
            .POST(BodyPublishers.ofString(lines))
            .build();
    assertThat(http.send(request, BodyHandlers.ofString()).body().lines())
        .hasSize((int) lines.lines().count())
        .allMatch(line -> line.startsWith("{\"id\":"));
  }

  private String stored() throws Exception {
    return Files.readString(folder.resolve("data/tidings.db"), ISO_8859_1);
  }

  private long count(String from) throws Exception {
    String file = "jdbc:sqlite:file:" + folder.resolve("data/tidings.db") + "?mode=ro";
    try (var connection = DriverManager.getConnection(file);
        var statement = connection.createStatement();
        var row = statement.executeQuery("SELECT count(*) FROM " + from)) {
      return row.getLong(1);
    }
  }

  private long left() throws Exception {
    return count("address WHERE address = 'user:alice'");
  }

  @Test
  void aPersonIsErasedBesideARunningHubAndNothingStaysInTheFile() throws Exception {
    try (HubHere hub = serve()) {
      publish(hub.url(), 3);
      await().until(() -> count("state WHERE indexed = 4") == 1);
      Ended ended = erase("alice", "--config", config());
      assertThat(ended.err()).isEqualTo("erased alice\n");
      assertThat(ended.code()).isZero();
      await().until(() -> count("erasure") == 0); // all is merged
    }
    assertThat(stored()).contains("kept").doesNotContain(SECRET).doesNotContain("user:alice");
  }

  @Test
  void aHubElsewhereErasesForWhoMayOperateIt() throws Exception {
    try (HubHere hub = serve()) {
      String url = hub.url();
      publish(url, 1);
      Ended refused = erase("alice", "--hub", url, "--token", token("--user", "alice"));
      assertThat(refused.code()).isEqualTo(1);
      assertThat(refused.err()).hasLineCount(1).contains("403");
      String operator = token("--user", "root", "--operate");
      assertThat(erase("alice", "--hub", url, "--token", operator).code()).isZero();
    }
  }

  @Test
  void aKillAmidItOnlyDelaysIt() throws Exception {
    try (Running hub = Running.serve(folder, "--config", "hub.yaml")) {
      publish(hub.url(), ENTRIES);
      String[] erase = {"user", "erase", "alice", "--config", "hub.yaml"};
      try (Running erasing = Running.start(folder, Map.of(), null, erase)) {
        await()
            .atMost(Duration.ofSeconds(60))
            .pollInterval(Duration.ofMillis(5))
            .until(() -> left() < ENTRIES);
        hub.kill();
        assertThat(erasing.end().code()).isEqualTo(1);
      }
    }
    try (HubHere _ = serve()) {
      await().atMost(Duration.ofSeconds(60)).until(() -> left() == 0);
    }
    assertThat(Running.here("check-store", "--config", config()).code()).isZero();
  }

  @Test
  void aStoppedHubsFileIsErasedFrom() throws Exception {
    try (HubHere hub = serve()) {
      publish(hub.url(), 10);
    }
    Ended ended = Running.run(folder, "user", "erase", "alice", "--config", "hub.yaml");
    assertThat(ended.code()).isZero();
    assertThat(stored()).contains("kept").doesNotContain("user:alice");
  }

  @Test
  void whatIsNoIdIsRefused() throws Exception {
    Ended ended = erase("a b", "--config", config());
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).hasLineCount(1).contains("\"a b\"");
  }
}
