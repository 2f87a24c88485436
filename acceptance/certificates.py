"""Certificates through the management API and the commands, with openssl as the user's own authority."""

import base64
import copy
import json
import subprocess
import sys
import tempfile
import urllib.parse
from pathlib import Path

import yaml
from commands import TARGETS, of, openssl, served
from control_plane import ControlPlane
from harness import ROOT, Gatehouse, run_tests
from system import ONNX, refusal, says

NAME = "www.contoso.test"
CONFIG = "[ca]\ndefault_ca=own\n[own]\ndatabase=%s\nrand_serial=yes\ndefault_md=sha256\npolicy=any\n[any]\ncommonName=supplied"
EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


class Authority:
    """Root and intermediate in a folder; signs requests as an authority that one pays does."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.root, self.middle = self.file("root.pem"), self.file("middle.pem")
        openssl("req", "-x509", *EC, "-days", "60", "-subj", "/CN=Root", "-keyout", self.file("root.key"), "-out", self.root)
        openssl("req", *EC, "-subj", "/CN=Middle", "-keyout", self.file("middle.key"), "-out", self.file("middle.csr"))
        self.extend("ca.ext", "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign")
        openssl("x509", "-req", "-in", self.file("middle.csr"), "-CA", self.root, "-CAkey", self.file("root.key"),
                "-CAcreateserial", "-days", "60", "-extfile", self.file("ca.ext"), "-out", self.middle)

    def file(self, name):
        return str(self.folder / name)

    def extend(self, name, text):
        Path(self.file(name)).write_text(text + "\n")

    def sign(self, csr, out, *options, names="DNS:" + NAME, more="", life=None):
        """life: the first and the last second, as in 20200101000000Z; without it 30 days."""
        self.extend("leaf.ext", "subjectAltName=%s\nauthorityInfoAccess=caIssuers;URI:http://ca.test/m\n%s" % (names, more))
        ends = ("-extfile", self.file("leaf.ext"), "-in", csr, "-out", self.file(out))
        if life:
            self.extend("ca.cnf", CONFIG % self.file("index.txt"))
            Path(self.file("index.txt")).write_text("")
            openssl("ca", "-batch", "-notext", "-config", self.file("ca.cnf"), "-cert", self.middle, "-keyfile",
                    self.file("middle.key"), "-outdir", str(self.folder), "-startdate", life[0], "-enddate",
                    life[1], *ends)
        else:
            openssl("x509", "-req", "-CA", self.middle, "-CAkey", self.file("middle.key"), "-CAcreateserial", "-days", "30",
                    *options, *ends)
        return Path(self.file(out)).read_text()

    def pair(self, name, *options, new=EC, **extensions):
        """A key of the user's own and a certificate for it: (leaf, key) as PEM."""
        openssl("req", *new, "-subj", "/CN=" + NAME, "-keyout", self.file(name + ".key"), "-out", self.file(name + ".csr"))
        return (self.sign(self.file(name + ".csr"), name + ".pem", *options, **extensions),
                Path(self.file(name + ".key")).read_text())

    def chain(self, leaf):
        return leaf + Path(self.middle).read_text()


def put(plane, name, ssl, whole=None):
    """The SDK's PUT; returns the target when its operation has ended well."""
    body = whole or {"location": plane.status["region"], "properties": {"computeType": "AKS", "properties": {}}}
    body["properties"]["properties"]["sslConfiguration"] = ssl
    _, headers = plane.send("PUT", path(plane, name), body, with_headers=True)
    link = urllib.parse.urlsplit(headers["Azure-AsyncOperation"])
    plane.wait(link.path + "?" + link.query, "status")
    return get(plane, name)


def path(plane, name):
    return "%s/computes/%s?api-version=2020-02-02" % (plane.workspace, name)


def get(plane, name):
    return plane.send("GET", path(plane, name))


def ssl_of(target):
    return target["properties"]["properties"]["sslConfiguration"]


