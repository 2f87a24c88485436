"""500 models without code in one Gatehouse: memory of each, whether the 500th takes longer to deploy, latency under load."""

import http.client
import json
import os
import random
import socket
import statistics
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

from frame import ROOT, Figures
from control_plane import ControlPlane
from harness import Gatehouse
from load import Load, cpu_seconds
from startup import resident

WARM_UP, SERVICES, EDGE = 30, int(os.environ.get("SERVICES", 500)), 50
RATE, SECONDS, ASKED = 200, 20, 2000


class Kept:
    """The management API over one kept connection, so that handshakes are not measured."""

    def __init__(self, plane):
        self.plane = plane
        address, _, port = plane.status["https"].rpartition(":")
        self.connection = http.client.HTTPSConnection(address, int(port), context=plane.trust, timeout=60)

    def send(self, method, path, body=None):
        self.connection.request(method, path, json.dumps(body) if body else None, {
            "Authorization": "Bearer " + self.plane.token, "Content-Type": "application/json"})
        response = self.connection.getresponse()
        content = response.read()
        if response.status >= 300:
            raise RuntimeError("%s %s: %d %s" % (method, path, response.status, content))
        return json.loads(content or b"{}")

    def deploy(self, name, model):
        """Seconds from the request until the service is healthy."""
        started = time.monotonic()
        self.send("POST", self.plane.models + "/services", {
            "name": name, "description": None, "kvTags": None, "properties": {}, "keys": {}, "computeType": "AKS",
            "computeName": "bench", "environmentImageRequest": {"modelIds": [model]}, "numReplicas": 1,
            "containerResourceRequirements": {"cpu": None, "memoryInGB": None}, "livenessProbeRequirements": {}})
        while True:
            service = self.send("GET", "%s/services/%s" % (self.plane.models, name))
            if service["state"] == "Healthy":
                return time.monotonic() - started
            if service["state"] == "Failed" or time.monotonic() - started > 120:
                raise RuntimeError("%s is %s: %s" % (name, service["state"], service.get("error")))
            time.sleep(0.003)


def another(number):
    """The Ridge as a file that no other service has: a description is appended, as Protocol Buffers allow."""
    text = b"number %d" % number
    return (ROOT / "demo" / "ridge.onnx").read_bytes() + b"\x32" + bytes([len(text)]) + text


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def main():
    figures = Figures("density")
    with Gatehouse() as gatehouse, tempfile.TemporaryDirectory() as folder:
        plane = ControlPlane(gatehouse)
        plane.create_compute("bench", "bench")
        kept, pid = Kept(plane), plane.status["pid"]
        times, cpu, memory = [], [], resident(pid)
        for number in range(WARM_UP + SERVICES):
            file = Path(folder) / "model.onnx"
            file.write_bytes(another(number))
            model = plane.register("model-%d" % number, file, "Onnx")
            before = cpu_seconds(pid)
            times.append(kept.deploy("svc-%d" % number, model))
            cpu.append(cpu_seconds(pid) - before)
            if number == WARM_UP - 1:
                memory = resident(pid)
            if number % 50 == 49:
                print("  %d services: the last 50 took %.1f ms and %.1f ms of CPU each (medians), %.0f MB" % (
                    number + 1, 1000 * statistics.median(times[-50:]), 1000 * statistics.mean(cpu[-50:]),
                    resident(pid)), flush=True)
        times, cpu = times[WARM_UP:], cpu[WARM_UP:]
        first, last = statistics.median(times[:EDGE]), statistics.median(times[-EDGE:])
        figures.add("deploy, median of the first %d" % EDGE, 1000 * first, "ms")
        figures.add("deploy, median of the last %d" % EDGE, 1000 * last, "ms")
        figures.add("deploy, the last", 1000 * times[-1], "ms")
        figures.add("deploy, last / first", last / first, "times", 1.2)
        figures.add("CPU of a deploy, last / first", statistics.mean(cpu[-EDGE:]) / statistics.mean(cpu[:EDGE]), "times", 1.2)
        figures.add("memory of a service", (resident(pid) - memory) / SERVICES, "MB", 1)
        figures.add("resident with %d services" % (WARM_UP + SERVICES), resident(pid), "MB")
        under_load(figures, plane, folder)
    return figures.finish()


def under_load(figures, plane, folder):
    """One connection that asks service after service, while others keep one of them busy."""
    service = plane.send("GET", plane.models + "/services/svc-0")
    uri = urllib.parse.urlsplit(service["scoringUri"])
    address, _, port = plane.status["https"].rpartition(":")
    row = json.loads((ROOT / "demo" / "expected.json").read_text())["ridge"]["data"][:1]
    body = json.dumps({"data": row}).encode()
    keys = {}
    chosen = random.Random(1)
    names = ["svc-%d" % chosen.randrange(WARM_UP + SERVICES) for _ in range(100)]
    for name in ["svc-0", *names]:
        keys[name] = plane.send("POST", "%s/services/%s/listkeys" % (plane.models, name))["primaryKey"]
    target = {"address": address, "port": port, "host": uri.hostname, "ca": plane.status["ca"], "path": uri.path,
              "body": body, "key": keys["svc-0"]}
    pid = plane.status["pid"]
    with Load(target, folder, 8) as load:
        load.run(RATE, 10)
        before = cpu_seconds(pid)
        load.begin(RATE, SECONDS)
        latencies = each_in_turn(plane, target, names, keys)
        result = load.result()
        used = cpu_seconds(pid) - before
    figures.add("latency of many services, p50", 1000 * quantile(latencies, 0.5), "ms")
    figures.add("latency of many services, p99", 1000 * quantile(latencies, 0.99), "ms")
    figures.add("latency of the one under load, p50", result["p50"], "ms")
    figures.add("failed", result["failed"], "", 0)
    figures.add("CPU while %d requests/s come" % RATE, 100 * used / SECONDS, "%")


def each_in_turn(plane, target, names, keys):
    connection = http.client.HTTPSConnection(target["host"], int(target["port"]), timeout=30)
    plain = socket.create_connection((target["address"], int(target["port"])), 30)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sock = plane.trust.wrap_socket(plain, server_hostname=target["host"])
    latencies, began = [], time.monotonic()
    while len(latencies) < ASKED and time.monotonic() - began < SECONDS:
        name = names[len(latencies) % len(names)]
        started = time.monotonic()
        connection.request("POST", target["path"].replace("/svc-0/", "/%s/" % name), target["body"], {
            "Authorization": "Bearer " + keys[name], "Content-Type": "application/json"})
        response = connection.getresponse()
        if response.status != 200:
            raise RuntimeError("%s answers %d" % (name, response.status))
        response.read()
        latencies.append(time.monotonic() - started)
    connection.close()
    return latencies


if __name__ == "__main__":
    sys.exit(main())
