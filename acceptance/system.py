"""The program as users start it: command line, demo, bad input, crashes, a full disk."""

import contextlib
import http.client
import json
import os
import re
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

from control_plane import ControlPlane, Refused
from harness import GATEHOUSE, ROOT, Gatehouse, run_tests

ONNX = ROOT / "demo" / "ridge.onnx"
SLOW_SCRIPT = b"import time\n\ndef init():\n    time.sleep(%d)\n\ndef run(raw):\n    return {'got': raw}\n"


def refusal(plane, method, path, body=None, headers=None):
    """The call must be refused; returns the refusal."""
    try:
        plane.send(method, path, body, headers)
    except Refused as e:
        return e
    raise AssertionError("%s %s was not refused" % (method, path))


def says(refused, status, *words):
    assert refused.status == status, refused
    for word in words:
        assert word in refused.body, (word, refused.body)


def score(plane, service, body, key=None):
    """Scores over verified HTTPS (or plain HTTP) at the scoring URI's own host name."""
    uri = urllib.parse.urlsplit(service["scoringUri"])
    ip = plane.status["https"].rpartition(":")[0]
    raw = socket.create_connection((ip, uri.port or 443), timeout=30)
    if uri.scheme == "https":
        raw = plane.trust.wrap_socket(raw, server_hostname=uri.hostname)
    connection = http.client.HTTPConnection(uri.hostname, uri.port or 443)
    connection.sock = raw
    headers = {"Content-Type": "application/json"}
    if key:
        headers["Authorization"] = "Bearer " + key
    connection.request("POST", uri.path, json.dumps(body), headers)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, content.decode(errors="replace")


def key_of(plane, name):
    return plane.send("POST", "%s/services/%s/listkeys" % (plane.models, name))["primaryKey"]


def script_service(plane, name, code):
    """Posts an ACI service with an entry script; returns the operation's path."""
    folder = tempfile.mkdtemp(prefix="script")
    file = Path(folder) / "score.py"
    file.write_bytes(code)
    prefix = plane.upload(str(file), "c" + format(time.time_ns(), "x"))
    shutil.rmtree(folder)
    _, headers = plane.send("POST", plane.models + "/services", {
        "name": name, "description": None, "kvTags": None, "properties": {}, "keys": {}, "computeType": "ACI",
        "containerResourceRequirements": {"cpu": 0.5, "memoryInGB": 0.5},
        "environmentImageRequest": {
            "driverProgram": "score.py", "modelIds": [],
            "assets": [{"id": "score.py", "url": "aml://artifact/" + prefix, "mimeType": "application/x-python"}],
            "environment": {"name": "none", "environmentVariables": {"AZUREML_ENTRY_SCRIPT": "score.py"}}}},
        with_headers=True)
    return "%s/operations/%s" % (plane.models, headers["Operation-Location"].rsplit("/", 1)[1])


# ======================================================================================================== command line
def starts_tells_its_state_and_stops():
    with Gatehouse() as gatehouse:
        status = gatehouse.status()
        assert status["ready"] is True and Path(status["ca"]).read_text().startswith("-----BEGIN CERTIFICATE")
        for member in ("https", "http", "dns"):
            assert re.fullmatch(r"127\.0\.0\.1:\d+", status[member]), status
        assert status["zone"] == "gatehouse.localhost" and status["region"] and status["pid"]
        gatehouse.command("down")
        done = gatehouse.command("status", "--json", check=False)
        assert done.returncode == 3 and json.loads(done.stdout)["ready"] is False, done
        again = gatehouse.command("down", check=False)
        assert "not running" in again.stdout + again.stderr, again


def refuses_an_unknown_setting_and_names_it():
    with tempfile.TemporaryDirectory() as data:
        Path(data, "gatehouse.yaml").write_text("listen:\n  htps-port: 1\n")
        done = subprocess.run([GATEHOUSE, "up", "--data", data], capture_output=True, text=True, timeout=60)
        assert done.returncode == 2 and "unknown key 'listen.htps-port'" in done.stderr, done


