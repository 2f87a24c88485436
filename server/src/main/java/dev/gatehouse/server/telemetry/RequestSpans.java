package dev.gatehouse.server.telemetry;

import dev.gatehouse.gateway.Served;
import dev.gatehouse.gateway.trace.Trace;
import dev.gatehouse.gateway.trace.Trace.Moment;
import dev.gatehouse.gateway.trace.TraceContext;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.resources.Resource;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes the spans of one request: the request, the wait for a replica, the replica's or model's
 * work, and the call of run() that the runner reports. Names follow the conventions for HTTP.
 */
final class RequestSpans {
  private static final String SERVICES = "/api/v1/service/";
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH");
  private static final Set<String> PATHS = Set.of("/", "/score", "/swagger.json");
  private static final Pattern RUN = Pattern.compile("([0-9a-f]{16}) (\\d{1,16}) (\\d{1,15})");

  /** A shorter wait is said in numbers only. */
  private static final long WORTH_A_SPAN = TimeUnit.MILLISECONDS.toNanos(1);

  private final Resource gateway;

  RequestSpans(Resource gateway) {
    this.gateway = gateway;
  }

  List<Span> of(Trace trace, Served served) {
    var spans = new ArrayList<Span>(4);
    long start = nanos(trace.at());
    long end = start + served.nanos();
    var own = context(trace.server(), trace.server().span());
    boolean failed = served.status() >= 500;
    String method = METHODS.contains(served.method()) ? served.method() : "_OTHER";
    spans.add(
        new Span(
            gateway,
            (method.startsWith("_") ? "HTTP" : method) + " " + route(served),
            SpanKind.SERVER,
            own,
            trace.parent() == 0 ? SpanContext.getInvalid() : remote(trace),
            start,
            end,
            failed,
            attributes(trace, served, method)));
    long queued = trace.nanos(Moment.QUEUED);
    long taken = trace.nanos(Moment.TAKEN);
    long waited = (taken < 0 ? served.nanos() : taken) - queued;
    if (queued >= 0 && (taken < 0 || waited >= WORTH_A_SPAN)) {
      spans.add(
          new Span(
              gateway,
              "queue",
              SpanKind.INTERNAL,
              // Any id will do that is not another span's of this trace.
              context(trace.server(), trace.client() ^ Long.MIN_VALUE),
              own,
              start + queued,
              start + queued + waited,
              false,
              Attributes.empty()));
    }
    if (taken >= 0) {
      work(trace, served, own, start, spans);
    }
    return spans;
  }

  private void work(Trace trace, Served served, SpanContext own, long start, List<Span> spans) {
    long answered = trace.nanos(Moment.ANSWERED);
    long begin = start + trace.nanos(Moment.TAKEN);
    long end =
        Math.max(begin, start + (trace.remote() || answered < 0 ? served.nanos() : answered));
    var context = context(trace.server(), trace.client());
    var attributes = Attributes.builder();
    if (answered >= 0) {
      attributes.put("gatehouse.first_byte_ms", millis(start + answered - begin));
    }
    if (trace.model() > 0) {
      attributes.put("gatehouse.model_ms", millis(trace.model()));
    }
    spans.add(
        new Span(
            gateway,
            trace.remote() ? "replica" : "model",
            trace.remote() ? SpanKind.CLIENT : SpanKind.INTERNAL,
            context,
            own,
            begin,
            end,
            served.status() >= 500,
            attributes.build()));
    Matcher run = RUN.matcher(trace.run());
    if (run.matches()) {
      // A replica's clock, or what its script says, must not lead outside of what we saw.
      long ran = Math.clamp(1_000 * Long.parseLong(run.group(2)), begin, end);
      long until = Math.clamp(ran + 1_000 * Long.parseLong(run.group(3)), ran, end);
      spans.add(
          new Span(
              resource(served),
              "run",
              SpanKind.SERVER,
              SpanContext.create(
                  trace.server().traceId(),
                  run.group(1),
                  TraceFlags.getSampled(),
                  TraceState.getDefault()),
              context,
              ran,
              until,
              served.status() >= 500,
              Attributes.empty()));
    }
  }

  static Resource resource(Served served) {
    return resource(new LogLine.Source(served.service(), served.version()));
  }

  static Resource resource(LogLine.Source source) {
    return Resource.create(
        Attributes.builder()
            .put("service.name", source.service())
            .put("service.version", source.version())
            .put("service.namespace", "gatehouse")
            .build());
  }

  private static Attributes attributes(Trace trace, Served served, String method) {
    AttributesBuilder to =
        Attributes.builder()
            .put("http.request.method", method)
            .put("http.route", route(served))
            .put("http.response.status_code", (long) served.status())
            .put("url.scheme", served.tls().isEmpty() ? "http" : "https")
            .put("url.path", served.path())
            .put("server.address", served.host())
            .put("client.address", served.remote())
            .put("http.request.body.size", served.received())
            .put("http.response.body.size", served.bytes())
            .put("gatehouse.service", served.service())
            .put("gatehouse.request_id", served.requestId());
    if (!served.version().isEmpty()) {
      to.put("gatehouse.version", served.version());
    }
    if (!served.tls().isEmpty()) {
      to.put("tls.protocol.version", served.tls().replace("TLSv", ""));
    }
    if (served.status() >= 500) {
      to.put("error.type", Integer.toString(served.status()));
    }
    long queued = trace.nanos(Moment.QUEUED);
    long taken = trace.nanos(Moment.TAKEN);
    if (queued >= 0) {
      to.put("gatehouse.queue_ms", millis((taken < 0 ? served.nanos() : taken) - queued));
    }
    return to.build();
  }

  /** With few different values: the services, and what each of them has. */
  private static String route(Served served) {
    String prefix = SERVICES + served.service();
    String rest = served.path().startsWith(prefix) ? served.path().substring(prefix.length()) : "";
    return prefix + (PATHS.contains(rest) ? rest : "/{path}");
  }

  private static SpanContext remote(Trace trace) {
    var own = trace.server();
    return SpanContext.createFromRemoteParent(
        own.traceId(),
        SpanId.fromLong(trace.parent()),
        TraceFlags.getSampled(),
        TraceState.getDefault());
  }

  private static SpanContext context(TraceContext server, long span) {
    return SpanContext.create(
        server.traceId(), SpanId.fromLong(span), TraceFlags.getSampled(), state(server.state()));
  }

  /** Members that are not as they should be are left out. */
  private static TraceState state(String text) {
    if (text.isEmpty()) {
      return TraceState.getDefault();
    }
    var members = new ArrayList<>(List.of(text.split(",", -1)));
    var state = TraceState.builder();
    // A builder puts each in front of those that it has.
    for (String member : members.reversed()) {
      int equals = member.indexOf('=');
      if (equals > 0) {
        state.put(member.substring(0, equals).strip(), member.substring(equals + 1).strip());
      }
    }
    return state.build();
  }

  static long nanos(Instant at) {
    return ChronoUnit.NANOS.between(Instant.EPOCH, at);
  }

  private static double millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMicros(nanos) / 1e3;
  }
}
