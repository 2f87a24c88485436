"""Puts the few modules of Azure ML that entry scripts import into sys.modules, beside whatever is really installed."""
import importlib
import os
import sys
from types import ModuleType

from . import modeldata, rawhttp


def install():
    """Our @rawhttp wins over an installed one (its objects need Flask's request); a real azureml.core is left alone."""
    request = {"AMLRequest": rawhttp.AMLRequest, "rawhttp": rawhttp.rawhttp}
    response = {"AMLResponse": rawhttp.AMLResponse}
    for package in ("azureml.contrib.services", "azureml_inference_server_http.api"):
        _module(package + ".aml_request", request)
        _module(package + ".aml_response", response)
    if _package("azureml.core") is _OURS:
        _module("azureml.core.model", {"Model": Model})
        sys.modules["azureml.core"].Model = Model
    if _package("azureml.monitoring") is _OURS:
        sys.modules["azureml.monitoring"].ModelDataCollector = modeldata.ModelDataCollector
        _module("azureml.monitoring.modeldatacollector", {"ModelDataCollector": modeldata.ModelDataCollector})


_OURS = object()


def _module(name, members):
    parent, _, last = name.rpartition(".")
    _package(parent)
    module = ModuleType(name, "Provided by Gatehouse.")
    module.__dict__.update(members)
    sys.modules[name] = module
    setattr(sys.modules[parent], last, module)


def _package(name):
    """Imports the package, or makes an empty one; _OURS if it was made here."""
    parent, _, last = name.rpartition(".")
    if parent:
        _package(parent)
    if name in sys.modules:
        return _OURS if getattr(sys.modules[name], "__gatehouse__", False) else None
    try:
        importlib.import_module(name)
        return None
    except ModuleNotFoundError as e:
        if e.name and not (name == e.name or name.startswith(e.name + ".")):
            raise
    module = ModuleType(name, "Provided by Gatehouse.")
    module.__path__ = []
    module.__gatehouse__ = True
    sys.modules[name] = module
    if parent:
        setattr(sys.modules[parent], last, module)
    return _OURS


class Model:
    """The one call on models that makes sense inside a scoring process."""

    @staticmethod
    def get_model_path(model_name, version=None, _workspace=None):
        """The file or folder of a deployed model, below AML_APP_ROOT; its highest version unless one is named."""
        if version is not None and not isinstance(version, int):
            raise TypeError("version should be an int")
        folder = os.path.join(os.environ.get("AML_APP_ROOT", ""), "azureml-models", model_name)
        if os.path.isdir(folder):
            versions = sorted((int(v) for v in os.listdir(folder) if v.isdigit()), reverse=True)
            chosen = version if version is not None else versions[0] if versions else None
            if chosen in versions:
                held = os.listdir(os.path.join(folder, str(chosen)))
                if len(held) != 1:
                    raise ValueError("The folder of model %s:%d holds %d entries; expected one." % (model_name, chosen, len(held)))
                return os.path.join(folder, str(chosen), held[0])
        if os.path.exists(model_name):
            return model_name
        raise FileNotFoundError("Model %s is not part of this deployment (looked in %s)." % (
            model_name if version is None else "%s:%d" % (model_name, version), folder))
