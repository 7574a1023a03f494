"""The life of a resource, from draft to published and withdrawn. Every verb is for those who keep the resource.

A resource is published by somebody other than its author, who submitted it, or who changed it last: two people stand
behind every text that goes public. Whoever changes a text in review puts it up anew in her own name. It stays in
review, so that a reviewer can mend a word, but then another one publishes it, and an approval given before is void.
What is public changes at once, and waits until somebody else has looked the change over (unseen.py).
"""

import calendar
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.activity.log import record
from portal.languages import Language
from portal.lifecycle import lock, move
from portal.notifications.matching import announce
from portal.notifications.outbox import notify
from portal.reference.models import Economy
from resources import indexing, people, permissions, unseen, versions, writing
from resources.checking import MANY, PLAIN, TEXTS, assign, capital_zone, check, publishers_for
from resources.models import Resource
from resources.naming import RESERVED, asked, free
from resources.people import keepers

__all__ = [
    "MANY",
    "PLAIN",
    "RESERVED",
    "TEXTS",
    "draft",
    "keepers",
    "publish",
    "publishers_for",
    "reopen",
    "review_due_after",
    "revise",
    "send_back",
    "submit",
    "withdraw",
]

#: A published resource is reviewed twice a year (the treaties say "regularly"; USMCA art. 25.3 and its sisters).
REVIEW_EVERY_MONTHS = 6


@transaction.atomic
def draft(*, by: User, slug: str = "", submits: bool = False, **values: Any) -> Resource:
    """Begin a resource; only its keepers see it until it is published.

    ``values`` are :data:`PLAIN` fields, :data:`MANY` as lists of objects, and texts as columns (``title_en``).
    ``slug`` is the address it has elsewhere and shall have here; without one it gets its own from the title.
    With ``submits`` it begins in review; the caller tells those who may publish it.
    Raises ``ValidationError`` with one entry per field when something is missing or not hers to give,
    ``PermissionDenied`` when she is no official.
    """
    _ask(permissions.can_draft(by))
    resource = Resource(author=by, changed_by=by, changed_at=timezone.now())
    related = {name: list(values.pop(name, ())) for name in MANY}
    assign(resource, values)
    check(resource, related, by=by, was=set())
    # One at a time per economy: nobody takes the address meanwhile.
    list(
        Economy.objects.select_for_update(no_key=True)
        .filter(pk__in=[e.pk for e in related["economies"]])
        .order_by("pk")
    )
    resource.slug = asked(slug) if slug else free(resource, related["economies"])
    if submits:
        resource.status, resource.submitted_at, resource.submitted_by = Resource.Status.IN_REVIEW, timezone.now(), by
    with translation.override(resource.source_language):  # what the columns without a language follow
        resource.save()
    for name, rows in related.items():
        getattr(resource, name).add(*rows)
        writing.hold(resource, name, rows)
    writing.hold(resource, "translations", ())
    writing.keep_translations(resource, set(Language.values))
    indexing.refresh(resource)
    versions.keep(resource, by=by, verb="drafted")
    record(by, "drafted", resource)
    if submits:
        record(by, "submitted", resource, was=Resource.Status.DRAFT, version=resource.version)
    return resource


@transaction.atomic
def revise(
    resource: Resource,
    *,
    version: int,
    by: User,
    seen: str | None = None,
    verb: str = "revised",
    tells: bool = True,
    **changes: Any,
) -> Resource:
    """Change a resource that is still at ``version``; return the fresh row.

    What is published waits then for the second look of somebody else, who is told (unseen.py); with ``tells=False``
    the caller tells of all that it changes at once.
    ``seen`` is the status it had when she began to write: a draft that went public meanwhile is not changed under
    the eyes of its readers. Changing the text in the source language makes the translations that were not changed
    with it stale. In review, the change is put up in her name and ends an approval.
    Raises ``ValidationError``: ``changed_meanwhile`` when somebody saved since ``version`` or the status is no longer
    the ``seen`` one, ``illegal_move`` when it is withdrawn, and one entry per field for what is missing or not hers.
    """
    row = lock(resource)
    writing.carry(resource, row)
    _ask(permissions.keeps(by, row))
    if row.status == Resource.Status.ARCHIVED:
        raise ValidationError(_("A withdrawn resource is not edited. Reopen it first."), code="illegal_move")
    _still_at(row, version, seen)
    return change(row, by=by, verb=verb, tells=tells, **changes)


