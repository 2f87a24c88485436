import json
import os
import re
import socket
import subprocess
import sys
import unittest

from tests.replica import LAUNCHER, Replica

ECHO = "def init(): pass\ndef run(raw):\n    return raw\n"
# run() says that it has begun, then waits for the file that the test makes
WAITING = """
    import os, time

    def init(): pass

    def run(raw):
        if raw == "quick":
            return "quick"
        open("begun", "w").close()
        while not os.path.exists("go"):
            time.sleep(0.005)
        return "done"
"""


def head(body, more=b""):
    return b"POST /score HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n%s\r\n%s" % (len(body), more, body)


class Faults(unittest.TestCase):

    def test_child_that_run_forked_gives_no_answer(self):
        script = "import os\ndef init(): pass\ndef run(raw):\n    return 'child' if os.fork() == 0 else 'parent'\n"
        with Replica(script) as replica, replica.connect().sock as sock:
            for _ in range(5):
                sock.sendall(head(b"x"))
                received = b""
                while not received.endswith(b'"parent"'):
                    received += sock.recv(65536)
                self.assertEqual(1, received.count(b"HTTP/1.1 200"))

    def test_child_that_init_forked_does_not_serve(self):
        script = "import os\ndef init(): os.fork()\ndef run(raw):\n    return os.getpid()\n"
        with Replica(script) as replica:
            for _ in range(5):
                connection = replica.connect()
                connection.request("POST", "/score", "x")
                self.assertEqual(replica.process.pid, json.loads(connection.getresponse().read()))
                connection.close()

    def test_process_whose_run_never_returns_ends(self):
        for stuck in ("while True:\n        try: time.sleep(60)\n        except BaseException: pass",
                      "sum(range(10**12))"):
            with self.subTest(stuck):
                script = "import time\ndef init(): pass\ndef run(raw):\n    %s\n" % stuck
                with Replica(script, SCORING_TIMEOUT_MS="100") as replica, replica.connect().sock as sock:
                    sock.sendall(head(b"x"))
                    self.assertEqual(1, replica.process.wait(20))
                    with open(os.path.join(replica.root, "log")) as log:
                        self.assertIn("in run", log.read())


