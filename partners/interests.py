"""Expressions of interest: sent, answered within a clock (partners/chasing.py), and only then an introduction."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners import introductions, ladder, limiting, sides
from partners.models import ChamberMember, ExpressionOfInterest, Introduction, PartnerRequest
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
    request: PartnerRequest,
    *,
    company: Organization,
    message: str,
    by: User,
    experience: str = "",
    next_step: str = "",
    shares_contact: bool = True,
    sent_for: Organization | None = None,
) -> ExpressionOfInterest:
    """Tell the request's side that ``company`` would like to meet; it sees the company, nobody's contact.

    The three texts answer why it suits, what it has done like it, and what it proposes next. With ``shares_contact``
    its contact person is shared as soon as the other side accepts and does the same; otherwise later, on the page.
    With ``sent_for`` a chamber sends it for its member, which is told and may withdraw it.
    Raises ``ValidationError``: ``closed`` when the request is not open, ``own`` for one's own request, ``already``
    when the company waits for an answer, was accepted or was declined here, or has come and gone ``MOST_ATTEMPTS``
    times, ``too_many`` when it has as many interests open as it may, ``not_a_member`` when the chamber does not
    speak for it.
    """
    # The company first, everywhere: two interests of one company at once must count each other, and who saves a
    # profile holds the company while it refers to requests.
    company = Organization.objects.select_for_update(no_key=True, of=("self",)).get(pk=company.pk)
    request = lock(request)
    _require_may_send(request, company, sent_for)
    limiting.require_room(company)
    now = timezone.now()
    interest = ExpressionOfInterest(
        request=request,
        company=company,
        by=by,
        sent_for=sent_for,
        message=message,
        experience=experience,
        next_step=next_step,
        sent_at=now,
        answer_due_at=now + ANSWER_WITHIN,
    )
    interest.full_clean()
    interest.save()
    ladder.give_on_sending(interest, shares_contact=shares_contact, by=by)
    record(by, "sent", interest)
    introductions.show_interested_company(interest)
    notify(sides.request_side(request), "partners/interest_received", about=interest)
    if sent_for is not None:
        notify(sides.people_of([company]), "partners/interest_sent_for", about=interest)
    return interest


@transaction.atomic
def accept(interest: ExpressionOfInterest, *, by: User, shares_contact: bool = True) -> Introduction:
    """Introduce the two sides: each sees the other's company, and, where both share theirs, has the other's contact
    from now on, by mail and on the page.

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
    if interest.sent_for is not None:
        others = sides.interested_side(interest).exclude(pk=by.pk)
        notify(others, "partners/interest_taken_back", about=interest)
    return interest


def _require_may_send(request: PartnerRequest, company: Organization, sent_for: Organization | None) -> None:
    if not request.is_open:
        raise ValidationError(_("This request is no longer open."), code="closed")
    if {company.pk, sent_for.pk if sent_for else None} & {request.company_id, request.chamber_id}:
        raise ValidationError(_("This is your own request."), code="own")
    if sent_for is not None:
        speaks = ChamberMember.objects.active().filter(chamber=sent_for, company=company)
        if not (sent_for.is_verified and speaks.exists()):
            raise ValidationError(_("This company is not a member of the chamber."), code="not_a_member")
    before = request.interests.filter(company=company)
    stands = before.filter(status__in=[Status.SENT, Status.ACCEPTED, Status.DECLINED])
    if stands.exists() or before.count() >= MOST_ATTEMPTS:
        raise ValidationError(_("Your company has already expressed interest here."), code="already")
