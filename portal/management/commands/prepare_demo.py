"""Bring the demo's database and files up to date; every step may be repeated and changes nothing the second time."""

from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand

LOADERS = ("load_reference", "load_catalogue", "load_sample", "demo_people")


class Command(BaseCommand):
    help = "Migrate, compile catalogues, load all data, create the demo people (run by the demo command)."

    def handle(self, *args, **options):
        call_command("compile_catalogues", verbosity=0)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        available = get_commands()
        for loader in LOADERS:
            if loader in available:
                call_command(loader)
