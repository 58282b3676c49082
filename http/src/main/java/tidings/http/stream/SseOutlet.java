package tidings.http.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tidings.core.delivery.ControlEvent;
import tidings.core.delivery.Frame;
import tidings.core.delivery.Outlet;
import tidings.core.delivery.Subscriber;

/**
 * A connection that has become a stream: the only handler that is left in its pipeline. Writes go
 * to the channel as they are; what a client sends is thrown away.
 */
final class SseOutlet extends ChannelInboundHandlerAdapter implements Outlet {
  /** Ends a chunked body (RFC 9112, 7.1). */
  private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  /** How long the end of a stream may take to leave. */
  private static final int LINGER_S = 5;

  private final SseEncoding encoding;
  private final InstantSource clock;
  private @Nullable Channel channel;
  private @Nullable Subscriber subscriber;

  SseOutlet(SseEncoding encoding, InstantSource clock) {
    this.encoding = encoding;
    this.clock = clock;
  }

  void attach(Subscriber subscriber) {
    this.subscriber = subscriber;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    channel = ctx.channel();
  }

  private Channel channel() {
    if (channel == null) {
      throw new IllegalStateException("not in a pipeline yet");
    }
    return channel;
  }

  // --- Outlet ---

  @Override
  public SseEncoding encoding() {
    return encoding;
  }

  @Override
  public boolean isWritable() {
    return channel().isWritable();
  }

  @Override
  public void write(Frame frame) {
    write(((SseFrame) frame).bytes.retainedDuplicate());
  }

  @Override
  public void write(ControlEvent event) {
    write(encoding.event(event, clock.instant()));
  }

  private void write(ByteBuf bytes) {
    Channel to = channel();
    var _ = to.write(bytes, to.voidPromise());
  }

  @Override
  public void flush() {
    channel().flush();
  }

  @Override
  public void end(Ending why, int retryMs) {
    if (why == Ending.NO_PROGRESS || !isWritable()) {
      var _ = channel().close(); // it would not read the end either
      return;
    }
    try {
      finish(retryMs);
    } catch (RuntimeException | Error e) { // no memory for the end: the stream must end anyway
      breakOff();
      throw e;
    }
  }

  /** Closes the connection at once. */
  void breakOff() {
    cutOff(channel());
  }

  private void finish(int retryMs) {
    if (retryMs > 0) {
      write(encoding.retry(retryMs));
    }
    ByteBuf last =
        encoding == SseEncoding.CHUNKED
            ? Unpooled.wrappedBuffer(LAST_CHUNK)
            : Unpooled.EMPTY_BUFFER;
    Channel ending = channel();
    var _ = ending.writeAndFlush(last).addListener(ChannelFutureListener.CLOSE);
    if (ending.isOpen()) { // what is left does not fit the socket: it has a moment to leave
      var _ = ending.eventLoop().schedule(() -> cutOff(ending), LINGER_S, TimeUnit.SECONDS);
    }
  }

  private static void cutOff(Channel channel) {
    channel.unsafe().close(channel.voidPromise()); // whatever still wants to end in good order
  }

  // --- the channel ---

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ReferenceCountUtil.release(message);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (subscriber != null && ctx.channel().isWritable()) {
      subscriber.drained();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (subscriber != null) {
      subscriber.leave();
    }
  }

  /** A reader that has sent its end is taken for gone. */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      var _ = ctx.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    var _ = ctx.close(); // a broken connection: the reader comes back with its cursor
  }
}
