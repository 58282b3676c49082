package tidings.http.stream;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What becomes of a stream in which something fails. */
final class StreamOutletTest {
  private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(StreamOutlet.class);

  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    log.start();
    LOGGER.setAdditive(false);
    LOGGER.addAppender(log);
  }

  @AfterEach
  void stop() {
    LOGGER.detachAppender(log);
    LOGGER.setAdditive(true);
  }

  private static void fail(StreamOutlet outlet, Throwable cause) {
    EmbeddedChannel channel = new EmbeddedChannel(outlet);
    channel.pipeline().fireExceptionCaught(cause);
    assertThat(channel.isOpen()).isFalse();
  }

  private static List<StreamOutlet> outlets() {
    InstantSource clock = InstantSource.system();
    return List.of(
        new SseOutlet(SseEncoding.PLAIN, clock), new WebSocketOutlet(clock, System::nanoTime));
  }

  @Test
  void aDefectIsLoggedAndABrokenConnectionIsNot() {
    for (StreamOutlet outlet : outlets()) {
      fail(outlet, new IOException("connection reset"));
    }
    for (StreamOutlet outlet : outlets()) {
      fail(outlet, new DecoderException("no TLS"));
    }
    assertThat(log.list).isEmpty();
    for (StreamOutlet outlet : outlets()) {
      fail(outlet, new IllegalStateException("as a test wants it"));
    }
    for (StreamOutlet outlet : outlets()) {
      fail(outlet, new OutOfMemoryError("as a test wants it"));
    }
    assertThat(log.list)
        .hasSize(4)
        .allMatch(event -> event.getThrowableProxy().getMessage().equals("as a test wants it"));
  }
}
