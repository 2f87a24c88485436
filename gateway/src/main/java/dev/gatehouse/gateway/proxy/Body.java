package dev.gatehouse.gateway.proxy;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayList;
import java.util.List;

/** A request's body on its way: small ones are kept until the answer begins, for a second try. */
final class Body {
  static final int KEPT = 64 * 1024;

  private final List<HttpContent> kept = new ArrayList<>(2);
  private long bytes;
  private boolean complete;
  private boolean lost;

  boolean complete() {
    return complete;
  }

  boolean large() {
    return bytes > KEPT;
  }

  /** Something has been sent and not kept: there can't be a second try. */
  boolean lost() {
    return lost;
  }

  /** Takes a part that can't be sent yet. */
  void hold(HttpContent part) {
    count(part);
    kept.add(part);
  }

  /** Sends a part, keeping it too while the whole is small and no answer has begun. */
  void send(HttpContent part, Upstream to) {
    count(part);
    if (!lost && large()) {
      letGo();
    }
    if (!lost) {
      kept.add(part);
      to.write(part.retainedDuplicate());
    } else {
      to.write(part);
    }
  }

  /** Sends all that is held. */
  void sendHeld(Upstream to) {
    if (large()) {
      lost = true;
      var parts = List.copyOf(kept);
      kept.clear();
      parts.forEach(to::write);
    } else {
      // A failing write may release what is kept meanwhile.
      for (int i = 0; i < kept.size(); i++) {
        to.write(kept.get(i).retainedDuplicate());
      }
    }
  }

  void letGo() {
    lost = true;
    kept.forEach(HttpContent::release);
    kept.clear();
  }

  private void count(HttpContent part) {
    bytes += part.content().readableBytes();
    complete |= part instanceof LastHttpContent;
  }
}
