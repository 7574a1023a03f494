"""Asking people for a date: who is asked what until when, what they answer, and who is reminded.

A session has at most one open poll, and looks for a date (``polling``) exactly as long as it is open. Verbs lock the
session before the poll. Choosing a slot is in :mod:`dialogues.choosing`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues import announcing, poll_links, slots, speaking
from dialogues.models import Availability, CandidateSlot, Dialogue, Invitee, Session, SlotPoll
from dialogues.names import validate_name
from portal.accounts import zones
from portal.accounts.models import User
from portal.activity.log import record
from portal.languages import current
from portal.lifecycle import lock, move
from portal.notifications.outbox import Address, notify

Status = SlotPoll.Status

#: More candidates than this nobody reads.
MOST_SLOTS = 200
MOST_INVITEES = 200


@dataclass(frozen=True)
class Person:
    """Who is to be asked: an account, or an e-mail address with the language and zone to write in.

    ``economy`` is the ISO code of the Party she speaks for, if any; of officials it is known.
    """

    user: User | None = None
    address: str = ""
    name: str = ""
    language: str = ""
    time_zone: str = ""
    economy: str | None = None


@transaction.atomic
def open_poll(
    session: Session,
    *,
    zone: str,
    minutes: int,
    starts: Sequence[datetime],
    people: Iterable[Person],
    respond_by: datetime,
    by: Any,
    note: str = "",
) -> SlotPoll:
    """Put times to the vote and send everybody who is asked her personal link.

    ``starts`` are moments; each meeting lasts ``minutes``; the chosen one is held by the clock of ``zone``.
    Raises ``ValidationError``: ``illegal_move`` unless the session is a draft, ``slots`` and ``invitees`` when there
    are none or too many, ``past``, ``nonexistent`` and ``ambiguous`` times, ``respond_by``, ``address``, ``name``.
    """
    session = move(session, Session.Status.POLLING, by=by)
    zones.validate_time_zone(zone)
    length = timedelta(minutes=minutes)
    starts = sorted(set(starts))
    _check_slots(starts, length, zone)
    _check_deadline(respond_by, starts[0])
    poll = SlotPoll.objects.create(
        session=session, zone=zone, minutes=minutes, respond_by=respond_by, note=note.strip(), opened_by=by
    )
    hours = slots.hours_for(session, zone)
    CandidateSlot.objects.bulk_create(
        CandidateSlot(
            poll=poll, starts_at=at, ends_at=at + length, inconvenience=slots.points_of(hours, at, at + length)
        )
        for at in starts
    )
    record(by, "poll_opened", poll)
    invitees = _add(poll, people)
    if not invitees:
        raise ValidationError(_("Choose at least one person to ask."), code="invitees")
    _ask(poll, invitees)
    return poll


@transaction.atomic
def invite(poll: SlotPoll, people: Iterable[Person], *, by: Any) -> list[Invitee]:
    """Ask more people; who is asked already stays as she is. Return the new ones.

    Raises ``ValidationError``: ``not_open``, ``invitees`` when they are too many, ``address``, ``name``.
    """
    poll = _open(poll)
    added = _add(poll, people)
    if added:
        poll.all_answered_at = None
        poll.save(update_fields=["all_answered_at"])
        record(by, "poll_asked", poll, count=len(added))
        _ask(poll, added)
    return added


@transaction.atomic
def invite_again(invitee: Invitee, *, by: Any) -> Invitee:
    """Send her a new link; every earlier one is useless. Her answers stay.

    Raises ``ValidationError(code="not_open")``.
    """
    poll = _open(invitee.poll)
    invitee = lock(invitee)
    invitee.generation += 1
    invitee.asked_at = timezone.now()
    invitee.save(update_fields=["generation", "asked_at"])
    record(by, "poll_asked", poll, count=1)
    _ask(poll, [invitee])
    return invitee


@transaction.atomic
def take_off(invitee: Invitee, *, by: Any) -> SlotPoll:
    """Ask her no longer; her answers and her link go. Raises ``ValidationError``: ``not_open``, ``invitees`` for the
    last one."""
    poll = _open(invitee.poll)
    if poll.invitees.count() == 1:
        raise ValidationError(_("Somebody must be asked. Withdraw the poll instead."), code="invitees")
    poll.invitees.filter(pk=invitee.pk).delete()
    record(by, "poll_taken_off", poll)
    _note_if_all_answered(poll)
    return poll


@transaction.atomic
def answer(invitee: Invitee, *, answers: Mapping[int, str], by: Any, comment: str = "") -> Invitee:
    """Keep what she answers to the slots (id → ``Availability.Answer``) in place of what she answered before.

    Slots she leaves out stay unanswered. ``by`` is her account, None for a bare address. The organizer is told when
    the last one has answered. Raises ``ValidationError``: ``not_open``, ``too_late``, ``empty``, ``unknown``.
    """
    poll = _open(invitee.poll)
    if poll.respond_by <= timezone.now():
        raise ValidationError(_("The time to answer is over."), code="too_late")
    if not answers:
        raise ValidationError(_("Answer at least one of the times."), code="empty")
    known = set(poll.slots.values_list("pk", flat=True))
    if not answers.keys() <= known or not set(answers.values()) <= set(Availability.Answer.values):
        raise ValidationError(_("This is not one of the times, or not an answer to it."), code="unknown")
    invitee = lock(invitee)
    invitee.availabilities.all().delete()
    Availability.objects.bulk_create(
        Availability(invitee=invitee, slot_id=slot, answer=given) for slot, given in answers.items()
    )
    invitee.comment, invitee.answered_at = comment.strip(), timezone.now()
    invitee.save(update_fields=["comment", "answered_at"])
    record(by, "poll_answered", poll)
    _note_if_all_answered(poll)
    return invitee


@transaction.atomic
def set_deadline(poll: SlotPoll, respond_by: datetime, *, by: Any) -> SlotPoll:
    """Give more or less time; reminders follow it. Raises ``ValidationError``: ``not_open``, ``respond_by``."""
    poll = _open(poll)
    _check_deadline(respond_by, poll.slots.order_by("starts_at").values_list("starts_at", flat=True)[0])
    poll.respond_by = respond_by
    poll.save(update_fields=["respond_by"])
    record(by, "poll_deadline_set", poll)
    return poll


@transaction.atomic
def withdraw(poll: SlotPoll, *, by: Any) -> SlotPoll:
    """Stop asking: the session is a draft again, and everybody who was asked is told."""
    move(poll.session, Session.Status.DRAFT, by=by)
    return _close(poll, by=by)


@transaction.atomic
def end(session: Session, *, by: Any) -> SlotPoll | None:
    """Close the open poll of a session that no longer looks for a date, and tell who was asked; None without one."""
    poll = session.polls.open().first()
    return None if poll is None else _close(poll, by=by)


def _close(poll: SlotPoll, *, by: Any) -> SlotPoll:
    poll = move(poll, Status.WITHDRAWN, by=by)
    invitees = _reachable(poll)
    notify(
        [invitee.person for invitee in invitees],
        "dialogues/poll_withdrawn",
        about=poll,
        own=own_links(invitees),
    )
    return poll


def organizers(poll: SlotPoll) -> list[User]:
    """Who hears how the poll goes: who opened it, or every official of the Parties when she acts for none any more."""
    officials = announcing.officials(poll.session.dialogue)
    return [official for official in officials if official.pk == poll.opened_by_id] or officials


def _check_slots(starts: Sequence[datetime], length: timedelta, zone: str) -> None:
    if not starts or len(starts) > MOST_SLOTS:
        raise ValidationError(
            _("Put between 1 and %(most)d times to the vote."), code="slots", params={"most": MOST_SLOTS}
        )
    if not timedelta() < length <= timedelta(minutes=slots.LONGEST):
        raise ValidationError(_("A meeting takes full quarters of an hour, 12 hours at most."), code="length")
    if starts[0] <= timezone.now():
        raise ValidationError(_("One of these times is past."), code="past")
    for at in starts:
        slots.check_clock(at, at + length, zone)


def _check_deadline(respond_by: datetime, first: datetime) -> None:
    if not timezone.now() < respond_by < first:
        raise ValidationError(
            _("People need some time to answer, and must have answered before the first of the times."),
            code="respond_by",
        )


def _open(poll: SlotPoll) -> SlotPoll:
    """The poll, locked, while it is open."""
    poll = lock(poll)
    if poll.status != Status.OPEN:
        raise ValidationError(_("This poll is over."), code="not_open")
    return poll


def _add(poll: SlotPoll, people: Iterable[Person]) -> list[Invitee]:
    """Rows for those who are not asked yet, whatever way they are named."""
    dialogue = poll.session.dialogue
    known: set[int | str] = {
        user or address.lower() for user, address in poll.invitees.values_list("user_id", "address")
    }
    asked = len(known)
    rows = []
    for invitee in (_invitee(poll, person, dialogue) for person in people):
        key = invitee.user_id or invitee.address
        if key not in known:
            known.add(key)
            rows.append(invitee)
    if asked + len(rows) > MOST_INVITEES:
        raise ValidationError(
            _("At most %(most)d people can be asked."), code="invitees", params={"most": MOST_INVITEES}
        )
    return Invitee.objects.bulk_create(rows)


def _invitee(poll: SlotPoll, person: Person, dialogue: Dialogue) -> Invitee:
    """The row of one person, with her account when the address is one that she proved to be hers."""
    user, address, name = person.user, person.address.strip().lower(), " ".join(person.name.split())
    economy = person.economy if person.economy in dialogue.party_codes else None
    if user is None:
        validate_email(address)
        validate_name(name)
        proven = User.objects.filter(emailaddress__email__iexact=address, emailaddress__verified=True)
        user = proven.filter(is_active=True).first()
    if user is not None:
        economy = economy or speaking.speaks_for(user, dialogue)
        return Invitee(poll=poll, user=user, language=user.language, time_zone=user.time_zone, economy_id=economy)
    return Invitee(
        poll=poll,
        address=address,
        name=name,
        language=person.language or current(),
        time_zone=person.time_zone or _zone_of(dialogue, economy),
        economy_id=economy,
    )


def _zone_of(dialogue: Dialogue, code: str | None) -> str:
    """The zone of a Party's delegation: a first guess for somebody of whom nothing else is known."""
    return next((hours.zone for hours in slots.hours_of(dialogue) if hours.code == code), "")


