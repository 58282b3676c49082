package tidings.http.stream;

import static io.netty.handler.codec.http.websocketx.WebSocketCloseStatus.INVALID_MESSAGE_TYPE;
import static io.netty.handler.codec.http.websocketx.WebSocketCloseStatus.INVALID_PAYLOAD_DATA;
import static io.netty.handler.codec.http.websocketx.WebSocketCloseStatus.MESSAGE_TOO_BIG;
import static io.netty.handler.codec.http.websocketx.WebSocketCloseStatus.POLICY_VIOLATION;
import static io.netty.handler.codec.http.websocketx.WebSocketCloseStatus.SERVICE_RESTART;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFuture;
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
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
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

  /** A client may send one frame so often, and so many at once. */
  private static final long FRAME_NANOS = TimeUnit.SECONDS.toNanos(1) / 8;

  private static final int FRAMES_AT_ONCE = 32;

  private static final WebSocketDecoderConfig FRAMES =
      WebSocketDecoderConfig.newBuilder()
          .expectMaskedFrames(true)
          .allowExtensions(false)
          .maxFramePayloadLength(MESSAGE_BYTES_MAX)
          .closeOnProtocolViolation(false)
          .build();

  private final LongSupplier ticker;
  private @Nullable Dialogue dialogue;
  private @Nullable ByteArrayOutputStream begun; // of a message whose last fragment is to come
  private long fullAt; // when the client may send as many as it ever may at once
  private boolean ended; // whether the last frame was written

  /**
   * @param ticker monotonic nanoseconds
   */
  WebSocketOutlet(InstantSource clock, LongSupplier ticker) {
    super(clock);
    this.ticker = ticker;
    this.fullAt = ticker.getAsLong();
  }

  void attach(Dialogue dialogue) {
    this.dialogue = dialogue;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    super.handlerAdded(ctx);
    ctx.pipeline().addBefore(ctx.name(), null, new WebSocket13FrameDecoder(FRAMES));
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

  /** A client that takes nothing has a moment to hear of its end: it may be reading again. */
  @Override
  public void end(Ending why, int retryMs) {
    ended = true;
    if (why == Ending.NO_PROGRESS) {
      finish(why, retryMs);
    } else {
      super.end(why, retryMs);
    }
  }

  @Override
  ByteBuf lastWords(Ending why, int retryMs) {
    return switch (why) {
      case CREDENTIALS -> close(CREDENTIALS_ENDED, "the credentials ended");
      case NO_PROGRESS -> close(NO_PROGRESS, "nothing was taken for too long");
      case DRAIN -> close(SERVICE_RESTART.code(), Integer.toString(retryMs));
    };
  }

  private static ByteBuf close(int code, String reason) {
    return WebSocketEncoding.TEXT.close(code, reason);
  }

  /** The client has a moment to answer; what it sends else is thrown away. */
  @Override
  void close(ChannelFuture written) {
    var _ = written.addListener(done -> Output.end(channel()));
  }

  private void fail(WebSocketCloseStatus why, String reason) {
    ended = true;
    leave();
    finish(close(why.code(), reason));
  }

  /** Closes because the client does: with its own code. */
  private void closeToo(CloseWebSocketFrame frame) {
    ended = true;
    leave();
    var _ =
        channel()
            .writeAndFlush(close(frame.statusCode(), ""))
            .addListener(ChannelFutureListener.CLOSE);
  }

  // --- what comes ---

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (message instanceof CloseWebSocketFrame frame) {
        if (ended) {
          var _ = ctx.close();
        } else {
          closeToo(frame);
        }
      } else if (!ended && message instanceof WebSocketFrame frame) {
        take(frame);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void take(WebSocketFrame frame) {
    if (!mayCome()) {
      fail(POLICY_VIOLATION, "too many frames");
      return;
    }
    switch (frame) {
      case PingWebSocketFrame ping -> {
        if (isWritable()) {
          write(WebSocketEncoding.TEXT.pong(ping.content()));
          flush();
        }
      }
      case PongWebSocketFrame pong -> {}
      case BinaryWebSocketFrame binary -> fail(INVALID_MESSAGE_TYPE, "text is spoken here");
      default -> gather(frame);
    }
    if (!ended && !isWritable()) {
      channel().config().setAutoRead(false); // until the answers are taken
    }
  }

  /** Whether the client may send a frame now (the generic cell rate algorithm, ITU-T I.371). */
  private boolean mayCome() {
    long now = ticker.getAsLong();
    long ahead = Math.max(0, fullAt - now);
    fullAt = now + ahead + FRAME_NANOS;
    return ahead <= (FRAMES_AT_ONCE - 1) * FRAME_NANOS;
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
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    super.channelWritabilityChanged(ctx);
    if (ctx.channel().isWritable()) {
      ctx.channel().config().setAutoRead(true);
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
