import os
import time
import unittest

from tests.replica import HAS_SCHEMA, Replica

ECHO = """
    import json

    def init():
        print("init of the echo script")

    def run(raw):
        return {"echo": json.loads(raw)}
"""

# answers whatever the body names
KINDS = """
    import json

    def init(): pass

    def run(raw):
        kind = json.loads(raw)
        if kind == "exit":
            raise SystemExit(1)
        return {"text": "fine", "none": None, "list": [1, "ä"], "number": 1.5, "nan": float("nan"), "bytes": b"x", "set": {1}}[kind]
"""


class Scoring(unittest.TestCase):

    def test_undecorated_run_gets_the_body_as_text(self):
        with Replica(ECHO) as replica:
            answer = replica.score({"data": [1, "ä"]})
            self.assertEqual((200, {"echo": {"data": [1, "ä"]}}), (answer.status, answer.json()))
            self.assertEqual("application/json", answer.header("Content-Type"))
            self.assertEqual("False", answer.header("x-ms-run-function-failed"))
            self.assertRegex(answer.header("x-ms-run-fn-exec-ms"), r"^\d+\.\d{3}$")
            self.assertIn("init of the echo script", replica.log())

    def test_get_gives_query_values_as_json(self):
        with Replica(ECHO) as replica:
            answer = replica.ask("GET", "/score?a=1&b=%5B1%2C2%5D&c=text&d=null&e=1&e=x")
            self.assertEqual({"a": 1, "b": [1, 2], "c": "text", "d": None, "e": [1, "x"]}, answer.json()["echo"])

    def test_health_methods_and_unknown_paths(self):
        with Replica(ECHO) as replica:
            health = replica.ask("GET", "/")
            self.assertEqual((200, b"Healthy"), (health.status, health.body))
            got = [replica.ask(*a).status for a in (("OPTIONS", "/score"), ("PUT", "/score"), ("DELETE", "/"), ("GET", "/nothing"))]
            self.assertEqual([200, 405, 405, 404], got)

    def test_results_are_json(self):
        with Replica(KINDS) as replica:
            bodies = [replica.score(kind).body for kind in ("text", "none", "list", "number", "nan")]
            self.assertEqual([b'"fine"', b"{}", b'[1, "\\u00e4"]', b"1.5", b"NaN"], bodies)

    def test_result_that_is_no_json_is_our_failure_and_not_the_scripts(self):
        with Replica(KINDS) as replica:
            answer = replica.score("bytes")
            self.assertEqual((500, "False"), (answer.status, answer.header("x-ms-run-function-failed")))
            self.assertIn("internal error", answer.json()["message"])
            self.assertIn("not JSON serializable", replica.log())

    def test_failing_run_is_500_and_the_replica_lives_on(self):
        with Replica(KINDS) as replica:
            for kind in ("unknown", "exit"):
                answer = replica.score(kind)
                self.assertEqual((500, "True"), (answer.status, answer.header("x-ms-run-function-failed")))
                self.assertEqual("An unexpected error occurred in scoring script. Check the logs for more info.", answer.json()["message"])
            self.assertIn("KeyError: 'unknown'", replica.log())
            self.assertEqual(200, replica.score("text").status)

    def test_scoring_timeout(self):
        script = "import time\ndef init(): pass\ndef run(raw):\n    time.sleep(20)\n"
        with Replica(script, SCORING_TIMEOUT_MS="50") as replica:
            answer = replica.score(1)
            self.assertEqual((500, {"message": "Scoring timeout after 50 ms"}), (answer.status, answer.json()))

    def test_body_that_is_not_utf8_is_400(self):
        with Replica(ECHO) as replica:
            self.assertEqual(400, replica.ask("POST", "/score", b"\xff").status)

    def test_request_headers_are_handed_over(self):
        script = "def init(): pass\ndef run(request_headers, data):\n    return [request_headers['X-Own-Name'], data]\n"
        with Replica(script) as replica:
            self.assertEqual(["here", '"d"'], replica.score("d", **{"x-own-name": "here"}).json())

    def test_request_ids(self):
        with Replica(ECHO, HTTP_X_MS_SERVER_VERSION="v/1") as replica:
            made = replica.score(1)
            self.assertEqual(36, len(made.header("x-request-id")))
            self.assertEqual(made.header("x-request-id"), made.header("x-ms-request-id"))
            self.assertEqual((None, "v/1"), (made.header("x-ms-client-request-id"), made.header("x-ms-server-version")))
            kept = replica.score(1, **{"x-request-id": "a", "x-ms-client-request-id": "b", "TraceId": "t"})
            names = ("x-request-id", "x-ms-request-id", "x-ms-client-request-id", "TraceId")
            self.assertEqual(["a", "b", "b", "t"], [kept.header(n) for n in names])
            legacy = replica.score(1, **{"x-ms-request-id": "c"})
            self.assertEqual(["c", "c"], [legacy.header(n) for n in names[1:3]])
            self.assertEqual(431, replica.score(1, **{"x-ms-client-request-id": "x" * 101}).status)
            self.assertEqual(431, replica.score(1, **{"x-request-id": "x" * 101}).status)

    def test_path_prefix(self):
        with Replica(ECHO, SERVICE_PATH_PREFIX="api/v1/service/s") as replica:
            self.assertEqual({"echo": 1}, replica.ask("POST", "/api/v1/service/s/score", "1").json())
            self.assertIn("/api/v1/service/s/score", replica.ask("GET", "/swagger.json").json()["paths"])

    def test_source_directory_and_model_path(self):
        script = """
            import helper
            from azureml.core.model import Model
            import azureml.core

            def init(): pass

            def run(raw):
                with open(Model.get_model_path("m")) as newest, open(azureml.core.Model.get_model_path("m", version=2)) as second:
                    return [helper.X, newest.read(), second.read()]
        """
        files = {"src/in.py": script, "src/helper.py": "X = 1\n", "azureml-models/m/2/f.txt": "two", "azureml-models/m/10/f.txt": "ten"}
        with Replica("", files=files, AZUREML_ENTRY_SCRIPT="src/in.py", AZUREML_SOURCE_DIRECTORY="src") as replica:
            self.assertEqual([1, "ten", "two"], replica.score(0).json())

    def test_driver_file_hands_over_to_the_script_behind_it(self):
        driver = """
            import importlib.util, os
            spec = importlib.util.spec_from_file_location("service_driver", os.path.join(os.path.dirname(os.path.realpath(__file__)), "score.py"))
            driver_module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(driver_module)

            def init():
                print("driver")
                driver_module.init()

            def run(http_body, request_headers):
                raise AssertionError("not called")
        """
        with Replica(ECHO, files={"driver.py": driver}, AZUREML_ENTRY_SCRIPT="driver.py") as replica:
            self.assertEqual({"echo": 5}, replica.score(5).json())
            self.assertIn("driver\ninit of the echo script\n", replica.log())


