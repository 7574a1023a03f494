"""Bring the demo's database and files up to date; every step may be repeated and changes nothing the second time."""

import hashlib

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

LOADERS = ("load_reference", "load_thesaurus", "load_catalogue", "load_sample")
LOADED = ("reference.Economy", "search.Concept", "resources.Resource", "dialogues.Dialogue", "partners.PartnerRequest")
CODE = ("portal", "resources", "dialogues", "partners")


class Command(BaseCommand):
    help = "Migrate, compile catalogues, load all data, create the demo people (run by the demo command)."

    def handle(self, *args, **options):
        call_command("compile_catalogues", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        # A command that is called checks nothing: whether these tables can be brought up to date is asked here.
        self.check(tags=["database"], databases=["default"])
        call_command("migrate", interactive=False, verbosity=0)
        self._load()
        call_command("demo_people")

    def _load(self):
        """Load all data, unless these very files went into this very database: comparing takes seconds."""
        marker, state = settings.VAR_DIR / "prepared", _fingerprint()
        if marker.exists() and marker.read_text() == state and _has_data():
            return
        for loader in LOADERS:
            call_command(loader)
        call_command("embed")
        marker.write_text(state)


def _fingerprint():
    """Changes with any data file, with our code, and with the database."""
    files = [path for path in settings.REFERENCE_DATA_DIR.rglob("*") if path.is_file()]
    files += [path for folder in CODE for path in (settings.BASE_DIR / folder).rglob("*.py")]
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        database = (connection.settings_dict["HOST"], connection.settings_dict["NAME"], cursor.fetchone()[0])
    stats = ((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(files))
    return hashlib.sha256(repr((database, *stats)).encode()).hexdigest()


def _has_data():
    return all(apps.get_model(name)._base_manager.exists() for name in LOADED)  # noqa: SLF001 -- hidden rows count too
