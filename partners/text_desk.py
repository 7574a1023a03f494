"""What chambers' texts put on a desk: the firm's word is waited for, or has come."""

from django.db.models import Q
from django.utils.translation import gettext as _

from partners.models import PartnerRequest, TextConfirmation
from portal.accounts.models import User
from portal.accounts.permissions import chamber_ids, company_ids
from portal.desk import Waiting

Status = TextConfirmation.Status
#: At most this many; the pages behind them have the rest.
MOST = 20


def waiting_for(user: User) -> list[Waiting]:
    """For the firm's people the texts to confirm, for the chamber's those that were answered; one query."""
    asked = Q(status=Status.ASKED, request__company__in=company_ids(user)) & ~Q(request__posted_by=user)
    answered = Q(status__in=[Status.CONFIRMED, Status.CHANGES], request__chamber__in=chamber_ids(user))
    found = TextConfirmation.objects.filter(
        asked | answered, request__status=PartnerRequest.Status.DRAFT, request__origin=PartnerRequest.Origin.CHAMBER
    )
    rows = found.select_related("request").order_by("asked_at", "pk")[: 2 * MOST]
    current = [row for row in rows if row.version == row.request.version]
    return [
        Waiting(
            title=_title(row),
            url=row.request.get_absolute_url(),
            since=row.answered_at or row.asked_at,
            kind=_("Partner request"),
        )
        for row in current[:MOST]
    ]


def _title(row: TextConfirmation) -> str:
    titles = {
        Status.ASKED: _("Say whether “%(title)s” is right: your chamber wrote it"),
        Status.CONFIRMED: _("Publish “%(title)s”: the company has confirmed it"),
        Status.CHANGES: _("Change “%(title)s” as the company asks"),
    }
    return titles[Status(row.status)] % {"title": row.request.title}
