"""A process that has imported what services of its environment import, and waits to become one of their replicas.

Whatever could have made a difference before those imports (variables, the script's own settings, a module of its own of the same
name) starts the interpreter anew instead, in the same process.
"""
import importlib
import json
import os
import re
import sys
import time

LIBRARIES = {"numpy", "scipy", "pandas", "sklearn", "joblib", "threadpoolctl", "dateutil", "pytz", "inference_schema", "wrapt", "onnx"}
LIMIT = 5000
_SETTINGS = re.compile(
    "PYTHON|LD_|LC_|LANG|TZ$|OMP_|GOMP_|OPENBLAS|MKL_|BLIS_|KMP_|GOTO_|VECLIB|NUMEXPR|NPY_|NUMPY|SCIPY|SKLEARN|PANDAS|JOBLIB|LOKY|ONNX|MALLOC_|GLIBC_")
_IN_CODE = re.compile(rb"OMP_|OPENBLAS|MKL_|BLIS_|KMP_|GOTO_|VECLIB|NUMEXPR|NPY_|NUMPY_|SCIPY_|SKLEARN_|PANDAS_|JOBLIB_|LOKY_|MALLOC_")


def record(file):
    """Adds to the file the modules of well-behaved libraries that this process has imported."""
    names = [n for n, module in list(sys.modules.items()) if module is not None and n.partition(".")[0] in LIBRARIES]
    known = _recorded(file)
    new = [n for n in names if n not in set(known)]
    if not new or len(known) + len(new) > LIMIT:
        return
    temporary = "%s.%d" % (file, os.getpid())
    try:
        with open(temporary, "w", encoding="utf-8") as f:
            f.write("\n".join(known + new) + "\n")
        os.replace(temporary, file)
    except OSError as e:                    # an environment of somebody else's: then nothing is kept ready
        print("%s is not written: %s" % (file, e), file=sys.stderr)


def _recorded(file):
    try:
        with open(file, encoding="utf-8") as f:
            return f.read().split()
    except FileNotFoundError:
        return []


def wait(file, launcher):
    """Returns the arguments of the replica that it is to be; does not return when the server is gone or it does not fit."""
    before = dict(os.environ)
    imported = set()
    for name in _recorded(file):
        began = time.monotonic()
        try:
            importlib.import_module(name)
            imported.add(name.partition(".")[0])
        except BaseException:               # it was there when the list was written
            continue
        time.sleep(min(1.0, time.monotonic() - began))      # half a processor is enough for something that nobody waits for
    line = b""
    while not line.endswith(b"\n"):
        more = os.read(0, 65536)
        if not more:
            os._exit(0)
        line += more
    order = json.loads(line)
    os.chdir(order["folder"])
    if not _fits(before, order["environment"], imported):
        os.execve(sys.executable, [sys.executable, "-u", launcher] + order["arguments"], order["environment"])
    os.environ.clear()
    os.environ.update(order["environment"])
    return order["arguments"]


def _fits(before, environment, imported):
    names = {name for name in before.keys() | environment.keys() if _SETTINGS.match(name)}
    if any(before.get(name) != environment.get(name) for name in names):
        return False
    for parent, folders, files in os.walk(environment.get("AML_APP_ROOT", ".")):
        folders[:] = [f for f in folders if f != "azureml-models"]
        if imported.intersection(folders) or imported.intersection(f.partition(".")[0] for f in files):
            return False
        for name in files:
            if name.endswith(".py"):
                with open(os.path.join(parent, name), "rb") as f:
                    if _IN_CODE.search(f.read()):
                        return False
    return True
