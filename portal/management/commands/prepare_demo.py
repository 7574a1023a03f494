"""Bring the demo's database and files up to date; every step may be repeated and changes nothing the second time."""

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Migrate, compile catalogues, load all data, create the demo people (run by the demo command)."

    def handle(self, *args, **options):
        call_command("compile_catalogues", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("load_reference")
        call_command("load_catalogue")
        call_command("load_sample")
        call_command("demo_people")
