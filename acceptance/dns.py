"""DNS with the programs that others use: knot takes the updates of a Gatehouse, and dig and nslookup see no difference."""

import base64
import contextlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from control_plane import ControlPlane, Refused
from harness import ROOT, Gatehouse, run_tests

os.environ["PATH"] += ":/usr/sbin:/sbin"
KEY = "gatehouse.key"

# Both servers read it: name, TTL, class, type, data. The NS record at the apex is the embedded server's own, of one hour.
ZONE = """\
serve.test. 60 IN SOA ns.serve.test. hostmaster.serve.test. 2026 86400 7200 3600000 60
serve.test. 3600 IN NS ns.serve.test.
serve.test. 300 IN A 192.0.2.1
serve.test. 300 IN CAA 0 issue "ca.test"
serve.test. 300 IN CAA 128 iodef "mailto:hostmaster@serve.test"
ns.serve.test. 300 IN A 127.0.0.1
ns.serve.test. 300 IN AAAA ::1
www.serve.test. 300 IN A 192.0.2.2
www.serve.test. 300 IN A 192.0.2.3
www.serve.test. 300 IN AAAA 2001:db8::2
_acme-challenge.www.serve.test. 60 IN TXT "token-one"
_acme-challenge.www.serve.test. 60 IN TXT "token two"
deep.under.ent.serve.test. 300 IN A 192.0.2.4
*.apps.serve.test. 300 IN A 192.0.2.5
taken.apps.serve.test. 300 IN TXT "here"
one.serve.test. 300 IN CNAME two.serve.test.
two.serve.test. 300 IN CNAME www.serve.test.
broken.serve.test. 300 IN CNAME nowhere.serve.test.
leaves.serve.test. 300 IN CNAME www.elsewhere.test.
sub.serve.test. 300 IN NS ns.sub.serve.test.
ns.sub.serve.test. 300 IN A 192.0.2.7
""" + "".join("many.serve.test. 300 IN TXT \"%s\"\n" % (str(n) * 200) for n in range(1, 9))

QUESTIONS = [
    ("serve.test", "SOA"), ("serve.test", "NS"), ("serve.test", "A"), ("serve.test", "AAAA"), ("serve.test", "CAA"),
    ("serve.test", "TXT"), ("www.serve.test", "A"), ("WwW.SeRvE.tEsT", "A"), ("www.serve.test", "AAAA"),
    ("www.serve.test", "CAA"), ("www.serve.test", "SOA"), ("_acme-challenge.www.serve.test", "TXT"),
    ("any.apps.serve.test", "A"), ("any.apps.serve.test", "AAAA"), ("two.labels.apps.serve.test", "A"),
    ("taken.apps.serve.test", "A"), ("below.taken.apps.serve.test", "A"), ("*.apps.serve.test", "A"),
    ("apps.serve.test", "A"), ("ent.serve.test", "A"), ("under.ent.serve.test", "TXT"), ("x.ent.serve.test", "A"),
    ("deep.under.ent.serve.test", "A"), ("none.serve.test", "A"), ("none.serve.test", "SOA"), ("a.b.none.serve.test", "TXT"),
    ("one.serve.test", "A"), ("one.serve.test", "CNAME"), ("one.serve.test", "TXT"), ("broken.serve.test", "A"),
    ("leaves.serve.test", "A"), ("sub.serve.test", "A"), ("host.sub.serve.test", "A"), ("sub.serve.test", "NS"),
    ("www.elsewhere.test", "A"), ("many.serve.test", "TXT")]
WAYS = [["+noedns"], ["+edns=0", "+bufsize=1232"], ["+edns=0", "+bufsize=4096"], ["+tcp"], ["+edns=1", "+noednsneg"]]


def missing():
    """The reason why the programs are not there, or nothing."""
    done = subprocess.run([str(ROOT / "scripts" / "debian.sh"), "knotd=knot", "dig=bind9-dnsutils", "nslookup=bind9-dnsutils"],
                          capture_output=True, text=True, timeout=600)
    return done.stderr.strip() if done.returncode else None


def free_port():
    """Free for UDP and TCP at the moment."""
    while True:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", 0))
            with contextlib.suppress(OSError):
                udp.bind(tcp.getsockname())
                return tcp.getsockname()[1]