def serial_in(target):
    return target["properties"]["certificate"]["serial"]


def refused(plane, name, ssl, *words, status=400):
    body = {"location": plane.status["region"], "properties": {"computeType": "AKS", "properties": {"sslConfiguration": ssl}}}
    answer = refusal(plane, "PUT", path(plane, name), body)
    says(answer, status, *words)
    return answer


def custom(cert, key, **more):
    return dict({"status": "Enabled", "cname": NAME, "cert": cert, "key": key}, **more)


def service(plane, name):
    return plane.send("GET", "%s/services/%s" % (plane.models, name))


def serial_of(pem):
    text = subprocess.run(["openssl", "x509", "-noout", "-serial"], input=pem, capture_output=True, text=True, check=True)
    return text.stdout.strip().split("=")[1].lower().lstrip("0")


# ============================================================================================================ requests
def a_request_is_signed_and_its_certificate_finds_its_key():
    with Gatehouse() as gatehouse, tempfile.TemporaryDirectory() as folder:
        authority, csr = Authority(folder), str(Path(folder, "csr.pem"))
        gatehouse.command(*TARGETS, "create", "aks", "-n", "target")
        made = gatehouse.command("certificate", "request", "--cname", NAME, "--name", "contoso.test", "--out", csr)
        assert "import" in made.stderr and "PRIVATE" not in Path(csr).read_text(), made
        openssl("req", "-in", csr, "-verify", "-noout")
        signed = authority.sign(csr, "signed.pem", names="DNS:%s,DNS:contoso.test" % NAME)
        # The wrong way round and with the root in it, as authorities do send them.
        chain = Path(folder, "chain.pem")
        chain.write_text(Path(authority.root).read_text() + authority.chain(signed))
        assert NAME in gatehouse.command("certificate", "request", "list").stdout
        waits = gatehouse.command("tls", "status")
        assert "waits for the certificate of " + NAME in waits.stderr, waits
        done = gatehouse.command("certificate", "import", str(chain), "--target", "target")
        assert "repaired" in done.stdout and "root" in done.stdout, done
        assert served(gatehouse, NAME) == serial_of(signed)
        assert of(gatehouse, "certificate", "request", "list", "--json") == []
        again = gatehouse.command("certificate", "import", str(chain), "--target", "target", check=False)
        assert again.returncode == 1 and "open request" in again.stderr, again


def requests_are_listed_cancelled_and_bounded():
    with Gatehouse() as gatehouse, tempfile.TemporaryDirectory() as folder:
        plane, authority = ControlPlane(gatehouse), Authority(folder)
        plane.create_compute("target")
        requests = plane.workspace + "/certificateRequests"
        first = of(gatehouse, "certificate", "request", "--cname", "*.contoso.test", "--key-type", "rsa-2048", "--json")
        assert first["keyType"] == "RSA 2048" and "key" not in first, first
        cancelled = gatehouse.command("certificate", "request", "cancel", first["id"])
        assert "gone" in cancelled.stdout
        Path(folder, "csr.pem").write_text(first["csr"])
        signed = authority.sign(str(Path(folder, "csr.pem")), "signed.pem", names="DNS:*.contoso.test")
        refused(plane, "target", custom(authority.chain(signed), None), "private key", "certificate request")
        for _ in range(50):
            plane.send("POST", requests, {"cname": NAME})
        says(refusal(plane, "POST", requests, {"cname": NAME}), 409, "50", "cancel")
        says(refusal(plane, "POST", requests, {"cname": "not a name"}), 400, "not a name")
        says(refusal(plane, "POST", requests, {"cname": NAME, "keyType": "dsa"}), 400, "keyType", "EC P-256")
        absent = gatehouse.command("certificate", "request", "cancel", "ffffffff", check=False)
        assert absent.returncode == 1 and "ffffffff" in absent.stderr, absent


