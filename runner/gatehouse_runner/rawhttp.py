"""AMLRequest, AMLResponse and @rawhttp for scripts that want the request itself: the part of the contract that scripts use."""
import io
import json
from email.parser import BytesParser
from email.policy import HTTP
from http.cookies import SimpleCookie
from urllib.parse import parse_qsl, unquote

_requested = False


def rawhttp(func):
    """Marks run() as wanting an AMLRequest instead of the body."""
    global _requested
    _requested = True
    return func


def requested():
    return _requested


class MultiDict(dict):
    """A dict of the first values; `getlist` has them all."""

    def __init__(self, pairs=()):
        super().__init__()
        self._all = {}
        for name, value in pairs:
            self.setdefault(name, value)
            self._all.setdefault(name, []).append(value)

    def getlist(self, name, type=None):
        values = self._all.get(name, [])
        return list(values) if type is None else [type(v) for v in values]

    def get(self, name, default=None, type=None):
        if name not in self:
            return default
        try:
            return self[name] if type is None else type(self[name])
        except (ValueError, TypeError):
            return default

    def to_dict(self, flat=True):
        return dict(self) if flat else {name: list(values) for name, values in self._all.items()}


class Headers:
    """Header fields: order and repetition kept, names in any case."""

    def __init__(self, pairs=()):
        self._list = []
        for name, value in pairs:
            self.add(name, value)

    def add(self, name, value):
        value = str(value)
        if "\r" in value or "\n" in value or "\r" in name or "\n" in name:
            raise ValueError("Header fields must not contain newline characters.")
        self._list.append((name, value))

    add_header = add

    def get(self, name, default=None):
        values = self.getlist(name)
        return ", ".join(values) if values else default

    def getlist(self, name):
        return [v for n, v in self._list if n.lower() == name.lower()]

    get_all = getlist

    def set(self, name, value):
        self.remove(name)
        self.add(name, value)

    def remove(self, name):
        self._list = [(n, v) for n, v in self._list if n.lower() != name.lower()]

    def items(self):
        return list(self._list)

    def keys(self):
        return [n for n, _ in self._list]

    def values(self):
        return [v for _, v in self._list]

    def __getitem__(self, name):
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    __setitem__ = set
    __delitem__ = remove

    def __contains__(self, name):
        return bool(self.getlist(name))

    def __iter__(self):
        return iter(self._list)

    def __len__(self):
        return len(self._list)

    def __repr__(self):
        return "Headers(%r)" % self._list


class UploadedFile(io.BytesIO):
    """One file of a multipart form."""

    def __init__(self, content, name, filename, content_type):
        super().__init__(content)
        self.name, self.filename, self.content_type, self.mimetype = name, filename, content_type, content_type

    @property
    def stream(self):
        return self

    def save(self, target):
        if hasattr(target, "write"):
            target.write(self.getvalue())
        else:
            with open(target, "wb") as f:
                f.write(self.getvalue())


class AMLRequest:
    """The request as a @rawhttp script sees it."""

    @classmethod
    def of(cls, request):
        self = cls()
        self.method = request.method
        self.path = unquote(request.path)
        self.query_string = request.query.encode("latin-1")
        self.full_path = request.path + "?" + request.query
        self.headers = Headers(request.headers)
        self.args = MultiDict(parse_qsl(request.query, keep_blank_values=True))
        self.host = request.header("host", "localhost")
        self.data = request.body
        self.stream = io.BytesIO(request.body)
        self.content_type = request.index.get("content-type")
        self.mimetype = (self.content_type or "").partition(";")[0].strip().lower()
        self.content_length = len(request.body) if request.body or "content-length" in request.index else None
        self.remote_addr = request.index.get("x-forwarded-for")
        self._form = None
        return self

    scheme = "http"

    @property
    def base_url(self):
        return "%s://%s%s" % (self.scheme, self.host, self.path)

    @property
    def url(self):
        query = self.query_string.decode("latin-1")
        return self.base_url + ("?" + query if query else "")

    def get_data(self, cache=True, as_text=False, parse_form_data=False):
        return self.data.decode("utf-8", "replace") if as_text else self.data

    @property
    def is_json(self):
        return self.mimetype == "application/json" or (self.mimetype.startswith("application/") and self.mimetype.endswith("+json"))

    def get_json(self, force=False, silent=False, cache=True):
        if not (force or self.is_json):
            if silent:
                return None
            raise ValueError("The Content-Type of the request is not application/json.")
        try:
            return json.loads(self.data)
        except ValueError:
            if silent:
                return None
            raise

    @property
    def json(self):
        return self.get_json()

    @property
    def cookies(self):
        return {name: morsel.value for name, morsel in SimpleCookie(self.headers.get("Cookie", "")).items()}

    @property
    def form(self):
        return self._parse_form()[0]

    @property
    def files(self):
        return self._parse_form()[1]

    @property
    def values(self):
        return MultiDict(list(self.args.items()) + list(self.form.items()))

    def _parse_form(self):
        if self._form is None:
            fields, files = [], []
            if self.mimetype == "application/x-www-form-urlencoded":
                fields = parse_qsl(self.data.decode("utf-8", "replace"), keep_blank_values=True)
            elif self.mimetype == "multipart/form-data":
                head = b"Content-Type: " + self.content_type.encode("latin-1") + b"\r\n\r\n"
                for part in BytesParser(policy=HTTP).parsebytes(head + self.data).iter_parts():
                    name, filename = part.get_param("name", header="content-disposition"), part.get_filename()
                    content = part.get_payload(decode=True) or b""
                    if filename is None:
                        fields.append((name, content.decode("utf-8", "replace")))
                    else:
                        files.append((name, UploadedFile(content, name, filename, part.get_content_type())))
            self._form = MultiDict(fields), MultiDict(files)
        return self._form


class AMLResponse:
    """What a script answers when it wants to choose status and headers."""

    def __init__(self, message, status_code, response_headers={}, json_str=False, run_function_failed=False):
        if message is None or json_str:
            text, kind = json.dumps({} if message is None else message), "application/json"
        else:
            text, kind = message, "text/html; charset=utf-8"
        self.set_data(text)
        self.status_code = int(status_code)
        self.headers = Headers([("Content-Type", kind), ("x-ms-run-function-failed", run_function_failed)])
        for name, value in response_headers.items():
            if name.lower() == "content-type":
                self.headers.remove(name)
            for one in str(value).split(","):       # as Azure's server does it: one field for each
                self.headers.add(name, one.strip())

    def set_data(self, data):
        self._rest = None
        if isinstance(data, (list, tuple)):
            data = b"".join(_encoded(data))
        if isinstance(data, (str, bytes, bytearray, memoryview)):
            self._data = data.encode("utf-8") if isinstance(data, str) else bytes(data)
        else:
            self._rest = iter(data)

    def get_data(self, as_text=False):
        if self._rest is not None:
            self.set_data(list(self._rest))
        return self._data.decode("utf-8") if as_text else self._data

    @property
    def is_streamed(self):
        """True when the message was an iterator: its pieces are sent as they are made."""
        return self._rest is not None

    def iter_encoded(self):
        return [self._data] if self._rest is None else _encoded(self._rest)

    data = property(get_data, set_data)

    @property
    def mimetype(self):
        return (self.headers.get("Content-Type") or "").partition(";")[0].strip()


def _encoded(pieces):
    for piece in pieces:
        yield piece.encode("utf-8") if isinstance(piece, str) else bytes(piece)
