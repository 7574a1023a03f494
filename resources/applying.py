"""One record of a file becomes a new resource, a change, or nothing, by the same verbs that the forms use."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.utils.translation import gettext as _

from portal.accounts.models import Organization, User
from portal.languages import Language, column
from portal.reference.loading import CHANGED, CREATED, UNCHANGED, known
from portal.reference.models import Agreement, Economy, Sector, Topic
from resources import checking, naming, nearby, permissions, publishing
from resources.models import TRANSLATED, Resource
from resources.unpacking import Problem, Record

#: The model's field → its name in files.
NAMES = {"publisher": "agency", "audiences": "audience", "page_languages": "languages"}
_FIELDS = {name: field for field, name in NAMES.items()}
_LIMITS: dict[str, Any] = {
    column(field, code): cast(models.Field, Resource._meta.get_field(field)).max_length
    for field in TRANSLATED
    for code in Language.values
}


#: What a new resource has when the file does not say.
_NEW: dict[str, Any] = {"publisher": None, "source_language": Language.EN}


class Refused(Exception):  # noqa: N818 -- what happened to the row
    """A record that cannot become a resource, with every reason."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(len(problems))
        self.problems = problems


@dataclass
class Shelf:
    """What the records of one file refer to, and which resources they have spoken of so far."""

    agency: Mapping[str, Organization]
    economies: Mapping[str, Economy]
    agreements: Mapping[str, Agreement]
    topics: Mapping[str, Topic]
    sectors: Mapping[str, Sector]
    near: nearby.Near
    spoken_of: dict[Any, int] = field(default_factory=dict)

    @classmethod
    def of_today(cls, records: Sequence[Record], *, by: User) -> "Shelf":
        """For these records, read with the rights of ``by``."""
        bodies = Organization.objects.exclude(kind=Organization.Kind.SME).select_related("economy")
        # With what a resource is found by: each row that names a sector would ask for its family anew.
        sectors = Sector.objects.select_related("parent").prefetch_related("children")
        return cls(
            {body.slug: body for body in bodies},
            known(Economy, "code"),
            known(Agreement),
            known(Topic),
            {sector.slug: sector for sector in sectors},
            nearby.Near(records, by=by),
        )

    def name(self, record: Record) -> None:
        """Raise :class:`Refused` when an earlier row names the same resource, by slug or by address and agency."""
        source = (record.shown("url"), record.shown("agency"))
        if slug := record.shown("slug"):
            self.speak_of(record, slug)
            self.spoken_of.setdefault(source, record.row)
        else:
            self.speak_of(record, source)

    def speak_of(self, record: Record, what: Any) -> None:
        """Raise :class:`Refused` when an earlier row is about the same."""
        row = self.spoken_of.setdefault(what, record.row)
        if row != record.row:
            message = _("Row %(row)d is about the same resource.") % {"row": row}
            raise Refused([Problem(record.row, "slug", record.shown("slug"), message)])


@dataclass(frozen=True)
class Outcome:
    """What became of a record: ``"created"``, ``"changed"`` or ``"unchanged"``, and of which resource."""

    what: str
    resource: Resource
    #: The version that was compared with the file.
    version: int


def apply(
    record: Record,
    *,
    by: User,
    shelf: Shelf,
    tries: bool = False,
    submits: bool = False,
    versions: Mapping[str, int] | None = None,
) -> Outcome:
    """Bring one record in with the rights of ``by``; a new resource is a draft or, with ``submits``, in review.

    With ``tries`` nothing is written: the same questions are asked, and the outcome is what it would be.

    A record that says nothing new writes nothing, whoever keeps the resource. ``versions`` (id → version) are those
    of the resources when they were looked through: what somebody wrote since is not overwritten.
    Raises :class:`Refused` with everything that is wrong with the record.
    """
    shelf.name(record)
    values = _values(record, shelf)
    resource = _meant(record, values, shelf.near)
    try:
        if resource is None:
            create = _tried if tries else _created
            return create(record, values, by=by, shelf=shelf, submits=submits)
        shelf.speak_of(record, resource.pk)
        _ask_untouched(record, resource, versions)
        changes = {name: value for name, value in values.items() if _differs(resource, name, value)}
        if not changes:
            return Outcome(UNCHANGED, resource, resource.version)
        if tries:
            _try_revision(resource, changes, by=by)
        else:
            was = resource.version
            resource = publishing.revise(resource, version=was, by=by, tells=False, **changes)
            shelf.near.note(resource)
            return Outcome(CHANGED, resource, was)
        return Outcome(CHANGED, resource, resource.version)
    except ValidationError as error:
        raise Refused(list(_problems(record, error))) from error
    except PermissionDenied as error:
        message = _("This resource is kept by officials of another economy.")
        raise Refused([Problem(record.row, "economies", record.shown("economies"), message)]) from error


