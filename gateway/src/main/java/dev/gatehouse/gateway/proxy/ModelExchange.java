package dev.gatehouse.gateway.proxy;

import dev.gatehouse.gateway.Model;
import dev.gatehouse.gateway.admission.Entry;
import dev.gatehouse.gateway.admission.Slot;
import dev.gatehouse.gateway.admission.Waiter;
import dev.gatehouse.gateway.http.Answers;
import dev.gatehouse.gateway.http.Exchange;
import dev.gatehouse.gateway.http.Front;
import dev.gatehouse.gateway.http.Refusal;
import dev.gatehouse.gateway.trace.Trace;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gathers one request and has a model in this process answer it. */
public final class ModelExchange implements Exchange, Waiter {
  private static final Logger LOG = LoggerFactory.getLogger(ModelExchange.class);

  private final Front front;
  private final Workbench workbench;
  private final HttpRequest request;
  private final String path;
  private final List<HttpContent> parts = new ArrayList<>(2);
  private Errand errand;
  private int bytes;
  private boolean queued;
  private boolean over;

  public ModelExchange(
      Front front, Workbench workbench, Errand errand, HttpRequest request, String path) {
    this.front = front;
    this.workbench = workbench;
    this.errand = errand;
    this.request = request;
    this.path = path;
  }

  @Override
  public void body(HttpContent part) {
    int more = part.content().readableBytes();
    if (over || !workbench.reserve(more)) {
      part.release();
      refuse(errand.overloaded());
      return;
    }
    bytes += more;
    parts.add(part);
    if (part instanceof LastHttpContent) {
      begin();
    }
  }

  /**
   * What is done at once on the event loop stands in no queue: there are never more of those than
   * event loops.
   */
  private void begin() {
    if (bytes <= workbench.atOnce() && errand.line().anyPlace() instanceof Model model) {
      begin(model);
    } else {
      enter();
    }
  }

  private void begin(Model model) {
    if (model.joins()) {
      front.witness().mark(Trace.Moment.TAKEN);
      front.deadline().in(errand.timeout(), () -> refuse(errand.late()));
      model.join(asked(), answer -> front.loop().execute(() -> deliver(answer)));
    } else if (model.brisk()) {
      front.witness().mark(Trace.Moment.TAKEN);
      deliver(score(model, asked()));
    } else {
      enter();
    }
  }

  private void enter() {
    front.witness().mark(Trace.Moment.QUEUED);
    switch (errand.enter(this, null)) {
      case Slot free -> work(free);
      case Entry.Queued _ -> {
        queued = true;
        front.deadline().in(errand.queueWait(), this::waitedEnough);
      }
      case Entry.Full _ -> refuse(errand.overloaded());
      case Entry.Absent absent -> leave(absent.reason());
    }
  }

  private void waitedEnough() {
    if (queued && errand.line().withdraw(this)) {
      refuse(errand.overloaded());
    }
  }

  @Override
  public void granted(Slot free) {
    front
        .loop()
        .execute(() -> {
          if (over) {
            free.leave();
          } else {
            work(free);
          }
        });
  }

  @Override
  public void refused(String reason) {
    front.loop().execute(() -> leave(reason));
  }

  /** A version that goes while a request still waits for it costs nobody an answer. */
  private void leave(String reason) {
    queued = false;
    if (over) {
      return;
    }
    errand.elsewhere().get().ifPresentOrElse(this::move, () -> refuse(errand.notReady(reason)));
  }

  private void move(Errand other) {
    errand = other;
    front.deadline().off();
    begin();
  }

  private void work(Slot slot) {
    queued = false;
    front.witness().mark(Trace.Moment.TAKEN);
    var ask = asked();
    var model = (Model) slot.place();
    front.deadline().in(errand.timeout(), () -> refuse(errand.late()));
    boolean taken =
        workbench.offer(() -> {
          Model.Answer answer;
          try {
            answer = score(model, ask);
          } finally {
            slot.leave();
          }
          front.loop().execute(() -> deliver(answer));
        });
    if (!taken) {
      slot.leave();
      refuse(errand.overloaded());
    }
  }

  private Model.Ask asked() {
    var headers = request.headers();
    byte[] body = gathered();
    String sent = path.startsWith("/v2/") ? headers.get(Model.JSON_LENGTH) : null;
    return new Model.Ask(
        request.method().name(),
        path,
        headers.get(HttpHeaderNames.CONTENT_TYPE),
        body,
        sent == null ? body.length : length(sent));
  }

  /** What is no length is one that no body has; the model says so. */
  private static int length(String digits) {
    try {
      return Integer.parseInt(digits.strip());
    } catch (NumberFormatException _) {
      return -1;
    }
  }

  private Model.Answer score(Model model, Model.Ask ask) {
    try {
      return model.score(ask);
    } catch (RuntimeException e) {
      LOG.warn("{}: the model threw", errand.who(), e);
      return new Model.Answer(
          502,
          "application/json",
          "{\"message\":\"The model failed at this request; the gateway's log says why.\"}"
              .getBytes(StandardCharsets.UTF_8));
    }
  }

  private void deliver(Model.Answer answer) {
    if (over) {
      return;
    }
    end();
    front.witness().mark(Trace.Moment.ANSWERED);
    if (answer.nanos() > 0) {
      front.witness().modelTook(answer.nanos());
    }
    int status = answer.status() == 500 ? 502 : answer.status();
    var response =
        Answers.of(HttpResponseStatus.valueOf(status), answer.contentType(), answer.body());
    if (answer.jsonLength() < answer.body().length) {
      response.headers().set(Model.JSON_LENGTH, answer.jsonLength());
    }
    front.answer(response);
    front.flush();
  }

  private byte[] gathered() {
    var whole = new byte[bytes];
    int at = 0;
    for (var part : parts) {
      int length = part.content().readableBytes();
      part.content().getBytes(part.content().readerIndex(), whole, at, length);
      at += length;
    }
    release();
    return whole;
  }

  private void release() {
    parts.forEach(HttpContent::release);
    parts.clear();
  }

  private void refuse(Refusal refusal) {
    if (!over) {
      end();
      front.refuse(refusal);
    }
  }

  @Override
  public void bodyPaused() {
    // Nothing goes out before the whole is here.
  }

  @Override
  public void writable(boolean now) {
    // The answer is one write.
  }

  @Override
  public void gone() {
    end();
  }

  private void end() {
    if (over) {
      return;
    }
    over = true;
    front.deadline().off();
    if (queued) {
      errand.line().withdraw(this);
    }
    release();
    workbench.giveBack(bytes);
    bytes = 0;
  }
}