def refuses_a_second_server_on_the_same_data():
    with Gatehouse() as gatehouse:
        done = subprocess.run([GATEHOUSE, "up", "--data", str(gatehouse.data), "--https-port", "0", "--http-port", "0",
                               "--dns-port", "0"], capture_output=True, text=True, timeout=60)
        assert done.returncode == 2 and "another Gatehouse runs" in done.stderr, done
        assert gatehouse.status()["ready"] is True


def refuses_a_taken_port_and_names_it():
    with socket.create_server(("127.0.0.1", 0)) as taken, tempfile.TemporaryDirectory() as data:
        port = str(taken.getsockname()[1])
        done = subprocess.run([GATEHOUSE, "up", "--data", data, "--https-port", port, "--http-port", "0", "--dns-port",
                               "0"], capture_output=True, text=True, timeout=60)
        assert done.returncode == 2 and port in done.stderr, done
        assert "Exception" not in done.stderr, done.stderr


def prints_an_environment_that_a_shell_takes():
    with Gatehouse() as gatehouse, tempfile.TemporaryDirectory() as folder:
        variables = gatehouse.environment()
        for name in ("ARM_CLOUD_METADATA_URL", "AZUREML_CURRENT_CLOUD", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE",
                     "AZUREML_SERVICE_PRINCIPAL_TENANT_ID", "AZUREML_SERVICE_PRINCIPAL_ID",
                     "AZUREML_SERVICE_PRINCIPAL_PASSWORD", "AML_SUB", "AML_RG", "AML_WS", "GATEHOUSE_DNS",
                     "GATEHOUSE_TLS_PORT"):
            assert variables.get(name), name
        gatehouse.command("env", "--config", folder)
        config = json.loads(Path(folder, "config.json").read_text())
        assert config["workspace_name"] == variables["AML_WS"], config
        assert gatehouse.environment("--managed-identity")["MSI_ENDPOINT"].startswith("https://")


def shows_the_demo_from_nothing_to_a_verified_answer():
    with tempfile.TemporaryDirectory() as data:
        for _ in range(2):                          # the second time on what the first left behind
            started = time.monotonic()
            done = subprocess.run([GATEHOUSE, "demo", "--once", "--data", data], capture_output=True, text=True, timeout=900)
            assert done.returncode == 0, done.stdout + done.stderr
            assert "https://" in done.stdout and "curl" in done.stdout, done.stdout
        print("the second demo took %.1f s" % (time.monotonic() - started))


# ============================================================================================================= sign-in
SCRIPT = "from azureml.core import Workspace; w = Workspace.from_config(); print('got', w.name, list(w.compute_targets))"


def run_script(gatehouse, variables, on_line=lambda line: None):
    """Runs an unmodified script with these variables and a home of its own; returns its output."""
    with tempfile.TemporaryDirectory() as home:
        gatehouse.command("env", "--config", home)
        process = subprocess.Popen([sys.executable, "-u", "-c", SCRIPT], env=dict(variables, HOME=home), cwd=home, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        lines = []
        for line in process.stdout:
            lines.append(line)
            on_line(line)
        assert process.wait(60) == 0, "".join(lines)
        return "".join(lines)


def signs_a_script_in_as_managed_identity():
    with Gatehouse() as gatehouse:
        variables = gatehouse.environment("--managed-identity")
        assert not [name for name in variables if name.startswith("AZUREML_SERVICE_PRINCIPAL")], variables
        assert "got default" in run_script(gatehouse, variables)


def signs_a_script_in_by_a_code_on_a_page():
    with Gatehouse() as gatehouse:
        variables = {name: value for name, value in gatehouse.environment().items()
                     if not name.startswith("AZUREML_SERVICE_PRINCIPAL") and name != "AZURE_CONFIG_DIR"}
        plane = ControlPlane(gatehouse)

        def approve(line):
            shown = re.search(r"open https://[^/]+(/\S+) and enter the code (\S+?)\.", line)
            if shown:
                form = {"user_code": shown.group(2), "client_id": plane.admin["clientId"],
                        "client_secret": plane.admin["clientSecret"]}
                plane.send("POST", shown.group(1), urllib.parse.urlencode(form).encode())

        assert "got default" in run_script(gatehouse, variables, approve)


# =========================================================================================================== bad input
def answers_bad_input_with_a_sentence_and_changes_nothing():
    with Gatehouse() as gatehouse:
        plane = ControlPlane(gatehouse)
        computes = plane.workspace + "/computes"
        wrong = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": plane.admin["clientId"],
                                        "client_secret": "wrong"}).encode()
        says(refusal(plane, "POST", "/adfs/oauth2/token", wrong), 401, "invalid_client", "secret is wrong")
        says(refusal(plane, "GET", plane.workspace + "nope"), 404, "There is no workspace")
        says(refusal(plane, "PUT", computes + "/x", {"location": "here", "properties": {"computeType": "AKS"}}), 400, "'x'")
        says(refusal(plane, "PUT", computes + "/good", b"{nonsense"), 400, "not valid JSON", "line 1")
        garbage = {"status": "Enabled", "cname": "www.contoso.test", "cert": "rubbish", "key": "rubbish"}
        says(refusal(plane, "PUT", computes + "/good", {
            "location": "here", "properties": {"computeType": "AKS", "properties": {"sslConfiguration": garbage}}}),
             400, "PEM")
        says(refusal(plane, "POST", plane.models + "/models", b"[]"), 400, "JSON object", '"statusCode":400')
        says(refusal(plane, "POST", plane.models + "/services", {"name": "Bad_Name", "computeType": "ACI"}), 400, "Bad_Name")
        says(refusal(plane, "GET", plane.models + "/services/none"), 404, "none")
        assert plane.send("GET", "/rp/workspaces" + computes)["value"] == []
        assert plane.send("GET", plane.models + "/services")["value"] == []
        token, plane.token = plane.token, "not.a.token"
        says(refusal(plane, "GET", computes), 401, "AuthenticationFailed")
        plane.token = token


