"""Models without code: answers over HTTPS are those of the library in this process, whatever the payload; Triton's client; MLflow."""

import http.client
import json
import socket
import ssl
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

import gevent.socket
import joblib
import numpy
import onnx
import onnxruntime
import tritonclient.http
from onnx import TensorProto, helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression, Ridge

from control_plane import ControlPlane
from harness import Gatehouse, run_tests

TYPES = {"half": (TensorProto.FLOAT16, numpy.float16, "FP16"), "flag": (TensorProto.BOOL, numpy.bool_, "BOOL"),
         "long": (TensorProto.INT64, numpy.int64, "INT64"), "byte": (TensorProto.UINT8, numpy.uint8, "UINT8"),
         "text": (TensorProto.STRING, numpy.object_, "BYTES"), "real": (TensorProto.DOUBLE, numpy.float64, "FP64")}
_server = None
_plane = None


def plane():
    global _plane
    if _plane is None:
        _plane = ControlPlane(_server)
        _plane.create_compute("target", "nocode")
    return _plane


class Service:
    """Scores one service over TLS on a kept connection."""

    def __init__(self, name, framework, file, version="1"):
        control = plane()
        model = register_folder(control, name, file, framework) if Path(file).is_dir() else control.register(
            name, file, framework, version)
        service = deploy(control, name, model)
        uri = urllib.parse.urlsplit(service["scoringUri"])
        assert uri.scheme == "https", uri
        self.name, self.host, self.port = name, uri.hostname, uri.port
        self.base = uri.path[:-len("/score")]
        self.key = control.send("POST", "%s/services/%s/listkeys" % (control.models, name))["primaryKey"]
        self.connection = http.client.HTTPSConnection(self.host, self.port, timeout=60)
        plain = socket.create_connection(("127.0.0.1", self.port), 60)
        self.connection.sock = control.trust.wrap_socket(plain, server_hostname=self.host)

    def send(self, method, path, body=None, headers=None):
        self.connection.request(method, self.base + path, body, {"Authorization": "Bearer " + self.key, **(headers or {})})
        response = self.connection.getresponse()
        return response.status, response.read()

    def score(self, payload, status=200):
        body = payload if isinstance(payload, (str, bytes)) else json.dumps(payload)
        got, content = self.send("POST", "/score", body, {"Content-Type": "application/json"})
        assert got == status, (self.name, got, content[:2000])
        return json.loads(content)


def deploy(control, name, model, seconds=400):
    """Building an environment takes longer than the small client waits."""
    control.send("POST", control.models + "/services", {
        "name": name, "description": None, "kvTags": None, "properties": {}, "keys": {}, "computeType": "AKS",
        "computeName": "target", "environmentImageRequest": {"modelIds": [model]}, "numReplicas": 1,
        "containerResourceRequirements": {"cpu": None, "memoryInGB": None}, "livenessProbeRequirements": {}})
    deadline = time.monotonic() + seconds
    while True:
        service = control.send("GET", "%s/services/%s" % (control.models, name))
        if service["state"] == "Healthy":
            return service
        if service["state"] == "Failed" or time.monotonic() > deadline:
            raise AssertionError("%s is %s: %s" % (name, service["state"], service.get("error")))
        time.sleep(0.1)


def register_folder(control, name, folder, framework):
    """As the SDK registers a folder: its files below one prefix."""
    container = "f" + format(time.time_ns(), "x")
    paths = [Path(folder).name + "/" + file.relative_to(folder).as_posix() for file in sorted(Path(folder).rglob("*")) if file.is_file()]
    created = control.send("POST", "/artifact/v2.0%s/artifacts/batch/metadata/LocalUpload/%s" % (control.workspace, container),
                           {"paths": [{"path": path} for path in paths]})
    for path in paths:
        link = urllib.parse.urlsplit(created["artifactContentInformation"][path]["contentUri"])
        control.send("PUT", link.path + "?" + link.query, (Path(folder).parent / path).read_bytes(), {"x-ms-blob-type": "BlockBlob"})
    asset = control.send("POST", control.models + "/assets", {
        "name": name, "artifacts": [{"prefix": "LocalUpload/%s/%s" % (container, Path(folder).name)}]})
    return control.send("POST", control.models + "/models", {
        "name": name, "url": "aml://asset/" + asset["id"], "mimeType": "application/json", "framework": framework,
        "frameworkVersion": None, "unpack": False, "datasets": []})["id"]


def estimators():
    diabetes, iris = load_diabetes(return_X_y=True), load_iris(return_X_y=True)
    return {"ridge": (Ridge().fit(*diabetes), diabetes[0]),
            "forest": (RandomForestRegressor(n_estimators=20, max_depth=8, random_state=1).fit(*diabetes), diabetes[0]),
            "logistic": (LogisticRegression(max_iter=1000).fit(*iris), iris[0]),
            "trees": (RandomForestClassifier(n_estimators=20, random_state=1).fit(*iris), iris[0])}


