"""The routes of one service: which request gives which answer."""
import json
import os
import sys
import time
import traceback
from urllib.parse import parse_qsl, unquote

from . import VERSION, modeldata, swagger, trace, wire
from .script import BadInput
from .watch import Alarm, ScoringTimeout, Watch

ID_LIMIT = 100
SCRIPT_FAILED = "An unexpected error occurred in scoring script. Check the logs for more info."
SERVER_FAILED = "An unexpected internal error occurred. Check the logs for more info."
_TAKEN = {"content-length", "transfer-encoding", "connection", "keep-alive", "upgrade"}


class Application:
    """Answers requests with the entry script; `respond` may be called from several threads if the host is told so."""

    def __init__(self, script, documents, environ, alarm):
        self._pid = os.getpid()
        self._script = script
        self._documents = documents
        self._version = environ.get("HTTP_X_MS_SERVER_VERSION") or "gatehouse-runner/" + VERSION
        self._prefix = "/" + environ["SERVICE_PATH_PREFIX"].strip("/") if environ.get("SERVICE_PATH_PREFIX", "").strip("/") else ""
        self._timeout_ms = _positive(environ, "SCORING_TIMEOUT_MS", 3600000)
        self._watch = Watch(self._timeout_ms / 1000.0)
        self._alarm = Alarm(self._timeout_ms / 1000.0) if alarm else None

    def respond(self, request, stays_open):
        """(bytes, whether they promise to keep the connection, None or what next_piece() is asked for); asks `stays_open` after run()."""
        status, headers, body = self._answer(request)
        keep_alive = request.keep_alive and stays_open()
        if not isinstance(body, Pieces):
            return wire.encode(status, headers, body, keep_alive, request.method == "HEAD"), keep_alive, None
        body.keep_alive = keep_alive = keep_alive and request.chunks_are_read
        body.chunked = request.chunks_are_read
        body.ids = headers
        return wire.encode_head(status, headers, keep_alive, body.chunked), keep_alive, body

    def next_piece(self, pieces):
        """As respond() does; None instead of bytes when the script failed in the middle of its answer."""
        try:
            piece = self._timed(pieces.next)
        except BaseException:
            _log(pieces.ids, traceback.format_exc())
            pieces.close()
            return None, False, None
        if piece is None:
            pieces.close()
            return wire.LAST_CHUNK if pieces.chunked else b"", pieces.keep_alive, None
        return wire.chunk(piece) if pieces.chunked else piece, pieces.keep_alive, pieces

    def refuse(self, fault):
        """The answer to what is no request."""
        status, headers, body = _error(fault.status, str(fault))
        return wire.encode(status, headers + [("x-ms-server-version", self._version)], body, False, False)

    def _answer(self, request):
        ids, fault = _identifiers(request)
        try:
            status, headers, body = fault or self._route(request)
        except Exception:
            _log(ids, traceback.format_exc())
            status, headers, body = _error(500, SERVER_FAILED)
        headers.append(("x-ms-server-version", self._version))
        headers.extend(ids)
        trace = request.header("traceid")
        if trace:
            headers.append(("TraceId", trace))
        return status, headers, body

    def _route(self, request):
        path = request.path if "%" not in request.path else unquote(request.path)
        if self._prefix and path.startswith(self._prefix + "/"):
            path = path[len(self._prefix):]
        method = request.method
        if path == "/score":
            if method in ("GET", "POST") or self._script.takes_any_method and method in ("OPTIONS", "HEAD"):
                return self._score(request)
            if method == "OPTIONS":
                return 200, [("Content-Type", "text/html; charset=utf-8"), ("x-ms-run-function-failed", "False")], b""
            return _error(405, "The method is not allowed for the requested URL.")
        if path not in ("/", "/swagger.json"):
            return _error(404, "There is nothing at %s; expected /score, /swagger.json or /." % path)
        if method == "OPTIONS":
            return 200, [("Content-Type", "text/html; charset=utf-8"), ("Allow", "GET, HEAD, OPTIONS")], b""
        if method not in ("GET", "HEAD"):
            return _error(405, "The method is not allowed for the requested URL.")
        if path == "/":
            return 200, [("Content-Type", "text/html; charset=utf-8")], b"Healthy"
        version = dict(parse_qsl(request.query, keep_blank_values=True)).get("version", "2")
        document, fault = swagger.choose(self._documents, version)
        return _error(404, fault) if document is None else _json(200, document)

    def _score(self, request):
        if modeldata.in_use:
            modeldata.request_id.set(request.index.get("x-request-id", ""))
        if "traceparent" not in request.index:
            return self._scored(request, self._run)
        place = trace.of(request)
        if place is None:
            return self._scored(request, self._run)
        status, headers, body = self._scored(request, place.around(self._run))
        return status, headers + place.report(), body

    def _scored(self, request, run):
        try:
            arguments = self._script.arguments(request)
        except BadInput as e:
            return _error(e.status, str(e))
        start = time.perf_counter()
        try:
            result = run(arguments)
        except ScoringTimeout:
            _log(_identifiers(request)[0], traceback.format_exc())
            return _error(500, "Scoring timeout after %d ms" % self._timeout_ms, failed=True)
        except BaseException:               # also SystemExit: one request must not end the replica
            _log(_identifiers(request)[0], traceback.format_exc())
            return _error(500, SCRIPT_FAILED, failed=True)
        took = ("x-ms-run-fn-exec-ms", "%.3f" % ((time.perf_counter() - start) * 1000))
        if hasattr(result, "status_code") and hasattr(result, "headers") and hasattr(result, "get_data"):
            return _own_response(result, took)
        status, headers, body = _json(200, {} if result is None else result)
        headers.append(took)
        return status, headers, body

    def _run(self, arguments):
        return self._timed(self._script.run, **arguments)

    def _timed(self, function, **arguments):
        alarm = self._alarm
        self._watch.enter()
        try:
            if alarm is None:
                return function(**arguments)
            alarm.enter()
            try:
                return function(**arguments)
            finally:
                alarm.leave()
        finally:
            if os.getpid() != self._pid:    # forked by run(): the answer is the parent's to give
                os._exit(0)
            self._watch.leave()


