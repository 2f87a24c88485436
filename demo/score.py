"""The entry script of the demo's scikit-learn service, as Azure ML's SDK v1 wants it."""
import json
import os

import joblib


def init():
    global model
    model = joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "iris.joblib"))


def run(data):
    rows = json.loads(data)["data"]
    return {"result": model.predict_proba(rows).tolist()}
