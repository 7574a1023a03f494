from django.core.management.base import BaseCommand

from portal.locales import compile_catalogues


class Command(BaseCommand):
    help = "Compile the interface catalogues (locale/*/LC_MESSAGES/*.po) that changed. Needs no gettext package."
    requires_system_checks = []

    def handle(self, *args, **options):
        written = compile_catalogues()
        self.stdout.write(f"{len(written)} catalogues compiled.")