def in_parts(rows, size):
    return [rows[start:start + size] for start in range(0, len(rows), size)]


def onnx_answers_are_the_librarys():
    with tempfile.TemporaryDirectory() as folder:
        for name, (estimator, rows) in estimators().items():
            options = {id(estimator): {"zipmap": False}} if hasattr(estimator, "predict_proba") else None
            graph = to_onnx(estimator, initial_types=[("X", FloatTensorType([None, rows.shape[1]]))], options=options)
            file = Path(folder) / (name + ".onnx")
            file.write_bytes(graph.SerializeToString())
            session = onnxruntime.InferenceSession(file.read_bytes(), providers=["CPUExecutionProvider"])
            outputs = [output.name for output in session.get_outputs()]
            service, compared = Service("onnx-" + name, "Onnx", file), 0
            for size in (1, 7, len(rows)):
                for part in in_parts(rows, size)[:60]:
                    answer = service.score({"data": part.tolist()})
                    expected = session.run(None, {"X": part.astype(numpy.float32)})
                    assert list(answer) == outputs, answer
                    for output, values in zip(outputs, expected):
                        got = numpy.array(answer[output])
                        assert got.shape == values.shape, (got.shape, values.shape)
                        numpy.testing.assert_allclose(got, values, rtol=1e-6, atol=1e-6)
                        compared += values.size
            assert compared > len(rows), compared


def scikit_learn_answers_are_the_librarys():
    import sklearn
    methods = {"ridge": ["predict"], "forest": ["predict", "apply"], "logistic": ["predict", "predict_proba", "decision_function", "predict_log_proba"],
               "trees": ["predict", "predict_proba"]}
    with tempfile.TemporaryDirectory() as folder:
        for name, (estimator, rows) in estimators().items():
            file = Path(folder) / (name + ".joblib")
            joblib.dump(estimator, file)
            service = Service("sk-" + name, "ScikitLearn", file, sklearn.__version__)
            for method in methods[name]:
                for part in in_parts(rows, 50):
                    got = numpy.array(service.score({"data": part.tolist(), "method": method})[method])
                    numpy.testing.assert_allclose(got, getattr(estimator, method)(part), rtol=1e-12, atol=1e-12)
            assert service.score({"data": rows[:2].tolist()}).keys() == {"predict"}
            assert "has no method" in service.score({"data": [], "method": "fit"}, 400)["message"]
            assert "refused the data" in service.score({"data": [[1.0]]}, 400)["message"]