def a_service_of_its_own_name_takes_certificates_in_the_same_ways():
    with Gatehouse() as gatehouse, tempfile.TemporaryDirectory() as folder:
        plane, authority = ControlPlane(gatehouse), Authority(folder)
        model = plane.register("ridge", ONNX, "Onnx")
        leaf, key = authority.pair("first")
        body = {"name": "box", "computeType": "ACI", "properties": {}, "keys": {}, "sslEnabled": True, "cname": NAME,
                "sslCertificate": leaf, "sslKey": key, "containerResourceRequirements": {"cpu": 0.1, "memoryInGB": 0.5},
                "environmentImageRequest": {"modelIds": [model]}}
        says(refusal(plane, "POST", plane.models + "/services", body), 400, "Middle", "intermediate")
        says(refusal(plane, "POST", plane.models + "/services", dict(body, sslKey=None)), 400, "sslKey", "certificate request")
        encrypted = encrypt(authority, "first")
        body.update(sslCertificate=authority.chain(leaf), sslKey=encrypted)
        says(refusal(plane, "POST", plane.models + "/services", body), 400, "no passphrase")
        _, headers = plane.send("POST", plane.models + "/services", dict(body, sslPassphrase="let me in"), with_headers=True)
        plane.wait("%s/operations/%s" % (plane.models, headers["Operation-Location"].rsplit("/", 1)[1]), "state")
        box = service(plane, "box")
        assert served(gatehouse, NAME) == serial_of(leaf) == box["certificate"]["serial"], box
        assert "let me in" not in json.dumps(box) and "PRIVATE" not in json.dumps(box), box
        csr = str(Path(folder, "csr.pem"))
        gatehouse.command("certificate", "request", "--cname", NAME, "--out", csr)
        signed = authority.sign(csr, "signed.pem")
        Path(folder, "chain.pem").write_text(Path(authority.middle).read_text() + signed)
        done = gatehouse.command("certificate", "import", str(Path(folder, "chain.pem")), "--service", "box")
        assert "repaired" in done.stdout and served(gatehouse, NAME) == serial_of(signed), done
        assert "in order" in json.dumps(service(plane, "box")["certificate"]["repairs"]), service(plane, "box")
        shown = of(gatehouse, "certificate", "show", "box", "--json")
        assert shown["ownerKind"] == "Service" and len(shown["history"]) == 2, shown
        assert "box" in gatehouse.command("certificate", "list").stdout
        refused_renewal = gatehouse.command("certificate", "renew", "box", check=False)
        assert refused_renewal.returncode == 1 and "sending the new one" in refused_renewal.stderr, refused_renewal


# =============================================================================================================== checks
def encrypt(authority, name, *options):
    out = authority.file(name + ".enc")
    openssl("pkcs8", "-topk8", "-in", authority.file(name + ".key"), "-passout", "pass:let me in", "-out", out, *options)
    return Path(out).read_text()


def every_fault_is_one_sentence_and_changes_nothing():
    with Gatehouse() as gatehouse, tempfile.TemporaryDirectory() as folder:
        plane, authority = ControlPlane(gatehouse), Authority(folder)
        good, key = authority.pair("good")
        before = put(plane, "target", custom(authority.chain(good), key))
        _, other = authority.pair("other")
        gone, gone_key = authority.pair("gone", life=("20200101000000Z", "20200201000000Z"))
        early, early_key = authority.pair("early", life=("20490101000000Z", "20490201000000Z"))
        star, star_key = authority.pair("star", names="DNS:*.test")
        weak, weak_key = authority.pair("weak", new=("-newkey", "rsa:1024", "-nodes"))
        old, old_key = authority.pair("old", "-sha1")
        client, client_key = authority.pair("client", more="extendedKeyUsage=clientAuth")
        for cert, sent_key, words in [
                (good, key, ("Middle", "append that intermediate")),
                (authority.chain(good), other, ("key does not match",)),
                (authority.chain(gone), gone_key, ("expired at 2020-02-01",)),
                (authority.chain(early), early_key, ("not valid before 2049-01-01",)),
                (authority.chain(star), star_key, ("does not cover", NAME)),
                (authority.chain(weak), weak_key, ("weak key (RSA 1024)",)),
                (authority.chain(old), old_key, ("SHA1", "issued again")),
                (authority.chain(client), client_key, ("serverAuth",)),
                ("garbage", key, ("PEM",)), (authority.chain(good), "garbage", ("PEM",)),
                (authority.chain(good), None, ("private key", "missing"))]:
            message = refused(plane, "target", custom(cert, sent_key), *words)
            assert not any(line in message.body for line in (sent_key or "").splitlines()[1:2]), message
            now = get(plane, "target")
            assert now["properties"]["provisioningState"] == "Succeeded" and ssl_of(now) == ssl_of(before), now
            assert served(gatehouse, NAME) == serial_of(good), words


