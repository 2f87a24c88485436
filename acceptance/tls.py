"""What clients are really shown, looked at with the tools that administrators use: openssl, testssl.sh, zlint."""

import http.client
import json
import re
import socket
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path

from control_plane import ControlPlane
from harness import ROOT, Gatehouse, free_port, run_tests

LABEL = "look"

# Findings of zlint that are allowed, by the part of the chain, each with its reason. zlint judges by the rules for
# public authorities (CA/Browser Forum Baseline Requirements); an embedded authority signs what no public one may.
NO_PRACTICE_STATEMENT = "policies point to a public authority's practice statement; a private one has none to point to"
NO_COUNTRY = "the authority does not know its owner's country, and inventing one would be a lie"
NO_ADDRESS = "issuers are always shown with the leaf, and an installation on loopback has no address for others to load from"
NO_LASTING_ADDRESS = "an intermediate lives five years: it names a list only when authority.crl-url says where that stays"
ALLOWED = {
    "leaf": {
        "e_dnsname_not_valid_tld": "names under .localhost are private by purpose (RFC 6761)",
        "w_ext_subject_key_identifier_not_recommended_subscriber": "RFC 5280 section 4.2.1.2 wants it; zlint warns without it too",
        "e_sub_cert_aia_missing": NO_ADDRESS,
        "w_sub_cert_aia_does_not_contain_issuing_ca_url": NO_ADDRESS,
        "e_sub_cert_cert_policy_empty": NO_PRACTICE_STATEMENT,
        "e_sub_cert_certificate_policies_missing": NO_PRACTICE_STATEMENT,
    },
    "intermediate": {
        "e_ca_country_name_missing": NO_COUNTRY,
        "e_ext_nc_intersects_reserved_ip": "loopback addresses are what it may sign, and no public one may",
        "e_invalid_ca_certificate_policies": NO_PRACTICE_STATEMENT,
        "e_sub_ca_certificate_policies_missing": NO_PRACTICE_STATEMENT,
        "e_sub_ca_crl_distribution_points_missing": NO_LASTING_ADDRESS,
        "w_sub_ca_aia_missing": NO_ADDRESS,
    },
    "root": {"e_ca_country_name_missing": NO_COUNTRY},
}
# Findings of testssl.sh above LOW that are allowed, each with its reason.
ALLOWED_SERVED = {
    "engine_problem": "about the openssl that testssl.sh runs with (it has no GOST), not about the server",
}


class Scene:
    """A server with a labelled compute target and a service, shared by all tests."""

    def __init__(self, gatehouse):
        self.gatehouse = gatehouse
        self.plane = ControlPlane(gatehouse)
        self.plane.create_compute(LABEL, LABEL)
        model = self.plane.register("ridge", ROOT / "demo" / "ridge.onnx", "Onnx")
        self.host = urllib.parse.urlsplit(self.plane.deploy("ridge", model, LABEL)[0]["scoringUri"]).hostname
        self.ca = self.plane.status["ca"]
        self.address, _, port = self.plane.status["https"].rpartition(":")
        self.port = int(port)


scene = None


