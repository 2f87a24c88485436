"""How long the server takes to be ready, how much memory it has when idle, how long a no-code model takes to deploy."""

import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

from frame import ROOT, ControlPlane, Figures
from harness import GATEHOUSE, Gatehouse

RUNS = 5


def resident(pid):
    """Resident megabytes of the process."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path("/proc/%d/status" % pid).read_text()).group(1)) / 1024


def ready_seconds(data):
    """From the start of the program to the moment at which it says that it is ready."""
    command = [GATEHOUSE, "up", "--data", str(data), "--https-port", "0", "--http-port", "0", "--dns-port", "0"]
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not (data / "status.json").exists():
            if process.poll() is not None or time.monotonic() - started > 60:
                raise RuntimeError("the server did not become ready")
            time.sleep(0.005)
        return time.monotonic() - started
    finally:
        process.terminate()
        process.wait(30)


def main():
    figures = Figures("startup")
    with Gatehouse() as gatehouse:
        gatehouse.stop()
        times = [ready_seconds(gatehouse.data) for _ in range(RUNS)]
        figures.add("ready, median of %d starts" % RUNS, statistics.median(times), "s", 3)
        figures.add("ready, worst", max(times), "s")
        gatehouse.start()
        time.sleep(5)
        figures.add("resident when idle", resident(gatehouse.status()["pid"]), "MB", 300)
        plane = ControlPlane(gatehouse)
        plane.create_compute("bench", "bench")
        deploys = []
        for n in range(RUNS):
            model = plane.register("ridge%d" % n, ROOT / "demo" / "ridge.onnx", "Onnx")
            deploys.append(plane.deploy("ridge%d" % n, model, "bench")[1])
        figures.add("no-code deploy, first", deploys[0], "s", 3)
        figures.add("no-code deploy, median of %d" % RUNS, statistics.median(deploys), "s", 3)
        figures.add("resident with %d models" % RUNS, resident(gatehouse.status()["pid"]), "MB")
    return figures.finish()


if __name__ == "__main__":
    sys.exit(main())
