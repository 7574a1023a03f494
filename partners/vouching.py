"""What chambers checked of their member firms: said with a day, shown with the firm's name until it runs out.

A firm that leaves its chamber loses what the chamber said of it. On a request that hides its company nothing of this
is shown: the day of a check could tell whose it is.
"""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners import sides
from partners.models import ChamberMember, Vouch
from portal.accounts.models import Organization, User
from portal.activity.log import record
from portal.lifecycle import lock
from portal.notifications.models import Notification
from portal.notifications.outbox import notify

#: How long a check holds unless the chamber says otherwise, and at most: what was seen two years ago says little.
USUAL_DAYS = 365
MOST_DAYS = 731
#: Days before the end on which the chamber is reminded.
REMINDED = (30, 7)
REMINDER = "partners/vouch_ends"


@transaction.atomic
def vouch(
    chamber: Organization,
    *,
    company: Organization,
    checks: Collection[str],
    checked_on: date,
    expires_on: date,
    by: User,
    checked_by_name: str = "",
) -> Vouch:
    """Say what the chamber checked of its member firm; an earlier word of the same chamber gives way. The firm is told.

    Raises ``ValidationError``: ``not_a_member``; ``checks`` when nothing was checked; ``future`` when it is to be
    checked yet; ``over`` when it would have run out by now; ``too_long`` for more than ``MOST_DAYS``.
    """
    Organization.objects.select_for_update(no_key=True, of=("self",)).get(pk=company.pk)  # of two clicks one waits
    if not ChamberMember.objects.active().filter(chamber=chamber, company=company).exists():
        raise ValidationError(_("This company is not a member of the chamber."), code="not_a_member")
    known = [check for check in Vouch.Check.values if check in checks]
    if not known:
        raise ValidationError(_("Say what was checked."), code="checks")
    check_days(checked_on, expires_on)
    now = timezone.now()
    is_renewed = Vouch.objects.filter(chamber=chamber, company=company, withdrawn_at=None).update(withdrawn_at=now) > 0
    said = Vouch(
        chamber=chamber,
        company=company,
        checks=known,
        checked_on=checked_on,
        expires_on=expires_on,
        checked_by_name=checked_by_name.strip(),
        by=by,
        at=now,
    )
    said.full_clean()
    said.save()
    record(by, "vouch_renewed" if is_renewed else "vouched", said)
    _tell_firm(said, "partners/vouch_given")
    return said


@transaction.atomic
def take_back(said: Vouch, *, by: User) -> Vouch:
    """Stop vouching from now on; the firm is told. Raises ``ValidationError(code="illegal_move")`` the second time."""
    said = lock(said)
    if said.withdrawn_at is not None:
        raise ValidationError(_("This was taken back, or renewed, before."), code="illegal_move")
    said.withdrawn_at = timezone.now()
    said.save(update_fields=["withdrawn_at"])
    record(by, "vouch_taken_back", said)
    _tell_firm(said, "partners/vouch_taken_back")
    return said


def end_with(member: ChamberMember, *, by: User) -> None:
    """A firm and its chamber part: the chamber's word about the firm ends with it, silently."""
    for said in Vouch.objects.filter(chamber=member.chamber_id, company=member.company_id, withdrawn_at=None):
        said.withdrawn_at = timezone.now()
        said.save(update_fields=["withdrawn_at"])
        record(by, "vouch_taken_back", said)


def check_days(checked_on: date, expires_on: date) -> None:
    """Raise ``ValidationError`` (``future``, ``over``, ``too_long``) unless a check of that day may hold until then."""
    today = timezone.localdate()
    if checked_on > today:
        raise ValidationError({"checked_on": ValidationError(_("This day is still to come."), code="future")})
    if expires_on <= max(today, checked_on):
        raise ValidationError({"expires_on": ValidationError(_("Choose a day to come."), code="over")})
    if expires_on > checked_on + timedelta(days=MOST_DAYS):
        raise ValidationError(
            {"expires_on": ValidationError(_("A check holds for two years at most."), code="too_long")}
        )


def holds(row: Notification) -> bool:
    """Whether the word that a reminder is about still stands, until the day it says."""
    said: Any = row.about
    return said.withdrawn_at is None and f":{said.expires_on.isoformat()} " in row.key


def remind_due() -> int:
    """Remind the chambers of what runs out within 30 and within 7 days; return of how many. Running twice tells once.

    A clock that stood still goes on with the nearer reminder alone.
    """
    today = timezone.localdate()
    last = today + timedelta(days=max(REMINDED))
    ending = Vouch.objects.standing().filter(expires_on__lte=last).select_related("chamber", "company")
    for said in ending.order_by("expires_on", "pk"):
        days = min(day for day in REMINDED if said.expires_on - timedelta(days=day) <= today)
        people = sides.people_of([said.chamber])
        notify(people, REMINDER, about=said, occasion=f"{said.expires_on.isoformat()} {days}")
    return len(ending)


def _tell_firm(said: Vouch, kind: str) -> None:
    url = reverse("partners:profile-edit", args=[said.company.slug])
    notify(sides.people_of([said.company]), kind, about=said, occasion=said.pk, url=url)
