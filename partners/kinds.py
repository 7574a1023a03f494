"""How urgent the messages of partnering are."""

from partners import chasing, mentors_clock, renewing, vouching
from portal.notifications.kinds import TO_MANY, URGENT, Kind, declare
from portal.notifications.models import Queue

_CHANGES = "changes of a meeting"


def register() -> None:
    """Called once, when the app is ready."""
    declare(
        {
            "partners/interest_accepted": URGENT,
            "partners/contacts_shared": URGENT,
            "partners/consent_withdrawn": URGENT,
            "partners/meeting_planned": URGENT,
            "partners/meeting_left": URGENT,
            "partners/meeting_changed": Kind(Queue.CRITICAL, can_wait=False, bundle=_CHANGES),
            "partners/meeting_cancelled": Kind(Queue.CRITICAL, can_wait=False, ends=_CHANGES),
            "partners/interest_reminder": Kind(holds=chasing.holds),
            mentors_clock.REMINDER: Kind(holds=mentors_clock.holds),
            renewing.KIND: Kind(holds=renewing.holds),
            vouching.REMINDER: Kind(holds=vouching.holds),
            "partners/request_followed": TO_MANY,
            "partners/request_published": TO_MANY,
        }
    )
