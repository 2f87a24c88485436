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
import urllib.parse
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

JSON = {"Content-Type": "application/json"}
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


PANDAS = """
import pandas as pd
from inference_schema.schema_decorators import input_schema, output_schema
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
frame = pd.DataFrame({'age': pd.Series([1], dtype='int64'), 'name': pd.Series(['x'], dtype='object'),
                      'weight': pd.Series([0.5], dtype='float64'), 'seen': pd.Series(['2020-01-02'], dtype='datetime64[ns]')})
def init():
    pass
@input_schema('data', PandasParameterType(frame))
@output_schema(PandasParameterType(pd.DataFrame({'age': [2]})))
def run(data):
    print(data.dtypes)
    return {'columns': list(data.columns), 'rows': len(data), 'age': data['age'].tolist(), 'seen': str(data['seen'].iloc[0])}
"""
ROW = {"age": 3, "name": "n", "weight": 1.5, "seen": "2021-02-03"}
PANDAS_REQUESTS = {
    "records": POST + (json.dumps({"data": [ROW, ROW]}).encode(),),
    "columns": POST + (json.dumps({"data": {k: {"0": v} for k, v in ROW.items()}}).encode(),),
    "missing column": POST + (json.dumps({"data": [{"age": 3}]}).encode(),),
    "more columns": POST + (json.dumps({"data": [dict(ROW, other=1)]}).encode(),),
    "wrong type": POST + (json.dumps({"data": [dict(ROW, age="old")]}).encode(),),
    "empty": POST + (b'{"data": []}',),
    "query": ("GET", "/score?data=" + urllib.parse.quote(json.dumps([ROW])), {}, None),
}
NESTED = """
import datetime
import numpy as np, pandas as pd
from inference_schema.schema_decorators import input_schema, output_schema
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType as Type
sample = {
    'Inputs': {'frame': PandasParameterType(pd.DataFrame({'a': [1], 'b': ['x']}), enforce_shape=False),
               'array': NumpyParameterType(np.array([[1.0, 2.0]]), enforce_shape=False)},
    'GlobalParameters': {'method': Type('predict'), 'limit': Type(3), 'share': Type(0.5), 'on': Type(True), 'names': Type(['a'])}}
def init():
    pass
@input_schema('request', Type({'inner': Type({'frame': sample['Inputs']['frame'], 'array': sample['Inputs']['array']}),
                               'names': Type(['a'])}))
@input_schema('GlobalParameters', Type(1.0), optional=True)
@input_schema('when', Type(datetime.date(2020, 1, 2)), optional=True)
@output_schema(Type({'Results': Type([1.0])}))
def run(request, GlobalParameters=1.0, when=None):
    inner = request['inner']
    return {'Results': [type(inner['frame']).__name__, type(inner['array']).__name__, GlobalParameters, str(when), request['names'],
                        type(when).__name__]}
"""
INNER = {"frame": [{"a": 1, "b": "y"}], "array": [[1, 2], [3, 4]]}
NESTED_REQUESTS = {
    "whole": POST + (json.dumps({"request": {"inner": INNER, "names": ["q"]}, "GlobalParameters": 2.5, "when": "2021-03-04"}).encode(),),
    "optional left out": POST + (json.dumps({"request": {"inner": INNER, "names": []}}).encode(),),
    "member missing": POST + (json.dumps({"request": {"names": []}}).encode(),),
    "bad date": POST + (json.dumps({"request": {"inner": INNER, "names": []}, "when": "soon"}).encode(),),
    "json with charset": ("POST", "/score", {"Content-Type": "application/json; charset=utf-8"},
                          json.dumps({"request": {"inner": INNER, "names": []}}).encode()),
    "vendor json": ("POST", "/score", {"Content-Type": "application/vnd.x+json"},
                    json.dumps({"request": {"inner": INNER, "names": []}}).encode()),
}
STANDARD = """
import datetime
from inference_schema.schema_decorators import input_schema, output_schema
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType as Type
def init():
    pass
@input_schema('text', Type('t'))
@input_schema('whole', Type(1))
@input_schema('share', Type(0.5))
@input_schema('on', Type(True))
@input_schema('many', Type([1, 'x', 2.0]))
@input_schema('table', Type({'k': 1}))
@input_schema('time', Type(datetime.datetime(2020, 1, 2, 3, 4, 5)))
@output_schema(Type({'all': ['x']}))
def run(text, whole, share, on, many, table, time, request_headers):
    return {'all': [str(v) for v in (text, whole, share, on, many, table, time)], 'own': request_headers.get('X-Own')}
"""
GIVEN = {"text": "a", "whole": 2, "share": 1.5, "on": False, "many": [3, "y", 4.0], "table": {"k": 5}, "time": "2021-01-01 01:01:01"}
STANDARD_REQUESTS = {
    "all": ("POST", "/score", dict(JSON, **{"x-own": "o"}), json.dumps(GIVEN).encode()),
    **{"wrong " + name: POST + (json.dumps(dict(GIVEN, **{name: [[]]})).encode(),) for name in GIVEN},
    "query": ("GET", "/score?" + urllib.parse.urlencode({k: v if isinstance(v, str) else json.dumps(v) for k, v in GIVEN.items()}), {}, None),
}
SWAGGERS = {"swagger" + query: ("GET", "/swagger.json" + query, {}, None) for query in (
    "", "?version=2", "?version=2.0", "?version=3", "?version=3.0", "?version=3.1", "?version=4", "?version=", "?other=3")}