def identity(folder):
    """A model that gives back a tensor of each type."""
    nodes, inputs, outputs = [], [], []
    for name, (kind, _, _) in TYPES.items():
        nodes.append(helper.make_node("Identity", [name], [name + "_out"]))
        inputs.append(helper.make_tensor_value_info(name, kind, [None, 2]))
        outputs.append(helper.make_tensor_value_info(name + "_out", kind, [None, 2]))
    model = helper.make_model(helper.make_graph(nodes, "identity", inputs, outputs), opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    file = Path(folder) / "identity.onnx"
    onnx.save(model, file)
    return file


def samples(rows):
    numbers = numpy.arange(rows * 2).reshape(rows, 2)
    texts = numpy.array([["gr\u00fc\u00df %d" % n, ""] for n in range(rows)], dtype=numpy.object_).reshape(rows, 2)
    return {"half": (numbers / 3).astype(numpy.float16), "flag": numbers % 3 == 0, "long": numbers - (1 << 60),
            "byte": (numbers * 37 % 256).astype(numpy.uint8), "text": texts, "real": numbers / 7.0}


def tritons_client_sends_and_gets_binary_tensors():
    with tempfile.TemporaryDirectory() as folder:
        service = Service("identity", "Onnx", identity(folder))
        system = gevent.socket.getaddrinfo
        gevent.socket.getaddrinfo = lambda host, *rest, **named: system("127.0.0.1" if host == service.host else host, *rest, **named)
        client = tritonclient.http.InferenceServerClient(
            "%s:%d%s" % (service.host, service.port, service.base), ssl=True,
            ssl_context_factory=lambda: ssl.create_default_context(cafile=plane().status["ca"]))
        headers = {"Authorization": "Bearer " + service.key}
        try:
            assert client.is_server_live(headers=headers) and client.is_server_ready(headers=headers)
            assert client.is_model_ready("identity", headers=headers)
            assert "binary_tensor_data" in client.get_server_metadata(headers=headers)["extensions"]
            metadata = client.get_model_metadata("identity", headers=headers)
            assert {i["name"]: i["datatype"] for i in metadata["inputs"]} == {name: kind[2] for name, kind in TYPES.items()}
            for rows, binary_in, binary_out in ((3, True, True), (3, True, False), (1, False, True), (200, True, True), (0, True, True)):
                infer(client, headers, rows, binary_in, binary_out)
        finally:
            client.close()
            gevent.socket.getaddrinfo = system
        refuses_wrong_sizes(service)


def infer(client, headers, rows, binary_in, binary_out):
    inputs, outputs, sent = [], [], samples(rows)
    for name, (_, _, datatype) in TYPES.items():
        one = tritonclient.http.InferInput(name, list(sent[name].shape), datatype)
        # Triton's JSON has no 16-bit floats.
        one.set_data_from_numpy(sent[name], binary_data=binary_in or datatype == "FP16")
        inputs.append(one)
        outputs.append(tritonclient.http.InferRequestedOutput(name + "_out", binary_data=binary_out or datatype == "FP16"))
    result = client.infer("identity", inputs, outputs=outputs, headers=headers, request_id="r1")
    assert result.get_response()["id"] == "r1"
    for name in TYPES:
        got, wanted = result.as_numpy(name + "_out"), sent[name]
        if name == "text":
            got = numpy.array([t.decode() if isinstance(t, bytes) else t for t in got.flatten()], dtype=numpy.object_).reshape(wanted.shape)
        assert got.shape == wanted.shape and (got == wanted).all(), (name, rows, got, wanted)


def refuses_wrong_sizes(service):
    """Each with one sentence, and the connection goes on."""
    def post(size, sent, shape, datatype, name, length=None):
        head = json.dumps({"inputs": [{"name": name, "shape": shape, "datatype": datatype, "parameters": {"binary_data_size": size}}]}).encode()
        status, content = service.send("POST", "/v2/models/identity/infer", head + bytes(sent), {
            "Inference-Header-Content-Length": str(len(head)) if length is None else length})
        assert status == 400, (status, content)
        return json.loads(content)["error"]
    assert "15 bytes (expected: a multiple of 8)" in post(15, 15, [1, 2], "INT64", "long")
    assert "2 elements (expected: 4 for shape [2, 2])" in post(16, 16, [2, 2], "INT64", "long")
    assert "at most 8" in post(16, 8, [1, 2], "INT64", "long")
    assert "use 16 of 20 binary bytes" in post(16, 20, [1, 2], "INT64", "long")
    assert "is cut off" in post(3, 3, [1, 2], "BYTES", "text")
    assert "datatype FP32 (expected: INT64)" in post(8, 8, [1, 2], "FP32", "long")
    assert "Inference-Header-Content-Length: -1" in post(16, 16, [1, 2], "INT64", "long", "many")
    assert "Inference-Header-Content-Length" in post(16, 16, [1, 2], "INT64", "long", "99999999")


def mlflow_models_are_served_by_their_own_word():
    import mlflow.pyfunc
    import mlflow.sklearn
    from mlflow.models import infer_signature
    rows, kinds = load_iris(return_X_y=True, as_frame=True)
    estimator = LogisticRegression(max_iter=1000).fit(rows, kinds)
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "iris"
        mlflow.sklearn.save_model(
            estimator, str(saved), signature=infer_signature(rows, estimator.predict_proba(rows)), pyfunc_predict_fn="predict_proba",
            serialization_format="cloudpickle", pip_requirements=["mlflow==" + mlflow.__version__, "scikit-learn==1.9.1", "pandas==3.1.1", "cloudpickle"])
        expected = mlflow.pyfunc.load_model(str(saved)).predict(rows)
        service = Service("mlflow-iris", "Custom", saved)
    names = list(rows.columns)
    table = rows.to_numpy().tolist()
    for payload in ({"dataframe_split": rows.to_dict(orient="split")}, {"dataframe_records": rows.to_dict(orient="records")},
                    {"instances": rows.to_dict(orient="records")}, {"inputs": rows.to_dict(orient="list")}, {"data": table},
                    {"data": rows.to_dict(orient="records")}):
        got = service.score(payload)
        assert list(got) == ["predictions"], got
        numpy.testing.assert_allclose(numpy.array(got["predictions"]), expected, rtol=1e-12, atol=1e-12)
    for payload, words in (({"data": [[1.0]]}, "expected: 4 values"), ({}, "exactly one of"), ("no json", "not JSON"),
                           ({"dataframe_records": [{"a": 1}]}, "missing inputs"), ({"data": table[:1], "inputs": {}}, "exactly one of"),
                           ({"dataframe_split": {"columns": names, "data": [["a", "b", "c", "d"]]}}, "not compatible with model signature")):
        assert words in service.score(payload, 400)["message"], payload
    status, swagger = service.send("GET", "/swagger.json?version=3")
    properties = json.loads(swagger)["components"]["schemas"]["ServiceInput"]["properties"]["dataframe_records"]["items"]["properties"]
    assert status == 200 and list(properties) == names and properties[names[0]] == {"type": "number"}, swagger


def main():
    global _server
    with Gatehouse() as _server:
        return run_tests([onnx_answers_are_the_librarys, tritons_client_sends_and_gets_binary_tensors,
                          scikit_learn_answers_are_the_librarys, mlflow_models_are_served_by_their_own_word])


if __name__ == "__main__":
    sys.exit(main())
