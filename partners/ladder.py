"""The disclosure ladder of an interest: anonymous, company, contact person.

A rung is open while both sides' consent to it stands, and only after the interest was accepted. Sending shows the
sender's company (its consent to the company's rung), accepting gives the request side's; the contact's rung is a
consent of its own. Each consent can be taken back on the interest's page: from then on nothing above the rung is
shown or mailed, and the log keeps what was seen before.
"""

from collections.abc import Sequence
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners import introductions, sides
from partners.models import Consent, ExpressionOfInterest, Introduction, Rung, Side, SuccessStory
from portal import pagecache
from portal.accounts.models import User
from portal.activity.log import record
from portal.lifecycle import lock
from portal.notifications.outbox import notify

Status = ExpressionOfInterest.Status


class Contacts(NamedTuple):
    """Whom each side may write to on the other, as far as they may be shown now."""

    request: User | None
    interested: User | None


class Step(NamedTuple):
    """One rung as one side sees it: whether each side consents, and what this side may do now."""

    rung: Rung
    ours: bool
    theirs: bool
    may_give: bool
    may_withdraw: bool


def is_open(interest: ExpressionOfInterest, rung: str) -> bool:
    """Whether both sides may see this rung (``Rung.COMPANY`` or ``Rung.CONTACT``) of each other now."""
    return interest.is_open(rung)


def shows(interest: ExpressionOfInterest, *, side: str, rung: str) -> bool:
    """Whether the other side may see this rung of ``side`` (``Side.REQUEST`` or ``Side.INTERESTED``) now.

    A company that sends an interest, or posts a request under its name, is seen before the other side agreed.
    """
    if rung == Rung.CONTACT:
        return interest.is_open(rung)
    return interest.shows_requester if side == Side.REQUEST else interest.shows_interested


def contacts(introduction: Introduction) -> Contacts:
    """The contact persons to show or to write to: nobody while the contact's rung is closed, nobody who has left."""
    return Contacts(introduction.shown_request_contact, introduction.shown_interested_contact)


def steps(interest: ExpressionOfInterest, *, side: str) -> list[Step]:
    """The ladder as one side sees it: what it shares, what the other side shares, and what it may do about it."""
    other = Side.INTERESTED if side == Side.REQUEST else Side.REQUEST
    has_company = interest.has_consent(side, Rung.COMPANY)
    found = []
    for rung in Rung:
        ours = interest.has_consent(side, rung)
        may_give = interest.is_accepted or (side == Side.INTERESTED and interest.status == Status.SENT)
        found.append(
            Step(
                rung=rung,
                ours=ours,
                theirs=interest.has_consent(other, rung) and (interest.is_accepted or other == Side.INTERESTED),
                may_give=not ours and may_give and (rung == Rung.COMPANY or has_company),
                may_withdraw=ours and not (rung == Rung.COMPANY and interest.status == Status.SENT),
            )
        )
    return found


@transaction.atomic
def give(interest: ExpressionOfInterest, *, side: str, rung: str, by: User) -> Consent:
    """Consent, for one side, that the other sees this rung. Given again, it is the one that stands.

    Where this opens the contact's rung after the introduction, contacts are named anew and both sides get them.
    Raises ``ValidationError``: ``ended`` when the interest was declined, withdrawn or has expired, ``not_accepted``
    for the request's side before it has accepted, ``company_first`` for a contact without its company.
    """
    interest = lock(interest)
    _require_may_give(interest, side, rung)
    standing = interest.consents.standing().filter(side=side, rung=rung).first()
    if standing is not None:
        if hasattr(interest, "introduction"):
            _replace_who_left(interest, side, rung)
        return standing
    consent = Consent.objects.create(interest=interest, side=side, rung=rung, given_by=by)
    record(by, f"{rung}_shared", interest, side=side)
    if hasattr(interest, "introduction"):
        _open(interest, rung)
    return consent


