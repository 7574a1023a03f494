from django.core.management.base import BaseCommand

from portal.locales import update_catalogues


class Command(BaseCommand):
    help = "Collect the strings marked for translation into locale/*/LC_MESSAGES/django.po. Needs no gettext package."
    requires_system_checks = []

    def handle(self, *args, **options):
        for locale, missing in update_catalogues().items():
            self.stdout.write(f"{locale}: {missing} strings without a translation")