class RawHttp(unittest.TestCase):

    SCRIPT = """
        from azureml.contrib.services.aml_request import AMLRequest, rawhttp
        from azureml.contrib.services.aml_response import AMLResponse

        def init(): pass

        @rawhttp
        def run(request):
            assert isinstance(request, AMLRequest)
            if request.method == "OPTIONS":
                return AMLResponse("", 200, {"Access-Control-Allow-Methods": "OPTIONS, GET"})
            if request.path == "/score" and request.args.get("what") == "json":
                return AMLResponse({"n": request.get_json()["n"]}, 201, json_str=True)
            if request.files:
                file = request.files["image"]
                return [file.filename, file.read().decode(), request.form["note"]]
            if request.method == "GET":
                return AMLResponse("no", 503, {"Content-Type": "text/plain", "Retry-After": "9"})
            reply = AMLResponse(request.get_data(), 200)
            reply.headers["Access-Control-Allow-Origin"] = request.headers["origin"]
            return reply
    """

    def test_script_sees_the_request_and_chooses_the_response(self):
        with Replica(self.SCRIPT) as replica:
            options = replica.ask("OPTIONS", "/score")
            self.assertEqual((200, ["OPTIONS", "GET"]), (options.status, options.headers.get_all("Access-Control-Allow-Methods")))
            chosen = replica.ask("POST", "/score?what=json", '{"n": 3}', {"Content-Type": "application/json"})
            self.assertEqual((201, {"n": 3}), (chosen.status, chosen.json()))
            posted = replica.ask("POST", "/score", b"\x00\xff", {"Origin": "here"})
            self.assertEqual((b"\x00\xff", "here"), (posted.body, posted.header("Access-Control-Allow-Origin")))

    def test_5xx_of_the_script_is_marked_as_failed(self):
        with Replica(self.SCRIPT) as replica:
            answer = replica.ask("GET", "/score")
            self.assertEqual((503, b"no", "text/plain", "9", "True"), (answer.status, answer.body, answer.header("Content-Type"),
                             answer.header("Retry-After"), answer.header("x-ms-run-function-failed")))

    def test_files_of_a_form(self):
        body = ('--b\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n'
                '--b\r\nContent-Disposition: form-data; name="image"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nbytes\r\n--b--\r\n')
        with Replica(self.SCRIPT) as replica:
            answer = replica.ask("POST", "/score", body, {"Content-Type": "multipart/form-data; boundary=b"})
            self.assertEqual(["a.txt", "bytes", "hello"], answer.json())


