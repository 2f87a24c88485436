"""The loop that owns the sockets. run() is called on the main thread, one request at a time, or by a bounded pool of threads."""
import collections
import os
import queue
import selectors
import signal
import socket
import threading
import time

from .wire import BadRequest, RequestReader

RECEIVE = 256 * 1024
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Connection:
    __slots__ = ("socket", "reader", "outgoing", "rest", "busy", "ending", "mask", "closed")

    def __init__(self, sock, max_body):
        self.socket = sock
        self.reader = RequestReader(max_body)
        self.outgoing = b""
        self.rest = None        # the pieces of a streaming answer that are still to be made
        self.busy = False       # a thread of the pool works for it
        self.ending = False     # closes as soon as everything is sent
        self.mask = 0
        self.closed = False


class Host:
    """Serves `application` on the listening socket until SIGTERM, or until the parent's end of `parent_pipe` closes."""

    def __init__(self, listener, application, threads=1, max_body=100 * 1024 * 1024, drain_seconds=30.0, parent_pipe=None):
        self._listener = listener
        self._application = application
        self._max_body = max_body
        self._drain_seconds = drain_seconds
        self._parent_pipe = parent_pipe
        self._selector = selectors.DefaultSelector()
        self._connections = set()
        self._asked_to_end = False
        self._deadline = None
        self._wake_in, self._wake_out = socket.socketpair()
        for end in (self._wake_in, self._wake_out, listener):
            end.setblocking(False)
        self._answers = collections.deque()
        self._jobs = queue.SimpleQueue() if threads > 1 else None
        self._threads = threads

    def serve(self):
        signal.set_wakeup_fd(self._wake_out.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, self._on_term)
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._selector.register(self._wake_in, selectors.EVENT_READ, self._woken)
        if self._parent_pipe is not None:
            self._selector.register(self._parent_pipe, selectors.EVENT_READ, self._parent_said)
        if self._jobs is not None:
            for number in range(self._threads):
                threading.Thread(target=self._work, name="run-%d" % number, daemon=True).start()
        while True:
            if self._asked_to_end and self._deadline is None:
                self._begin_to_drain()
            wait = None
            if self._deadline is not None:
                wait = self._deadline - time.monotonic()
                if not self._connections or wait <= 0:
                    return
            for key, events in self._selector.select(wait):
                if isinstance(key.data, Connection):
                    self._serve_connection(key.data, events)
                else:
                    key.data()

    def _stays_open(self):
        return not self._asked_to_end

    def _on_term(self, number, frame):
        self._asked_to_end = True

    def _parent_said(self):
        if not os.read(self._parent_pipe, 4096):
            self._selector.unregister(self._parent_pipe)
            self._asked_to_end = True

    def _woken(self):
        try:
            self._wake_in.recv(4096)
        except BlockingIOError:
            pass
        while self._answers:
            connection, answer = self._answers.popleft()
            connection.busy = False
            self._take(connection, *answer)
            self._advance(connection)

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError:             # out of file descriptors: those that are open are served on
                time.sleep(0.05)
                return
            sock.setblocking(False)
            connection = Connection(sock, self._max_body)
            self._connections.add(connection)
            self._watch(connection)

    def _serve_connection(self, connection, events):
        if connection.closed:
            return
        if events & selectors.EVENT_WRITE:
            self._flush(connection)
        if events & selectors.EVENT_READ and not connection.closed:
            if not self._receive(connection):
                return
        self._advance(connection)

    def _receive(self, connection):
        try:
            data = connection.socket.recv(RECEIVE)
        except BlockingIOError:
            return True
        except OSError:
            data = b""
        if not data:
            self._close(connection)
            return False
        connection.reader.feed(data)
        return True

    def _advance(self, connection):
        """Answers what has arrived completely, as long as the client takes the answers."""
        while not (connection.closed or connection.busy or connection.outgoing):
            if connection.rest is not None:
                self._do(connection, self._application.next_piece, connection.rest)
                continue
            if connection.ending:
                break
            try:
                request = connection.reader.next()
            except BadRequest as e:
                self._send(connection, self._application.refuse(e), False)
                break
            if request is None:
                if connection.reader.wants_continue:
                    connection.reader.wants_continue = False
                    self._send(connection, CONTINUE, True)
                break
            self._do(connection, self._application.respond, request, self._stays_open)
        self._watch(connection)

    def _do(self, connection, work, *arguments):
        if self._jobs is None:
            self._take(connection, *work(*arguments))
        else:
            connection.busy = True
            self._jobs.put((connection, work, arguments))

    def _work(self):
        while True:
            connection, work, arguments = self._jobs.get()
            self._answers.append((connection, work(*arguments)))
            try:
                self._wake_out.send(b"a")
            except BlockingIOError:     # full of wake-ups already
                pass

    def _take(self, connection, data, keep_alive, rest):
        """What was made goes out; None instead of data is an answer that broke off."""
        connection.rest = rest
        if data is None:
            self._close(connection)
        elif connection.closed:
            _leave(connection)
        else:
            self._send(connection, data, keep_alive)

    def _send(self, connection, data, keep_alive):
        if connection.closed:
            return
        connection.outgoing = connection.outgoing + data if connection.outgoing else data
        connection.ending = connection.ending or not keep_alive
        self._flush(connection)

    def _flush(self, connection):
        try:
            sent = connection.socket.send(connection.outgoing) if connection.outgoing else 0
        except BlockingIOError:
            sent = 0
        except OSError:
            self._close(connection)
            return
        if sent == len(connection.outgoing):
            connection.outgoing = b""
            if connection.ending and connection.rest is None:
                self._close(connection)
        elif sent:
            connection.outgoing = memoryview(connection.outgoing)[sent:].tobytes()

    def _watch(self, connection):
        if connection.closed:
            return
        mask = selectors.EVENT_WRITE if connection.outgoing else 0 if connection.busy else selectors.EVENT_READ
        if mask == connection.mask:
            return
        if connection.mask == 0:
            self._selector.register(connection.socket, mask, connection)
        elif mask == 0:
            self._selector.unregister(connection.socket)
        else:
            self._selector.modify(connection.socket, mask, connection)
        connection.mask = mask

    def _close(self, connection):
        if connection.closed:
            return
        connection.closed = True
        if not connection.busy:
            _leave(connection)
        if connection.mask:
            self._selector.unregister(connection.socket)
        self._connections.discard(connection)
        try:
            # The peer may still be sending a refused body: closing at once would reset the connection under the answer.
            connection.socket.shutdown(socket.SHUT_WR)
            while len(connection.socket.recv(RECEIVE)) == RECEIVE:
                pass
        except OSError:
            pass
        connection.socket.close()

    def _begin_to_drain(self):
        """No new connections; requests that have arrived, in whole or in part, are answered; idle connections close."""
        self._deadline = time.monotonic() + self._drain_seconds
        self._accept()
        try:
            os.unlink(self._listener.getsockname())
        except OSError:
            pass
        self._selector.unregister(self._listener)
        self._listener.close()
        for connection in list(self._connections):
            if connection.busy or connection.outgoing or connection.rest is not None:
                continue
            if not self._receive(connection):
                continue
            self._advance(connection)
            if not (connection.closed or connection.busy or connection.outgoing or connection.rest is not None
                    or connection.reader.in_the_middle()):
                self._close(connection)


def _leave(connection):
    """Tells a streaming answer that nobody reads the rest of it."""
    rest, connection.rest = connection.rest, None
    if rest is not None:
        rest.close()
