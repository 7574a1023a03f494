"""Mentors and who learns from them: a place asked for, given, declined, ended; never more than the offer has.

What the other side sees follows the ladder of disclosure: the question shows the asking company to the mentor's side;
a place given shows the mentor's company and both contacts, while the mentorship runs.
"""

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners import matching, sides
from partners.models import ContactView, Disclosure, Mentorship, PartnerRequest
from portal.accounts.models import Organization, User
from portal.accounts.permissions import memberships
from portal.activity.log import record
from portal.lifecycle import lock, move
from portal.notifications.outbox import notify

Status = Mentorship.Status
Reason = Mentorship.DeclineReason
Rung = Disclosure.Rung

#: How often one company may ask the same mentor: each time the mentor's people get mail.
MOST_ATTEMPTS = 3
MOST_PLACES = 50


def with_places(offers: QuerySet[PartnerRequest]) -> QuerySet[PartnerRequest]:
    """Add to each offer ``places_taken`` and ``places_free``. An offer that names no number has one place."""
    running = Mentorship.objects.taking_a_place().filter(offer=OuterRef("pk")).order_by().values("offer")
    taken = Coalesce(Subquery(running.annotate(count=Count("pk")).values("count")), Value(0))
    free = Greatest(Coalesce("places", Value(1)) - F("places_taken"), Value(0))
    return offers.annotate(places_taken=taken).annotate(places_free=free)


def mentors(offers: QuerySet[PartnerRequest]) -> QuerySet[PartnerRequest]:
    """The open mentorship offers among these, with their places."""
    return with_places(offers.open().filter(type=PartnerRequest.Type.MENTORSHIP_OFFER))  # type: ignore[attr-defined]


@transaction.atomic
def ask(offer: PartnerRequest, *, mentee: Organization, goal: str, by: User) -> Mentorship:
    """Ask a mentor for a place; the mentor's side sees the company and its goal, nobody's contact, and is told. It has
    seven days to answer (partners/mentors_clock.py).

    Raises ``ValidationError``: ``closed`` when the offer is not open or is none, ``paused``, ``full``, ``own``,
    ``already`` when the company waits, is mentored here, was told that another mentor suits it better, or has asked
    ``MOST_ATTEMPTS`` times.
    """
    offer = lock(offer)
    if offer.type != PartnerRequest.Type.MENTORSHIP_OFFER or not offer.is_open:
        raise ValidationError(_("This offer is no longer open."), code="closed")
    if mentee.kind != Organization.Kind.SME or mentee.pk in {offer.company_id, offer.chamber_id}:
        raise ValidationError(_("This is your own offer."), code="own")
    if offer.paused_at:
        raise ValidationError(_("This mentor takes nobody on for now."), code="paused")
    before = offer.mentorships.filter(mentee=mentee)
    stands = before.filter(status__in=[Status.ASKED, Status.ACTIVE]) | before.filter(decline_reason=Reason.NO_FIT)
    if stands.exists() or before.count() >= MOST_ATTEMPTS:
        raise ValidationError(_("Your company has already asked here."), code="already")
    _require_free_place(offer)
    mentorship = Mentorship(offer=offer, mentee=mentee, goal=goal, asked_by=by)
    mentorship.full_clean()
    mentorship.save()
    record(by, "asked", mentorship)
    _show_mentee(mentorship)
    notify(sides.request_side(offer), "partners/mentorship_asked", about=mentorship)
    return mentorship


@transaction.atomic
def accept(mentorship: Mentorship, *, by: User) -> Mentorship:
    """Give the place: each side sees the other's contact while it runs, and everybody on both is told.

    The offer's row is held while its places are counted: of two answers at once for the last place one raises
    ``ValidationError(code="full")``. ``illegal_move`` when it has its answer.
    """
    offer = lock(mentorship.offer)
    if lock(mentorship).status == Status.ASKED:
        _require_free_place(offer)
    mentorship = move(mentorship, Status.ACTIVE, by=by, verb="accepted", answered_at=timezone.now())
    _note(mentorship, Rung.COMPANY, owner=offer.company, to=sides.people_with_place([mentorship.mentee]))
    both = sides.request_side(offer) | sides.people_of([mentorship.mentee])
    notify(both, "partners/mentorship_accepted", about=mentorship)
    return mentorship


@transaction.atomic
def decline(mentorship: Mentorship, *, reason: str, by: User, note: str = "", pauses: bool = False) -> Mentorship:
    """Say no, with one of the fixed reasons and perhaps a word; ``pauses`` also takes nobody else on for now.

    Raises ``ValidationError``: ``reason``, ``illegal_move``.
    """
    if reason not in Reason.values:
        raise ValidationError(_("Choose a reason."), code="reason")
    if pauses:
        pause(mentorship.offer, by=by)
    mentorship = move(
        mentorship, Status.DECLINED, by=by, answered_at=timezone.now(), decline_reason=reason, note=note.strip()
    )
    notify(sides.people_of([mentorship.mentee]), "partners/mentorship_declined", about=mentorship)
    return mentorship


@transaction.atomic
def withdraw(mentorship: Mentorship, *, by: User) -> Mentorship:
    """The company takes its question back; its name is hidden from the mentor's side again."""
    mentorship = move(mentorship, Status.WITHDRAWN, by=by, answered_at=timezone.now())
    notify(sides.request_side(mentorship.offer), "partners/mentorship_withdrawn", about=mentorship)
    return mentorship


