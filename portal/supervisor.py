"""The demo's processes: started in order, restarted when they exit, stopped in reverse order, none left behind."""

import http.client
import os
import signal
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType

from portal.embedded import EmbeddedError, Servers
from portal.embedded.processes import Child, tail

WORKER = "The worker"
URGENT_WORKER = "The worker for urgent mail"
LOOK_EVERY = 0.2  # seconds between two looks at the children
READY_WITHIN = 60.0  # seconds the web server may take to answer
WORKER_PATIENCE = 20.0  # seconds for tasks in progress; the outbox sends again what is cut short


class Interruption:
    """Ctrl-C, SIGTERM or a closed terminal, as something one can wait for."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked.set()

    @property
    def is_asked(self) -> bool:
        return self._asked.is_set()

    def wait(self, seconds: float) -> bool:
        """Sleep so long; True, and at once, when asked to stop."""
        return self._asked.wait(seconds)


def portal_children(*, root: Path, data_dir: Path, host: str, port: int, env: Mapping[str, str]) -> list[Child]:
    """Workers, clock and web server, in the order they start."""
    logs = data_dir / "log"
    logs.mkdir(mode=0o700, exist_ok=True)

    def child(name: str, log: str, *arguments: str, on_orphaned: signal.Signals = signal.SIGTERM) -> Child:
        command = [sys.executable, "-m", *arguments]
        return Child(name, command, env=env, cwd=root, log=logs / log, on_orphaned=on_orphaned)

    worker = ("worker", "--without-gossip", "--without-mingle", "--loglevel", "INFO")
    ordinary = ("--concurrency", "2", "--exclude-queues", "urgent", "--hostname", "worker@%h")
    # One at a time, in its own process: it waits for the mail server most of the time.
    urgent = ("--concurrency", "1", "--queues", "urgent", "--hostname", "urgent@%h")
    beat = ("beat", "--scheduler", "portal.beat:Scheduler", "--schedule", str(data_dir / "beat"), "--pidfile", "")
    # Each thread keeps a database connection; granian's own default is hundreds of threads.
    web = ("--interface", "wsgi", "--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers")
    # A worker that is asked to stop while it starts does not hear it, and granian would wait for it for ever.
    web = (*web, "--workers-kill-timeout", "8")
    return [
        # SIGKILL: with the broker gone at the same moment, Celery would wait for it for ever
        child(WORKER, "worker.log", "celery", "-A", "portal", *worker, *ordinary, on_orphaned=signal.SIGKILL),
        child(URGENT_WORKER, "urgent.log", "celery", "-A", "portal", *worker, *urgent, on_orphaned=signal.SIGKILL),
        child("The clock", "beat.log", "celery", "-A", "portal", *beat),
        child(
            "The web server", "web.log", "granian", *web, "--host", host, "--port", str(port), "portal.wsgi:application"
        ),
    ]


def run_to_end(child: Child, interruption: Interruption) -> int:
    """Run a child that ends by itself; its exit status, negative when a signal or the interruption ended it."""
    child.start()
    assert child.process is not None
    while child.is_running:
        if interruption.wait(0.05):
            child.stop()
            return -int(signal.SIGTERM)
    status = child.process.wait()
    child.stop()
    return status


def reserve_port(host: str, port: int) -> socket.socket:
    """Hold the address, without listening, for the web server that starts later; close the result when it has ended.

    Raises OSError when something listens there already. From now on nobody else can, but for servers of the same
    user that share ports on purpose (SO_REUSEPORT), as ours does.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port just left is free
        probe.bind(address)
        probe.listen(1)  # macOS refuses only here
    held = socket.socket(family, kind, protocol)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        held.bind(address)
    except OSError:  # another program's last connections are not forgotten yet: hold it less firmly
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(address)
    return held


def wait_until_ready(url: str, web: Child, interruption: Interruption) -> bool:
    """Whether the address answered in time; False also when interrupted. Restarts the child if it exits."""
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until and not interruption.wait(0.1):
        web.revive()
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 -- our own http address
                return answer.status == 200  # noqa: PLR2004
        except (OSError, http.client.HTTPException):  # not listening yet
            continue
    return False


def watch(children: list[Child], servers: Servers, interruption: Interruption, say: Callable[[str], None]) -> None:
    """Keep everything running until interrupted; says what had to be started again."""
    while not interruption.wait(LOOK_EVERY):
        try:
            restarted = servers.watch()
        except EmbeddedError as error:
            say(str(error))
            return
        restarted += [child.name for child in children if child.revive()]
        for name in restarted:
            say(f"{name} had stopped; it was started again.")


def stop(children: list[Child]) -> None:
    """Stop in reverse order: no new request, no new tick, then the tasks in progress."""
    for child in reversed(children):
        patience = WORKER_PATIENCE if child.name in {WORKER, URGENT_WORKER} else 10.0
        child.stop(patience=patience, then=(signal.SIGQUIT, signal.SIGKILL))


def log_of(child: Child) -> str:
    """Where its log is and how it ends, for an error message."""
    return f"{child.log} ends: {tail(child.log)}" if child.log else ""


def write_private(path: Path, text: str) -> None:
    """Write the file so that only we can read it, complete or not at all."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    fresh.replace(path)
