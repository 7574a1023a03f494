from django.core.management.base import BaseCommand, CommandError

from portal.locales import untranslated, update_catalogues


class Command(BaseCommand):
    help = "Collect the strings marked for translation into locale/*/LC_MESSAGES/django.po. Needs no gettext package."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="change nothing; fail when a translation is missing")

    def handle(self, *args, check, **options):
        if check:
            self._check()
            return
        for locale, missing in update_catalogues().items():
            self.stdout.write(f"{locale}: {missing} strings without a translation")

    def _check(self):
        lines = [f"{locale}: {text!r}" for locale, texts in untranslated().items() for text in texts]
        if lines:
            raise CommandError("Strings without a translation:\n" + "\n".join(lines))
        self.stdout.write("Every string is translated.")