class Streaming(unittest.TestCase):

    SCRIPT = """
        import os, time
        from azureml.contrib.services.aml_request import rawhttp
        from azureml.contrib.services.aml_response import AMLResponse

        def init(): pass

        @rawhttp
        def run(request):
            return AMLResponse(pieces(request.args["do"]), 200, {"Content-Type": "text/plain"})

        def pieces(what):
            try:
                yield "one,"
                yield b""
                if what == "wait":
                    while not os.path.exists("go"):
                        time.sleep(0.005)
                if what == "raise":
                    raise ValueError("in the middle")
                if what == "hang":
                    time.sleep(60)
                for n in range(1000 if what == "endless" else 1):
                    yield b"x" * 100000 if what == "endless" else b"two"
            finally:
                open("left", "w").close()
    """

    def test_pieces_are_sent_as_they_are_made(self):
        for threads in ("1", "2"):
            with Replica(self.SCRIPT, "--threads", threads) as replica:
                connection = replica.connect()
                connection.request("POST", "/score?do=wait", b"x")
                response = connection.getresponse()
                self.assertEqual("chunked", response.headers["Transfer-Encoding"])
                self.assertEqual(b"one,", response.read1(100))
                open(replica.root + "/go", "w").close()
                self.assertEqual(b"two", response.read())
                connection.request("POST", "/score?do=more", b"x")
                self.assertEqual(b"one,two", connection.getresponse().read())
                connection.close()

    def test_old_clients_read_to_the_end_of_the_connection(self):
        with Replica(self.SCRIPT) as replica:
            answer = replica.raw(b"POST /score?do=more HTTP/1.0\r\nContent-Length: 0\r\n\r\n")
            self.assertTrue(answer.endswith(b"\r\n\r\none,two"), answer)
            self.assertNotIn(b"chunked", answer)

    def test_answer_that_fails_in_the_middle_breaks_off(self):
        for do, said in (("raise", "ValueError: in the middle"), ("hang", "ScoringTimeout")):
            with Replica(self.SCRIPT, SCORING_TIMEOUT_MS="300") as replica:
                answer = replica.raw(b"POST /score?do=%s HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n" % do.encode())
                self.assertTrue(answer.endswith(b"4\r\none,\r\n"), answer)
                self.assertIn(said, replica.log())
                self.assertEqual(200, replica.ask("POST", "/score?do=more", b"x").status)

    def test_script_is_told_when_nobody_reads_on(self):
        with Replica(self.SCRIPT) as replica:
            connection = replica.connect()
            connection.request("POST", "/score?do=endless", b"x")
            connection.sock.recv(1000)
            connection.close()
            self.assertEqual(200, replica.ask("GET", "/").status)
            deadline = time.monotonic() + 20
            while not os.path.exists(replica.root + "/left"):
                self.assertLess(time.monotonic(), deadline)
                replica.ask("GET", "/")


