package dev.gatehouse.gateway.collect;

import dev.gatehouse.gateway.DataCollection;
import dev.gatehouse.gateway.Served;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One request and its answer; its event loop's until it is over, and then its receiver's. */
public final class Collected {
  private final Collector collector;
  private final DataCollection collection;
  private final Instant at;
  private final Excerpt request;
  private final Excerpt answer;
  private @Nullable Served served;

  Collected(Collector collector, DataCollection collection, Instant at) {
    this.collector = collector;
    this.collection = collection;
    this.at = at;
    this.request = new Excerpt(collector.longest());
    this.answer = new Excerpt(collector.longest());
  }

  public void requestHead(HttpHeaders headers) {
    request.head(headers);
  }

  public void requestPart(ByteBuf part) {
    request.add(part);
  }

  public void answerHead(HttpHeaders headers) {
    answer.head(headers);
  }

  public void answerPart(ByteBuf part) {
    answer.add(part);
  }

  /** The request is over: from here on it is the receiver's. */
  public void ended(Served how) {
    served = how;
    collector.ended(this);
  }

  /** The receiver needs it no longer; exactly once. */
  public void release() {
    collector.done();
  }

  /** Where it belongs. */
  public DataCollection collection() {
    return collection;
  }

  /** When the request came. */
  public Instant at() {
    return at;
  }

  /** How it went. */
  public Served served() {
    if (served == null) {
      throw new IllegalStateException("the request is not over (expected: after its end)");
    }
    return served;
  }

  public Excerpt request() {
    return request;
  }

  public Excerpt answer() {
    return answer;
  }
}
