"""What 100,000 names with a certificate each cost one gateway: memory, a swap, a handshake; compared with 1,000."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from frame import ROOT, Figures

FEW, MANY = 1_000, 100_000


def main():
    figures = Figures("names")
    java = Path(os.environ["JAVA_HOME"]) / "bin" / "java"
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [java, "-Xmx2g", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED",
             "--sun-misc-unsafe-memory-access=allow", "-Dgatehouse.logs=" + folder,
             "-cp", ROOT / "target" / "dist" / "lib" / "*", ROOT / "benches" / "Names.java", str(FEW), str(MANY)],
            check=True, stdout=subprocess.PIPE, text=True)
    few, many = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    for row in (few, many):
        label = "%d names: " % row["names"]
        figures.add(label + "heap per name", row["bytes"] / 1024, "KiB", 16)
        figures.add(label + "change of the table, median", row["swap"], "us")
        figures.add(label + "change of the table, p99", row["swap99"], "us")
        figures.add(label + "swap until a client sees it, median", row["seen"], "ms")
        figures.add(label + "swap until a client sees it, p99", row["seen99"], "ms", 100)
        figures.add(label + "next handshake, median", row["handshake"], "ms")
        figures.add(label + "next handshake, p99", row["handshake99"], "ms")
    figures.add("change of the table, many / few", many["swap"] / few["swap"], "")
    figures.add("swap until seen, many / few", many["seen"] / few["seen"], "", 1.25)
    figures.add("handshake, many / few", many["handshake"] / few["handshake"], "", 1.25)
    return figures.finish()


if __name__ == "__main__":
    sys.exit(main())
