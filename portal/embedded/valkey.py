"""The embedded Valkey, which speaks Redis: one unix socket, no TCP, an append-only file."""

import time
from pathlib import Path
from urllib.parse import quote

import redis

from portal.embedded.places import EmbeddedError, Programs, User
from portal.embedded.processes import Child, tail

PATIENCE = 60.0  # seconds until it answers: it reads its append-only file first


class Valkey:
    """The server whose files are in `home/valkey`. Making the object starts nothing."""

    def __init__(self, home: Path, run: Path, programs: Programs, user: User, *, keep: int, durable: bool) -> None:
        self.socket, self.log = run / "redis.sock", home / "log" / "valkey.log"
        self.child = Child(
            "valkey",
            [
                *(programs.valkey, "--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700"),
                *("--dir", home / "valkey", "--appendonly", "yes", "--appendfsync", "everysec" if durable else "no"),
                # noeviction: a full broker must say so, not forget tasks
                *("--save", "", "--maxmemory-policy", "noeviction"),
            ],
            log=self.log,
            cwd="/",
            run_as=user.options(),
            keep=[keep],
        )

    @property
    def pid(self) -> int | None:
        return self.child.pid

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket))}?db=0"

    @property
    def broker_url(self) -> str:
        return f"redis+socket://{quote(str(self.socket))}?virtual_host=0"

    def start(self) -> None:
        """Start, and return once it answers."""
        self.socket.unlink(missing_ok=True)
        self.child.start()
        until = time.monotonic() + PATIENCE
        while not self._answers():
            if not self.child.is_running or time.monotonic() > until:
                self.child.stop(patience=1)
                raise EmbeddedError(f"Valkey did not start; {self.log} ends: {tail(self.log)}")
            time.sleep(0.02)

    def stop(self) -> None:
        self.child.stop(patience=15)

    def revive(self) -> bool:
        return self.child.revive()

    def _answers(self) -> bool:
        with redis.Redis(unix_socket_path=str(self.socket), socket_timeout=5) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:  # no socket yet, or still reading its file
                return False
