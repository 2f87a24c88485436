package dev.gatehouse.gateway.http;

import dev.gatehouse.gateway.Watchers;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

/** What all connections of the asking side share. */
public final class Entrance {
  /** What connections are told. */
  enum Event {
    CLOSING
  }

  private final Timeouts timeouts;
  private final Duration drain;
  private final Optional<String> strictTransport;
  private final Watchers watchers;
  private final Function<EventLoop, Reception> receptions;
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private volatile boolean closing;

  /**
   * @param drain how long requests in flight may go on once closing begins
   * @param strictTransport how long browsers shall insist on HTTPS (RFC 6797); zero says nothing
   * @param watchers told of requests on their event loops
   */
  public Entrance(
      Timeouts timeouts,
      Duration drain,
      Duration strictTransport,
      Watchers watchers,
      Function<EventLoop, Reception> receptions) {
    this.timeouts = timeouts;
    this.drain = drain;
    this.strictTransport =
        strictTransport.isZero()
            ? Optional.empty()
            : Optional.of("max-age=" + strictTransport.toSeconds());
    this.watchers = watchers;
    this.receptions = receptions;
  }

  /** Takes the connection into the count; it leaves by itself when it closes. */
  public void admit(Channel connection) {
    connections.add(connection);
    if (closing) {
      connection.close();
    }
  }

  /** Ends idle connections now and the others after their request, at the latest after drain. */
  public void close() throws InterruptedException {
    closing = true;
    for (var connection : connections) {
      connection
          .eventLoop()
          .execute(() -> connection.pipeline().fireUserEventTriggered(Event.CLOSING));
    }
    connections.newCloseFuture().await(drain.toMillis());
    connections.close().await(drain.toMillis());
  }

  Timeouts timeouts() {
    return timeouts;
  }

  Duration drain() {
    return drain;
  }

  boolean closing() {
    return closing;
  }

  Optional<String> strictTransport() {
    return strictTransport;
  }

  Watchers watchers() {
    return watchers;
  }

  Reception reception(EventLoop loop) {
    return receptions.apply(loop);
  }

  /** Ids tell requests apart and guard nothing. */
  String newId() {
    var random = ThreadLocalRandom.current();
    return new UUID(random.nextLong(), random.nextLong()).toString();
  }
}
