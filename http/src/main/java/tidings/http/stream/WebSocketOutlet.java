package tidings.http.stream;

import static io.netty.handler.codec.http.websocketx.WebSocketCloseStatus.INVALID_MESSAGE_TYPE;
import static io.netty.handler.codec.http.websocketx.WebSocketCloseStatus.INVALID_PAYLOAD_DATA;
import static io.netty.handler.codec.http.websocketx.WebSocketCloseStatus.MESSAGE_TOO_BIG;
import static io.netty.handler.codec.http.websocketx.WebSocketCloseStatus.SERVICE_RESTART;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tidings.core.delivery.ControlEvent;
import tidings.core.delivery.Encoding;
import tidings.core.notification.JsonWriter;
import tidings.http.exchange.Output;

/**
 * A WebSocket (RFC 6455): takes the client's messages off their frames, in bounds, and ends with a
 * closing handshake.
 */
final class WebSocketOutlet extends StreamOutlet {
  private static final int CREDENTIALS_ENDED = 4401;
  private static final int NO_PROGRESS = 4408;

  /** Of a message, all its fragments together. */
  private static final int MESSAGE_BYTES_MAX = 32 << 10;

  /** One of a client's frames is taken so often, and so many at once. */
  private static final long FRAME_NANOS = TimeUnit.SECONDS.toNanos(1) / 8;

  private static final int FRAMES_AT_ONCE = 32;

  private static final WebSocketDecoderConfig CONFIG =
      WebSocketDecoderConfig.newBuilder()
          .expectMaskedFrames(true)
          .allowExtensions(false)
          .maxFramePayloadLength(MESSAGE_BYTES_MAX)
          .closeOnProtocolViolation(false)
          .build();

  /** The client has a moment to end the connection. */
  private static final ChannelFutureListener HEAR_OUT = written -> Output.end(written.channel());

  private final LongSupplier ticker;
  private final Frames frames = new Frames();
  private @Nullable Dialogue dialogue;
  private @Nullable ByteArrayOutputStream begun; // of a message whose last fragment is to come
  private long fullAt; // when the client may send as many as it ever may at once
  private boolean ended; // whether the last frame was written

  /**
   * @param ticker monotonic nanoseconds
   */
  WebSocketOutlet(InstantSource clock, LongSupplier ticker, Duration linger) {
    super(clock, linger);
    this.ticker = ticker;
    this.fullAt = ticker.getAsLong();
  }

  void attach(Dialogue dialogue) {
    this.dialogue = dialogue;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    super.handlerAdded(ctx);
    ctx.pipeline().addBefore(ctx.name(), null, frames);
  }

  // --- what is sent ---

  @Override
  public Encoding encoding() {
    return WebSocketEncoding.TEXT;
  }

  @Override
  ByteBuf encode(ControlEvent event, Instant now) {
    return WebSocketEncoding.TEXT.event(event, now);
  }

  /** Answers the client. */
  void answer(JsonWriter json) {
    if (!ended) {
      write(WebSocketEncoding.TEXT.text(json));
      flush();
    }
  }

  // --- the end ---

  @Override
  public void end(Ending why, int retryMs) {
    end(
        switch (why) {
          case CREDENTIALS -> closing(CREDENTIALS_ENDED, "the credentials ended");
          case NO_PROGRESS -> closing(NO_PROGRESS, "nothing was taken for too long");
          case DRAIN -> closing(SERVICE_RESTART.code(), Integer.toString(retryMs));
        },
        HEAR_OUT);
  }

  private void fail(WebSocketCloseStatus why, String reason) {
    end(closing(why.code(), reason), HEAR_OUT);
  }

  private static Supplier<ByteBuf> closing(int code, String reason) {
    return () -> WebSocketEncoding.TEXT.close(code, reason);
  }

  /** Nothing is sent after the last words; what still comes is read, and thrown away. */
  private void end(Supplier<ByteBuf> lastWords, ChannelFutureListener then) {
    ended = true;
    leave();
    channel().config().setAutoRead(true);
    finish(lastWords, then);
  }

