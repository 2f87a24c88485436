"""Services under faults, changes and load: each fault has its status, recovers alone, and no neighbour notices."""

import concurrent.futures
import contextlib
import http.client
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from control_plane import ControlPlane, Refused
from harness import GATEHOUSE, ROOT, Gatehouse, run_tests

ECHO = "def init():\n    pass\n\ndef run(raw):\n    return {'got': raw, 'by': %r}\n"
SLOW = "import time\n\ndef init():\n    pass\n\ndef run(raw):\n    time.sleep(%s)\n    return {'by': %r}\n"
FAULTS = """
import json, multiprocessing, os, subprocess, sys, threading, time
kept = []

def init():
    print('init', os.getpid())

def run(raw):
    what = json.loads(raw)['do']
    if what == 'raise':
        raise ValueError('this input is not for me')
    if what == 'sys.exit':
        sys.exit(7)
    if what == 'exit':
        os._exit(7)
    if what == 'abort':
        os.abort()
    if what == 'leak':
        while True:
            kept.append(bytearray(os.urandom(1 << 20) * 8))
            time.sleep(0.005)
    if what == 'sleep':
        time.sleep(3600)
    if what == 'stubborn':
        while True:
            try:
                time.sleep(3600)
            except BaseException:
                pass
    if what == 'native':
        sum(range(10 ** 12))
    if what == 'no json':
        return {1, 2, 3}
    if what == 'flood':
        end = time.monotonic() + 3
        while time.monotonic() < end:
            os.write(1, b'flood ' * 4000)
            print('x' * 200)
    if what == 'fork':
        if os.fork() == 0:
            return 'the child answers too'
    if what == 'children':
        for _ in range(40):
            subprocess.Popen(['sleep', '3600'])
        os._exit(1)
    if what == 'bomb':
        while True:
            kept.append(subprocess.Popen(['sleep', '3600']))
    return {'pid': os.getpid()}
"""
ROWS = json.loads((ROOT / "demo" / "expected.json").read_text())["ridge"]["data"][:1]
_server = None


def plane():
    """The one server of this suite."""
    return ControlPlane(_server)


def service_payload(control, name, code, **members):
    folder = tempfile.mkdtemp(prefix="script")
    file = Path(folder) / "score.py"
    file.write_text(code)
    payload = {"name": name, "description": None, "kvTags": None, "properties": {}, "keys": {}, "computeType": "AKS",
               "computeName": "target", "numReplicas": 1, "containerResourceRequirements": {},
               "livenessProbeRequirements": {}, "environmentImageRequest": image(control, file)}
    shutil.rmtree(folder)
    payload.update(members)
    return payload


def image(control, file):
    prefix = control.upload(str(file), "c" + format(time.time_ns(), "x"))
    return {"driverProgram": "score.py", "modelIds": [],
            "assets": [{"id": "score.py", "url": "aml://artifact/" + prefix, "mimeType": "application/x-python"}],
            "environment": {"name": "none", "environmentVariables": {"AZUREML_ENTRY_SCRIPT": "score.py"}}}


def deploy(control, name, code, **members):
    payload = service_payload(control, name, code, **members)
    return settled(control, "POST", "/services", payload)


def settled(control, method, path, body=None, seconds=90):
    """Sends a change and waits until its operation has succeeded; returns the seconds it took."""
    started = time.monotonic()
    _, headers = control.send(method, control.models + path, body, with_headers=True)
    operation = "%s/operations/%s" % (control.models, headers["Operation-Location"].rsplit("/", 1)[1])
    while True:
        seen = control.send("GET", operation)
        if seen["state"] == "Succeeded":
            return time.monotonic() - started
        if seen["state"] not in ("NotStarted", "Running", "Waiting") or time.monotonic() - started > seconds:
            raise AssertionError(json.dumps(seen)[:2000])
        time.sleep(0.05)


def patch(control, name, **values):
    changes = [{"op": "replace", "path": "/" + path, "value": value} for path, value in values.items()]
    return settled(control, "PATCH", "/services/" + name, changes)


def state(control, name):
    return control.send("GET", "%s/services/%s" % (control.models, name))["state"]


def keys(control, name):
    return control.send("POST", "%s/services/%s/listkeys" % (control.models, name))


