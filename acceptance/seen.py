"""What can be seen of requests: traces from the caller through the gateway into run(), log lines, collected bodies, the access log.

Traces and lines are decoded by OpenTelemetry's own package, so that somebody else's code says whether the format is right.
"""

import contextlib
import csv
import http.server
import json
import re
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from control_plane import ControlPlane
from harness import ROOT, Gatehouse, run_tests
from serving import Caller, deploy, eventually, patch, settled

TRACE, SPAN = "0af7651916cd43dd8448eb211c%06x", "b7ad6b7169203331"
SECRET = "Bearer opensesame-7316"
SCRIPT = """
import json, time

def init():
    pass

def run(raw, request_headers):
    data = json.loads(raw)
    print('asked for', data.get('say', 'nothing'))
    time.sleep(data.get('sleep', 0))
    return {'traceparent': request_headers.get('Traceparent'), 'state': request_headers.get('Tracestate')}
"""
COLLECTOR = """
import json
from azureml.monitoring import ModelDataCollector

def init():
    global inputs
    inputs = ModelDataCollector('best_model', designation='inputs', feature_names=['age', 'bmi'])

def run(raw):
    inputs.collect(json.loads(raw)['data'])
    return 'kept'
"""
_server = _receiver = None
_number = 0


class Receiver:
    """An endpoint of OTLP over HTTP; while `slow` is set it does not answer."""

    def __init__(self, port=0):
        self.spans, self.lines, self.keys, self.posts = [], [], set(), 0
        self.slow, self.stopped = threading.Event(), False
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if receiver.stopped:
                    self.close_connection = True
                    return
                while receiver.slow.is_set():
                    time.sleep(0.1)
                receiver.keys.add(self.headers.get("Authorization"))
                assert self.headers["Content-Type"] == "application/x-protobuf", self.headers
                if self.path == "/v1/traces":
                    receiver.take_spans(ExportTraceServiceRequest.FromString(body))
                elif self.path == "/v1/logs":
                    receiver.take_lines(ExportLogsServiceRequest.FromString(body))
                receiver.posts += 1
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take_spans(self, request):
        for resource in request.resource_spans:
            about = attributes(resource.resource.attributes)
            for scope in resource.scope_spans:
                for span in scope.spans:
                    self.spans.append(Span(span, about))

    def take_lines(self, request):
        for resource in request.resource_logs:
            about = attributes(resource.resource.attributes)
            for scope in resource.scope_logs:
                for line in scope.log_records:
                    self.lines.append((about["service.name"], line.body.string_value, attributes(line.attributes)))

    def of(self, trace):
        return [span for span in self.spans if span.trace == trace]

    def printed(self, service):
        return [text for name, text, _ in self.lines if name == service]

    def stop(self):
        """Also for connections that are open."""
        self.stopped = True
        self.server.shutdown()
        self.server.server_close()


class Span:
    def __init__(self, span, resource):
        self.trace, self.id, self.parent = span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex()
        self.name, self.kind, self.state = span.name, span.kind, span.trace_state
        self.start, self.end, self.status = span.start_time_unix_nano, span.end_time_unix_nano, span.status.code
        self.about, self.resource = attributes(span.attributes), resource

    def __repr__(self):
        return "%s %s %s<-%s %s" % (self.resource["service.name"], self.name, self.id, self.parent, self.about)


def attributes(pairs):
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in pairs}


def plane():
    return ControlPlane(_server)


def trace_id():
    global _number
    _number += 1
    return TRACE % _number


class Tracer(Caller):
    """A caller that can name a trace."""

    def ask(self, body, **headers):
        """(status, body, headers)"""
        return self.send(json.dumps(body).encode(), {name.replace("_", "-"): value for name, value in headers.items()})

    def send(self, content, headers, query=""):
        import http.client
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        with contextlib.closing(connection):
            connection.request("POST", self.path + query, content, {
                "Authorization": "Bearer " + self.key, "Content-Type": "application/json", **headers})
            response = connection.getresponse()
            return response.status, response.read().decode(errors="replace"), response.headers


@contextlib.contextmanager
def service(name, code=SCRIPT, **members):
    control = plane()
    deploy(control, name, code, **members)
    yield Tracer(control, name)
    settled(plane(), "DELETE", "/services/" + name)


def arrived(trace, count):
    return eventually(lambda: _receiver.of(trace), lambda seen: len(seen) >= count, 20)


def metric(name):
    text = plane().send("GET", "/metrics").decode()
    return int(re.search(r"^gatehouse_%s_total (\d+)$" % name, text, re.M).group(1))