@transaction.atomic
def withdraw(interest: ExpressionOfInterest, *, side: str, rung: str, by: User) -> ExpressionOfInterest:
    """Take one side's consent back; without the company's name its contact is not shown either. The other side is
    told that it sees less, not why.

    Raises ``ValidationError``: ``none`` when no such consent stands, ``unanswered`` for the name of a company that
    still waits for an answer: it withdraws its interest instead.
    """
    interest = lock(interest)
    if interest.status == Status.SENT and rung == Rung.COMPANY:
        raise ValidationError(_("While your interest waits for an answer, withdraw the interest."), code="unanswered")
    was_open = interest.is_open(rung)
    rungs = [Rung.COMPANY, Rung.CONTACT] if rung == Rung.COMPANY else [Rung.CONTACT]
    if not interest.has_consent(side, rung):
        raise ValidationError(_("This is not shared."), code="none")
    _end(interest, [side], rungs, by=by)
    record(by, f"{rung}_unshared", interest, side=side)
    if SuccessStory.objects.filter(introduction__interest=interest).exists():
        pagecache.changed(pagecache.PARTNERS)  # nobody reads the story of these two any more
    if was_open:
        others = sides.interested_side(interest) if side == Side.REQUEST else sides.request_side(interest.request)
        notify(others, "partners/consent_withdrawn", about=interest, rung=rung, occasion=timezone.now().isoformat())
    return interest


def give_on_sending(interest: ExpressionOfInterest, *, shares_contact: bool, by: User) -> None:
    """The consents that come with an interest; part of the verb that sends it."""
    _create(interest, Side.INTERESTED, shares_contact=shares_contact, by=by)


def give_on_accepting(interest: ExpressionOfInterest, *, shares_contact: bool, by: User) -> None:
    """The consents that come with an acceptance; part of the verb that accepts."""
    _create(interest, Side.REQUEST, shares_contact=shares_contact, by=by)


def end_all(interest: ExpressionOfInterest, *, by: User | None) -> None:
    """The interested company takes itself back altogether; part of the verb that withdraws the interest."""
    _end(interest, list(Side), list(Rung), by=by)


def _create(interest: ExpressionOfInterest, side: str, *, shares_contact: bool, by: User) -> None:
    rungs = [Rung.COMPANY, Rung.CONTACT] if shares_contact else [Rung.COMPANY]
    Consent.objects.bulk_create([Consent(interest=interest, side=side, rung=rung, given_by=by) for rung in rungs])


def _end(interest: ExpressionOfInterest, of: Sequence[str], rungs: Sequence[str], *, by: User | None) -> None:
    standing = interest.consents.standing().filter(side__in=of, rung__in=rungs)
    standing.update(withdrawn_at=timezone.now(), withdrawn_by=by)


def _require_may_give(interest: ExpressionOfInterest, side: str, rung: str) -> None:
    if interest.status not in {Status.SENT, Status.ACCEPTED}:
        raise ValidationError(_("This interest has ended; there is nothing left to share."), code="ended")
    if side == Side.REQUEST and not interest.is_accepted:
        raise ValidationError(_("Accept the interest first."), code="not_accepted")
    if rung == Rung.CONTACT and not interest.has_consent(side, Rung.COMPANY):
        raise ValidationError(_("Share your company's name first."), code="company_first")


def _replace_who_left(interest: ExpressionOfInterest, side: str, rung: str) -> None:
    """A contact person who left the firm is shown to nobody; sharing again names another."""
    if rung == Rung.CONTACT and interest.is_open(rung):
        shown = contacts(interest.introduction)
        if (shown.request if side == Side.REQUEST else shown.interested) is None:
            _open(interest, rung)


def _open(interest: ExpressionOfInterest, rung: str) -> None:
    """Log and tell what a consent given after the introduction has opened."""
    if rung == Rung.COMPANY and interest.is_open(Rung.COMPANY):
        introductions.show_companies(interest)
    if interest.is_open(Rung.CONTACT):
        introduction = introductions.name_contacts(interest.introduction)
        both = sides.request_side(interest.request) | sides.interested_side(interest)
        notify(both, "partners/contacts_shared", about=introduction, occasion=timezone.now().isoformat())
