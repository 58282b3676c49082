package tidings.http;

import static io.netty.handler.codec.http.HttpHeaderNames.HOST;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tidings.core.problem.Problem;
import tidings.http.exchange.ProblemDocument;
import tidings.http.exchange.Response;

/** Sends who comes by plain HTTP to the same place by HTTPS, and ends the connection. */
final class Redirect extends SimpleChannelInboundHandler<HttpObject> {
  private static final Pattern AUTHORITY =
      Pattern.compile("([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?");
  private static final int HTTPS_PORT = 443;

  private static final int HEAD_BYTES_MAX = 8 << 10;

  private final int port;
  private boolean answered;

  private Redirect(int port) {
    this.port = port;
  }

  /**
   * Has connections redirected.
   *
   * @param port where HTTPS is spoken
   */
  static Accepting.Begin to(int port, HttpSettings settings) {
    return (channel, peer) -> {
      var _ =
          channel
              .eventLoop()
              .schedule(
                  () -> close(channel),
                  settings.headerDeadline().toMillis(),
                  TimeUnit.MILLISECONDS);
      channel
          .pipeline()
          .addLast(
              new HttpRequestDecoder(
                  new HttpDecoderConfig()
                      .setMaxInitialLineLength(settings.targetBytesMax())
                      .setMaxHeaderSize(HEAD_BYTES_MAX)))
          .addLast(new Redirect(port));
    };
  }

  private static void close(Channel channel) {
    var _ = channel.close();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, HttpObject part) {
    if (answered) {
      return;
    }
    answered = true;
    Response response = response(part).guarded();
    ByteBuf out = ctx.alloc().directBuffer(response.sizeMax());
    response.write(out, false);
    ctx.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
  }

  private Response response(HttpObject part) {
    if (part.decoderResult().isSuccess()
        && part instanceof HttpRequest head
        && head.uri().startsWith("/")) {
      String host = head.headers().get(HOST, "");
      Matcher authority = AUTHORITY.matcher(host);
      if (authority.matches()) {
        String at = port == HTTPS_PORT ? "" : ":" + port;
        return Response.empty(308)
            .header("Location", "https://" + authority.group(1) + at + head.uri());
      }
    }
    return ProblemDocument.response(
        Problem.of(Problem.Kind.INVALID_REQUEST, "expected HTTP/1.1 with a Host header"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    var _ = ctx.close();
  }
}
