"""Environments from a private package index, and build contexts: with the real client, and nothing of a credential in sight."""

import base64
import contextlib
import hashlib
import http.server
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path

from control_plane import ControlPlane
from harness import ROOT, Gatehouse, run_tests
from serving import Caller, image, settled

USER, PASSWORD, FOREIGN = "reader", "s3cret-of-the-index", "f0reign-password"
SCRIPT = """
import %s as private

def init():
    print('private', private.VALUE)

def run(raw):
    return private.VALUE
"""
_server = None
_index = None


def wheel(name, value):
    """(file name, content) of a package of one module."""
    record, content = [], io.BytesIO()
    files = {
        name + ".py": "VALUE = %r\n" % value,
        name + "-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: %s\nVersion: 1.0\n" % name,
        name + "-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
    with zipfile.ZipFile(content, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            record.append("%s,sha256=%s,%d" % (path, digest, len(text)))
        archive.writestr(name + "-1.0.dist-info/RECORD", "\n".join(record + [name + "-1.0.dist-info/RECORD,,"]) + "\n")
    return "%s-1.0-py3-none-any.whl" % name, content.getvalue()


class Index:
    """A simple index (PEP 503) on loopback that wants basic authentication."""

    def __init__(self):
        self.files = dict([wheel("gatehouse_private_one", "one"), wheel("gatehouse_private_two", "two")])
        self.asked, self.refused = [], []
        index = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                given = self.headers.get("Authorization", "")
                index.asked.append(self.path)
                allowed = "Basic " + base64.b64encode(("%s:%s" % (USER, PASSWORD)).encode()).decode()
                if given != allowed:
                    index.refused.append(self.path)
                    self.answer(401, b"no", {"WWW-Authenticate": 'Basic realm="packages"'})
                    return
                name = self.path.rstrip("/").rsplit("/", 1)[-1]
                if name in index.files:
                    self.answer(200, index.files[name])
                    return
                own = [f for f in index.files if f.split("-")[0].replace("_", "-") == name]
                page = "".join('<a href="/files/%s">%s</a>' % (f, f) for f in own)
                self.answer(200 if own else 404, ("<!DOCTYPE html><html><body>%s</body></html>" % page).encode(), {"Content-Type": "text/html"})

            do_HEAD = do_GET

            def answer(self, status, body, headers=()):
                self.send_response(status)
                for header in dict(headers).items():
                    self.send_header(*header)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, user=""):
        return "http://%s127.0.0.1:%d/simple/" % (user, self.port)


class Commands(threading.Thread):
    """Every command line that is seen while this runs."""

    def __init__(self):
        super().__init__(daemon=True)
        self.seen, self.over = set(), threading.Event()

    def run(self):
        while not self.over.wait(0.01):
            for folder in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    self.seen.add((folder / "cmdline").read_bytes())

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()


def payload(control, name, module, pip):
    folder = Path(tempfile.mkdtemp(prefix="script"))
    (folder / "score.py").write_text(SCRIPT % module)
    asked = image(control, folder / "score.py")
    asked["environment"]["python"] = {"condaDependencies": {"dependencies": ["python=3.11", {"pip": pip}]}}
    return {"name": name, "description": None, "kvTags": None, "properties": {}, "keys": {}, "computeType": "AKS",
            "computeName": "target", "numReplicas": 1, "containerResourceRequirements": {}, "livenessProbeRequirements": {},
            "environmentImageRequest": asked}


def nowhere(secret, *texts):
    """In no file of the data folder or of the environments that others could read, and in none of these texts."""
    for text in texts:
        assert secret not in (text if isinstance(text, str) else text.decode(errors="replace")), text
    for root in (_server.data / "logs", _server.data / "environments"):
        for file in root.rglob("*"):
            if file.is_file() and not file.is_symlink() and secret.encode() in file.read_bytes():
                assert file.stat().st_mode & 0o077 == 0 and file.name == "requirements.txt", file


def private_index_needs_only_the_settings():
    control = ControlPlane(_server)
    with Commands() as commands:
        settled(control, "POST", "/services", payload(control, "private", "gatehouse_private_one", ["gatehouse-private-one"]), 300)
    assert json.loads(Caller(control, "private").score({})[1]) == "one"
    assert any(path.endswith(".whl") for path in _index.asked), _index.asked
    assert any(b"pip" in line and b"uv" in line for line in commands.seen), "uv was not seen"
    nowhere(PASSWORD, b"\n".join(commands.seen), _server.log(), *texts_about(control, "private"))


def texts_about(control, name):
    """What the API says of a service and its operations."""
    service = control.send("GET", "%s/services/%s?expand=true" % (control.models, name))
    logs = control.send("GET", "%s/services/%s/logs?init=true" % (control.models, name))
    return [json.dumps(logs), json.dumps({k: v for k, v in service.items() if k != "environmentImageRequest"})]


def failure_of_an_index_does_not_tell_its_password():
    control = ControlPlane(_server)
    missing = payload(control, "missing", "nothing", ["gatehouse-private-missing"])
    said = failed(control, missing)
    assert "gatehouse-private-missing" in said, said
    nowhere(PASSWORD, said, _server.log())


def failed(control, wanted):
    try:
        settled(control, "POST", "/services", wanted, 300)
    except AssertionError as e:
        said = str(e) + "".join(texts_about(control, wanted["name"]))
        control.send("DELETE", "%s/services/%s" % (control.models, wanted["name"]))
        return said
    raise AssertionError("it was deployed")


def index_of_an_inference_config_is_not_followed_and_its_password_not_told():
    control = ControlPlane(_server)
    option = "--extra-index-url " + _index.url("%s:%s@" % (USER, FOREIGN))
    wanted = payload(control, "foreign", "gatehouse_private_two", [option, "gatehouse-private-two"])
    with Commands() as commands:
        settled(control, "POST", "/services", wanted, 300)
    about = texts_about(control, "foreign")
    assert any("is not followed" in text for text in about), about
    nowhere(FOREIGN, b"\n".join(commands.seen), _server.log(), *about)


def build_context_has_all_that_its_entry_needs():
    work = Path(tempfile.mkdtemp(prefix="package"))
    code = """
import os, sys
sys.path.insert(0, "flows")
from azureml.core import Environment, Workspace
from azureml.core.conda_dependencies import CondaDependencies
from azureml.core.environment import Environment
from azureml.core.model import InferenceConfig, Model
os.makedirs("src/lib")
open("src/score.py", "w").write('''import json, os
from lib.tool import double
from azureml.core.model import Model
def init():
    global base
    with open(Model.get_model_path("first")) as one, open(os.path.join(Model.get_model_path("second"), "b.txt")) as two:
        base = int(one.read()) + int(two.read())
def run(raw):
    return {"answer": double(base + json.loads(raw)["n"]), "own": os.environ["OWN"]}
''')
open("src/lib/__init__.py", "w").close()
open("src/lib/tool.py", "w").write("def double(n):\\n    return 2 * n\\n")
open("a.txt", "w").write("20")
os.makedirs("folder")
open("folder/b.txt", "w").write("1")
ws = Workspace.from_config()
models = [Model.register(ws, "a.txt", "first"), Model.register(ws, "folder", "second")]
environment = Environment("packed")
environment.environment_variables["OWN"] = "o"
environment.python.conda_dependencies = CondaDependencies.create(pip_packages=["gatehouse-private-one"])
package = Model.package(ws, models, InferenceConfig("score.py", source_directory="src", environment=environment), generate_dockerfile=True)
package.wait_for_creation(show_output=True)
package.save("context")
"""
    _server.command("env", "--config", str(work))
    variables = {**os.environ, **_server.environment(), "AZUREML_LOG_DEPRECATION_WARNING_ENABLED": "False"}
    done = subprocess.run([sys.executable, "-c", code], cwd=work, env=variables, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    dockerfile = (work / "context" / "Dockerfile").read_text()
    assert "gatehouse-private-one" in (work / "context" / "conda_dependencies.yml").read_text(), dockerfile
    # What a docker daemon would do, without one: COPY and ENV into a folder, then the entry with our runner.
    root = work / "image"
    environment = dict(os.environ)
    for line in dockerfile.splitlines():
        copied, variable = re.match(r"COPY (\S+) (/\S+)$", line), re.match(r'ENV (\w+)="(.*)"$', line)
        if copied:
            target = root / copied.group(2).lstrip("/")
            source = work / "context" / copied.group(1)
            assert source.exists(), line
            target.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cp", "-r", str(source) + ("/." if source.is_dir() else ""), str(target)], check=True)
        if variable:
            environment[variable.group(1)] = variable.group(2).replace("/var/azureml-app", str(root / "var/azureml-app"))
    assert environment["OWN"] == "o", dockerfile
    with subprocess.Popen([sys.executable, "-u", ROOT / "runner" / "gatehouse-runner.py", "--socket", str(work / "s")],
                          cwd=environment["AML_APP_ROOT"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            deadline = time.monotonic() + 60
            while not (work / "s").exists():
                assert process.poll() is None and time.monotonic() < deadline, process.stdout.read()[-3000:]
                time.sleep(0.05)
            from oracle import Unix
            connection = Unix(str(work / "s"))
            connection.request("POST", "/score", b'{"n": 1}')
            response = connection.getresponse()
            assert (response.status, json.loads(response.read())) == (200, {"answer": 44, "own": "o"})
        finally:
            process.terminate()


def main():
    global _server, _index
    _index = Index()
    with tempfile.TemporaryDirectory(prefix="netrc") as folder:
        netrc = Path(folder) / "netrc"
        netrc.touch(0o600)
        netrc.write_text("machine 127.0.0.1 login %s password %s\n" % (USER, PASSWORD))
        data = tempfile.mkdtemp(prefix="gatehouse-")
        settings = "python:\n  extra-index-urls: %s\n  index-credentials: %s\n  cache: %s/environments\n" % (_index.url(), netrc, data)
        with Gatehouse(data, settings) as _server:
            ControlPlane(_server).create_compute("target")
            return run_tests([
                private_index_needs_only_the_settings, failure_of_an_index_does_not_tell_its_password,
                index_of_an_inference_config_is_not_followed_and_its_password_not_told,
                build_context_has_all_that_its_entry_needs])


if __name__ == "__main__":
    sys.exit(main())