def change(
    row: Resource, *, by: User, verb: str, tells: bool = True, brings_back: bool = False, **changes: Any
) -> Resource:
    """The change itself. Ask and lock first.

    One that ``brings_back`` what stood there before may name a publisher and economies that are not hers to give.
    """
    related = {name: list(changes.pop(name, getattr(row, name).all())) for name in MANY}
    was = {economy.pk for economy in row.economies.all()}
    before = {name: getattr(row, name) for name in (*PLAIN, *TEXTS)}
    versions.keep_baseline(row)
    assign(row, changes)
    publisher = before["publisher"]
    if brings_back:
        publisher, was = row.publisher, {economy.pk for economy in related["economies"]}
    check(row, related, by=by, was=was, kept_publisher=publisher, kept_day=before["expires_on"])
    altered = [name for name, value in before.items() if _comparable(getattr(row, name)) != _comparable(value)]
    swapped = [name for name, rows in related.items() if set(rows) != set(getattr(row, name).all())]
    if not altered and not swapped:
        return row
    writing.write(row, altered, {name: related[name] for name in swapped}, by=by)
    if row.status == Resource.Status.IN_REVIEW:
        _put_up_anew(row, by=by)
    versions.keep(row, by=by, verb=verb)
    record(by, verb, row, changed=sorted([*altered, *swapped]), version=row.version)
    if row.status == Resource.Status.PUBLISHED:
        unseen.mark(row, by=by, verb=verb)
        if tells:
            unseen.tell(row, by=by)
    return row


def _comparable(value: Any) -> Any:
    """A text that was never written and an empty one are the same to everybody but the database; so are the same
    audiences in another order."""
    return set(value) if isinstance(value, list) else value or ""


def _still_at(row: Resource, version: int, seen: str | None) -> None:
    if row.version != version:
        raise ValidationError(
            _(
                "%(who)s saved a change while you were writing, so nothing of yours was saved yet. "
                "Your text is still below: compare it with the saved version, then save again."
            ),
            code="changed_meanwhile",
            params={"who": row.changed_by or _("Somebody")},
        )
    if seen is not None and row.status != seen:
        raise ValidationError(
            _(
                "Its state became “%(state)s” while you were writing, so nothing of yours was saved yet. "
                "Your text is still below. Save again if it should change all the same."
            ),
            code="changed_meanwhile",
            params={"state": row.get_status_display()},
        )


def _put_up_anew(row: Resource, *, by: User) -> None:
    """A text in review changed: it is hers now, an approval is void, and whoever may review it since then is told."""
    approver, row.submitted_by = row.approved_by, by
    row.publish_at = row.approved_by = None
    row.save(update_fields=["submitted_by", "publish_at", "approved_by"])
    if approver:
        record(by, "approval_ended", row)
        if approver != by:
            notify([approver], "resources/resource_approval_ended", about=row, occasion=row.version, by=str(by))
    _tell_reviewers(row, by=by)


@transaction.atomic
def submit(resource: Resource, *, by: User, tells: bool = True) -> Resource:
    """Put a draft before those who may publish it, who are told: the economy's other officials or, where there is
    none, the portal's administrators. With ``tells=False`` the caller tells them of all that it submits at once."""
    row = lock(resource)
    _ask(permissions.keeps(by, row))
    row = move(
        row,
        Resource.Status.IN_REVIEW,
        by=by,
        verb="submitted",
        details={"version": row.version},
        submitted_at=timezone.now(),
        submitted_by=by,
        publish_at=None,
        approved_by=None,
        note="",
    )
    if tells:
        _tell_reviewers(row, by=by)
    return row


@transaction.atomic
def publish(resource: Resource, *, by: User, version: int | None = None) -> Resource:
    """Show it to everybody and count it as reviewed today (UTC); its author and who submitted it are told.

    ``version`` is the one she read, by default that of the object she holds.
    Raises what :func:`ready` raises.
    """
    row = ready(resource, by=by, version=version, at=timezone.now())
    row = go_public(row, by=by, approved_by=by)
    tell_writers(row, "resources/resource_published", str(row.published_at), by=by)
    return row


