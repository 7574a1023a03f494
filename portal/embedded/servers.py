"""Both embedded servers under one data directory, as children of this process."""

import atexit
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Self, TypeVar

from portal.embedded.places import (
    EmbeddedError,
    choose_user,
    forget_socket_folder,
    make_private,
    prepare_data_dir,
    prepare_home,
    programs_for,
    socket_folder,
    take_lock,
)
from portal.embedded.postgres import Postgres
from portal.embedded.valkey import Valkey

Server = TypeVar("Server", Postgres, Valkey)

LINGER = 60.0  # seconds that servers of a killed run may need to shut down


class Servers:
    """PostgreSQL and Valkey on unix sockets in a private folder. Use as a context manager or by start() and stop().

    The servers are children of this process and end with it, however it ends. On Linux they end with the *thread*
    that starts them, unless it is the main one. As root they run as an unprivileged user (see places.py).
    Without `postgres` or `valkey` that one is not started; the locks are taken all the same.
    `durable=False` trades safety against power loss for speed and keeps nothing after stop(): for tests.
    `settings` are PostgreSQL's, as `name=value`: what an operator would set for much data, for benches.

    Two locks: `<data_dir>/lock` is ours alone and tells a second copy at once that it is the second;
    `servers/lock` is inherited by every server process, so holding it proves that none is left of an earlier run.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        durable: bool = True,
        postgres: bool = True,
        valkey: bool = True,
        settings: Sequence[str] = (),
    ) -> None:
        self.data_dir, self.durable, self._settings = Path(data_dir), durable, tuple(settings)
        self._wanted = (postgres, valkey)
        self.postgres: Postgres | None = None
        self.valkey: Valkey | None = None
        self.home: Path | None = None
        self._own_lock: int | None = None
        self._servers_lock: int | None = None
        self._owner = os.getpid()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    @property
    def database_url(self) -> str:
        """For DATABASE_URL, with the password; the database `portal` exists."""
        return self._running(self.postgres, "PostgreSQL").url

    @property
    def redis_url(self) -> str:
        """For REDIS_URL and redis-py."""
        return self._running(self.valkey, "Valkey").url

    @property
    def broker_url(self) -> str:
        """The same server in the form that Celery takes."""
        return self._running(self.valkey, "Valkey").broker_url

    def start(self) -> None:
        """Start what is wanted and return once both accept connections (at most 60 s each).

        Raises EmbeddedError, with nothing left running, when that cannot be.
        """
        if os.name != "posix":
            raise EmbeddedError("Embedded servers need Linux or macOS; set DATABASE_URL and REDIS_URL instead.")
        self._owner = os.getpid()
        self.data_dir = prepare_data_dir(self.data_dir)
        try:
            self._lock()
            self._make()
            atexit.register(self.stop)
            for server in (self.postgres, self.valkey):
                if server is not None:
                    server.start()
        except PermissionError as error:
            self.stop()
            raise _refused(error) from error
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop Valkey, then PostgreSQL; returns when no process of theirs is left. Does nothing when not started."""
        if self._own_lock is None or self._owner != os.getpid():  # a forked copy owns nothing
            return
        for server in (self.valkey, self.postgres):
            if server is not None:
                server.stop()
        self.postgres = self.valkey = None
        self._release()
        atexit.unregister(self.stop)

    def remove(self) -> None:
        """Delete every file of the servers, databases included; the servers must be stopped."""
        if self._own_lock is not None:
            raise EmbeddedError("Stop the servers before removing their files.")
        self.data_dir = prepare_data_dir(self.data_dir)
        try:
            self._lock()
            self._erase()
        except PermissionError as error:
            raise _refused(error) from error
        finally:
            self._release()

    def start_valkey(self) -> None:
        self._running(self.valkey, "Valkey").start()

    def stop_valkey(self) -> None:
        self._running(self.valkey, "Valkey").stop()

    def start_postgres(self) -> None:
        self._running(self.postgres, "PostgreSQL").start()

    def stop_postgres(self) -> None:
        self._running(self.postgres, "PostgreSQL").stop()

    def watch(self) -> list[str]:
        """Look once, without blocking: restart what has exited, with back-off; the names of those restarted."""
        servers = {"PostgreSQL": self.postgres, "Valkey": self.valkey}
        return [name for name, server in servers.items() if server is not None and server.revive()]

    def environment(self) -> dict[str, str]:
        """The variables by which settings.py finds the servers that run."""
        found = {}
        if self.postgres is not None:
            found["DATABASE_URL"] = self.database_url
        if self.valkey is not None:
            found |= {"REDIS_URL": self.redis_url, "CELERY_BROKER_URL": self.broker_url}
        return found

    def _lock(self) -> None:
        self._own_lock = take_lock(self.data_dir / "lock")
        if self._own_lock is None:
            raise EmbeddedError(f"Another copy is running on the data directory {self.data_dir}; stop it first.")
        self.home = prepare_home(self.data_dir, durable=self.durable)
        self._servers_lock = take_lock(self.home / "lock", patience=LINGER)
        if self._servers_lock is None:
            raise EmbeddedError(f"Servers of an earlier run still hold {self.home} after {LINGER:.0f} s.")

    def _make(self) -> None:
        """Choose user, programs and folders; make both server objects."""
        assert self.home is not None
        assert self._servers_lock is not None
        postgres, valkey = self._wanted
        if not (postgres or valkey):  # only the locks are wanted
            return
        user = choose_user(self.home / "postgres")
        programs, run = programs_for(user), socket_folder(self.home, user)
        (self.home / "log").mkdir(mode=0o700, exist_ok=True)
        make_private(self.home / "valkey", user)
        places, keep, durable = (self.home, run, programs, user), self._servers_lock, self.durable
        self.postgres = Postgres(*places, keep=keep, durable=durable, own=self._settings) if postgres else None
        self.valkey = Valkey(*places, keep=keep, durable=durable) if valkey else None

    def _release(self) -> None:
        try:
            if self._servers_lock is not None and self.home is not None:
                os.close(self._servers_lock)
                self._servers_lock = None
                if self.home.exists():
                    self._tidy(self.home)
        finally:
            if self._own_lock is not None:
                os.close(self._own_lock)
                self._own_lock = None

    def _tidy(self, home: Path) -> None:
        """Wait until the last server process is gone, which frees their lock; remove what need not last."""
        lock = take_lock(home / "lock", patience=10)
        if lock is None:
            raise EmbeddedError(f"A server process still holds {home} 10 s after it was stopped.")
        forget_socket_folder(home)
        if not self.durable:
            self._erase()
        os.close(lock)

    def _erase(self) -> None:
        link = self.data_dir / "servers"
        for folder in (link / "run", link):  # each may be a link to a place elsewhere
            if folder.exists():
                shutil.rmtree(folder.resolve())
            if folder.is_symlink():
                folder.unlink()

    def _running(self, server: Server | None, name: str) -> Server:
        if server is None:
            raise EmbeddedError(f"The embedded {name} is not started.")
        return server


def _refused(error: PermissionError) -> EmbeddedError:
    return EmbeddedError(f"No permission for {error.filename}: it belongs to another user.")
