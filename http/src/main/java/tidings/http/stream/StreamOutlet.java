package tidings.http.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tidings.core.delivery.ControlEvent;
import tidings.core.delivery.Frame;
import tidings.core.delivery.Outlet;
import tidings.core.delivery.Subscriber;

/**
 * A connection that has become a stream: the last handler in its pipeline. Writes go to the channel
 * as they are.
 */
abstract class StreamOutlet extends ChannelInboundHandlerAdapter implements Outlet {
  /** How long the end of a stream may take to leave. */
  private static final int LINGER_S = 5;

  private final InstantSource clock;
  private @Nullable Channel channel;
  private @Nullable Subscriber subscriber;

  StreamOutlet(InstantSource clock) {
    this.clock = clock;
  }

  /** A control event in this outlet's wire form. */
  abstract ByteBuf encode(ControlEvent event, Instant now);

  /** The last bytes of a stream that the hub ends. */
  abstract ByteBuf lastWords(Ending why, int retryMs);

  /** Ends the connection, as the last words have left. */
  abstract void close(ChannelFuture written);

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

  @Override
  public void end(Ending why, int retryMs) {
    if (why == Ending.NO_PROGRESS || !isWritable()) {
      var _ = channel().close(); // it would not read the end either
    } else {
      finish(why, retryMs);
    }
  }

  /** Says the last words, and ends the connection when they have left, or soon anyway. */
  final void finish(Ending why, int retryMs) {
    try {
      finish(lastWords(why, retryMs));
    } catch (RuntimeException | Error e) { // no memory for the end: the stream must end anyway
      breakOff();
      throw e;
    }
  }

  final void finish(ByteBuf last) {
    Channel ending = channel();
    close(ending.writeAndFlush(last));
    if (ending.isOpen()) { // what is left does not fit the socket: it has a moment to leave
      var _ = ending.eventLoop().schedule(() -> cutOff(ending), LINGER_S, TimeUnit.SECONDS);
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

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    var _ = ctx.close(); // a broken connection: the reader comes back with its cursor
  }
}
