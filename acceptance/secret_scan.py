"""Secrets: a broad run whose every answer is recorded; then neither answers nor files nor processes hold a secret.

The first tests plant secrets, to show that the scanner finds them; the last is the run. The servers of all other suites
are scanned too, when they stop (harness.Gatehouse)."""

import base64
import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse
import uuid
from pathlib import Path

import scanner
from aci_tls import aci, patch_all
from control_plane import ControlPlane, Refused
from harness import Gatehouse, free_port, run_tests
from system import ONNX, refusal, score, script_service

ROW = {"data": [[0.0] * 10]}
PASSPHRASE = "a passphrase of the scan"
REGISTRY_PASSWORD = "a password of a registry"
GIVEN_KEY = "aKeyThatTheUserChose0123456789ab"
HOOK = "T0-the-secret-part-of-a-webhook"


# ============================================================================================================ the scanner
def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def make_key(folder, kind):
    options = {"ec": ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"], "p384": ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
               "rsa": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"]}[kind]
    openssl(folder, "genpkey", "-algorithm", *options, "-out", kind + ".key")
    return Path(folder, kind + ".key").read_text()


def finds_any_private_key_in_any_clothes():
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("ec", "p384", "rsa"):
            pem = make_key(folder, kind)
            openssl(folder, "pkcs8", "-topk8", "-nocrypt", "-in", kind + ".key", "-outform", "DER", "-out", kind + ".der")
            der = Path(folder, kind + ".der").read_bytes()
            clothes = {"PEM": pem.encode(), "JSON": json.dumps({"k": pem}).encode(), "DER": b"abc" + der,
                       **{"base64 %d" % shift: base64.b64encode(b"x" * shift + der) for shift in range(3)}}
            for name, content in clothes.items():
                assert scanner.Secrets().found("here", b"before " + content + b" after"), (kind, name)
            openssl(folder, "pkey", "-in", kind + ".key", "-traditional", "-outform", "DER", "-out", kind + ".old")
            old = Path(folder, kind + ".old").read_bytes()
            assert scanner.Secrets().found("here", old), kind
            if kind != "p384":
                # No mark is left, only the secret number.
                known = scanner.Secrets()
                known.learn("the key", pem)
                assert known.found("here", old[7:39] if kind == "ec" else old[100:]) == ["the key lies in here"], kind
        openssl(folder, "req", "-x509", "-key", "ec.key", "-subj", "/CN=public", "-days", "2", "-out", "public.pem")
        openssl(folder, "x509", "-in", "public.pem", "-outform", "DER", "-out", "public.der")
        for file in ("public.pem", "public.der"):
            assert not scanner.Secrets().found("here", Path(folder, file).read_bytes()), file
    assert not scanner.Secrets().found("here", b"expected: PEM that begins with -----BEGIN PRIVATE KEY-----")


def finds_what_is_planted_in_files_rows_answers_and_processes():
    secrets = scanner.Secrets()
    secret = secrets.learn("the planted", "s3cret/with+signs " + uuid.uuid4().hex)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "admin.json").write_text(secret)
        with contextlib.closing(sqlite3.connect(folder + "/state.db")) as database:
            database.execute("CREATE TABLE things (content TEXT)")
            database.execute("INSERT INTO things VALUES ('harmless')")
            database.commit()
            assert scanner.in_folder(secrets, folder) == []
            # So long that the file has it in several pages.
            database.execute("INSERT INTO things VALUES (?)", ("x" * 5000 + secret + "y" * 5000,))
            database.commit()
            assert "the planted lies in the rows of the table things" in scanner.in_folder(secrets, folder)
            database.execute("DELETE FROM things WHERE content LIKE 'x%'")
            database.commit()
        Path(folder, "logs").mkdir()
        for text in (secret, json.dumps(secret), urllib.parse.quote(secret), base64.b64encode(("me:" + secret).encode()).decode()):
            Path(folder, "logs", "a.log").write_text("line\nbefore " + text + " after\n")
            assert "the planted lies in logs/a.log" in scanner.in_folder(secrets, folder), text
    with scanner.Traffic(secrets) as traffic:
        traffic.said("a command", "prints " + secret)
        assert traffic.found() == ["the planted lies in the answer to a command"]
    child = subprocess.Popen(["sleep", "60"], env={"PATH": os.environ["PATH"], "PLANTED": secret})
    other = subprocess.Popen(["python3", "-c", "import time; time.sleep(60)", secret])
    try:
        with scanner.Processes(server=lambda: child.pid) as processes:
            deadline = time.monotonic() + 20
            expected = {"the planted lies in the environ of the process %d" % child.pid,
                        "the planted lies in the cmdline of the process python3"}
            while not expected <= set(processes.found(secrets)):
                assert time.monotonic() < deadline, processes.found(secrets)
                time.sleep(0.05)
    finally:
        for process in (child, other):
            process.kill()
            process.wait()


