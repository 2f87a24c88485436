"""Runs the test suites one after the other, shows what each prints, and adds up what passed, failed and was skipped."""

import hashlib
import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gatehouse"
FAST = ["unit", "runner"]
ALL = FAST + ["article", "flows", "system", "commands", "dns", "serving", "endpoints", "oracle", "nocode", "packages", "aci-tls", "authority", "acme", "seen", "tls", "certificates", "secrets"]


class Tally:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, passed, failed, skipped):
        self.passed += passed
        self.failed += failed
        self.skipped += skipped
        return self

    def __str__(self):
        return "%d passed, %d failed, %d skipped" % (self.passed, self.failed, self.skipped)


def run(command, **options):
    """Shows the output as it comes and returns (exit code, output)."""
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", **options)
    lines = []
    for line in process.stdout:
        sys.stdout.write(line)
        sys.stdout.flush()
        lines.append(line)
    return process.wait(), "".join(lines)


def counted(code, *numbers):
    """A suite that ended badly without counting a failure has failed once."""
    tally = Tally().add(*numbers)
    if code and not tally.failed:
        tally.failed = 1
    return tally


def unit():
    """Format, Error Prone, nullness, architecture rules, unit tests and the coverage floor of every module."""
    for report in ROOT.glob("*/target/surefire-reports/TEST-*.xml"):
        report.unlink()
    code, _ = run(["./build", "-q", "verify", "--fail-at-end"])
    passed = failed = skipped = 0
    for report in ROOT.glob("*/target/surefire-reports/TEST-*.xml"):
        suite = ElementTree.parse(report).getroot()
        bad = int(suite.get("failures")) + int(suite.get("errors"))
        left = int(suite.get("skipped"))
        passed += int(suite.get("tests")) - bad - left
        failed += bad
        skipped += left
    return counted(code, passed, failed, skipped)


def runner():
    """The Python host of entry scripts, as real processes on real sockets."""
    python = str(python_with("runner", ROOT / "runner" / "tests" / "requirements.txt"))
    code, output = run([python, "-m", "unittest", "discover", "-s", "runner/tests", "-t", "runner"])
    ran = int(re.search(r"^Ran (\d+) test", output, re.M).group(1)) if "Ran " in output else 0
    bad = sum(int(n) for n in re.findall(r"(?:failures|errors)=(\d+)", output))
    left = sum(int(n) for n in re.findall(r"skipped=(\d+)", output))
    return counted(code, ran - bad - left, bad, left)


def acceptance(script, *arguments, python=None):
    code, output = run([str(python or client_python()), "acceptance/" + script, *arguments])
    lines = [line.split(" ", 1)[0] for line in output.splitlines()]
    return counted(code, lines.count("PASS"), lines.count("FAIL"), lines.count("SKIP"))


def article():
    """The article's own snippets, with the real client against a running server."""
    return acceptance("article.py")


def flows():
    """Everything the real client does, against a running server."""
    return acceptance("run_flows.py")


def serving():
    """Faults of entry scripts, changes under load, autoscale: against a running server."""
    return acceptance("serving.py")


def endpoints():
    """Endpoints with real processes: shares, mirrors, roll-outs that go on or return."""
    return acceptance("endpoints.py")


def nocode():
    """Models without code: equal to the library's own answers; Triton's client; MLflow."""
    python = python_with("nocode", ROOT / "acceptance" / "nocode-requirements.txt")
    return acceptance("nocode.py", python=python)


def oracle():
    """The same scripts and requests on the runner and on Azure's own inference server."""
    return acceptance("oracle.py")


def packages():
    """Private package indexes with credentials, and build contexts."""
    return acceptance("packages.py")


def system():
    """The command line, the demo, crashes, a full disk, bad input: against the program as users start it."""
    return acceptance("system.py")


def aci_tls():
    """TLS of single services: generated names, switched off and on, client certificates."""
    return acceptance("aci_tls.py")


def seen():
    """Traces through the gateway into run(), log lines, collected bodies: decoded by OpenTelemetry's own package."""
    return acceptance("seen.py", python=python_with("seen", ROOT / "acceptance" / "seen.requirements.txt"))


def certificates():
    """Requests, imports, every form and fault of certificates, names of labels, plain HTTP: with openssl as the authority."""
    return acceptance("certificates.py")


def commands():
    """The commands about certificates, compute targets and TLS."""
    return acceptance("commands.py")


def dns():
    """Names in the DNS: knot takes our updates; dig and nslookup see no difference between knot and the embedded server."""
    return acceptance("zone.py")


def tls():
    """What clients are shown, looked at with openssl, testssl.sh and zlint."""
    return acceptance("tls.py")


def acme():
    """Certificates from Pebble: every challenge, external accounts, renewal windows, outages, the issuer that stands in."""
    return acceptance("acme.py")


def authority():
    """The embedded authority under a root made by openssl, and its revocation lists."""
    return acceptance("authority.py")


def secrets():
    """A scanner that finds planted secrets finds none in answers, files and processes of a broad run."""
    return acceptance("secret_scan.py")


def client_python():
    """A Python 3.11 with the real client."""
    return python_with("client", ROOT / "acceptance" / "flows" / "requirements.txt")


def python_with(name, requirements):
    """A Python 3.11 with these packages, made once per list of them in the cache folder."""
    venv = CACHE / (name + "-" + hashlib.sha256(requirements.read_bytes()).hexdigest()[:16])
    python = venv / "bin" / "python"
    if not (venv / "complete").exists():
        print("installing what %s needs (once) ..." % requirements.relative_to(ROOT), flush=True)
        uv = os.environ["GATEHOUSE_PYTHON_UV"]
        environment = dict(os.environ, UV_SYSTEM_CERTS="1", UV_HTTP_TIMEOUT="180")
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", "3.11", str(venv)], check=True, env=environment)
        subprocess.run(
            [uv, "pip", "install", "--quiet", "--python", str(python), "-r", str(requirements)],
            check=True, env=environment)
        (venv / "complete").touch()
    return python


def suite(name):
    return globals()[name.replace("-", "_")]


def main(arguments):
    chosen = {"": ALL, "fast": FAST}.get(" ".join(arguments), arguments)
    unknown = [name for name in chosen if name not in ALL]
    if unknown:
        sys.exit("test: no suite '%s' (expected: fast, %s)" % (unknown[0], ", ".join(ALL)))
    total, rows = Tally(), []
    for name in chosen:
        print("== %s: %s" % (name, suite(name).__doc__), flush=True)
        started = time.monotonic()
        tally = suite(name)()
        rows.append("%-9s %4d s  %s" % (name, time.monotonic() - started, tally))
        total.add(tally.passed, tally.failed, tally.skipped)
    print("\n" + "\n".join(rows))
    print(total)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
