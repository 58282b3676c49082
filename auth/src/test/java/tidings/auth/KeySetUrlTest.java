package tidings.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A JWK set at a URL, from a server that does as it likes. */
@Timeout(30)
final class KeySetUrlTest {
  private static final String SET = new String(Jwks.set(), StandardCharsets.UTF_8);

  private final List<Socket> accepted = new CopyOnWriteArrayList<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private volatile Talk talk = out -> {};
  private ServerSocket server;
  private HttpClient client;

  private interface Talk {
    void with(OutputStream out) throws IOException;
  }

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    var _ =
        Thread.startVirtualThread(() -> {
          try {
            while (true) {
              Socket socket = server.accept();
              accepted.add(socket);
              answer(socket);
            }
          } catch (IOException e) {
            // closed: the test is over
          }
        });
  }

  @AfterEach
  void close() throws IOException {
    client.shutdownNow();
    server.close();
    for (Socket socket : accepted) {
      socket.close();
    }
  }

  private void answer(Socket socket) {
    var _ =
        Thread.startVirtualThread(() -> {
          try {
            var in =
                new BufferedReader(
                    new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            List<String> head = new ArrayList<>();
            for (String line = in.readLine();
                line != null && !line.isEmpty();
                line = in.readLine()) {
              head.add(line);
            }
            asked.add(String.join("\n", head));
            talk.with(socket.getOutputStream());
          } catch (IOException e) {
            // the client went: that is what some tests are about
          }
        });
  }

  private void says(String head, String body) {
    talk =
        out ->
            write(
                out,
                "HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
                    .formatted(head, body.length(), body));
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  private KeySetSource.@Nullable Fetched fetch(@Nullable String etag) throws Exception {
    URI url = URI.create("http://127.0.0.1:" + server.getLocalPort() + "/keys?a=b");
    return new KeySetUrl(client, url, Duration.ofMillis(500)).fetch(etag);
  }

  private void fails(String said) {
    assertThatThrownBy(() -> fetch(null))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(said);
  }

  @Test
  void theSetIsAskedForAsItIsNamed() throws Exception {
    says("200 OK", SET);
    assertThat(Objects.requireNonNull(fetch(null)).json()).asString().isEqualTo(SET);
    assertThat(asked)
        .singleElement()
        .asString()
        .startsWith("GET /keys?a=b HTTP/1.1\n")
        .contains("Accept: application/jwk-set+json, application/json")
        .doesNotContain("If-None-Match");
  }

  @Test
  void whatHasNotChangedIsNotSentAgain() throws Exception {
    says("200 OK\r\nETag: \"v1\"", SET);
    assertThat(Objects.requireNonNull(fetch(null)).etag()).isEqualTo("\"v1\"");
    says("304 Not Modified", "");
    assertThat(fetch("\"v1\"")).isNull();
    assertThat(asked.getLast()).contains("If-None-Match: \"v1\"");
  }

  @Test
  void unchangedIsNoAnswerToWhoHasNothing() {
    says("304 Not Modified", "");
    fails("answered with status 304");
  }

  @Test
  void anEtagThatIsNoneIsForgotten() throws Exception {
    for (String etag : List.of("v1", "\"", "\"a\" b", "\"" + "x".repeat(257) + "\"")) {
      says("200 OK\r\nETag: " + etag, SET);
      assertThat(Objects.requireNonNull(fetch(null)).etag()).isNull();
    }
  }

  @Test
  void nobodyElseIsAskedWhateverTheAnswer() throws IOException {
    try (ServerSocket elsewhere = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      elsewhere.setSoTimeout(200);
      for (String status : List.of("301 Moved", "302 Found", "307 There", "308 There")) {
        says(status + "\r\nLocation: http://localhost:" + elsewhere.getLocalPort() + "/", "");
        fails("answered with status 30");
      }
      assertThatThrownBy(elsewhere::accept).isInstanceOf(IOException.class);
    }
  }

  @Test
  void anErrorIsNoSet() {
    for (String status : List.of("500 Oops", "404 Not Found", "204 No Content", "206 Partial")) {
      says(status, status.startsWith("204") ? "" : SET);
      fails("answered with status " + status.substring(0, 3));
    }
  }

  @Test
  void aSetThatIsTooLargeIsNotReadToItsEnd() {
    talk =
        out -> {
          write(out, "HTTP/1.1 200 OK\r\n\r\n");
          byte[] megabyte = new byte[1 << 20];
          Arrays.fill(megabyte, (byte) ' ');
          for (int i = 0; i < 1_024; i++) {
            out.write(megabyte);
          }
          throw new AssertionError("a gigabyte was read");
        };
    fails("no answer");
  }

  @Test
  void whoNeverAnswersIsLeft() {
    talk = out -> {};
    fails("no whole answer within");
  }

  @Test
  void whoNeverEndsIsLeft() {
    talk =
        out -> {
          write(out, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{");
        };
    fails("no whole answer within");
  }

  @Test
  void whoBreaksOffIsNoSource() {
    talk =
        out -> {
          write(out, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{");
          out.close();
        };
    fails("no answer");
    talk =
        out -> {
          write(out, "SSH-2.0-OpenSSH\r\n");
          out.close();
        };
    fails("no answer");
  }

  @Test
  void whoIsNotThereIsNoSource() throws IOException {
    server.close();
    fails("no answer");
  }
}
