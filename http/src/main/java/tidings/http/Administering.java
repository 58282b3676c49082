package tidings.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import java.net.InetAddress;

/**
 * Accepts connections that only this machine's administrator can open: they are counted in all
 * alone, and speak HTTP/1.1.
 */
final class Administering extends ChannelInitializer<Channel> {
  private final Speaking speaking;
  private final Connections connections;

  Administering(Speaking speaking, Connections connections) {
    this.speaking = speaking;
    this.connections = connections;
  }

  @Override
  protected void initChannel(Channel channel) {
    if (!connections.enter()) {
      var _ = channel.close();
      return;
    }
    var _ = channel.closeFuture().addListener(closed -> connections.leave());
    InetAddress here = InetAddress.getLoopbackAddress();
    speaking.speakHttp1(channel, new Peer(here, false, true, TrustedProxies.NONE, connections));
  }
}