def every_form_of_a_key_is_understood():
    with Gatehouse() as gatehouse, tempfile.TemporaryDirectory() as folder:
        plane, authority = ControlPlane(gatehouse), Authority(folder)
        rsa, _ = authority.pair("rsa", new=("-newkey", "rsa:2048", "-nodes"))
        ec, _ = authority.pair("ec")
        openssl("rsa", "-in", authority.file("rsa.key"), "-traditional", "-out", authority.file("rsa.p1"))
        openssl("ec", "-in", authority.file("ec.key"), "-out", authority.file("ec.sec1"))
        openssl("pkcs8", "-topk8", "-nocrypt", "-outform", "DER", "-in", authority.file("ec.key"), "-out", authority.file("ec.der"))
        openssl("x509", "-outform", "DER", "-in", authority.file("ec.pem"), "-out", authority.file("ec.crt"))
        openssl("pkcs12", "-export", "-in", authority.file("ec.pem"), "-certfile", authority.middle, "-inkey",
                authority.file("ec.key"), "-passout", "pass:let me in", "-out", authority.file("ec.p12"))
        text = lambda name: Path(authority.file(name)).read_text()
        binary = lambda name: base64.b64encode(Path(authority.file(name)).read_bytes()).decode()
        assert "BEGIN RSA PRIVATE KEY" in text("rsa.p1") and "BEGIN EC PRIVATE KEY" in text("ec.sec1")
        secret = {"passphrase": "let me in"}
        for leaf, ssl in [
                (rsa, custom(authority.chain(rsa), text("rsa.key"))), (rsa, custom(authority.chain(rsa), text("rsa.p1"))),
                (ec, custom(authority.chain(ec), text("ec.sec1"))), (ec, custom(authority.chain(ec), binary("ec.der"))),
                (ec, custom(authority.chain(ec), encrypt(authority, "ec"), **secret)),
                (rsa, custom(authority.chain(rsa), encrypt(authority, "rsa", "-scrypt"), **secret)),
                (ec, custom(binary("ec.p12"), None, **secret)), (ec, custom(binary("ec.p12"), binary("ec.p12"), **secret))]:
            target = put(plane, "target", ssl)
            assert serial_in(target) == serial_of(leaf) == served(gatehouse, NAME), ssl
            assert "let me in" not in json.dumps(target) and ssl_of(target)["cert"] is None, target
        refused(plane, "target", custom(authority.chain(ec), encrypt(authority, "ec")), "no passphrase was given")
        refused(plane, "target", custom(authority.chain(ec), encrypt(authority, "ec"), passphrase="out"), "does not open it")
        refused(plane, "target", custom(binary("ec.crt"), binary("ec.der")), "intermediate")
        state = b"".join(file.read_bytes() for file in gatehouse.data.glob("state.db*")) + gatehouse.log().encode()
        for hidden in (b"let me in", b"PRIVATE KEY", *[text(k).split("\n")[1].encode() for k in ("ec.key", "rsa.key")]):
            assert hidden not in state, hidden