class Caller:
    """Scores one service over a kept connection."""

    def __init__(self, control, name, key=None):
        uri = urllib.parse.urlsplit(control.send("GET", "%s/services/%s" % (control.models, name))["scoringUri"])
        self.path, self.host, self.port = uri.path, uri.hostname, uri.port or 80
        self.key = key or keys(control, name)["primaryKey"]
        self.connection, self.more = None, {}

    def score(self, body, timeout=60):
        """(status, body, headers)"""
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        try:
            self.connection.request("POST", self.path, json.dumps(body), {
                "Authorization": "Bearer " + self.key, "Content-Type": "application/json", **self.more})
            response = self.connection.getresponse()
            content = response.read().decode(errors="replace")
        except Exception:
            self.connection.close()
            self.connection = None
            raise
        if response.getheader("Connection") == "close":
            self.connection.close()
            self.connection = None
        return response.status, content, response.headers


class Load:
    """Scores without a pause from a few threads; every answer is counted by its status."""

    def __init__(self, control, name, threads=2, pause=0.0, body=None):
        self.body = body or {"a": 1}
        self.callers = [Caller(control, name) for _ in range(threads)]
        self.seen, self.first, self.bodies = {}, {}, set()
        self.lock, self.over, self.pause = threading.Lock(), threading.Event(), pause

    def __enter__(self):
        self.threads = [threading.Thread(target=self.run, args=(caller,), daemon=True) for caller in self.callers]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join(90)

    def run(self, caller):
        while not self.over.wait(self.pause):
            try:
                status, body, _ = caller.score(self.body)
            except Exception as e:
                status, body = type(e).__name__, str(e)
            with self.lock:
                self.seen[status] = self.seen.get(status, 0) + 1
                self.first.setdefault(status, body)
                if status == 200 and len(self.bodies) < 50:
                    self.bodies.add(body)

    def spotless(self, least=20):
        assert set(self.seen) == {200}, (self.seen, {s: b[:300] for s, b in self.first.items()})
        assert self.seen[200] >= least, self.seen


def eventually(look, good, seconds=30):
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if good(seen):
            return seen
        assert time.monotonic() < deadline, seen
        time.sleep(0.1)


# ============================================================================================================== faults
@contextlib.contextmanager
def faulty(name, **members):
    """A service that does what the request says, and neighbours under load whose error rate must stay 0: a script and a model."""
    control = plane()
    deploy(control, name, FAULTS, **members)
    with Load(control, "neighbour", pause=0.01) as script, Load(control, "model", 1, pause=0.01, body={"data": ROWS}) as model:
        yield Caller(control, name)
    script.spotless()
    model.spotless()
    settled(control, "DELETE", "/services/" + name)


def answered(caller, what, status, *words):
    seen = caller.score({"do": what})
    assert seen[0] == status, seen[:2]
    assert json.loads(seen[1]), seen[1]
    for word in words:
        assert word in seen[1], (word, seen[1])
    return seen


def recovers(caller, seconds=20):
    """Any answer but the service's own, until then, must be a documented one."""
    def look():
        seen = caller.score({"do": "fine"})
        assert seen[0] in (200, 502, 503, 504), seen[:2]
        return seen
    return json.loads(eventually(look, lambda seen: seen[0] == 200, seconds)[1])["pid"]


def log_of(name):
    control = plane()
    return control.send("GET", "%s/services/%s/logs" % (control.models, name))["content"]


def script_that_raises():
    with faulty("raises") as caller:
        pid = recovers(caller)
        _, _, headers = answered(caller, "raise", 502, "scoring script")
        assert headers["x-ms-run-function-failed"] == "True", headers
        assert "this input is not for me" in log_of("raises")
        answered(caller, "sys.exit", 502)
        assert recovers(caller) == pid, "it needs no new process"


def script_that_ends_its_process():
    with faulty("ends", numReplicas=1) as caller:
        for what in ("exit", "abort"):
            pid = recovers(caller)
            answered(caller, what, 502)
            assert recovers(caller) != pid


def script_that_leaks_memory():
    with faulty("leaks", containerResourceRequirements={"memoryInGB": 0.2}) as caller:
        recovers(caller)
        answered(caller, "leak", 502)
        recovers(caller)
        assert "more than its limit of 204 MiB" in log_of("leaks"), log_of("leaks")[-2000:]


def script_that_never_returns():
    with faulty("hangs", scoringTimeoutMs=1000) as caller:
        for what in ("sleep", "stubborn", "native"):
            recovers(caller)
            started = time.monotonic()
            answered(caller, what, 504)
            assert 0.9 < time.monotonic() - started < 3
            recovers(caller, 40)


def script_that_returns_no_json():
    with faulty("nojson") as caller:
        pid = recovers(caller)
        answered(caller, "no json", 502)
        assert "not JSON serializable" in log_of("nojson")
        assert recovers(caller) == pid


