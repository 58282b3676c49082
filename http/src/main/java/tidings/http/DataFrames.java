package tidings.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;

/**
 * Carries bytes as DATA frames of HTTP/2; the end of the channel is the end of the stream, unless
 * it comes at once because nothing is taken.
 */
final class DataFrames extends ChannelOutboundHandlerAdapter {
  private boolean ended;

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    var _ =
        ctx.write(message instanceof ByteBuf b ? new DefaultHttp2DataFrame(b) : message, promise);
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (ended || !ctx.channel().isActive() || !ctx.channel().isWritable()) {
      var _ = ctx.close(promise);
      return;
    }
    ended = true;
    var _ =
        ctx.writeAndFlush(new DefaultHttp2DataFrame(true))
            .addListener(written -> {
              var _ = ctx.close(promise);
            });
  }
}
