"""The commands about certificates, compute targets and TLS, against a running server."""

import json
import socket
import ssl
import subprocess
import sys
import tempfile
from pathlib import Path

from control_plane import ControlPlane
from harness import ROOT, Gatehouse, run_tests

ONNX = ROOT / "demo" / "ridge.onnx"
ARTICLE = "workspace:\n  resource-group: myresourcegroup\n  name: myresourceworkspace\n"
TARGETS = ("ml", "computetarget")


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def self_made(folder, name):
    """A private authority's certificate for the name; returns (chain, key)."""
    cert, key = Path(folder, "cert.pem"), Path(folder, "key.pem")
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
            "/CN=" + name, "-addext", "subjectAltName=DNS:" + name, "-keyout", str(key), "-out", str(cert))
    return str(cert), str(key)


def served(gatehouse, host):
    """The serial of what the gateway shows for the name, in lower-case hex."""
    ip, _, port = gatehouse.status()["https"].rpartition(":")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((ip, int(port))) as raw, context.wrap_socket(raw, server_hostname=host) as tls:
        der = tls.getpeercert(binary_form=True)
    text = subprocess.run(["openssl", "x509", "-inform", "DER", "-noout", "-serial"], input=der, capture_output=True, check=True)
    return text.stdout.decode().strip().split("=")[1].lower().lstrip("0")


def of(gatehouse, *arguments, **options):
    return json.loads(gatehouse.command(*arguments, **options).stdout)


def runs_the_lines_of_the_article():
    with Gatehouse(settings=ARTICLE) as gatehouse, tempfile.TemporaryDirectory() as folder:
        place = ("-g", "myresourcegroup", "-w", "myresourceworkspace", "-n", "myaks")
        made = of(gatehouse, *TARGETS, "create", "aks", *place)
        assert list(made) == ["name", "provisioningState", "location", "provisioningErrors"], made
        gatehouse.command(*TARGETS, "update", "aks", *place, "--ssl-leaf-domain-label", "myaks", "--ssl-overwrite-domain",
                          "True", "--ssl-renew")
        first = of(gatehouse, "certificate", "show", "myaks", "--json")
        assert first["host"].startswith("myaks"), first
        done = gatehouse.command(*TARGETS, "update", "aks", *place, "--ssl-leaf-domain-label", "myaks",
                                 "--ssl-overwrite-domain", "True", "--ssl-renew")
        assert "update the compute target 'myaks'" in done.stderr, done.stderr
        second = of(gatehouse, "certificate", "show", "myaks", "--json")
        assert second["host"] == first["host"] and second["serial"] != first["serial"], (first, second)
        assert served(gatehouse, second["host"]) == second["serial"]
        cert, key = self_made(folder, "myaks")
        gatehouse.command(*TARGETS, "update", "aks", *place, "--ssl-cname", "myaks", "--ssl-cert-file", cert, "--ssl-key-file", key)
        assert of(gatehouse, "certificate", "show", "myaks", "--json")["kind"] == "Custom"
        gatehouse.command(*TARGETS, "update", "aks", *place, "--ssl-disable", "True")
        shown = of(gatehouse, *TARGETS, "show", *place)
        assert shown["properties"]["properties"]["sslConfiguration"]["status"] == "Disabled", shown


def lists_shows_and_renews_certificates():
    with Gatehouse() as gatehouse:
        gatehouse.command(*TARGETS, "create", "aks", "-n", "target", "--ssl-leaf-domain-label", "contoso")
        before = of(gatehouse, "certificate", "list", "--json")[0]
        for member in ("issuer", "serial", "names", "keyType", "notAfter", "daysLeft", "nextRenewal", "history"):
            assert before[member], before
        after = of(gatehouse, "certificate", "renew", "target", "--json")
        assert after["serial"] != before["serial"] and len(after["history"]) == 2, after
        assert served(gatehouse, after["host"]) == after["serial"]
        assert "contoso" in gatehouse.command("certificate", "list").stdout
        absent = gatehouse.command("certificate", "show", "nobody", check=False)
        assert absent.returncode == 1 and "nobody" in absent.stderr, absent


