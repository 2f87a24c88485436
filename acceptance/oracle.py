"""The same entry scripts and requests on our runner and on Azure's inference server: statuses, headers and bodies must be equal."""

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness import ROOT, run_tests

VERSION = "1.5.1"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gatehouse"
RUNNER = ROOT / "runner" / "gatehouse-runner.py"

# Headers that name a server, a moment or a connection.
UNCOMPARED = {"server", "date", "connection", "x-ms-server-version", "x-ms-run-fn-exec-ms", "x-request-id", "x-ms-request-id"}

IDS = ("header x-ms-request-id", "header x-ms-server-version", "header x-request-id")
EVERY = "every answer of ours can be found by its id in the log; theirs has none where no route matched"

# (script, request) -> (beginnings of the differences that are meant, why).
ACCEPTED = {
    ("text", "put"): (IDS, EVERY),
    ("text", "delete"): (IDS, EVERY),
    ("text", "post to health"): (IDS, EVERY),
    ("raw", "put"): (IDS, EVERY),
    ("text", "unknown"): (IDS + ("body",), EVERY + "; ours names the routes that there are"),
    ("text", "exit"): (IDS + ("body", "header content-type", "header x-ms-run-function-failed"),
                       "SystemExit ends their worker with an HTML page; ours is an answer like that of any failed run()"),
}

POST = ("POST", "/score", {"Content-Type": "application/json"})
TEXT = """
import json
def init():
    print('init')
def run(raw):
    what = raw.strip('"')
    if what == 'raise':
        raise ValueError('no')
    if what == 'exit':
        raise SystemExit(3)
    if what == 'none':
        return None
    if what == 'set':
        return {1, 2}
    if what == 'list':
        return [1, 2.5, 'x', None, True]
    if what == 'nan':
        return float('nan')
    return {'type': type(raw).__name__, 'raw': raw}
"""
TEXT_REQUESTS = {
    **{name: POST + (json.dumps(name).encode(),) for name in ("raise", "exit", "none", "set", "list", "nan", "else")},
    "no content type": ("POST", "/score", {}, b"hello"),
    "empty": POST + (b"",),
    "unicode": POST + ('"gr\u00fc\u00df \u4f60"'.encode(),),
    "not utf-8": POST + (b"\xff\xfe",),
    "query": ("GET", "/score?a=1&b=x&c=[1,2]&a=2", {}, None),
    "no query": ("GET", "/score", {}, None),
    "put": ("PUT", "/score", {}, b"x"),
    "delete": ("DELETE", "/score", {}, None),
    "options": ("OPTIONS", "/score", {}, None),
    "health": ("GET", "/", {}, None),
    "post to health": ("POST", "/", {}, b""),
    "unknown": ("GET", "/nothing", {}, None),
    "swagger": ("GET", "/swagger.json", {}, None),
    "swagger 3": ("GET", "/swagger.json?version=3", {}, None),
    "swagger 9": ("GET", "/swagger.json?version=9", {}, None),
    "client id": ("POST", "/score", {"x-ms-client-request-id": "abc"}, b"x"),
    "request id": ("POST", "/score", {"x-ms-request-id": "abc", "x-request-id": "def"}, b"x"),
    "long id": ("POST", "/score", {"x-ms-client-request-id": "a" * 101}, b"x"),
    "trace": ("POST", "/score", {"TraceId": "t1"}, b"x"),
}
RAW = """
from azureml.contrib.services.aml_request import AMLRequest, rawhttp
from azureml.contrib.services.aml_response import AMLResponse
def init():
    pass
@rawhttp
def run(request):
    if request.path.endswith('boom') or request.args.get('do') == 'raise':
        raise ValueError('no')
    if request.args.get('do') == '500':
        return AMLResponse('broken', 500)
    if request.args.get('do') == 'json':
        return AMLResponse({'a': 1}, 201, json_str=True)
    if request.method == 'GET':
        return AMLResponse(request.full_path, 200)
    if request.method == 'POST':
        response = AMLResponse(request.get_data(False), 202)
        response.headers['X-Own'] = 'yes'
        return response
    return AMLResponse('bad', 405)
"""
RAW_REQUESTS = {
    "get": ("GET", "/score?a=1", {}, None),
    "post": ("POST", "/score", {"Content-Type": "application/octet-stream"}, bytes(range(256))),
    "options": ("OPTIONS", "/score", {}, None),
    "put": ("PUT", "/score", {}, b"x"),
    "raise": ("POST", "/score?do=raise", {}, b"x"),
    "500": ("POST", "/score?do=500", {}, b"x"),
    "json": ("POST", "/score?do=json", {}, b"x"),
}
SCHEMA = """
import numpy as np
from inference_schema.schema_decorators import input_schema, output_schema
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
def init():
    pass
@input_schema('data', NumpyParameterType(np.array([[1.0, 2.0]])))
@input_schema('factor', StandardPythonParameterType(2))
@output_schema(StandardPythonParameterType([1.0]))
def run(data, factor=1):
    return (data.sum(axis=1) * factor).tolist()
"""
SCHEMA_REQUESTS = {
    "good": POST + (b'{"data": [[1, 2], [3, 4]], "factor": 3}',),
    "default": POST + (b'{"data": [[1, 2]]}',),
    "missing": POST + (b'{"factor": 3}',),
    "no json": POST + (b'{"data": [[1,',),
    "a list": POST + (b'[1]',),
    "empty": POST + (b"",),
    "wrong type": ("POST", "/score", {"Content-Type": "text/plain"}, b'{"data": [[1, 2]]}'),
    "wrong shape": POST + (b'{"data": "x"}',),
    "query": ("GET", "/score?data=[[1,2]]&factor=2", {}, None),
    "swagger": ("GET", "/swagger.json", {}, None),
    "swagger 3.1": ("GET", "/swagger.json?version=3.1", {}, None),
}


