"""Looks for secrets where none may be: files, databases, answers, command lines and environments of processes."""

import base64
import contextlib
import http.client
import json
import os
import re
import sqlite3
import threading
import urllib.parse
from pathlib import Path

# What every private key has, whoever made it: its PEM, the start of its PKCS#8 (EC and RSA), that in base64, and JWK.
MARKS = {
    "a private key in PEM": re.compile(rb"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----(?:\s|\\r|\\n)*[A-Za-z0-9+/]{16}"),
    "a private key in DER": re.compile(
        rb"\x02\x01\x00\x30[\x0d\x10\x13]\x06(?:\x07\x2a\x86\x48\xce\x3d\x02\x01|\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01)"),
    "a private key in an older DER": re.compile(
        rb"\x02\x01\x01\x04(?:\x20.{32}|\x30.{48})\xa0|\x02\x01\x00\x02\x82[\x01\x02][\x01\x81]\x00", re.S),
    "a private key in base64": re.compile(
        rb"AgEAM(?:BMGByqGSM49|BAGByqGSM49|A0GCSqGSIb3DQEB)|CAQAw(?:EwYHKoZIzj0C|EAYHKoZIzj0C|DQYJKoZIhvcN)"
        rb"|IBADA(?:TBgcqhkjOPQ|QBgcqhkjOPQ|NBgkqhkiG9w)"),
    "a private key as JWK": re.compile(rb'"d"\s*:\s*"[A-Za-z0-9_-]{42,}"'),
}
# Roots with the serial number 0 begin as a private key does.
CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.S)
# The two files of a data folder that hold a secret by purpose, for the owner alone, and the one that is the user's own.
FOR_OWNER = ("admin.json", "master.key")
SETTINGS = ("gatehouse.yaml",)
# Members of answers whose values are secrets of a client, as told by routes that are made for telling them.
TOLD = {"access_token", "accessToken", "refresh_token", "device_code", "primaryKey", "secondaryKey", "contentUri", "token"}
LARGEST = 64 << 20


