package tidings.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import tidings.http.exchange.AnswerStream;

/** An answer of unknown length: chunked (RFC 9112, 7.1), or ended by closing in HTTP/1.0. */
final class ChunkedAnswer implements AnswerStream {
  private final ChannelHandlerContext context;
  private final boolean chunked;
  private final Consumer<ByteBuf> ending;

  /**
   * @param ending gets the last bytes
   */
  ChunkedAnswer(ChannelHandlerContext context, boolean chunked, Consumer<ByteBuf> ending) {
    this.context = context;
    this.chunked = chunked;
    this.ending = ending;
  }

  @Override
  public boolean isWritable() {
    return context.channel().isWritable();
  }

  @Override
  public void write(ByteBuf piece) {
    if (chunked) {
      String size = Integer.toHexString(piece.readableBytes()) + "\r\n";
      var _ = context.write(ascii(size), context.voidPromise());
      var _ = context.write(piece, context.voidPromise());
      var _ = context.writeAndFlush(ascii("\r\n"), context.voidPromise());
    } else {
      var _ = context.writeAndFlush(piece, context.voidPromise());
    }
  }

  @Override
  public void end() {
    ending.accept(chunked ? ascii("0\r\n\r\n") : Unpooled.EMPTY_BUFFER);
  }

  private static ByteBuf ascii(String text) {
    return Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.US_ASCII));
  }
}
