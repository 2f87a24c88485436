"""What clients on open connections notice while the certificate of their target is renewed every second: nothing."""

import http.client
import json
import os
import socket
import ssl
import statistics
import sys
import tempfile
import threading
import time
import urllib.parse

from frame import ROOT, Figures
from control_plane import ControlPlane
from harness import Gatehouse
from load import Load, compiler_seconds, cpu_seconds, thread_seconds

ROUNDS, SECONDS, INTERVAL, SHARE = 12, 5, 1.0, 0.7
COST_SECONDS, WARM_UP, WARM_UP_ROUNDS = 3, 10, 18
SERVER, OTHERS = {0}, {1}   # processors


class Renewals(threading.Thread):
    """Renews at each tick and looks at once, with a handshake of its own, whether the new certificate is there."""

    def __init__(self, plane, name, host, rounds, interval=INTERVAL):
        super().__init__()
        self.plane, self.name, self.host, self.rounds, self.interval = plane, name, host, rounds, interval
        self.address, _, port = plane.status["https"].rpartition(":")
        self.port = int(port)
        self.took, self.seen, self.fault, self.enough = [], [], None, False
        self.connection = http.client.HTTPSConnection(self.address, self.port, context=plane.trust, timeout=30)
        self.context = ssl.create_default_context(cafile=plane.status["ca"])

    def send(self, method, path, body=None):
        """On one kept connection: the control plane's client makes one for each call."""
        self.connection.request(method, path, json.dumps(body) if body else None,
                                {"Authorization": "Bearer " + self.plane.token, "Content-Type": "application/json"})
        response = self.connection.getresponse()
        content = response.read()
        if response.status >= 300:
            raise RuntimeError("%s %s: %d %s" % (method, path, response.status, content))
        return json.loads(content), response.headers

    def shown(self):
        """The certificate that a new client is shown."""
        with socket.create_connection((self.address, self.port), timeout=10) as plain:
            with self.context.wrap_socket(plain, server_hostname=self.host) as tls:
                return tls.getpeercert(binary_form=True)

    def renew(self):
        before, started = self.shown(), time.monotonic()
        _, headers = self.send("PUT", "%s/computes/%s" % (self.plane.workspace, self.name), {
            "location": self.plane.status["region"],
            "properties": {"computeType": "AKS", "properties": {"sslConfiguration": {
                "status": "Auto", "leafDomainLabel": "bench", "overwriteExistingDomain": True, "renew": True}}}})
        link = urllib.parse.urlsplit(headers["Azure-AsyncOperation"])
        while True:
            time.sleep(0.1)
            status = self.send("GET", link.path + "?" + link.query)[0]["status"]
            if status == "Succeeded":
                break
            if status in ("Failed", "Canceled"):
                raise RuntimeError("the renewal is " + status)
        ended = time.monotonic()
        while self.shown() == before:
            if time.monotonic() - ended > 5:
                raise RuntimeError("the new certificate is not shown")
        self.seen.append((time.monotonic() - ended) * 1000)
        self.took.append((ended - started) * 1000)

    def end(self):
        """After the one that is under way."""
        self.enough = True
        self.finish()

    def finish(self):
        self.join()
        if self.fault:
            raise self.fault

    def run(self):
        try:
            due = time.monotonic()
            for _ in range(self.rounds):
                if self.enough:
                    break
                time.sleep(max(0, due - time.monotonic()))
                self.renew()
                due += self.interval
        except Exception as fault:
            self.fault = fault


class Looks(Renewals):
    """Asks and shakes hands as often, but renews nothing."""

    def renew(self):
        self.shown()
        compute = "%s/computes/%s" % (self.plane.workspace, self.name)
        self.send("GET", compute)
        time.sleep(0.1)
        self.send("GET", compute)
        self.shown()


def loops_waited(pid):
    """Seconds for which event loops wanted a processor and had none."""
    return thread_seconds(pid, "gateway-")[1]


def measure(load, pid, rate, seconds=SECONDS):
    """A measurement, with the server's CPU per request in microseconds and its event loops' waits in milliseconds a second."""
    before, waited = cpu_seconds(pid), loops_waited(pid)
    result = load.run(rate, seconds)
    result["cpu"] = (cpu_seconds(pid) - before) * 1e6 / max(1, result["answered"])
    result["waited"] = (loops_waited(pid) - waited) * 1000 / seconds
    result["rate"] = result["answered"] / seconds
    print("  %6.0f requests/s  p50 %.2f ms  p99 %.2f ms  max %.1f ms  %.1f us CPU each  loops waited %.1f ms/s"
          "  %d failed, %d dropped, %d skipped %s"
          % (result["rate"], result["p50"], result["p99"], result["max"], result["cpu"], result["waited"], result["failed"],
             result["dropped"], result["skipped"], result["fault"]), flush=True)
    return result


