"""Expressions of interest: sent, answered within a clock, and only then an introduction."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners import introductions, ladder, sides
from partners.models import ExpressionOfInterest, Introduction, PartnerRequest
from portal.accounts.models import Organization, User
from portal.activity.log import record
from portal.lifecycle import lock, move
from portal.notifications.outbox import notify

Status = ExpressionOfInterest.Status

#: How long the other side has to answer (the field's usual clock, UK Export Opportunities).
ANSWER_WITHIN = timedelta(days=7)
#: How often one company may come back to one request after taking its interest back: each time its people get mail.
MOST_ATTEMPTS = 3


@transaction.atomic
def express(
    request: PartnerRequest, *, company: Organization, message: str, by: User, shares_contact: bool = True
) -> ExpressionOfInterest:
    """Tell the request's side that ``company`` would like to meet; it sees the company, nobody's contact.

    Raises ``ValidationError``: ``closed`` when the request is not open, ``own`` for one's own request,
    ``already`` when the company waits for an answer, was accepted or was declined here, or has come and gone
    ``MOST_ATTEMPTS`` times.
    """
    request = lock(request)
    if not request.is_open:
        raise ValidationError(_("This request is no longer open."), code="closed")
    if company.pk in {request.company_id, request.chamber_id}:
        raise ValidationError(_("This is your own request."), code="own")
    before = request.interests.filter(company=company)
    stands = before.filter(status__in=[Status.SENT, Status.ACCEPTED, Status.DECLINED])
    if stands.exists() or before.count() >= MOST_ATTEMPTS:
        raise ValidationError(_("Your company has already expressed interest here."), code="already")
    now = timezone.now()
    interest = ExpressionOfInterest(
        request=request, company=company, by=by, message=message, sent_at=now, answer_due_at=now + ANSWER_WITHIN
    )
    interest.full_clean()
    interest.save()
    ladder.give_on_sending(interest, shares_contact=shares_contact, by=by)
    record(by, "sent", interest)
    introductions.show_interested_company(interest)
    notify(sides.request_side(request), "partners/interest_received", about=interest)
    return interest


@transaction.atomic
def accept(interest: ExpressionOfInterest, *, by: User, shares_contact: bool = True) -> Introduction:
    """Introduce the two sides: from now on each has the other's contact, by mail and on the page.

    Of two simultaneous answers one wins; the other raises ``ValidationError(code="illegal_move")``.
    """
    interest = move(interest, Status.ACCEPTED, by=by, answered_at=timezone.now())
    ladder.give_on_accepting(interest, shares_contact=shares_contact, by=by)
    introduction = introductions.introduce(interest, by=by)
    both = sides.request_side(interest.request) | sides.interested_side(interest)
    notify(both, "partners/interest_accepted", about=introduction)
    return introduction


@transaction.atomic
def decline(interest: ExpressionOfInterest, *, reason: str, by: User, note: str = "") -> ExpressionOfInterest:
    """Say no, with one of the fixed reasons and, if one likes, a note; the interested side is told both."""
    if reason not in ExpressionOfInterest.DeclineReason.values:
        raise ValidationError(_("Choose a reason."), code="reason")
    interest = move(
        interest,
        Status.DECLINED,
        by=by,
        answered_at=timezone.now(),
        decline_reason=reason,
        decline_note=note.strip(),
    )
    notify(sides.interested_side(interest), "partners/interest_declined", about=interest)
    return interest


@transaction.atomic
def withdraw(interest: ExpressionOfInterest, *, by: User) -> ExpressionOfInterest:
    """Take the interest back while it has no answer; the company's name is hidden from the other side again."""
    interest = move(interest, Status.WITHDRAWN, by=by, answered_at=timezone.now())
    ladder.end_all(interest, by=by)
    notify(sides.request_side(interest.request), "partners/interest_withdrawn", about=interest)
    return interest


def expire_due(limit: int = 200) -> int:
    """End the interests whose answer is overdue and tell the interested side, politely; return how many.

    Runs as often as one likes, also in parallel: each row is taken once.
    """
    with transaction.atomic():
        due = ExpressionOfInterest.objects.overdue().order_by("answer_due_at", "pk")
        rows = list(due.select_for_update(skip_locked=True, of=("self",))[:limit])
        for row in rows:
            interest = move(row, Status.EXPIRED, by=None, answered_at=timezone.now())
            notify(sides.interested_side(interest), "partners/interest_expired", about=interest)
    return len(rows)
