"""Child processes that never outlive the process that started them."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, Any

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0  # seconds between two restarts of a child that keeps exiting
STEADY_AFTER = 30.0  # a child that lived this many seconds has earned the first pause again
LONGEST_LOG = 5_000_000  # bytes; a longer log is moved aside when its child starts
PR_SET_PDEATHSIG = 1

# Waits until the other end of its input closes, which the kernel does when our process dies, however it dies.
MINDER = """
import os, signal, sys
for held in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(held, signal.SIG_IGN)
sys.stdin.buffer.read()
try:
    os.kill(int(sys.argv[1]), int(sys.argv[2]))
except ProcessLookupError:
    pass
"""


class Child:
    """One child process in a session of its own.

    When our process dies, even by SIGKILL, the kernel sends the child `on_orphaned` (Linux, started from the main
    thread) or a small minder process does (elsewhere: the kernel's signal follows the *thread* that started it).
    `run_as` are the `subprocess` options that choose its user, `keep` the file descriptors it inherits; its output
    is appended to `log`, or goes where ours goes.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        stop_with: signal.Signals = signal.SIGTERM,
        on_orphaned: signal.Signals | None = None,
        log: Path | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | str | None = None,
        run_as: Mapping[str, Any] | None = None,
        keep: Sequence[int] = (),
        minder: bool | None = None,
    ) -> None:
        self.name, self.argv, self.log = name, [str(part) for part in argv], log
        self.stop_with, self.on_orphaned = stop_with, on_orphaned or stop_with
        self.env, self.cwd, self.run_as, self.keep = env, cwd, run_as or {}, tuple(keep)
        self.minder = minder
        self.process: subprocess.Popen[bytes] | None = None
        self._minder: subprocess.Popen[bytes] | None = None
        self._pause, self._not_before, self._started = FIRST_PAUSE / 2, 0.0, 0.0

    @property
    def pid(self) -> int | None:
        """Its process id, or None when it was never started or was stopped."""
        return self.process.pid if self.process else None

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start it unless it runs; does not wait until it is useful."""
        if self.is_running:
            return
        self._clear()
        by_minder = self.minder
        if by_minder is None:
            by_minder = sys.platform != "linux" or threading.current_thread() is not threading.main_thread()
        with _opened(self.log) as output:
            self.process = subprocess.Popen(  # noqa: S603 -- the commands are ours
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output and subprocess.STDOUT,
                env=self.env,
                cwd=self.cwd,
                pass_fds=self.keep,
                start_new_session=True,
                preexec_fn=None if by_minder else die_with_parent(self.on_orphaned),  # noqa: PLW1509 -- see there
                **self.run_as,
            )
        self._started = time.monotonic()
        if by_minder:
            self._minder = _mind(self.process.pid, self.on_orphaned)

    def revive(self) -> bool:
        """Start it again if it has exited and its pause is over; True when it did. Never blocks."""
        if self.process is None or self.is_running:
            return False
        now = time.monotonic()
        if self._not_before <= self._started:  # first look since it exited
            self._pause = FIRST_PAUSE if now - self._started > STEADY_AFTER else min(self._pause * 2, LONGEST_PAUSE)
            self._not_before = now + self._pause
            self._clear()
            return False
        if now < self._not_before:
            return False
        self.start()
        return True

    def stop(self, *, patience: float = 10.0, then: Sequence[signal.Signals] = (signal.SIGKILL,)) -> None:
        """Ask it to stop; after `patience` seconds insist with each signal in `then`. Leaves nothing of its group."""
        for number in (self.stop_with, *then):
            if not self.is_running:
                break
            assert self.process is not None
            self.process.send_signal(number)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                continue
        self._clear()
        self.process = None

    def _clear(self) -> None:
        """Kill what an exited child left in its group, and its minder."""
        if self.process is not None:
            kill_group(self.process.pid)
        if self._minder is not None:
            self._minder.kill()
            self._minder.communicate()
            self._minder = None


def kill_group(group: int) -> None:
    """SIGKILL every process left in the group; an empty group is what we wanted."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def tail(log: Path, lines: int = 3) -> str:
    """The last lines of a log, in one line, for an error message; empty when there is none."""
    if not log.exists():
        return ""
    text = log.read_text(errors="replace").strip().splitlines()
    return " / ".join(line.strip() for line in text[-lines:])


def _opened(log: Path | None) -> AbstractContextManager[IO[bytes] | None]:
    if log is None:
        return nullcontext()
    if log.exists() and log.stat().st_size > LONGEST_LOG:
        log.replace(log.with_suffix(".old.log"))
    return log.open("ab", buffering=0)


def die_with_parent(number: signal.Signals) -> Callable[[], None]:
    """What the child runs between fork and exec, after it has become its user (which would clear the setting)."""
    libc, parent = ctypes.CDLL(None), os.getpid()  # loaded before the fork: other threads may hold locks then

    def ask_kernel() -> None:
        if libc.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0) != 0 or os.getppid() != parent:
            os._exit(1)  # the parent died before the kernel knew

    return ask_kernel


def _mind(pid: int, number: signal.Signals) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 -- our own command
        [sys.executable, "-I", "-S", "-c", MINDER, str(pid), str(int(number))],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