def script_that_floods_its_output():
    with faulty("floods") as caller:
        pid = recovers(caller)
        answered(caller, "flood", 200)
        assert recovers(caller) == pid
        kept = sum(f.stat().st_size for f in (_server.data / "logs").rglob("*") if f.is_file() and f.name.startswith("run.log"))
        assert kept < 40 << 20, kept


def script_that_forks():
    with faulty("forks") as caller:
        pid = recovers(caller)
        for _ in range(5):
            seen = answered(caller, "fork", 200)
            assert json.loads(seen[1])["pid"] == pid, "the child's answer went out"
            assert recovers(caller) == pid
        answered(caller, "children", 502)
        assert recovers(caller) != pid
        eventually(lambda: sleepers(), lambda left: not left)


def script_that_starts_processes_without_end():
    with faulty("bombs", scoringTimeoutMs=20000) as caller:
        recovers(caller)
        answered(caller, "bomb", 502)
        recovers(caller, 40)
        eventually(lambda: sleepers(), lambda left: not left)


def sleepers():
    left = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            here = (folder / "cwd").resolve().is_relative_to(_server.data.resolve())
            if words[:2] == [b"sleep", b"3600"] and here:
                left.append(folder.name)
    return left


# ============================================================================================================= changes
def updates_under_load_drop_nothing():
    control = plane()
    deploy(control, "updated", ECHO % 0, numReplicas=2, maxQueueWaitMs=5000)
    with Load(control, "updated", 3) as load:
        for number in range(1, 4):
            folder = tempfile.mkdtemp(prefix="script")
            file = Path(folder) / "score.py"
            file.write_text(ECHO % number)
            patch(control, "updated", environmentImageRequest=image(control, file), numReplicas=1 + number % 2)
            shutil.rmtree(folder)
        patch(control, "updated", numReplicas=3)
        patch(control, "updated", numReplicas=1)
        patch(control, "updated", description="only its words change")
    load.spotless(100)
    assert {json.loads(body)["by"] for body in load.bodies} == {0, 1, 2, 3}, load.bodies
    settled(control, "DELETE", "/services/updated")


def every_kind_of_update_under_load_drops_nothing():
    control = plane()
    folder = Path(tempfile.mkdtemp(prefix="script"))
    (folder / "score.py").write_text(
        "import os\n\ndef init():\n    pass\n\ndef run(raw):\n"
        "    return {'by': os.environ.get('WHO'), 'model': os.path.basename(os.environ['AZUREML_MODEL_DIR'])}\n")
    models = []
    for number in (1, 2):
        (folder / "m.txt").write_text("model %d" % number)
        models.append(control.register("updatedmodel", str(folder / "m.txt"), "Custom"))
    wanted = image(control, folder / "score.py")
    wanted["modelIds"] = models[:1]

    def with_variable(who, model):
        changed = json.loads(json.dumps(wanted))
        changed["environment"]["environmentVariables"]["WHO"] = who
        changed["modelIds"] = [model]
        return changed

    payload = service_payload(control, "varied", "", numReplicas=1, maxQueueWaitMs=5000)
    payload["environmentImageRequest"] = with_variable("first", models[0])
    settled(control, "POST", "/services", payload)
    with Load(control, "varied", 3) as load:
        patch(control, "varied", numReplicas=3)
        patch(control, "varied", environmentImageRequest=with_variable("second", models[0]))
        patch(control, "varied", environmentImageRequest=with_variable("second", models[1]))
        patch(control, "varied", scoringTimeoutMs=9000, maxConcurrentRequestsPerContainer=2)
        patch(control, "varied", numReplicas=1)
        payload.update(environmentImageRequest=with_variable("overwritten", models[0]), overwrite=True)
        settled(control, "POST", "/services", payload)
    load.spotless(100)
    seen = {(json.loads(body)["by"], json.loads(body)["model"]) for body in load.bodies}
    assert seen == {("first", "1"), ("second", "1"), ("second", "2"), ("overwritten", "1")}, seen
    shutil.rmtree(folder)
    settled(control, "DELETE", "/services/varied")


def failed_update_leaves_what_was():
    control = plane()
    deploy(control, "kept", ECHO % "before")
    with Load(control, "kept") as load:
        payload = service_payload(control, "kept", "def init():\n    raise ValueError('no')\n\ndef run(raw):\n    pass\n")
        try:
            settled(control, "PATCH", "/services/kept", [{
                "op": "replace", "path": "/environmentImageRequest", "value": payload["environmentImageRequest"]}])
        except AssertionError as e:
            assert "ValueError: no" in str(e), e
        else:
            raise AssertionError("the update did not fail")
    load.spotless()
    assert state(control, "kept") == "Healthy"
    settled(control, "DELETE", "/services/kept")


