import time
import unittest

from tests.replica import Replica

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = "00-%s-%s-" % (TRACE, SPAN)
SEES = """
    import time
    from gatehouse_runner import trace

    def init(): pass

    def run(raw, request_headers):
        time.sleep(0.02)
        if "raise" in raw:
            raise ValueError("no")
        return {"header": request_headers.get("Traceparent"), "current": trace.current.get()}
"""
RAW = """
    from azureml.contrib.services.aml_request import rawhttp
    from azureml.contrib.services.aml_response import AMLResponse

    def init(): pass

    @rawhttp
    def run(request):
        return AMLResponse(request.headers.get("traceparent"), 201)
"""
OPENTELEMETRY = """
    from opentelemetry import trace

    def init(): pass

    def run(raw):
        span = trace.get_current_span().get_span_context()
        return {"trace": format(span.trace_id, "032x"), "span": format(span.span_id, "016x"), "remote": span.is_remote}
"""


class Trace(unittest.TestCase):

    def ask(self, replica, parent, body="{}"):
        return replica.ask("POST", "/score", body, {"traceparent": parent} if parent else {})

    def test_sampled_run_is_a_span_that_the_script_sees(self):
        with Replica(SEES) as replica:
            before = time.time() * 1e6
            answer = self.ask(replica, PARENT + "01")
            span, began, took = answer.header("x-gatehouse-run").split()
            self.assertRegex(span, "^[0-9a-f]{16}$")
            self.assertNotEqual(SPAN, span)
            self.assertTrue(before <= int(began) <= time.time() * 1e6)
            self.assertTrue(20000 <= int(took) < 5e6)
            own = "00-%s-%s-01" % (TRACE, span)
            self.assertEqual({"header": own, "current": own}, answer.json())

    def test_what_is_not_sampled_is_passed_on_and_not_reported(self):
        with Replica(SEES) as replica:
            answer = self.ask(replica, PARENT + "00")
            self.assertIsNone(answer.header("x-gatehouse-run"))
            self.assertEqual({"header": PARENT + "00", "current": PARENT + "00"}, answer.json())
            self.assertEqual({"header": None, "current": ""}, self.ask(replica, None).json())

    def test_what_is_no_trace_context_is_left_alone(self):
        with Replica(SEES) as replica:
            answer = self.ask(replica, "00-zz")
            self.assertIsNone(answer.header("x-gatehouse-run"))
            self.assertEqual("", answer.json()["current"])

    def test_failed_run_is_reported_too_and_threads_do_not_mix(self):
        with Replica(SEES, "--threads", "3") as replica:
            answer = self.ask(replica, PARENT + "01", '{"raise": 1}')
            self.assertEqual(500, answer.status)
            self.assertIsNotNone(answer.header("x-gatehouse-run"))
            self.assertEqual("", self.ask(replica, None).json()["current"])

    def test_rawhttp_sees_it_among_the_headers(self):
        with Replica(RAW) as replica:
            answer = self.ask(replica, PARENT + "01")
            span = answer.header("x-gatehouse-run").split()[0]
            self.assertEqual((201, "00-%s-%s-01" % (TRACE, span)), (answer.status, answer.body.decode()))

    def test_spans_of_the_scripts_own_opentelemetry_are_children_of_run(self):
        try:
            import opentelemetry.trace  # noqa: F401
        except ImportError:
            self.skipTest("opentelemetry-api is not installed")
        with Replica(OPENTELEMETRY) as replica:
            answer = self.ask(replica, PARENT + "01")
            span = answer.header("x-gatehouse-run").split()[0]
            self.assertEqual({"trace": TRACE, "span": span, "remote": True}, answer.json())
            self.assertEqual("0" * 32, self.ask(replica, None).json()["trace"])


if __name__ == "__main__":
    unittest.main()
