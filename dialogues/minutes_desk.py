"""The next step of minutes, for whose turn it is."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from dialogues import commenting
from dialogues.models import Dialogue, Minutes, Registration, Session
from portal.accounts.permissions import delegation
from portal.desk import Waiting

KIND = "dialogues"


def waiting_for(user: Any) -> list[Waiting]:
    """For officials of the Parties: to write, circulate, sign, reply, publish. For others who attended: to comment."""
    hers = delegation(user)
    official = _of_officials(user, hers) if hers else []
    return [*official, *_to_comment(user, hers)]


def _of_officials(user: Any, hers: set[str]) -> list[Waiting]:
    versions = Minutes.objects.filter(session=OuterRef("pk"))
    unpublished = versions.filter(published_at=None)
    latest = Minutes.objects.order_by("-version").annotate(
        open_comments=Count("comments", Q(comments__settled_at=None))
    )
    sessions = (
        Session.objects.visible_to(user)
        # Sessions loaded from sources were never announced here: nobody owes their minutes.
        .filter(status__in=[Session.Status.HELD, Session.Status.CLOSED], announced_at__isnull=False)
        .filter(dialogue__in=Dialogue.objects.filter(parties__in=hers))
        .filter(Exists(unpublished) | ~Exists(versions))
        .select_related("dialogue")
        .prefetch_related("dialogue__parties", Prefetch("minutes", latest), "minutes__sign_offs")
        .order_by("ends_at", "pk")
    )
    return [waiting for session in sessions for waiting in _step(session, hers)]


def _step(session: Session, hers: set[str]) -> list[Waiting]:
    """What is to be done about the minutes of one session by officials who act for ``hers``."""
    minutes = next(iter(session.minutes.all()), None)
    page, since = "minutes-detail", session.ends_at
    if minutes is None:
        title, page = _("Write the minutes: %(session)s"), "minutes-edit"
    elif minutes.is_draft:
        title, page = _("Write and circulate the minutes: %(session)s"), "minutes-edit"
    elif minutes.status == Minutes.Status.CIRCULATED and _owes_signature(session, minutes, hers):
        title, since = _("Sign off the minutes: %(session)s"), minutes.circulated_at
    elif getattr(minutes, "open_comments", 0):  # annotated above
        title, since = _("Reply to comments on the minutes: %(session)s"), minutes.circulated_at
    elif minutes.status == Minutes.Status.AGREED and not commenting.takes_comments(minutes):
        title, page, since = _("Publish the minutes: %(session)s"), "minutes-publish", minutes.agreed_at
    else:
        return []  # others have the word
    address = reverse(f"dialogues:{page}", args=[session.dialogue.slug, session.pk])
    return [Waiting(title % {"session": session.title}, address, since or session.created_at, kind=KIND)]


def _owes_signature(session: Session, minutes: Minutes, hers: set[str]) -> bool:
    signed = {row.economy_id for row in minutes.sign_offs.all()}
    return bool((hers & session.dialogue.party_codes) - signed)


def _to_comment(user: Any, hers: set[str]) -> list[Waiting]:
    attended = Registration.objects.confirmed().exclude(attended=False).filter(user=user)
    places = list(attended.values_list("session", flat=True))
    if not places:  # most readers have none, and every page asks
        return []
    open_to_her = (
        Minutes.objects.visible_to(user)
        .filter(session__in=places, status__in=[Minutes.Status.CIRCULATED, Minutes.Status.AGREED])
        .exclude(comments__by=user)
        .select_related("session__dialogue")
    )
    if hers:
        open_to_her = open_to_her.exclude(session__dialogue__in=Dialogue.objects.filter(parties__in=hers))
    return [
        Waiting(
            _("Comment on the minutes: %(session)s") % {"session": minutes.session.title},
            minutes.get_absolute_url(),
            minutes.circulated_at or minutes.changed_at,
            due_at=commenting.last_moment(minutes.comments_until, minutes.session) if minutes.comments_until else None,
            kind=KIND,
        )
        for minutes in open_to_her
        if commenting.takes_comments(minutes)
    ]
