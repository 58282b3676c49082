package tidings.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tidings.server.cli.Running;
import tidings.server.cli.Running.Ended;

/** {@code tidings token new}, {@code list} and {@code revoke}. */
final class TokenCommandsTest {
  @TempDir private Path folder;
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
    http.close();
  }

  private HubHere serve() throws Exception {
    return HubHere.of(folder.resolve("hub.yaml"));
  }

  private Ended token(String... arguments) {
    return Running.here(command(arguments));
  }

  /** As a process: it opens the database, as no hub does. */
  private Ended alone(String... arguments) throws Exception {
    return Running.run(folder, command(arguments));
  }

  private static String[] command(String... arguments) {
    return Stream.concat(Stream.of("token"), Stream.of(arguments)).toArray(String[]::new);
  }

  private String config() {
    return folder.resolve("hub.yaml").toString();
  }

  private String made(String... arguments) {
    return made(token(arguments));
  }

  private static String made(Ended ended) {
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
    try (HubHere hub = serve()) {
      String url = hub.url();
      String token = made("new", "ci", "--config", config(), "--publish", "topic:built.#");
      assertThat(status(url, token)).isEqualTo(200);

      Ended again = token("new", "ci", "--config", config());
      assertThat(again.code()).isEqualTo(1);
      assertThat(again.err()).hasLineCount(1).contains("\"ci\" already");
      assertThat(token("list", "--config", config()).out())
          .matches("ci  \\S+Z  \\{\"publish\":\\[\"topic:built.#\"].*\n");

      assertThat(token("revoke", "ci", "--config", config()).code()).isZero();
      assertThat(status(url, token)).isEqualTo(401);
      Ended gone = token("revoke", "ci", "--config", config());
      assertThat(gone.code()).isEqualTo(1);
      assertThat(gone.err()).hasLineCount(1).contains("404");
    }
  }

  @Test
  void aHubElsewhereIsAdministeredByHttp() throws Exception {
    try (HubHere hub = serve()) {
      String url = hub.url();
      String operator = token("--config", config(), "--user", "root", "--operate").out().strip();
      String reader = token("--config", config(), "--user", "alice").out().strip();

      String token = made("new", "ci", "--hub", url, "--token", operator, "--subscribe", "topic:#");
      assertThat(status(url, token)).isEqualTo(200);
      Ended refused = token("list", "--hub", url, "--token", reader);
      assertThat(refused.code()).isEqualTo(1);
      assertThat(refused.err()).hasLineCount(1).contains("403");
      assertThat(token("revoke", "ci", "--hub", url, "--token", operator).code()).isZero();
      assertThat(status(url, token)).isEqualTo(401);
    }
  }

  @Test
  void aHubThatHasNoDatabaseHasNothingToListOrRevoke() {
    for (String command : List.of("list", "revoke early")) {
      List<String> arguments = new ArrayList<>(List.of(command.split(" ")));
      arguments.addAll(List.of("--config", config()));
      Ended ended = token(arguments.toArray(String[]::new));
      assertThat(ended.code()).isEqualTo(1);
      assertThat(ended.err()).hasLineCount(1).contains("no hub listens on", "there is no database");
    }
    assertThat(folder.resolve("data")).doesNotExist();
  }

  @Test
  void aStoppedHubsTokensAreKeptInItsFile() throws Exception {
    String token = made(alone("new", "early", "--config", "hub.yaml", "--subscribe", "topic:#"));
    assertThat(alone("list", "--config", "hub.yaml").out()).startsWith("early  ");
    try (HubHere hub = serve()) {
      assertThat(status(hub.url(), token)).isEqualTo(200);
    }
  }

  @Test
  void theSocketIsItsOwnersAloneAndGoesWithTheHub() throws Exception {
    try (Running hub = Running.serve(folder, "--config", "hub.yaml")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())))
          .isEqualTo("rw-------");
      hub.kill();
    }
    assertThat(socket()).exists();
    made(alone("new", "ci", "--config", "hub.yaml")); // though nobody listens there
    Path halfMade = Files.createDirectory(folder.resolve("data/.tidings.db.socket"));
    Files.createFile(halfMade.resolve("s")); // killed sooner, it had left this

    try (HubHere _ = serve()) {
      assertThat(token("list", "--config", config()).out()).startsWith("ci  ");
    }
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
    List<Socket> sockets = new ArrayList<>();
    try (HubHere hub = serve()) {
      int port = URI.create(hub.url()).getPort();
      for (int i = 0; i < 5; i++) {
        sockets.add(new Socket(InetAddress.getLoopbackAddress(), port));
      }
      assertThat(sockets.getLast().getInputStream().read()).as("it was closed").isEqualTo(-1);
      made("new", "ci", "--config", config());
      assertThat(token("revoke", "ci", "--config", config()).code()).isZero();
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
    try (Running hub = Running.serve(folder, "--config", "hub.yaml")) {
      assertThat(hub.err()).contains("is in the way");
      assertThat(socket()).hasContent("precious");
      assertThat(status(hub.url(), "nonsense")).isEqualTo(401);
      Ended ended = alone("list", "--config", "hub.yaml");
      assertThat(ended.code()).isEqualTo(1);
    }
  }

  @Test
  void aUsersTokenNeedsAUser() throws Exception {
    Ended ended = token("--config", config());
    assertThat(ended.code()).isEqualTo(2);
    assertThat(ended.err()).hasLineCount(1).contains("--user");
  }
}
