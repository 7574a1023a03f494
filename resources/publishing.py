"""The life of a resource, from draft to published and withdrawn. Every verb is for those who keep the resource."""

import calendar
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Membership, Organization, User
from portal.accounts.permissions import delegation
from portal.activity.log import record
from portal.languages import Language, column
from portal.lifecycle import lock, move
from portal.notifications.outbox import notify
from portal.reference.models import Economy
from resources import indexing, permissions
from resources.models import TRANSLATED, Resource, Translation

#: A published resource is reviewed twice a year (the treaties say "regularly"; USMCA art. 25.3 and its sisters).
REVIEW_EVERY_MONTHS = 6

PLAIN = ("kind", "publisher", "scope", "url", "audiences", "page_languages", "source_language")
MANY = ("economies", "agreements", "topics", "sectors")
TEXTS = {column(field, code): code for code in Language.values for field in TRANSLATED}
#: Addresses under /resources/ that are pages of their own.
RESERVED = {
    "coverage",
    "dates",
    "export",
    "feed",
    "finder",
    "import",
    "links",
    "lists",
    "manage",
    "reports",
    "shared",
    "suggest",
    "versions",
}


@transaction.atomic
def draft(*, by: User, **values: Any) -> Resource:
    """Begin a resource; only its keepers see it until it is published.

    ``values`` are :data:`PLAIN` fields, :data:`MANY` as lists of objects, and texts as columns (``title_en``).
    Raises ``ValidationError`` with one entry per field when something is missing or not hers to give,
    ``PermissionDenied`` when she is no official.
    """
    _ask(permissions.can_draft(by))
    resource = Resource(author=by, changed_by=by, changed_at=timezone.now())
    related = {name: list(values.pop(name, ())) for name in MANY}
    _assign(resource, values)
    _check(resource, related, by=by, was=set())
    # One at a time per economy: nobody takes the address meanwhile.
    list(
        Economy.objects.select_for_update(no_key=True)
        .filter(pk__in=[e.pk for e in related["economies"]])
        .order_by("pk")
    )
    resource.slug = _free_slug(resource, related["economies"])
    with translation.override(resource.source_language):  # what the columns without a language follow
        resource.save()
    for name, rows in related.items():
        getattr(resource, name).set(rows)
    _keep_translations(resource, touched=set(Language.values))
    indexing.refresh(resource)
    record(by, "drafted", resource)
    return resource


@transaction.atomic
def revise(resource: Resource, *, version: int, by: User, **changes: Any) -> Resource:
    """Change a resource that is still at ``version``; return the fresh row.

    Changing the text in the source language makes the translations that were not changed with it stale.
    Raises ``ValidationError``: ``changed_meanwhile`` when somebody saved since ``version``, ``illegal_move``
    when it is withdrawn, and one entry per field for what is missing or not hers to give.
    """
    row = lock(resource)
    _ask(permissions.keeps(by, row))
    if row.status == Resource.Status.ARCHIVED:
        raise ValidationError(_("A withdrawn resource is not edited. Reopen it first."), code="illegal_move")
    if row.version != version:
        raise ValidationError(
            _(
                "%(who)s saved a change while you were writing, so nothing of yours was saved yet. "
                "Your text is still below: compare it with the saved version, then save again."
            ),
            code="changed_meanwhile",
            params={"who": row.changed_by or _("Somebody")},
        )
    related = {name: list(changes.pop(name, getattr(row, name).all())) for name in MANY}
    was = {economy.pk for economy in row.economies.all()}
    before = {name: getattr(row, name) for name in (*PLAIN, *TEXTS)}
    _assign(row, changes)
    _check(row, related, by=by, was=was, kept_publisher=before["publisher"])
    altered = [name for name, value in before.items() if getattr(row, name) != value]
    swapped = [name for name, rows in related.items() if set(rows) != set(getattr(row, name).all())]
    if not altered and not swapped:
        return row
    _write(row, altered, {name: related[name] for name in swapped}, by=by)
    return row


