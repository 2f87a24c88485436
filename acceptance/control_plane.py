"""A small client of the management API, for tests and benches that need no SDK."""

import http.client
import json
import os
import ssl
import time
import urllib.parse
from pathlib import Path

import scanner


class Refused(Exception):
    """An answer that is not 2xx."""

    def __init__(self, call, status, body):
        super().__init__("%s: %d %s" % (call, status, body[:1000]))
        self.status, self.body = status, body


class ControlPlane:
    """Calls the management API of a running server with its admin principal."""

    def __init__(self, gatehouse):
        self.status = gatehouse.status()
        self.admin = json.loads((gatehouse.data / "admin.json").read_text())
        self.trust = ssl.create_default_context(cafile=self.status["ca"])
        self.workspace = ("/subscriptions/%(subscription)s/resourceGroups/%(resourceGroup)s/providers/"
                          "Microsoft.MachineLearningServices/workspaces/%(workspace)s" % self.status)
        self.models = "/modelmanagement/v1.0" + self.workspace
        form = {"grant_type": "client_credentials", "client_id": self.admin["clientId"],
                "client_secret": self.admin["clientSecret"]}
        self.token = None
        answer = self.send("POST", "/adfs/oauth2/token", urllib.parse.urlencode(form).encode())
        self.token = answer["access_token"]

    def send(self, method, path, body=None, headers=None, with_headers=False):
        """One call; a dict is sent as JSON. Raises on anything but 2xx."""
        host, _, port = self.status["https"].rpartition(":")
        connection = http.client.HTTPSConnection(host, int(port), context=self.trust, timeout=60)
        sent = dict(headers or {})
        if isinstance(body, (dict, list)):
            body, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
        if self.token:
            sent["Authorization"] = "Bearer " + self.token
        connection.request(method, path, body, sent)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        if response.status >= 300:
            raise Refused(method + " " + path, response.status, content.decode(errors="replace"))
        answer = json.loads(content) if content[:1] in (b"{", b"[") else content
        if scanner.Traffic.MADE_FOR_IT.search(urllib.parse.urlsplit(path).path):
            scanner.SECRETS.learn_told(answer)
        return (answer, dict(response.getheaders())) if with_headers else answer

    def upload(self, file, container):
        """Stores a file as the SDK does; returns its artifact prefix."""
        path = os.path.basename(file)
        created = self.send("POST", "/artifact/v2.0%s/artifacts/batch/metadata/LocalUpload/%s" % (self.workspace, container),
                            {"paths": [{"path": path}]})
        link = urllib.parse.urlsplit(created["artifactContentInformation"][path]["contentUri"])
        self.send("PUT", link.path + "?" + link.query, Path(file).read_bytes(), {"x-ms-blob-type": "BlockBlob"})
        return "LocalUpload/%s/%s" % (container, path)

    def register(self, name, file, framework, version="1"):
        """Registers a model; returns its id."""
        asset = self.send("POST", self.models + "/assets",
                          {"name": name, "artifacts": [{"prefix": self.upload(file, "b" + format(time.time_ns(), "x"))}]})
        model = self.send("POST", self.models + "/models",
                          {"name": name, "url": "aml://asset/" + asset["id"], "mimeType": "application/json",
                           "framework": framework, "frameworkVersion": version, "unpack": False, "datasets": []})
        return model["id"]

    def create_compute(self, name, label=None):
        properties = {"sslConfiguration": {"status": "Auto", "leafDomainLabel": label}} if label else {}
        _, headers = self.send("PUT", "%s/computes/%s" % (self.workspace, name),
                               {"location": self.status["region"],
                                "properties": {"computeType": "AKS", "properties": properties}}, with_headers=True)
        link = urllib.parse.urlsplit(headers["Azure-AsyncOperation"])
        self.wait(link.path + "?" + link.query, "status")

    def deploy(self, name, model, compute):
        """Deploys a no-code model; returns (the service, seconds from the POST until it was healthy)."""
        started = time.monotonic()
        self.send("POST", self.models + "/services", {
            "name": name, "description": None, "kvTags": None, "properties": {}, "keys": {}, "computeType": "AKS",
            "computeName": compute, "environmentImageRequest": {"modelIds": [model]}, "numReplicas": 1,
            "containerResourceRequirements": {"cpu": None, "memoryInGB": None}, "livenessProbeRequirements": {}})
        while True:
            service = self.send("GET", "%s/services/%s" % (self.models, name))
            if service["state"] == "Healthy":
                return service, time.monotonic() - started
            if service["state"] == "Failed" or time.monotonic() - started > 60:
                raise RuntimeError("%s is %s: %s" % (name, service["state"], service.get("error")))
            time.sleep(0.02)

    def wait(self, path, member):
        deadline = time.monotonic() + 60
        while True:
            answer = self.send("GET", path)
            if answer[member] == "Succeeded":
                return
            if answer[member] in ("Failed", "Canceled", "Cancelled") or time.monotonic() > deadline:
                raise RuntimeError(str(answer))
            time.sleep(0.05)
