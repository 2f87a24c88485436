"""Starts Gatehouse as its users do, on free ports and a data folder of its own, and stops it again."""

import contextlib
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

import scanner

ROOT = Path(__file__).resolve().parent.parent
GATEHOUSE = str(ROOT / "gatehouse")


class Gatehouse:
    """A running server; use as a context manager."""

    def __init__(self, data=None, settings="", http_port=0):
        self.kept = data is not None
        self.data = Path(data or tempfile.mkdtemp(prefix="gatehouse-"))
        self.data.mkdir(exist_ok=True)
        self.http_port = http_port
        if settings:
            (self.data / "gatehouse.yaml").write_text(settings)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, fault, *_):
        self.stop()
        try:
            if fault is None:
                self.refuse_leaks()
        finally:
            if not self.kept:
                shutil.rmtree(self.data, ignore_errors=True)

    def refuse_leaks(self):
        """Fails when a secret that this process knows, or any private key, lies in the data folder in clear."""
        admin = self.data / "admin.json"
        if admin.exists():
            scanner.SECRETS.learn("the admin's secret", json.loads(admin.read_text())["clientSecret"])
        found = scanner.in_folder(scanner.SECRETS, self.data)
        assert not found, "\n".join(found)

    def start(self):
        self.command("up", "--detach", "--https-port", "0", "--http-port", str(self.http_port), "--dns-port", "0")
        return self

    def stop(self):
        subprocess.run([GATEHOUSE, "down", "--data", str(self.data)], capture_output=True, timeout=60)

    def kill(self):
        """As a power cut would end it: no handler of the server's runs."""
        pid = self.status()["pid"]
        os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while Path("/proc/%d" % pid).exists() and not zombie(pid):
            assert time.monotonic() < deadline, "the killed server is still there"
            time.sleep(0.02)

    def command(self, *arguments, check=True, timeout=120):
        """Runs ./gatehouse with the arguments on this data folder."""
        done = subprocess.run(
            [GATEHOUSE, *arguments, "--data", str(self.data)], capture_output=True, text=True, timeout=timeout)
        if check and done.returncode:
            raise AssertionError("gatehouse %s: exit %d\n%s%s\n%s" % (
                " ".join(arguments), done.returncode, done.stdout, done.stderr, self.log()[-3000:]))
        return done

    def status(self):
        return json.loads(self.command("status", "--json").stdout)

    def environment(self, *options):
        """What eval "$(./gatehouse env)" sets."""
        text = self.command("env", *options).stdout
        shell = subprocess.run(
            ["sh", "-c", 'eval "$1"; env -0', "sh", text], capture_output=True, text=True, check=True,
            env={"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]})
        return dict(pair.split("=", 1) for pair in shell.stdout.split("\0") if "=" in pair)

    def log(self):
        log = self.data / "logs" / "gatehouse.log"
        return log.read_text(errors="replace") if log.exists() else ""


def free_port():
    """A port that nobody has now: for what must be the same after a restart, or known before the start."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def zombie(pid):
    try:
        return re.search(r"^State:\s+Z", Path("/proc/%d/status" % pid).read_text(), re.M) is not None
    except FileNotFoundError:
        return True


def run_tests(tests):
    """Runs the functions (those named on the command line, or all), a PASS, FAIL or SKIP line for each; the exit code."""
    only = sys.argv[1:]
    failed = 0
    for test in tests:
        if only and test.__name__ not in only:
            continue
        started, output = time.monotonic(), io.StringIO()
        try:
            with contextlib.redirect_stdout(output):
                skipped = test()
            result = "SKIP %s (%s)" % (test.__name__, skipped) if skipped else "PASS " + test.__name__
        except Exception:
            print(output.getvalue()[-4000:])
            traceback.print_exc()
            failed += 1
            result = "FAIL " + test.__name__
        print("%s (%.1f s)" % (result, time.monotonic() - started), flush=True)
    return 1 if failed else 0
