"""ModelDataCollector, which v1's scripts call to keep what a model was asked and answered: CSV files, one per day, below GATEHOUSE_MODEL_DATA.

Nothing is collected unless AML_MODEL_DC_STORAGE_ENABLED is "true", and a fault of the collection never fails a request.
"""
import contextvars
import csv
import datetime
import fcntl
import io
import os
import sys
import uuid

DESIGNATIONS = ("inputs", "predictions", "labels", "signals", "general")
LARGEST_ROWS = 1 << 20                      # bytes of one call of collect(); more is not written
LARGEST_FILE = 64 << 20                     # then data.1.csv begins, and so on; the server removes the oldest
OWN_COLUMNS = ["$aml_dc_correlation_id", "$aml_dc_scoring_timestamp", "$aml_workspace", "$aml_service_name", "$aml_model_name",
               "$aml_model_version", "$aml_request_id"]
request_id = contextvars.ContextVar("request_id", default="")
in_use = False                              # a script has made a collector: each request tells its id


class ModelDataCollector:
    """Takes lists, NumPy arrays and pandas frames; a row for each of their rows."""

    def __init__(self, model_name, designation="default", feature_names=None, workspace="default/default/default",
                 webservice_name="default", model_version="default", collection_name="default", identifier=None):
        designation = identifier or designation
        designation = "general" if designation == "default" else designation
        self._folder = os.environ.get("GATEHOUSE_MODEL_DATA", "")
        self._enabled = os.environ.get("AML_MODEL_DC_STORAGE_ENABLED", "").lower() == "true" and bool(self._folder)
        self._debug = os.environ.get("AML_MODEL_DC_DEBUG", "").lower() == "true"
        if designation not in DESIGNATIONS:
            self._say("the designation is %r (expected: %s); nothing is collected" % (designation, ", ".join(DESIGNATIONS)))
            self._enabled = self._debug = False
        elif not self._enabled and not self._debug:
            self._say("the service does not collect model data; deploy or update it with collect_model_data=True")
        self._designation = designation
        self._features = None if feature_names is None else [str(name) for name in feature_names]
        self._model, self._version = str(model_name), str(model_version)
        if self._version == "default":
            self._version = _deployed_version(self._model)
        self._service = os.environ.get("SERVICE_NAME", webservice_name) if webservice_name == "default" else webservice_name
        self._workspace = os.environ.get("GATEHOUSE_WORKSPACE", workspace) if workspace == "default/default/default" else workspace
        self._complained = False
        global in_use
        in_use = True

    def collect(self, input_data, user_correlation_id=""):
        """Appends the data's rows; returns the id that ties them together."""
        correlation = str(user_correlation_id or uuid.uuid4())
        if not (self._enabled or self._debug):
            return correlation
        try:
            now = datetime.datetime.now(datetime.timezone.utc)
            names, rows = _rows(input_data)
            names = self._features or names or ["column%d" % i for i in range(max(map(len, rows), default=0))]
            own = [correlation, now.isoformat(timespec="milliseconds"), self._workspace, self._service, self._model, self._version,
                   request_id.get()]
            text = _csv(row + [""] * (len(names) - len(row)) + own for row in rows)
            if self._debug and not self._enabled:
                print(text, end="")
            elif len(text) > LARGEST_ROWS:
                self._complain("%d bytes in one call of collect() (expected: at most %d)" % (len(text), LARGEST_ROWS))
            else:
                self._append(now, _csv([names + OWN_COLUMNS]), text)
        except Exception as e:
            self._complain("%s: %s" % (type(e).__name__, e))
        return correlation

    def _append(self, now, header, text):
        day = os.path.join(self._folder, _plain(self._model), _plain(self._version), self._designation,
                           "%04d" % now.year, "%02d" % now.month, "%02d" % now.day)
        os.makedirs(day, mode=0o700, exist_ok=True)
        number = 0
        while True:
            path = os.path.join(day, "data.csv" if number == 0 else "data.%d.csv" % number)
            out = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
            try:
                fcntl.flock(out, fcntl.LOCK_EX)     # other replicas write here too; closing lets go
                size = os.fstat(out).st_size
                if size + len(text) <= LARGEST_FILE or size == 0:
                    os.write(out, ((header if size == 0 else "") + text).encode("utf-8"))
                    return
            finally:
                os.close(out)
            number += 1

    def _complain(self, why):
        if not self._complained:
            self._complained = True
            self._say("nothing was collected: " + why)

    def _say(self, what):
        print("ModelDataCollector: " + what, file=sys.stderr, flush=True)


def _rows(data):
    """(names or None, list of rows of texts)"""
    names = None
    if hasattr(data, "columns") and hasattr(data, "values"):
        names, data = [str(name) for name in data.columns], data.values
    if hasattr(data, "tolist"):
        data = data.tolist()
    if not isinstance(data, (list, tuple)):
        data = [data]
    if not data or not isinstance(data[0], (list, tuple)):
        data = [data]
    return names, [[_cell(value) for value in row] for row in data]


def _cell(value):
    return str(value.tolist() if hasattr(value, "tolist") else value)


def _csv(rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _plain(name):
    """A folder's name that leads nowhere else and is not hidden."""
    text = "".join(c if c.isalnum() or c in "-_." else "_" for c in name) or "_"
    return "_" + text[1:] if text[0] == "." else text


def _deployed_version(model):
    """The highest deployed version of that model, as the cloud fills it in; "default" when there is no such model."""
    folder = os.path.join(os.environ.get("AML_APP_ROOT", ""), "azureml-models", model)
    versions = [name for name in os.listdir(folder) if name.isdigit()] if os.path.isdir(folder) else []
    return max(versions, key=int, default="default")
