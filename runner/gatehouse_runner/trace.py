"""The place of a request in a trace (W3C trace context), without a library: a script sees it, and what run() took goes home with the answer."""
import contextvars
import os
import re
import sys
import time

REPORT = "x-gatehouse-run"
_PARENT = re.compile("00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")

#: While run() answers a request that is in a trace: the traceparent to pass on; otherwise "".
current = contextvars.ContextVar("traceparent", default="")


def of(request):
    """The request's place in a trace, or None. When it is sampled, run() is a span of its own and the headers name that one."""
    sent = request.index["traceparent"]
    match = _PARENT.fullmatch(sent)
    if match is None:
        return None
    trace, parent, flags = match.groups()
    sampled = int(flags, 16) & 1 == 1
    span = os.urandom(8).hex() if sampled else parent
    if sampled:
        own = request.index["traceparent"] = "00-%s-%s-%s" % (trace, span, flags)
        request.fields = [(name, own if key == "traceparent" else value, key) for name, value, key in request.fields]
    return Place(trace, span, flags, sampled)


class Place:
    """`around(run)` is run() with this place as the current one; `report()` is what the server is told of the call afterwards."""

    __slots__ = ("trace", "span", "flags", "sampled", "began", "took")

    def __init__(self, trace, span, flags, sampled):
        self.trace, self.span, self.flags, self.sampled = trace, span, flags, sampled
        self.began = self.took = None

    def around(self, run):
        def traced(arguments):
            token = current.set("00-%s-%s-%s" % (self.trace, self.span, self.flags))
            attached = _attach(self)
            self.began, start = time.time_ns(), time.perf_counter_ns()
            try:
                return run(arguments)
            finally:
                self.took = time.perf_counter_ns() - start
                _detach(attached)
                current.reset(token)
        return traced

    def report(self):
        """Headers of the answer: the span's id, when it began (microseconds of Unix time), how long it took (microseconds)."""
        if not self.sampled or self.took is None:
            return []
        return [(REPORT, "%s %d %d" % (self.span, self.began // 1000, self.took // 1000))]


def _attach(place):
    """Where the script uses OpenTelemetry, its own spans become children of run()."""
    api = sys.modules.get("opentelemetry.trace")
    if api is None:
        return None
    try:
        from opentelemetry import context
        span = api.SpanContext(int(place.trace, 16), int(place.span, 16), True, api.TraceFlags(int(place.flags, 16)))
        return context.attach(api.set_span_in_context(api.NonRecordingSpan(span)))
    except Exception:                       # another API than the one we know: tracing must not fail a request
        return None


def _detach(attached):
    if attached is not None:
        from opentelemetry import context
        context.detach(attached)
