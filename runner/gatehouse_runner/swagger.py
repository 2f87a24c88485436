"""The OpenAPI documents of a service: the user's own files, else made from inference-schema's decorators."""
import json
import os
import sys

_NAMES = {"2": "2", "2.0": "2", "3": "3", "3.0": "3", "3.1": "3.1"}
_OWN_FILES = {"2": ("swagger.json", "swagger2.json"), "3": ("swagger3.json",), "3.1": ("swagger3.1.json",)}
_ALIASES = {"2": {"2", "2.0"}, "3": {"3", "3.0"}, "3.1": {"3.1"}}
_FAILED = "The service failed to execute due to an error."


def documents(app_root, source_directory, run, environ):
    """{version: document} for the versions that this script's schemas can be written in."""
    folders = [app_root] + ([os.path.join(app_root, source_directory)] if source_directory else [])
    supported, service_input, service_output = _schemas(run)
    found = {}
    for version, files in _OWN_FILES.items():
        own = _own(folders, files)
        if own is not None:
            found[version] = own
        elif supported & _ALIASES[version]:
            found[version] = _document(version, service_input, service_output, environ)
    return found


def choose(found, version):
    """(document, None) or (None, sentence)."""
    key = _NAMES.get(version)
    if key is None:
        fault = "is not valid. Supported versions"
    elif key not in found:
        fault = "is not supported for the scoring script. Supported swagger versions"
    else:
        return found[key], None
    return None, "Swagger version [%s] %s: [%s]." % (version, fault, ", ".join(sorted(found)))


def _own(folders, names):
    for name in names:
        for folder in folders:
            try:
                with open(os.path.join(folder, name), encoding="utf-8") as f:
                    return json.load(f)
            except FileNotFoundError:
                continue
            except (OSError, ValueError) as e:
                print("%s is not used: %s" % (os.path.join(folder, name), e), file=sys.stderr)
    return None


def _schemas(run):
    """(versions, input schema, output schema)"""
    own = getattr(run, "schemas", None)         # a built-in program knows its model's
    if own is not None:
        return {"2", "3", "3.1"}, *own
    empty = {"type": "object", "example": {}}
    try:
        from inference_schema import schema_util
    except ImportError:
        return {"2", "3", "3.1"}, empty, empty
    versions = set(schema_util.get_supported_versions(run))
    if not schema_util.is_schema_decorated(run):
        return versions, empty, empty
    return versions, schema_util.get_input_schema(run), schema_util.get_output_schema(run)


def _document(version, service_input, service_output, environ):
    name = environ.get("SERVICE_NAME", "ML service")
    prefix = environ.get("SERVICE_PATH_PREFIX", "").strip("/")
    prefix = "/" + prefix if prefix else ""
    info = {"title": name, "description": "API specification for the Azure Machine Learning service " + name,
            "version": environ.get("SERVICE_VERSION", "1.0")}
    old = version == "2"
    where = "#/definitions/" if old else "#/components/schemas/"
    secured = [{"Bearer": []}]
    score = {"operationId": "RunMLService", "description": "Run web service's model and get the prediction output", "security": secured,
             **_input(old, where + "ServiceInput"),
             "responses": _responses(old, where, "The service processed the input correctly and provided a result prediction, if applicable.",
                                     {"$ref": where + "ServiceOutput"}, "application/json")}
    health = {"operationId": "ServiceHealthCheck", "description": "Simple health check endpoint to ensure the service is up at any given point.",
              "responses": _responses(old, where, "If service is up and running, this response will be returned with the content 'Healthy'",
                                      {"type": "string"}, "text/plain")}
    said = health["responses"]["200"]
    if old:
        said["examples"] = {"application/json": "Healthy"}
    else:
        said["content"]["text/plain"]["schema"]["example"] = "Healthy"
    asked = {"type": "integer", "enum": [2, 3]}
    parameter = {"name": "version", "in": "query", "required": False, **(asked if old else {"schema": asked})}
    spec = {"operationId": "GetSwaggerSpec", "description": "Get the Swagger specification.", "parameters": [parameter],
            "responses": _responses(old, where, "The Swagger specification.", {"type": "string"}, "text/plain")}
    paths = {prefix + "/": {"get": health}, prefix + "/score": {"post": score}, prefix + "/swagger.json": {"get": spec}}
    schemas = {"ServiceInput": service_input, "ServiceOutput": service_output,
               "ErrorResponse": {"type": "object", "properties": {"message": {"type": "string"}}}}
    bearer = {"type": "apiKey", "name": "Authorization", "in": "header", "description": "For example: Bearer abc123"}
    if old:
        return {"swagger": "2.0", "info": info, "schemes": ["https"], "consumes": ["application/json"], "produces": ["application/json"],
                "securityDefinitions": {"Bearer": bearer}, "paths": paths, "definitions": schemas}
    return {"openapi": "3.0.3" if version == "3" else "3.1.0", "info": info, "security": secured, "paths": paths,
            "components": {"schemas": schemas, "securitySchemes": {"Bearer": bearer}}}


def _input(old, reference):
    text = "The input payload for executing the real-time machine learning service."
    if old:
        return {"parameters": [{"name": "serviceInputPayload", "in": "body", "description": text, "schema": {"$ref": reference}}]}
    return {"requestBody": {"description": text, "content": {"application/json": {"schema": {"$ref": reference}}}}}


def _responses(old, where, description, schema, kind):
    def answer(text, body, media):
        return {"description": text, "schema": body} if old else {"description": text, "content": {media: {"schema": body}}}

    return {"200": answer(description, schema, kind), "default": answer(_FAILED, {"$ref": where + "ErrorResponse"}, "application/json")}
