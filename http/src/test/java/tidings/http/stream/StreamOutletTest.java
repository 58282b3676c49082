package tidings.http.stream;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import tidings.core.delivery.Frame;
import tidings.core.log.Entry;
import tidings.core.notification.Address;
import tidings.core.notification.Level;

/** What becomes of a stream in which something fails. */
final class StreamOutletTest {
  private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(StreamOutlet.class);

  private static final Entry ENTRY =
      new Entry(
          1,
          Entry.Kind.NOTIFICATION,
          new UUID(0, 1),
          List.of(Address.EVERYONE),
          null,
          null,
          Level.INFO,
          Entry.NEVER,
          "{\"title\":\"t\"}".getBytes(StandardCharsets.US_ASCII));

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
    Duration linger = Duration.ofSeconds(1);
    return List.of(
        new SseOutlet(SseEncoding.PLAIN, clock, linger),
        new WebSocketOutlet(clock, System::nanoTime, linger));
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

  @Test
  void whoGetsTheSameIsWrittenTheSameBytes() {
    List<StreamOutlet> some = outlets();
    List<StreamOutlet> others = outlets();
    for (int i = 0; i < some.size(); i++) {
      StreamOutlet one = some.get(i);
      StreamOutlet other = others.get(i);
      assertThat(other.encoding()).isSameAs(one.encoding());
      SharedFrame frame = (SharedFrame) one.encoding().frame("epoch", List.of(ENTRY), 0);
      ByteBuf toOne = written(one, frame);
      ByteBuf toOther = written(other, frame);
      assertThat(toOther).isEqualTo(toOne);
      int first = toOne.readerIndex();
      toOne.setByte(first, toOne.getByte(first) + 1); // to see whether they are copies
      assertThat(toOther).isEqualTo(toOne);
      toOne.release();
      toOther.release();
      frame.release();
      assertThat(frame.bytes.refCnt()).isZero();
    }
  }

  private static ByteBuf written(StreamOutlet outlet, Frame frame) {
    EmbeddedChannel channel = new EmbeddedChannel(outlet);
    outlet.write(frame);
    outlet.flush();
    return requireNonNull(channel.<ByteBuf>readOutbound());
  }
}
