"""The history of a resource's content: what each verb that changes it leaves, and how two versions compare.

A version is a django-reversion row with its relations and the state of its translations
(docs/decisions/0007-versions-by-reversion.md). Only the verbs write them, through :func:`keep`.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import reversion
from django.db import models
from reversion.models import Version

from portal.accounts.models import Organization, User
from portal.activity.log import timeline
from resources.checking import MANY, PLAIN, TEXTS
from resources.models import Resource, Translation

CONTENT = (*PLAIN, *TEXTS, *MANY)
#: The comment of a version that no verb made: how the resource stood before its first change here.
BASELINE = "loaded"

reversion.register(Translation, fields=("language", "origin", "source_version"))
reversion.register(Resource, fields=(*CONTENT, "version", "source_version"), follow=("translations",))


@dataclass(frozen=True)
class Past:
    """One version: who made it, by which verb, when, and the content it left.

    ``content`` maps each of :data:`CONTENT` to its value: related objects are primary keys, those of :data:`MANY`
    lists of them. ``verb`` is :data:`BASELINE` where nobody made it here.
    """

    pk: int
    by: User | None
    verb: str
    at: dt.datetime
    number: int
    source_version: int
    content: dict[str, Any]

    @property
    def is_baseline(self) -> bool:
        return self.verb == BASELINE

    def source_text(self, field: str) -> str:
        """``field`` in the language that was the original's then."""
        return self.content[f"{field}_{self.content['source_language'].replace('-', '_')}"] or ""


def keep(resource: Resource, *, by: User | None, verb: str) -> None:
    """Keep the content as it stands now as a version, with its relations and the state of its translations.

    Joins the caller's transaction. ``resource`` must be fresh, and so must the relations that it has prefetched.
    """
    with reversion.create_revision(manage_manually=True, atomic=False):
        if by is not None:
            reversion.set_user(by)
        reversion.set_comment(verb)
        reversion.add_to_revision(resource)


def keep_baseline(resource: Resource) -> None:
    """Before a change: keep what stands there if no version says so yet.

    The catalogue is loaded without versions; the first change here makes the first one, so nothing is lost.
    """
    latest = of(resource).first()
    if latest is None or changed(past(latest), as_it_stands(resource)):
        keep(resource, by=None, verb=BASELINE)


def of(resource: Resource) -> models.QuerySet[Version]:
    """Its versions, newest first, with who made them. Ask first who may see them."""
    return Version.objects.get_for_object(resource).select_related("revision", "revision__user")


def past(version: Version) -> Past:
    """What this row says, in our words."""
    values, revision = version.field_dict, version.revision
    content = {name: values.get(_stored(name), [] if name in MANY else None) for name in CONTENT}
    return Past(
        pk=version.pk,
        by=revision.user,
        verb=revision.comment,
        at=revision.date_created,
        number=values["version"],
        source_version=values["source_version"],
        content=content,
    )


def as_it_stands(resource: Resource) -> Past:
    """The content of the resource itself, to compare a version with."""
    content = {name: getattr(resource, _stored(name)) for name in (*PLAIN, *TEXTS)}
    content |= {name: [row.pk for row in getattr(resource, name).all()] for name in MANY}
    at = resource.changed_at or resource.created_at
    return Past(0, resource.changed_by, "revised", at, resource.version, resource.source_version, content)


def at_source_version(resource: Resource, source_version: int) -> Past | None:
    """How it stood when its original text was at ``source_version``; None where that was before anything was kept."""
    for version in of(resource).iterator(chunk_size=50):
        found = past(version)
        if found.source_version <= source_version:
            return found if found.source_version == source_version else None
    return None


def changed(before: Past | None, after: Past) -> list[str]:
    """The names of :data:`CONTENT` in which two versions differ; nothing for the first."""
    if before is None:
        return []
    return [name for name in CONTENT if _comparable(before, name) != _comparable(after, name)]


def published_numbers(resource: Resource) -> dict[int, dt.datetime]:
    """Version number → when it went public, from the log."""
    rows = timeline(resource).filter(verb="published").values_list("data", "at")
    return {data["version"]: at for data, at in rows if "version" in data}


def given(version: Past, resource: Resource) -> dict[str, Any]:
    """Its content as :func:`resources.publishing.revise` takes it.

    What is gone since (a topic that was removed, say) stays away, and a last day that has passed is not brought
    back: the present one stays.
    """
    values = dict(version.content)
    values["publisher"] = Organization.objects.filter(pk=values["publisher"]).first()
    values["programme"] = Resource.objects.published().filter(pk=values["programme"]).first()
    for name in MANY:
        related = Resource._meta.get_field(name).related_model
        values[name] = list(related._default_manager.filter(pk__in=values[name]))  # type: ignore[union-attr]
    values["expires_on"] = resource.expires_on
    return values


def translation_states(version: Past) -> Iterable[dict[str, Any]]:
    """Of each translation in that version: ``language``, ``origin`` and the ``source_version`` it was made from."""
    revision = Version.objects.get(pk=version.pk).revision
    for row in revision.version_set.get_for_model(Translation):  # type: ignore[attr-defined]
        yield row.field_dict


def _stored(name: str) -> str:
    return Resource._meta.get_field(name).attname  # type: ignore[union-attr]


def _comparable(version: Past, name: str) -> Any:
    value = version.content[name]
    if name in MANY:
        return {str(pk) for pk in value}
    return value or ""
