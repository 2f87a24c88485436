"""Makes the models of this folder and expected.json.

In a fresh environment: pip install scikit-learn skl2onnx onnx onnxruntime, then: python make_models.py
"""
import json

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto as T
from onnx import helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_diabetes, load_iris
from sklearn.linear_model import LogisticRegression, Ridge

expected = {}


def save(name, model):
    onnx.checker.check_model(model)
    with open(name + ".onnx", "wb") as f:
        f.write(model.SerializeToString())


def graph(name, nodes, inputs, outputs):
    values = lambda specs: [helper.make_tensor_value_info(n, t, d) for n, t, d in specs]
    return helper.make_model(helper.make_graph(nodes, name, values(inputs), values(outputs)), ir_version=8,
                             opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 2)])


def plain(value):
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    return value.tolist() if hasattr(value, "tolist") else value


def note(name, feed):
    session = onnxruntime.InferenceSession(name + ".onnx")
    got = session.run(None, feed)
    expected[name] = {"inputs": {k: plain(v) for k, v in feed.items()},
                      "outputs": {o.name: plain(v) for o, v in zip(session.get_outputs(), got)}}


x, y = load_diabetes(return_X_y=True)
ridge = Ridge().fit(x, y)
save("ridge", to_onnx(ridge, initial_types=[("X", FloatTensorType([None, 10]))]))
note("ridge", {"X": x[:7].astype(np.float32)})
expected["ridge"]["sklearn"] = ridge.predict(x[:7]).tolist()

x, y = load_iris(return_X_y=True)
iris = LogisticRegression(max_iter=1000).fit(x, y)
for name, zipmap in ("iris_maps", True), ("iris", False):
    save(name, to_onnx(iris, initial_types=[("X", FloatTensorType([None, 4]))], options={"zipmap": zipmap}))
    note(name, {"X": x[::40].astype(np.float32)})

save("sum", graph("sum", [helper.make_node("Add", ["a", "b"], ["c"])],
                  [("a", T.FLOAT, ["N", 3]), ("b", T.FLOAT, ["N", 3])], [("c", T.FLOAT, ["N", 3])]))
note("sum", {"a": np.float32([[1, 2, 3], [4, 5, 6]]), "b": np.float32([[0.5, 0.25, 0], [1, 1, 1]])})

save("words", graph("words", [
    helper.make_node("Add", ["count", "count"], ["twice"]),
    helper.make_node("Identity", ["word"], ["echo"]),
    helper.make_node("LabelEncoder", ["word"], ["code"], domain="ai.onnx.ml", keys_strings=["red", "grün"],
                     values_int64s=[1, 2], default_int64=-1)],
    [("count", T.INT64, ["N", 2]), ("word", T.STRING, ["N", 1])],
    [("twice", T.INT64, ["N", 2]), ("echo", T.STRING, ["N", 1]), ("code", T.INT64, ["N", 1])]))
note("words", {"count": np.int64([[1, 2], [2**53 + 1, -4]]), "word": np.array([["grün"], ["red"]], dtype=object)})

kinds = {"double": T.DOUBLE, "int32": T.INT32, "int16": T.INT16, "int8": T.INT8, "uint8": T.UINT8, "bool": T.BOOL,
         "float16": T.FLOAT16, "bfloat16": T.BFLOAT16}
unsigned = {"uint16": T.UINT16, "uint32": T.UINT32, "uint64": T.UINT64}
save("kinds", graph("kinds",
                    [helper.make_node("Identity", [k], [k + "_out"]) for k in kinds]
                    + [helper.make_node("Cast", ["int32"], [u + "_out"], to=t) for u, t in unsigned.items()],
                    [(k, t, ["N"]) for k, t in kinds.items()],
                    [(k + "_out", t, ["N"]) for k, t in {**kinds, **unsigned}.items()]))

save("unsigned_input", graph("unsigned_input", [helper.make_node("Identity", ["u"], ["v"])],
                             [("u", T.UINT32, ["N"])], [("v", T.UINT32, ["N"])]))

with open("expected.json", "w") as f:
    json.dump(expected, f, indent=1, ensure_ascii=False)
    f.write("\n")
