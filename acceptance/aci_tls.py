"""TLS of single services: generated names of ACI services, TLS switched off and on, client certificates."""

import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

from control_plane import ControlPlane
from harness import Gatehouse, run_tests
from system import ONNX, refusal, says, score

ROW = {"data": [[0.0] * 10]}


def wait_for(plane, headers):
    plane.wait("%s/operations/%s" % (plane.models, headers["Operation-Location"].rsplit("/", 1)[1]), "state")


def aci(name, model, **members):
    return dict({"name": name, "computeType": "ACI", "properties": {}, "keys": {},
                 "containerResourceRequirements": {"cpu": 0.1, "memoryInGB": 0.5},
                 "environmentImageRequest": {"modelIds": [model]}}, **members)


def create(plane, body):
    _, headers = plane.send("POST", plane.models + "/services", body, with_headers=True)
    wait_for(plane, headers)
    return get(plane, body["name"])


def get(plane, name):
    return plane.send("GET", "%s/services/%s" % (plane.models, name))


def patch(plane, name, **members):
    operations = [{"op": "replace", "path": "/" + path.replace("__", "/"), "value": value} for path, value in members.items()]
    return patch_all(plane, name, operations)


def patch_all(plane, name, operations):
    _, headers = plane.send("PATCH", "%s/services/%s" % (plane.models, name), operations, with_headers=True)
    wait_for(plane, headers)
    return get(plane, name)


def host(service):
    return urllib.parse.urlsplit(service["scoringUri"]).hostname


def known_names(plane):
    return {entry["name"] for entry in plane.send("GET", "/gatehouse/names")["names"]}


def serial(plane, service):
    """The serial of the certificate that is served at the scoring URI, verified."""
    uri = urllib.parse.urlsplit(service["scoringUri"])
    ip = plane.status["https"].rpartition(":")[0]
    with socket.create_connection((ip, uri.port or 443)) as raw, \
            plane.trust.wrap_socket(raw, server_hostname=uri.hostname) as tls:
        return tls.getpeercert()["serialNumber"]


# ================================================================================================================= ACI
def an_aci_service_with_a_label_has_a_verified_name_for_life():
    with Gatehouse() as gatehouse:
        plane = ControlPlane(gatehouse)
        model = plane.register("ridge", ONNX, "Onnx")
        service = create(plane, aci("box", model, sslEnabled=True, dnsNameLabel="Contoso"))
        name, region, rest = host(service).split(".", 2)
        assert name.startswith("contoso") and len(name) == 13 and region == plane.status["region"], service
        assert rest == plane.status["zone"] and service["publicFqdn"] == host(service), service
        assert service["scoringUri"].startswith("https://") and host(service) in known_names(plane), service
        assert score(plane, service, ROW)[0] == 200
        first = serial(plane, service)
        assert host(patch(plane, "box", authEnabled=True)) == host(service)
        assert serial(plane, service) == first
        off = patch(plane, "box", sslEnabled=False, authEnabled=False)
        assert off["scoringUri"].startswith("http://") and host(service) not in known_names(plane), off
        assert not off.get("publicFqdn") and score(plane, off, ROW)[0] == 200, off
        on = patch(plane, "box", sslEnabled=True)
        assert on["scoringUri"] == service["scoringUri"] and score(plane, on, ROW)[0] == 200, on
        gatehouse.kill()
        gatehouse.start()
        plane = ControlPlane(gatehouse)
        deadline = time.monotonic() + 60
        while get(plane, "box")["state"] != "Healthy":
            assert time.monotonic() < deadline, get(plane, "box")
            time.sleep(0.1)
        again = get(plane, "box")
        assert host(again) == host(service) and score(plane, again, ROW)[0] == 200, again


def an_aci_service_with_tls_but_neither_certificate_nor_label_is_refused():
    with Gatehouse() as gatehouse:
        plane = ControlPlane(gatehouse)
        model = plane.register("ridge", ONNX, "Onnx")
        services = plane.models + "/services"
        says(refusal(plane, "POST", services, aci("box", model, sslEnabled=True)), 400, "dnsNameLabel", "cname")
        says(refusal(plane, "POST", services, aci("box", model, sslEnabled=True, dnsNameLabel="a b")), 400, "'a b'")
        assert plane.send("GET", services)["value"] == []