def fails_a_server_of_any_suite_that_keeps_a_secret_in_clear():
    for planted in ("the admin's secret", "a private key"):
        with tempfile.TemporaryDirectory() as folder:
            try:
                with Gatehouse(data=Path(folder, "data")) as gatehouse:
                    text = json.loads((gatehouse.data / "admin.json").read_text())["clientSecret"]
                    if planted == "a private key":
                        text = make_key(folder, "ec")
                    (gatehouse.data / "logs" / "planted.log").write_text("oops: " + text + "\n")
            except AssertionError as e:
                assert planted in str(e) and "planted.log" in str(e), e
            else:
                raise AssertionError(planted + " was not found")


# ================================================================================================================ the run
class Run:
    """One server, everything that is said to it and by it, and every secret that was used."""

    def __init__(self, gatehouse, folder, traffic, secrets):
        self.gatehouse, self.folder, self.traffic, self.secrets = gatehouse, folder, traffic, secrets
        self.sign_in()

    def sign_in(self):
        self.plane = ControlPlane(self.gatehouse)
        self.secrets.learn("the admin's secret", self.plane.admin["clientSecret"])
        self.secrets.learn("an access token", self.plane.token)

    def command(self, *arguments, check=True):
        done = self.gatehouse.command(*arguments, check=check)
        self.traffic.said("./gatehouse " + " ".join(arguments[:3]), done.stdout + done.stderr)
        return done

    def pair(self, name, kind="ec", traditional=False):
        """A self-signed certificate and its key, which is a secret from now on."""
        make_key(self.folder, kind)
        key = "%s.%s.key" % (name, kind)
        openssl(self.folder, "pkey", "-in", kind + ".key", "-out", key, *(["-traditional"] if traditional else []))
        openssl(self.folder, "req", "-x509", "-key", key, "-subj", "/CN=" + name, "-addext", "subjectAltName=DNS:" + name,
                "-addext", "basicConstraints=critical,CA:false", "-days", "90", "-out", name + ".pem")
        return Path(self.folder, name + ".pem").read_text(), self.secrets.learn(
            "the key of " + name, Path(self.folder, key).read_text())

    def tls(self, compute, ssl):
        _, headers = self.plane.send("PUT", "%s/computes/%s" % (self.plane.workspace, compute), {
            "location": self.plane.status["region"],
            "properties": {"computeType": "AKS", "properties": {"sslConfiguration": ssl}}}, with_headers=True)
        link = urllib.parse.urlsplit(headers["Azure-AsyncOperation"])
        self.plane.wait(link.path + "?" + link.query, "status")

    def service(self, body):
        """Deploys; returns the service, whatever became of it."""
        _, headers = self.plane.send("POST", self.plane.models + "/services", body, with_headers=True)
        return self.ended(headers["Operation-Location"].rsplit("/", 1)[1], body["name"])

    def ended(self, operation, name):
        deadline = time.monotonic() + 120
        while self.plane.send("GET", "%s/operations/%s" % (self.plane.models, operation))["state"] not in ("Succeeded", "Failed"):
            assert time.monotonic() < deadline, "the operation does not end"
            time.sleep(0.1)
        return self.plane.send("GET", "%s/services/%s" % (self.plane.models, name))


