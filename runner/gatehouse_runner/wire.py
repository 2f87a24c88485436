"""HTTP/1.1 as bytes: a strict incremental reader of requests, and the writer of responses."""
from http import HTTPStatus

HEAD_LIMIT = 64 * 1024
CHUNK_LINE_LIMIT = 4096
_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_REASONS = {status.value: status.phrase for status in HTTPStatus}

# Header lines that were read before: a client sends most of its own again and again.
KNOWN_LINES, KNOWN_LENGTH = 512, 200
_SINGULAR = {"x-request-id", "x-ms-request-id", "x-ms-client-request-id", "traceparent", "authorization", "cookie"}
_known = {}


class BadRequest(Exception):
    """What arrived can't be read on as HTTP; the connection ends after the answer."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Request:
    """One request as it came; header names are kept as sent, looked up in lower case."""

    __slots__ = ("method", "target", "path", "query", "fields", "index", "body", "keep_alive", "chunks_are_read")

    def __init__(self, method, target, fields, modern):
        self.method = method
        self.target = target
        self.path, _, self.query = target.partition("?")
        self.fields = fields
        self.index = index = {}
        for _, value, key in fields:
            index[key] = index[key] + ", " + value if key in index else value
        self.body = b""
        connection = index.get("connection", "").lower()
        self.keep_alive = "close" not in connection and (modern or "keep-alive" in connection)
        self.chunks_are_read = modern

    @property
    def headers(self):
        """(name, value) of each, as sent."""
        return [(name, value) for name, value, _ in self.fields]

    def header(self, name, default=""):
        """The value of that header, its name in lower case; several of a name are joined by commas."""
        return self.index.get(name, default)


class RequestReader:
    """Turns the bytes of one connection into requests; keeps what belongs to the next one."""

    def __init__(self, max_body):
        self._max_body = max_body
        self._buffer = bytearray()
        self._request = None
        self._need = 0
        self._chunks = None
        self.wants_continue = False

    def feed(self, data):
        self._buffer += data

    def in_the_middle(self):
        """True while a request has begun to arrive and isn't complete."""
        return self._request is not None or len(self._buffer) > 0

    def next(self):
        """The next complete request, or None until more bytes come. Raises BadRequest."""
        if self._request is None and not self._read_head():
            return None
        request = self._request
        if self._chunks is not None:
            if not self._read_chunks():
                return None
            request.body = b"".join(self._chunks)
            self._chunks = None
        elif self._need:
            if len(self._buffer) < self._need:
                return None
            request.body = bytes(memoryview(self._buffer)[:self._need])
            del self._buffer[:self._need]
        self._request = None
        self.wants_continue = False
        return request

    def _read_head(self):
        while self._buffer[:2] == b"\r\n":      # RFC 9112 2.2: empty lines before a request line are to be ignored
            del self._buffer[:2]
        end = self._buffer.find(b"\r\n\r\n", 0, HEAD_LIMIT + 4)
        if end < 0:
            if len(self._buffer) > HEAD_LIMIT:
                raise BadRequest(431, "The request head is larger than %d bytes." % HEAD_LIMIT)
            return False
        lines = self._buffer[:end].decode("latin-1").split("\r\n")
        del self._buffer[:end + 4]
        request = _parse_head(lines)
        self._need, chunked = _framing(request)
        if self._need > self._max_body:
            raise BadRequest(413, "The request body is larger than %d bytes." % self._max_body)
        self._chunks = [] if chunked else None
        self._request = request
        self.wants_continue = request.header("expect").lower() == "100-continue"
        self._need_of_chunk = None
        self._received = 0
        return True

    def _read_chunks(self):
        buffer = self._buffer
        while True:
            if self._need_of_chunk is None:
                line = self._line()
                if line is None:
                    return False
                self._need_of_chunk = _chunk_size(line)
                self._received += self._need_of_chunk
                if self._received > self._max_body:
                    raise BadRequest(413, "The request body is larger than %d bytes." % self._max_body)
            size = self._need_of_chunk
            if size == 0:
                line = self._line()             # trailers are read and dropped
                if line is None:
                    return False
                if line == b"":
                    return True
                continue
            if len(buffer) < size + 2:
                return False
            if buffer[size:size + 2] != b"\r\n":
                raise BadRequest(400, "A chunk of the request body has the wrong length.")
            self._chunks.append(bytes(memoryview(buffer)[:size]))
            del buffer[:size + 2]
            self._need_of_chunk = None

    def _line(self):
        end = self._buffer.find(b"\r\n", 0, CHUNK_LINE_LIMIT)
        if end < 0:
            if len(self._buffer) >= CHUNK_LINE_LIMIT:
                raise BadRequest(400, "A line of the chunked request body is too long.")
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[:end + 2]
        return line