# ============================================================================================================== traces
def trace_goes_from_the_caller_into_run():
    with service("traced") as caller:
        trace = trace_id()
        status, body, headers = caller.ask({"sleep": 0.05}, traceparent="00-%s-%s-01" % (trace, SPAN), tracestate="vendor=1,other=2")
        assert status == 200 and headers.get("x-gatehouse-run") is None, headers
        request, replica, run = sorted(arrived(trace, 3), key=lambda span: span.start)
        assert (request.parent, replica.parent, run.parent) == (SPAN, request.id, replica.id), (request, replica, run)
        assert [span.kind for span in (request, replica, run)] == [2, 3, 2], "server, client, server"
        assert [span.resource["service.name"] for span in (request, replica, run)] == ["gatehouse", "gatehouse", "traced"]
        assert request.name == "POST /api/v1/service/traced/score" and request.state == "vendor=1,other=2", request
        about = request.about
        assert about["http.response.status_code"] == 200 and about["http.request.method"] == "POST", about
        assert about["gatehouse.version"] == "traced" and about["gatehouse.request_id"] == headers["x-ms-request-id"], about
        assert 0 <= about["gatehouse.queue_ms"] < 1000 and about["http.request.body.size"] == len('{"sleep": 0.05}'), about
        assert request.start <= replica.start <= run.start <= run.end <= replica.end <= request.end
        assert 50e6 <= run.end - run.start < 5e9, run.end - run.start
        seen = json.loads(body)
        assert seen == {"traceparent": "00-%s-%s-01" % (trace, run.id), "state": "vendor=1,other=2"}, seen
        assert _receiver.keys == {SECRET}, "the headers of the file"


def trace_of_a_model_in_the_gateway():
    control = plane()
    model = control.register("ridge", ROOT / "demo" / "ridge.onnx", "Onnx")
    control.deploy("ridge", model, "target")
    row = json.loads((ROOT / "demo" / "expected.json").read_text())["ridge"]["data"][:1]
    trace = trace_id()
    assert Tracer(control, "ridge").ask({"data": row}, traceparent="00-%s-%s-01" % (trace, SPAN))[0] == 200
    spans = {span.name: span for span in arrived(trace, 2)}
    request, model = spans["POST /api/v1/service/ridge/score"], spans["model"]
    assert (model.parent, model.kind) == (request.id, 1), spans
    assert request.start <= model.start <= model.end <= request.end
    assert 0 < model.about["gatehouse.model_ms"] < (model.end - model.start) / 1e6, model
    settled(control, "DELETE", "/services/ridge")


def what_is_not_sampled_is_passed_on_only():
    with service("unsampled") as caller:
        trace, sampled = trace_id(), trace_id()
        seen = json.loads(caller.ask({}, traceparent="00-%s-%s-00" % (trace, SPAN))[1])
        assert seen["traceparent"] == "00-%s-%s-00" % (trace, SPAN), seen
        for parent in ("", "00-%s-%s" % (trace, SPAN), "00-%s-0000000000000000-01" % trace, "no trace"):
            seen = json.loads(caller.ask({}, **({"traceparent": parent, "tracestate": "a=1"} if parent else {}))[1])
            assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-00", seen["traceparent"]), (parent, seen)
            assert trace not in seen["traceparent"] and seen["state"] is None, (parent, seen)
        before = len(_receiver.spans)
        caller.ask({}, traceparent="00-%s-%s-01" % (sampled, SPAN))
        arrived(sampled, 3)
        assert len(_receiver.spans) == before + 3 and not _receiver.of(trace)


def refusals_and_faults_are_traced():
    with service("refuses", "def init(): pass\n\ndef run(raw):\n    raise ValueError('no')\n") as caller:
        refused, failed = trace_id(), trace_id()
        key, caller.key = caller.key, "wrong"
        assert caller.ask({}, traceparent="00-%s-%s-01" % (refused, SPAN))[0] == 401
        caller.key = key
        assert caller.ask({}, traceparent="00-%s-%s-01" % (failed, SPAN))[0] == 502
        only, = arrived(refused, 1)
        assert only.about["http.response.status_code"] == 401 and only.status == 0, only
        spans = {span.name: span for span in arrived(failed, 3)}
        request = spans["POST /api/v1/service/refuses/score"]
        assert request.about["error.type"] == "502" and request.status == 2 and spans["run"].status == 2, spans