def regenerated_keys_take_effect_at_once():
    control = plane()
    deploy(control, "keyed", ECHO % 0)
    old = keys(control, "keyed")
    with_primary, with_secondary = (Caller(control, "keyed", old[which]) for which in ("primaryKey", "secondaryKey"))
    assert with_primary.score({})[0] == with_secondary.score({})[0] == 200
    settled(control, "POST", "/services/keyed/regenerateKeys", {"keyType": "Primary"})
    assert (with_primary.score({})[0], with_secondary.score({})[0]) == (401, 200)
    assert Caller(control, "keyed").score({})[0] == 200
    settled(control, "POST", "/services/keyed/regenerateKeys", {"keyType": "Secondary", "keyValue": "k" * 32})
    assert with_secondary.score({})[0] == 401
    assert Caller(control, "keyed", "k" * 32).score({})[0] == 200
    settled(control, "DELETE", "/services/keyed")


def past_its_limits_it_says_so():
    control = plane()
    deploy(control, "small", SLOW % (1.5, 0), maxQueueWaitMs=200)
    callers = [Caller(control, "small") for _ in range(3)]
    with concurrent.futures.ThreadPoolExecutor(3) as threads:
        seen = sorted((f.result() for f in [threads.submit(c.score, {}) for c in callers]), key=lambda s: s[0])
    assert [s[0] for s in seen] == [200, 503, 503], seen
    assert seen[1][2]["Retry-After"] and "small" in seen[1][1], seen[1]
    settled(control, "DELETE", "/services/small")


def deleting_ends_a_deploy_that_is_running():
    control = plane()
    payload = service_payload(control, "stuck", "import time\n\ndef init():\n    time.sleep(600)\n\ndef run(raw):\n    pass\n")
    control.send("POST", control.models + "/services", payload)
    eventually(lambda: state(control, "stuck"), lambda s: s == "Transitioning")
    time.sleep(1)
    assert settled(control, "DELETE", "/services/stuck") < 10
    try:
        state(control, "stuck")
    except Refused as e:
        assert e.status == 404, e
    else:
        raise AssertionError("it is still there")
    deploy(control, "stuck", ECHO % 1)
    settled(control, "DELETE", "/services/stuck")


def replicas_follow_the_load():
    control = plane()
    scaler = {"autoscaleEnabled": True, "minReplicas": 1, "maxReplicas": 3, "targetUtilization": 70, "refreshPeriodInSeconds": 1}
    deploy(control, "elastic", SLOW % (0.05, 0), numReplicas=None, autoScaler=scaler, maxQueueWaitMs=20000)
    assert runners("elastic") == 1
    started = time.monotonic()
    with Load(control, "elastic", 4) as load:
        eventually(lambda: runners("elastic"), lambda n: n == 3, 15)
        print("three replicas after %.1f s of load" % (time.monotonic() - started))
        time.sleep(2)
    load.spotless()
    with Load(control, "elastic", 1, pause=0.5) as load:
        eventually(lambda: runners("elastic"), lambda n: n == 1, 75)
    load.spotless()
    settled(control, "DELETE", "/services/elastic")


def runners(name):
    """As the metrics say."""
    text = plane().send("GET", "/metrics").decode()
    return sum(int(float(line.rsplit(" ", 1)[1])) for line in text.splitlines()
               if line.startswith("gatehouse_replicas{") and 'service="%s"' % name in line)


def change_need_not_wait_for_a_restoration():
    control = plane()
    slow = "import time\n\ndef init():\n    time.sleep(20)\n\ndef run(raw):\n    pass\n"
    deploy(control, "restored", slow)
    _server.kill()
    _server.start()
    control = plane()
    payload = service_payload(control, "restored", ECHO % "new")
    took = settled(control, "PATCH", "/services/restored", [{
        "op": "replace", "path": "/environmentImageRequest", "value": payload["environmentImageRequest"]}])
    assert took < 15, took
    assert Caller(control, "restored").score({})[0] == 200
    settled(control, "DELETE", "/services/restored")


# ============================================================================================================ profiles
# 50 ms each, of which 10 ms on the processor, whatever else the machine does.
KNOWN = """
import time

def init():
    global held
    held = b'x' * (60 << 20)

def run(raw):
    end = time.thread_time() + 0.01
    while time.thread_time() < end:
        pass
    time.sleep(0.04)
    return len(held)
"""


