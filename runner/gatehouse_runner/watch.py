"""What bounds run(): an alarm inside it, and the end of a process whose run() never returns, so that a new one can take its place."""
import faulthandler
import os
import signal
import sys
import threading
import time

PERIOD = 1.0
GRACE = 2.0


class Watch:
    """Knows which calls of run() are under way; the process ends when one outlives its timeout by two seconds or a little more."""

    def __init__(self, timeout):
        self._timeout = timeout
        self._began = {}
        threading.Thread(target=self._look, name="watch", daemon=True).start()

    def enter(self):
        self._began[threading.get_ident()] = time.monotonic()

    def leave(self):
        self._began.pop(threading.get_ident(), None)

    def _look(self):
        while True:
            # Native code that keeps the interpreter's lock keeps this thread from looking: then the alarm rings, which needs no lock.
            faulthandler.dump_traceback_later(self._timeout + GRACE + PERIOD, exit=True, file=sys.__stderr__)
            time.sleep(PERIOD)
            latest = time.monotonic() - self._timeout - GRACE
            if any(began < latest for began in list(self._began.values())):
                faulthandler.dump_traceback(file=sys.__stderr__)
                os.write(2, b"ScoringTimeout: run() did not end after its timeout of %d ms; its process is ended\n" % (self._timeout * 1000))
                os._exit(1)


class ScoringTimeout(BaseException):
    """Raised by the alarm inside run(); not an Exception, so that the script's own `except Exception` does not eat it."""


class Alarm:
    """Raises ScoringTimeout in a call on the main thread that takes too long. The timer is set when it is not running, not for each call."""

    def __init__(self, timeout):
        self._timeout = timeout
        self._deadline = None
        self._running = False
        signal.signal(signal.SIGALRM, self._ring)

    def enter(self):
        self._deadline = time.monotonic() + self._timeout
        if not self._running:
            self._running = True
            signal.setitimer(signal.ITIMER_REAL, self._timeout)

    def leave(self):
        self._deadline = None

    def _ring(self, number, frame):
        self._running = False
        if self._deadline is None:
            return
        left = self._deadline - time.monotonic()
        if left > 0:
            self._running = True
            signal.setitimer(signal.ITIMER_REAL, left)
        else:
            self._deadline = None
            raise ScoringTimeout()
