from collections import Counter

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.reference.loading import progress
from resources import links, telling
from resources.models import LinkCheck, Resource

BATCH = 20


class Command(BaseCommand):
    help = "Look at the addresses of resources that are due, and tell the keepers what broke."

    def add_arguments(self, parser):
        parser.add_argument("--all", action="store_true", help="Also those that are not due yet.")
        parser.add_argument("--publisher", metavar="SLUG", help="Only this publisher's, due or not.")

    def handle(self, *args, **options):
        links.plan()
        wanted = self._wanted(options)
        counts: Counter[str] = Counter()
        for batch in progress("Links", [wanted[start : start + BATCH] for start in range(0, len(wanted), BATCH)]):
            claims = links.claim(BATCH, among=batch)
            counts["busy"] += len(batch) - len(claims)  # a worker looks at them just now
            counts += links.check_claimed(claims)
        mails = telling.tell_broken()
        found = ", ".join(f"{count} {name}" for name, count in sorted((+counts).items())) or "nothing was due"
        self.stdout.write(f"{len(wanted)} addresses: {found}. {mails} mails promised.")

    def _wanted(self, options):
        rows = LinkCheck.objects.exclude(resource__status=Resource.Status.ARCHIVED)
        if slug := options["publisher"]:
            rows = rows.filter(resource__publisher__slug=slug)
            if not rows.exists():
                raise CommandError(f"No resource of a publisher “{slug}” has an address to look at.")
        elif not options["all"]:
            rows = rows.filter(due_at__lte=timezone.now())
        return list(rows.order_by("due_at", "pk").values_list("pk", flat=True))