def keeps_nothing_of_an_upload_that_was_cut_in_half():
    with Gatehouse() as gatehouse:
        plane = ControlPlane(gatehouse)
        link = upload_link(plane, "half.bin")
        host, _, port = plane.status["https"].rpartition(":")
        tls = plane.trust.wrap_socket(socket.create_connection((host, int(port))), server_hostname=host)
        tls.sendall(("PUT %s?%s HTTP/1.1\r\nHost: %s\r\nx-ms-blob-type: BlockBlob\r\nContent-Length: 1000000\r\n\r\n" % (
            link.path, link.query, plane.status["https"])).encode() + b"x" * 300000)
        tls.close()
        says(refusal(plane, "HEAD", link.path + "?" + link.query), 404)
        plane.send("PUT", link.path + "?" + link.query, b"whole", {"x-ms-blob-type": "BlockBlob"})
        deadline = time.monotonic() + 20
        while [f for f in (gatehouse.data / "contents").rglob("*") if f.is_file() and f.stat().st_size != 5]:
            assert time.monotonic() < deadline, "the half upload still takes room"
            time.sleep(0.1)


def upload_link(plane, path):
    created = plane.send("POST", "/artifact/v2.0%s/artifacts/batch/metadata/LocalUpload/%x" % (
        plane.workspace, time.time_ns()), {"paths": [{"path": path}]})
    return urllib.parse.urlsplit(created["artifactContentInformation"][path]["contentUri"])


def survives_a_full_disk_while_uploading():
    if os.geteuid() != 0:
        return "only root can mount a small disk"
    folder = tempfile.mkdtemp(prefix="small-disk")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", folder], capture_output=True, text=True)
    if mounted.returncode:
        return "no small disk can be mounted here: " + mounted.stderr.strip()
    try:
        with Gatehouse(data=folder) as gatehouse:
            plane = ControlPlane(gatehouse)
            link = upload_link(plane, "large.bin")
            says(refusal(plane, "PUT", link.path + "?" + link.query, b"x" * (60 << 20), {"x-ms-blob-type": "BlockBlob"}), 507)
            link = upload_link(plane, "small.bin")
            plane.send("PUT", link.path + "?" + link.query, b"x" * (1 << 20), {"x-ms-blob-type": "BlockBlob"})
            assert gatehouse.status()["ready"] is True
    finally:
        subprocess.run(["umount", folder])
        os.rmdir(folder)