  // --- what comes ---

  /** Takes frames off the bytes as long as the channel is to be read; what is left waits. */
  private final class Frames extends WebSocket13FrameDecoder {
    Frames() {
      super(CONFIG);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out)
        throws Exception {
      if (ended) {
        in.skipBytes(in.readableBytes());
      } else if (ctx.channel().config().isAutoRead()) {
        super.decode(ctx, in, out);
      }
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (!ended && message instanceof WebSocketFrame frame) {
        take(frame);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void take(WebSocketFrame frame) {
    switch (frame) {
      case CloseWebSocketFrame close ->
          end(closing(close.statusCode(), ""), ChannelFutureListener.CLOSE);
      case PingWebSocketFrame ping -> {
        write(WebSocketEncoding.TEXT.pong(ping.content()));
        flush();
      }
      case PongWebSocketFrame pong -> {}
      case BinaryWebSocketFrame binary -> fail(INVALID_MESSAGE_TYPE, "text is spoken here");
      default -> gather(frame);
    }
    if (!ended) {
      count();
    }
  }

  /** Counts a frame that was taken; the next one waits until it may come and answers are taken. */
  private void count() {
    fullAt = Math.max(fullAt, ticker.getAsLong()) + FRAME_NANOS;
    long wait = untilNext();
    if (wait > 0) {
      channel().config().setAutoRead(false);
      var _ = channel().eventLoop().schedule(this::due, wait, TimeUnit.NANOSECONDS);
    } else if (!isWritable()) {
      channel().config().setAutoRead(false);
    }
  }

  /** Nanoseconds until the next frame may come (the generic cell rate algorithm, ITU-T I.371). */
  private long untilNext() {
    return fullAt - ticker.getAsLong() - (FRAMES_AT_ONCE - 1) * FRAME_NANOS;
  }

  private void due() {
    if (isWritable()) {
      readOn();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    super.channelWritabilityChanged(ctx);
    if (ctx.channel().isWritable() && !ctx.channel().config().isAutoRead()) {
      // perhaps amid a write: what goes on does so afterwards
      ctx.channel().eventLoop().execute(this::readOn);
    }
  }

  /** Takes up what waits: one frame at least, though what is sent fills the channel again. */
  private void readOn() {
    ChannelHandlerContext ctx = channel().pipeline().context(frames);
    if (ctx == null || channel().config().isAutoRead() || untilNext() > 0) {
      return; // it is closed, or is read, or will be
    }
    channel().config().setAutoRead(true);
    try {
      frames.channelRead(ctx, Unpooled.EMPTY_BUFFER);
    } catch (Exception e) {
      ctx.fireExceptionCaught(e);
    }
  }

  private void gather(WebSocketFrame frame) {
    byte[] piece = ByteBufUtil.getBytes(frame.content());
    if (begun == null && frame.isFinalFragment()) {
      read(piece);
      return;
    }
    ByteArrayOutputStream message = begun == null ? new ByteArrayOutputStream() : begun;
    if (message.size() + piece.length > MESSAGE_BYTES_MAX) {
      fail(MESSAGE_TOO_BIG, "at most " + MESSAGE_BYTES_MAX + " bytes");
      return;
    }
    message.writeBytes(piece);
    begun = message;
    if (frame.isFinalFragment()) {
      begun = null;
      read(message.toByteArray());
    }
  }

  private void read(byte[] message) {
    try {
      var _ = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(message));
    } catch (CharacterCodingException e) {
      fail(INVALID_PAYLOAD_DATA, "no UTF-8");
      return;
    }
    if (dialogue != null) {
      dialogue.take(ClientMessage.read(message));
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof CorruptedWebSocketFrameException e && !ended) {
      fail(e.closeStatus(), "");
    } else {
      super.exceptionCaught(ctx, cause);
    }
  }
}
