"""What Gatehouse is compared with, each behind TLS on loopback: other servers behind nginx, and the least that Java can do."""

import http.client
import os
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path

from frame import ROOT

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gatehouse"
HOST = "bench.localhost"

TRAIN = """
import joblib, sys
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
joblib.dump(Ridge().fit(*load_diabetes(return_X_y=True)), sys.argv[1])
"""
SCORE = """
import json, os, joblib, numpy

def init():
    global model
    model = joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.joblib"))

def run(raw):
    return model.predict(numpy.array(json.loads(raw)["data"])).tolist()
"""
LIBRARIES = ["scikit-learn", "joblib"]
AZMLINFSRV_VERSION = "1.5.1"
# As azmlinfsrv starts, but on loopback only: it has no option for that.
AZMLINFSRV = "from azureml_inference_server_http import amlserver; amlserver.DEFAULT_HOST = '127.0.0.1'; amlserver.run()"
NGINX = """
daemon off;
worker_processes auto;
error_log stderr error;
pid %(folder)s/pid;
events { worker_connections 1024; }
http {
    access_log off;
    client_body_temp_path %(folder)s/body;
    proxy_temp_path %(folder)s/proxy;
    fastcgi_temp_path %(folder)s/fastcgi;
    uwsgi_temp_path %(folder)s/uwsgi;
    scgi_temp_path %(folder)s/scgi;
    keepalive_requests 1000000000;
    keepalive_timeout 1h;
    client_header_timeout 1h;
    upstream model { server 127.0.0.1:%(behind)d; keepalive 64; keepalive_requests 1000000000; }
    server {
        listen 127.0.0.1:%(port)d ssl;
        ssl_certificate %(certificate)s;
        ssl_certificate_key %(key)s;
        ssl_protocols TLSv1.2 TLSv1.3;
        location / { proxy_pass http://model; proxy_http_version 1.1; proxy_set_header Connection ""; }
    }
}
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def certificate(folder):
    """A self-signed certificate for HOST; returns the files of it and of its key."""
    pem, key = Path(folder) / "bench.pem", Path(folder) / "bench.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
         "-out", pem, "-days", "2", "-subj", "/CN=" + HOST, "-addext", "subjectAltName=DNS:" + HOST],
        check=True, capture_output=True)
    return pem, key


def python_with(name, *packages):
    """A Python 3.11 with these packages, made once in the cache folder."""
    venv = CACHE / name
    if not (venv / "complete").exists():
        print("installing %s (once) ..." % " ".join(packages), flush=True)
        uv = os.environ["GATEHOUSE_PYTHON_UV"]
        environment = dict(os.environ, UV_SYSTEM_CERTS="1", UV_HTTP_TIMEOUT="180")
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", "3.11", venv], check=True, env=environment)
        subprocess.run([uv, "pip", "install", "--quiet", "--python", venv / "bin" / "python", *packages],
                       check=True, env=environment)
        (venv / "complete").touch()
    return venv / "bin"


class Server:
    """Processes that together answer requests; ends them all at the end."""

    def __init__(self, name, target):
        self.name, self.target, self.processes = name, target, []

    def start(self, command, **options):
        process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, **options)
        self.processes.append(process)
        return process

    @property
    def pids(self):
        return [process.pid for process in self.processes]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def await_port(self, port, seconds=120):
        deadline = time.monotonic() + seconds
        while True:
            for process in self.processes:
                if process.poll() is not None:
                    raise RuntimeError("%s ended with %s" % (self.name, process.returncode))
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)


def behind_nginx(server, folder, behind, pem, key):
    """Puts nginx with TLS in front of the server's port."""
    nginx = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    own = Path(folder) / (server.name.replace(" ", "-") + "-nginx")
    own.mkdir()
    port = free_port()
    (own / "nginx.conf").write_text(
        NGINX % {"folder": own, "behind": behind, "port": port, "certificate": pem, "key": key})
    server.start([nginx, "-p", own, "-e", "stderr", "-c", own / "nginx.conf"])
    server.await_port(behind)
    server.await_port(port)
    server.target.update(address="127.0.0.1", port=port, host=HOST, ca=str(pem), key="")
    return server