def _write(row: Resource, altered: list[str], swapped: dict[str, list], *, by: User) -> None:
    touched = {TEXTS[name] for name in altered if name in TEXTS}
    if "source_language" in altered:
        touched |= {row.source_language}
    row.source_version += row.source_language in touched
    if "url" in altered:
        row.url_evidence, row.link_status, row.link_checked_at = "official", "unchecked", None
    row.version += 1
    row.changed_by, row.changed_at = by, timezone.now()
    link = {"url_evidence", "link_status", "link_checked_at"}
    texts = TRANSLATED if touched else ()
    with translation.override(row.source_language):
        row.save(update_fields={*altered, *texts, *link, "source_version", "version", "changed_by", "changed_at"})
    for name, rows in swapped.items():
        getattr(row, name).set(rows)
    _keep_translations(row, touched)
    indexing.refresh(row)
    record(by, "revised", row, changed=sorted([*altered, *swapped]))


@transaction.atomic
def submit(resource: Resource, *, by: User) -> Resource:
    """Put a draft before the economy's other officials, who are told."""
    _ask(permissions.keeps(by, resource))
    now = timezone.now()
    row = move(resource, Resource.Status.IN_REVIEW, by=by, verb="submitted", submitted_at=now, note="")
    colleagues = keepers(row).exclude(pk=by.pk)
    notify(colleagues, "resources/resource_submitted", about=row, occasion=now.isoformat(), by=str(by))
    return row


@transaction.atomic
def publish(resource: Resource, *, by: User) -> Resource:
    """Show it to everybody and count it as reviewed today (UTC); its author is told."""
    _ask(permissions.keeps(by, resource))
    now = timezone.now()
    row = move(
        resource,
        Resource.Status.PUBLISHED,
        by=by,
        verb="published",
        published_at=now,
        reviewed_on=now.date(),
        review_due_on=review_due_after(now.date()),
    )
    _tell_author(row, "resources/resource_published", now.isoformat(), by=by)
    return row


@transaction.atomic
def send_back(resource: Resource, *, reason: str, by: User) -> Resource:
    """Return a submitted resource to its author, with what should change."""
    _ask(permissions.keeps(by, resource))
    _only_from(resource, Resource.Status.IN_REVIEW)
    row = _move_with_reason(resource, Resource.Status.DRAFT, verb="sent_back", reason=reason, by=by)
    _tell_author(row, "resources/resource_sent_back", timezone.now().isoformat(), by=by, reason_given=row.note)
    return row


@transaction.atomic
def withdraw(resource: Resource, *, reason: str, by: User) -> Resource:
    """Take it from the public; those who keep it still see it and can reopen it."""
    _ask(permissions.keeps(by, resource))
    row = _move_with_reason(resource, Resource.Status.ARCHIVED, verb="withdrawn", reason=reason, by=by)
    _tell_author(row, "resources/resource_withdrawn", timezone.now().isoformat(), by=by, reason_given=row.note)
    return row


@transaction.atomic
def reopen(resource: Resource, *, by: User) -> Resource:
    """Make a withdrawn resource a draft again."""
    _ask(permissions.keeps(by, resource))
    _only_from(resource, Resource.Status.ARCHIVED)
    return move(resource, Resource.Status.DRAFT, by=by, verb="reopened", note="")