class Pieces:
    """The body of an answer that the script makes while it is being sent."""

    def __init__(self, response):
        self._response = response
        self._pieces = iter(response.iter_encoded() if hasattr(response, "iter_encoded") else response.response)
        self.chunked, self.keep_alive, self.ids = True, False, []

    def next(self):
        """None after the last; empty ones, which would end a chunked body, are passed over."""
        for piece in self._pieces:
            if piece:
                return piece.encode("utf-8") if isinstance(piece, str) else bytes(piece)
        return None

    def close(self):
        try:
            close = getattr(self._pieces, "close", None) or getattr(self._response, "close", None)
            if close:
                close()
        except Exception:
            _log(self.ids, traceback.format_exc())


def _json(status, value):
    body = json.dumps(value).encode("utf-8")
    return status, [("Content-Type", "application/json"), ("x-ms-run-function-failed", "False")], body


def _error(status, message, failed=False):
    body = json.dumps({"message": message}).encode("utf-8")
    return status, [("Content-Type", "application/json"), ("x-ms-run-function-failed", str(failed))], body


def _own_response(response, took):
    """An AMLResponse of ours, or any response object of Flask's or Werkzeug's shape."""
    headers = [(n, str(v)) for n, v in response.headers.items() if n.lower() not in _TAKEN]
    if response.status_code >= 500:
        headers = [(n, v) for n, v in headers if n.lower() != "x-ms-run-function-failed"] + [("x-ms-run-function-failed", "True")]
    if getattr(response, "is_streamed", False):
        return response.status_code, headers + [took], Pieces(response)
    body = response.get_data()
    return response.status_code, headers + [took], body.encode("utf-8") if isinstance(body, str) else bytes(body)


def _identifiers(request):
    """(headers that name the request, fault or None): kept from the client where it gave them, and bounded."""
    index = request.index
    own = index.get("x-request-id")
    if own is None:
        own = index["x-request-id"] = _new_id()
    legacy, client = index.get("x-ms-request-id", ""), index.get("x-ms-client-request-id", "")
    if len(own) > ID_LIMIT:
        return [], _error(431, "x-request-id must not exceed %d characters" % ID_LIMIT)
    if len(legacy) > ID_LIMIT or len(client) > ID_LIMIT:
        return [("x-request-id", own)], _error(431, "x-ms-request-id and x-ms-client-request-id must not exceed %d characters" % ID_LIMIT)
    ids = [("x-request-id", own), ("x-ms-request-id", legacy or client or own)]
    if client or legacy:
        ids.append(("x-ms-client-request-id", client or legacy))
    return ids, None


def _new_id():
    """A random UUID; uuid.uuid4() takes thrice the time."""
    h = os.urandom(16).hex()
    return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-" + "89ab"[int(h[16], 16) & 3] + h[17:20] + "-" + h[20:]


def _log(ids, text):
    request_id = dict(ids).get("x-request-id", "")
    print("Request %s failed:\n%s" % (request_id, text.rstrip("\n")), file=sys.stderr, flush=True)


def _positive(environ, name, default):
    text = environ.get(name, "")
    if not text:
        return default
    if not text.isdigit() or int(text) == 0:
        raise SystemExit("%s is '%s' (expected: a whole number above 0)" % (name, text))
    return int(text)