class Knot:
    """A knot of this user's on a free port of loopback, with one zone and one key that may change it."""

    def __init__(self, apex, zone):
        self.folder = Path(tempfile.mkdtemp(prefix="knot-"))
        self.port = free_port()
        self.secret = base64.b64encode(secrets.token_bytes(32)).decode()
        for name in ("database", "zones", "run"):
            (self.folder / name).mkdir()
        (self.folder / "zones" / (apex + ".zone")).write_text(zone)
        (self.folder / "knot.conf").write_text("""\
server:
  rundir: "{folder}/run"
  listen: 127.0.0.1@{port}
database:
  storage: "{folder}/database"
key:
  - id: {key}
    algorithm: hmac-sha256
    secret: {secret}
acl:
  - id: updates
    key: {key}
    action: update
zone:
  - domain: {apex}
    storage: "{folder}/zones"
    acl: updates
""".format(folder=self.folder, port=self.port, key=KEY, secret=self.secret, apex=apex))
        self.apex = apex

    def __enter__(self):
        self.log = (self.folder / "log").open("w+")
        self.process = subprocess.Popen(["knotd", "-c", str(self.folder / "knot.conf")], stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + 20
        while "status: NOERROR" not in dig(self.port, self.apex, "SOA", "+tries=1", "+time=1"):
            assert self.process.poll() is None and time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.05)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def key_file(self, secret=None, mode=0o600):
        file = self.folder / "gatehouse.secret"
        file.touch(mode=0o600)
        file.write_text((secret or self.secret) + "\n")
        file.chmod(mode)
        return file

    def settings(self, **changes):
        values = {"server": "127.0.0.1:%d" % self.port, "zone": self.apex, "key-name": KEY, "key-file": str(self.key_file())}
        values.update({name.replace("_", "-"): value for name, value in changes.items()})
        return "zone: models.%s\ndns:\n  update:\n%s" % (
            self.apex, "".join("    %s: %s\n" % pair for pair in values.items()))


