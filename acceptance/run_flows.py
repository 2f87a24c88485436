"""The flows of the real client against a running server, shared out over two clients that work at the same time."""

import os
import re
import subprocess
import sys
import threading
from pathlib import Path

from harness import ROOT, Gatehouse

FLOWS = ROOT / "acceptance" / "flows" / "azureml_flows.py"
LATER = ROOT / "acceptance" / "later.txt"


def names():
    """All flows in the order of the script."""
    return re.findall(r"^@flow\ndef (\w+)", FLOWS.read_text(), re.M)


def later():
    """Flows that belong to a later issue: 'name  reason' a line."""
    lines = [line for line in LATER.read_text().splitlines() if line.strip() and not line.startswith("#")]
    return dict(line.split(None, 1) for line in lines)


def shares(flows):
    """Two shares of about the same length that need few of the same things; clean_up belongs to both."""
    def first(name):
        return name.startswith(("workspace", "explicit", "compute", "tls"))
    rest = [f for f in flows if f != "clean_up"]
    return [[f for f in rest if first(f)] + ["clean_up"], [f for f in rest if not first(f)] + ["clean_up"]]


def client(number, flows, environment, results):
    environment = dict(environment, AML_FLOWS=",".join(flows), AML_RUN=format(os.getpid() % 10000, "04d") + str(number),
                       AML_KEEP_GOING="1", GATEHOUSE_RESOLVE="contoso.test=127.0.0.1")
    process = subprocess.Popen([sys.executable, "-u", str(FLOWS)], env=environment, text=True, errors="replace",
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    for line in process.stdout:
        sys.stdout.write(line)
        sys.stdout.flush()
    results[number] = process.wait()


def main():
    chosen = sys.argv[1:] or [f for f in names() if f not in later()]
    for name, reason in later().items():
        print("SKIP %s (%s)" % (name, reason))
    results = {}
    with Gatehouse() as gatehouse:
        environment = gatehouse.environment()
        parts = [p for p in shares(chosen) if p != ["clean_up"]]
        threads = [threading.Thread(target=client, args=(n, flows, environment, results)) for n, flows in enumerate(parts)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return 1 if any(results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
