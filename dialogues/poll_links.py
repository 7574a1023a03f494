"""Personal links of a date poll: the permission to answer without an account. Opening one changes nothing."""

from datetime import timedelta

from django.core import signing
from django.urls import reverse
from django.utils import translation

from dialogues.models import Invitee

SALT = "dialogues.poll"
#: Longer than any poll lasts: afterwards the page still says what became of it.
LASTS = timedelta(days=365)


def path(invitee: Invitee) -> str:
    """The path of her own page, in her language. Useless once ``generation`` was raised."""
    with translation.override(invitee.person.language):
        return reverse("dialogues:poll-answer", args=[token(invitee)])


def token(invitee: Invitee) -> str:
    return signing.dumps([invitee.pk, invitee.generation], salt=SALT)


def read(token: str) -> Invitee | None:
    """Whose link it is; None when it is forged, too old or replaced by a later one, or she is no longer asked."""
    try:
        pk, generation = signing.loads(token, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return None
    found = Invitee.objects.filter(pk=pk, generation=generation)
    return found.select_related("user", "economy", "poll__session__dialogue__agreement", "poll__chosen").first()
