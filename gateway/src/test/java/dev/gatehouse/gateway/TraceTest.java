package dev.gatehouse.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gateway.trace.Trace;
import dev.gatehouse.gateway.trace.Tracing;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceTest {
  private static final String SCORE = "/api/v1/service/s/score";
  private static final String ID = "0af7651916cd43dd8448eb211c80319c";
  private static final String SPAN = "b7ad6b7169203331";

  @TempDir Path folder;
  private final BlockingQueue<Traced> traced = new LinkedBlockingQueue<>();
  private final BlockingQueue<Map<String, String>> seen = new LinkedBlockingQueue<>();
  private Scene scene;

  private record Traced(Trace trace, Served served) {}

  private void serve(double ratio) throws Exception {
    serve(ratio, false);
  }

  private void serve(double ratio, boolean always) throws Exception {
    var tracing =
        new Tracing(
            ratio,
            InstantSource.system(),
            (trace, served) -> traced.add(new Traced(trace, served)));
    scene =
        new Scene(
            folder,
            settings ->
                settings.withWatchers(
                    new Watchers(Optional.empty(), Optional.of(tracing), Optional.empty())));
    var replica =
        scene.replica(call -> {
          seen.add(call.headers);
          call.body();
          call.send(
              "HTTP/1.1 200 OK\r\nx-gatehouse-run: what it says\r\nContent-Length: 2\r\n\r\n{}");
        });
    var versions = List.of(Scene.version("v", 100, Scene.limits(), replica));
    scene.serve(
        new ServiceRoute(
            "id-s",
            "s",
            new Access.Keys("first", "second"),
            Origins.NONE,
            ClientRoots.NONE,
            always,
            versions));
  }

  @AfterEach
  void close() throws Exception {
    scene.close();
  }

  private Wire.Reply ask(String... headers) throws Exception {
    var all = new java.util.ArrayList<>(List.of(headers));
    all.add("Authorization: Bearer first");
    return scene.wire().ask(Scene.get(SCORE, all.toArray(String[]::new)));
  }

  private Map<String, String> seen() throws InterruptedException {
    var headers = seen.poll(10, TimeUnit.SECONDS);
    assertThat(headers).isNotNull();
    return headers;
  }

  private Traced traced() throws InterruptedException {
    var next = traced.poll(10, TimeUnit.SECONDS);
    assertThat(next).isNotNull();
    return next;
  }

  private static String parent(String flags) {
    return "traceparent: 00-" + ID + "-" + SPAN + "-" + flags;
  }

  @Test
  void goesOnWithTheTraceOfItsCaller() throws Exception {
    serve(0);
    ask(parent("01"), "tracestate: a=1", "tracestate: b=2");
    var trace = traced().trace();
    assertThat(trace.server().traceId()).isEqualTo(ID);
    assertThat(Long.toHexString(trace.parent())).isEqualTo(SPAN);
    assertThat(trace.server().state()).isEqualTo("a=1,b=2");
    var headers = seen();
    assertThat(headers.get("traceparent"))
        .isEqualTo("00-%s-%016x-01".formatted(ID, trace.client()));
    assertThat(headers.get("tracestate")).isEqualTo("a=1,b=2");
  }

  @Test
  void keepsTheMomentsOfARequestAndHidesWhatTheRunnerReports() throws Exception {
    serve(1);
    var reply = ask();
    var one = traced();
    assertThat(one.served().status()).isEqualTo(200);
    assertThat(one.trace().run()).isEqualTo("what it says");
    long queued = one.trace().nanos(Trace.Moment.QUEUED);
    assertThat(one.trace().nanos(Trace.Moment.TAKEN)).isBetween(queued, one.served().nanos());
    assertThat(one.trace().nanos(Trace.Moment.ANSWERED))
        .isBetween(one.trace().nanos(Trace.Moment.TAKEN), one.served().nanos());
    assertThat(reply.headers()).doesNotContainKey("x-gatehouse-run");
  }

  @Test
  void leavesAloneWhatItsCallerDoesNotSample() throws Exception {
    serve(1, true);
    ask(parent("00"), "tracestate: a=1");
    var headers = seen();
    assertThat(headers.get("traceparent")).isEqualTo("00-" + ID + "-" + SPAN + "-00");
    assertThat(headers.get("tracestate")).isEqualTo("a=1");
    assertThat(traced.poll(200, TimeUnit.MILLISECONDS)).isNull();
  }

  @Test
  void tellsReplicasThatARequestIsNotSampled() throws Exception {
    serve(0);
    ask();
    assertThat(seen().get("traceparent")).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-00");
  }

  @Test
  void samplesAllOfAServiceThatWantsIt() throws Exception {
    serve(0, true);
    ask();
    assertThat(traced().trace().parent()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.more",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "none"
      })
  void beginsANewTraceWhereTheCallersCannotBeRead(String value) throws Exception {
    serve(1);
    ask("traceparent: " + value, "tracestate: a=1");
    var trace = traced().trace();
    assertThat(trace.server().traceId()).isNotEqualTo(ID);
    assertThat(trace.parent()).isZero();
    assertThat(seen()).doesNotContainKey("tracestate");
  }

  @Test
  void beginsANewTraceWhereTheCallerNamesTwo() throws Exception {
    serve(1);
    ask(parent("01"), parent("01"));
    assertThat(traced().trace().server().traceId()).isNotEqualTo(ID);
  }

  @Test
  void readsLaterVersionsAsFarAsItKnowsThem() throws Exception {
    serve(0);
    ask("traceparent: 01-" + ID + "-" + SPAN + "-03-later");
    assertThat(traced().trace().server().traceId()).isEqualTo(ID);
  }

  @Test
  void dropsAStateThatIsTooLong() throws Exception {
    serve(0);
    ask(parent("01"), "tracestate: a=" + "x".repeat(600));
    assertThat(seen()).doesNotContainKey("tracestate");
  }

  @Test
  void tracesWhatIsRefused() throws Exception {
    serve(1);
    scene.wire().ask(Scene.get(SCORE));
    var one = traced();
    assertThat(one.served().status()).isEqualTo(401);
    assertThat(one.trace().nanos(Trace.Moment.QUEUED)).isEqualTo(-1);
  }

  @Test
  void samplesAboutTheRatio() throws Exception {
    serve(0.25);
    var wire = scene.wire();
    for (int i = 0; i < 400; i++) {
      wire.ask(Scene.get(SCORE, "Authorization: Bearer first"));
    }
    assertThat(traced.size()).isBetween(50, 160);
  }

  @Test
  void hidesTheReportAlsoFromThoseWhoAreNotTraced() throws Exception {
    serve(0);
    var reply = ask("x-gatehouse-run: from a client");
    assertThat(reply.headers()).doesNotContainKey("x-gatehouse-run");
    assertThat(seen()).doesNotContainKey("x-gatehouse-run");
    assertThat(reply.body()).isEqualTo("{}");
  }
}
