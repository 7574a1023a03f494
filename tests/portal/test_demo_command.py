"""One command runs the portal; every way of ending it leaves no process; every obstacle is one clear sentence."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import psutil
import pytest
from dotenv import dotenv_values

from portal.embedded import Servers
from portal.supervisor import reserve_port, write_private
from tests.portal.watching import ask, eventually, processes_under

ROOT = Path(__file__).resolve().parents[2]
KEEP = "CREATE TABLE IF NOT EXISTS kept AS SELECT 7 AS n"
ADDRESSES = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "SECRET_KEY", "SECURE_TRANSPORT")


def command(data_dir, *arguments, **variables):
    """The demo's command line and environment: nothing of this test session's own servers."""
    env = {name: value for name, value in os.environ.items() if name not in ADDRESSES}
    env |= {"DJANGO_SETTINGS_MODULE": "portal.settings", "PYTHONUNBUFFERED": "1"} | variables
    return {
        "args": [sys.executable, str(ROOT / "manage.py"), "demo", "--data-dir", str(data_dir), *arguments],
        "env": env,
        "text": True,
    }


def refusal(data_dir, *arguments, **variables):
    """What a demo that cannot start says: one line on standard error and exit status 1."""
    done = subprocess.run(**command(data_dir, *arguments, **variables), capture_output=True, timeout=60, check=False)
    assert done.returncode == 1, done
    assert done.stderr.startswith("CommandError: ")
    assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Demo:
    """A demo that runs as its user would run it."""

    def __init__(self, data_dir, *arguments, **variables):
        self.data_dir, self.port = data_dir, free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        started = command(data_dir, "--port", str(self.port), *arguments, **variables)
        self.process = subprocess.Popen(**started, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.said = ""
        for line in self.process.stdout:
            self.said += line
            if "Press Ctrl-C" in line:
                return
        self.process.communicate()
        raise AssertionError(self.said)

    def get(self, path):
        with urllib.request.urlopen(self.address + path, timeout=30) as answer:
            return answer.status, answer.read().decode()

    def ask(self, sql):
        return ask(dotenv_values(self.data_dir / "embedded.env")["DATABASE_URL"], sql)

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        self.said += self.process.communicate(timeout=60)[0]
        return self.process.returncode


@pytest.fixture(scope="module")
def top():
    top = Path(tempfile.mkdtemp(prefix="sme-demo-"))
    top.chmod(0o755)
    yield top
    shutil.rmtree(top)


@pytest.fixture
def data_dir(top):
    """Kept from test to test, so that only the first start loads everything."""
    yield top / "var"
    left = processes_under(top)
    for process in left:
        process.kill()
    assert left == []


@pytest.fixture
def used_data_dir(data_dir):
    """One in which a demo has run and left data."""
    if not (data_dir / "secret_key").exists():  # when this test runs without the one that starts the first demo
        demo = Demo(data_dir)
        demo.ask(KEEP)
        demo.end()
    return data_dir


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_demo_serves_the_portal_and_its_mail_and_sigterm_leaves_nothing(data_dir):
    demo = Demo(data_dir)
    assert f"{demo.address}/mail/" in demo.said
    assert demo.get("/")[0] == 200
    assert demo.get("/mail/")[0] == 200
    status, said = demo.get("/readyz")
    assert status == 200
    assert json.loads(said).items() >= {"database": "ok", "redis": "ok", "outbox_late": 0}.items()
    names = " ".join(" ".join(process.cmdline()) for process in processes_under(data_dir))
    assert all(part in names for part in ("granian", "worker", "beat", "postgres", "valkey"))
    for secret in ("embedded.env", "secret_key"):
        assert stat.S_IMODE((data_dir / secret).stat().st_mode) == 0o600
    assert "Another copy is running" in refusal(data_dir, "--port", str(free_port()))
    assert "choose another with --port" in refusal(data_dir / "other", "--port", str(demo.port))
    demo.ask(KEEP)
    assert demo.end(signal.SIGTERM) == 0
    assert processes_under(data_dir) == []
    assert not (data_dir / "embedded.env").exists()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_started_again_it_keeps_data_revives_what_dies_and_a_sigkill_leaves_nothing(used_data_dir):
    data_dir = used_data_dir
    key = (data_dir / "secret_key").read_text()
    demo = Demo(data_dir)
    assert demo.ask("SELECT n FROM kept") == (7,)
    assert "economies" not in demo.said  # the same files are not loaded into the same database again
    assert (data_dir / "secret_key").read_text() == key
    children = psutil.Process(demo.process.pid).children()
    for child in children:
        child.kill()
    assert len(children) == 6
    said = [demo.process.stdout.readline() for _ in range(6)]
    assert all(line.endswith("had stopped; it was started again.\n") for line in said)
    assert eventually(lambda: '"redis": "ok"' in answer_of(demo, "/readyz"), within=30)
    demo.end(signal.SIGKILL)
    assert eventually(lambda: processes_under(data_dir) == [], within=40)


def answer_of(demo, path):
    """The page, or nothing while the server is starting."""
    try:
        return demo.get(path)[1]
    except OSError:
        return ""


@pytest.mark.slow
def test_reset_starts_afresh_keeps_files_that_are_not_its_own_and_ctrl_c_while_it_prepares_leaves_nothing(top):
    data_dir = top / "reset"
    with Servers(data_dir) as servers:
        ask(servers.database_url, KEEP)
    (data_dir / "mine.txt").write_text("mine")
    (data_dir / "secret_key").write_text("old")
    # As a killed demo leaves it: must not count as a database of one's own.
    gone = "DATABASE_URL='postgres://portal:gone@%2Fgone/portal'\n"
    (data_dir / "embedded.env").write_text(gone)
    started = command(data_dir, "--reset", "--port", str(free_port()), PORTAL_DATA_DIR=str(data_dir))
    process = subprocess.Popen(**started, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    env_file = data_dir / "embedded.env"
    assert eventually(lambda: env_file.exists() and env_file.read_text() != gone, within=60)
    assert ask(dotenv_values(env_file)["DATABASE_URL"], "SELECT to_regclass('kept')") == (None,)
    assert (data_dir / "secret_key").read_text() != "old"
    assert (data_dir / "mine.txt").read_text() == "mine"
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert processes_under(data_dir) == []
    assert not env_file.exists()


def test_a_data_directory_from_another_postgresql_is_refused(top):
    cluster = top / "old" / "servers" / "postgres"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("16\n")
    assert "made by PostgreSQL 16" in refusal(top / "old", "--port", str(free_port()))


def test_a_data_directory_that_cannot_be_written_is_refused(top):
    (top / "file").write_text("in the way")
    assert "Cannot write to the data directory" in refusal(top / "file" / "var", "--port", str(free_port()))


def test_a_database_of_ones_own_is_never_reset(top):
    said = refusal(top / "own", "--reset", DATABASE_URL="postgres://elsewhere/portal")
    assert "--reset deletes only embedded data" in said
    assert not (top / "own").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--port", "70000"], "70000 is not a port"),
        (["--port", "0"], "0 is not a port"),
        (["--host", "192.0.2.1"], "Cannot listen on 192.0.2.1"),
        (["--host", "no.such.host.invalid"], "is not an address of this machine"),
    ],
)
def test_an_address_that_cannot_be_served_is_refused(top, arguments, sentence):
    assert sentence in refusal(top / "address", *arguments)


def test_a_port_that_listens_is_in_use_and_one_just_left_is_free():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            reserve_port("127.0.0.1", port)
        with socket.create_connection(("127.0.0.1", port)) as client, server.accept()[0] as accepted:
            accepted.shutdown(socket.SHUT_RDWR)  # this side closes first, so that the port lingers
            client.recv(1)
    with reserve_port("127.0.0.1", port):
        pass


def test_a_port_once_reserved_is_nobody_elses_while_the_demo_prepares():
    with reserve_port("127.0.0.1", free_port()) as held:
        port = held.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            socket.create_server(("127.0.0.1", port))
        with pytest.raises(OSError, match="in use"):
            reserve_port("127.0.0.1", port)
    socket.create_server(("127.0.0.1", port)).close()


def test_a_private_file_is_private_from_its_first_byte_and_replaces_the_old_one(tmp_path):
    path = tmp_path / "secret"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]
