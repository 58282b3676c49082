package tidings.http.exchange;

import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;

/** The sending half of a connection. */
public final class Output {
  private Output() {}

  /**
   * Says that nothing more is sent, while the client may still be sending: closed at once, the
   * connection would be reset, and what was sent last be lost (RFC 9112, 9.6).
   */
  public static void end(Channel channel) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls != null) {
      var _ = tls.closeOutbound();
    }
    var _ = ((DuplexChannel) channel).shutdownOutput();
  }
}