def insights_are_switched_by_an_update():
    with service("insights") as caller:
        caller.ask({"say": "one"})
        patch(plane(), "insights", appInsightsEnabled=True)
        assert plane().send("GET", plane().models + "/services/insights")["appInsightsEnabled"] is True
        before = len([s for s in _receiver.spans if s.about.get("gatehouse.service") == "insights"])
        assert before == 0, "the ratio is 0, and nobody asked for a trace"
        caller.ask({"say": "two"})
        caller.ask({"say": "x" * 100000})
        eventually(lambda: _receiver.printed("insights"), lambda lines: len(lines) >= 2, 20)
        # Each replica's lines are read by themselves.
        short, long = sorted(_receiver.printed("insights"), key=len)
        assert short == "asked for two" and len(long) == 64 * 1024, (short, len(long))
        eventually(lambda: [s for s in _receiver.spans if s.about.get("gatehouse.service") == "insights"], lambda seen: len(seen) == 2)
        patch(plane(), "insights", appInsightsEnabled=False)
        caller.ask({"say": "three"})
        last = trace_id()
        caller.ask({"say": "four"}, traceparent="00-%s-%s-01" % (last, SPAN))
        arrived(last, 3)
        time.sleep(0.5)
        assert len(_receiver.printed("insights")) == 2, _receiver.printed("insights")[2:]


def endpoint_that_is_down_or_slow_delays_nothing():
    global _receiver
    with service("patient") as caller:
        def median(count):
            took = []
            for _ in range(count):
                started = time.monotonic()
                assert caller.ask({}, traceparent="00-%s-%s-01" % (trace_id(), SPAN))[0] == 200
                took.append(time.monotonic() - started)
            return statistics.median(took)
        up, lost = median(60), metric("traces_spans_lost")
        port = _receiver.port
        _receiver.stop()
        down = median(60)
        eventually(lambda: metric("traces_spans_lost"), lambda now: now > lost, 60)
        spans, lines = _receiver.spans, _receiver.lines
        _receiver = Receiver(port)
        _receiver.spans, _receiver.lines = spans, lines
        _receiver.slow.set()
        slow = median(60)
        _receiver.slow.clear()
        print("median with the endpoint up %.1f, down %.1f, slow %.1f ms" % (up * 1e3, down * 1e3, slow * 1e3))
        assert max(down, slow) < 3 * up + 0.02, (up, down, slow)
        again = trace_id()
        caller.ask({}, traceparent="00-%s-%s-01" % (again, SPAN))
        eventually(lambda: _receiver.of(again), lambda seen: len(seen) == 3, 60)
        log = _server.log()
        assert "cannot be sent to http://127.0.0.1:" in log and "arrive at http://127.0.0.1:" in log, log[-2000:]


# ========================================================================================================== collection
def place(name):
    status = plane().status
    return Path(status["subscription"], status["resourceGroup"], status["workspace"], name)


