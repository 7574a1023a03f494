"""What people write of a resource, and the rules a text must keep before it is saved."""

import datetime as dt
import zoneinfo
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organization, User
from portal.accounts.permissions import delegation
from portal.languages import Language, column
from resources.models import TRANSLATED, Resource

PLAIN = (
    "kind",
    "publisher",
    "scope",
    "url",
    "audiences",
    "page_languages",
    "source_language",
    "expires_on",
    "programme",
)
MANY = ("economies", "agreements", "topics", "sectors")
#: What verbs set, and what is asked of it before.
_GIVEN = ("slug", "publisher", "author", "changed_by", "submitted_by", "approved_by")
TEXTS = {column(field, code): code for code in Language.values for field in TRANSLATED}


def assign(resource: Resource, values: dict[str, Any]) -> None:
    """Set :data:`PLAIN` fields and texts; raise ``TypeError`` for anything that people do not write."""
    for name, value in values.items():
        if name not in PLAIN and name not in TEXTS:
            raise TypeError(f"{name} is not a field of a resource that people write.")
        setattr(resource, name, value.strip() if isinstance(value, str) else value)


def check(
    resource: Resource,
    related: dict[str, list],
    *,
    by: User,
    was: set[str],
    kept_publisher: Organization | None = None,
    kept_day: dt.date | None = None,
) -> None:
    """Refuse with one entry per field what is missing or not hers to give.

    ``was`` are the codes of the economies it has now; ``kept_publisher`` and ``kept_day`` (its last day) may stay
    although she could not choose them anew.
    """
    problems: dict[str, list[Any]] = _missing_texts(resource)
    if not related["topics"]:
        problems["topics"] = [_("Choose at least one topic.")]
    if resource.publisher_id is None:
        problems["publisher"] = [_("Choose who publishes it.")]
    elif resource.publisher != kept_publisher and not publishers_for(by).filter(pk=resource.publisher_id).exists():
        problems["publisher"] = [_("Choose a publisher of your own economy.")]
    if resource.expires_on and resource.expires_on != kept_day and is_past(resource.expires_on, resource.publisher):
        problems["expires_on"] = [_("Choose today or a day to come.")]
    if problem := _wrong_programme(resource):
        problems["programme"] = [problem]
    problems |= _wrong_economies(resource, {economy.pk for economy in related["economies"]}, by=by, was=was)
    if problems:
        raise ValidationError(problems)
    # Constraints are the database's: asking about each of them here costs a dozen queries.
    resource.full_clean(exclude=_GIVEN, validate_unique=False, validate_constraints=False)


def programmes_for(user: User) -> models.QuerySet[Resource]:
    """The programmes she may name as the one that a success case used: the published ones of her economies, and
    those that hold in every economy."""
    published = Resource.objects.published().filter(kind=Resource.Kind.PROGRAMME)
    return published.for_economies(delegation(user)).by_title()


def publishers_for(user: User) -> models.QuerySet[Organization]:
    """The organizations she may name as publisher: her economies' public bodies and chambers, and, for an
    administrator, those of no single economy."""
    bodies = Organization.objects.verified().exclude(kind=Organization.Kind.SME)
    hers = models.Q(economy__in=delegation(user))
    if user.is_staff:
        hers |= models.Q(economy=None)
    return bodies.filter(hers)


def capital_zone(publisher: Organization | None) -> zoneinfo.ZoneInfo:
    """The clock by which a resource's last day ends: its publisher's capital's, UTC where it has no economy."""
    economy = publisher.economy if publisher else None
    return zoneinfo.ZoneInfo(economy.default_time_zone if economy else "UTC")


def is_past(day: dt.date, publisher: Organization | None) -> bool:
    """Whether this day is over at the publisher's."""
    return day < timezone.localdate(timezone=capital_zone(publisher))


def _wrong_programme(resource: Resource) -> Any:
    """Only a success case names a programme, and only one that readers can open; the one it has may stay."""
    if resource.programme is None:
        return ""
    if resource.kind != Resource.Kind.SUCCESS_CASE:
        return _("Only a success case names the programme that was used.")
    is_kept = Resource.objects.filter(pk=resource.pk, programme=resource.programme).exists()
    if resource.programme.status != Resource.Status.PUBLISHED and not is_kept:
        return _("Choose a published programme.")
    return ""


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