def targets(run):
    """Certificates of targets: generated, brought as EC and RSA, renewed, refused, disabled."""
    plane = run.plane
    run.tls("labelled", {"status": "Auto", "leafDomainLabel": "secrets"})
    run.tls("labelled", {"status": "Auto", "leafDomainLabel": "secrets", "overwriteExistingDomain": True, "renew": True})
    cert, key = run.pair("www.contoso.test")
    old_cert, old_key = run.pair("www.fabrikam.test", "rsa", traditional=True)
    run.tls("brought", {"status": "Enabled", "cname": "www.contoso.test", "cert": cert, "key": key})
    run.tls("brought", {"status": "Enabled", "cname": "www.fabrikam.test", "cert": old_cert, "key": old_key})
    openssl(run.folder, "pkcs8", "-topk8", "-in", "www.contoso.test.ec.key", "-passout", "file:passphrase", "-out", "locked.key")
    locked = run.secrets.learn("a key under a passphrase", Path(run.folder, "locked.key").read_text())
    for wrong_cert, wrong_key in ((cert, old_key), (cert, locked), (key, cert), (cert, key[:-60]), (cert, "x" + key.replace("-----", "")),
                                  (cert + key, key.replace("A", "B"))):
        with contextlib.suppress(Refused):
            run.tls("brought", {"status": "Enabled", "cname": "www.contoso.test", "cert": wrong_cert, "key": wrong_key})
    refusal(plane, "PUT", plane.workspace + "/computes/brought", ('{"properties": {"key": "%s"' % key).encode())
    run.tls("off", {"status": "Auto", "leafDomainLabel": "later"})
    run.tls("off", {"status": "Disabled"})
    openssl(run.folder, "pkcs12", "-export", "-in", "www.contoso.test.pem", "-inkey", "www.contoso.test.ec.key", "-passout",
            "file:passphrase", "-out", "contoso.pfx")
    store = str(Path(run.folder, "contoso.pfx"))
    with_passphrase = ["--passphrase-file", str(Path(run.folder, "passphrase"))]
    run.command("certificate", "check", store, *with_passphrase)
    run.command("certificate", "check", store, check=False)
    run.command("certificate", "import", store, *with_passphrase, "--target", "brought")
    run.command("certificate", "import", str(Path(run.folder, "locked.key")), "--target", "brought", check=False)