# ============================================================================================================= crashes
def brings_everything_back_after_a_crash():
    with Gatehouse() as gatehouse:
        plane = ControlPlane(gatehouse)
        plane.create_compute("target", "crash")
        service, _ = plane.deploy("model", plane.register("ridge", ONNX, "Onnx"), "target")
        before = score(plane, service, {"data": [[0.0] * 10]}, key_of(plane, "model"))
        assert before[0] == 200, before
        gatehouse.kill()
        gatehouse.start()
        plane = ControlPlane(gatehouse)
        after = service_when(plane, "model", "Healthy")
        host = urllib.parse.urlsplit(service["scoringUri"]).hostname
        assert urllib.parse.urlsplit(after["scoringUri"]).hostname == host, (after["scoringUri"], host)
        answer = eventually(lambda: score(plane, after, {"data": [[0.0] * 10]}, key_of(plane, "model")), lambda a: a[0] == 200)
        assert answer == before, (answer, before)


def ends_a_deployment_that_a_crash_interrupted():
    with Gatehouse() as gatehouse:
        plane = ControlPlane(gatehouse)
        operation = script_service(plane, "slow", SLOW_SCRIPT % 3)
        eventually(lambda: plane.send("GET", operation)["state"], lambda s: s == "Running")
        gatehouse.kill()
        gatehouse.start()
        plane = ControlPlane(gatehouse)
        state = eventually(lambda: plane.send("GET", operation)["state"], lambda s: s in ("Succeeded", "Failed"), 300)
        service = plane.send("GET", plane.models + "/services/slow")
        assert (state, service["state"]) in (("Succeeded", "Healthy"), ("Failed", "Failed")), (state, service)
        if state == "Succeeded":
            assert score(plane, service, {"a": 1})[0] == 200


def service_when(plane, name, state):
    return eventually(lambda: plane.send("GET", "%s/services/%s" % (plane.models, name)), lambda s: s["state"] == state)


def eventually(look, good, seconds=60):
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if good(seen):
            return seen
        assert time.monotonic() < deadline, seen
        time.sleep(0.1)


# ============================================================================================================= secrets
def keeps_secrets_out_of_log_and_database():
    with Gatehouse() as gatehouse:
        plane = ControlPlane(gatehouse)
        plane.create_compute("target", "secret")
        plane.deploy("model", plane.register("ridge", ONNX, "Onnx"), "target")
        secrets = [plane.admin["clientSecret"], plane.token, key_of(plane, "model"), "PRIVATE KEY"]
        gatehouse.stop()
        kept = {"log": gatehouse.log().encode()}
        for file in gatehouse.data.glob("state.db*"):
            kept[file.name] = file.read_bytes()
        with contextlib.closing(sqlite3.connect(gatehouse.data / "state.db")) as database:
            kept["rows"] = "\n".join(database.iterdump()).encode()
        for place, content in kept.items():
            for secret in secrets:
                assert secret.encode() not in content, "a secret lies in the " + place
        for file in ("master.key", "admin.json"):
            mode = (gatehouse.data / file).stat().st_mode & 0o777
            assert mode == 0o600, (file, oct(mode))


def serves_nothing_older_than_tls_1_2():
    with Gatehouse() as gatehouse:
        status = gatehouse.status()
        host, _, port = status["https"].rpartition(":")
        for version, name in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
            context = ssl.create_default_context(cafile=status["ca"])
            context.minimum_version = context.maximum_version = version
            with socket.create_connection((host, int(port))) as plain, context.wrap_socket(plain, server_hostname=host) as tls:
                assert tls.version() == name


if __name__ == "__main__":
    sys.exit(run_tests([
        starts_tells_its_state_and_stops, refuses_an_unknown_setting_and_names_it, refuses_a_second_server_on_the_same_data,
        refuses_a_taken_port_and_names_it, prints_an_environment_that_a_shell_takes,
        shows_the_demo_from_nothing_to_a_verified_answer, signs_a_script_in_as_managed_identity,
        signs_a_script_in_by_a_code_on_a_page, answers_bad_input_with_a_sentence_and_changes_nothing,
        keeps_nothing_of_an_upload_that_was_cut_in_half, survives_a_full_disk_while_uploading,
        brings_everything_back_after_a_crash, ends_a_deployment_that_a_crash_interrupted,
        keeps_secrets_out_of_log_and_database, serves_nothing_older_than_tls_1_2]))
