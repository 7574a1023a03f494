"""From a poll to a date: the chosen slot becomes the session's time, and those who were asked are invited."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from dialogues import announcing, inviting, scheduling
from dialogues.inviting import Guest
from dialogues.models import CandidateSlot, Session, SlotPoll
from portal.lifecycle import lock, move


@transaction.atomic
def choose(poll: SlotPoll, slot: CandidateSlot, *, by: Any) -> Session:
    """Schedule the session at ``slot`` by the clock of the poll's zone, and invite everybody who was asked.

    Officials of the Parties are told as of every session; the others get an invitation with a link to answer.
    Raises ``ValidationError``: ``slot`` of another poll, ``illegal_move`` when the poll is over, ``past``.
    """
    if slot.poll_id != poll.pk:
        raise ValidationError(_("This time is not part of the poll."), code="slot")
    session = lock(poll.session)
    poll = move(poll, SlotPoll.Status.CHOSEN, by=by, verb="date_chosen", chosen=slot)
    session = scheduling.schedule(
        session,
        zone=poll.zone,
        starts_local=_wall(slot.starts_at, poll.zone),
        ends_local=_wall(slot.ends_at, poll.zone),
        by=by,
    )
    inviting.invite_all(session, guests(poll), by=by)
    return session


def guests(poll: SlotPoll) -> list[Guest]:
    """Who was asked and is no official of the Parties: those are part of the session anyway."""
    told = {official.pk for official in announcing.officials(poll.session.dialogue)}
    asked = poll.invitees.exclude(user__is_active=False).select_related("user")
    return [
        Guest(user=row.user, address=row.address, name=row.name, language=row.language, time_zone=row.time_zone)
        for row in asked
        if row.user_id not in told
    ]


def _wall(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
