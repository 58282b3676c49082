package tidings.server.cli;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
final class LocalHubTest {
  @Test
  void aHubThatDoesNotAnswerIsLeft(@TempDir Path folder) throws Exception {
    Path socket = folder.resolve("s");
    try (var silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      silent.bind(UnixDomainSocketAddress.of(socket)); // the kernel accepts, nobody answers
      LocalHub hub = new LocalHub(socket, Duration.ofMillis(50));
      assertThatThrownBy(() -> hub.call("GET", "/v1/tokens", null))
          .isInstanceOf(Failure.class)
          .hasMessageContaining("within 0 s");
    }
  }
}