@unittest.skipUnless(HAS_SCHEMA, "needs inference-schema")
class Schema(unittest.TestCase):

    SCRIPT = """
        from inference_schema.schema_decorators import input_schema, output_schema
        from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType as Type

        def init(): pass

        @input_schema("data", Type([1, 2]))
        @input_schema("factor", Type(3))
        @output_schema(Type([1]))
        def run(data, factor=2):
            return [d * factor for d in data]
    """

    def test_members_of_the_body_are_the_arguments(self):
        with Replica(self.SCRIPT) as replica:
            self.assertEqual([3, 6], replica.score({"data": [1, 2], "factor": 3, "other": 0}).json())
            self.assertEqual([2], replica.score({"data": [1]}).json())
            self.assertEqual([4, 8], replica.ask("GET", "/score?data=[1,2]&factor=4").json())

    def test_bad_input(self):
        with Replica(self.SCRIPT) as replica:
            json_type = {"Content-Type": "application/json; charset=utf-8"}
            asked = [replica.ask("POST", "/score", body, headers) for body, headers in
                     (("{}", {"Content-Type": "text/plain"}), ("{", json_type), ("", json_type), ("[]", json_type), ("{}", json_type))]
            self.assertEqual([415, 400, 400, 400, 400], [a.status for a in asked])
            self.assertEqual("A value is not provided for the 'data' parameter.", asked[-1].json()["message"])

    def test_swagger_has_the_schemas(self):
        with Replica(self.SCRIPT, SERVICE_NAME="sums", SERVICE_VERSION="7") as replica:
            two, three = replica.ask("GET", "/swagger.json").json(), replica.ask("GET", "/swagger.json?version=3").json()
            self.assertEqual(("2.0", "sums", "7"), (two["swagger"], two["info"]["title"], two["info"]["version"]))
            self.assertEqual({"data": [1, 2], "factor": 3}, two["definitions"]["ServiceInput"]["example"])
            self.assertEqual(two["definitions"]["ServiceInput"], three["components"]["schemas"]["ServiceInput"])


class Swagger(unittest.TestCase):

    def test_versions(self):
        with Replica(ECHO) as replica:
            got = {v: replica.ask("GET", "/swagger.json" + v) for v in ("", "?version=2.0", "?version=3", "?version=3.1", "?version=9")}
            self.assertEqual([200, 200, 200, 200, 404], [a.status for a in got.values()])
            self.assertEqual(["2.0", "2.0"], [got[v].json()["swagger"] for v in ("", "?version=2.0")])
            self.assertEqual(["3.0.3", "3.1.0"], [got[v].json()["openapi"] for v in ("?version=3", "?version=3.1")])
            self.assertIn("[9] is not valid", got["?version=9"].json()["message"])

    def test_users_own_file_wins(self):
        with Replica(ECHO, files={"swagger.json": '{"own": 1}'}) as replica:
            self.assertEqual({"own": 1}, replica.ask("GET", "/swagger.json").json())


class NoCode(unittest.TestCase):

    MODEL = """
        class Doubler:
            def predict(self, rows):
                if not rows:
                    raise ValueError("no rows")
                return Rows([2 * sum(row) for row in rows])

        class Rows(list):
            def tolist(self):
                return list(self)
    """

    def setUp(self):
        # pickled by name: the class comes from a module in the app root, as scikit-learn's come from its own
        pickled = b"cdoubler\nDoubler\n)\x81."
        self.files = {"doubler.py": self.MODEL, "azureml-models/m/1/model.pkl": b"\x80\x02" + pickled}

    def test_predicts(self):
        with self.replica() as replica:
            self.assertEqual({"predict": [6, 2]}, replica.score({"data": [[1, 2], [0, 1]], "method": "predict"}).json())
            self.assertEqual({"predict": [2]}, replica.score({"data": [[1]]}).json())

    def test_bad_requests_are_400_and_say_what_to_do(self):
        with self.replica() as replica:
            unknown = replica.score({"data": [[1]], "method": "predict_proba"})
            self.assertEqual(400, unknown.status)
            self.assertEqual('The model Doubler has no method "predict_proba" (it has: predict).', unknown.json()["message"])
            self.assertEqual([400, 400, 400], [replica.ask("POST", "/score", b).status for b in ("{", "[]", '{"data": []}')])

    def replica(self):
        replica = Replica("", "--no-code", "sklearn", files=self.files)
        replica._environment["AZUREML_MODEL_DIR"] = replica.root + "/azureml-models/m/1"
        return replica


if __name__ == "__main__":
    unittest.main()