def what_was_put_right_and_what_to_know_shows_everywhere():
    with Gatehouse() as gatehouse, tempfile.TemporaryDirectory() as folder:
        plane, authority = ControlPlane(gatehouse), Authority(folder)
        leaf, key = authority.pair("leaf")
        heap = Path(authority.root).read_text() + Path(authority.middle).read_text() + leaf + leaf
        told = put(plane, "target", custom(heap, key))["properties"]["certificate"]
        assert len(told["repairs"]) == 3 and "no public root" in told["warnings"][0], told
        assert "repaired" in gatehouse.command("certificate", "show", "target").stdout
        assert "Dropped the root 'Root'" in gatehouse.log(), gatehouse.log()[-2000:]
        own = str(Path(folder, "own.pem"))
        openssl("req", "-x509", *EC, "-days", "30", "-subj", "/CN=x", "-addext", "subjectAltName=DNS:" + NAME, "-keyout",
                authority.file("own.key"), "-out", own)
        done = gatehouse.command("certificate", "import", own, authority.file("own.key"), "--target", "target")
        assert "WARNING" in done.stdout and "self-signed" in done.stdout, done
        told = get(plane, "target")["properties"]["certificate"]
        assert told["repairs"] == [] and "self-signed" in told["warnings"][0] and told["kind"] == "Custom", told
        assert "self-signed" in gatehouse.command("tls", "status", "target").stdout
        assert "self-signed" in gatehouse.log()


# ================================================================================================================ names
def a_name_stays_with_its_label_until_it_is_given_up():
    with Gatehouse() as gatehouse:
        plane = ControlPlane(gatehouse)
        label = {"status": "Auto", "leafDomainLabel": "contoso", "overwriteExistingDomain": False}
        first = put(plane, "one", label)
        name = ssl_of(first)["cname"]
        whole = copy.deepcopy(first)
        renew = dict(ssl_of(first), renew=True)
        assert renew["cert"] is None and renew.get("key") is None
        renewed = put(plane, "one", renew, whole)
        assert ssl_of(renewed)["cname"] == name and serial_in(renewed) != serial_in(first), renewed
        assert served(gatehouse, name) == serial_in(renewed)
        off = put(plane, "one", {"status": "Disabled", "renew": True, "leafDomainLabel": "contoso"})
        assert ssl_of(off)["status"] == "Disabled" and ssl_of(off)["cname"] is None, off
        assert ssl_of(put(plane, "one", label))["cname"] == name
        refused(plane, "one", dict(label, leafDomainLabel="fabrikam"), "overwriteExistingDomain", "contoso")
        refused(plane, "two", label, "overwriteExistingDomain", "one")
        says(refusal(plane, "GET", path(plane, "two"), None), 404, "two")
        taken = put(plane, "two", dict(label, overwriteExistingDomain=True))
        assert ssl_of(taken)["cname"] == name and ssl_of(get(plane, "one"))["status"] == "Disabled", taken
        assert served(gatehouse, name) == serial_in(taken)
        other = ssl_of(put(plane, "two", dict(label, leafDomainLabel="fabrikam", overwriteExistingDomain=True)))["cname"]
        assert other.startswith("fabrikam"), other
        known = {each["name"] for each in plane.send("GET", "/gatehouse/names")["names"]}
        assert other in known and name not in known, known
        assert ssl_of(put(plane, "one", label))["cname"] != name


def a_renewal_asked_for_twice_is_one():
    with Gatehouse() as gatehouse:
        plane = ControlPlane(gatehouse)
        plane.create_compute("target", "contoso")
        body = get(plane, "target")
        ssl_of(body)["renew"] = True
        links = {plane.send("PUT", path(plane, "target"), body, with_headers=True)[1]["Azure-AsyncOperation"] for _ in range(2)}
        for link in map(urllib.parse.urlsplit, links):
            plane.wait(link.path + "?" + link.query, "status")
        history = of(gatehouse, "certificate", "show", "target", "--json")["history"]
        assert len(history) == 1 + len(links), (links, history)


