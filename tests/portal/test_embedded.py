"""The embedded servers start, keep data, refuse politely and never outlive their owner, however it ends."""

import itertools
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import kombu
import psutil
import psycopg2
import pytest
import redis

from portal.embedded import EmbeddedError, Servers
from portal.embedded.places import LONGEST_SOCKET, take_lock
from portal.embedded.processes import Child
from tests.portal.watching import ask, eventually, processes_under

ROOT = Path(__file__).resolve().parents[2]
OWNER = """
import sys, time
from pathlib import Path
from portal.embedded import Servers
servers = Servers(Path(sys.argv[1]))
servers.start()
print(servers.postgres.pid, servers.valkey.pid, servers.database_url, flush=True)
time.sleep(600)
"""


@pytest.fixture
def data_dir():
    """A data directory that every user can reach, as a project's folder usually is."""
    top = Path(tempfile.mkdtemp(prefix="sme-embedded-"))
    top.chmod(0o755)
    yield top / "var"
    Servers(top / "var").remove()
    shutil.rmtree(top)


def spawn_owner(data_dir):
    """A process that starts servers and sleeps; with what it printed."""
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(data_dir)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    postgres, valkey, url = owner.stdout.readline().split()
    return owner, int(postgres), int(valkey), url


def test_servers_answer_and_stopping_leaves_no_process(data_dir):
    with Servers(data_dir) as servers:
        assert ask(servers.database_url, "SELECT current_database(), current_setting('TimeZone')") == ("portal", "UTC")
        with redis.Redis.from_url(servers.redis_url) as client:
            assert client.ping()
        with kombu.Connection(servers.broker_url) as broker:
            broker.ensure_connection(max_retries=1)
            assert broker.connected
        assert len(processes_under(data_dir)) >= 2
    assert processes_under(data_dir) == []


def test_data_survives_a_restart(data_dir):
    with Servers(data_dir) as servers:
        ask(servers.database_url, "CREATE TABLE kept AS SELECT 7 AS n")
        with redis.Redis.from_url(servers.redis_url) as client:
            client.set("kept", "seven")
        password = servers.database_url
    with Servers(data_dir) as servers:
        assert servers.database_url == password
        assert ask(servers.database_url, "SELECT n FROM kept") == (7,)
        with redis.Redis.from_url(servers.redis_url) as client:
            assert client.get("kept") == b"seven"


def test_servers_that_need_not_last_leave_no_file(data_dir):
    with Servers(data_dir, durable=False) as servers:
        assert ask(servers.database_url, "SHOW fsync") == ("off",)
    assert [path.name for path in data_dir.iterdir()] == ["lock"]


def test_much_data_is_measured_with_the_settings_an_operator_would_give_it(data_dir):
    with Servers(data_dir, durable=False, settings=["shared_buffers=64MB"]) as servers:
        assert ask(servers.database_url, "SHOW shared_buffers") == ("64MB",)
        assert ask(servers.database_url, "SHOW fsync") == ("off",)


def test_the_extensions_we_build_on_can_be_created(data_dir):
    with Servers(data_dir, durable=False) as servers:
        for name in ("vector", "pg_trgm", "unaccent", "btree_gist"):
            ask(servers.database_url, f"CREATE EXTENSION {name}")
        assert ask(servers.database_url, "SELECT '[1,2]'::halfvec(2) <-> '[1,4]'") == (2.0,)
        assert ask(servers.database_url, "SELECT unaccent('Éxito'), lower('ÉÑ')") == ("Exito", "éñ")


def test_nothing_listens_on_a_network(data_dir):
    with Servers(data_dir, durable=False) as servers:
        for pid in (servers.postgres.pid, servers.valkey.pid):
            kinds = {connection.family.name for connection in psutil.Process(pid).net_connections("inet")}
            assert kinds == set()


def test_sockets_passwords_and_data_are_closed_to_others(data_dir):
    with Servers(data_dir) as servers:
        private = [servers.postgres.run, servers.postgres.cluster, servers.home / "valkey", servers.home / "log"]
        for folder in private:
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
        assert stat.S_IMODE(servers.postgres.password_file.stat().st_mode) == 0o600
        with pytest.raises(psycopg2.OperationalError, match="password"):
            psycopg2.connect(host=str(servers.postgres.run), user="portal", dbname="portal", password="guess")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another user to run as")
def test_root_runs_neither_server_as_root(data_dir):
    nobody = pwd.getpwnam("nobody").pw_uid
    with Servers(data_dir, durable=False) as servers:
        for pid in (servers.postgres.pid, servers.valkey.pid):
            assert set(psutil.Process(pid).uids()) == {nobody}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another user to run as")
