package tidings.http.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import tidings.core.delivery.ControlEvent;

/** A stream of server-sent events; what a client sends is thrown away. */
final class SseOutlet extends StreamOutlet {
  private final SseEncoding encoding;

  SseOutlet(SseEncoding encoding, InstantSource clock, Duration linger) {
    super(clock, linger);
    this.encoding = encoding;
  }

  @Override
  public SseEncoding encoding() {
    return encoding;
  }

  @Override
  ByteBuf encode(ControlEvent event, Instant now) {
    return encoding.event(event, now);
  }

  @Override
  public void end(Ending why, int retryMs) {
    if (why == Ending.NO_PROGRESS || !isWritable()) {
      var _ = channel().close(); // it would not read the end either
    } else {
      finish(() -> lastWords(retryMs), ChannelFutureListener.CLOSE);
    }
  }

  private ByteBuf lastWords(int retryMs) {
    ByteBuf end = encoding.end();
    return retryMs > 0 ? Unpooled.wrappedBuffer(encoding.retry(retryMs), end) : end;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ReferenceCountUtil.release(message);
  }
}
