# SPDX-License-Identifier: MIT
"""Servers that are there to be mistreated, and what can stand between them and a mount."""

import contextlib
import itertools
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from databases import PostgresDatabase, Server, become, place_for_servers, plain_user


class Victim(Server):
    """A server that is killed, stopped and restarted; also reached by TCP on the loopback."""

    SETTINGS = {**Server.SETTINGS, "listen_addresses": "127.0.0.1", "log_statement": "none"}

    def __init__(self, place):
        super().__init__(place)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    @property
    def data(self):
        return os.path.join(self.place, "data")

    @property
    def socket(self):
        return os.path.join(self.place, f".s.PGSQL.{self.port}")

    def options(self):
        settings = " ".join(f"-c {name}='{value}'" for name, value in self.SETTINGS.items())
        return f"-k {self.place} -p {self.port} {settings}"

    def start(self):
        log = os.path.join(self.place, "log")
        self.call("pg_ctl", "-D", self.data, "-w", "-l", log, "-o", self.options(), "start")

    def restart(self):
        log = os.path.join(self.place, "log")
        self.call(
            "pg_ctl", "-D", self.data, "-w", "-m", "fast", "-l", log, "-o", self.options(), "restart"
        )

    def processes(self):
        """The postmaster and all that it has started."""
        with open(os.path.join(self.data, "postmaster.pid"), encoding="ascii") as file:
            master = int(file.readline())
        children = subprocess.run(
            ["pgrep", "-P", str(master)], capture_output=True, text=True, check=False
        )
        return [master, *map(int, children.stdout.split())]

    def signal(self, number):
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self):
        pids = self.processes()
        self.signal(signal.SIGKILL)
        end = time.monotonic() + 10
        while any(os.path.exists(f"/proc/{pid}") for pid in pids) and time.monotonic() < end:
            time.sleep(0.02)

    def is_up(self):
        return self.accepts(self.place)

    def accepts(self, host):
        done = subprocess.run(
            [os.path.join(self.bin, "pg_isready"), "-q", "-t", "2", "-h", host, "-p", str(self.port)],
            check=False,
        )
        return done.returncode == 0

    def mend(self):
        """Whatever was done to it: afterwards it serves."""
        if not os.path.exists(os.path.join(self.data, "postmaster.pid")):
            self.start()
            return
        with contextlib.suppress(FileNotFoundError):
            self.signal(signal.SIGCONT)
        if not self.is_up():
            with contextlib.suppress(AssertionError):
                self.call("pg_ctl", "-D", self.data, "-m", "immediate", "stop")
            self.start()

    def end(self):
        with contextlib.suppress(FileNotFoundError):
            self.signal(signal.SIGCONT)
        with contextlib.suppress(AssertionError):
            super().end()

    def loopback(self, name, port=None):
        return f"postgresql://postgres@127.0.0.1:{port or self.port}/{name}"

    def database(self):
        return PostgresDatabase.created(self)


@contextlib.contextmanager
def standby_of(server):
    place = tempfile.mkdtemp(prefix="schemafs-pg-", dir=place_for_servers())
    os.chmod(place, 0o755)
    standby = Victim(place)
    if standby.who:
        os.chown(place, standby.who["user"], standby.who["group"])
    try:
        standby.call(
            "pg_basebackup", "-h", server.place, "-p", str(server.port), "-U", "postgres",
            "-D", standby.data, "-R", "-c", "fast",
        )
        standby.start()
        yield standby
    finally:
        standby.end()
        shutil.rmtree(place, ignore_errors=True)


class Talkative(Victim):
    """A server that writes down what it is told."""

    SETTINGS = {
        **Victim.SETTINGS,
        "log_statement": "all",
        "log_min_messages": "log",
        "log_line_prefix": "%a|",
    }

    def statements(self):
        """What schemafs has sent, a line each."""
        with open(os.path.join(self.place, "log"), encoding="utf-8", errors="replace") as log:
            lines = log.read().splitlines()
        said = [line for line in lines if line.startswith("schemafs|LOG:")]
        return [line for line in said if "statement:" in line or "execute" in line]


class Proxy:
    """Passes bytes between the loopback and a server, until it is told not to."""

    def __init__(self, port):
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.flowing = threading.Event()
        self.flowing.set()
        self.ending = False
        self.sockets = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while not self.ending:
            try:
                near, _ = self.listener.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            self.sockets += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self.copy, args=(source, sink), daemon=True).start()

    def copy(self, source, sink):
        try:
            while not self.ending:
                if not select.select([source], [], [], 0.2)[0]:
                    continue
                self.flowing.wait()
                data = source.recv(65536)
                if not data:
                    break
                sink.sendall(data)
        except (OSError, ValueError):
            pass
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def turn(self, port):
        """From now on it leads to another server; what is connected ends."""
        self.target = port
        for each in self.sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.ending = True
        self.flowing.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for each in self.sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@contextlib.contextmanager
def pooler(server, mode, size=4):
    """pgbouncer before a server: its folder, which is the host to connect to, and its port."""
    place = pathlib.Path(tempfile.mkdtemp(prefix="schemafs-pool-", dir="/tmp"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (place / "users").write_text('"postgres" ""\n')
    (place / "pool.ini").write_text(
        f"""[databases]
* = host={server.place} port={server.port} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir = {place}
auth_type = trust
auth_file = {place}/users
pool_mode = {mode}
default_pool_size = {size}
logfile = {place}/log
pidfile = {place}/pid
"""
    )
    who = plain_user()
    if who:
        for path in (place, *place.iterdir()):
            os.chown(path, who.pw_uid, who.pw_gid)
    program = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
    daemon = subprocess.Popen(
        [program, "-q", str(place / "pool.ini")], stderr=subprocess.DEVNULL, **become(who)
    )
    try:
        for _ in itertools.count():
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert daemon.poll() is None
            time.sleep(0.05)
        yield place, port
    finally:
        daemon.kill()
        daemon.wait()
        shutil.rmtree(place, ignore_errors=True)
