from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Max, QuerySet

from partners.models import CompanyProfile, PartnerRequest
from portal.reference.loading import progress

#: Rows that are marked, and held, at once.
PORTION = 5_000


class Command(BaseCommand):
    help = (
        "Have the workers store the matches of all companies and requests anew, by and by; until then a page compares "
        "what it shows. May be stopped and started again at any time."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        companies = self._mark(CompanyProfile.objects.listed())
        requests = self._mark(PartnerRequest.objects.exclude(status=PartnerRequest.Status.DRAFT))
        self.stdout.write(f"{companies} companies and {requests} requests wait for the workers.")

    @staticmethod
    def _mark(rows: QuerySet) -> int:
        last = rows.aggregate(last=Max("pk"))["last"] or 0
        due = rows.filter(match_is_due=False)
        return sum(
            due.filter(pk__gte=start, pk__lt=start + PORTION).update(match_is_due=True)
            for start in progress("Matches", list(range(1, last + 1, PORTION)))
        )
