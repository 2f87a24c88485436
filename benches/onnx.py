"""What one scored row costs: the diabetes Ridge over TLS, beside MLServer, Azure's inference server and the least Java can do."""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

import baselines
from frame import ROOT, Figures
from control_plane import ControlPlane
from harness import GATEHOUSE, Gatehouse
from load import Load, compiler_seconds, tree_cpu_seconds

CONNECTIONS = 32
WARM_UP, SLICE, ROUNDS, SLOW_ROUNDS = 5, 2.5, int(os.environ.get("ROUNDS", 12)), 4
FLAGS = ["-XX:+UseSerialGC", "-Xms48m", "-Xmx1g", "--enable-native-access=ALL-UNNAMED",
         "--sun-misc-unsafe-memory-access=allow"]


class Foreground(Gatehouse):
    """A server in our own session: Linux shares processors out among sessions, and the others are in this one."""

    def start(self):
        self.process = subprocess.Popen(
            [GATEHOUSE, "up", "--data", str(self.data), "--https-port", "0", "--http-port", "0", "--dns-port", "0"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 300
        while not (self.data / "status.json").exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the server did not become ready")
            time.sleep(0.05)
        return self

    def stop(self):
        self.process.terminate()
        self.process.wait(60)


class Runner:
    """A server under a load of its own, measured slice by slice."""

    def __init__(self, name, target, pids, folder):
        self.name, self.pids, self.cpu, self.rates = name, pids, [], []
        self.load = Load(target, folder, CONNECTIONS)

    def warm_up(self, seconds, longest=300):
        """Until the compilers of the JVM have next to nothing left to do; there may be little processor to do it with."""
        began = time.monotonic()
        while True:
            before, compiled = tree_cpu_seconds(self.pids), compiler_seconds(self.pids)
            self.slice(seconds, counts=False)
            compiled = compiler_seconds(self.pids) - compiled
            if compiled <= 0.02 * (tree_cpu_seconds(self.pids) - before) or time.monotonic() - began > longest:
                return

    def slice(self, seconds, counts=True):
        before = tree_cpu_seconds(self.pids)
        result = self.load.run(0, seconds)
        used = (tree_cpu_seconds(self.pids) - before) * 1e6 / max(1, result["answered"])
        if counts and result["failed"]:
            raise RuntimeError("%s: %d failed: %s" % (self.name, result["failed"], result["fault"]))
        print("  %-10s %7.0f requests/s  p50 %6.2f ms  %8.1f us CPU each" % (
            self.name, result["answered"] / seconds, result["p50"], used), flush=True)
        if counts:
            self.cpu.append(used)
            self.rates.append(result["answered"] / seconds)
        return used


def number(name, target):
    """Scores once and returns the prediction, so that nobody is measured who answers something else."""
    status, text = baselines.first_answer(target)
    answer = json.loads(text)
    if status != 200:
        raise RuntimeError("%s: %d %s" % (name, status, text))
    if "outputs" in answer:
        answer = answer["outputs"][0]["data"]
    while not isinstance(answer, float):
        answer = next(iter(answer.values())) if isinstance(answer, dict) else answer[0]
    return answer


def gatehouse_target(plane, body):
    plane.create_compute("bench", "bench")
    model = plane.register("ridge", ROOT / "demo" / "ridge.onnx", "Onnx")
    service, _ = plane.deploy("ridge", model, "bench")
    uri = urllib.parse.urlsplit(service["scoringUri"])
    address, _, port = plane.status["https"].rpartition(":")
    key = plane.send("POST", "%s/services/ridge/listkeys" % plane.models)["primaryKey"]
    return {"address": address, "port": int(port), "host": uri.hostname, "ca": plane.status["ca"], "path": uri.path,
            "body": body, "key": key}


def main():
    figures = Figures("onnx")
    expected = json.loads((ROOT / "demo" / "expected.json").read_text())["ridge"]
    row, answer = expected["data"][0], expected["answer"][0]
    data = json.dumps({"data": [row]}).encode()
    tensor = json.dumps({"inputs": [{"name": "predict", "shape": [1, 10], "datatype": "FP64", "data": row}]}).encode()
    only_java = "--java" in sys.argv
    subprocess.run([ROOT / "scripts" / "debian.sh", "nginx=nginx-light"], check=True)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        pem, key = baselines.certificate(folder)
        plane = ControlPlane(stack.enter_context(Foreground()))
        servers = [("Gatehouse", gatehouse_target(plane, data), [plane.status["pid"]])]
        others = [baselines.bare(folder, pem, key, data, FLAGS)]
        if not only_java:
            others += [baselines.mlserver(folder, pem, key, tensor), baselines.azmlinfsrv(folder, pem, key, data)]
        for server in others:
            stack.enter_context(server)
            servers.append((server.name, server.target, server.pids))
        for name, target, _ in servers:
            if name == "bare":
                continue
            got = number(name, target)
            if abs(got - answer) > 1e-3:
                raise RuntimeError("%s answers %s (expected: %s)" % (name, got, answer))
        runners = []
        for name, target, pids in servers:
            own = os.path.join(folder, "load-" + name)
            os.mkdir(own)
            runner = Runner(name, target, pids, own)
            stack.enter_context(runner.load)
            runners.append(runner)
        ours, least, *slow = runners
        for runner in runners:
            runner.warm_up(WARM_UP)
        over = []
        for turn in range(ROUNDS):
            # The other way round each time: what the machine does besides must not meet always the same.
            pair = (ours, least) if turn % 2 else (least, ours)
            for runner in pair:
                runner.slice(SLICE)
            over.append(ours.cpu[-1] / least.cpu[-1])
            if turn < SLOW_ROUNDS:
                for runner in slow:
                    runner.slice(SLICE)
    cost = {runner.name: statistics.median(runner.cpu) for runner in runners}
    for runner in runners:
        figures.add("%s: CPU per request" % runner.name, cost[runner.name], "us")
        figures.add("%s: requests per second" % runner.name, statistics.median(runner.rates), "")
    for runner, times in zip(slow, (40, 45)):
        figures.add("%s / Gatehouse" % runner.name, cost[runner.name] / cost["Gatehouse"], "times", times, at_least=True)
    figures.add("Gatehouse / bare, median of the rounds", statistics.median(over), "times", 1.25)
    return figures.finish()


if __name__ == "__main__":
    sys.exit(main())
