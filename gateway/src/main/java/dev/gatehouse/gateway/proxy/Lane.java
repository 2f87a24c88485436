package dev.gatehouse.gateway.proxy;

import dev.gatehouse.gateway.admission.Slot;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The connections to replicas that one event loop owns; used on that event loop only. */
public final class Lane {
  /** Shorter than the idle limits that HTTP servers usually have. */
  private static final long IDLE = Duration.ofSeconds(20).toNanos();

  private static final int IDLE_PER_SLOT = 64;

  private final EventLoop loop;
  private final Transport transport;
  private final Bootstrap bootstrap;
  private final Map<Slot, Deque<Upstream>> idle = new HashMap<>();
  private boolean sweeping;

  public Lane(EventLoop loop, Transport transport, Duration connect) {
    this.loop = loop;
    this.transport = transport;
    this.bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(transport.upstream())
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(connect.toMillis()))
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    var config =
                        new HttpDecoderConfig()
                            .setMaxHeaderSize(64 * 1024)
                            .setMaxChunkSize(64 * 1024);
                    channel
                        .pipeline()
                        .addLast(new HttpClientCodec(config, false, false))
                        .addLast("upstream", new Upstream(channel));
                  }
                });
  }

  /** The event loop whose connections these are. */
  public EventLoop loop() {
    return loop;
  }

  /** An idle connection to the slot, used last; or nothing. */
  @Nullable Upstream idle(Slot slot) {
    var connections = idle.get(slot);
    if (connections == null) {
      return null;
    }
    for (var found = connections.pollLast(); found != null; found = connections.pollLast()) {
      if (found.open()) {
        return found;
      }
    }
    return null;
  }

  ChannelFuture connect(Slot slot) {
    return bootstrap.connect(transport.address().apply((Path) slot.place()));
  }

  /** Keeps the connection for the next request, unless the replica is on its way out. */
  void keep(Slot slot, Upstream upstream) {
    if (slot.retired() || !upstream.open()) {
      upstream.close();
      return;
    }
    var connections = idle.computeIfAbsent(slot, _ -> new ArrayDeque<>());
    if (connections.size() >= IDLE_PER_SLOT) {
      upstream.close();
      return;
    }
    upstream.rest(loop.ticker().nanoTime());
    connections.addLast(upstream);
    if (!sweeping) {
      sweeping = true;
      loop.schedule(this::sweep, IDLE, TimeUnit.NANOSECONDS);
    }
  }

  /** Closes what is kept for a replica that has left; called on any thread. */
  public void forget(Slot slot) {
    loop.execute(() -> {
      var connections = idle.remove(slot);
      if (connections != null) {
        connections.forEach(Upstream::close);
      }
    });
  }

  private void sweep() {
    long now = loop.ticker().nanoTime();
    for (var connections : idle.values()) {
      connections.removeIf(upstream -> {
        boolean old = !upstream.open() || now - upstream.restingSince() > IDLE;
        if (old) {
          upstream.close();
        }
        return old;
      });
    }
    idle.values().removeIf(Deque::isEmpty);
    sweeping = !idle.isEmpty();
    if (sweeping) {
      loop.schedule(this::sweep, IDLE, TimeUnit.NANOSECONDS);
    }
  }
}
