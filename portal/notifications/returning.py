"""What a mail provider tells of mails it took (django-anymail's normalized events), and what follows from each."""

from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason

from portal.notifications import deliverability
from portal.notifications.models import Notification

#: The providers' own names of what django-anymail calls a bounce like any other, although it is one for now.
_FOR_NOW = {"soft_bounce", "soft_bounced", "SoftBounce", "Transient", "Undetermined", "softbounce"}
_FOR_GOOD = {"hard_bounce", "hard_bounced", "HardBounce", "Permanent"}
#: Where such names stand in an event as it came.
_PLACES = ("Type", "event", "event_type", "type")


def take_note(event: AnymailTrackingEvent) -> None:
    """Do what one event asks for. Events of opening and clicking are ignored: we do not watch our readers.

    Told twice, it is as told once, but that a bounce for now counts each time. Raises ``TypeError`` for an event that
    names no address where one belongs.
    """
    kind, reason, address = event.event_type, event.reject_reason, event.recipient or ""
    if not isinstance(address, str):
        raise TypeError(f"Not an address: {address!r}")
    said = _said(event)
    if kind in {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED}:
        status = Notification.Status.FAILED if kind == EventType.FAILED else Notification.Status.BOUNCED
        deliverability.came_back(event.message_id or "", status=status, said=said)
    if not address:
        return
    if kind == EventType.DELIVERED:
        deliverability.took_mail(address)
    elif kind == EventType.COMPLAINED or (kind == EventType.REJECTED and reason == RejectReason.SPAM):
        deliverability.complained(address, said=said)
    elif kind == EventType.UNSUBSCRIBED or (kind == EventType.REJECTED and reason == RejectReason.UNSUBSCRIBED):
        deliverability.unsubscribed(address)
    elif kind in {EventType.BOUNCED, EventType.REJECTED} and reason != RejectReason.BLOCKED:
        # What was blocked says something of us, not of the address.
        deliverability.bounced(address, for_good=_is_for_good(event), said=said)


def _is_for_good(event: AnymailTrackingEvent) -> bool:
    names = set(_names(event.esp_event))
    if names & (_FOR_NOW | _FOR_GOOD):
        return not names & _FOR_NOW
    return event.reject_reason in {RejectReason.BOUNCED, RejectReason.INVALID}


def _names(esp_event: Any) -> list[str]:
    """What the provider itself calls the event, wherever it says so."""
    if not hasattr(esp_event, "get"):
        return []
    found = [esp_event.get(place) for place in _PLACES]
    nested = esp_event.get("bounce")  # Amazon SES
    if isinstance(nested, dict):
        found.append(nested.get("bounceType"))
    if esp_event.get("hard_bounce") is False:  # Mailjet
        found.append("softbounce")
    return [name for name in found if isinstance(name, str)]


def _said(event: AnymailTrackingEvent) -> str:
    """The answer of the recipient's server if the provider passes it on; else the provider's own words."""
    words = event.mta_response or event.description or event.reject_reason or event.event_type
    return " ".join(str(words).split())[:500]
