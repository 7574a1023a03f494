"""Invitations to sessions that wait for a person's answer."""

from typing import Any

from django.utils.translation import gettext as _

from dialogues import linking
from dialogues.models import Session, SessionInvitation
from portal.desk import Waiting


def waiting_for(user: Any) -> list[Waiting]:
    """Sessions to come that she was asked to, or whose place was passed on to her, and has not answered."""
    invitations = (
        SessionInvitation.objects.unanswered()
        .filter(user=user, session__in=Session.objects.upcoming())
        .select_related("session")
        .order_by("session__starts_at", "pk")
    )
    return [
        Waiting(
            _("Say whether you come: %(session)s") % {"session": row.session.title},
            linking.invitation_path(row),
            since=row.invited_at,
            due_at=row.session.starts_at,
            kind="dialogues",
        )
        for row in invitations
    ]
