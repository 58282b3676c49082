package tidings.server.cli;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class HubClientTest {
  @Test
  void anAnswerThatStopsIsNotWaitedFor() throws Exception {
    List<Socket> taken = new CopyOnWriteArrayList<>();
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> answerPartly(silent, taken));
      String url = "http://127.0.0.1:" + silent.getLocalPort();
      try (HubClient client = new HubClient(url, null, Duration.ofMillis(500))) {
        assertThatThrownBy(() -> client.call("GET", "/v1/inbox", null))
            .isInstanceOf(Failure.class)
            .hasMessage(url + " does not answer");
      }
    }
    for (Socket socket : taken) {
      socket.close();
    }
  }

  private static void answerPartly(ServerSocket silent, List<Socket> taken) {
    try {
      Socket socket = silent.accept();
      taken.add(socket);
      String head = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