def python():
    """An environment with the inference server, made once."""
    venv = CACHE / ("oracle-" + VERSION)
    if not (venv / "complete").exists():
        uv = os.environ["GATEHOUSE_PYTHON_UV"]
        environment = dict(os.environ, UV_SYSTEM_CERTS="1", UV_HTTP_TIMEOUT="180")
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", "3.11", str(venv)], check=True, env=environment)
        subprocess.run([uv, "pip", "install", "--quiet", "--python", str(venv / "bin" / "python"),
                        "azureml-inference-server-http==" + VERSION, "numpy<2", "setuptools<81"], check=True, env=environment)
        (venv / "complete").touch()
    return venv / "bin" / "python"


class Unix(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(self.host)


class Server:
    """Either server on one script; use as a context manager."""

    def __init__(self, script, ours):
        self.ours = ours
        self.folder = Path(tempfile.mkdtemp(prefix="gho"))
        (self.folder / "score.py").write_text(script)

    def __enter__(self):
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("AZUREML", "AML"))}
        environment.update(AML_APP_ROOT=str(self.folder), AZUREML_ENTRY_SCRIPT="score.py",
                           PATH="%s:%s" % (python().parent, os.environ["PATH"]))
        if self.ours:
            self.address = str(self.folder / "s")
            command = [str(python()), "-u", str(RUNNER), "--socket", self.address]
        else:
            with socket.create_server(("127.0.0.1", 0)) as free:
                self.address = free.getsockname()[1]
            command = [str(python().parent / "azmlinfsrv"), "--entry_script", "score.py", "--port", str(self.address),
                       "--worker_count", "1"]
        self.log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=self.log, stderr=self.log,
                                        start_new_session=True)
        deadline = time.monotonic() + 60
        while True:
            try:
                if self.ask("GET", "/", {}, None)[0] == 200:
                    return self
            except OSError:
                pass
            assert self.process.poll() is None and time.monotonic() < deadline, (self.folder / "log").read_text()[-3000:]
            time.sleep(0.1)

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, 9)
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder)

    def ask(self, method, path, headers, body):
        """(status, headers in lower case, body)"""
        connection = Unix(self.address) if self.ours else http.client.HTTPConnection("127.0.0.1", self.address, timeout=20)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
        finally:
            connection.close()


def body_of(content):
    """JSON is compared as values."""
    try:
        return json.dumps(json.loads(content), sort_keys=True)
    except ValueError:
        return content


def differences(ours, theirs):
    found = []
    if ours[0] != theirs[0]:
        found.append("status %d, not %d" % (ours[0], theirs[0]))
    for name in sorted(set(ours[1]) | set(theirs[1])):
        mine, other = ours[1].get(name), theirs[1].get(name)
        if name in UNCOMPARED and (mine is None) == (other is None) or name == "content-length" and mine and other:
            continue
        if name not in ("server", "date", "connection") and mine != other:
            found.append("header %s %r, not %r" % (name, mine, other))
    if body_of(ours[2]) != body_of(theirs[2]):
        found.append("body %r, not %r" % (ours[2][:400], theirs[2][:400]))
    return found


def compare(kind, script, requests):
    with Server(script, True) as ours, Server(script, False) as theirs:
        failed = []
        for name, request in requests.items():
            found = differences(ours.ask(*request), theirs.ask(*request))
            allowed = ACCEPTED.get((kind, name), ((), ""))[0]
            left = [f for f in found if not f.startswith(tuple(allowed))] if allowed else found
            failed += ["%s: %s" % (name, f) for f in left]
            if allowed and not found:
                failed.append("%s: does not differ any more; take it off the list" % name)
        assert not failed, "\n".join(failed)


def text_scripts_are_answered_alike():
    compare("text", TEXT, TEXT_REQUESTS)


def raw_scripts_are_answered_alike():
    compare("raw", RAW, RAW_REQUESTS)


def scripts_with_schemas_are_answered_alike():
    compare("schema", SCHEMA, SCHEMA_REQUESTS)


if __name__ == "__main__":
    sys.exit(run_tests([
        text_scripts_are_answered_alike, raw_scripts_are_answered_alike, scripts_with_schemas_are_answered_alike]))