OWN_SWAGGERS = {
    "three": {"swagger3.json": '{"own": 3}'},
    "two": {"swagger2.json": '{"own": 2}', "swagger3.1.json": '{"own": 3.1}'},
    "both": {"swagger.json": '{"own": 0}', "swagger2.json": '{"own": 2}'},
}
MORE = """
import os, time
from flask import Response
from azureml_inference_server_http.api.aml_request import rawhttp
from azureml_inference_server_http.api.aml_response import AMLResponse
def init():
    pass
def made():
    yield b'one,'
    yield 'two'
@rawhttp
def run(request):
    do = request.args.get('do')
    if do == 'stream':
        return AMLResponse(made(), 200, {'Content-Type': 'text/plain'})
    if do == 'list':
        return AMLResponse([b'a', 'b'], 200)
    if do == 'generator':
        return made()
    if do == 'flask':
        return Response('f', 203, {'X-Own': 'a'})
    if do == 'flask stream':
        return Response(made(), 201, mimetype='text/csv')
    if do == 'dict':
        return {'method': request.method}
    if do == 'nothing':
        return None
    if do == 'empty':
        return AMLResponse(None, 200)
    if do == '204':
        return AMLResponse('', 204)
    if do == 'several':
        return AMLResponse('x', 200, {'X-Own': 'a, b,c', 'Cache-Control': 'no-cache'})
    if do == 'failed':
        return AMLResponse('x', 200, run_function_failed=True)
    if do == '599':
        return AMLResponse({'m': 1}, 599, json_str=True)
    if do == 'slow':
        time.sleep(30)
    if do == 'form':
        return {'form': request.form.to_dict(), 'values': sorted(request.values.keys()),
                'files': {n: [f.filename, f.read().decode(), f.mimetype] for n, f in request.files.items()}}
    if do == 'json':
        return request.get_json()
    if do == 'facts':
        return {'method': request.method, 'path': request.path, 'query': request.query_string.decode(), 'mimetype': request.mimetype,
                'type': request.content_type, 'length': request.content_length, 'json': request.is_json, 'text': request.get_data(as_text=True),
                'data': request.data.decode(), 'args': request.args.getlist('a'), 'first': request.args.get('a', type=int),
                'own': request.headers.get('X-OWN'), 'has': 'x-own' in request.headers, 'cookies': dict(request.cookies),
                'full': request.full_path, 'scheme': request.scheme}
    return AMLResponse('?', 404)
"""
FORM = ('--b\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n'
        '--b\r\nContent-Disposition: form-data; name="image"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nbytes\r\n--b--\r\n')
MORE_REQUESTS = {
    **{do: ("POST", "/score?do=" + urllib.parse.quote(do), {}, b"x") for do in (
        "stream", "list", "generator", "flask", "flask stream", "dict", "nothing", "empty", "204", "several", "failed", "599", "slow")},
    "form": ("POST", "/score?do=form&q=1", {"Content-Type": "multipart/form-data; boundary=b"}, FORM.encode()),
    "urlencoded": ("POST", "/score?do=form&q=1", {"Content-Type": "application/x-www-form-urlencoded"}, b"a=1&b=x%20y&a=2"),
    "json": ("POST", "/score?do=json", JSON, b'{"a": [1]}'),
    "json that is none": ("POST", "/score?do=json", JSON, b'{'),
    "json of another type": ("POST", "/score?do=json", {"Content-Type": "text/plain"}, b'{}'),
    "facts": ("POST", "/score?do=facts&a=1&a=2", {"Content-Type": "text/plain; charset=utf-8", "x-own": "o", "Cookie": "c=1; d=2"}, b"body"),
    "facts of get": ("GET", "/score?do=facts&a=x%20y", {}, None),
    "options": ("OPTIONS", "/score?do=facts", {"Origin": "https://a.test"}, None),
    "head of score": ("HEAD", "/score", {}, None),
    "head of health": ("HEAD", "/", {}, None),
    "ids of 100": ("POST", "/score?do=dict", {"x-request-id": "a" * 100, "x-ms-client-request-id": "b" * 100, "x-ms-request-id": "c" * 100}, b""),
    **{"long " + name: ("POST", "/score?do=dict", {name: "a" * 101}, b"") for name in ("x-request-id", "x-ms-request-id", "x-ms-client-request-id")},
}
PLACES = """
import os, sys
import helper
def init():
    print('many\\nlines')
def run(raw, request_headers):
    root = os.environ['AML_APP_ROOT']
    return {'root': os.path.exists(os.path.join(root, 'src', 'score.py')), 'service': os.environ.get('SERVICE_NAME'),
            'own': os.environ.get('OWN'), 'helper': helper.X, 'name': __name__, 'file': os.path.relpath(__file__, root),
            'on path': sorted({os.path.relpath(p, root) for p in sys.path if p.startswith(root)}),
            'headers': {k: v for k, v in request_headers.items() if k.lower().startswith(('x-own', 'content'))}}
"""
PLACES_REQUESTS = {
    "post": ("POST", "/score", {"x-own-HEADER": "1", "X_under": "2", "Content-Type": "text/x"}, b"abc"),
    "get": ("GET", "/score?a=%20", {"X-Own": "a, b"}, None),
}


