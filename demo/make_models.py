"""Makes ridge.onnx, iris.joblib and expected.json, the files of ./gatehouse demo.

In a fresh environment: pip install scikit-learn==1.9.1 numpy==2.4.6 joblib==1.6.0 skl2onnx==1.20.0, then: python make_models.py
environment.json pins the same scikit-learn, because it reads iris.joblib.
"""
import json
from pathlib import Path

import joblib
import numpy as np
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_diabetes, load_iris
from sklearn.linear_model import LogisticRegression, Ridge

HERE = Path(__file__).resolve().parent

patients, progression = load_diabetes(return_X_y=True)
ridge = Ridge().fit(patients, progression)
onnx = to_onnx(ridge, initial_types=[("X", FloatTensorType([None, patients.shape[1]]))])
(HERE / "ridge.onnx").write_bytes(onnx.SerializeToString())
rows = np.round(patients[:2], 4)

flowers, kinds = load_iris(return_X_y=True)
iris = LogisticRegression(max_iter=1000).fit(flowers, kinds)
joblib.dump(iris, HERE / "iris.joblib", compress=3)
picked = flowers[[0, 75, 120]]

expected = {
    "ridge": {"data": rows.tolist(), "answer": ridge.predict(rows).round(6).tolist()},
    "iris": {"data": picked.tolist(), "answer": iris.predict_proba(picked).round(9).tolist()},
}
(HERE / "expected.json").write_text(json.dumps(expected, indent=2) + "\n")