def test_root_keeps_the_files_elsewhere_below_a_private_folder_and_leaves_its_permissions_alone():
    private = Path(tempfile.mkdtemp(prefix="sme-private-"))
    with Servers(private / "var", durable=False) as servers:
        assert ask(servers.database_url, "SELECT 1") == (1,)
        home = servers.home
        assert private not in home.parents
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert not home.exists()
    shutil.rmtree(private)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_user_without_write_permission_is_told_so(data_dir):
    data_dir.mkdir(mode=0o755)
    nobody = pwd.getpwnam("nobody")
    child = os.fork()
    if child == 0:  # pragma: no cover -- another process
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
        try:
            Servers(data_dir).start()
        except EmbeddedError as error:
            os._exit(0 if "Cannot write to the data directory" in str(error) else 2)
        os._exit(3)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_file_in_the_place_of_the_data_directory_is_refused(data_dir):
    data_dir.write_text("a file")
    with pytest.raises(EmbeddedError, match="Cannot write to the data directory"):
        Servers(data_dir).start()
    data_dir.unlink()


def test_a_second_copy_on_the_same_directory_is_refused_at_once_and_the_first_lives_on(data_dir):
    with Servers(data_dir) as first:
        began = time.monotonic()
        with pytest.raises(EmbeddedError, match="Another copy is running"):
            Servers(data_dir).start()
        assert time.monotonic() - began < 2
        with pytest.raises(EmbeddedError, match="Another copy is running"):
            Servers(data_dir).remove()
        assert ask(first.database_url, "SELECT 1") == (1,)


