package tidings.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;

/** Reads requests off the wire, and tells the conversation when bytes come. */
final class RequestDecoder extends HttpRequestDecoder {
  private final Conversation conversation;

  RequestDecoder(HttpSettings settings, Conversation conversation) {
    super(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(settings.targetBytesMax())
            .setMaxHeaderSize(settings.headerBytesMax()));
    this.conversation = conversation;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    conversation.bytesCome();
    super.channelRead(ctx, message);
  }
}
