"""Certificates from a real ACME authority (Pebble), which resolves names at Gatehouse's own DNS server and looks at its own
listeners: challenges, external accounts, renewal windows, outages, the issuer that stands in."""

import contextlib
import http.server
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path

from aci_tls import aci, create
from control_plane import ControlPlane, Refused
from harness import ROOT, Gatehouse, run_tests
from system import ONNX
from zone import Knot, answers, free_port
from zone import missing as knot_missing

ZONE = "models.test"
CHALLENGES = ("http-01", "tls-alpn-01", "dns-01")
KEY_ID = "kid-1"
HMAC = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"


def programs():
    """The folder with Pebble; a word for why not instead."""
    done = subprocess.run(["sh", str(ROOT / "scripts" / "pebble.sh")], stdout=subprocess.PIPE, text=True, timeout=600)
    return Path(done.stdout.strip()) if done.returncode == 0 else None


class Ports:
    """Free at the moment: Pebble and Gatehouse must know each other's before either starts."""

    def __init__(self):
        self.https, self.http, self.dns = free_port(), free_port(), free_port()


class Pebble:
    """An ACME authority on loopback that looks where those ports are; its memory ends with it."""

    def __init__(self, ports, binding=False, resolver=None):
        self.folder = Path(tempfile.mkdtemp(prefix="pebble-"))
        self.port, self.management = free_port(), free_port()
        self.resolver = resolver or ports.dns
        for name in ("own", "root"):
            self.openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", name + ".key")
        self.openssl("req", "-x509", "-new", "-key", "root.key", "-days", "2", "-subj", "/CN=Test", "-out", "root.pem")
        self.openssl("req", "-new", "-key", "own.key", "-subj", "/CN=127.0.0.1", "-out", "own.csr")
        (self.folder / "own.ext").write_text("subjectAltName = IP:127.0.0.1\n")
        self.openssl("x509", "-req", "-in", "own.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days",
                     "2", "-extfile", "own.ext", "-out", "own.pem")
        (self.folder / "config.json").write_text(json.dumps({"pebble": {
            "listenAddress": "127.0.0.1:%d" % self.port, "managementListenAddress": "127.0.0.1:%d" % self.management,
            "certificate": str(self.folder / "own.pem"), "privateKey": str(self.folder / "own.key"),
            "httpPort": ports.http, "tlsPort": ports.https, "externalAccountBindingRequired": binding,
            "externalAccountMACKeys": {KEY_ID: HMAC}, "retryAfter": {"authz": 1, "order": 1}, "keyAlgorithm": "ecdsa",
            "profiles": {"default": {"description": "90 days", "validityPeriod": 90 * 86400},
                         "shortlived": {"description": "6 days", "validityPeriod": 6 * 86400}}}}))
        self.trust = ssl.create_default_context(cafile=str(self.folder / "root.pem"))
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True, timeout=60)

    def start(self, slow=False):
        """Slow: up to 20 s pass before it looks at a challenge. It always wants one: no proof is taken twice."""
        speed = {"PEBBLE_VA_SLEEPTIME": "20"} if slow else {"PEBBLE_VA_NOSLEEP": "1"}
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                [str(programs() / "pebble"), "-config", str(self.folder / "config.json"), "-dnsserver",
                 "127.0.0.1:%d" % self.resolver], stdout=log, stderr=log, cwd=self.folder,
                env=dict(os.environ, PEBBLE_AUTHZREUSE="0", **speed))
        until(lambda: listens(self.port) and listens(self.management), 20, "Pebble listens")

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait(20)

    def freeze(self):
        """It holds its connections and says nothing more, until it is killed."""
        self.process.send_signal(signal.SIGSTOP)

    def log(self):
        return (self.folder / "log").read_text(errors="replace")

    def orders(self):
        return self.log().count("Added order")

    def root(self):
        """What its certificates are verified against; another one after each start."""
        with urllib.request.urlopen("https://127.0.0.1:%d/roots/0" % self.management, context=self.trust, timeout=10) as answer:
            return answer.read().decode()

    def renewal_window(self, pem, start, end):
        body = json.dumps({"Certificate": pem, "ARIResponse": json.dumps(
            {"suggestedWindow": {"start": start.isoformat(), "end": end.isoformat()}})}).encode()
        urllib.request.urlopen(
            "https://127.0.0.1:%d/set-renewal-info/" % self.management, body, timeout=10, context=self.trust).read()

    def settings(self, challenge="http-01", issuers="pebble", **more):
        """A Gatehouse's settings that ask this authority."""
        values = {"directory": "https://127.0.0.1:%d/dir" % self.port, "email": "ops@contoso.test", "accept-terms": "true",
                  "ca-file": str(self.folder / "root.pem"), "profile": "default", "challenge": challenge}
        values.update({name.replace("_", "-"): value for name, value in more.items()})
        return "zone: %s\nissuers: %s\nacme:\n  pebble:\n%s" % (
            ZONE, issuers, "".join("    %s: %s\n" % pair for pair in values.items()))


