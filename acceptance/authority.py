"""The embedded authority as an intermediate under a root that openssl made, and its revocation lists."""

import http.client
import json
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from control_plane import ControlPlane
from harness import Gatehouse, run_tests


def openssl(folder, *arguments, check=True):
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL)
    assert not check or done.returncode == 0, (arguments, done.stdout, done.stderr)
    return done.stdout + done.stderr


def show(gatehouse):
    return json.loads(gatehouse.command("authority", "show", "--json").stdout)


def served(gatehouse, folder, name, host):
    """Keeps the chain that the gateway shows for the host; returns how many certificates it has."""
    text = openssl(folder, "s_client", "-connect", gatehouse.status()["https"], "-servername", host, "-showcerts", check=False)
    blocks = ["-----BEGIN CERTIFICATE-----" + part.split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n"
              for part in text.split("-----BEGIN CERTIFICATE-----")[1:]]
    Path(folder, name).write_text("".join(blocks))
    return len(blocks)


def fetch_list(gatehouse, folder, path, name):
    connection = http.client.HTTPConnection(gatehouse.status()["http"], timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    content = answer.read()
    assert answer.status == 200 and answer.getheader("Content-Type") == "application/pkix-crl", (answer.status, content)
    Path(folder, "list.der").write_bytes(content)
    openssl(folder, "crl", "-inform", "DER", "-in", "list.der", "-out", name)


def publishes_lists_that_openssl_checks():
    with Gatehouse() as gatehouse, tempfile.TemporaryDirectory() as folder:
        facts = show(gatehouse)
        assert served(gatehouse, folder, "chain.pem", "localhost") == 2
        names = []
        for path in facts["revocationLists"]:
            names += ["-CRLfile", "%d.pem" % len(names)]
            fetch_list(gatehouse, folder, path, names[-1])
        openssl(folder, "verify", "-crl_check_all", "-CAfile", gatehouse.status()["ca"], *names,
                "-untrusted", "chain.pem", "chain.pem")


def serves_nothing_else_without_tls():
    with Gatehouse() as gatehouse:
        for path in ("/crl/../gatehouse/authority", "/gatehouse/authority", "/crl/none.crl"):
            connection = http.client.HTTPConnection(gatehouse.status()["http"], timeout=10)
            connection.request("GET", path)
            assert connection.getresponse().status in (400, 404), path


class Clients:
    """New verified connections to a host, one after the other, and one connection that stays, until the end of the block."""

    def __init__(self, plane, host, *roots):
        self.host, self.address = host, plane.status["https"].rsplit(":", 1)
        self.trust = ssl.create_default_context(cadata="".join(roots))
        self.done, self.faults, self.kept = 0, [], self.connect()
        self.ended, self.thread = threading.Event(), threading.Thread(target=self.work)

    def connect(self):
        connection = http.client.HTTPConnection(self.host, int(self.address[1]))
        raw = socket.create_connection((self.address[0], int(self.address[1])), timeout=10)
        connection.sock = self.trust.wrap_socket(raw, server_hostname=self.host)
        return connection

    @staticmethod
    def ask(connection):
        connection.request("GET", "/metadata/endpoints?api-version=2019-05-01")
        answer = connection.getresponse()
        answer.read()
        assert answer.status in (200, 404), answer.status

    def work(self):
        while not self.ended.is_set():
            try:
                connection = self.connect()
                self.ask(connection)
                connection.close()
                self.ask(self.kept)
                self.done += 1
            except Exception as e:
                self.faults.append(repr(e))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join(30)
        self.kept.close()
        assert self.done > 5 and not self.faults, (self.host, self.done, self.faults[:3])


def signs_under_the_users_root():
    with Gatehouse() as gatehouse, tempfile.TemporaryDirectory() as folder:
        plane = ControlPlane(gatehouse)
        plane.create_compute("target", "contoso")
        host = [n["name"] for n in plane.send("GET", "/gatehouse/names")["names"] if n["name"].startswith("contoso")][0]
        old = Path(gatehouse.status()["ca"]).read_text()
        Path(folder, "own.csr").write_text(gatehouse.command("authority", "request").stdout)
        openssl(folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "root.key", "-out", "root.crt", "-subj",
                "/CN=My own root", "-days", "900", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        openssl(folder, "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "middle.key", "-out", "middle.csr",
                "-subj", "/CN=My issuer")
        Path(folder, "ca.cnf").write_text("basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\n"
                                          "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n")
        openssl(folder, "x509", "-req", "-in", "middle.csr", "-CA", "root.crt", "-CAkey", "root.key", "-days", "800",
                "-extfile", "ca.cnf", "-out", "middle.crt")
        openssl(folder, "x509", "-req", "-in", "own.csr", "-CA", "middle.crt", "-CAkey", "middle.key", "-days", "700",
                "-copy_extensions", "copyall", "-out", "own.crt")
        chain = Path(folder, "chain.pem")
        chain.write_text(Path(folder, "own.crt").read_text())
        refused = gatehouse.command("authority", "import", str(chain), check=False)
        assert refused.returncode == 1 and "My issuer" in refused.stderr, refused
        chain.write_text("".join(Path(folder, name).read_text() for name in ("own.crt", "middle.crt", "root.crt")))
        both = old, Path(folder, "root.crt").read_text()
        # Who trusts the old root and the new one sees no fault while everything is issued anew.
        with Clients(plane, "localhost", *both), Clients(plane, host, *both):
            gatehouse.command("authority", "import", str(chain))
            assert show(gatehouse)["imported"] is True
            deadline = time.monotonic() + 60
            while served(gatehouse, folder, "served.pem", host) != 3:
                assert time.monotonic() < deadline, "the target's certificate was not issued anew"
                time.sleep(0.2)
        check = ["verify", "-x509_strict", "-CAfile", "root.crt", "-untrusted", "served.pem", "served.pem"]
        assert served(gatehouse, folder, "served.pem", "localhost") == 3
        openssl(folder, *check)
        assert served(gatehouse, folder, "served.pem", host) == 3
        openssl(folder, *check)
        # Who trusts the new root alone can do everything.
        ControlPlane(gatehouse).create_compute("second", "fabrikam")
        assert "My own root" in openssl(folder, "x509", "-in", gatehouse.status()["ca"], "-noout", "-subject")
        gatehouse.stop()
        gatehouse.start()
        assert show(gatehouse)["imported"] is True


if __name__ == "__main__":
    sys.exit(run_tests([publishes_lists_that_openssl_checks, serves_nothing_else_without_tls, signs_under_the_users_root]))
