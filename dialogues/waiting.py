"""Places and the waiting list: who gets one now, who waits, and who moves up.

Every function here works with the session's row locked by its caller, so that of a hundred people who ask at once each
sees the places that the one before her left. Nobody is counted outside that lock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from dialogues import announcing, calendars
from dialogues.models import Registration, Session
from portal.lifecycle import move
from portal.notifications.outbox import notify


@dataclass(frozen=True)
class Room:
    """How many places a session has and how many are taken: in all, and by each economy with a quota."""

    capacity: int | None
    quotas: Mapping[str, int]
    taken: int
    taken_by: Mapping[str | None, int]

    @property
    def is_full(self) -> bool:
        return self.capacity is not None and self.taken >= self.capacity

    @property
    def full_economies(self) -> set[str]:
        """Those whose quota is used up."""
        return {code for code, places in self.quotas.items() if self.taken_by.get(code, 0) >= places}

    @property
    def has_limits(self) -> bool:
        return self.capacity is not None or bool(self.quotas)

    @property
    def quota_rows(self) -> list[tuple[str, int, int]]:
        """For each economy with a quota its ISO code, the places taken and the places it may take."""
        return [(code, self.taken_by.get(code, 0), places) for code, places in sorted(self.quotas.items())]

    def fits(self, economy: str | None) -> bool:
        """Whether one more person fits, whose place counts for ``economy`` (ISO code), or for none."""
        return not self.is_full and economy not in self.full_economies


def room(session: Session) -> Room:
    """The places as they are now. Only under the lock of the session does it say who may have one."""
    confirmed = session.registrations.confirmed()
    counted = confirmed.order_by().values_list("economy").annotate(count=Count("pk"))
    by_economy = dict(counted)
    quotas = dict(session.quotas.values_list("economy", "places"))
    return Room(session.capacity, quotas, sum(by_economy.values()), by_economy)


def seat(registration: Registration, *, by: Any, now: Room | None = None) -> Registration:
    """Confirm a registration when it fits, put it on the waiting list when not; tell her which."""
    now = now or room(registration.session)
    return confirm(registration, by=by) if now.fits(registration.economy_id) else wait(registration, by=by)


def confirm(registration: Registration, *, by: Any, kind: str = "registration_confirmed") -> Registration:
    """Give the place and send the session, with the link to join, to her calendar. Ask :class:`Room` before."""
    partstat = registration.partstat
    if partstat == Registration.Partstat.NEEDS_ACTION:
        partstat = Registration.Partstat.ACCEPTED
    registration = move(registration, Registration.Status.CONFIRMED, by=by, partstat=partstat)
    session = registration.session
    notify(
        [registration.person],
        f"dialogues/{kind}",
        about=session,
        occasion=registration.pk,
        calendar=calendars.invitations(session, "REQUEST", [registration]),
        own=announcing.own_links([registration]),
        **announcing.times(session),
    )
    return registration


def wait(registration: Registration, *, by: Any) -> Registration:
    """Put her at the end of the waiting list; nothing goes into her calendar yet."""
    registration = move(registration, Registration.Status.WAITLISTED, by=by)
    notify(
        [registration.person],
        "dialogues/registration_waitlisted",
        about=registration.session,
        occasion=registration.pk,
        own=announcing.own_links([registration]),
        **announcing.times(registration.session),
    )
    return registration


def promote(session: Session) -> list[Registration]:
    """Give the free places to those who wait longest and fit. Call it in the transaction that frees a place.

    Whose economy's quota is used up is passed over and keeps her turn. The portal itself acts, not who left.
    """
    if not session.takes_registrations:
        return []
    now, moved = room(session), []
    while not now.is_full:
        row = _next(session, now)
        if row is None:
            break
        moved.append(confirm(row, by=None, kind="place_given"))
        taken_by = {**now.taken_by, row.economy_id: now.taken_by.get(row.economy_id, 0) + 1}
        now = Room(now.capacity, now.quotas, now.taken + 1, taken_by)
    return moved


def position(registration: Registration) -> int:
    """How many wait before her for the places she may have, and she herself: 1 is the next one.

    When her economy has a quota these are the people of her economy; else everybody who waits.
    """
    ahead = registration.session.registrations.waiting().filter(
        Q(created_at__lt=registration.created_at) | Q(created_at=registration.created_at, pk__lt=registration.pk)
    )
    if registration.economy_id and registration.session.quotas.filter(economy=registration.economy_id).exists():
        ahead = ahead.filter(economy=registration.economy_id)
    return ahead.count() + 1


def _next(session: Session, now: Room) -> Registration | None:
    """Who waits longest of those that fit."""
    waiting = session.registrations.waiting().filter(Q(economy=None) | ~Q(economy__in=now.full_economies))
    return waiting.select_related("user").order_by("created_at", "pk").first()
