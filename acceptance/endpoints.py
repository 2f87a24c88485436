"""Endpoints with real processes: exact shares, versions addressed directly, mirrors, roll-outs that go on or return."""

import collections
import http.server
import json
import re
import shutil
import sys
import tempfile
import threading
from pathlib import Path

import serving
from control_plane import Refused
from harness import Gatehouse, run_tests
from serving import ECHO, SLOW, Caller, Load, eventually, plane, settled

RAISES = "def init():\n    pass\n\ndef run(raw):\n    raise ValueError('version two is broken')\n"
heard = []


class Webhook(http.server.BaseHTTPRequestHandler):
    """Keeps the alerts that it gets."""

    def do_POST(self):
        heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def script(control, code):
    folder = tempfile.mkdtemp(prefix="script")
    file = Path(folder) / "score.py"
    file.write_text(code)
    made = serving.image(control, file)
    shutil.rmtree(folder)
    return made


def version(control, code, percent, **members):
    made = serving.service_payload(control, "ver", code)
    made.update(computeType="AKSENDPOINT", computeName=None, trafficPercentile=percent, **members)
    return made


def endpoint(control, name, **versions):
    """Creates it with its first version and adds the others, as the client does."""
    first, *others = versions.items()
    payload = {"name": name, "description": None, "kvTags": None, "properties": {}, "keys": {},
               "computeType": "AKSENDPOINT", "computeName": "target", "versions": dict([first])}
    settled(control, "POST", "/services", payload)
    for one, what in others:
        add(control, name, one, what)


def add(control, name, one, what):
    settled(control, "PATCH", "/services/" + name, [{"op": "add", "path": "/versions/" + one, "value": what}])


def change(control, name, **values):
    changes = [{"op": "replace", "path": "/versions/" + path.replace("__", "/"), "value": value}
               for path, value in values.items()]
    return settled(control, "PATCH", "/services/" + name, changes)


def shown(control, name, one):
    return control.send("GET", "%s/services/%s" % (control.models, name))["versions"][one]


def rollout(control, name, one="ver2"):
    return shown(control, name, one).get("rollout", {})


def gone(control, name):
    settled(control, "DELETE", "/services/" + name)


def metric(control, name, **labels):
    """The value of the sample that has these labels."""
    text = control.send("GET", "/metrics").decode()
    for line in text.splitlines():
        if line.startswith(name + "{") and all('%s="%s"' % pair in line for pair in labels.items()):
            return float(line.rsplit(" ", 1)[1])
    raise AssertionError("no sample %s %s in\n%s" % (name, labels, text[:3000]))


def by(answer):
    assert answer[0] == 200, answer[:2]
    return json.loads(answer[1])["by"]