def python():
    """An environment with the inference server, made once."""
    venv = CACHE / ("oracle-pandas-" + VERSION)
    if not (venv / "complete").exists():
        uv = os.environ["GATEHOUSE_PYTHON_UV"]
        environment = dict(os.environ, UV_SYSTEM_CERTS="1", UV_HTTP_TIMEOUT="180")
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", "3.11", str(venv)], check=True, env=environment)
        subprocess.run([uv, "pip", "install", "--quiet", "--python", str(venv / "bin" / "python"),
                        "azureml-inference-server-http==" + VERSION, "pandas", "numpy"], check=True, env=environment)
        (venv / "complete").touch()
    return venv / "bin" / "python"


class Unix(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(self.host)


class Server:
    """Either server on one script; use as a context manager."""

    def __init__(self, script, ours, files=(), variables=(), entry="score.py"):
        self.ours, self.variables, self.entry = ours, dict(variables), entry
        self.folder = Path(tempfile.mkdtemp(prefix="gho"))
        for name, text in {**dict(files), entry: script}.items():
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_text(text)

    def __enter__(self):
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("AZUREML", "AML"))}
        environment.update(AML_APP_ROOT=str(self.folder), AZUREML_ENTRY_SCRIPT=self.entry,
                           PATH="%s:%s" % (python().parent, os.environ["PATH"]), **self.variables)
        if self.ours:
            self.address = str(self.folder / "s")
            command = [str(python()), "-u", str(RUNNER), "--socket", self.address]
        else:
            with socket.create_server(("127.0.0.1", 0)) as free:
                self.address = free.getsockname()[1]
            # As azmlinfsrv starts, but on loopback only: it has no option for that.
            command = [str(python()), "-c", "from azureml_inference_server_http import amlserver; amlserver.DEFAULT_HOST = '127.0.0.1';"
                       " amlserver.run()", "--entry_script", self.entry, "--port", str(self.address), "--worker_count", "1"]
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
            fields = {}
            for name, value in response.getheaders():
                fields.setdefault(name.lower(), []).append(value)
            return response.status, {name: " | ".join(values) for name, values in fields.items()}, response.read()
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


def compare(kind, script, requests, **options):
    with Server(script, True, **options) as ours, Server(script, False, **options) as theirs:
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


def whatever_raw_scripts_return_is_answered_alike():
    compare("more", MORE, MORE_REQUESTS, variables={"SCORING_TIMEOUT_MS": "300"})


def scripts_with_schemas_are_answered_alike():
    compare("schema", SCHEMA, {**SCHEMA_REQUESTS, **SWAGGERS})


def frames_are_answered_alike():
    compare("pandas", PANDAS, {**PANDAS_REQUESTS, **SWAGGERS})


def nested_types_are_answered_alike():
    compare("nested", NESTED, {**NESTED_REQUESTS, **SWAGGERS})


def standard_types_are_answered_alike():
    compare("standard", STANDARD, {**STANDARD_REQUESTS, **SWAGGERS})


def swagger_files_of_the_users_own_are_answered_alike():
    for files in OWN_SWAGGERS.values():
        compare("swagger", SCHEMA, SWAGGERS, files=files)


def services_are_named_alike():
    variables = {"SERVICE_NAME": "sums", "SERVICE_VERSION": "7", "SERVICE_PATH_PREFIX": "/api/v1/service/sums/"}
    compare("named", TEXT, SWAGGERS, variables=variables)


def scripts_find_themselves_in_the_same_place():
    variables = {"AZUREML_SOURCE_DIRECTORY": "src", "SERVICE_NAME": "sums", "OWN": "o"}
    compare("places", PLACES, PLACES_REQUESTS, files={"src/helper.py": "X = 1\n"}, variables=variables, entry="src/score.py")


if __name__ == "__main__":
    sys.exit(run_tests([
        text_scripts_are_answered_alike, raw_scripts_are_answered_alike, whatever_raw_scripts_return_is_answered_alike,
        scripts_with_schemas_are_answered_alike, frames_are_answered_alike, nested_types_are_answered_alike,
        standard_types_are_answered_alike, swagger_files_of_the_users_own_are_answered_alike, services_are_named_alike,
        scripts_find_themselves_in_the_same_place]))
