package dev.gatehouse.gateway.http;

import io.netty.handler.codec.http.HttpContent;

/** An exchange that was over when it began; what still comes of the request is dropped. */
public final class Answered implements Exchange {
  public static final Answered INSTANCE = new Answered();

  private Answered() {}

  @Override
  public void body(HttpContent part) {
    part.release();
  }

  @Override
  public void bodyPaused() {}

  @Override
  public void writable(boolean now) {}

  @Override
  public void gone() {}
}
