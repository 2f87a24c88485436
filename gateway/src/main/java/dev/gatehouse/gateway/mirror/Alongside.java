package dev.gatehouse.gateway.mirror;

import dev.gatehouse.gateway.http.Exchange;
import dev.gatehouse.gateway.http.Front;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Passes a request on to its exchange and keeps its body, of which the copy is made at the end. */
final class Alongside implements Exchange {
  private final Exchange real;
  private final Mirror mirror;
  private final Function<Front, Exchange> begin;
  private final List<HttpContent> kept = new ArrayList<>(2);
  private int bytes;
  private @Nullable CopyFront copy;

  Alongside(Exchange real, Mirror mirror, CopyFront copy, Function<Front, Exchange> begin) {
    this.real = real;
    this.mirror = mirror;
    this.copy = copy;
    this.begin = begin;
  }

  @Override
  public void body(HttpContent part) {
    var to = copy;
    if (to != null && keep(part, to) && part instanceof LastHttpContent) {
      copy = null;
      var parts = List.copyOf(kept);
      kept.clear();
      // Not before the request itself has had its turn.
      to.loop().execute(() -> to.run(begin, parts));
    }
    real.body(part);
  }

  private boolean keep(HttpContent part, CopyFront to) {
    int more = part.content().readableBytes();
    if (bytes + more > Mirror.LARGEST) {
      mirror.tooLarge();
      drop();
      return false;
    }
    if (!to.reserve(more)) {
      mirror.tooBusy();
      drop();
      return false;
    }
    bytes += more;
    kept.add(part.retainedDuplicate());
    return true;
  }

  private void drop() {
    kept.forEach(HttpContent::release);
    kept.clear();
    if (copy != null) {
      copy.end();
      copy = null;
    }
  }

  @Override
  public void bodyPaused() {
    real.bodyPaused();
  }

  @Override
  public void writable(boolean now) {
    real.writable(now);
  }

  @Override
  public void over() {
    real.over();
    drop();
  }

  @Override
  public void gone() {
    real.gone();
    drop();
  }
}
