"""The embedded PostgreSQL: one cluster, one superuser `portal` with a password, one unix socket, no TCP."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import psycopg2

from portal.embedded.places import EmbeddedError, Programs, User, make_private
from portal.embedded.processes import Child, tail

MAJOR = "18"
ROLE = DATABASE = "portal"
PATIENCE = 60.0  # seconds for the first connection: crash recovery may come before it
RELAXED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class Postgres:
    """The cluster in `home/postgres`. Making the object starts nothing. `own`: more settings, as `name=value`."""

    def __init__(
        self,
        home: Path,
        run: Path,
        programs: Programs,
        user: User,
        *,
        keep: int,
        durable: bool,
        own: Sequence[str] = (),
    ) -> None:
        self.cluster, self.password_file = home / "postgres", home / "postgres.password"
        self.run, self.programs, self.user, self.durable = run, programs, user, durable
        self.log = home / "log" / "postgres.log"
        settings = [
            "listen_addresses=",
            f"unix_socket_directories={_quoted(run)}",
            "unix_socket_permissions=0700",
            "timezone=UTC",
            "log_timezone=UTC",
            *(() if durable else RELAXED),
            *own,
        ]
        self.child = Child(
            "postgres",
            [programs.postgres, "-D", self.cluster, *(part for one in settings for part in ("-c", one))],
            stop_with=signal.SIGINT,  # "fast": ends sessions, writes a checkpoint
            log=self.log,
            env=_environment(),
            cwd="/",
            run_as=user.options(),
            keep=[keep],
        )

    @property
    def pid(self) -> int | None:
        return self.child.pid

    @property
    def url(self) -> str:
        """For Django: the socket's folder is the host, percent-encoded."""
        return f"postgres://{ROLE}:{quote(self._password(), safe='')}@{quote(str(self.run), safe='')}/{DATABASE}"

    def start(self) -> None:
        """Make the cluster and its database if needed, start, and return once a connection works."""
        if not self.cluster.exists():
            self._initialize()
        self._check_cluster()
        if self.user.ids and self.cluster.stat().st_uid != self.user.ids[0]:  # restored from a backup by root
            self.user.give(self.cluster)
        until = time.monotonic() + PATIENCE
        while failure := self._try_to_start(until):
            # Processes of a killed server may live a moment longer than it, and PostgreSQL waits for no one.
            if "shared memory block" not in tail(self.log) or time.monotonic() > until:
                self.child.stop(patience=1)
                raise EmbeddedError(f"PostgreSQL did not start: {failure}; {self.log} ends: {tail(self.log)}")
            time.sleep(0.2)
        self._create_database()

    def stop(self) -> None:
        self.child.stop(patience=30, then=(signal.SIGQUIT, signal.SIGKILL))

    def revive(self) -> bool:
        """Start again after an exit (see Child.revive); clears what the dead server left first."""
        if not self.child.is_running:
            self._check_cluster()
        return self.child.revive()

    def connect(self, database: str = DATABASE) -> "psycopg2.extensions.connection":
        """A new connection as the superuser; the caller closes it."""
        return psycopg2.connect(
            host=str(self.run), user=ROLE, password=self._password(), dbname=database, connect_timeout=5
        )

    def _password(self) -> str:
        try:
            return self.password_file.read_text().strip()
        except FileNotFoundError:
            raise EmbeddedError(
                f"The password file {self.password_file} is missing; restore it from a backup."
            ) from None

    def _initialize(self) -> None:
        """Make the cluster beside its place and move it in when complete: a broken attempt leaves nothing half-made."""
        half = self.cluster.with_name("postgres.new")
        shutil.rmtree(half, ignore_errors=True)
        make_private(half, self.user)
        password = self.password_file.with_name("postgres.password.new")
        password.unlink(missing_ok=True)
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(32))
        copy = password.with_name("postgres.password.initdb")  # initdb reads it as its own user
        copy.unlink(missing_ok=True)
        copy.touch(mode=0o600)
        copy.write_text(password.read_text())
        self.user.give(copy)
        done = subprocess.run(  # noqa: S603 -- our own command
            [
                *(self.programs.initdb, "-D", half, "-U", ROLE, "-E", "UTF8", "-A", "scram-sha-256"),
                *(f"--pwfile={copy}", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
                *(() if self.durable else ("--no-sync",)),
            ],
            cwd="/",
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
            **self.user.options(),
        )
        copy.unlink()
        if done.returncode:
            raise EmbeddedError(
                f"PostgreSQL could not make its files in {half}: {done.stderr.strip().splitlines()[-1]}"
            )
        password.replace(self.password_file)
        half.rename(self.cluster)

    def _check_cluster(self) -> None:
        """Refuse a cluster we cannot run; drop the pid file of a server that is gone.

        The caller holds the servers' lock, so no server of ours runs here. PostgreSQL itself trusts the pid in the
        file, and would refuse for good once that number belongs to another process of the same user.
        """
        version_file = self.cluster / "PG_VERSION"
        found = version_file.read_text().strip() if version_file.exists() else "unknown"
        if found != MAJOR:
            raise EmbeddedError(
                f"{self.cluster} was made by PostgreSQL {found} and this is PostgreSQL {MAJOR}: dump it with the old "
                "version and restore it here (docs/playbooks/backup-and-restore.md), or choose another data directory."
            )
        pid_file = self.cluster / "postmaster.pid"
        if pid_file.exists():
            first = pid_file.read_text().partition("\n")[0].strip()
            if first.isdigit() and _serves(int(first), self.cluster):
                raise EmbeddedError(
                    f"Another PostgreSQL (process {first}) is running on {self.cluster}; stop it first."
                )
            pid_file.unlink()

    def _try_to_start(self, until: float) -> str:
        """Start the child and wait for a real connection; empty, or why there is none by then."""
        self._check_cluster()
        self.child.start()
        failure = "it exited"
        while self.child.is_running and time.monotonic() < until:
            try:
                self.connect("postgres").close()
            except psycopg2.OperationalError as error:  # not listening yet, or still recovering
                failure = " ".join(str(error).split())
                time.sleep(0.05)
            else:
                return ""
        return failure

    def _create_database(self) -> None:
        connection = self.connect("postgres")
        try:
            connection.autocommit = True  # CREATE DATABASE runs outside transactions
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                if cursor.fetchone() is None:
                    cursor.execute(f"CREATE DATABASE {DATABASE}")
        finally:
            connection.close()


def _serves(pid: int, cluster: Path) -> bool:
    """Whether the process is a PostgreSQL on this cluster: a server's working directory is its cluster."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cwd").readlink() == cluster and pid != os.getpid()
        except OSError:  # gone, or another user's: not a server of ours
            return False
    command = ["/bin/ps", "-o", "command=", "-p", str(pid)]
    shown = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 -- our own command
    return "postgres" in shown.stdout and str(cluster) in shown.stdout


def _quoted(folder: Path) -> str:
    """A folder in a PostgreSQL list setting, where commas separate and blanks vanish."""
    doubled = str(folder).replace('"', '""')
    return f'"{doubled}"'


def _environment() -> dict[str, str]:
    """Ours without PG…: such variables would change what the server and initdb do."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