def _created(record: Record, values: dict[str, Any], *, by: User, shelf: Shelf, submits: bool) -> Outcome:
    resource = publishing.draft(by=by, slug=record.shown("slug"), submits=submits, **_NEW | values)
    shelf.speak_of(record, resource.pk)
    shelf.near.note(resource)
    return Outcome(CREATED, resource, resource.version)


def _tried(record: Record, values: dict[str, Any], *, by: User, **_how: Any) -> Outcome:
    """What :func:`resources.publishing.draft` asks first; it writes some fifty rows, which a dry run of thousands
    would wait minutes for."""
    if not permissions.can_draft(by):
        raise PermissionDenied
    resource = Resource(author=by, changed_by=by)
    related = {name: values.pop(name, []) for name in publishing.MANY}
    checking.assign(resource, _NEW | values)
    checking.check(resource, related, by=by, was=set())
    if slug := record.shown("slug"):
        naming.asked(slug)
    return Outcome(CREATED, resource, resource.version)


def _try_revision(resource: Resource, changes: dict[str, Any], *, by: User) -> None:
    """What :func:`resources.publishing.revise` asks first. Spoils ``resource``."""
    if not permissions.keeps(by, resource):
        raise PermissionDenied
    if resource.status == Resource.Status.ARCHIVED:
        raise ValidationError(_("A withdrawn resource is not edited. Reopen it first."), code="illegal_move")
    related = {name: changes.pop(name, list(getattr(resource, name).all())) for name in publishing.MANY}
    was, publisher, day = resource.economy_codes, resource.publisher, resource.expires_on
    checking.assign(resource, changes)
    checking.check(resource, related, by=by, was=was, kept_publisher=publisher, kept_day=day)


def _values(record: Record, shelf: Shelf) -> dict[str, Any]:
    """The record's values as the verbs take them; codes that are not known, and texts too long, are refused."""
    values: dict[str, Any] = {}
    wrong: list[Problem] = []
    for name, given in record.values.items():
        if name == "slug":
            continue
        if name in {"agency", *publishing.MANY}:
            rows = getattr(shelf, name)
            codes = [given] if isinstance(given, str) else given
            wrong += [_unknown(record, name, code) for code in codes if code not in rows]
            found = [rows[code] for code in codes if code in rows]
            values[_FIELDS.get(name, name)] = (found or [None])[0] if name == "agency" else found
        elif len(given) > _LIMITS.get(name, len(given)):
            message = _("This is longer than %(number)d characters.") % {"number": _LIMITS[name]}
            wrong.append(Problem(record.row, name, record.shown(name), message))
        else:
            values[_FIELDS.get(name, name)] = given
    if wrong:
        raise Refused(wrong)
    return values


def _unknown(record: Record, name: str, code: str) -> Problem:
    return Problem(record.row, name, code, _("“%(code)s” is not known here.") % {"code": code[:80]})


def _meant(record: Record, values: dict[str, Any], near: nearby.Near) -> Resource | None:
    """The resource a record is about: by its slug or, without one, by address and publisher."""
    near.reach(record)
    if slug := record.shown("slug"):
        return near.by_slug.get(slug)
    url, publisher = values.get("url"), values.get("publisher")
    if not url or not publisher:
        message = _("Name the resource by its slug, or by its address and agency.")
        raise Refused([Problem(record.row, "slug", "", message)])
    found = near.by_source(url, publisher)
    if len(found) > 1:
        message = _("Several resources of this agency have this address. Name the one you mean by its slug.")
        raise Refused([Problem(record.row, "slug", "", message)])
    return found[0] if found else None


def _differs(resource: Resource, name: str, value: Any) -> bool:
    if name in publishing.MANY:
        return {row.pk for row in getattr(resource, name).all()} != {row.pk for row in value}
    saved = getattr(resource, name)
    if isinstance(value, list):
        return set(saved) != set(value)
    if isinstance(value, models.Model):
        return saved != value
    return _plain(saved) != _plain(value)


def _plain(text: str | None) -> str:
    """Spreadsheets write line ends in their own way."""
    return (text or "").replace("\r\n", "\n").replace("\r", "\n").strip()


def _ask_untouched(record: Record, resource: Resource, versions: Mapping[str, int] | None) -> None:
    if versions is not None and versions.get(str(resource.pk)) != resource.version:
        message = _("Somebody changed this resource after your file was looked through. Upload the file again.")
        raise Refused([Problem(record.row, "slug", resource.slug, message)])


def _problems(record: Record, error: ValidationError) -> Iterator[Problem]:
    if not hasattr(error, "error_dict"):
        yield from (Problem(record.row, "", "", message) for message in error.messages)
        return
    for name, messages in error.message_dict.items():
        shown = "" if name == "__all__" else NAMES.get(name, name)
        # Two validators of one field may say the same.
        yield from (Problem(record.row, shown, record.shown(shown), message) for message in dict.fromkeys(messages))
