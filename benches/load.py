"""The load generator, and what a process has used of the processor."""

import contextlib
import json
import os
import subprocess
from pathlib import Path

from frame import ROOT

TICKS = os.sysconf("SC_CLK_TCK")


class Load:
    """Keep-alive connections that live as long as this; use as a context manager."""

    def __init__(self, target, folder, connections=32):
        """The target: address, port, host, ca, path, body (bytes), key."""
        body = Path(folder) / "body.json"
        body.write_bytes(target["body"])
        java = Path(os.environ["JAVA_HOME"]) / "bin" / "java"
        self.process = subprocess.Popen(
            [java, "-XX:+UseSerialGC", "-Xms512m", "-Xmn384m", "--enable-native-access=ALL-UNNAMED",
             "--sun-misc-unsafe-memory-access=allow", "-Dgatehouse.logs=%s" % folder,
             "-cp", ROOT / "target" / "dist" / "lib" / "*", ROOT / "benches" / "Load.java", target["address"],
             str(target["port"]), target["host"], target["ca"], target["path"], body, target["key"], str(connections)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(30)

    def begin(self, rate, seconds):
        """Requests a second over all connections; 0 goes as fast as answers come."""
        self.process.stdin.write("%s %s\n" % (rate, seconds))
        self.process.stdin.flush()

    def result(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the load generator ended with %s" % self.process.wait(10))
        return json.loads(line)

    def run(self, rate, seconds):
        self.begin(rate, seconds)
        return self.result()


def cpu_seconds(pid):
    """Of the process, its threads and its ended children."""
    fields = Path("/proc/%d/stat" % pid).read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12]) + int(fields[13]) + int(fields[14])) / TICKS


def tree_cpu_seconds(pids):
    """Of the processes and of all that descend from them."""
    children = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    total, left = 0.0, list(pids)
    while left:
        pid = left.pop()
        total += cpu_seconds(pid)
        left += children.get(pid, [])
    return total


def thread_seconds(pid, *names):
    """What the threads whose names begin so, or all that there are, have run and have waited for a processor."""
    ran = waited = 0
    for task in Path("/proc/%d/task" % pid).glob("*"):
        with contextlib.suppress(OSError):
            if not names or (task / "comm").read_text().startswith(names):
                times = (task / "schedstat").read_text().split()
                ran, waited = ran + int(times[0]), waited + int(times[1])
    return ran / 1e9, waited / 1e9


def compiler_seconds(pids):
    """What a JVM's just-in-time compilers have used of the processor."""
    return sum(thread_seconds(pid, "C1", "C2")[0] for pid in pids)