class Secrets:
    """Every secret that is known, each with a name; safe for many threads."""

    def __init__(self):
        self._lock = threading.Lock()
        self._forms = {}

    def learn(self, name, value):
        """A text or bytes that must not be seen, nor its usual encodings; a PEM key is known by its parts too."""
        raw = value.encode() if isinstance(value, str) else value
        assert len(raw) >= 8, "%s is too short to be looked for" % name
        forms = {raw, json.dumps(raw.decode("latin-1"))[1:-1].encode("latin-1"), urllib.parse.quote(raw, safe="").encode(),
                 urllib.parse.quote(raw).encode(),
                 raw.hex().encode(), *in_base64(raw)}
        for pem in re.findall(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----(.*?)-----END", raw, re.S):
            forms.update(line for line in pem.split() if len(line) >= 32)
            forms.update(key_material(pem))
        with self._lock:
            self._forms.update({form: name for form in forms if form not in self._forms})
        return value

    def learn_told(self, answer):
        """The secrets in an answer that was made for telling them."""
        if isinstance(answer, list):
            for each in answer:
                self.learn_told(each)
        elif isinstance(answer, dict):
            for member, value in answer.items():
                if not isinstance(value, str):
                    self.learn_told(value)
                elif member == "contentUri":
                    for signature in urllib.parse.parse_qs(urllib.parse.urlsplit(value).query).get("sig", []):
                        self.learn("the signature of an upload link", signature)
                elif member in TOLD and len(value) >= 8:
                    self.learn("what a client was told as " + member, value)

    def found(self, place, content):
        """A line for each secret in the content of that place, without the secret itself."""
        with self._lock:
            forms = list(self._forms.items())
        names = {name for form, name in forms if form in content}
        other = CERTIFICATE.sub(b"", content)
        names.update(name for name, mark in MARKS.items() if mark.search(other))
        return ["%s lies in %s" % (name, place) for name in sorted(names)]

    def __len__(self):
        return len(self._forms)


# What this process has learned: every server that it started is searched for it when it stops.
SECRETS = Secrets()


def in_base64(raw):
    """How it looks inside of a longer base64 text, wherever that begins."""
    if len(raw) < 12:
        return {base64.b64encode(raw)}
    return {base64.b64encode(b"\0" * shift + raw)[4 if shift else 0:-4] for shift in range(3)} | {base64.b64encode(raw)}


def key_material(pem):
    """The private numbers of a key, as bytes that lie in every encoding of it."""
    with contextlib.suppress(ValueError):
        der = base64.b64decode(b"".join(line for line in pem.split() if b":" not in line))
        scalar = der.find(b"\x04\x20", 0, 48)
        if 0 <= scalar and len(der) < 200:
            yield der[scalar + 2:scalar + 34]
            yield der[scalar + 2:scalar + 34].hex().encode()
        elif len(der) >= 600:
            yield der[len(der) // 2:len(der) // 2 + 32]


def in_folder(secrets, folder, allowed=FOR_OWNER + SETTINGS):
    """What lies in the files and databases of a data folder; the server need not have stopped."""
    found = []
    for file in sorted(Path(folder).rglob("*")):
        with contextlib.suppress(FileNotFoundError):
            if file.is_file() and not file.is_symlink() and file.name not in allowed and file.stat().st_size <= LARGEST:
                found += secrets.found(str(file.relative_to(folder)), file.read_bytes())
    database = Path(folder, "state.db")
    if database.exists():
        found += in_rows(secrets, database)
    return found


def in_rows(secrets, file):
    """Row by row: a long value is cut into pages in the file."""
    found = []
    with contextlib.closing(sqlite3.connect("file:%s?mode=ro" % file, uri=True, timeout=10)) as database:
        database.text_factory = bytes
        tables = [name.decode() for name, in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            rows = b"\n".join(value if isinstance(value, bytes) else str(value).encode()
                              for row in database.execute('SELECT * FROM "%s"' % table) for value in row)
            found += secrets.found("the rows of the table " + table, rows)
    return found


class Traffic:
    """Records every answer that http.client gets while this is open, and learns what is secret in it."""

    # Routes that exist to tell a secret to who may know it.
    MADE_FOR_IT = re.compile(r"/oauth2/(token|devicecode)$|/msi/token/|/list[kK]eys$|/services/[^/]+/token$|/regenerateKeys"
                             r"|/artifacts/(batch/metadata|contentinfo|prefix/contentinfo)/|/datastores?(/|$)|/default$")

    def __init__(self, secrets):
        self.secrets = secrets
        self.answers = []
        self._original = http.client.HTTPConnection.putrequest, http.client.HTTPConnection.getresponse

    def __enter__(self):
        putrequest, getresponse = self._original

        def asking(connection, method, url, *more, **options):
            connection.asked = method, url
            return putrequest(connection, method, url, *more, **options)

        def answering(connection):
            response, asked = getresponse(connection), connection.asked
            read = response.read

            def recorded(*amount):
                content = read(*amount)
                self.record(asked, response, content)
                return content

            response.read = recorded
            return response

        http.client.HTTPConnection.putrequest, http.client.HTTPConnection.getresponse = asking, answering
        return self

    def __exit__(self, *_):
        http.client.HTTPConnection.putrequest, http.client.HTTPConnection.getresponse = self._original

    def record(self, asked, response, content):
        method, url = asked
        path = urllib.parse.urlsplit(url).path
        told = self.MADE_FOR_IT.search(path) is not None and response.status < 300
        if told:
            with contextlib.suppress(ValueError):
                self.secrets.learn_told(json.loads(content))
        headers = "\n".join("%s: %s" % each for each in response.getheaders()).encode()
        self.answers.append(("%s %s (%d)" % (method, path, response.status), told, headers + b"\n\n" + content))

    def said(self, place, text):
        """What a command has printed is an answer too."""
        self.answers.append((place, False, text.encode()))

    def found(self):
        found = []
        for place, told, content in self.answers:
            lines = self.secrets.found("the answer to " + place, content)
            # What such a route tells is its purpose; everything else is as wrong there as anywhere.
            found += [line for line in lines if not (told and line.startswith(("what a client was told", "the signature")))]
        return found


class Processes:
    """Looks at the command lines of all processes, and the environments of a server and its children, all the time."""

    def __init__(self, server=lambda: None, pause=0.1):
        self.server, self.pause = server, pause
        self.seen = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join(10)

    def _watch(self):
        while not self._ended.is_set():
            self.look()
            self._ended.wait(self.pause)

    def look(self):
        server, parents = self.server(), {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with contextlib.suppress(OSError, ValueError, IndexError):
                    parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                    self._add(folder, "cmdline")
        for pid in parents:
            above = pid
            while above and above != server:
                above = parents.get(above)
            if server and above == server:
                with contextlib.suppress(OSError):
                    self._add(Path("/proc/%d" % pid), "environ")

    def _add(self, folder, part):
        content = (folder / part).read_bytes()
        # A program that replaces another keeps its number.
        self.seen[folder.name, part, content] = None

    def found(self, secrets):
        found = []
        for pid, part, content in list(self.seen):
            name = os.path.basename(content.split(b"\0", 1)[0]).decode(errors="replace") if part == "cmdline" else pid
            found += secrets.found("the %s of the process %s" % (part, name), content.replace(b"\0", b"\n"))
        return found
