"""A real host process over a real Unix socket, for the tests."""
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time

LAUNCHER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "gatehouse-runner.py")
HAS_SCHEMA = subprocess.call([sys.executable, "-c", "import inference_schema"], stderr=subprocess.DEVNULL) == 0


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=20)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(self._path)


class Answer:
    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    def json(self):
        return json.loads(self.body)

    def header(self, name):
        return self.headers.get(name)


class Replica:
    """Use with `with`: starts the script, waits until it listens (or has ended), ends it."""

    def __init__(self, script, *options, files=None, **environment):
        self.root = tempfile.mkdtemp(prefix="ghr")
        self.path = os.path.join(self.root, "s")
        for name, text in {"score.py": script, **(files or {})}.items():
            target = os.path.join(self.root, name)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "wb") as f:
                f.write(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
        self._options = options
        self._environment = {**os.environ, "AML_APP_ROOT": self.root, "AZUREML_ENTRY_SCRIPT": "score.py", **environment}

    def __enter__(self):
        self._log = open(os.path.join(self.root, "log"), "wb")
        self.process = subprocess.Popen([sys.executable, "-u", LAUNCHER, "--socket", self.path, *self._options], cwd=self.root,
                                        env=self._environment, stdin=subprocess.PIPE, stdout=self._log, stderr=self._log)
        while self.process.poll() is None:
            try:
                self.connect().close()
                break
            except OSError:
                time.sleep(0.01)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self._log.close()
        shutil.rmtree(self.root)

    def connect(self):
        connection = UnixConnection(self.path)
        try:
            connection.connect()
        except OSError:
            connection.sock.close()
            raise
        return connection

    def raw(self, data):
        """Sends bytes, reads to the end of the connection."""
        with self.connect().sock as sock:
            sock.sendall(data)
            received = b""
            while True:
                more = sock.recv(65536)
                if not more:
                    return received
                received += more

    def ask(self, method, path, body=None, headers=None):
        connection = self.connect()
        try:
            connection.request(method, path, body, headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def score(self, value, **headers):
        return self.ask("POST", "/score", json.dumps(value), {"Content-Type": "application/json", **headers})

    def log(self):
        with open(os.path.join(self.root, "log")) as f:
            return f.read()

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)