def profile(*options):
    folder = Path(tempfile.mkdtemp(prefix="profile"))
    (folder / "rows.csv").write_text("a,b\n1,2\n3,4\n")
    done = _server.command("profile", *options, "--requests", str(folder / "rows.csv"), "--json", "--svg", str(folder / "p.svg"),
                           check=False, timeout=300)
    svg = (folder / "p.svg").read_text() if (folder / "p.svg").exists() else ""
    shutil.rmtree(folder)
    names = [service["name"] for service in plane().send("GET", plane().models + "/services")["value"]]
    assert not [name for name in names if name.startswith("profile-")], names
    return done, json.loads(done.stdout or "{}"), svg


def profile_recommends_what_the_service_time_asks_for():
    control = plane()
    deploy(control, "known", KNOWN)
    done, found, svg = profile("known", "--seconds", "40", "--rate", "28", "--replicas", "1,2")
    assert done.returncode == 0, (done.stdout, done.stderr)
    advice, measured = found["recommendation"], found["measurements"]
    # One replica can do no more than 20 a second; 14 a second each take 0.14 cores, planned at 70 %.
    assert all(point["answeredPerSecond"] <= 20.5 * point["replicas"] and point["p50Ms"] >= 49 for point in measured), measured
    each = max(point["offeredPerSecond"] / point["replicas"] for point in measured if not point["failed"])
    assert 28 / 20.5 < advice["replicas"] <= 28 / each + 2, found       # on a busy machine a replica bears less
    cost = sorted(point["cpuMsPerRequest"] for point in measured)[len(measured) // 2]
    assert 9.5 < cost < 16, measured
    assert 0.1 <= advice["cpu"] <= 0.4, advice
    assert 60 << 20 < found["peakMemoryBytes"] < 200 << 20 and 0.1 <= advice["memoryGB"] <= 0.3, found
    root = ElementTree.fromstring(svg)
    assert root.tag.endswith("}svg") and "Latency (ms)" in svg, svg[:500]
    settled(control, "DELETE", "/services/known")


def profile_of_a_model_without_code():
    done, found, _ = profile("model", "--seconds", "6", "--replicas", "1")
    assert done.returncode == 1 and "status 400" in found["measurements"][0]["firstFault"], (done.stdout, done.stderr)
    folder = Path(tempfile.mkdtemp(prefix="profile"))
    (folder / "good.jsonl").write_text(json.dumps({"data": ROWS}) + "\n")
    done = _server.command("profile", "model", "--requests", str(folder / "good.jsonl"), "--seconds", "6", "--replicas", "1", timeout=200)
    assert "For " in done.stdout and "cpu" in done.stdout, done.stdout
    (folder / "bad.jsonl").write_text('{}\n{"a":\n')
    done = _server.command("profile", "model", "--requests", str(folder / "bad.jsonl"), check=False)
    assert done.returncode == 2 and "bad.jsonl, line 2, is not JSON" in done.stderr, done.stderr
    shutil.rmtree(folder)


def interrupted_profile_leaves_nothing():
    folder = Path(tempfile.mkdtemp(prefix="profile"))
    (folder / "rows.csv").write_text("1,2\n")
    process = subprocess.Popen([GATEHOUSE, "profile", "neighbour", "--requests", str(folder / "rows.csv"), "--seconds", "600",
                                "--data", str(_server.data)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    control = plane()

    def copies():
        return [s for s in control.send("GET", control.models + "/services")["value"] if s["name"].startswith("profile-")]
    eventually(copies, lambda found: found and found[0]["state"] == "Healthy", 90)
    process.send_signal(signal.SIGINT)
    process.wait(60)
    eventually(copies, lambda found: not found)
    shutil.rmtree(folder)


TESTS = [
    script_that_raises, script_that_ends_its_process, script_that_leaks_memory, script_that_never_returns,
    script_that_returns_no_json, script_that_floods_its_output, script_that_forks,
    script_that_starts_processes_without_end, updates_under_load_drop_nothing,
    every_kind_of_update_under_load_drops_nothing, failed_update_leaves_what_was,
    regenerated_keys_take_effect_at_once, past_its_limits_it_says_so, deleting_ends_a_deploy_that_is_running,
    replicas_follow_the_load, change_need_not_wait_for_a_restoration, profile_recommends_what_the_service_time_asks_for,
    profile_of_a_model_without_code, interrupted_profile_leaves_nothing]


def main():
    global _server
    with Gatehouse() as _server:
        control = plane()
        control.create_compute("target")
        deploy(control, "neighbour", ECHO % "neighbour")
        control.deploy("model", control.register("ridge", ROOT / "demo" / "ridge.onnx", "Onnx"), "target")
        return run_tests(TESTS)


if __name__ == "__main__":
    sys.exit(main())