@contextlib.contextmanager
def embedded(zone):
    """The embedded DNS server with that zone; gives its port."""
    with tempfile.NamedTemporaryFile("w", suffix=".zone") as file:
        file.write(zone)
        file.flush()
        java = subprocess.run(["sh", "-c", '. "$1/scripts/jdk.sh"; echo "$JAVA_HOME/bin/java"', "sh", str(ROOT)],
                              capture_output=True, text=True, check=True, env=dict(os.environ, here=str(ROOT))).stdout.strip()
        process = subprocess.Popen([java, "-Dslf4j.internal.verbosity=WARN",
                                    "-Dslf4j.provider=org.slf4j.helpers.NOP_FallbackServiceProvider", "-cp",
                                    str(ROOT / "target" / "dist" / "lib" / "*"), str(ROOT / "acceptance" / "ServeZone.java"),
                                    file.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()
            process.wait(30)
            process.stdout.close()


def dig(port, name, kind, *options):
    return subprocess.run(["dig", "@127.0.0.1", "-p", str(port), "+norecurse", "+nocookie", *options, name, kind],
                          capture_output=True, text=True, timeout=60).stdout


def seen(output):
    """What an answer says, without what may differ: the order of records, times, the size, the server's own EDNS size."""
    status = re.search(r"status: (\w+)", output)
    flags = re.search(r";; flags: ([a-z ]+);", output)
    edns = re.search(r"; EDNS: version: (\d+)", output)
    sections, section = {}, None
    for line in output.splitlines():
        header = re.match(r";; (ANSWER|AUTHORITY|ADDITIONAL|QUESTION) SECTION:", line)
        section = header.group(1) if header else section
        if section and line and not line.startswith(";;"):
            sections.setdefault(section, set()).add(" ".join(line.split()))
    return (status and status.group(1), flags and flags.group(1).split(), edns and edns.group(1),
            {name: sorted(lines) for name, lines in sections.items()})


def answers(port, name, kind="A"):
    return dig(port, name, kind, "+short").split()


# ===================================================================================================== the embedded server
def dig_sees_no_difference_between_the_embedded_server_and_knot():
    reason = missing()
    if reason:
        return reason
    with Knot("serve.test", ZONE) as knot, embedded(ZONE) as port:
        different = []
        for name, kind in QUESTIONS:
            for way in WAYS:
                ours, theirs = (seen(dig(p, name, kind, *way)) for p in (port, knot.port))
                assert theirs[0], (name, kind, way)
                if ours != theirs:
                    different.append("%s %s %s\n  ours  %s\n  knot  %s" % (name, kind, " ".join(way), ours, theirs))
        print("%d questions in %d ways" % (len(QUESTIONS), len(WAYS)))
        assert not different, "%d differ:\n%s" % (len(different), "\n".join(different[:12]))


def nslookup_sees_no_difference_between_the_embedded_server_and_knot():
    reason = missing()
    if reason:
        return reason
    with Knot("serve.test", ZONE) as knot, embedded(ZONE) as port:
        for name, kind in QUESTIONS:
            ours, theirs = (nslookup(p, name, kind) for p in (port, knot.port))
            assert ours == theirs, (name, kind, ours, theirs)


def nslookup(port, name, kind):
    done = subprocess.run(["nslookup", "-port=%d" % port, "-type=" + kind, "-norecurse", name + ".", "127.0.0.1"],
                          capture_output=True, text=True, timeout=60)
    return sorted(line for line in done.stdout.splitlines() if "127.0.0.1" not in line)


# ================================================================================================ somebody else's server
OTHERS = """\
company.test. 60 IN SOA ns.company.test. hostmaster.company.test. 1 86400 7200 3600000 60
company.test. 60 IN NS ns.company.test.
company.test. 60 IN A 192.0.2.80
ns.company.test. 60 IN A 127.0.0.1
"""


def host_of(plane, name):
    compute = plane.send("GET", "%s/computes/%s" % (plane.workspace, name))
    return compute["properties"]["properties"]["sslConfiguration"]["cname"]


def knot_takes_the_names_of_a_gatehouse():
    reason = missing()
    if reason:
        return reason
    with Knot("company.test", OTHERS) as knot, Gatehouse(settings=knot.settings()) as gatehouse:
        plane = ControlPlane(gatehouse)
        plane.create_compute("target", "contoso")
        host = host_of(plane, "target")
        assert host.endswith(".models.company.test"), host
        assert answers(knot.port, host) == ["127.0.0.1"], dig(knot.port, host, "A")
        assert answers(knot.port, "company.test") == ["192.0.2.80"]
        assert gatehouse.status()["dns"] == "127.0.0.1:%d" % knot.port
        checked = gatehouse.command("dns", "check", host, "--resolver", "127.0.0.1:%d" % knot.port, "--json")
        assert json.loads(checked.stdout)["gatehouse"]["addresses"] == ["127.0.0.1"], checked.stdout
        gatehouse.stop()
        assert answers(knot.port, host) == ["127.0.0.1"]           # a server that is down keeps its names
        gatehouse.start()
        plane = ControlPlane(gatehouse)
        plane.send("DELETE", "%s/computes/target?underlyingResourceAction=Delete" % plane.workspace)
        deadline = time.monotonic() + 60
        while answers(knot.port, host):
            assert time.monotonic() < deadline, dig(knot.port, host, "A")
            time.sleep(0.1)
        assert knot.secret not in gatehouse.log()


def says_why_an_update_failed_and_serves_on():
    reason = missing()
    if reason:
        return reason
    other = base64.b64encode(secrets.token_bytes(32)).decode()
    with Knot("company.test", OTHERS) as knot:
        for settings, words in (
                (knot.settings(key_name="unknown.key"), ("BADKEY", "unknown.key")),
                (knot.settings(key_algorithm="hmac-sha512"), ("NOTAUTH",)),
                (knot.settings(server="127.0.0.1:%d" % free_port()), ("did not answer",))):
            with Gatehouse(settings=settings) as gatehouse:
                told = failure(ControlPlane(gatehouse))
                for word in words + (re.search(r"server: (\S+)", settings).group(1),):
                    assert word in told, (word, told)
        settings = knot.settings()
        knot.key_file(other)
        with Gatehouse(settings=settings) as gatehouse:
            told = failure(ControlPlane(gatehouse))
            assert "BADSIG" in told and "secret" in told, told
            assert gatehouse.status()["ready"] is True


def failure(plane):
    """Creates a target whose name cannot be published; returns the reason given."""
    try:
        plane.create_compute("target", "contoso")
    except (Refused, RuntimeError) as e:
        return str(e)
    raise AssertionError("the target was created")


def refuses_a_key_that_others_can_read():
    reason = missing()
    if reason:
        return reason
    with Knot("company.test", OTHERS) as knot, tempfile.TemporaryDirectory() as data:
        settings = knot.settings()
        knot.key_file(mode=0o644)
        Path(data, "gatehouse.yaml").write_text(settings)
        done = subprocess.run([str(ROOT / "gatehouse"), "up", "--data", data, "--https-port", "0", "--http-port", "0"],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 2 and "chmod 600" in done.stderr, done
        assert knot.secret not in done.stdout + done.stderr


if __name__ == "__main__":
    sys.exit(run_tests([
        dig_sees_no_difference_between_the_embedded_server_and_knot,
        nslookup_sees_no_difference_between_the_embedded_server_and_knot, knot_takes_the_names_of_a_gatehouse,
        says_why_an_update_failed_and_serves_on, refuses_a_key_that_others_can_read]))
