package dev.gatehouse.gateway.http;

import dev.gatehouse.gateway.DataCollection;
import dev.gatehouse.gateway.Served;
import dev.gatehouse.gateway.collect.Collected;
import dev.gatehouse.gateway.trace.Trace;
import dev.gatehouse.gateway.trace.TraceContext;
import dev.gatehouse.gateway.trace.Tracing;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What is kept of the request under way, for the head of its answer and for when it is over. */
final class Account implements Witness {
  /** The client left before its answer was whole; the number is nginx's. */
  static final int LEFT = 499;

  private static final String REQUEST_ID = "x-ms-request-id";
  private static final int LONGEST_ID = 100;

  private final Entrance entrance;
  private final Asked.Peer peer;
  private @Nullable Asked asked;
  private @Nullable Tally tally;
  private @Nullable Consumer<HttpHeaders> adornment;
  private @Nullable Trace trace;
  private @Nullable Collected copy;
  private String id = "";
  private long begun;
  private int status;
  private long received;
  private long bytes;
  private boolean open;

  Account(Entrance entrance, Asked.Peer peer) {
    this.entrance = entrance;
    this.peer = peer;
  }

  void open() {
    asked = null;
    tally = null;
    adornment = null;
    trace = null;
    copy = null;
    received = 0;
    id = "";
    begun = System.nanoTime();
    status = 0;
    bytes = 0;
    open = true;
  }

  /** The client's own id, or a new one. */
  String name(HttpRequest request) {
    String sent = request.headers().get(REQUEST_ID);
    id = sent != null && !sent.isEmpty() && sent.length() <= LONGEST_ID ? sent : entrance.newId();
    return id;
  }

  String id() {
    return id;
  }

  void asked(Asked checked) {
    asked = checked;
  }

  @Override
  public void count(Tally where) {
    tally = where;
  }

  @Override
  public void modelTook(long nanos) {
    if (tally != null) {
      tally.modelTook(nanos);
    }
    if (trace != null) {
      trace.modelTook(nanos);
    }
  }

  void adorn(Consumer<HttpHeaders> headers) {
    adornment = headers;
  }

  @Override
  public void trace(boolean always) {
    var tracing = entrance.watchers().tracing();
    if (tracing.isPresent() && asked != null) {
      trace = tracing.get().begin(asked.request().headers(), always, begun).orElse(null);
    }
  }

  @Override
  public void propagate() {
    if (asked != null && trace != null) {
      Tracing.propagate(asked.request().headers(), trace);
    } else if (asked != null && entrance.watchers().tracing().isPresent()) {
      Tracing.propagateUnsampled(asked.request().headers());
    }
  }

  @Override
  public void mark(Trace.Moment moment) {
    if (trace != null) {
      trace.mark(moment);
    }
  }

  @Override
  public void ran(HttpHeaders answer) {
    if (trace != null) {
      trace.ran(answer.get(RUN));
    }
  }

  @Override
  public void collect(DataCollection collection) {
    var collector = entrance.watchers().collector();
    if (collector.isPresent() && asked != null && copy == null) {
      copy = collector.get().begin(collection).orElse(null);
      if (copy != null) {
        copy.requestHead(asked.request().headers());
      }
    }
  }

  void requestPart(HttpContent part) {
    received += part.content().readableBytes();
    if (copy != null) {
      copy.requestPart(part.content());
    }
  }

  void head(HttpResponse head) {
    status = head.status().code();
    if (!id.isEmpty()) {
      head.headers().set(REQUEST_ID, id);
    }
    if (peer.secure() && entrance.strictTransport().isPresent()) {
      head.headers().set("strict-transport-security", entrance.strictTransport().get());
    }
    if (adornment != null) {
      adornment.accept(head.headers());
    }
    if (copy != null) {
      copy.answerHead(head.headers());
    }
    if (head instanceof HttpContent whole) {
      part(whole);
    }
  }

  void part(HttpContent part) {
    bytes += part.content().readableBytes();
    if (copy != null) {
      copy.answerPart(part.content());
    }
  }

  /** The answer is at its end. */
  void close() {
    close(status);
  }

  /** It is over, be it in the middle; the first time counts. */
  void close(int how) {
    if (!open) {
      return;
    }
    open = false;
    long nanos = System.nanoTime() - begun;
    if (tally != null) {
      tally.add(how, nanos);
    }
    tell(how, nanos);
    // Nothing of a request is kept while its connection idles.
    asked = null;
    adornment = null;
    trace = null;
    copy = null;
  }

  private void tell(int how, long nanos) {
    var watchers = entrance.watchers();
    if (watchers.journal().isEmpty() && trace == null && copy == null) {
      return;
    }
    var served = served(how, nanos);
    if (watchers.journal().isPresent()) {
      watchers.journal().get().accept(served);
    }
    if (trace != null && watchers.tracing().isPresent()) {
      watchers.tracing().get().ended(trace, served);
    }
    if (copy != null) {
      copy.ended(served);
    }
  }

  private Served served(int how, long nanos) {
    return new Served(
        peer.address(),
        peer.tls(),
        peer.serverName(),
        asked == null ? "" : asked.host(),
        tally == null ? "" : tally.service(),
        tally == null ? "" : tally.version(),
        asked == null ? "" : asked.request().method().name(),
        asked == null ? "" : asked.path(),
        how,
        received,
        bytes,
        nanos,
        id,
        traceId());
  }

  private String traceId() {
    if (trace != null) {
      return trace.server().traceId();
    }
    return asked == null
        ? ""
        : TraceContext.read(asked.request().headers()).map(TraceContext::traceId).orElse("");
  }
}