@transaction.atomic
def end(mentorship: Mentorship, *, by: User, note: str = "") -> Mentorship:
    """Either side ends it: the place is free, no contact is shown any more, and both sides are told."""
    mentorship = move(mentorship, Status.ENDED, by=by, ended_at=timezone.now(), note=note.strip())
    both = sides.request_side(mentorship.offer) | sides.people_of([mentorship.mentee])
    notify(both.exclude(pk=by.pk), "partners/mentorship_ended", about=mentorship)
    return mentorship


@transaction.atomic
def pause(offer: PartnerRequest, *, by: User) -> PartnerRequest:
    """Take nobody on for now. The offer stays published and says so; what runs goes on. Twice is once."""
    return _set_paused(offer, is_paused=True, by=by)


@transaction.atomic
def resume(offer: PartnerRequest, *, by: User) -> PartnerRequest:
    """Take companies on again."""
    return _set_paused(offer, is_paused=False, by=by)


@transaction.atomic
def set_places(offer: PartnerRequest, *, places: int, by: User) -> PartnerRequest:
    """Say how many the mentor takes on at a time, also while the offer is published.

    Raises ``ValidationError``: ``taken`` when more than that are being mentored, ``places`` outside 1 to
    ``MOST_PLACES``.
    """
    offer = lock(offer)
    if not 1 <= places <= MOST_PLACES:
        raise ValidationError(_("A mentor has 1 to %(most)s places."), code="places", params={"most": MOST_PLACES})
    if (running := offer.mentorships.taking_a_place().count()) > places:
        raise ValidationError(
            _("%(count)s companies are being mentored. End one of these first."),
            code="taken",
            params={"count": running},
        )
    offer.places = places
    offer.save(update_fields=["places"])
    record(by, "places_set", offer, places=places)
    return offer


@transaction.atomic
def decline_waiting(offer: PartnerRequest, *, by: User) -> None:
    """The offer is closed: whoever waits for an answer hears so. What runs goes on."""
    for mentorship in offer.mentorships.unanswered().order_by("pk"):
        decline(mentorship, reason=Reason.CLOSED, by=by)


def contacts(mentorship: Mentorship) -> tuple[User | None, Organization, User | None]:
    """The mentor's contact and whose it is, and the mentee's: those of today, so that nobody who left is named.

    Ask first whether it runs: before and after it there is nothing to show.
    """
    person, place = sides.request_contact(mentorship.offer)
    return person, place, sides.company_contact(mentorship.mentee)


@transaction.atomic
def note_view(mentorship: Mentorship, *, by: User) -> None:
    """Note that ``by`` has the other side's contact on her screen: a line for its owner, and each look a view."""
    for person, owner, places in _shown(mentorship):
        ids = {place.pk for place in places}
        to = [(by, m.organization) for m in memberships(by) if m.organization_id in ids]
        _note(mentorship, Rung.CONTACT, owner=owner, to=to, person=person)
        lines = mentorship.disclosures.filter(owner=owner, rung=Rung.CONTACT, person=person, to_user=by)
        ContactView.objects.bulk_create([ContactView(disclosure=line, by=by) for line in lines])


def _shown(mentorship: Mentorship) -> Iterator[tuple[User, Organization, list[Organization]]]:
    """Each side's contact, whose data it is, and the organizations it is shown to."""
    mentor, place, learner = contacts(mentorship)
    if mentor is not None:
        yield mentor, place, [mentorship.mentee]
    if learner is not None:
        yield learner, mentorship.mentee, sides.places(mentorship.offer)


def _show_mentee(mentorship: Mentorship) -> None:
    to = sides.people_with_place(sides.places(mentorship.offer))
    _note(mentorship, Rung.COMPANY, owner=mentorship.mentee, to=to)


def _note(
    mentorship: Mentorship,
    rung: str,
    *,
    owner: Organization,
    to: list[tuple[User, Organization]],
    person: User | None = None,
) -> None:
    rows = [
        Disclosure(
            rung=rung,
            owner=owner,
            person=person,
            to_organization=organization,
            to_user=user,
            request=mentorship.offer,
            mentorship=mentorship,
        )
        for user, organization in to
        if organization.pk != owner.pk
    ]
    Disclosure.objects.bulk_create(rows, ignore_conflicts=True)


def _require_free_place(offer: PartnerRequest) -> None:
    """Right only while the offer's row is locked."""
    if offer.mentorships.taking_a_place().count() >= (offer.places or 1):
        raise ValidationError(_("All places are taken."), code="full")


def _set_paused(offer: PartnerRequest, *, is_paused: bool, by: User) -> PartnerRequest:
    offer = lock(offer)
    if offer.type != PartnerRequest.Type.MENTORSHIP_OFFER:
        raise ValidationError(_("Only a mentorship offer can be paused."), code="type")
    if bool(offer.paused_at) != is_paused:
        offer.paused_at = timezone.now() if is_paused else None
        offer.save(update_fields=["paused_at"])
        record(by, "paused" if is_paused else "resumed", offer)
        # A paused mentor is suggested to nobody.
        matching.company_changed(offer.company)
    return offer
