from django.core.management.base import BaseCommand
from django.db import transaction

from portal import sealed
from portal.notifications.models import Webhook


class Command(BaseCommand):
    """Encrypts stored secrets with the first SECRET_KEY: after it was changed, before the old one is dropped."""

    help = "Encrypt stored secrets with the present SECRET_KEY (docs/playbooks/deploy.md)."

    @transaction.atomic
    def handle(self, *args: object, **options: object) -> None:
        count, lost = Webhook.objects.count(), sealed.reseal(Webhook.objects.all())
        self.stdout.write(f"{count - lost} webhooks have secrets sealed with the present SECRET_KEY.")
        if lost:
            self.stderr.write(f"{lost} cannot be read: put the key they were sealed with into SECRET_KEY_FALLBACKS.")
