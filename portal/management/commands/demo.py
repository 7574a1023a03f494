"""The whole portal in one command, for looking at it and for working on it; not for production."""

import ipaddress
import os
import secrets
import shutil
import socket
import sys
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from dotenv import dotenv_values

from portal import supervisor
from portal.embedded import EmbeddedError, Servers
from portal.embedded.processes import Child

#: What the demo keeps in its data directory beside the servers' files; --reset removes these and nothing else.
FOLDERS = ("log", "static", "media")
FILES = ("secret_key", "embedded.env", "beat*", "prepared")
MAILBOX = "django_mail_viewer.backends.database.backend.EmailBackend"


class Command(BaseCommand):
    help = "Run the portal with its own PostgreSQL and Redis, sample data and a mailbox, until Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--data-dir", type=Path, default=settings.VAR_DIR, help="where all data is kept")
        parser.add_argument("--reset", action="store_true", help="delete the demo's data first")

    def handle(self, *args, host, port, data_dir, reset, **options):
        data_dir = data_dir.resolve()
        given = _given_addresses()
        if reset and "DATABASE_URL" in given:
            raise CommandError("--reset deletes only embedded data; DATABASE_URL points to a database of your own.")
        interruption = supervisor.Interruption()
        servers = Servers(data_dir, postgres="DATABASE_URL" not in given, valkey="REDIS_URL" not in given)
        try:
            with _reserved(host, port):
                if reset:
                    servers.remove()
                    _remove_own_files(data_dir)
                with servers:
                    self._run(servers, interruption, host, port, given)
        except EmbeddedError as error:
            raise CommandError(str(error)) from error

    def _run(self, servers, interruption, host, port, given):
        """Prepare, start, watch; leaves no child, however it ends."""
        data_dir = servers.data_dir
        shown = f"http://{_shown(host)}:{port}"
        env = _environment(data_dir, servers.environment() | given, host, shown)
        embedded_env = data_dir / "embedded.env"
        _write_env(embedded_env, servers.environment())
        children = []
        try:
            if not self._prepare(env, interruption):
                return
            children = supervisor.portal_children(
                root=settings.BASE_DIR, data_dir=data_dir, host=host, port=port, env=env
            )
            for child in children:
                child.start()
            if not supervisor.wait_until_ready(f"{shown}/healthz", children[-1], interruption):
                if not interruption.is_asked:
                    raise CommandError(f"The web server does not answer; {supervisor.log_of(children[-1])}")
                return
            self._greet(shown, host, data_dir)
            supervisor.watch(children, servers, interruption, self._say)
        finally:
            self._say("Stopping…")
            supervisor.stop(children)
            embedded_env.unlink(missing_ok=True)

    def _prepare(self, env, interruption):
        """Run the preparation step; False when interrupted."""
        command = [sys.executable, settings.BASE_DIR / "manage.py", "prepare_demo"]
        status = supervisor.run_to_end(Child("preparation", command, env=env, cwd=settings.BASE_DIR), interruption)
        if interruption.is_asked:
            return False
        if status:
            raise CommandError("The preparation failed, as said above; nothing is left running.")
        return True

    def _greet(self, address, host, data_dir):
        self._say("")
        self._say(f"The portal is at   {address}/")
        self._say(f"Its mail is at     {address}/mail/")
        self._say(f"Data and logs in   {data_dir}")
        if not _is_this_machine_only(host):
            self._say("Everyone who can reach this address can read that mail and sign in as the people above.")
        self._say("Press Ctrl-C to stop.")

    def _say(self, text):
        self.stdout.write(text)
        self.stdout.flush()


def _given_addresses():
    """DATABASE_URL and the Redis addresses that a person set: not those a killed demo left in embedded.env."""
    left = dotenv_values(settings.VAR_DIR / "embedded.env")
    names = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL")
    given = {name: os.environ[name] for name in names if os.environ.get(name) and os.environ[name] != left.get(name)}
    if "REDIS_URL" not in given:
        given.pop("CELERY_BROKER_URL", None)
    return given


def _environment(data_dir, addresses, host, shown):
    """What every child process finds in its environment; a demo never sends real mail."""
    inherited = {name: value for name, value in os.environ.items() if name != "CELERY_BROKER_URL"}
    demo = {
        "PORTAL_DEMO": "1",
        "PORTAL_DATA_DIR": str(data_dir),
        "SECRET_KEY": _secret_key(data_dir),
        "SITE_URL": shown,
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]" if _is_this_machine_only(host) else "*",
        "SECURE_TRANSPORT": "false",
        "EMAIL_BACKEND": MAILBOX,
        "EMAIL_URL": "",
        "STATIC_ROOT": str(data_dir / "static"),
        "MEDIA_ROOT": str(data_dir / "media"),
        "PYTHONUNBUFFERED": "1",
    }
    if "CELERY_BROKER_URL" not in addresses:
        addresses["CELERY_BROKER_URL"] = addresses["REDIS_URL"]
    return inherited | demo | addresses


def _secret_key(data_dir):
    """The demo's own key, made once, so that sessions survive a restart."""
    path = data_dir / "secret_key"
    if not path.exists():
        supervisor.write_private(path, secrets.token_urlsafe(50))
    return path.read_text()


def _write_env(path, addresses):
    """Tell other manage.py commands where the servers are."""
    lines = [f"{name}='{value}'\n" for name, value in addresses.items()]
    supervisor.write_private(path, "".join(["# Written by the running demo, removed when it stops.\n", *lines]))


def _remove_own_files(data_dir):
    for name in FOLDERS:
        shutil.rmtree(data_dir / name, ignore_errors=True)
    for pattern in FILES:
        for path in data_dir.glob(pattern):
            path.unlink()


def _reserved(host, port):
    """The address, held for the web server until the end."""
    if port not in range(1, 65536):
        raise CommandError(f"{port} is not a port; choose one from 1 to 65535.")
    try:
        return supervisor.reserve_port(host, port)
    except socket.gaierror as error:
        raise CommandError(f"{host} is not an address of this machine.") from error
    except OSError as error:
        raise CommandError(
            f"Cannot listen on {host} port {port}: {error.strerror}; choose another with --port."
        ) from error


def _is_this_machine_only(host):
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _shown(host):
    """The host as a browser on this machine wants it."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return "localhost"
    return f"[{host}]" if address.version == 6 else host  # noqa: PLR2004