# ============================================================================================================ TLS off
def tls_is_switched_off_and_on_for_one_service_of_a_tls_cluster():
    with Gatehouse() as gatehouse:
        plane = ControlPlane(gatehouse)
        plane.create_compute("target", "cluster")
        model = plane.register("ridge", ONNX, "Onnx")
        one, _ = plane.deploy("one", model, "target")
        two, _ = plane.deploy("two", model, "target")
        key = plane.send("POST", plane.models + "/services/one/listkeys")["primaryKey"]
        by_property = [{"op": "add", "path": "/properties/gatehouse.tls", "value": "disabled"}]
        back = [{"op": "remove", "path": "/properties/gatehouse.tls"}]
        for off, on in (([{"op": "replace", "path": "/sslEnabled", "value": False}],
                         [{"op": "replace", "path": "/sslEnabled", "value": True}]), (by_property, back)):
            plain = patch_all(plane, "one", off)
            assert plain["scoringUri"].startswith("http://") and score(plane, plain, ROW, key)[0] == 200, plain
            assert score(plane, one, ROW, key)[0] == 404 and get(plane, "two")["scoringUri"] == two["scoringUri"]
            secure = patch_all(plane, "one", on)
            assert secure["scoringUri"] == one["scoringUri"] and score(plane, secure, ROW, key)[0] == 200, secure


# ============================================================================================== client certificates
def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def make_ca(folder, name):
    openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
            "-subj", "/CN=Clients", "-keyout", name + ".key", "-out", name + ".pem")
    return Path(folder, name + ".pem").read_text()


def make_client(folder, ca, name):
    openssl(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=" + name,
            "-keyout", name + ".key", "-out", name + ".csr")
    openssl(folder, "x509", "-req", "-in", name + ".csr", "-CA", ca + ".pem", "-CAkey", ca + ".key", "-days", "2",
            "-CAcreateserial", "-out", name + ".pem")
    return str(Path(folder, name + ".pem")), str(Path(folder, name + ".key"))


def showing(plane, pair):
    trust = plane.trust
    plane.trust = ssl.create_default_context(cafile=plane.status["ca"])
    plane.trust.load_cert_chain(*pair)
    return trust


def score_as(plane, pair, service):
    before = showing(plane, pair)
    try:
        return score(plane, service, ROW)[0]
    except (ssl.SSLError, ConnectionError) as e:
        return type(e).__name__
    finally:
        plane.trust = before


def only_clients_of_the_named_ca_score():
    with Gatehouse() as gatehouse, tempfile.TemporaryDirectory() as folder:
        plane = ControlPlane(gatehouse)
        roots, others = make_ca(folder, "ca"), make_ca(folder, "other")
        good, strange = make_client(folder, "ca", "good"), make_client(folder, "other", "strange")
        model = plane.register("ridge", ONNX, "Onnx")
        body = aci("closed", model, sslEnabled=True, dnsNameLabel="closed", properties={"gatehouse.client-ca": "rubbish"})
        says(refusal(plane, "POST", plane.models + "/services", body), 400, "gatehouse.client-ca", "PEM")
        service = create(plane, dict(body, properties={"gatehouse.client-ca": roots}))
        assert score_as(plane, good, service) == 200
        status, answer = score(plane, service, ROW)
        assert status == 403 and "client certificate" in answer, answer
        assert score_as(plane, strange, service) != 200
        swapped = patch_all(plane, "closed", [{"op": "replace", "path": "/properties/gatehouse.client-ca", "value": others}])
        assert score_as(plane, strange, swapped) == 200 and score_as(plane, good, swapped) != 200
        plain = patch(plane, "closed", sslEnabled=False)
        assert score(plane, plain, ROW)[0] == 403
        patch(plane, "closed", sslEnabled=True)
        opened = patch_all(plane, "closed", [{"op": "remove", "path": "/properties/gatehouse.client-ca"}])
        assert score(plane, opened, ROW)[0] == 200


if __name__ == "__main__":
    sys.exit(run_tests([
        an_aci_service_with_a_label_has_a_verified_name_for_life,
        an_aci_service_with_tls_but_neither_certificate_nor_label_is_refused,
        tls_is_switched_off_and_on_for_one_service_of_a_tls_cluster, only_clients_of_the_named_ca_score]))
