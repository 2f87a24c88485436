"""The built-in entry script of no-code scikit-learn services.

Takes {"data": rows, "method": "predict"} and answers {"predict": [...]}. The method is any function of the estimator that takes rows.
"""
import json
import os
import pickle

from azureml.contrib.services.aml_response import AMLResponse

METHODS = ("predict", "predict_proba", "predict_log_proba", "decision_function", "transform", "score_samples", "apply", "kneighbors")
ENDINGS = (".pkl", ".pickle", ".joblib", ".sav", ".model")


class Refused(ValueError):
    """A request that the model can't be asked; answered as 400."""


def init():
    global model
    model = _load(_model_file(os.environ.get("AZUREML_MODEL_DIR", "")))


def run(raw):
    try:
        return _score(raw)
    except Refused as e:
        return AMLResponse({"message": str(e)}, 400, json_str=True)


def _score(raw):
    try:
        request = json.loads(raw)
    except ValueError as e:
        raise Refused("The body is not JSON: %s" % e)
    if not isinstance(request, dict) or "data" not in request:
        raise Refused('The body must be a JSON object with the member "data", a list of rows.')
    method = request.get("method", "predict")
    if method not in METHODS or not callable(getattr(model, method, None)):
        offered = [m for m in METHODS if callable(getattr(model, m, None))]
        raise Refused("The model %s has no method %s (it has: %s)." % (type(model).__name__, json.dumps(method), ", ".join(offered)))
    try:
        result = getattr(model, method)(request["data"])
    except (ValueError, TypeError) as e:        # what scikit-learn raises for rows of the wrong shape or type
        raise Refused("The model refused the data: %s" % e)
    return {method: _plain(result)}


def _plain(result):
    if isinstance(result, tuple):
        return [_plain(r) for r in result]
    if hasattr(result, "toarray"):              # a sparse matrix
        result = result.toarray()
    return result.tolist() if hasattr(result, "tolist") else result


def _model_file(folder):
    found = [os.path.join(parent, name) for parent, _, names in os.walk(folder) for name in names]
    if len(found) > 1:
        found = [path for path in found if path.endswith(ENDINGS)]
    if len(found) != 1:
        raise FileNotFoundError("A no-code scikit-learn service needs a model of one file (%s); found %d." % (", ".join(ENDINGS), len(found)))
    return found[0]


def _load(path):
    try:
        import joblib
    except ImportError:
        with open(path, "rb") as f:
            return pickle.load(f)
    return joblib.load(path)
