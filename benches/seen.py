"""What access log, traces and collections cost: CPU per request of servers with each of them, in turns.

GATEHOUSE_BEFORE names another checkout, whose server is measured too, with all of it off.
"""

import contextlib
import http.server
import json
import os
import statistics
import sys
import tempfile
import threading
import urllib.parse
from pathlib import Path

from frame import ROOT, Figures
import harness
from control_plane import ControlPlane
from load import Load, cpu_seconds

ROUNDS, SECONDS, RATE, WARM_UP = 7, 5, 1500, 20000
TRACED = "traces:\n  endpoint: http://127.0.0.1:%d\n  sample: %s\n"


class Sink(http.server.BaseHTTPRequestHandler):
    """Takes what is sent and keeps nothing."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Subject:
    """A server with one ONNX service behind TLS, and the load generator's connections to it."""

    def __init__(self, name, stack, settings="", collect=False, program=None):
        self.name, self.cpu = name, []
        gatehouse = harness.Gatehouse(settings=settings)
        if program:
            gatehouse.command = lambda *a, **o: run_as(program, gatehouse, *a, **o)
            gatehouse.stop = lambda: run_as(program, gatehouse, "down", check=False)
        plane = ControlPlane(stack.enter_context(gatehouse))
        plane.create_compute("bench", "bench")
        model = plane.register("ridge", ROOT / "demo" / "ridge.onnx", "Onnx")
        service, _ = plane.deploy("ridge", model, "bench")
        if collect:
            plane.send("PATCH", plane.models + "/services/ridge", [
                {"op": "replace", "path": "/dataCollection/storageEnabled", "value": True}])
        uri = urllib.parse.urlsplit(service["scoringUri"])
        address, _, port = plane.status["https"].rpartition(":")
        row = json.loads((ROOT / "demo" / "expected.json").read_text())["ridge"]["data"][:1]
        self.pid = plane.status["pid"]
        target = {"address": address, "port": port, "host": uri.hostname, "ca": plane.status["ca"], "path": uri.path,
                  "body": json.dumps({"data": row}).encode(),
                  "key": plane.send("POST", "%s/services/ridge/listkeys" % plane.models)["primaryKey"]}
        self.load = stack.enter_context(Load(target, stack.enter_context(tempfile.TemporaryDirectory()), 8))

    def measure(self, seconds=SECONDS):
        before = cpu_seconds(self.pid)
        result = self.load.run(RATE, seconds)
        if result["failed"]:
            raise RuntimeError("%s: %s" % (self.name, result["fault"]))
        return (cpu_seconds(self.pid) - before) * 1e6 / result["answered"]


def run_as(program, gatehouse, *arguments, **options):
    """The same command by another checkout's program."""
    own, harness.GATEHOUSE = harness.GATEHOUSE, str(Path(program) / "gatehouse")
    try:
        return harness.Gatehouse.command(gatehouse, *arguments, **options)
    finally:
        harness.GATEHOUSE = own


def main():
    figures = Figures("seen")
    sink = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    threading.Thread(target=sink.serve_forever, daemon=True).start()
    before = os.environ.get("GATEHOUSE_BEFORE")
    with contextlib.ExitStack() as stack:
        subjects = [Subject("before", stack, program=before)] if before else []
        subjects += [
            Subject("all off", stack),
            Subject("access log", stack, "access-log: access.jsonl\n"),
            Subject("traces of 1 %", stack, TRACED % (sink.server_port, 0.01)),
            Subject("traces of all", stack, TRACED % (sink.server_port, 1)),
            Subject("bodies of all", stack, collect=True),
        ]
        for subject in subjects:
            subject.measure(WARM_UP / RATE)
        for number in range(ROUNDS):
            for subject in subjects[::1 if number % 2 else -1]:
                subject.cpu.append(subject.measure())
            print("  " + "  ".join("%s %.1f" % (s.name, s.cpu[-1]) for s in subjects), flush=True)
    off = next(s for s in subjects if s.name == "all off")
    for subject in subjects:
        figures.add("CPU per request, " + subject.name, statistics.median(subject.cpu), "us")
    for subject in subjects:
        if subject is not off:
            pairs = [theirs / ours for theirs, ours in zip(subject.cpu, off.cpu)]
            if subject.name == "before":
                figures.add("all off / before, median of the rounds", statistics.median(1 / pair for pair in pairs), "", 1.05)
            else:
                figures.add(subject.name + " / all off, median of the rounds", statistics.median(pairs), "")
    return figures.finish()


if __name__ == "__main__":
    sys.exit(main())