def services(run):
    """Services with keys, chosen keys, tokens, and certificates of their own; scripts that fail."""
    plane = run.plane
    model = plane.register("ridge", ONNX, "Onnx")
    one, _ = plane.deploy("one", model, "labelled")
    keys = plane.send("POST", plane.models + "/services/one/listkeys")
    assert score(plane, one, ROW, keys["primaryKey"])[0] == 200
    assert score(plane, one, ROW, "not a key")[0] == 401 and score(plane, one, ROW)[0] == 401
    plane.send("POST", plane.models + "/services/one/regenerateKeys", {"keyType": "Secondary"})
    run.secrets.learn("a key that the user chose", GIVEN_KEY)
    chosen = aci("chosen", model, authEnabled=True, keys={"primaryKey": GIVEN_KEY, "secondaryKey": GIVEN_KEY[::-1]})
    assert score(plane, run.service(chosen), ROW, GIVEN_KEY)[0] == 200
    run.secrets.learn("a key that the user chose", GIVEN_KEY[::-1])
    refusal(plane, "POST", plane.models + "/services", dict(chosen, name="Wrong_Name"))
    plane.send("POST", plane.models + "/services/validate", {"type": "Create", "createRequest": dict(chosen, name="Wrong_Name")})
    aks = {"name": "tokens", "computeType": "AKS", "computeName": "labelled", "properties": {}, "keys": {}, "numReplicas": 1,
           "authEnabled": False, "aadAuthEnabled": True, "environmentImageRequest": {"modelIds": [model]},
           "containerResourceRequirements": {"cpu": None, "memoryInGB": None}, "livenessProbeRequirements": {}}
    tokens = run.service(aks)
    token = plane.send("POST", plane.models + "/services/tokens/token")["accessToken"]
    run.secrets.learn("a token of a service", token)
    assert score(plane, tokens, ROW, token)[0] == 200 and score(plane, tokens, ROW, token + "x")[0] == 401
    cert, key = run.pair("aci.contoso.test")
    own = aci("own", model, sslEnabled=True, sslCertificate=cert, sslKey=key, cname="aci.contoso.test")
    assert run.service(own)["state"] == "Healthy"
    patch_all(plane, "own", [{"op": "replace", "path": "/sslKey", "value": key}, {"op": "replace", "path": "/sslCertificate", "value": cert}])
    refusal(plane, "POST", plane.models + "/services", dict(own, name="own2", sslKey=key[:-80]))
    for name, code in (("raises", b"def init():\n    raise RuntimeError('on purpose')\n\ndef run(raw):\n    return 1\n"),
                       ("answers", b"def init():\n    pass\n\ndef run(raw):\n    raise ValueError(raw)\n")):
        state = run.ended(script_service(plane, name, code).rsplit("/", 1)[1], name)
        assert state["state"] == ("Failed" if name == "raises" else "Healthy"), state
        plane.send("GET", "%s/services/%s/logs?init=true" % (plane.models, name))
        if name == "answers":
            score(plane, state, {"data": 1})
            plane.send("GET", "%s/services/%s/logs" % (plane.models, name))


def environments(run):
    """The password of an image registry, as the SDK sends it with an environment."""
    plane = run.plane
    run.secrets.learn("the password of a registry", REGISTRY_PASSWORD)
    registry = {"address": "registry.contoso.test", "username": "me", "password": REGISTRY_PASSWORD}
    definition = {"python": {"userManagedDependencies": True}, "docker": {"baseImage": "x", "baseImageRegistry": registry}}
    place = "/environment/v1.0%s/environments/private" % plane.workspace
    for path in (place, place + "/versions/7"):
        plane.send("PUT", path, definition)
    for path in (place, place + "/image", place.rpartition("/")[0] + "/"):
        plane.send("GET", path)
    service = aci("withimage", plane.register("second", ONNX, "Onnx"))
    service["environmentImageRequest"]["environment"] = dict(definition, name="private")
    run.service(service)


def wrong_sign_ins(run):
    plane = run.plane
    wrong = run.secrets.learn("a secret mistyped", "the-admins-secret-mistyped")
    form = {"grant_type": "client_credentials", "client_id": plane.admin["clientId"], "client_secret": wrong}
    refusal(plane, "POST", "/adfs/oauth2/token", urllib.parse.urlencode(form).encode())
    form["client_id"], form["client_secret"] = "nobody", plane.admin["clientSecret"]
    refusal(plane, "POST", "/adfs/oauth2/token", urllib.parse.urlencode(form).encode())
    refusal(plane, "POST", "/adfs/oauth2/token?client_secret=" + wrong, urllib.parse.urlencode(form).encode())
    token, plane.token = plane.token, plane.token[:-6] + "AAAAAA"
    run.secrets.learn("an access token", plane.token)
    refusal(plane, "GET", plane.workspace + "/computes")
    plane.token = token
    link = urllib.parse.urlsplit(plane.send("POST", "/artifact/v2.0%s/artifacts/batch/metadata/LocalUpload/cut" % plane.workspace,
                                            {"paths": [{"path": "a"}]})["artifactContentInformation"]["a"]["contentUri"])
    refusal(plane, "PUT", link.path + "x?" + link.query, b"x", {"x-ms-blob-type": "BlockBlob"})


