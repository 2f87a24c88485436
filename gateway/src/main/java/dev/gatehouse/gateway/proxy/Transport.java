package dev.gatehouse.gateway.proxy;

import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.function.Function;

/** Which of Netty's transports carries listeners and Unix sockets. */
public record Transport(
    IoHandlerFactory handler,
    Class<? extends ServerChannel> listener,
    Class<? extends Channel> upstream,
    Function<Path, SocketAddress> address) {

  /** Epoll where it can be loaded. */
  public static Transport best() {
    return Epoll.isAvailable()
        ? new Transport(
            EpollIoHandler.newFactory(),
            EpollServerSocketChannel.class,
            EpollDomainSocketChannel.class,
            path -> new DomainSocketAddress(path.toString()))
        : nio();
  }

  public static Transport nio() {
    return new Transport(
        NioIoHandler.newFactory(),
        NioServerSocketChannel.class,
        NioDomainSocketChannel.class,
        UnixDomainSocketAddress::of);
  }
}