def _parse_head(lines):
    parts = lines[0].split(" ")
    if len(parts) != 3 or not parts[0] or not _TOKEN.issuperset(parts[0]) or not parts[1].startswith(("/", "*", "http")):
        raise BadRequest(400, "The request line cannot be read.")
    if parts[2] not in ("HTTP/1.1", "HTTP/1.0"):
        raise BadRequest(505, "Only HTTP/1.0 and HTTP/1.1 are spoken here.")
    del lines[0]
    return Request(parts[0], parts[1], [_known.get(line) or _header(line) for line in lines], parts[2] == "HTTP/1.1")


def _header(line):
    """(name, value, name in lower case)"""
    name, colon, value = line.partition(":")
    if not colon or not name or not _TOKEN.issuperset(name):
        raise BadRequest(400, "A header line cannot be read.")
    value = value.strip(" \t")
    if "\r" in value or "\n" in value or "\0" in value:
        raise BadRequest(400, "The value of the header '%s' holds a control character." % name)
    header = name, value, name.lower()
    if len(line) <= KNOWN_LENGTH and header[2] not in _SINGULAR:
        if len(_known) >= KNOWN_LINES:
            _known.clear()
        _known[line] = header
    return header


def _framing(request):
    """(length, chunked?) of the body; two contradicting lengths are request smuggling and refused."""
    coding, length = request.header("transfer-encoding"), request.header("content-length")
    if coding:
        if length or coding.lower() != "chunked":
            raise BadRequest(400, "The body must be framed by either Content-Length or Transfer-Encoding: chunked.")
        return 0, True
    if not length:
        return 0, False
    if not (length.isascii() and length.isdigit() and len(length) < 19):
        raise BadRequest(400, "Content-Length is not a number.")
    return int(length), False


def _chunk_size(line):
    size = line.partition(b";")[0].strip(b" \t")
    if not size or len(size) > 15 or size.strip(b"0123456789abcdefABCDEF"):
        raise BadRequest(400, "The size of a chunk cannot be read.")
    return int(size, 16)


def encode(status, headers, body, keep_alive, head_only=False):
    """One response as bytes. `headers` is a list of (name, value) without framing headers, which are set here."""
    bare = status == 204 or status == 304
    head = _head(status, headers, "" if bare else "Content-Length: %d\r\n" % len(body), keep_alive)
    return head if head_only or bare else head + body


def encode_head(status, headers, keep_alive, chunked):
    """The head of a response whose body follows piece by piece."""
    return _head(status, headers, "Transfer-Encoding: chunked\r\n" if chunked else "", keep_alive)


def chunk(piece):
    return b"%x\r\n%b\r\n" % (len(piece), piece)


LAST_CHUNK = b"0\r\n\r\n"


def _head(status, headers, framing, keep_alive):
    lines = "".join([name + ": " + value + "\r\n" for name, value in headers])
    return ("HTTP/1.1 %d %s\r\n%s%s%s\r\n" % (
        status, _REASONS.get(status, "Status"), lines, framing, "" if keep_alive else "Connection: close\r\n")).encode("latin-1", "replace")
