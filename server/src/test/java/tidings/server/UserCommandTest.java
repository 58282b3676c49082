package tidings.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.server.cli.Running;
import tidings.server.cli.Running.Ended;

/** {@code tidings user erase}. */
final class UserCommandTest {
  /** So many that erasing takes some hundred steps. */
  private static final int ENTRIES = 20_000;

  private static final String SECRET = "zanzibar";

  @TempDir private Path folder;
  private final List<Running> started = new ArrayList<>();

  @BeforeEach
  void configure() throws Exception {
    Files.writeString(folder.resolve("key"), "0123456789abcdef0123456789abcdef");
    Files.writeString(
        folder.resolve("hub.yaml"),
        "{http: {port: 0}, access: {keys: [{id: main, algorithm: HS256, secret-file: key}]}}");
  }

  @AfterEach
  void end() {
    started.forEach(Running::close);
  }

  private String serve() throws Exception {
    Running hub = Running.start(folder, Map.of(), null, "serve", "--config", "hub.yaml");
    started.add(hub);
    await().atMost(Duration.ofSeconds(60)).until(() -> hub.out().contains("ready on "));
    return hub.out().strip().substring("ready on ".length());
  }

  private Ended run(@Nullable Path input, String... arguments) throws Exception {
    return Running.run(folder, input, arguments);
  }

  private Ended erase(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("user", "erase"));
    all.addAll(Arrays.asList(arguments));
    return run(null, all.toArray(String[]::new));
  }

  private String token(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("token", "--config", "hub.yaml"));
    all.addAll(Arrays.asList(arguments));
    return run(null, all.toArray(String[]::new)).out().strip();
  }

  private void publish(String url, int count) throws Exception {
    Path lines = folder.resolve("lines");
    String line = "{\"to\":[\"user:alice\"],\"title\":\"" + SECRET + "\"}\n";
    String kept = "{\"to\":[\"user:alice\",\"user:bob\"],\"title\":\"kept\"}\n";
    Files.writeString(lines, line.repeat(count) + kept);
    String token = token("--user", "shop", "--publish", "user:*");
    Ended ended = run(lines, "publish", "-", "--hub", url, "--token", token);
    assertThat(ended.code()).as(ended.err()).isZero();
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

  /** Ends the newest hub, in order. */
  private void stop() throws Exception {
    started.getLast().terminate();
    assertThat(started.getLast().end().code()).isEqualTo(143);
  }

  @Test
  void aPersonIsErasedBesideARunningHubAndNothingStaysInTheFile() throws Exception {
    publish(serve(), 3);
    await().until(() -> count("state WHERE indexed = 4") == 1);
    Ended ended = erase("alice", "--config", "hub.yaml");
    assertThat(ended.err()).isEqualTo("erased alice\n");
    assertThat(ended.code()).isZero();
    await().until(() -> count("erasure") == 0); // all is merged
    stop();
    assertThat(stored()).contains("kept").doesNotContain(SECRET).doesNotContain("user:alice");
  }

  @Test
  void aHubElsewhereErasesForWhoMayOperateIt() throws Exception {
    String url = serve();
    publish(url, 1);
    Ended refused = erase("alice", "--hub", url, "--token", token("--user", "alice"));
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).hasLineCount(1).contains("403");
    String operator = token("--user", "root", "--operate");
    assertThat(erase("alice", "--hub", url, "--token", operator).code()).isZero();
  }

  @Test
  void aKillAmidItOnlyDelaysIt() throws Exception {
    publish(serve(), ENTRIES);
    Running erasing =
        Running.start(folder, Map.of(), null, "user", "erase", "alice", "--config", "hub.yaml");
    started.add(erasing);
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(5))
        .until(() -> left() < ENTRIES);
    started.getFirst().close(); // kill -9
    started.getFirst().end();
    assertThat(erasing.end().code()).isEqualTo(1);

    serve();
    await().atMost(Duration.ofSeconds(60)).until(() -> left() == 0);
    stop();
    assertThat(run(null, "check-store", "--config", "hub.yaml").code()).isZero();
  }

  @Test
  void aStoppedHubsFileIsErasedFrom() throws Exception {
    publish(serve(), 10);
    stop();
    assertThat(erase("alice", "--config", "hub.yaml").code()).isZero();
    assertThat(stored()).contains("kept").doesNotContain("user:alice");
  }

  @Test
  void whatIsNoIdIsRefused() throws Exception {
    Ended ended = erase("a b", "--config", "hub.yaml");
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).hasLineCount(1).contains("\"a b\"");
  }
}