def creates_detaches_attaches_and_deletes_targets():
    with Gatehouse() as gatehouse:
        gatehouse.command(*TARGETS, "create", "aks", "-n", "one", "--no-wait")
        gatehouse.command("cluster", "add", "--local", "-g", "group", "-n", "here")
        cluster = "/subscriptions/any/resourcegroups/group/providers/Microsoft.ContainerService/managedClusters/here"
        gatehouse.command(*TARGETS, "attach", "aks", "-n", "two", "-i", cluster)
        assert [t["name"] for t in of(gatehouse, *TARGETS, "list")] == ["one", "two"]
        assert "ProvisioningState" in gatehouse.command(*TARGETS, "list", "-o", "table").stdout
        assert "userKubeConfig" in of(gatehouse, *TARGETS, "get-credentials", "-n", "two")
        refused = gatehouse.command(*TARGETS, "delete", "-n", "two", check=False)
        assert refused.returncode == 1 and "detach" in refused.stderr, refused
        gatehouse.command(*TARGETS, "detach", "-n", "two")
        assert of(gatehouse, *TARGETS, "delete", "-n", "one")["id"].endswith("/computes/one")
        assert of(gatehouse, *TARGETS, "list") == []
        absent = gatehouse.command(*TARGETS, "update", "aks", "-n", "one", "--ssl-renew", check=False)
        assert absent.returncode == 1 and "one" in absent.stderr, absent


def shows_the_four_steps_and_the_next_command():
    with Gatehouse() as gatehouse:
        assert "computetarget create aks" in gatehouse.command("tls", "status").stdout
        gatehouse.command(*TARGETS, "create", "aks", "-n", "target")
        off = of(gatehouse, "tls", "status", "target", "--json")[0]
        assert not off["complete"] and "--ssl-leaf-domain-label" in off["steps"][0]["next"], off
        gatehouse.command(*TARGETS, "update", "aks", "-n", "target", "--ssl-leaf-domain-label", "contoso")
        plane = ControlPlane(gatehouse)
        plane.deploy("model", plane.register("ridge", ONNX, "Onnx"), "target")
        lists = {each["name"]: each for each in of(gatehouse, "tls", "status", "--json")}
        for each in (lists["target"], lists["model"]):
            assert [step["done"] for step in each["steps"]][:3] == [True] * 3, each
            dns = each["steps"][3]
            assert dns["done"] or "dns hosts --write" in dns["next"], dns
            assert each["warning"] is None, each


def checks_converts_and_imports_files():
    with Gatehouse() as gatehouse, tempfile.TemporaryDirectory() as folder:
        cert, key = self_made(folder, "www.contoso.test")
        store, secret = str(Path(folder, "contoso.pfx")), Path(folder, "secret.txt")
        secret.write_text("let me in\n")
        openssl("pkcs12", "-export", "-in", cert, "-inkey", key, "-passout", "file:" + str(secret), "-out", store)
        checked = gatehouse.command("certificate", "check", store, "--passphrase-file", str(secret))
        assert "www.contoso.test" in checked.stdout and "self-signed" in checked.stdout, checked
        refused = gatehouse.command("certificate", "check", store, check=False)
        assert refused.returncode == 1 and "passphrase" in refused.stderr, refused
        out = Path(folder, "out")
        gatehouse.command("certificate", "convert", store, "--passphrase-file", str(secret), "--out", str(out))
        assert (out / "key.pem").stat().st_mode & 0o777 == 0o600
        openssl("pkey", "-in", str(out / "key.pem"), "-noout")
        gatehouse.command(*TARGETS, "create", "aks", "-n", "target")
        gatehouse.command("certificate", "import", store, "--passphrase-file", str(secret), "--target", "target")
        shown = of(gatehouse, "certificate", "show", "target", "--json")
        assert shown["kind"] == "Custom" and served(gatehouse, "www.contoso.test") == shown["serial"], shown


TESTS = [runs_the_lines_of_the_article, lists_shows_and_renews_certificates, creates_detaches_attaches_and_deletes_targets,
         shows_the_four_steps_and_the_next_command, checks_converts_and_imports_files]

if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
