"""The built-in entry script of MLflow models: what a folder with the file MLmodel says, through its python_function flavor.

Takes MLflow's own payloads, one of dataframe_split, dataframe_records, instances and inputs, or {"data": rows}; "params" beside them.
Answers {"predictions": [...]} as MLflow's server does.
"""
import base64
import datetime
import json
import os

import mlflow.pyfunc
import numpy
import pandas
from azureml.contrib.services.aml_response import AMLResponse
from mlflow.exceptions import MlflowException
from mlflow.types import DataType
from mlflow.utils.proto_json_utils import dataframe_from_parsed_json, parse_tf_serving_input

FORMS = ("dataframe_split", "dataframe_records", "instances", "inputs", "data")
JSON_TYPES = {"boolean": "boolean", "integer": "integer", "long": "integer", "float": "number", "double": "number"}


class Refused(ValueError):
    """A request that the model can't be asked; answered as 400."""


def init():
    global model, schema
    model = mlflow.pyfunc.load_model(_folder(os.environ.get("AZUREML_MODEL_DIR", "")))
    schema = model.metadata.get_input_schema()
    run.schemas = _described()


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
    forms = [form for form in FORMS if form in request] if isinstance(request, dict) else []
    if len(forms) != 1:
        raise Refused("The body must be a JSON object with exactly one of %s; it has %s." % (
            ", ".join('"%s"' % form for form in FORMS), " and ".join('"%s"' % form for form in forms) or "none of them"))
    params = request.get("params")
    if params is not None and not isinstance(params, dict):
        raise Refused('"params" must be a JSON object.')
    asked = _input(forms[0], request)
    try:
        predictions = model.predict(asked, params=params)
    except MlflowException as e:                # what does not fit the model's signature
        raise Refused("The model refused the data: %s" % e.message)
    except (ValueError, TypeError, KeyError) as e:
        raise Refused("The model refused the data: %s" % e)
    return {"predictions": _plain(predictions)}


def _input(form, request):
    value = request[form]
    try:
        if form in ("instances", "inputs"):
            return parse_tf_serving_input({form: value}, schema=schema)
        if form == "data":
            return _rows(value)
        return dataframe_from_parsed_json(value, form[len("dataframe_"):], schema=schema)
    except MlflowException as e:
        raise Refused('"%s" cannot be read: %s' % (form, e.message))
    except Exception as e:                      # pandas raises many kinds for what it can't make a table of
        raise Refused('"%s" cannot be read: %s' % (form, e))


def _rows(rows):
    """Rows are lists in the order of the model's columns, or objects with the columns' names."""
    if not isinstance(rows, list) or not rows:
        raise ValueError("expected: a list of at least one row")
    if isinstance(rows[0], dict):
        return dataframe_from_parsed_json(rows, "records", schema=schema)
    if schema is None or schema.is_tensor_spec():
        return numpy.array(rows) if schema is None else parse_tf_serving_input({"instances": rows}, schema=schema)
    names = schema.input_names()
    wrong = [row for row in rows if not isinstance(row, list) or len(row) != len(names)]
    if wrong:
        raise ValueError("a row is %s (expected: %d values, for %s)" % (
            json.dumps(wrong[0])[:100], len(names), ", ".join(map(str, names))))
    return dataframe_from_parsed_json({"columns": names, "data": rows}, "split", schema=schema)


def _plain(value):
    if isinstance(value, pandas.DataFrame):
        return _plain(value.to_dict(orient="records"))
    if isinstance(value, (pandas.Series, numpy.ndarray)):
        return _plain(value.tolist())
    if hasattr(value, "toarray"):               # a sparse matrix
        return _plain(value.toarray())
    if isinstance(value, numpy.generic):
        return _plain(value.item())
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return value


def _folder(models):
    found = [parent for parent, _, names in os.walk(models) if "MLmodel" in names]
    if len(found) != 1:
        raise FileNotFoundError("An MLflow service needs a model with one file MLmodel; found %d." % len(found))
    return found[0]


def _described():
    """The schemas of input and output for the service's swagger document, from the model's signature."""
    rows = {"type": "array", "items": {"type": "object"}}
    if schema is not None and not schema.is_tensor_spec() and schema.has_input_names():
        columns = {str(column.name): _type(column.type) for column in schema.inputs}
        required = [str(column.name) for column in schema.inputs if getattr(column, "required", True)]
        rows = {"type": "array", "items": {"type": "object", "properties": columns, **({"required": required} if required else {})}}
    return ({"type": "object", "properties": {"dataframe_records": rows}, "example": {"dataframe_records": _example()}},
            {"type": "object", "properties": {"predictions": {"type": "array", "items": {}}}, "example": {}})


def _type(kind):
    name = kind.name if isinstance(kind, DataType) else "string"
    return {"type": JSON_TYPES.get(name, "string")}


def _example():
    if schema is None or schema.is_tensor_spec() or not schema.has_input_names():
        return []
    samples = {"boolean": True, "integer": 0, "number": 0.0, "string": ""}
    return [{str(column.name): samples[_type(column.type)["type"]] for column in schema.inputs}]