class Server(Gatehouse):
    """A Gatehouse on those ports."""

    def __init__(self, ports, settings, data=None):
        super().__init__(data, settings)
        self.ports = ports

    def start(self):
        self.command("up", "--detach", "--https-port", str(self.ports.https), "--http-port", str(self.ports.http),
                     "--dns-port", str(self.ports.dns))
        return self

    def shown(self, host, root):
        """The serial that a client who trusts that root sees; raises when it does not verify."""
        trust = ssl.create_default_context(cadata=root)
        with socket.create_connection(("127.0.0.1", self.ports.https), timeout=10) as raw, \
                trust.wrap_socket(raw, server_hostname=host) as tls:
            return tls.getpeercert()["serialNumber"].lower().lstrip("0")

    def pem(self, host):
        with socket.create_connection(("127.0.0.1", self.ports.https), timeout=10) as raw, \
                ssl._create_unverified_context().wrap_socket(raw, server_hostname=host) as tls:
            return ssl.DER_cert_to_PEM_cert(tls.getpeercert(True))


class Receiver:
    """Takes alerts by webhook."""

    def __enter__(self):
        alerts = self.alerts = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                alerts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def settings(self):
        return "alerts:\n  webhook: http://127.0.0.1:%d/hook\n" % self.server.server_port

    def kinds(self):
        return [alert["kind"] for alert in self.alerts]


class Silence:
    """An authority that takes connections and never says a word."""

    def __enter__(self):
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(64)
        self.port = self.socket.getsockname()[1]
        return self

    def __exit__(self, *_):
        self.socket.close()


