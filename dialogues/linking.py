"""Personal links: the permission to answer an invitation without an account. Programs that open them change nothing."""

from datetime import timedelta

from django.core import signing
from django.urls import reverse

from dialogues.models import SessionInvitation

SALT = "dialogues.invitation"
#: Sessions are prepared months ahead, and people find their invitation again weeks after.
LASTS = timedelta(days=365)


def invitation_path(invitation: SessionInvitation) -> str:
    """The path of her own page, in the active language. Useless once ``generation`` was raised."""
    return reverse("dialogues:invitation-answer", args=[invitation_token(invitation)])


def invitation_token(invitation: SessionInvitation) -> str:
    return signing.dumps([invitation.pk, invitation.generation], salt=SALT)


def read_invitation(token: str) -> SessionInvitation | None:
    """Which invitation a link names; None when it is forged, too old, replaced by a later one or withdrawn."""
    try:
        pk, generation = signing.loads(token, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return None
    found = SessionInvitation.objects.filter(pk=pk, generation=generation)
    return found.exclude(status=SessionInvitation.Status.WITHDRAWN).with_session().first()