# ================================================================================================================ plain
def plain_http_in_the_open_is_flagged():
    with Gatehouse(settings="listen:\n  advertised-address: 192.0.2.1\n") as gatehouse:
        plane = ControlPlane(gatehouse)
        plane.create_compute("target", "contoso")
        model = plane.register("ridge", ONNX, "Onnx")
        deployed, _ = plane.deploy("svc", model, "target")
        assert deployed["warnings"] == [] and get(plane, "target")["properties"]["warnings"] == [], deployed
        off = gatehouse.command("tls", "off", "svc")
        assert off.stdout.startswith("http://192.0.2.1:") and "WARNING" in off.stdout, off
        assert "plain HTTP" in service(plane, "svc")["warnings"][0]
        assert "WARNING" in gatehouse.command("tls", "status", "svc").stdout
        assert "tls on svc" in gatehouse.command("tls", "status", "svc").stdout
        on = gatehouse.command("tls", "on", "svc")
        assert on.stdout.startswith(deployed["scoringUri"]) and "WARNING" not in on.stdout, on
        gatehouse.command("tls", "off", "svc")
        put(plane, "target", {"status": "Disabled"})
        assert "plain HTTP" in get(plane, "target")["properties"]["warnings"][0]
        flagged = [line for line in gatehouse.log().splitlines() if "service svc" in line and "plain HTTP" in line]
        assert len(flagged) == 2, flagged


# ================================================================================================================== ml
def answers_of_ml_take_queries_and_every_form():
    with Gatehouse() as gatehouse, tempfile.TemporaryDirectory() as folder:
        gatehouse.command(*TARGETS, "create", "aks", "-n", "target", "--ssl-leaf-domain-label", "contoso")
        whole = of(gatehouse, *TARGETS, "show", "-n", "target")
        cname = "properties.properties.sslConfiguration.cname"
        found = gatehouse.command(*TARGETS, "show", "--na", "target", "--query", cname, "--outp", "tsv").stdout
        assert found == ssl_of(whole)["cname"] + "\n", found
        shown = gatehouse.command(*TARGETS, "show", "-n", "target", "-o", "yaml").stdout
        assert yaml.safe_load(shown) == whole, shown
        names = of(gatehouse, *TARGETS, "list", "--query", "[?provisioningState=='Succeeded'].{n: name}")
        assert names == [{"n": "target"}], names
        broken = gatehouse.command(*TARGETS, "list", "--query", "[", check=False)
        assert broken.returncode == 2 and "JMESPath" in broken.stderr, broken
        made = of(gatehouse, "ml", "folder", "attach", "-w", "default", "-g", "gatehouse", "--path", folder)
        assert made["Workspace name"] == "default" and Path(folder, ".azureml", "config.json").exists(), made
        gatehouse.command("configure", "--defaults", "workspace_name=nowhere")
        lost = gatehouse.command(*TARGETS, "list", "--path", "/", check=False)
        assert lost.returncode == 1 and "nowhere" in lost.stderr, lost
        assert len(of(gatehouse, *TARGETS, "list", "--path", folder)) == 1


if __name__ == "__main__":
    sys.exit(run_tests([
        a_request_is_signed_and_its_certificate_finds_its_key, requests_are_listed_cancelled_and_bounded,
        a_service_of_its_own_name_takes_certificates_in_the_same_ways, every_fault_is_one_sentence_and_changes_nothing,
        every_form_of_a_key_is_understood, what_was_put_right_and_what_to_know_shows_everywhere,
        a_name_stays_with_its_label_until_it_is_given_up, a_renewal_asked_for_twice_is_one,
        plain_http_in_the_open_is_flagged, answers_of_ml_take_queries_and_every_form]))