def listens(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def until(found, seconds, what):
    """What the function finds, once it finds something."""
    deadline = time.monotonic() + seconds
    while True:
        result = found()
        if result:
            return result
        assert time.monotonic() < deadline, "%s: not within %d s" % (what, seconds)
        time.sleep(0.05)


def instant(text):
    return datetime.fromisoformat(re.sub(r"\.\d+", "", text).replace("Z", "+00:00"))


def certificate_of(plane, owner):
    return plane.send("GET", "%s/certificates/%s" % (plane.workspace, owner))


def renewed(plane, owner, before):
    """The certificate of the owner, once it is another one."""
    now = certificate_of(plane, owner)
    return now if now["serial"] != before["serial"] else None


def begin(plane, name, ssl_configuration):
    """Starts a change of a target; returns the path of its operation."""
    _, headers = plane.send("PUT", "%s/computes/%s" % (plane.workspace, name), {
        "location": plane.status["region"],
        "properties": {"computeType": "AKS", "properties": {"sslConfiguration": ssl_configuration}}}, with_headers=True)
    return re.sub(r"^https://[^/]+", "", headers["Azure-AsyncOperation"])


def label(text):
    return {"status": "Auto", "leafDomainLabel": text, "overwriteExistingDomain": True}


def renewal(text):
    return dict(label(text), renew=True)


def fails(plane, path):
    """The sentence with which the operation fails."""
    answer = until(lambda: (lambda a: a if a["status"] != "InProgress" else None)(plane.send("GET", path)), 120, path)
    assert answer["status"] == "Failed", answer
    return answer["error"]["message"]


# ============================================================================================================ challenges
def every_challenge_proves_the_names_of_targets_and_services():
    if knot_missing():
        return knot_missing()
    if not programs():
        return "neither Go nor Pebble is on this machine"
    ports = Ports()
    with Pebble(ports) as pebble, tempfile.TemporaryDirectory() as data:
        for challenge in CHALLENGES:
            with Server(ports, pebble.settings(challenge), data) as server:
                plane = ControlPlane(server)
                name = challenge.replace("-01", "").replace("-", "")
                plane.create_compute(name, name)
                certificate = certificate_of(plane, name)
                assert certificate["issuedBy"] == "pebble" and certificate["profile"] == "default", certificate
                assert "Pebble" in certificate["issuer"] and certificate["names"] == [certificate["host"]], certificate
                assert server.shown(certificate["host"], pebble.root()) == certificate["serial"].lstrip("0"), certificate
                model = plane.register("ridge", ONNX, "Onnx")
                service = create(plane, aci("box" + name, model, sslEnabled=True, dnsNameLabel="box" + name))
                own = certificate_of(plane, "box" + name)
                assert own["ownerKind"] == "Service" and own["issuedBy"] == "pebble", own
                assert server.shown(own["host"], pebble.root()) == own["serial"].lstrip("0"), (service, own)
                fetched = "Attempting to validate w/ HTTP: http://%s" % certificate["host"] in pebble.log()
                assert fetched == (challenge == "http-01"), challenge
                assert not left_over(server, certificate["host"])
                shown = plane.send("GET", "%s/computes/%s" % (plane.workspace, name))["properties"]["certificate"]
                assert all(shown[key] == value for key, value in certificate.items()
                           if key not in ("owner", "ownerKind", "host", "nextRenewal", "renewalWindow")), shown
                told = json.loads(server.command("certificate", "show", name, "--json").stdout)
                assert told == certificate_of(plane, name), told
                listed = server.command("certificate", "list").stdout
                assert re.search(r"%s\s+%s\s+pebble\s" % (name, re.escape(certificate["host"])), listed), listed
                metrics = plane.send("GET", "/metrics").decode()
                assert re.search(r'certificate_info\{host="%s",[^\n]*issued_by="pebble",profile="default",serial="%s"' % (
                    re.escape(own["host"]), own["serial"]), metrics), metrics
                database = b"".join(file.read_bytes() for file in Path(data).glob("state.db*"))
                assert b"PRIVATE KEY" not in database
        assert re.findall(r"There are now (\d+) accounts", pebble.log()) == ["1"], "one account outlives restarts"


def left_over(server, host):
    """What is still to be seen of a challenge."""
    seen = answers(server.ports.dns, "_acme-challenge." + host, "TXT")
    try:
        with socket.create_connection(("127.0.0.1", server.ports.https), timeout=10) as raw:
            context = ssl._create_unverified_context()
            context.set_alpn_protocols(["acme-tls/1"])
            with context.wrap_socket(raw, server_hostname=host) as tls:
                seen += [tls.selected_alpn_protocol()] if tls.selected_alpn_protocol() else []
    except (ssl.SSLError, ConnectionError):
        pass
    return seen


def a_challenge_by_an_update_of_another_dns_server_is_taken_back_even_after_a_crash():
    if not programs():
        return "neither Go nor Pebble is on this machine"
    if knot_missing():
        return knot_missing()
    zone = ("models.test. 60 IN SOA ns.models.test. hostmaster.models.test. 1 86400 7200 3600000 60\n"
            "models.test. 60 IN NS ns.models.test.\nns.models.test. 60 IN A 127.0.0.1\n")
    ports = Ports()
    with Knot(ZONE, zone) as knot, Pebble(ports, resolver=knot.port) as pebble, tempfile.TemporaryDirectory() as data:
        update = knot.settings().split("\n", 1)[1]
        with Server(ports, pebble.settings("dns-01") + update, data) as server:
            plane = ControlPlane(server)
            plane.create_compute("target", "contoso")
            certificate = certificate_of(plane, "target")
            record = "_acme-challenge." + certificate["host"]
            assert server.shown(certificate["host"], pebble.root()) == certificate["serial"].lstrip("0")
            assert answers(knot.port, record, "TXT") == []
            pebble.kill()
            pebble.start(slow=True)
            begin(plane, "target", renewal("contoso"))
            until(lambda: answers(knot.port, record, "TXT"), 20, "the record is there")
            pebble.freeze()
            server.kill()
            pebble.kill()
            assert answers(knot.port, record, "TXT"), "the crash left it"
            pebble.start()
            server.start()
            plane = ControlPlane(server)
            until(lambda: renewed(plane, "target", certificate), 90, "the renewal has gone on")
            until(lambda: not answers(knot.port, record, "TXT"), 20, "no record is left")
            assert len(certificate_of(plane, "target")["history"]) == 2
            until(lambda: state_of(plane, "target") == "Succeeded", 20, "the operation has ended")


def state_of(plane, name):
    return plane.send("GET", "%s/computes/%s" % (plane.workspace, name))["properties"]["provisioningState"]


# ====================================================================================================== external accounts
def an_authority_for_its_customers_only_wants_the_binding():
    if not programs():
        return "neither Go nor Pebble is on this machine"
    ports = Ports()
    with Pebble(ports, binding=True) as pebble, tempfile.TemporaryDirectory() as data:
        with Server(ports, pebble.settings(), data) as server:
            told = fails(ControlPlane(server), begin(ControlPlane(server), "target", label("contoso")))
            assert "external account" in told and "'pebble'" in told, told
        key = pebble.folder / "eab.key"
        key.write_text(HMAC + "\n")
        key.chmod(0o644)
        settings = pebble.settings(eab_key_id=KEY_ID, eab_key_file=key)
        (Path(data) / "gatehouse.yaml").write_text(settings)
        refused = Server(ports, "", data).command("up", "--https-port", "0", "--http-port", "0", "--dns-port", "0", check=False)
        assert refused.returncode == 2 and "chmod 600" in refused.stderr and str(key) in refused.stderr, refused
        key.chmod(0o600)
        with Server(ports, settings, data) as server:
            plane = ControlPlane(server)
            plane.create_compute("target", "contoso")
            certificate = certificate_of(plane, "target")
            assert server.shown(certificate["host"], pebble.root()) == certificate["serial"].lstrip("0")
            assert "Successful newAccount Binding" in pebble.log()
            kept = b"".join(file.read_bytes() for file in Path(data).glob("state.db*")) + server.log().encode()
            assert HMAC.encode() not in kept and HMAC not in refused.stderr


# ================================================================================================================ renewal
def six_day_certificates_are_renewed_in_the_middle_or_when_the_authority_wants_it():
    if not programs():
        return "neither Go nor Pebble is on this machine"
    ports = Ports()
    with Pebble(ports) as pebble, Server(ports, pebble.settings("tls-alpn-01", profile="shortlived")) as server:
        plane = ControlPlane(server)
        plane.create_compute("one", "one")
        before = certificate_of(plane, "one")
        now = datetime.now(timezone.utc)
        pebble.renewal_window(server.pem(before["host"]), now - timedelta(hours=2), now - timedelta(hours=1))
        plane.create_compute("two", "two")
        begun, end, planned = (instant(before[key]) for key in ("notBefore", "notAfter", "nextRenewal"))
        assert abs(end - begun - timedelta(days=6)) < timedelta(minutes=1), before
        assert begun + timedelta(days=2) <= planned <= begun + timedelta(days=3), before
        after = until(lambda: renewed(plane, "one", before), 150,
                      "renewed by itself because its window is over")
        assert server.shown(before["host"], pebble.root()) == after["serial"].lstrip("0")
        assert [past["issuedBy"] for past in after["history"]] == ["pebble", "pebble"] and not after["lastError"], after
        assert re.search(r'ARI: order "\S+" is a replacement of', pebble.log()), "the order names what it replaces"
        other = until(lambda: (lambda c: c if c["renewalWindow"] else None)(certificate_of(plane, "two")), 150, "its window")
        window = [instant(other["renewalWindow"][key]) for key in ("start", "end")]
        assert window[0] <= instant(other["nextRenewal"]) <= window[1], other
        assert "window" in server.command("certificate", "show", "two").stdout


def an_outage_in_the_middle_of_a_renewal_costs_nothing_but_time():
    if not programs():
        return "neither Go nor Pebble is on this machine"
    ports = Ports()
    with Pebble(ports) as pebble, Receiver() as receiver, \
            Server(ports, pebble.settings("http-01") + receiver.settings()) as server:
        plane = ControlPlane(server)
        plane.create_compute("target", "contoso")
        before, old_root = certificate_of(plane, "target"), pebble.root()
        pebble.kill()
        pebble.start(slow=True)
        orders = pebble.orders()
        operation = begin(plane, "target", renewal("contoso"))
        assert begin(plane, "target", renewal("contoso")) == operation, "asked twice, it is one renewal"
        until(lambda: pebble.orders() > orders, 30, "an order is under way")
        pebble.kill()
        told = fails(plane, operation)
        assert "'pebble' could not be reached" in told, told
        now = certificate_of(plane, "target")
        assert now["serial"] == before["serial"] and "could not be reached" in now["lastError"], now
        assert server.shown(before["host"], old_root) == before["serial"].lstrip("0")
        assert now["nextRenewal"] == before["nextRenewal"] and not left_over(server, before["host"])
        alert = until(lambda: receiver.alerts, 20, "an alert")[0]
        assert alert["kind"] == "certificate.renewal-failed" and alert["subject"] == before["host"], alert
        assert "could not be reached" in server.command("certificate", "show", "target").stdout
        pebble.start()
        plane.wait(begin(plane, "target", renewal("contoso")), "status")
        after = certificate_of(plane, "target")
        assert after["serial"] != before["serial"] and not after["lastError"], after
        assert server.shown(after["host"], pebble.root()) == after["serial"].lstrip("0")
        assert pebble.orders() == orders + 2


def a_renewal_that_failed_is_tried_again_before_the_certificate_ends():
    """Real minutes: a life of three, renewed in the middle, where nobody answers, and again a minute later."""
    if not programs():
        return "neither Go nor Pebble is on this machine"
    ports = Ports()
    with Pebble(ports) as pebble, Receiver() as receiver, \
            Server(ports, pebble.settings("tls-alpn-01", life="3m") + receiver.settings()) as server:
        plane = ControlPlane(server)
        plane.create_compute("target", "contoso")
        before, old_root = certificate_of(plane, "target"), pebble.root()
        assert instant(before["notAfter"]) - instant(before["notBefore"]) <= timedelta(minutes=3), before
        pebble.kill()
        failed = until(lambda: (lambda c: c if c["lastError"] else None)(certificate_of(plane, "target")), 150, "a failure")
        assert "'pebble' could not be reached" in failed["lastError"] and failed["serial"] == before["serial"], failed
        assert instant(failed["nextRenewal"]) < instant(before["notAfter"]), failed
        assert server.shown(before["host"], old_root) == before["serial"].lstrip("0")
        assert 'renewal_failures{host="%s",source="platform"} 1' % before["host"] in plane.send("GET", "/metrics").decode()
        pebble.start()
        after = until(lambda: renewed(plane, "target", before), 150,
                      "renewed by the retry")
        assert instant(after["history"][-1]["created"]) < instant(before["notAfter"]), after
        assert server.shown(after["host"], pebble.root()) == after["serial"].lstrip("0") and not after["lastError"]
        assert receiver.kinds()[0] == "certificate.renewal-failed", receiver.alerts


# ============================================================================================================ other issuers
def the_embedded_authority_stands_in_while_the_first_issuer_is_down():
    if not programs():
        return "neither Go nor Pebble is on this machine"
    ports = Ports()
    with Pebble(ports) as pebble, Receiver() as receiver:
        pebble.kill()
        with Server(ports, pebble.settings(issuers="pebble, embedded") + receiver.settings()) as server:
            plane = ControlPlane(server)
            plane.create_compute("target", "contoso")
            certificate = certificate_of(plane, "target")
            assert certificate["issuedBy"] == "embedded" and "'pebble' could not be reached" in certificate["lastError"]
            root = Path(plane.status["ca"]).read_text()
            assert server.shown(certificate["host"], root) == certificate["serial"].lstrip("0"), certificate
            back = instant(certificate["nextRenewal"]) - datetime.now(timezone.utc)
            assert timedelta(minutes=50) < back < timedelta(minutes=70), "it goes back soon: " + certificate["nextRenewal"]
            until(lambda: "certificate.other-issuer" in receiver.kinds(), 20, "an alert")
            assert 'issued_by="embedded"' in plane.send("GET", "/metrics").decode()
            pebble.start()
            plane.wait(begin(plane, "target", renewal("contoso")), "status")
            after = certificate_of(plane, "target")
            assert after["issuedBy"] == "pebble" and after["host"] == certificate["host"], after
            assert [past["issuedBy"] for past in after["history"]] == ["embedded", "pebble"], after
            assert server.shown(after["host"], pebble.root()) == after["serial"].lstrip("0")


def an_authority_that_hangs_holds_up_nobody_else():
    ports = Ports()
    settings = ("zone: %s\nissuers: silent, embedded\nacme:\n  silent:\n    directory: https://127.0.0.1:%%d/dir\n" % ZONE)
    with Silence() as silence, tempfile.TemporaryDirectory() as data, Server(ports, settings % silence.port, data) as server:
        plane = ControlPlane(server)
        hanging = begin(plane, "slow", label("slow"))
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                            "30", "-subj", "/CN=www.contoso.test", "-addext", "subjectAltName=DNS:www.contoso.test",
                            "-keyout", folder + "/key", "-out", folder + "/pem"], check=True, capture_output=True)
            custom = {"status": "Enabled", "cname": "www.contoso.test", "cert": Path(folder, "pem").read_text(),
                      "key": Path(folder, "key").read_text()}
        started = time.monotonic()
        plane.wait(begin(plane, "custom", custom), "status")
        assert time.monotonic() - started < 10, time.monotonic() - started
        assert plane.send("GET", hanging)["status"] == "InProgress"
        started = time.monotonic()
        server.stop()
        took = time.monotonic() - started
        assert took < 20, "the stop took %.1f s" % took
        server.start()
        plane = ControlPlane(server)
        until(lambda: state_of(plane, "slow") == "Succeeded", 120, "the work went on after the restart")
        slow = certificate_of(plane, "slow")
        assert slow["issuedBy"] == "embedded" and "'silent' could not be reached" in slow["lastError"], slow