def _ask(poll: SlotPoll, invitees: Sequence[Invitee]) -> None:
    """Send everyone her link. A new generation of a link is a new promise."""
    for generation in {invitee.generation for invitee in invitees}:
        asked = [invitee for invitee in invitees if invitee.generation == generation]
        notify(
            [invitee.person for invitee in asked],
            "dialogues/poll_opened",
            about=poll,
            occasion=generation,
            own=own_links(asked),
            **mail_context(poll),
        )


def mail_context(poll: SlotPoll) -> dict[str, Any]:
    """What mails about a poll say as it is now: moments in ISO 8601."""
    times = [(slot.starts_at.isoformat(), slot.ends_at.isoformat()) for slot in poll.slots.all()]
    return {"respond_by": poll.respond_by.isoformat(), "times": times, "zone": poll.zone, "note": poll.note}


def own_links(invitees: Iterable[Invitee]) -> Callable[[Any], dict[str, Any]]:
    """For ``notify(own=…)``: each is led to her own page."""
    paths = {_identity(invitee.person): poll_links.path(invitee) for invitee in invitees}
    return lambda person: {"url": paths[_identity(person)]}


def _identity(person: Any) -> int | str:
    return person.email.lower() if isinstance(person, Address) else person.pk


def silent(poll: SlotPoll) -> list[Invitee]:
    """Who is asked and has not answered."""
    return [invitee for invitee in _reachable(poll) if invitee.answered_at is None]


def _reachable(poll: SlotPoll) -> list[Invitee]:
    """Everybody asked, but for accounts that are closed."""
    return list(poll.invitees.exclude(user__is_active=False).select_related("user"))


def _note_if_all_answered(poll: SlotPoll) -> None:
    """Tell the organizer once that nobody is missing."""
    if poll.all_answered_at is not None or poll.invitees.filter(answered_at=None).exists():
        return
    poll.all_answered_at = timezone.now()
    poll.save(update_fields=["all_answered_at"])
    notify(organizers(poll), "dialogues/poll_all_answered", about=poll, occasion=poll.all_answered_at.isoformat())
