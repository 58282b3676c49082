package tidings.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.server.cli.Running;
import tidings.server.cli.Running.Ended;

/** {@code tidings token new}, {@code list} and {@code revoke}. */
final class TokenCommandsTest {
  @TempDir private Path folder;
  private final List<Running> started = new ArrayList<>();
  private final HttpClient http = HttpClient.newHttpClient();

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
    http.close();
  }

  private String serve() throws Exception {
    Running hub = Running.start(folder, Map.of(), null, "serve", "--config", "hub.yaml");
    started.add(hub);
    await().atMost(Duration.ofSeconds(60)).until(() -> hub.out().contains("ready on "));
    return hub.out().strip().substring("ready on ".length());
  }

  private Ended token(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("token"));
    all.addAll(Arrays.asList(arguments));
    return Running.run(folder, all.toArray(String[]::new));
  }

  private String made(String... arguments) throws Exception {
    Ended ended = token(arguments);
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out()).matches("tid_[A-Za-z0-9_-]{43}\n");
    return ended.out().strip();
  }

  private int status(String url, String token) throws Exception {
    return http.send(
            HttpRequest.newBuilder(URI.create(url + "/v1/session"))
                .header("Authorization", "Bearer " + token)
                .build(),
            BodyHandlers.discarding())
        .statusCode();
  }

  private Path socket() {
    return folder.resolve("data/tidings.db.socket");
  }

  @Test
  void aTokenIsMadeUsedAndRevokedBesideARunningHub() throws Exception {
    String url = serve();
    String token = made("new", "ci", "--config", "hub.yaml", "--publish", "topic:built.#");
    assertThat(status(url, token)).isEqualTo(200);

    Ended again = token("new", "ci", "--config", "hub.yaml");
    assertThat(again.code()).isEqualTo(1);
    assertThat(again.err()).hasLineCount(1).contains("\"ci\" already");
    assertThat(token("list", "--config", "hub.yaml").out())
        .matches("ci  \\S+Z  \\{\"publish\":\\[\"topic:built.#\"].*\n");

    assertThat(token("revoke", "ci", "--config", "hub.yaml").code()).isZero();
    assertThat(status(url, token)).isEqualTo(401);
    Ended gone = token("revoke", "ci", "--config", "hub.yaml");
    assertThat(gone.code()).isEqualTo(1);
    assertThat(gone.err()).hasLineCount(1).contains("404");
  }

  @Test
  void aHubElsewhereIsAdministeredByHttp() throws Exception {
    String url = serve();
    String operator = token("--config", "hub.yaml", "--user", "root", "--operate").out().strip();
    String reader = token("--config", "hub.yaml", "--user", "alice").out().strip();

    String token = made("new", "ci", "--hub", url, "--token", operator, "--subscribe", "topic:#");
    assertThat(status(url, token)).isEqualTo(200);
    Ended refused = token("list", "--hub", url, "--token", reader);
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).hasLineCount(1).contains("403");
    assertThat(token("revoke", "ci", "--hub", url, "--token", operator).code()).isZero();
    assertThat(status(url, token)).isEqualTo(401);
  }

  @Test
  void aStoppedHubsTokensAreKeptInItsFile() throws Exception {
    String token = made("new", "early", "--config", "hub.yaml", "--subscribe", "topic:#");
    assertThat(token("list", "--config", "hub.yaml").out()).startsWith("early  ");
    String url = serve();
    assertThat(status(url, token)).isEqualTo(200);
  }

  @Test
  void theSocketIsItsOwnersAloneAndGoesWithTheHub() throws Exception {
    serve();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())))
        .isEqualTo("rw-------");
    started.getFirst().close(); // kill -9
    started.getFirst().end();
    assertThat(socket()).exists();
    made("new", "ci", "--config", "hub.yaml"); // though nobody listens there
    Path halfMade = Files.createDirectory(folder.resolve("data/.tidings.db.socket"));
    Files.createFile(halfMade.resolve("s")); // killed sooner, it had left this

    serve();
    assertThat(token("list", "--config", "hub.yaml").out()).startsWith("ci  ");
    started.getLast().terminate();
    started.getLast().end();
    assertThat(socket()).doesNotExist();
    try (var files = Files.list(folder.resolve("data"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("tidings.db", "tidings.db.lock");
    }
  }

  /** That is when it is needed. */
  @Test
  void aHubThatTakesNoMoreConnectionsIsAdministered() throws Exception {
    Path file = folder.resolve("hub.yaml");
    Files.writeString(
        file, Files.readString(file).replace("port: 0", "port: 0, connections-max: 4"));
    int port = URI.create(serve()).getPort();
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < 5; i++) {
        sockets.add(new Socket(InetAddress.getLoopbackAddress(), port));
      }
      assertThat(sockets.getLast().getInputStream().read()).as("it was closed").isEqualTo(-1);
      made("new", "ci", "--config", "hub.yaml");
      assertThat(token("revoke", "ci", "--config", "hub.yaml").code()).isZero();
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  @Test
  void whatIsNoSocketIsLeftAloneAndTheHubServes() throws Exception {
    Files.createDirectories(folder.resolve("data"));
    Files.writeString(socket(), "precious");
    String url = serve();
    assertThat(started.getFirst().err()).contains("is in the way");
    assertThat(socket()).hasContent("precious");
    assertThat(status(url, "nonsense")).isEqualTo(401);
    Ended ended = token("list", "--config", "hub.yaml");
    assertThat(ended.code()).isEqualTo(1);
  }

  @Test
  void aUsersTokenNeedsAUser() throws Exception {
    Ended ended = token("--config", "hub.yaml");
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).hasLineCount(1).contains("--user");
  }
}
