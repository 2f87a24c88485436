"""One score.py with the diabetes Ridge, one worker: Gatehouse's runner beside Azure's inference server, in CPU and in time to ready."""

import contextlib
import http.client
import json
import os
import signal
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

from baselines import AZMLINFSRV, AZMLINFSRV_VERSION, LIBRARIES, SCORE, TRAIN, azmlinfsrv_binaries
from frame import ROOT, Figures
from control_plane import ControlPlane
from harness import Gatehouse
from load import thread_seconds

CONNECTIONS = 8         # more than a worker can answer at a time: it never waits for work
ROUNDS, REQUESTS, WARM_UP, STARTS = 7, 600, 300, 3


def tree(pid):
    """A process and its living descendants."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    found, more = set(), {pid}
    while more:
        found |= more
        more = {child for child, parent in parents.items() if parent in more} - found
    return found


def used(pid):
    """Seconds of CPU of the threads of that tree."""
    return sum(thread_seconds(one)[0] for one in tree(pid))


class Unix(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(self.host)


class Client:
    """Sends the same request again and again over a connection that is kept, where the server keeps it."""

    def __init__(self, make, path, body, key=""):
        self.make, self.path, self.body, self.connection = make, path, body, None
        self.headers = {"Content-Type": "application/json", **({"Authorization": "Bearer " + key} if key else {})}

    def send(self):
        if self.connection is None:
            self.connection = self.make()
        self.connection.request("POST", self.path, self.body, self.headers)

    def receive(self):
        response = self.connection.getresponse()
        content = response.read()
        if response.status != 200:
            raise RuntimeError("%d %s" % (response.status, content))
        if response.will_close:
            self.close()
        return json.loads(content)

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class Clients:
    """Several, of which each has a request under way."""

    def __init__(self, *arguments):
        self.all = [Client(*arguments) for _ in range(CONNECTIONS)]

    def score(self, count):
        """Returns the last answer."""
        for client in self.all:
            client.send()
        for number in range(count):
            client = self.all[number % CONNECTIONS]
            answer = client.receive()
            if number < count - CONNECTIONS:
                client.send()
        for client in self.all:
            client.close()              # nobody uses it while the others are measured
        return answer


class Subject:
    """Who is measured: processes whose CPU counts, each group of them by itself, and a client."""

    def __init__(self, groups, client):
        self.groups, self.client, self.rates = groups, client, []
        self.costs = {name: [] for name in groups}

    def used(self):
        return {name: sum(map(used, pids)) for name, pids in self.groups.items()}

    def round(self):
        before, started = self.used(), time.monotonic()
        self.client.score(REQUESTS)
        took, after = time.monotonic() - started, self.used()
        self.rates.append(REQUESTS / took)
        for name in self.groups:
            self.costs[name].append((after[name] - before[name]) / REQUESTS * 1e6)
            print("  %-28s %6.0f us CPU each  %6.0f requests/s" % (name, self.costs[name][-1], self.rates[-1]), flush=True)


def environment(folder):
    return dict({k: v for k, v in os.environ.items() if not k.startswith(("AZUREML", "AML"))}, AML_APP_ROOT=str(folder),
                AZUREML_ENTRY_SCRIPT="score.py", AZUREML_MODEL_DIR=str(folder), PATH="%s:%s" % (azmlinfsrv_binaries(), os.environ["PATH"]))


def azmlinfsrv(folder, log):
    """(process, a way to connect)"""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [azmlinfsrv_binaries() / "python", "-c", AZMLINFSRV, "--entry_script", "score.py", "--port", str(port), "--worker_count", "1"],
        cwd=folder, env=environment(folder), stdout=log, stderr=log, start_new_session=True)
    return process, lambda: http.client.HTTPConnection("127.0.0.1", port, timeout=60)


def runner(folder, log):
    """The runner as a server starts it, cold."""
    path = tempfile.mktemp(prefix="s", dir=folder)
    process = subprocess.Popen(
        [azmlinfsrv_binaries() / "python", "-u", ROOT / "runner" / "gatehouse-runner.py", "--socket", path, "--threads", "1"],
        cwd=folder, env=environment(folder), stdout=log, stderr=log, start_new_session=True)
    return process, lambda: Unix(path)


def await_ready(process, make):
    """Asks like a probe until it is healthy."""
    while True:
        try:
            connection = make()
            connection.request("GET", "/")
            if connection.getresponse().status == 200:
                connection.close()
                return
        except (OSError, http.client.HTTPException):
            pass
        if process.poll() is not None:
            raise RuntimeError("it ended with %s" % process.returncode)
        time.sleep(0.005)


def end(process):
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def seconds_to_ready(start, folder, log):
    """(seconds, seconds of CPU) from the start of the process until it is healthy."""
    began = time.monotonic()
    process, make = start(folder, log)
    try:
        await_ready(process, make)
        return time.monotonic() - began, used(process.pid)
    finally:
        end(process)


class Deployments:
    """Services on a running server, in an environment that is there already."""

    def __init__(self, plane, folder):
        self.plane = plane
        plane.create_compute("bench", "bench")
        self.script = plane.upload(str(folder / "score.py"), "script")
        self.model = plane.register("ridge", folder / "model.joblib", "Custom")

    def payload(self, name):
        return {
            "name": name, "description": None, "kvTags": None, "properties": {}, "keys": {}, "computeType": "AKS",
            "computeName": "bench", "numReplicas": 1, "scoringTimeoutMs": 60000, "maxQueueWaitMs": 60000,
            "containerResourceRequirements": {"cpu": None, "memoryInGB": 2}, "livenessProbeRequirements": {},
            "environmentImageRequest": {
                "driverProgram": "score.py", "modelIds": [self.model],
                "assets": [{"id": "score.py", "url": "aml://artifact/" + self.script, "mimeType": "application/x-python"}],
                "environment": {
                    "name": "bench", "environmentVariables": {"AZUREML_ENTRY_SCRIPT": "score.py"},
                    "python": {"userManagedDependencies": False, "condaDependencies": {
                        "dependencies": ["python=3.11", {"pip": LIBRARIES}]}}}}}

    def deploy(self, name):
        """(the service, seconds from the POST until it is healthy)"""
        began = time.monotonic()
        self.plane.send("POST", self.plane.models + "/services", self.payload(name))
        while True:
            service = self.plane.send("GET", "%s/services/%s" % (self.plane.models, name))
            if service["state"] == "Healthy":
                return service, time.monotonic() - began
            if service["state"] == "Failed" or time.monotonic() - began > 900:
                raise RuntimeError("%s is %s: %s" % (name, service["state"], service.get("error")))
            time.sleep(0.02)

    def delete(self, name):
        self.plane.send("DELETE", "%s/services/%s" % (self.plane.models, name))


def processes(pid, word):
    """Descendants of that process with the word on their command line."""
    return {one for one in tree(pid) if word.encode() in Path("/proc/%d/cmdline" % one).read_bytes()}


def await_spare(pid):
    """Until the process that waits with its libraries imported has nothing more to import."""
    deadline = time.monotonic() + 300
    while True:
        spares = processes(pid, "--spare")
        if spares:
            before = sum(map(used, spares))
            time.sleep(3)
            if sum(map(used, spares)) - before < 0.02:
                return
        if time.monotonic() > deadline:
            raise RuntimeError("no process waits")
        time.sleep(0.2)


def through_the_gateway(plane, service, key):
    uri = urllib.parse.urlsplit(service["scoringUri"])
    address, _, port = plane.status["https"].rpartition(":")
    trust = ssl.create_default_context(cafile=plane.status["ca"])

    def make():
        connection = http.client.HTTPSConnection(uri.hostname, int(port), context=trust, timeout=60)
        plain = socket.create_connection((address, int(port)), 60)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sock = trust.wrap_socket(plain, server_hostname=uri.hostname)
        return connection
    return make, uri.path


def main():
    figures = Figures("runner")
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ghb")))
        subprocess.run([azmlinfsrv_binaries() / "python", "-c", TRAIN, folder / "model.joblib"], check=True)
        (folder / "score.py").write_text(SCORE)
        log = stack.enter_context(open(folder / "log", "wb"))
        row = json.loads((ROOT / "demo" / "expected.json").read_text())["ridge"]["data"][0]
        body = json.dumps({"data": [row]}).encode()

        gatehouse = stack.enter_context(Gatehouse())
        plane = ControlPlane(gatehouse)
        server = plane.status["pid"]
        deployments = Deployments(plane, folder)
        service, first = deployments.deploy("ridge")
        key = plane.send("POST", "%s/services/ridge/listkeys" % plane.models)["primaryKey"]
        make, path = through_the_gateway(plane, service, key)
        await_spare(server)
        deployed = [pid for pid in processes(server, "gatehouse-runner.py")
                    if b"--spare" not in Path("/proc/%d/cmdline" % pid).read_bytes()]
        theirs, their_make = azmlinfsrv(folder, log)
        stack.callback(end, theirs)
        ours, our_make = runner(folder, log)
        stack.callback(end, ours)
        await_ready(theirs, their_make)
        await_ready(ours, our_make)

        their_name, bare, behind, whole = "azmlinfsrv " + AZMLINFSRV_VERSION, "runner", "runner behind the gateway", "runner, gateway and TLS"
        subjects = [Subject({their_name: [theirs.pid]}, Clients(their_make, "/score", body)),
                    Subject({bare: [ours.pid]}, Clients(our_make, "/score", body)),
                    Subject({behind: deployed, whole: [server]}, Clients(make, path, body, key))]
        answers = [subject.client.score(CONNECTIONS)[0] for subject in subjects]
        if max(answers) - min(answers) > 1e-12:
            raise RuntimeError("they answer differently: %s" % answers)
        for subject in subjects:
            # The gateway's code is compiled while it runs.
            subject.client.score(WARM_UP * (10 if subject is subjects[-1] else 1))
        for turn in range(ROUNDS):
            for subject in subjects if turn % 2 else subjects[::-1]:
                subject.round()
        costs = {name: cost for subject in subjects for name, cost in subject.costs.items()}
        for subject in subjects:
            for name in subject.groups:
                figures.add(name + ": CPU per request", statistics.median(costs[name]), "us")
            figures.add(name + ": requests/s", statistics.median(subject.rates), "")
        for name, bar in ((bare, 4), (behind, None), (whole, None)):
            times = statistics.median(t / o for t, o in zip(costs[their_name], costs[name]))
            figures.add("requests per CPU second, %s / azmlinfsrv" % name, times, "times", bar, at_least=True)

        cold, cold_theirs, warm = [], [], []
        for turn in range(STARTS):
            cold_theirs.append(seconds_to_ready(azmlinfsrv, folder, log))
            await_spare(server)
            warm.append(deployments.deploy("again%d" % turn)[1])
            cold.append(seconds_to_ready(runner, folder, log))
            deployments.delete("again%d" % turn)
            print("  ready: azmlinfsrv %.2f s (%.2f s CPU)  deployed %.2f s  runner, nothing imported %.2f s (%.2f s CPU)" % (
                *cold_theirs[-1], warm[-1], *cold[-1]), flush=True)
        their_ready = statistics.median(seconds for seconds, _ in cold_theirs)
        figures.add("azmlinfsrv: ready", their_ready, "s")
        figures.add("first deploy, its environment cached or not", first, "s")
        figures.add("deploy with a cached environment until healthy", statistics.median(warm), "s")
        figures.add("that / azmlinfsrv", statistics.median(warm) / their_ready, "times", 0.25)
        figures.add("runner with nothing imported: ready", statistics.median(seconds for seconds, _ in cold), "s")
        figures.add("that / azmlinfsrv, CPU", statistics.median(c for _, c in cold) / statistics.median(c for _, c in cold_theirs),
                    "times")
    return figures.finish()


if __name__ == "__main__":
    sys.exit(main())