def mlserver(folder, pem, key, body):
    """MLServer with its scikit-learn runtime, inference in its own process: less CPU than its default of a worker."""
    binaries = python_with("mlserver-1.7.1", "mlserver==1.7.1", "mlserver-sklearn==1.7.1")
    own = Path(folder) / "mlserver"
    own.mkdir()
    subprocess.run([binaries / "python", "-c", TRAIN, own / "model.joblib"], check=True)
    port = free_port()
    (own / "settings.json").write_text(
        '{"host": "127.0.0.1", "http_port": %d, "grpc_port": %d, "metrics_port": %d, "parallel_workers": 0,'
        ' "debug": false}' % (port, free_port(), free_port()))
    (own / "model-settings.json").write_text(
        '{"name": "ridge", "implementation": "mlserver_sklearn.SKLearnModel", "parameters": {"uri": "./model.joblib"}}')
    server = Server("MLServer", {"path": "/v2/models/ridge/infer", "body": body})
    server.start([binaries / "mlserver", "start", own], stderr=subprocess.DEVNULL, cwd=own)
    return behind_nginx(server, folder, port, pem, key)


def azmlinfsrv_binaries():
    return python_with("azmlinfsrv-bench-" + AZMLINFSRV_VERSION, "azureml-inference-server-http==" + AZMLINFSRV_VERSION,
                       *LIBRARIES)


def azmlinfsrv(folder, pem, key, body):
    """Azure's inference server with one worker."""
    binaries = azmlinfsrv_binaries()
    own = Path(folder) / "azmlinfsrv"
    own.mkdir()
    subprocess.run([binaries / "python", "-c", TRAIN, own / "model.joblib"], check=True)
    (own / "score.py").write_text(SCORE)
    port = free_port()
    environment = dict(os.environ, AZUREML_MODEL_DIR=str(own), PATH="%s:%s" % (binaries, os.environ["PATH"]))
    server = Server("azmlinfsrv", {"path": "/score", "body": body})
    server.start([binaries / "python", "-c", AZMLINFSRV, "--entry_script", own / "score.py", "--port", port, "--worker_count", "1"],
                 stderr=subprocess.DEVNULL, cwd=own, env=environment)
    return behind_nginx(server, folder, port, pem, key)


def bare(folder, pem, key, body, flags):
    """ONNX Runtime and Netty with nothing between them."""
    java = Path(os.environ["JAVA_HOME"]) / "bin" / "java"
    server = Server("bare", {"path": "/score", "body": body})
    process = subprocess.Popen(
        [java, *flags, "-Dgatehouse.logs=%s" % folder, "-cp", "%s/target/dist/lib/*" % ROOT,
         ROOT / "benches" / "Bare.java", pem, key,
         ROOT / "demo" / "ridge.onnx"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    server.processes.append(process)
    port = int(process.stdout.readline())
    server.target.update(address="127.0.0.1", port=port, host=HOST, ca=str(pem), key="")
    return server


def first_answer(target, seconds=180):
    """One request over verified TLS, again until the server is through with its start; returns (status, body)."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            status, body = score(target)
            if status < 500 or time.monotonic() > deadline:
                return status, body
        except OSError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.5)


def score(target):
    context = ssl.create_default_context(cafile=target["ca"])
    connection = http.client.HTTPSConnection(target["host"], target["port"], timeout=60)
    with socket.create_connection((target["address"], target["port"]), 60) as plain:
        connection.sock = context.wrap_socket(plain, server_hostname=target["host"])
        connection.request("POST", target["path"], target["body"], {
            "Content-Type": "application/json", "Authorization": "Bearer " + target["key"]})
        response = connection.getresponse()
        content = response.read().decode()
        connection.close()
    return response.status, content