def looks_at_everything(run, commands=True):
    plane = run.plane
    for path in ("/computes", "/computes/labelled", "/computes/brought"):
        plane.send("GET", plane.workspace + path)
    plane.send("POST", plane.workspace + "/computes/labelled/listKeys")
    plane.send("POST", plane.workspace + "/listKeys")
    for path in ("/services", "/services/own", "/services/chosen?expand=true", "/services/one", "/models", "/operations"):
        with contextlib.suppress(Refused):
            plane.send("GET", plane.models + path)
    for path in ("/gatehouse/names", "/gatehouse/authority", "/metrics", "/rp/workspaces" + plane.workspace + "/computes",
                 "/metadata/endpoints?api-version=2019-05-01", "/adfs/discovery/keys"):
        plane.send("GET", path)
    for line in (("status", "--json"), ("tls", "status", "--json"), ("certificate", "list", "--json"), ("certificate", "show", "own"),
                 ("certificate", "show", "brought", "--json"), ("authority", "show", "--json"), ("authority", "request"),
                 ("ml", "computetarget", "show", "-n", "brought")) if commands else ():
        run.command(*line, check=False)


def keeps_every_secret_of_a_broad_run():
    secrets = scanner.Secrets()
    secrets.learn("a passphrase", PASSPHRASE)
    secrets.learn("the secret part of a webhook", HOOK)
    settings = "access-log: access.jsonl\nalerts:\n  webhook: http://127.0.0.1:%d/%s\n" % (free_port(), HOOK)
    folder = tempfile.mkdtemp(prefix="secrets")
    Path(folder, "passphrase").write_text(PASSPHRASE + "\n")
    pid = [None]
    try:
        with scanner.Traffic(secrets) as traffic, Gatehouse(settings=settings) as gatehouse, \
                scanner.Processes(server=lambda: pid[0]) as processes:
            run = Run(gatehouse, folder, traffic, secrets)
            pid[0] = run.plane.status["pid"]
            for part in (wrong_sign_ins, targets, services, environments, looks_at_everything):
                part(run)
            found = scanner.in_folder(secrets, gatehouse.data)
            # As a power cut leaves it, the newest rows are in the write-ahead log; then once more after a restart.
            gatehouse.kill()
            assert (gatehouse.data / "state.db-wal").stat().st_size > 0
            found += scanner.in_folder(secrets, gatehouse.data)
            gatehouse.start()
            run.sign_in()
            pid[0] = run.plane.status["pid"]
            looks_at_everything(run, commands=False)
            for name in ("one", "own"):
                run.plane.send("DELETE", "%s/services/%s" % (run.plane.models, name))
            gatehouse.stop()
            found += scanner.in_folder(secrets, gatehouse.data) + traffic.found() + processes.found(secrets)
            for file in scanner.FOR_OWNER:
                mode = (gatehouse.data / file).stat().st_mode & 0o777
                assert mode == 0o600, (file, oct(mode))
            assert gatehouse.data.stat().st_mode & 0o777 == 0o700, oct(gatehouse.data.stat().st_mode)
            print("%d forms of secrets; %d answers, %d looks at processes" % (
                len(secrets), len(traffic.answers), len(processes.seen)))
        assert len(traffic.answers) > 100 and len(processes.seen) > 20, (len(traffic.answers), len(processes.seen))
        assert not found, "\n".join(sorted(set(found)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(run_tests([
        finds_any_private_key_in_any_clothes, finds_what_is_planted_in_files_rows_answers_and_processes,
        fails_a_server_of_any_suite_that_keeps_a_secret_in_clear, keeps_every_secret_of_a_broad_run]))
