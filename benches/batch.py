"""What joining requests saves a model that is as good as made for it: a wide network, one row a request."""

import json
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

import baselines
from frame import Figures
from control_plane import ControlPlane
from harness import Gatehouse
from onnx import Runner

ROUNDS, SLICE, CONNECTIONS = 4, 4, 32
MODEL = """
import sys, numpy, onnx
from onnx import TensorProto, helper, numpy_helper
r, wide = numpy.random.default_rng(1), 1536
shapes = [(10, wide), (wide, wide), (wide, 1)]
weights = [numpy_helper.from_array((r.standard_normal(s) / s[0] ** .5).astype(numpy.float32), "w%d" % i) for i, s in enumerate(shapes)]
nodes = [helper.make_node("MatMul", ["X", "w0"], ["a"]), helper.make_node("Relu", ["a"], ["b"]),
         helper.make_node("MatMul", ["b", "w1"], ["c"]), helper.make_node("Relu", ["c"], ["d"]), helper.make_node("MatMul", ["d", "w2"], ["y"])]
graph = helper.make_graph(nodes, "wide", [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, 10])],
                          [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 1])], weights)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
model.ir_version = 9
onnx.save(model, sys.argv[1])
"""


def deploy(plane, name, model, properties):
    plane.send("POST", plane.models + "/services", {
        "name": name, "description": None, "kvTags": None, "properties": properties, "keys": {}, "computeType": "AKS",
        "computeName": "bench", "environmentImageRequest": {"modelIds": [model]}, "numReplicas": 1,
        "maxConcurrentRequestsPerContainer": 64, "maxQueueWaitMs": 10000,
        "containerResourceRequirements": {"cpu": None, "memoryInGB": None}, "livenessProbeRequirements": {}})
    while True:
        service = plane.send("GET", "%s/services/%s" % (plane.models, name))
        if service["state"] == "Healthy":
            return service
        if service["state"] == "Failed":
            raise RuntimeError(service.get("error"))
        time.sleep(0.05)


def main():
    figures = Figures("batch")
    row = [[0.1 * n for n in range(10)]]
    with tempfile.TemporaryDirectory() as folder, Gatehouse() as gatehouse:
        file = Path(folder) / "wide.onnx"
        python = baselines.python_with("onnx-bench", "onnx", "numpy") / "python"
        subprocess.run([python, "-c", MODEL, file], check=True, cwd=folder)
        plane = ControlPlane(gatehouse)
        plane.create_compute("bench", "bench")
        model = plane.register("wide", file, "Onnx")
        runners = []
        for name, properties in (("alone", {}), ("joined", {"gatehouse.batch.max": "16", "gatehouse.batch.wait": "2ms"})):
            service = deploy(plane, name, model, properties)
            uri = urllib.parse.urlsplit(service["scoringUri"])
            address, _, port = plane.status["https"].rpartition(":")
            target = {"address": address, "port": int(port), "host": uri.hostname, "ca": plane.status["ca"], "path": uri.path,
                      "body": json.dumps({"data": row}).encode(),
                      "key": plane.send("POST", "%s/services/%s/listkeys" % (plane.models, name))["primaryKey"]}
            answer = json.loads(baselines.score(target)[1])["y"][0][0]
            own = Path(folder) / name
            own.mkdir()
            runners.append((Runner(name, target, [plane.status["pid"]], own), answer))
        (alone, one), (joined, other) = runners
        if abs(one - other) > 1e-6 * max(1, abs(one)):
            raise RuntimeError("joined requests get %s, others %s" % (other, one))
        with alone.load, joined.load:
            for runner in (alone, joined):
                runner.warm_up(SLICE, 60)
            for _ in range(ROUNDS):
                alone.slice(SLICE)
                joined.slice(SLICE)
    ratio = sorted(a / j for a, j in zip(alone.cpu, joined.cpu))[ROUNDS // 2]
    figures.add("CPU per request, each alone", sorted(alone.cpu)[ROUNDS // 2], "us")
    figures.add("CPU per request, joined", sorted(joined.cpu)[ROUNDS // 2], "us")
    figures.add("requests per second, each alone", sorted(alone.rates)[ROUNDS // 2], "")
    figures.add("requests per second, joined", sorted(joined.rates)[ROUNDS // 2], "")
    figures.add("alone / joined, CPU, median of the rounds", ratio, "times", 1.2, at_least=True)
    return figures.finish()


if __name__ == "__main__":
    sys.exit(main())