def collected(name):
    files = sorted((_server.data / "collected" / place(name)).rglob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def bodies_are_collected_while_the_service_says_so():
    with service("kept") as caller:
        caller.ask({"say": "before"})
        patch(plane(), "kept", **{"dataCollection/storageEnabled": True})
        trace = trace_id()
        _, body, headers = caller.ask({"say": "during"}, traceparent="00-%s-%s-01" % (trace, SPAN))
        caller.send(b"\xff\xfe\x00\x01", {"Content-Type": "application/octet-stream"}, "?sig=hidden-5520")
        caller.ask({"say": "y" * 50000})
        one, binary, long = eventually(lambda: collected("kept"), lambda lines: len(lines) == 3, 20)
        assert (one["request"]["body"], one["response"]["body"], one["status"]) == ('{"say": "during"}', body, 200), one
        assert (one["trace"], one["id"], one["version"]) == (trace, headers["x-ms-request-id"], "kept"), one
        assert binary["request"]["base64"] == "//4AAQ==" and binary["request"]["type"] == "application/octet-stream", binary
        assert long["request"]["truncated"] and long["request"]["bytes"] == 50011 and len(long["request"]["body"]) == 4096, long
        text = json.dumps([one, binary, long])
        assert caller.key not in text and "hidden-5520" not in text and "before" not in text
        modes = {oct(f.stat().st_mode & 0o777) for f in (_server.data / "collected").rglob("*.jsonl")}
        assert modes == {"0o600"}, modes
        _server.kill()
        _server.start()
        eventually(lambda: plane().send("GET", plane().models + "/services/kept")["state"], lambda s: s == "Healthy", 60)
        caller = Tracer(plane(), "kept")
        caller.ask({"say": "after the restart"})
        eventually(lambda: collected("kept"), lambda lines: len(lines) == 4, 20)
        patch(plane(), "kept", **{"dataCollection/storageEnabled": False})
        caller.ask({"say": "no longer"})
        time.sleep(0.5)
        assert len(collected("kept")) == 4 and metric("collected_dropped") == 0


def share_of_the_requests_is_a_property():
    members = {"dataCollection": {"storageEnabled": True}, "properties": {"gatehouse.collect.sample": "0.3"}}
    with service("sampled", **members) as caller:
        for _ in range(100):
            caller.score({})
        time.sleep(1)
        assert 8 <= len(collected("sampled")) <= 60, len(collected("sampled"))
        try:
            patch(plane(), "sampled", **{"properties/gatehouse.collect.sample": "3"})
            raise AssertionError("a share of 3 is taken")
        except Exception as e:
            assert "number from 0 to 1" in str(e), e


def files_stay_within_their_bound():
    with service("bounded", dataCollection={"storageEnabled": True}) as caller:
        for number in range(500):
            caller.score({"say": "z" * 4000, "n": number})
        folder = _server.data / "collected" / place("bounded")
        eventually(lambda: collected("bounded"), lambda lines: '"n": 499' in lines[-1]["request"]["body"] or any(
            '"n": 499' in line["request"]["body"] for line in lines), 20)
        size = sum(file.stat().st_size for file in folder.rglob("*.jsonl"))
        assert 400_000 < size < 1_250_000, size
        assert not any('"n": 0}' in line["request"]["body"] for line in collected("bounded")), "the oldest go first"


def model_data_of_the_script():
    with service("monitored", COLLECTOR) as caller:
        assert caller.score({"data": [[1, 2]]})[0] == 200
        folder = _server.data / "modeldata" / place("monitored")
        assert not folder.exists(), "it is not switched on"
        patch(plane(), "monitored", **{"dataCollection/storageEnabled": True})
        assert caller.score({"data": [[3, 4.5], [5, 6]]})[0] == 200
        day = time.strftime("%Y/%m/%d", time.gmtime())
        with open(folder / "best_model" / "default" / "inputs" / day / "data.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        assert [(row["age"], row["bmi"]) for row in rows] == [("3", "4.5"), ("5", "6")], rows
        assert rows[0]["$aml_service_name"] == "monitored" and rows[0]["$aml_workspace"] == str(place("")), rows
        patch(plane(), "monitored", **{"dataCollection/storageEnabled": False})
        assert caller.score({"data": [[7, 8]]})[0] == 200
        with open(folder / "best_model" / "default" / "inputs" / day / "data.csv") as file:
            assert len(file.readlines()) == 3


# ========================================================================================================== access log
def access_log_says_what_happened_and_no_secret():
    with service("logged") as caller:
        trace = trace_id()
        caller.send(b"{}", {"traceparent": "00-%s-%s-00" % (trace, SPAN), "x-ms-request-id": "mine-1"}, "?sig=hidden-9913")
        log = _server.data / "logs" / "access.jsonl"
        def lines():
            return [json.loads(line) for line in log.read_text().splitlines()]
        one, = eventually(lambda: [line for line in lines() if line["id"] == "mine-1"], lambda seen: seen, 10)
        assert {key: one[key] for key in ("service", "version", "method", "status", "received", "trace", "tls", "sni")} == {
            "service": "logged", "version": "logged", "method": "POST", "status": 200, "received": 2, "trace": trace, "tls": "",
            "sni": ""}, one
        assert one["ms"] > 0 and one["bytes"] > 0 and one["path"] == "/api/v1/service/logged/score", one
        assert any(line["tls"] == "TLSv1.3" for line in lines()), "the control plane is asked over TLS"
        assert "hidden-9913" not in log.read_text() and caller.key not in log.read_text()


def secret_of_the_endpoint_is_nowhere():
    pid = _server.status()["pid"]
    assert SECRET not in Path("/proc/%d/cmdline" % pid).read_text()
    for file in (_server.data / "logs").rglob("*"):
        assert not file.is_file() or SECRET.encode() not in file.read_bytes(), file
    seen = subprocess.run(["grep", "-rl", "opensesame-7316", str(_server.data)], capture_output=True, text=True).stdout.split()
    assert seen == [str(_server.data / "otel.headers")], seen


TESTS = [
    trace_goes_from_the_caller_into_run, trace_of_a_model_in_the_gateway, what_is_not_sampled_is_passed_on_only,
    refusals_and_faults_are_traced, insights_are_switched_by_an_update, endpoint_that_is_down_or_slow_delays_nothing,
    bodies_are_collected_while_the_service_says_so, share_of_the_requests_is_a_property, files_stay_within_their_bound,
    model_data_of_the_script, access_log_says_what_happened_and_no_secret, secret_of_the_endpoint_is_nowhere]


def main():
    global _server, _receiver
    _receiver = Receiver()
    _server = Gatehouse()
    headers = _server.data / "otel.headers"
    headers.touch(mode=0o600)
    headers.write_text("Authorization: %s\n" % SECRET)
    (_server.data / "gatehouse.yaml").write_text(
        "access-log: access.jsonl\ntraces:\n  endpoint: http://127.0.0.1:%d\n  sample: 0\n  headers-file: %s\n"
        "collect:\n  body: 4KiB\n  keep: 1MiB\n" % (_receiver.port, headers))
    with _server:
        plane().create_compute("target")
        return run_tests(TESTS)


if __name__ == "__main__":
    sys.exit(main())