def s_client(*options, name=None, input="Q\n"):
    """What openssl s_client says, with its exit code; verification errors end the handshake."""
    name = name or scene.host
    done = subprocess.run(
        ["openssl", "s_client", "-connect", "%s:%d" % (scene.address, scene.port), "-servername", name, "-CAfile", scene.ca,
         "-verify_return_error", "-verify_hostname", name, *options],
        input=input, capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout + done.stderr


def shows_openssl_a_chain_that_verifies():
    for version, named in (("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")):
        code, said = s_client(version, "-showcerts")
        assert code == 0 and "Verify return code: 0 (ok)" in said, said
        assert re.search(r"New, %s, Cipher is \S+(GCM|CHACHA20)" % named.replace("1.2", r"1\.2"), said), said
        assert said.count("BEGIN CERTIFICATE") == 2, "leaf and intermediate, and no root, are shown"


def refuses_openssl_old_versions_weak_ciphers_and_renegotiation():
    for old in ("-tls1", "-tls1_1"):
        code, said = s_client(old, "-cipher", "ALL:@SECLEVEL=0")
        assert code != 0 and "Cipher is (NONE)" in said, said
    for weak in ("AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "DHE-RSA-AES128-GCM-SHA256", "NULL-SHA256"):
        code, said = s_client("-tls1_2", "-cipher", weak + ":@SECLEVEL=0")
        assert code != 0, (weak, said)
    code, said = s_client("-tls1_2", input="R\n")
    assert code != 0 and re.search(r"no renegotiation|handshake failure|no_renegotiation|closed|reset", said, re.I), said


def takes_no_cipher_of_openssl_but_mozillas_intermediate_ones():
    """Those of the list that go with the key of the certificate (ECDSA), of all that openssl can do."""
    known = subprocess.run(["openssl", "ciphers", "-s", "-tls1_2", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"], capture_output=True,
                           text=True, check=True).stdout.strip().split(":")
    assert len(known) > 50, known
    taken = {cipher for cipher in known
             if "Cipher is %s\n" % cipher in s_client("-tls1_2", "-cipher", cipher + ":@SECLEVEL=0")[1]}
    assert taken == {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"}, taken


def tells_clients_of_tls_to_come_back_by_tls_only():
    def header(host, path):
        raw = socket.create_connection((scene.address, scene.port), timeout=10)
        connection = http.client.HTTPConnection(host)
        connection.sock = scene.plane.trust.wrap_socket(raw, server_hostname=host)
        connection.request("GET", path)
        return connection.getresponse().getheader("Strict-Transport-Security")

    for host, path in (("localhost", "/metadata/endpoints"), (scene.host, "/api/v1/service/ridge/score"), (scene.host, "/none")):
        assert header(host, path) == "max-age=31536000", (host, path, header(host, path))
    plain = http.client.HTTPConnection(scene.plane.status["http"], timeout=10)
    plain.request("GET", "/")
    assert plain.getresponse().getheader("Strict-Transport-Security") is None


def refuses_openssl_a_name_that_nobody_has():
    code, said = s_client(name="nobody." + scene.host)
    assert code != 0 and "unrecognized name" in said, said


def offers_openssl_both_http_protocols():
    for offer, chosen in (("h2,http/1.1", "h2"), ("http/1.1", "http/1.1")):
        _, said = s_client("-alpn", offer)
        assert "ALPN protocol: %s\n" % chosen in said, said


def resumes_a_session_for_openssl():
    with tempfile.TemporaryDirectory() as folder:
        for version in ("-tls1_2", "-tls1_3"):
            ticket = folder + "/ticket" + version
            request = "GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % scene.host
            s_client(version, "-ign_eof", "-sess_out", ticket, input=request)
            _, said = s_client(version, "-sess_in", ticket)
            assert "Reused, TLS" in said, said


def shows_openssl_the_new_certificate_when_a_renewal_has_ended():
    def serial():
        _, said = s_client("-showcerts")
        return subprocess.run(["openssl", "x509", "-noout", "-serial"], input=said, capture_output=True, text=True).stdout

    before, plane = serial(), scene.plane
    _, headers = plane.send("PUT", "%s/computes/%s" % (plane.workspace, LABEL), {
        "location": plane.status["region"],
        "properties": {"computeType": "AKS", "properties": {"sslConfiguration": {
            "status": "Auto", "leafDomainLabel": LABEL, "overwriteExistingDomain": True, "renew": True}}}}, with_headers=True)
    link = urllib.parse.urlsplit(headers["Azure-AsyncOperation"])
    plane.wait(link.path + "?" + link.query, "status")
    after = serial()
    assert before and after and before != after, (before, after)


def tool(script, *arguments):
    """Where the tool is, or why it is not there."""
    done = subprocess.run(["sh", str(ROOT / "scripts" / script), *arguments], capture_output=True, text=True)
    return done.returncode == 0, done.stdout.strip() or done.stderr.strip()


def testssl(address):
    """What testssl.sh finds above LOW, or has no verdict about."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        done = subprocess.run(
            # All it checks but the simulated clients, which find nothing and take the longest.
            ["testssl", "-p", "-s", "-f", "-S", "-P", "-h", "-U", "--quiet", "--color", "0", "--warnings", "off", "--add-ca", scene.ca, "--ip", scene.address,
             "--nodns", "min", "--jsonfile", str(report), address],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900)
        assert report.exists(), done.stdout[-3000:]
        findings = json.loads(report.read_text())
    assert len(findings) > 50, done.stdout[-3000:]
    bad = {found["id"]: "%(id)s %(severity)s: %(finding)s" % found for found in findings
           if found["severity"] not in ("OK", "INFO", "LOW", "DEBUG")}
    return [text for name, text in bad.items() if name not in ALLOWED_SERVED]


def shows_testssl_nothing_above_low():
    there, reason = tool("debian.sh", "testssl=testssl.sh")
    if not there:
        return reason
    found = testssl("https://%s:%d" % (scene.host, scene.port))
    assert not found, "\n".join(found)


def chain():
    """PEM texts of what is shown and of the root."""
    _, said = s_client("-showcerts")
    shown = re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", said, re.S)
    assert len(shown) == 2, said
    return {"leaf": shown[0], "intermediate": shown[1], "root": Path(scene.ca).read_text()}


def issues_nothing_that_zlint_rejects():
    there, zlint = tool("zlint.sh")
    if not there:
        return zlint
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        for part, pem in chain().items():
            file = Path(folder) / (part + ".pem")
            file.write_text(pem)
            lints = json.loads(subprocess.run([zlint, str(file)], check=True, capture_output=True, text=True).stdout)
            bad = {name: lint["result"] for name, lint in lints.items() if lint["result"] in ("warn", "error", "fatal")}
            wrong += ["%s: %s %s" % (part, result, name) for name, result in bad.items() if name not in ALLOWED[part]]
            wrong += ["%s: %s is allowed but not found" % (part, name) for name in ALLOWED[part] if name not in bad]
    assert not wrong, "\n".join(wrong)


def names_a_revocation_list_that_openssl_checks():
    with tempfile.TemporaryDirectory() as folder:
        parts = chain()
        for part, pem in parts.items():
            Path(folder, part + ".pem").write_text(pem)
        shown = subprocess.run(["openssl", "x509", "-noout", "-text"], input=parts["leaf"], capture_output=True, text=True)
        address = re.search(r"CRL Distribution Points:\s+Full Name:\s+URI:(\S+)", shown.stdout)
        assert address and address.group(1).startswith("http://%s/crl/" % scene.plane.status["http"]), shown.stdout
        with urllib.request.urlopen(address.group(1), timeout=10) as answer:
            Path(folder, "list.der").write_bytes(answer.read())
        check = subprocess.run("openssl crl -inform DER -in list.der -out list.pem && openssl verify -crl_check -CAfile root.pem"
                               " -CRLfile list.pem -untrusted intermediate.pem leaf.pem", shell=True, cwd=folder,
                               capture_output=True, text=True)
        assert check.returncode == 0 and "leaf.pem: OK" in check.stdout, check


def main():
    global scene
    # The port is known before the start: so certificates name the address of the revocation list.
    with Gatehouse(http_port=free_port(), settings="tls:\n  hsts: 365d\n") as gatehouse:
        scene = Scene(gatehouse)
        return run_tests([
            shows_openssl_a_chain_that_verifies, refuses_openssl_old_versions_weak_ciphers_and_renegotiation,
            takes_no_cipher_of_openssl_but_mozillas_intermediate_ones, tells_clients_of_tls_to_come_back_by_tls_only,
            refuses_openssl_a_name_that_nobody_has, offers_openssl_both_http_protocols, resumes_a_session_for_openssl,
            shows_openssl_the_new_certificate_when_a_renewal_has_ended, issues_nothing_that_zlint_rejects,
            names_a_revocation_list_that_openssl_checks, shows_testssl_nothing_above_low])


if __name__ == "__main__":
    sys.exit(main())
