package dev.gatehouse.gateway.http;

import dev.gatehouse.gateway.Served;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What is kept of the request under way, for the head of its answer and for when it is over. */
final class Account {
  /** The client left before its answer was whole; the number is nginx's. */
  static final int LEFT = 499;

  private static final String REQUEST_ID = "x-ms-request-id";
  private static final int LONGEST_ID = 100;

  private final Entrance entrance;
  private final Asked.Peer peer;
  private @Nullable Asked asked;
  private @Nullable Tally tally;
  private @Nullable Consumer<HttpHeaders> adornment;
  private String id = "";
  private long begun;
  private int status;
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

  void count(Tally where) {
    tally = where;
  }

  void adorn(Consumer<HttpHeaders> headers) {
    adornment = headers;
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
    if (head instanceof HttpContent whole) {
      part(whole);
    }
  }

  void part(HttpContent part) {
    bytes += part.content().readableBytes();
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
    var journal = entrance.journal();
    if (journal.isPresent()) {
      journal.get().accept(served(how, nanos));
    }
    // Nothing of a request is kept while its connection idles.
    asked = null;
    adornment = null;
  }

  private Served served(int how, long nanos) {
    return new Served(
        peer.address(),
        asked == null ? "" : asked.host(),
        tally == null ? "" : tally.service(),
        tally == null ? "" : tally.version(),
        asked == null ? "" : asked.request().method().name(),
        asked == null ? "" : asked.path(),
        how,
        bytes,
        nanos,
        id);
  }
}
