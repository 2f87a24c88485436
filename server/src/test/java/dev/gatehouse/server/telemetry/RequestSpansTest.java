package dev.gatehouse.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gateway.trace.Trace;
import dev.gatehouse.gateway.trace.Tracing;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestSpansTest {
  private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  private final DefaultHttpHeaders headers = new DefaultHttpHeaders();

  private Trace begun() {
    headers.set("traceparent", PARENT);
    headers.set("tracestate", "a=1, b=2");
    return new Tracing(0, InstantSource.system(), (_, _) -> {})
        .begin(headers, false, System.nanoTime())
        .orElseThrow();
  }

  private static List<Span> spans(Trace trace, int status) {
    return new RequestSpans(Resource.empty()).of(trace, TelemetryTest.served(status));
  }

  @Test
  void makesTheSpansOfAReplicasRequest() {
    var trace = begun();
    trace.mark(Trace.Moment.TAKEN);
    Tracing.propagate(headers, trace);
    trace.mark(Trace.Moment.ANSWERED);
    long now = RequestSpans.nanos(trace.at()) / 1_000;
    trace.ran("00f067aa0ba902b7 " + (now + 1_000) + " 500");
    var spans = spans(trace, 200);
    assertThat(spans)
        .extracting(Span::name)
        .containsExactly("POST /api/v1/service/wine/score", "replica", "run");
    assertThat(spans)
        .extracting(Span::kind)
        .containsExactly(SpanKind.SERVER, SpanKind.CLIENT, SpanKind.SERVER);
    assertThat(spans)
        .extracting(span -> span.getTraceId())
        .containsOnly("0af7651916cd43dd8448eb211c80319c");
    assertThat(spans)
        .extracting(span -> span.getParentSpanId())
        .containsExactly("b7ad6b7169203331", spans.get(0).getSpanId(), spans.get(1).getSpanId());
    assertThat(headers.get("traceparent")).contains(spans.get(1).getSpanId());
    assertThat(spans.get(2).getSpanId()).isEqualTo("00f067aa0ba902b7");
    assertThat(spans.get(2).end() - spans.get(2).start()).isEqualTo(500_000);
    assertThat(spans.get(2).resource().getAttribute(AttributeKey.stringKey("service.name")))
        .isEqualTo("wine");
    assertThat(spans.get(0).context().getTraceState().get("b")).isEqualTo("2");
  }

  @Test
  void saysWhatHappenedInTheWordsOfTheConventions() {
    var attributes = spans(begun(), 502).getFirst().attributes();
    assertThat(attributes.asMap().toString())
        .contains("http.request.method=POST")
        .contains("http.route=/api/v1/service/wine/score")
        .contains("http.response.status_code=502")
        .contains("error.type=502")
        .contains("tls.protocol.version=1.3")
        .contains("gatehouse.version=v2");
    assertThat(spans(begun(), 502).getFirst().getStatus()).isEqualTo(StatusData.error());
    assertThat(spans(begun(), 401).getFirst().getStatus()).isEqualTo(StatusData.unset());
  }

  @Test
  void keepsTheRunnersWordWithinWhatWasSeen() {
    var trace = begun();
    trace.mark(Trace.Moment.TAKEN);
    Tracing.propagate(headers, trace);
    trace.ran("00f067aa0ba902b7 1 999999999999999");
    var spans = spans(trace, 200);
    var replica = spans.get(1);
    assertThat(spans.get(2).start()).isEqualTo(replica.start());
    assertThat(spans.get(2).end()).isEqualTo(replica.end());
    for (String nonsense : List.of("", "00f067aa0ba902b7", "x 1 2", "00f067aa0ba902b7 -1 2")) {
      trace.ran(nonsense);
      assertThat(spans(trace, 200)).hasSize(2);
    }
  }

  @Test
  void showsTheWaitOfOneThatGotNoReplica() {
    var trace = begun();
    trace.mark(Trace.Moment.QUEUED);
    var spans = spans(trace, 503);
    assertThat(spans)
        .extracting(Span::name)
        .containsExactly("POST /api/v1/service/wine/score", "queue");
    assertThat(spans.get(1).end()).isEqualTo(spans.get(0).end());
  }

  @Test
  void tellsAModelInThisProcessFromAReplica() {
    var trace = begun();
    trace.mark(Trace.Moment.TAKEN);
    trace.mark(Trace.Moment.ANSWERED);
    var spans = spans(trace, 200);
    assertThat(spans.get(1).name() + " " + spans.get(1).kind()).isEqualTo("model INTERNAL");
  }
}
