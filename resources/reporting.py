"""What readers say of a resource, and what becomes of it. Nobody is shown who said it."""

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.activity.log import record
from portal.languages import current
from portal.lifecycle import lock
from resources import permissions
from resources.models import Report, Resource

Verdict = Report.Verdict
#: The later, the graver.
GRAVITY = [Verdict.USEFUL, Verdict.NOT_USEFUL, Verdict.OUT_OF_DATE]
#: Days after which a visitor's digest, which counts within one day, is erased.
REMEMBERED = 2
LONGEST = 1000  # characters
LISTED = 20


@transaction.atomic
def report(resource: Resource, *, verdict: str, text: str = "", by: User | None = None, visitor: str = "") -> Report:
    """Keep one reader's word on a published resource: a user's, or a visitor's known by ``visitor_digest()``.

    A reader has one open word on a resource; saying another replaces it. Visitors behind one address look alike, so
    there only a graver word of the same day replaces a lighter one. The first that says out of date makes the review
    due today (UTC); the keepers hear of it with their next daily reminder.
    Raises ``ValidationError``: ``not_published``, and ``said_already`` for a visitor's second word of the day.
    """
    if verdict not in Verdict.values or (by is None) == (not visitor):
        raise ValueError("A report is a known verdict of either a user or a visitor.")
    row = lock(resource)  # of two clicks at once the second finds the first one's report
    if row.status != Resource.Status.PUBLISHED:
        raise ValidationError(_("This resource is no longer published."), code="not_published")
    said = _said_before(row, verdict, by=by, visitor=visitor)
    said.verdict, said.text, said.language = verdict, text.strip()[:LONGEST], current()
    said.created_at = timezone.now()
    said.full_clean(validate_unique=False)
    said.save()
    if verdict == Verdict.OUT_OF_DATE:
        _review_today(row)
    return said


@transaction.atomic
def handle(said: Report, *, by: User) -> Report:
    """Note that what a reader said is dealt with. Doing it twice is doing it once.

    Raises ``PermissionDenied`` when she does not keep the resource.
    """
    row = lock(said)
    if not permissions.keeps(by, row.resource):
        raise PermissionDenied
    if row.handled_at is None:
        row.handled_at, row.handled_by = timezone.now(), by
        row.save(update_fields=["handled_at", "handled_by"])
        record(by, "report_handled", row.resource, said=row.verdict)
    return row


def counts(resource: Resource) -> list[tuple[str, int]]:
    """How many readers said what of it, ever: (label, number) for each verdict."""
    found = dict(resource.reports.values_list("verdict").annotate(Count("pk")).order_by())
    return [(str(verdict.label), found.get(verdict, 0)) for verdict in Verdict]


def open_on(resource: Resource) -> list[Report]:
    """What its keepers have not dealt with yet, the oldest first; at most ``LISTED``, the others follow."""
    return list(resource.reports.open().order_by("created_at", "pk")[:LISTED])


def visitor_digest(address: str, day: date) -> str:
    """Stands for a visitor on one day. Without the portal's secret key nobody can tell whose address it was."""
    return salted_hmac("resources.reporting", f"{address}|{day}", algorithm="sha256").hexdigest()


def forget_visitors() -> int:
    """Erase the digests of past days, which count nothing any more; return how many."""
    past = Report.objects.exclude(visitor="").filter(created_at__lt=timezone.now() - timedelta(days=REMEMBERED))
    return past.update(visitor="")


def _said_before(row: Resource, verdict: str, *, by: User | None, visitor: str) -> Report:
    """Her open report, to be written over, or a new one."""
    if by is not None:
        return row.reports.filter(reporter=by, handled_at=None).first() or Report(resource=row, reporter=by)
    said = row.reports.filter(visitor=visitor).first()
    if said and (said.handled_at or GRAVITY.index(Verdict(verdict)) <= GRAVITY.index(Verdict(said.verdict))):
        raise ValidationError(
            _("Thank you. Somebody at your address has told us this today already."), code="said_already"
        )
    return said or Report(resource=row, visitor=visitor)


def _review_today(row: Resource) -> None:
    today = timezone.now().date()
    if row.review_due_on and row.review_due_on > today:
        was, row.review_due_on = row.review_due_on, today
        row.save(update_fields=["review_due_on"])
        # By the portal: who said it is nobody's business.
        record(None, "called_out_of_date", row, was=was.isoformat())