def review_due_after(day: date) -> date:
    """The day a resource reviewed on ``day`` must be reviewed again; the month's last where it is shorter."""
    years, month = divmod(day.month - 1 + REVIEW_EVERY_MONTHS, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def keepers(resource: Resource) -> models.QuerySet[User]:
    """The people who keep it: officials of its economies or, when it holds everywhere, administrators."""
    people = get_user_model().objects.filter(is_active=True)
    if resource.scope != Resource.Scope.ECONOMY:
        return people.filter(is_staff=True)
    officials = Membership.objects.filter(
        status=Membership.Status.ACTIVE,
        organization__kind=Organization.Kind.AGENCY,
        organization__status=Organization.Status.VERIFIED,
        organization__economy__in=resource.economy_codes,
    )
    return people.filter(pk__in=officials.values("user")).order_by("pk")


def publishers_for(user: User) -> models.QuerySet[Organization]:
    """The organizations she may name as publisher: her economies' public bodies and chambers, and, for an
    administrator, those of no single economy."""
    bodies = Organization.objects.verified().exclude(kind=Organization.Kind.SME)
    hers = models.Q(economy__in=delegation(user))
    if user.is_staff:
        hers |= models.Q(economy=None)
    return bodies.filter(hers)


def _ask(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied


def _only_from(resource: Resource, status: str) -> None:
    """Two verbs lead to a draft; the table of moves alone cannot tell them apart. Locks like ``move``."""
    row = lock(resource)
    if row.status != status:
        raise ValidationError(
            _("This is not possible now: its state is “%(state)s”."),
            code="illegal_move",
            params={"state": row.get_status_display()},
        )


def _move_with_reason(resource: Resource, to: str, *, verb: str, reason: str, by: User) -> Resource:
    if not reason.strip():
        raise ValidationError({"reason": ValidationError(_("Say why."), code="required")})
    reason = reason.strip()
    return move(resource, to, by=by, verb=verb, note=reason, details={"reason": reason})


def _tell_author(row: Resource, kind: str, occasion: str, *, by: User, **context: Any) -> None:
    if row.author and row.author != by:
        notify([row.author], kind, about=row, occasion=occasion, by=str(by), **context)


def _assign(resource: Resource, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if name not in PLAIN and name not in TEXTS:
            raise TypeError(f"{name} is not a field of a resource that people write.")
        setattr(resource, name, value.strip() if isinstance(value, str) else value)


def _check(
    resource: Resource,
    related: dict[str, list],
    *,
    by: User,
    was: set[str],
    kept_publisher: Organization | None = None,
) -> None:
    problems: dict[str, list[Any]] = _missing_texts(resource)
    if not related["topics"]:
        problems["topics"] = [_("Choose at least one topic.")]
    if resource.publisher_id is None:
        problems["publisher"] = [_("Choose who publishes it.")]
    elif resource.publisher != kept_publisher and resource.publisher not in publishers_for(by):
        problems["publisher"] = [_("Choose a publisher of your own economy.")]
    problems |= _wrong_economies(resource, {economy.pk for economy in related["economies"]}, by=by, was=was)
    if problems:
        raise ValidationError(problems)
    resource.full_clean(exclude=["slug", "author", "changed_by"], validate_unique=False)


def _wrong_economies(resource: Resource, chosen: set[str], *, by: User, was: set[str]) -> dict[str, list[Any]]:
    if resource.scope != Resource.Scope.ECONOMY:
        is_fine = by.is_staff and not chosen
        return {} if is_fine else {"economies": [_("Only an administrator keeps what holds in every economy.")]}
    if not chosen:
        return {"economies": [_("Choose at least one economy.")]}
    if not (chosen ^ was) <= delegation(by):
        return {"economies": [_("You can add and remove only economies you are an official of.")]}
    return {}


def _missing_texts(resource: Resource) -> dict[str, list[Any]]:
    """A language has title and summary, or nothing; the source language has them always."""
    problems: dict[str, list[Any]] = {}
    for code in Language.values:
        title, summary, body = resource.text(code)
        if not (title or summary or body) and code != resource.source_language:
            continue
        if not title:
            problems[column("title", code)] = [_("Write a title in this language.")]
        if not summary:
            problems[column("summary", code)] = [_("Write a summary in this language.")]
    return problems


def _keep_translations(resource: Resource, touched: Iterable[str]) -> None:
    """One row per language that has text besides the source; what was just written is the publisher's and fresh."""
    rows = {row.language: row for row in resource.translations.all()}
    for code in Language.values:
        has_text = code != resource.source_language and code in resource.languages
        if not has_text:
            if code in rows:
                rows[code].delete()
        elif code in touched or code not in rows:
            Translation.objects.update_or_create(
                resource=resource,
                language=code,
                defaults={
                    "origin": Translation.Origin.PUBLISHER,
                    "source_version": resource.source_version,
                    "changed_at": timezone.now(),
                },
            )


def _free_slug(resource: Resource, economies: list) -> str:
    """An address from the title: Latin titles are spelled out, others get the publisher's name and a number."""
    title = resource.text("en")[0] or resource.reading(resource.source_language).title
    codes = "-".join(sorted(economy.pk.lower() for economy in economies)[:3]) or resource.scope
    name = slugify(title) or resource.publisher.slug
    base = f"{codes}-{name}"[:90].strip("-")
    taken = set(Resource.objects.filter(slug__startswith=base).values_list("slug", flat=True)) | RESERVED
    candidates = [base, *(f"{base}-{number}" for number in range(2, len(taken) + 3))]
    return next(slug for slug in candidates if slug not in taken)