def rate_for_share(load, pid, rate):
    """
    The rate that takes its share of the server's processor, by what a request costs at the one given, which is to be near it: the
    more there are, the more of them share the work of one turn of the event loop.
    """
    return SHARE * len(SERVER) * 1e6 / measure(load, pid, rate, COST_SECONDS)["cpu"]


def warm_up(load, plane, host):
    """Renewals without a pause under load, until the JVM's compilers have next to nothing left to do."""
    pid = plane.status["pid"]
    measure(load, pid, 2000, WARM_UP)
    rate = measure(load, pid, 0, WARM_UP)["rate"] / 3
    for _ in range(WARM_UP_ROUNDS):
        renewals = Renewals(plane, "bench", host, 1 << 30, 0)
        renewals.start()
        compiled = compiler_seconds([pid])
        measure(load, pid, rate, WARM_UP)
        renewals.end()
        compiled = compiler_seconds([pid]) - compiled
        print("  %d renewals, the compilers took %.2f s" % (len(renewals.took), compiled), flush=True)
        if compiled < 0.03 * WARM_UP:
            return


def typical(results, quantile):
    """The median over the seconds measured: a second in which the machine did something else does not decide."""
    return statistics.median(window[quantile] for result in results for window in result["windows"] if window["answered"])


def main():
    figures = Figures("rotation")
    os.sched_setaffinity(0, SERVER)
    with Gatehouse() as gatehouse, tempfile.TemporaryDirectory() as folder:
        os.sched_setaffinity(0, OTHERS)
        plane = ControlPlane(gatehouse)
        plane.create_compute("bench", "bench")
        model = plane.register("ridge", ROOT / "demo" / "ridge.onnx", "Onnx")
        service, _ = plane.deploy("ridge", model, "bench")
        uri = urllib.parse.urlsplit(service["scoringUri"])
        address, _, port = plane.status["https"].rpartition(":")
        row = json.loads((ROOT / "demo" / "expected.json").read_text())["ridge"]["data"][:1]
        key = plane.send("POST", "%s/services/ridge/listkeys" % plane.models)["primaryKey"]
        pid = plane.status["pid"]
        target = {"address": address, "port": port, "host": uri.hostname, "ca": plane.status["ca"], "path": uri.path,
                  "body": json.dumps({"data": row}).encode(), "key": key}
        with Load(target, folder) as load:
            warm_up(load, plane, uri.hostname)
            rates = [measure(load, pid, 0, WARM_UP)["rate"] / 2]
            results, observers = {Looks: [], Renewals: []}, {Looks: [], Renewals: []}
            for number in range(ROUNDS):
                rates.append(rate_for_share(load, pid, rates[-1]))
                for kind in (Looks, Renewals) if number % 2 == 0 else (Renewals, Looks):
                    observer = kind(plane, "bench", uri.hostname, int(SECONDS / INTERVAL))
                    observer.start()
                    results[kind].append(measure(load, pid, rates[-1]))
                    observer.finish()
                    observers[kind].append(observer)
    quiet, turning, renewals = results[Looks], results[Renewals], observers[Renewals]
    seen = [ms for renewal in renewals for ms in renewal.seen]
    took = [ms for renewal in renewals for ms in renewal.took]
    figures.add("load, the processor busy for %d %%, median" % (100 * SHARE), statistics.median(rates[1:]), "req/s")
    figures.add("rotations", len(seen), "", ROUNDS * SECONDS / INTERVAL, at_least=True)
    figures.add("requests during rotation", sum(r["answered"] for r in turning), "")
    figures.add("failed requests", sum(r["failed"] for r in quiet + turning), "", 0)
    figures.add("dropped connections", sum(r["dropped"] for r in quiet + turning), "", 0)
    for quantile in ("p50", "p99"):
        without, with_rotation = typical(quiet, quantile), typical(turning, quantile)
        figures.add("%s without rotation, median of the seconds" % quantile, without, "ms")
        figures.add("%s with rotation, median of the seconds" % quantile, with_rotation, "ms")
        figures.add("%s with / without" % quantile, with_rotation / without, "", 1.2 if quantile == "p99" else None)
    figures.add("skipped by the generator, without", sum(r["skipped"] for r in quiet), "")
    figures.add("skipped by the generator, with", sum(r["skipped"] for r in turning), "")
    figures.add("CPU per request without", statistics.median(r["cpu"] for r in quiet), "us")
    figures.add("CPU per request with", statistics.median(r["cpu"] for r in turning), "us")
    figures.add("event loops waited without", statistics.median(r["waited"] for r in quiet), "ms/s")
    figures.add("event loops waited with", statistics.median(r["waited"] for r in turning), "ms/s")
    figures.add("renewal, median", statistics.median(took), "ms")
    figures.add("new certificate seen after, median", statistics.median(seen), "ms")
    figures.add("new certificate seen after, worst", max(seen), "ms", 100)
    return figures.finish()


if __name__ == "__main__":
    sys.exit(main())