def ready(resource: Resource, *, by: User, version: int | None, at: datetime) -> Resource:
    """Lock a resource in review that ``by`` may publish, now or for the moment ``at``.

    Raises ``PermissionDenied`` when she neither keeps it nor stands in for those who do, and ``ValidationError``:
    ``illegal_move`` when it is not in review, ``own_text`` when it is her text, ``changed_meanwhile`` when it is no
    longer at ``version``, ``expired`` when its last day is over by then.
    """
    row = lock(resource)
    _ask(permissions.keeps(by, row) or permissions.may_review(by, row))
    only_from(row, Resource.Status.IN_REVIEW)
    if by.pk in people.writers(row):
        raise ValidationError(
            _("You wrote, changed or submitted this text, so somebody else publishes it."), code="own_text"
        )
    if row.version != (resource.version if version is None else version):
        raise ValidationError(
            _("%(who)s changed the text after you opened it. Read it again, then decide."),
            code="changed_meanwhile",
            params={"who": row.changed_by or _("Somebody")},
        )
    if row.expires_on and row.expires_on < at.astimezone(capital_zone(row.publisher)).date():
        raise ValidationError(_("Its last day is over by then. Change “valid until” first."), code="expired")
    return row


def go_public(row: Resource, *, by: User | None, approved_by: User) -> Resource:
    """The move itself, by a reviewer or by the portal's clock (``by=None``). Ask and lock first."""
    now = timezone.now()
    row = move(
        row,
        Resource.Status.PUBLISHED,
        by=by,
        verb="published",
        details={"version": row.version},
        published_at=now,
        publish_at=None,
        approved_by=approved_by,
        reviewed_on=now.date(),
        review_due_on=review_due_after(now.date()),
        seen_version=row.version,
        unseen_since=None,
        unseen_by=[],
    )
    announce(row)
    return row


@transaction.atomic
def send_back(resource: Resource, *, reason: str, by: User) -> Resource:
    """Return a submitted resource to its author, with what should change; an approval ends with it."""
    row = lock(resource)
    _ask(permissions.reviews(by, row))
    only_from(row, Resource.Status.IN_REVIEW)
    row = _move_with_reason(
        row, Resource.Status.DRAFT, verb="sent_back", reason=reason, by=by, publish_at=None, approved_by=None
    )
    tell_writers(row, "resources/resource_sent_back", timezone.now().isoformat(), by=by, reason_given=row.note)
    return row


@transaction.atomic
def withdraw(resource: Resource, *, reason: str, by: User) -> Resource:
    """Take it from the public; those who keep it still see it and can reopen it."""
    row = lock(resource)
    _ask(permissions.keeps(by, row))
    row = _move_with_reason(row, Resource.Status.ARCHIVED, verb="withdrawn", reason=reason, by=by)
    tell_writers(row, "resources/resource_withdrawn", timezone.now().isoformat(), by=by, reason_given=row.note)
    return row


@transaction.atomic
def reopen(resource: Resource, *, by: User) -> Resource:
    """Make a withdrawn resource a draft again."""
    row = lock(resource)
    _ask(permissions.keeps(by, row))
    only_from(row, Resource.Status.ARCHIVED)
    return move(row, Resource.Status.DRAFT, by=by, verb="reopened", note="")


def review_due_after(day: date) -> date:
    """The day a resource reviewed on ``day`` must be reviewed again; the month's last where it is shorter."""
    years, month = divmod(day.month - 1 + REVIEW_EVERY_MONTHS, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def only_from(row: Resource, status: str) -> None:
    """Two verbs lead to a draft; the table of moves alone cannot tell them apart. ``row`` is locked."""
    if row.status != status:
        raise ValidationError(
            _("This is not possible now: its state is “%(state)s”."),
            code="illegal_move",
            params={"state": row.get_status_display()},
        )


def tell_writers(row: Resource, kind: str, occasion: str, *, by: User | None, **context: Any) -> None:
    """Its author and who submitted it, except ``by``."""
    writers = {person.pk: person for person in (row.author, row.submitted_by) if person and person != by}
    notify(writers.values(), kind, about=row, occasion=occasion, by=str(by or ""), **context)


def _tell_reviewers(row: Resource, *, by: User) -> None:
    # The occasion is the submission: whoever was told of it is not told again when the text changes in review.
    others = people.reviewers(row).exclude(pk=by.pk)
    notify(others, "resources/resource_submitted", about=row, occasion=str(row.submitted_at), by=str(by))


def _ask(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied


def _move_with_reason(row: Resource, to: str, *, verb: str, reason: str, by: User, **changes: Any) -> Resource:
    if not reason.strip():
        raise ValidationError({"reason": ValidationError(_("Say why."), code="required")})
    reason = reason.strip()
    return move(row, to, by=by, verb=verb, note=reason, details={"reason": reason}, **changes)
