package tidings.http.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.CodecException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tidings.core.delivery.ControlEvent;
import tidings.core.delivery.Frame;
import tidings.core.delivery.Outlet;
import tidings.core.delivery.Subscriber;

/**
 * A connection that has become a stream: the last handler in its pipeline. Writes go to the channel
 * as they are.
 */
abstract class StreamOutlet extends ChannelInboundHandlerAdapter implements Outlet {
  private static final Logger logger = LoggerFactory.getLogger(StreamOutlet.class);

  private final InstantSource clock;
  private final Duration linger;
  private @Nullable Channel channel;
  private @Nullable Subscriber subscriber;

  /**
   * @param linger how long the stream may take to end, however it does
   */
  StreamOutlet(InstantSource clock, Duration linger) {
    this.clock = clock;
    this.linger = linger;
  }

  /** A control event in this outlet's wire form. */
  abstract ByteBuf encode(ControlEvent event, Instant now);

  void attach(Subscriber subscriber) {
    this.subscriber = subscriber;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    channel = ctx.channel();
  }

  final Channel channel() {
    if (channel == null) {
      throw new IllegalStateException("not in a pipeline yet");
    }
    return channel;
  }

  // --- Outlet ---

  @Override
  public final boolean isWritable() {
    return channel().isWritable();
  }

  @Override
  public final void write(Frame frame) {
    write(((SharedFrame) frame).bytes.retainedDuplicate());
  }

  @Override
  public final void write(ControlEvent event) {
    write(encode(event, clock.instant()));
  }

  final void write(ByteBuf bytes) {
    Channel to = channel();
    var _ = to.write(bytes, to.voidPromise());
  }

  @Override
  public final void flush() {
    channel().flush();
  }

  /**
   * Says the last words; the connection is closed soon after, whether they have left or not.
   *
   * @param then what is done when they have left
   */
  final void finish(Supplier<ByteBuf> lastWords, ChannelFutureListener then) {
    Channel ending = channel();
    try {
      var _ = ending.writeAndFlush(lastWords.get()).addListener(then);
    } catch (RuntimeException | Error e) { // no memory for the end: the stream must end anyway
      breakOff();
      throw e;
    }
    if (ending.isOpen()) {
      var _ =
          ending
              .eventLoop()
              .schedule(() -> cutOff(ending), linger.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** Closes the connection at once. */
  final void breakOff() {
    cutOff(channel());
  }

  private static void cutOff(Channel channel) {
    channel.unsafe().close(channel.voidPromise()); // whatever still wants to end in good order
  }

  // --- the channel ---

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (subscriber != null && ctx.channel().isWritable()) {
      subscriber.drained();
    }
  }

  @Override
  public final void channelInactive(ChannelHandlerContext ctx) {
    leave();
  }

  /** The subscriber gets nothing more. */
  final void leave() {
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

  /** A broken connection, from which the reader comes back with its cursor; or a defect. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof Error
        || cause instanceof RuntimeException && !(cause instanceof CodecException)) {
      logger.error("the stream of {} failed", ctx.channel().remoteAddress(), cause);
    }
    var _ = ctx.close();
  }
}