def a_killed_server_ends_the_renewal_at_its_next_start():
    if not programs():
        return "neither Go nor Pebble is on this machine"
    ports = Ports()
    with Pebble(ports) as pebble, tempfile.TemporaryDirectory() as data, \
            Server(ports, pebble.settings("http-01"), data) as server:
        plane = ControlPlane(server)
        plane.create_compute("target", "contoso")
        before = certificate_of(plane, "target")
        for _ in range(2):
            pebble.kill()
            pebble.start(slow=True)
            orders = pebble.orders()
            threading.Thread(target=lambda: server.command("certificate", "renew", "target", check=False), daemon=True).start()
            until(lambda: pebble.orders() > orders, 30, "an order is under way")
            pebble.freeze()
            server.kill()
            pebble.kill()
            pebble.start()
            server.start()
            plane = ControlPlane(server)
            after = until(lambda: renewed(plane, "target", before), 90,
                          "the renewal has ended")
            assert server.shown(after["host"], pebble.root()) == after["serial"].lstrip("0")
            assert len(after["history"]) == len(before["history"]) + 1, after
            before = after


if __name__ == "__main__":
    sys.exit(run_tests([
        every_challenge_proves_the_names_of_targets_and_services,
        a_challenge_by_an_update_of_another_dns_server_is_taken_back_even_after_a_crash,
        an_authority_for_its_customers_only_wants_the_binding,
        six_day_certificates_are_renewed_in_the_middle_or_when_the_authority_wants_it,
        an_outage_in_the_middle_of_a_renewal_costs_nothing_but_time,
        a_renewal_that_failed_is_tried_again_before_the_certificate_ends,
        the_embedded_authority_stands_in_while_the_first_issuer_is_down, an_authority_that_hangs_holds_up_nobody_else,
        a_killed_server_ends_the_renewal_at_its_next_start]))
