"""How urgent the messages of dialogues are, and which changes of a session become one message."""

from dataclasses import replace

from dialogues import approaching, chasing, reminding
from portal.notifications.kinds import TO_MANY, URGENT, Kind, declare
from portal.notifications.models import Queue

_CHANGES = "changes of a session"


def register() -> None:
    """Called once, when the app is ready."""
    declare(
        {
            "dialogues/session_scheduled": URGENT,
            "dialogues/session_invitation": URGENT,
            "dialogues/session_cancelled": Kind(Queue.CRITICAL, can_wait=False, ends=_CHANGES),
            "dialogues/session_rescheduled": Kind(Queue.CRITICAL, can_wait=False, bundle=_CHANGES, strength=2),
            "dialogues/session_zone_corrected": Kind(Queue.CRITICAL, can_wait=False, bundle=_CHANGES, strength=1),
            "dialogues/session_revised": Kind(Queue.ORDINARY, can_wait=False, bundle=_CHANGES),
            "dialogues/registration_confirmed": URGENT,
            "dialogues/place_given": URGENT,
            "dialogues/session_near": replace(URGENT, holds=approaching.holds),
            "dialogues/poll_opened": URGENT,
            "dialogues/poll_reminder": replace(URGENT, holds=reminding.holds),
            "dialogues/poll_deadline_passed": Kind(holds=reminding.holds),
            chasing.DUE: Kind(holds=chasing.holds),
            chasing.OVERDUE: Kind(holds=chasing.holds),
            "dialogues/issue_followed": TO_MANY,
            "dialogues/session_followed": TO_MANY,
            "dialogues/commitment_followed": TO_MANY,
            # A meeting that is moved or called off does not wait for a digest.
            "dialogues/session_news": Kind(Queue.BULK, can_wait=False, bundle="news of a session"),
            # What the organizers write must be there before the session; the rest can wait for a digest.
            "dialogues/session_message": Kind(Queue.BULK, can_wait=False),
            "dialogues/dialogue_message": TO_MANY,
            "dialogues/issue_message": TO_MANY,
        }
    )
