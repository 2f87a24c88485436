package dev.gatehouse.gateway.http;

import dev.gatehouse.gateway.tls.ClientChain;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import java.net.InetSocketAddress;

/** Makes a connection of the listener without TLS ready: HTTP/1.1 only. */
public final class PlainSetup extends ChannelInitializer<Channel> {
  private final Entrance entrance;

  public PlainSetup(Entrance entrance) {
    this.entrance = entrance;
  }

  @Override
  protected void initChannel(Channel connection) {
    entrance.admit(connection);
    var peer = new Asked.Peer(address(connection), "", "", ClientChain.NONE);
    speakHttp1(connection, entrance, peer);
  }

  static void speakHttp1(Channel connection, Entrance entrance, Asked.Peer peer) {
    var codec = new H1Codec();
    connection
        .pipeline()
        .addLast("http", codec)
        .addLast("front", new H1Front(entrance, connection, peer, codec));
  }

  static String address(Channel connection) {
    return connection.remoteAddress() instanceof InetSocketAddress remote
        ? remote.getAddress().getHostAddress()
        : "";
  }
}
