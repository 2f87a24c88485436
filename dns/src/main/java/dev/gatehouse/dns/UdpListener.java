package dev.gatehouse.dns;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers datagrams one after the other on one thread. */
final class UdpListener {
  private static final Logger log = LoggerFactory.getLogger(UdpListener.class);
  private static final int LARGEST_DATAGRAM = 65_535;
  private static final long PAUSE_AFTER_FAULT = TimeUnit.MILLISECONDS.toNanos(20);

  private final DatagramChannel channel;
  private final Responder responder;
  private final Thread thread;

  /** Owns the channel, which must be bound. */
  UdpListener(DatagramChannel channel, Responder responder) {
    this.channel = channel;
    this.responder = responder;
    this.thread = Thread.ofPlatform().daemon().name("dns-udp").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  void stop() {
    try {
      channel.close();
    } catch (IOException e) {
      log.debug("Closing the UDP socket failed", e);
    }
  }

  /** Waits for the thread, which {@link #stop} ends. */
  void join() throws InterruptedException {
    thread.join();
  }

  private void run() {
    var buffer = ByteBuffer.allocateDirect(LARGEST_DATAGRAM);
    while (channel.isOpen()) {
      try {
        buffer.clear();
        var client = channel.receive(buffer);
        answer(buffer.flip(), client);
      } catch (ClosedChannelException _) {
        return;
      } catch (IOException | RuntimeException e) {
        log.warn("Receiving over UDP failed", e);
        LockSupport.parkNanos(PAUSE_AFTER_FAULT);
      }
    }
  }

  private void answer(ByteBuffer received, SocketAddress client) throws ClosedChannelException {
    var asked = new byte[received.remaining()];
    received.get(asked);
    var answer = responder.answer(asked, Transport.UDP);
    if (answer.isEmpty()) {
      return;
    }
    try {
      channel.send(ByteBuffer.wrap(answer.get()), client);
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      // A client that cannot be reached (or gave port 0) is no fault of ours.
      log.debug("Answering {} failed", client, e);
    }
  }
}