def asked(control, name, times, connections=1, headers=None):
    """How many of the answers each version gave, over so many kept connections at the same time."""
    counts, lock, faults = collections.Counter(), threading.Lock(), []

    def run():
        caller = Caller(control, name)
        caller.more = headers or {}
        try:
            for _ in range(times // connections):
                one = by(caller.score({}))
                with lock:
                    counts[one] += 1
        except Exception as e:
            faults.append(repr(e))

    threads = [threading.Thread(target=run) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not faults, faults
    return dict(counts)


def shares_are_exact_over_any_thousand_requests():
    control = plane()
    endpoint(control, "shares", ver1=version(control, ECHO % "ver1", None), ver2=version(control, ECHO % "ver2", 33),
             ver3=version(control, ECHO % "ver3", 7))
    for round in range(2):
        assert asked(control, "shares", 1000, 8) == {"ver1": 600, "ver2": 330, "ver3": 70}, round
    change(control, "shares", ver2__trafficPercentile=0)
    assert asked(control, "shares", 1000, 8) == {"ver1": 930, "ver3": 70}
    gone(control, "shares")


def six_versions_each_addressed_directly():
    control = plane()
    versions = {"ver%d" % n: version(control, ECHO % ("ver%d" % n), None if n == 1 else 0) for n in range(1, 7)}
    endpoint(control, "six", **versions)
    for one in versions:
        assert asked(control, "six", 3, headers={"azureml-model-deployment": one}) == {one: 3}
    assert asked(control, "six", 20) == {"ver1": 20}
    caller = Caller(control, "six")
    caller.more = {"azureml-model-deployment": "ver9"}
    status, body, _ = caller.score({})
    assert status == 404 and "has no version ver9" in body, (status, body)
    try:
        add(control, "six", "ver7", version(control, ECHO % "ver7", 0))
    except Refused as e:
        assert e.status == 400 and "it needs 1 to 6" in e.body, e
    else:
        raise AssertionError("a seventh version was taken")
    kinds = {name: (shown(control, "six", name)["type"], shown(control, "six", name)["isDefault"]) for name in versions}
    assert kinds.pop("ver1") == ("Control", True) and set(kinds.values()) == {("Treatment", False)}, kinds
    gone(control, "six")


def mirrored_requests_are_answered_by_the_others_alone():
    control = plane()
    slow = version(control, SLOW % (0.3, "mirror"), 0, properties={"gatehouse.mirror": "50"}, numReplicas=1)
    endpoint(control, "mirrored", ver1=version(control, ECHO % "ver1", None, numReplicas=2), ver2=slow)
    with Load(control, "mirrored", 2) as load:
        eventually(lambda: load.seen.get(200, 0), lambda n: n >= 600, 60)
    load.spotless(600)
    assert {json.loads(body)["by"] for body in load.bodies} == {"ver1"}
    labels = {"service": "mirrored", "version": "ver2"}
    done = eventually(lambda: metric(control, "gatehouse_mirror_requests_total", code="2xx", **labels), bool)
    dropped = metric(control, "gatehouse_mirror_dropped_total", reason="busy", **labels)
    total = metric(control, "gatehouse_requests_total", code="2xx", service="mirrored", version="ver1")
    assert abs(done + dropped - total / 2) <= 2, (done, dropped, total)
    assert metric(control, "gatehouse_requests_total", code="2xx", **labels) == 0
    # Requests that are still mirrored count in the sums and in the counts only when they end.
    took, model = eventually(
        lambda: [metric(control, "gatehouse_mirror_%s_duration_seconds_sum" % what, **labels)
                 / metric(control, "gatehouse_mirror_%s_duration_seconds_count" % what, **labels)
                 for what in ("request", "model")], lambda means: 0.3 <= means[1] <= means[0], 10)
    change(control, "mirrored", **{"ver2__properties/gatehouse.mirror": "0"})
    before = done + dropped
    asked(control, "mirrored", 100)
    after = (metric(control, "gatehouse_mirror_requests_total", code="2xx", **labels)
             + metric(control, "gatehouse_mirror_dropped_total", reason="busy", **labels))
    assert after - before <= 1, (before, after)
    gone(control, "mirrored")


def steps(*percent, interval="2s", **more):
    found = {"gatehouse.rollout.steps": ",".join(map(str, percent)), "gatehouse.rollout.interval": interval,
             "gatehouse.rollout.min-requests": "10"}
    found.update({"gatehouse.rollout." + key.replace("_", "-"): value for key, value in more.items()})
    return found


def new_version_goes_up_in_steps():
    control = plane()
    endpoint(control, "rolled", ver1=version(control, ECHO % "ver1", None))
    seen = []
    with Load(control, "rolled", 2, pause=0.005) as load:
        add(control, "rolled", "ver2", version(control, ECHO % "ver2", 0, properties=steps(10, 50, 100)))

        def look():
            now = shown(control, "rolled", "ver2")
            if not seen or seen[-1] != now["trafficPercentile"]:
                seen.append(now["trafficPercentile"])
            return now["rollout"]["state"]
        eventually(look, lambda state: state == "Completed", 30)
    load.spotless()
    assert seen == [10, 50, 100], seen
    assert asked(control, "rolled", 100) == {"ver2": 100}
    assert metric(control, "gatehouse_rollout_state", service="rolled", version="ver2", state="Completed") == 1
    assert metric(control, "gatehouse_traffic_percent", service="rolled", version="ver2") == 100
    gone(control, "rolled")


def version_that_fails_loses_its_traffic_and_somebody_hears_of_it():
    control = plane()
    endpoint(control, "failing", ver1=version(control, ECHO % "ver1", None))
    with Load(control, "failing", 2, pause=0.005) as load:
        add(control, "failing", "ver2", version(control, RAISES, 0, properties=steps(20, 100, interval="1h")))
        eventually(lambda: rollout(control, "failing")["state"], lambda s: s == "Returned", 20)
    assert set(load.seen) <= {200, 502}, load.seen
    assert "requests failed; at most 2 % may" in rollout(control, "failing")["why"]
    assert asked(control, "failing", 200) == {"ver1": 200}
    alert = eventually(lambda: [a for a in heard if a["subject"] == "failing"], bool)[0]
    assert alert["kind"] == "rollout.returned" and "requests failed" in alert["message"], alert
    assert "alert rollout.returned: failing" in serving._server.log()
    gone(control, "failing")


def version_that_is_slow_loses_its_traffic():
    control = plane()
    endpoint(control, "slow", ver1=version(control, ECHO % "ver1", None))
    bounds = steps(20, 100, interval="1h", max_p99="100ms")
    with Load(control, "slow", 2, pause=0.005) as load:
        add(control, "slow", "ver2", version(control, SLOW % (0.2, "ver2"), 0, numReplicas=4, properties=bounds))
        eventually(lambda: rollout(control, "slow")["state"], lambda s: s == "Returned", 20)
    load.spotless()
    assert re.search(r"took longer than 100 ms; at most 1 % may", rollout(control, "slow")["why"])
    assert asked(control, "slow", 100) == {"ver1": 100}
    gone(control, "slow")


def rollout_survives_a_crash_and_yields_to_an_update():
    control = plane()
    endpoint(control, "crashed", ver1=version(control, ECHO % "ver1", None),
             ver2=version(control, ECHO % "ver2", 0, properties=steps(30, 60, interval="1h")))
    assert asked(control, "crashed", 100) == {"ver1": 70, "ver2": 30}
    serving._server.kill()
    serving._server.start()
    control = plane()
    eventually(lambda: serving.state(control, "crashed"), lambda s: s == "Healthy", 60)
    assert asked(control, "crashed", 100) == {"ver1": 70, "ver2": 30}
    assert rollout(control, "crashed")["state"] == "Rolling"
    change(control, "crashed", ver2__description="words alone")
    assert asked(control, "crashed", 100) == {"ver1": 70, "ver2": 30}
    change(control, "crashed", ver2__trafficPercentile=5)
    assert asked(control, "crashed", 100) == {"ver1": 95, "ver2": 5}
    assert rollout(control, "crashed")["state"] == "Ended"
    gone(control, "crashed")


def update_of_a_version_under_load_drops_nothing():
    control = plane()
    endpoint(control, "changed", ver1=version(control, ECHO % "ver1", None), ver2=version(control, ECHO % "ver2", 50))
    with Load(control, "changed", 3) as load:
        change(control, "changed", ver2__environmentImageRequest=script(control, ECHO % "ver2 anew"))
        change(control, "changed", ver2__numReplicas=2)
        change(control, "changed", ver2__trafficPercentile=100)
        change(control, "changed", ver1__isDefault=False, ver2__isDefault=True)
        settled(control, "PATCH", "/services/changed", [{"op": "remove", "path": "/versions/ver1"}])
        load.bodies.clear()
        eventually(lambda: len(load.bodies), bool)
    load.spotless(100)
    assert {json.loads(body)["by"] for body in load.bodies} == {"ver2 anew"}, load.bodies
    gone(control, "changed")


TESTS = [
    shares_are_exact_over_any_thousand_requests, six_versions_each_addressed_directly,
    mirrored_requests_are_answered_by_the_others_alone, new_version_goes_up_in_steps,
    version_that_fails_loses_its_traffic_and_somebody_hears_of_it, version_that_is_slow_loses_its_traffic,
    rollout_survives_a_crash_and_yields_to_an_update, update_of_a_version_under_load_drops_nothing]


def main():
    hook = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
    threading.Thread(target=hook.serve_forever, daemon=True).start()
    with Gatehouse(settings="alerts:\n  webhook: http://127.0.0.1:%d/hook\n" % hook.server_port) as server:
        serving._server = server
        plane().create_compute("target")
        return run_tests(TESTS)


if __name__ == "__main__":
    sys.exit(main())
