package tidings.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import java.net.InetAddress;

/**
 * Accepts connections that only this machine's administrator can open. They speak HTTP/1.1, and are
 * not counted: when the hub is full is when they are needed.
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
    InetAddress here = InetAddress.getLoopbackAddress();
    speaking.speakHttp1(channel, new Peer(here, false, true, TrustedProxies.NONE, connections));
  }
}