def test_of_six_started_together_one_wins(data_dir):
    program = OWNER.replace("time.sleep(600)", "sys.stdin.read(); servers.stop()")
    command = [sys.executable, "-c", program, str(data_dir)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    owners = [subprocess.Popen(command, cwd=ROOT, **pipes) for _ in range(6)]
    assert eventually(lambda: sum(one.poll() == 1 for one in owners) == 5, within=60)
    results = [(one.communicate(), one.returncode) for one in owners]  # closes the winner's input, which ends it
    assert sorted(code for _, code in results) == [0, 1, 1, 1, 1, 1]
    assert all("Another copy is running" in error for (_, error), code in results if code)
    assert processes_under(data_dir) == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_killing_the_owner_ends_the_servers_and_the_next_start_loses_nothing(data_dir, number):
    owner, _, _, url = spawn_owner(data_dir)
    ask(url, "CREATE TABLE kept AS SELECT 7 AS n")
    owner.send_signal(number)
    owner.communicate()
    with Servers(data_dir) as servers:  # at once: waits for the old ones by the lock they inherited
        assert ask(servers.database_url, "SELECT n FROM kept") == (7,)
    assert processes_under(data_dir) == []


def test_servers_of_a_killed_owner_are_gone_within_seconds(data_dir):
    owner, *_ = spawn_owner(data_dir)
    owner.kill()
    owner.communicate()
    assert eventually(lambda: processes_under(data_dir) == [], within=10)


def test_a_pid_file_left_behind_whose_number_is_another_process_now_is_no_obstacle(data_dir):
    with Servers(data_dir) as servers:
        cluster = servers.postgres.cluster
    user = {} if os.geteuid() else {"user": cluster.stat().st_uid}
    stranger = subprocess.Popen(["/bin/sleep", "60"], cwd="/", **user)
    try:
        pid_file = cluster / "postmaster.pid"
        pid_file.write_text(f"{stranger.pid}\n{cluster}\n1700000000\n5432\n{cluster}\n\n  1234567  12\nready\n")
        shutil.chown(pid_file, cluster.stat().st_uid, cluster.stat().st_gid)
        with Servers(data_dir) as servers:
            assert ask(servers.database_url, "SELECT 1") == (1,)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_server_that_somebody_else_runs_on_our_files_is_left_alone_and_named(data_dir):
    with Servers(data_dir) as servers:
        postgres = servers.postgres
    stranger = Child(
        "stranger",
        [postgres.programs.postgres, "-D", postgres.cluster, "-c", "listen_addresses=", "-k", postgres.run],
        stop_with=signal.SIGINT,
        log=servers.home / "log" / "stranger.log",
        cwd="/",
        run_as=postgres.user.options(),
    )
    stranger.start()
    try:
        assert eventually((postgres.run / ".s.PGSQL.5432").exists)
        with pytest.raises(EmbeddedError, match=f"process {stranger.pid}.* is running on"):
            Servers(data_dir).start()
        assert stranger.is_running
    finally:
        stranger.stop()


def test_a_directory_from_another_postgresql_is_refused_untouched(data_dir):
    with Servers(data_dir) as servers:
        version = servers.postgres.cluster / "PG_VERSION"
    version.write_text("16\n")
    with pytest.raises(EmbeddedError, match="made by PostgreSQL 16 and this is PostgreSQL 18"):
        Servers(data_dir).start()
    assert version.read_text() == "16\n"
    assert processes_under(data_dir) == []


def test_a_broken_first_attempt_is_made_good(data_dir):
    half = data_dir / "servers" / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    (data_dir / "servers").chmod(0o711)
    data_dir.chmod(0o711)
    with Servers(data_dir) as servers:
        assert ask(servers.database_url, "SELECT 1") == (1,)
        assert not half.exists()


@pytest.mark.parametrize("name", ["long" * 30, "with a space, a comma", "ünïcode 100%"])
def test_awkward_folder_names_work_and_leave_nothing_behind(data_dir, name):
    with Servers(data_dir / name) as servers:
        assert ask(servers.database_url, "SELECT 1") == (1,)
        with redis.Redis.from_url(servers.redis_url) as client, kombu.Connection(servers.broker_url) as broker:
            assert client.ping()
            broker.ensure_connection(max_retries=1)
        sockets = servers.postgres.run
        assert len(os.fsencode(sockets / ".s.PGSQL.5432")) <= LONGEST_SOCKET
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    Servers(data_dir / name).remove()
    assert not sockets.exists()


def test_valkey_can_be_stopped_and_started_alone(data_dir):
    with Servers(data_dir, durable=False) as servers, redis.Redis.from_url(servers.redis_url) as client:
        client.set("kept", "yes")
        servers.stop_valkey()
        with pytest.raises(redis.ConnectionError):
            client.ping()
        assert servers.watch() == []  # stopped on purpose stays stopped
        servers.start_valkey()
        assert client.get("kept") == b"yes"
        assert ask(servers.database_url, "SELECT 1") == (1,)


def test_servers_that_are_killed_are_restarted_while_watched(data_dir):
    with Servers(data_dir) as servers:
        ask(servers.database_url, "CREATE TABLE kept AS SELECT 7 AS n")
        os.kill(servers.postgres.pid, signal.SIGKILL)
        os.kill(servers.valkey.pid, signal.SIGKILL)
        restarted = set()

        def both_back():
            restarted.update(servers.watch())
            return restarted == {"PostgreSQL", "Valkey"}

        assert eventually(both_back)

        def answers():
            servers.watch()
            try:
                return ask(servers.database_url, "SELECT n FROM kept") == (7,)
            except psycopg2.OperationalError:
                return False

        assert eventually(answers)
        with redis.Redis.from_url(servers.redis_url) as client:
            assert eventually(client.ping)


def test_a_child_that_keeps_exiting_is_restarted_ever_more_slowly(tmp_path):
    log = tmp_path / "log"
    child = Child("brief", ["/bin/sh", "-c", "date +%s.%N"], log=log)
    child.start()
    until = time.monotonic() + 4
    while time.monotonic() < until:
        child.revive()
        time.sleep(0.01)
    child.stop()
    starts = [float(line) for line in log.read_text().split()]
    pauses = [later - sooner for sooner, later in itertools.pairwise(starts)]
    assert len(pauses) in {3, 4}  # 0.2 + 0.4 + 0.8 + 1.6 s
    assert all(later > 1.4 * sooner for sooner, later in itertools.pairwise(pauses))


def test_started_from_a_thread_a_child_outlives_the_thread_but_not_the_process():
    program = (
        "import threading, time\n"
        "from portal.embedded.processes import Child\n"
        "child = Child('sleeper', ['/bin/sleep', '600'])\n"
        "thread = threading.Thread(target=child.start)\n"
        "thread.start(); thread.join(); time.sleep(0.3)\n"
        "print(child.pid if child.is_running else 0, flush=True)\n"
        "time.sleep(600)\n"
    )
    owner = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    sleeper = psutil.Process(int(owner.stdout.readline()))
    minders = [one for one in psutil.Process(owner.pid).children() if one.pid != sleeper.pid]
    assert len(minders) == 1
    owner.kill()
    owner.communicate()
    assert eventually(lambda: not sleeper.is_running() and not minders[0].is_running())


def test_a_forked_copy_of_the_owner_cannot_stop_the_servers(data_dir):
    with Servers(data_dir, durable=False) as servers:
        child = os.fork()
        if child == 0:  # pragma: no cover -- another process
            servers.stop()
            os._exit(0)
        os.waitpid(child, 0)
        assert ask(servers.database_url, "SELECT 1") == (1,)


def test_the_lock_is_free_again_after_a_stop(data_dir):
    with Servers(data_dir, durable=False):
        assert take_lock(data_dir / "lock") is None
    free = take_lock(data_dir / "lock")
    assert free is not None
    os.close(free)
