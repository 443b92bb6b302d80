# SPDX-License-Identifier: MIT
"""Ends the program at a statement of our choice: a proxy that reads what it sends to PostgreSQL."""

import contextlib
import os
import select
import signal
import socket
import struct
import subprocess
import tempfile
import threading


class Guillotine:
    """A socket before a server's. `statements` are those seen of the ones that are counted."""

    def __init__(self, server, counts):
        self.server, self.counts = server, counts
        self.place = tempfile.mkdtemp(prefix="sfs-proxy-", dir="/tmp")
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(f"{self.place}/.s.PGSQL.5432")
        self.listener.listen()
        self.threads, self.lock = [], threading.Lock()
        self.reset()
        self.acceptor = threading.Thread(target=self.accept)
        self.acceptor.start()

    def reset(self, at=None, after=False):
        self.statements, self.at, self.after, self.process = [], at, after, None

    def uri(self, name):
        return f"postgresql:///{name}?host={self.place}&port=5432&user=postgres"

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            sink = socket.socket(socket.AF_UNIX)
            sink.connect(f"{self.server.host}/.s.PGSQL.{self.server.port}")
            thread = threading.Thread(target=self.serve, args=(client, sink))
            thread.start()
            self.threads.append(thread)

    def serve(self, client, sink):
        pending, started = b"", False
        with client, sink, contextlib.suppress(OSError):
            while True:
                ready, _, _ = select.select([client, sink], [], [])
                if sink in ready:
                    data = sink.recv(65536)
                    if not data:
                        return
                    client.sendall(data)
                if client in ready:
                    data = client.recv(65536)
                    if not data:
                        return
                    pending += data
                    started, pending, alive = self.pass_messages(pending, started, sink)
                    if not alive:
                        return

    def pass_messages(self, pending, started, sink):
        while True:
            head = 5 if started else 4
            if len(pending) < head:
                return started, pending, True
            length = struct.unpack("!I", pending[head - 4 : head])[0] + head - 4
            if len(pending) < length:
                return started, pending, True
            message, pending = pending[:length], pending[length:]
            falls = started and message[:1] == b"Q" and self.falls(message[5:-1].decode())
            if not falls or self.after:
                sink.sendall(message)
            if falls:
                self.process.kill()
                self.process.wait()
                return started, b"", False
            started = True

    def falls(self, sql):
        with self.lock:
            if not self.counts(sql):
                return False
            self.statements.append(sql)
            return self.process is not None and len(self.statements) - 1 == self.at

    def run(self, command, at=None, after=False):
        """Runs it, up to the statement with that number; how it ended."""
        self.reset(at, after)
        with subprocess.Popen(
            list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            self.process = process
            output = process.communicate(timeout=120)[0]
        if at is not None and len(self.statements) > at:
            assert process.returncode == -signal.SIGKILL, output
        return process.returncode

    def end(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.acceptor.join()
        for thread in self.threads:
            thread.join()
        os.unlink(f"{self.place}/.s.PGSQL.5432")
        os.rmdir(self.place)


@contextlib.contextmanager
def guillotine(server, counts):
    made = Guillotine(server, counts)
    try:
        yield made
    finally:
        made.end()