class Connections(unittest.TestCase):

    def test_keep_alive_serves_several_connections_in_turn(self):
        with Replica(ECHO) as replica:
            connections = [replica.connect() for _ in range(5)]
            for n in range(20):
                connection = connections[n % 5]
                connection.request("POST", "/score", str(n))
                self.assertEqual(str(n), json.loads(connection.getresponse().read()))
            for connection in connections:
                connection.close()

    def test_pipelined_and_split_requests(self):
        with Replica(ECHO) as replica, replica.connect().sock as sock:
            data = head(b"one") + head(b"two") + head(b"three", b"Connection: close\r\n")
            for n in range(0, len(data), 7):
                sock.sendall(data[n:n + 7])
            received = b"".join(iter(lambda: sock.recv(65536), b""))
            self.assertEqual([b'"one"', b'"two"', b'"three"'],
                             [line for line in re.split(b'\r\n|HTTP', received) if line.startswith(b'"')])
            self.assertTrue(received.endswith(b'Connection: close\r\n\r\n"three"'))

    def test_chunked_body_and_expect_continue(self):
        with Replica(ECHO) as replica:
            chunked = b"POST /score HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n4\r\nab\r\n\r\n3;x=y\r\ncde\r\n0\r\nT: v\r\n\r\n"
            self.assertTrue(replica.raw(chunked).endswith(b'"ab\\r\\ncde"'))
            with replica.connect().sock as sock:
                sock.sendall(b"POST /score HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
                self.assertEqual(b"HTTP/1.1 100 Continue\r\n\r\n", sock.recv(1000))
                sock.sendall(b"hi")
                self.assertTrue(b"".join(iter(lambda: sock.recv(65536), b"")).endswith(b'"hi"'))

    def test_large_bodies_go_both_ways(self):
        with Replica(ECHO) as replica:
            text = "x" * (8 * 1024 * 1024)
            self.assertEqual(text, replica.ask("POST", "/score", text).json())

    def test_what_is_no_request_is_refused(self):
        bad = {
            b"rubbish\r\n\r\n": b"400", b"GET / HTTP/2.0\r\n\r\n": b"505", b"GET / HTTP/1.1\r\nno colon\r\n\r\n": b"400",
            b"GET / HTTP/1.1\r\n folded: x\r\n\r\n": b"400", b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n": b"400",
            b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx": b"400",
            b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n": b"400",
            b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n": b"400",
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n": b"400",
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc": b"400",
            b"POST / HTTP/1.1\r\nContent-Length: 2000\r\n\r\n": b"413", b"GET / HTTP/1.1\r\nX: " + b"x" * 70000: b"431",
        }
        with Replica(ECHO, "--max-body", "1000") as replica:
            for data, status in bad.items():
                received = replica.raw(data)
                self.assertEqual(b"HTTP/1.1 " + status, received[:12], data[:60])
                self.assertIn(b"Connection: close", received)
            self.assertEqual(200, replica.ask("GET", "/").status)

    def test_random_bytes_never_end_the_host(self):
        import random
        seed = random.randrange(1 << 30)
        noise = random.Random(seed)
        with Replica(ECHO) as replica:
            for _ in range(100):
                data = bytearray(head(b"abc", b"Transfer-Encoding: chunked\r\n" if noise.random() < 0.3 else b"Connection: close\r\n"))
                for _ in range(noise.randrange(1, 6)):
                    data[noise.randrange(len(data))] = noise.randrange(256)
                with replica.connect().sock as sock:
                    sock.sendall(data)
                    sock.shutdown(socket.SHUT_WR)
                    while sock.recv(65536):
                        pass
            self.assertEqual(200, replica.ask("GET", "/").status, "seed %d" % seed)

    def test_threads_let_run_overlap(self):
        with Replica(WAITING, "--threads", "2") as replica:
            slow = replica.connect()
            slow.request("POST", "/score", "slow")
            self.assertEqual("quick", replica.ask("POST", "/score", "quick").json())
            open(os.path.join(replica.root, "go"), "w").close()
            self.assertEqual("done", json.loads(slow.getresponse().read()))
            slow.close()


class Life(unittest.TestCase):

    def test_sigterm_answers_what_is_running_and_ends_with_0(self):
        with Replica(WAITING) as replica:
            idle, running, queued = (replica.connect() for _ in range(3))
            running.request("POST", "/score", "slow")
            while not os.path.exists(os.path.join(replica.root, "begun")):
                pass
            queued.request("POST", "/score", "quick")
            replica.process.terminate()
            open(os.path.join(replica.root, "go"), "w").close()
            first, second = running.getresponse(), queued.getresponse()
            self.assertEqual((b'"done"', b'"quick"', "close"), (first.read(), second.read(), second.headers["Connection"]))
            self.assertEqual(0, replica.process.wait(20))
            self.assertEqual((b"", False), (idle.sock.recv(10), os.path.exists(replica.path)))
            for connection in (idle, running, queued):
                connection.close()

    def test_ends_when_the_parent_is_gone(self):
        with Replica(ECHO, "--parent-pipe") as replica:
            self.assertEqual(replica.process.pid, os.getsid(replica.process.pid))
            replica.process.stdin.close()
            self.assertEqual(0, replica.process.wait(20))

    def test_failing_init_exits_with_3_and_the_traceback(self):
        with Replica("def init():\n    raise RuntimeError('no model')\ndef run(raw): pass\n") as replica:
            self.assertEqual(3, replica.process.wait(20))
            self.assertTrue(replica.log().endswith("RuntimeError: no model\n"), replica.log())

    def test_scripts_that_cannot_be_used_exit_with_3(self):
        wrong = {"import nothing_there": "ModuleNotFoundError", "def init(): pass": "has no function run()", "x = (": "SyntaxError",
                 "def init(): pass\ndef run(*args): pass": "positional-only", "def init(): pass\ndef run(): pass": "needs an argument",
                 "import sys; sys.exit(0)": "SystemExit"}
        for script, said in wrong.items():
            with Replica(script) as replica:
                self.assertEqual((3, True), (replica.process.wait(20), said in replica.log()), replica.log())

    def test_missing_entry_script_is_named(self):
        with Replica("", AZUREML_ENTRY_SCRIPT="absent.py") as replica:
            self.assertEqual(3, replica.process.wait(20))
            self.assertIn("ScriptError: The entry script absent.py does not exist", replica.log())

    def test_no_module_of_ours_shadows_the_users(self):
        script = "import wire, host\ndef init(): pass\ndef run(raw):\n    return [wire.OWN, host.OWN]\n"
        with Replica(script, files={"wire.py": "OWN = 1", "host.py": "OWN = 2"}) as replica:
            self.assertEqual([1, 2], replica.score(0).json())

    def test_arguments_are_checked(self):
        for arguments, said in ((["--socket", "/" + "x" * 107], b"at most 107"), (["--socket", "s", "--threads", "0"], b"at least 1")):
            done = subprocess.run([sys.executable, LAUNCHER, *arguments], stderr=subprocess.PIPE)
            self.assertEqual((2, True), (done.returncode, said in done.stderr))


if __name__ == "__main__":
    unittest.main()
