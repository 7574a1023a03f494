"""What those who attended want changed in circulated minutes, and what is done about it."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues.models import Minutes, MinutesComment, MinutesSection, Registration, Session
from dialogues.permissions import acts_in
from portal.accounts.models import Organization
from portal.activity.log import record
from portal.lifecycle import lock
from portal.notifications.outbox import notify

#: Of one person about one version: enough for a page-by-page reading, too few to drown the others.
MOST_COMMENTS = 60
SALT = "dialogues.minutes-comments"
LINK_LASTS = timedelta(days=180)


@transaction.atomic
def comment(
    minutes: Minutes,
    *,
    text: str,
    language: str,
    by: Any,
    section: MinutesSection | None = None,
    registration: Registration | None = None,
) -> MinutesComment:
    """Say what should be changed, in any language. ``by`` is None for a person who came by her personal link:
    ``registration`` then says who she is.

    Raises ``PermissionDenied`` for people who did not attend and are no officials of the Parties; ``ValidationError``:
    ``closed`` when comments are not asked for (any more), ``required``, ``too_many``.
    """
    minutes = lock(minutes)
    session = minutes.session
    place = registration or own_place(session, by)
    if place is None and not acts_in(by, session.dialogue):
        raise PermissionDenied
    if not takes_comments(minutes):
        raise ValidationError(_("Comments on these minutes are not taken now."), code="closed")
    text = text.strip()
    if not text:
        raise ValidationError(_("Write what should be changed."), code="required")
    hers = minutes.comments.filter(by=by) if by else minutes.comments.filter(registration=place)
    if hers.count() >= MOST_COMMENTS:
        raise ValidationError(_("You have written as many comments as these minutes take."), code="too_many")
    row = MinutesComment.objects.create(
        minutes=minutes,
        section=section,
        by=by,
        registration=place,
        name="" if by or place is None else place.name,
        organization=_organization(place, by),
        language=language,
        text=text,
    )
    record(by, "minutes_commented", session, comment=row.pk)
    return row


@transaction.atomic
def settle(comment: MinutesComment, *, reply: str, by: Any) -> MinutesComment:
    """Say what was done about a comment, and tell who wrote it.

    Raises ``ValidationError``: ``required`` without a reply, ``settled`` when there is one.
    """
    reply = reply.strip()
    if not reply:
        raise ValidationError(_("Say what was done about it."), code="required")
    comment = lock(comment)
    if comment.settled_at is not None:
        raise ValidationError(_("Somebody has replied to this comment already."), code="settled")
    comment.reply, comment.settled_at, comment.settled_by = reply, timezone.now(), by
    comment.save(update_fields=["reply", "settled_at", "settled_by"])
    minutes = comment.minutes
    record(by, "minutes_comment_settled", minutes.session, comment=comment.pk)
    person = comment.by or (comment.registration and comment.registration.person)
    if person and person != by:
        url = minutes.get_absolute_url()
        if comment.by is None:
            url = link_for(comment.registration, minutes)
        notify(
            [person],
            "dialogues/minutes_comment_settled",
            about=minutes,
            occasion=f"comment:{comment.pk}",
            url=url,
            comment=comment.text[:300],
            reply=reply,
        )
    return comment


def takes_comments(minutes: Minutes) -> bool:
    """Circulated or agreed, and the day named is not over in the room."""
    until = minutes.comments_until
    return minutes.is_before_the_parties and until is not None and until >= room_day(minutes.session)


def room_day(session: Session) -> date:
    """Today by the clock of the room."""
    return timezone.now().astimezone(ZoneInfo(session.zone or "UTC")).date()


def last_moment(day: date, session: Session) -> datetime:
    """When that day ends in the room."""
    return datetime.combine(day, time.max, ZoneInfo(session.zone or "UTC"))


def seen_by(user: Any, minutes: Minutes) -> QuerySet[MinutesComment]:
    """All comments for officials of the Parties; for others their own."""
    rows = minutes.comments.select_related("by", "organization", "section", "settled_by", "registration__user")
    if acts_in(user, minutes.session.dialogue):
        return rows
    return rows.filter(by=user) if user.is_authenticated else rows.none()


def own_place(session: Session, user: Any) -> Registration | None:
    """Her confirmed place in the session, unless she was found missing."""
    if user is None or not user.is_authenticated:
        return None
    return session.registrations.confirmed().exclude(attended=False).filter(user=user).first()


def links(minutes: Minutes, places: list[Registration]) -> Callable[[Any], dict[str, Any]]:
    """Gives people without an account the address at which they may read and comment."""
    by_address = {place.address.lower(): place for place in places if place.user_id is None}

    def own(person: Any) -> dict[str, Any]:
        place = by_address.get(person.email.lower()) if not hasattr(person, "pk") else None
        return {"url": link_for(place, minutes)} if place else {}

    return own


def link_for(place: Registration | None, minutes: Minutes) -> str:
    """The personal address of one place for one version; the public page when there is no place any more."""
    if place is None:
        return minutes.get_absolute_url()
    token = signing.dumps([place.pk, minutes.pk], salt=SALT)
    return reverse("dialogues:minutes-by-link", args=[token])


def read_link(token: str) -> tuple[Registration, Minutes] | None:
    """Whose link it is and to which minutes; None for one that is forged, too old, or whose place was given up."""
    try:
        place_pk, minutes_pk = signing.loads(token, salt=SALT, max_age=LINK_LASTS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    place = Registration.objects.confirmed().exclude(attended=False).filter(pk=place_pk, user=None).first()
    minutes = Minutes.objects.filter(pk=minutes_pk).select_related("session__dialogue").first()
    if place is None or minutes is None or minutes.session_id != place.session_id:
        return None
    return place, minutes


def _organization(place: Registration | None, by: Any) -> Organization | None:
    if place is not None and place.organization_id:
        return place.organization
    memberships = by.active_memberships if by else []
    return memberships[0].organization if memberships else None
