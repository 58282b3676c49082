package tidings.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.Http2DataFrame;
import org.junit.jupiter.api.Test;

/** What a stream writes, carried by HTTP/2. */
final class DataFramesTest {

  /** A frame that many streams are given is in memory once, over HTTP/2 too. */
  @Test
  void bytesAreHandedOnAndNotCopied() {
    ByteBuf shared = Unpooled.copiedBuffer(new byte[] {1, 2, 3});
    EmbeddedChannel first = new EmbeddedChannel(new DataFrames());
    EmbeddedChannel second = new EmbeddedChannel(new DataFrames());
    first.writeOutbound(shared.retainedDuplicate());
    second.writeOutbound(shared.retainedDuplicate());
    for (EmbeddedChannel channel : new EmbeddedChannel[] {first, second}) {
      Http2DataFrame frame = channel.readOutbound();
      assertThat(frame.content().array()).isSameAs(shared.array());
      frame.release();
    }
    assertThat(shared.refCnt()).isEqualTo(1);
    shared.release();
  }
}
