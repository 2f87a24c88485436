"""The user's entry script: how it is found, imported, and what its run() wants to be given."""
import importlib.util
import inspect
import json
import os
import sys
from types import ModuleType
from urllib.parse import parse_qsl

from . import rawhttp


class ScriptError(Exception):
    """The entry script can't be used; the sentence says why."""


class BadInput(Exception):
    """The request doesn't fit what run() asks for: 400 or 415."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class EntryScript:
    """An imported entry script. `arguments(request)` gives the keyword arguments of `run`."""

    def __init__(self, module):
        for function in ("init", "run"):
            if not callable(getattr(module, function, None)):
                raise ScriptError("The entry script %s has no function %s()." % (module.__file__, function))
        # The driver file that the v1 client generates forwards run() without the schema's arguments: the script behind it is
        # called directly. Its init() stays, because it prepares things of its own.
        driven = getattr(module, "driver_module", None)
        self.init = module.init
        self.run = driven.run if isinstance(driven, ModuleType) and hasattr(driven, "run") else module.run
        parameters = list(inspect.signature(self.run).parameters.values())
        if any(p.kind not in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY) for p in parameters):
            raise ScriptError("run() must not have positional-only arguments, *args or **kwargs.")
        self._wants_headers = any(p.name == "request_headers" for p in parameters)
        self._parameters = [p for p in parameters if p.name != "request_headers"]
        if not self._parameters:
            raise ScriptError("run() needs an argument for the input data.")
        self._first = self._parameters[0].name
        decorated = schema_decorated(self.run)
        raw = rawhttp.requested()
        if raw and decorated:
            raise ScriptError("run() cannot be decorated with both @rawhttp and @input_schema.")
        self.takes_any_method = raw
        self._input = self._raw if raw else self._members if decorated else self._text

    def arguments(self, request):
        arguments = self._input(request)
        if self._wants_headers:
            arguments["request_headers"] = {title(name): request.header(name.lower()) for name, _ in request.headers}
        return arguments

    def _raw(self, request):
        return {self._first: rawhttp.AMLRequest.of(request)}

    def _text(self, request):
        if request.method == "GET":
            return {self._first: json.dumps(query_values(request.query))}
        try:
            return {self._first: request.body.decode("utf-8")}
        except UnicodeDecodeError as e:
            raise BadInput(400, "Input cannot be decoded as UTF-8: %s" % e)

    def _members(self, request):
        if request.method == "GET":
            body = query_values(request.query)
        else:
            if not is_json(request.header("content-type")):
                raise BadInput(415, "Expects Content-Type to be application/json")
            if not request.body:
                raise BadInput(400, "POST body is empty. Expecting a JSON dictionary.")
            try:
                body = json.loads(request.body)
            except ValueError as e:             # also UnicodeDecodeError
                raise BadInput(400, "POST body could not be decoded as JSON: %s" % e)
            if not isinstance(body, dict):
                raise BadInput(400, "POST body should be a JSON dictionary.")
        arguments = {}
        for parameter in self._parameters:
            value = body.get(parameter.name, parameter.default)
            if value is inspect.Parameter.empty:
                raise BadInput(400, "A value is not provided for the %r parameter." % parameter.name)
            arguments[parameter.name] = value
        return arguments


def load(app_root, entry_script, source_directory):
    """Imports the entry script (a path below app_root, or absolute; the module `main` when empty)."""
    for folder in (app_root, os.path.join(app_root, source_directory) if source_directory else ""):
        if folder and folder not in sys.path:
            sys.path.append(folder)
    if not entry_script:
        import main
        return EntryScript(main)
    path = os.path.join(app_root, entry_script)
    if not os.path.isfile(path):
        raise ScriptError("The entry script %s does not exist in %s." % (entry_script, app_root))
    folder = os.path.dirname(os.path.realpath(path))
    if folder not in sys.path:
        sys.path.append(folder)
    spec = importlib.util.spec_from_file_location("entry_module", path)
    if spec is None:
        raise ScriptError("The entry script %s is not a Python file." % entry_script)
    module = importlib.util.module_from_spec(spec)
    sys.modules["entry_module"] = module        # pickle and dataclasses look a class's module up there
    spec.loader.exec_module(module)
    return EntryScript(module)


def schema_decorated(function):
    try:
        from inference_schema.schema_util import is_schema_decorated
    except ImportError:
        return False
    return is_schema_decorated(function)


def query_values(query):
    """Query values as JSON where they are JSON, else as text; a name that comes several times becomes a list."""
    values = {}
    for name, text in parse_qsl(query, keep_blank_values=True):
        values.setdefault(name, []).append(_json_or_text(text))
    return {name: v[0] if len(v) == 1 else v for name, v in values.items()}


def _json_or_text(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


def is_json(content_type):
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def title(name):
    return "-".join(part.capitalize() for part in name.split("-"))
