"""Arguments, start and end of the process. Exit code 3: the entry script could not be imported or its init() failed."""
import argparse
import gc
import os
import socket
import sys
import traceback

from . import script, shims, spare, swagger
from .host import Host
from .scoring import Application

EXIT_SCRIPT_FAILED = 3
LISTED_FILES = 50
INITIALIZED = "gatehouse-runner: initialized"


def main(arguments=None):
    options = _options(arguments)
    _prepare(options)
    if options.spare:
        sys.argv[1:] = spare.wait(options.imports, sys.argv[0])
        options = _options(sys.argv[1:])
    return _serve(options)


def _prepare(options):
    for stream in (sys.stdout, sys.stderr):
        # -u would write every piece of a print() by itself: whole lines keep the log readable.
        stream.reconfigure(line_buffering=True, write_through=False, errors="backslashreplace")
    if options.parent_pipe and os.getpid() != os.getsid(0):
        try:
            os.setsid()                     # the server ends everything of this session, whatever the script starts
        except PermissionError:             # already the leader of a process group
            pass


def _serve(options):
    environ = os.environ
    app_root = environ.get("AML_APP_ROOT") or os.getcwd()
    source_directory = environ.get("AZUREML_SOURCE_DIRECTORY", "")
    shims.install()
    entry = os.path.join(os.path.dirname(__file__), options.no_code + "_entry.py") if options.no_code else environ.get("AZUREML_ENTRY_SCRIPT", "")
    own = os.getpid()
    try:
        loaded = script.load(app_root, entry, source_directory)
        loaded.init()
    except BaseException as e:
        _report(e, environ.get("AZUREML_MODEL_DIR", ""))
        return EXIT_SCRIPT_FAILED
    if os.getpid() != own:                  # forked by the script: only its parent serves
        os._exit(0)
    if options.parent_pipe:
        print(INITIALIZED)                  # in the pipe behind everything that init() printed: the init log ends here
        sys.stderr.flush()
    gc.freeze()                             # what the libraries have loaded stays: no collection need look at it again
    documents = swagger.documents(app_root, source_directory, loaded.run, environ)
    application = Application(loaded, documents, environ, alarm=options.threads == 1)
    listener = _listen(options.socket)
    if options.imports:
        spare.record(options.imports)
    Host(listener, application, options.threads, options.max_body, options.drain_seconds, 0 if options.parent_pipe else None).serve()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)                             # threads that the script left running do not hold up the end


def _options(arguments):
    parser = argparse.ArgumentParser(prog="gatehouse-runner")
    parser.add_argument("--socket", help="path of the Unix socket to listen on (at most 107 bytes)")
    parser.add_argument("--threads", type=int, default=1, help="calls of run() at the same time; 1 keeps them on the main thread")
    parser.add_argument("--max-body", type=int, default=100 * 1024 * 1024, help="bytes of the largest request body")
    parser.add_argument("--drain-seconds", type=float, default=30.0, help="how long requests are answered after SIGTERM")
    parser.add_argument("--parent-pipe", action="store_true", help="own session; end when standard input is closed")
    parser.add_argument("--no-code", choices=["sklearn", "mlflow"], help="serve the model in AZUREML_MODEL_DIR, no entry script")
    parser.add_argument("--imports", metavar="FILE", help="where the libraries are recorded that replicas of this environment import")
    parser.add_argument("--spare", action="store_true", help="import what FILE names, then wait on standard input for what to be")
    options = parser.parse_args(arguments)
    if options.spare:
        if not (options.imports and options.parent_pipe):
            parser.error("--spare needs --imports and --parent-pipe")
        return options
    if not options.socket:
        parser.error("the following arguments are required: --socket")
    if len(os.fsencode(options.socket)) > 107:
        parser.error("--socket: the path has %d bytes (expected: at most 107)" % len(os.fsencode(options.socket)))
    if options.threads < 1:
        parser.error("--threads: %d (expected: at least 1)" % options.threads)
    return options


def _listen(path):
    """Only the own user may connect; what a crashed run left at the path is replaced."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    if os.path.exists(path):
        os.unlink(path)
    old = os.umask(0o177)
    try:
        listener.bind(path)
    finally:
        os.umask(old)
    listener.listen(128)
    return listener


def _report(fault, model_dir):
    if os.path.isdir(model_dir):
        print("AZUREML_MODEL_DIR %s holds:" % model_dir, file=sys.stderr)
        listed = (os.path.join(parent, name) for parent, _, names in os.walk(model_dir) for name in sorted(names))
        for number, path in enumerate(listed):
            if number == LISTED_FILES:
                print("  ...", file=sys.stderr)
                break
            print("  " + os.path.relpath(path, model_dir), file=sys.stderr)
    if isinstance(fault, script.ScriptError):
        print("ScriptError: %s" % fault, file=sys.stderr)
    else:
        traceback.print_exception(type(fault), fault, fault.__traceback__)
    sys.stderr.flush()
