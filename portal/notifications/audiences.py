"""To whom officials may write: each app says once, when it is ready, who has to do with its things."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from portal.accounts.models import Organization, User
from portal.notifications import reasons
from portal.notifications.models import Address, Mailing


@dataclass(frozen=True)
class Part:
    """Some of those who have to do with a thing. ``label`` names them, ``reason`` says to each why she is told; both
    lazily translated."""

    code: str
    label: Any
    reason: Any


@dataclass(frozen=True)
class Addressee:
    """One who gets a message, and as which part. ``path`` is where it leads who has no account; empty: to the thing."""

    person: User | Address
    part: str
    path: str = ""

    @property
    def identity(self) -> str:
        return self.person.email.lower()


@dataclass(frozen=True)
class Audience:
    """Those who have to do with the things of one model. ``mail`` is the kind of the message (a kind of its own for
    each audience), ``heading`` the page's: "Write to participants"."""

    name: str
    model: type[models.Model]
    mail: str
    heading: Any
    parts: Sequence[Part]
    #: What a person may see of such things.
    find: Callable[[Any], models.QuerySet]
    #: Whether she may write about this one.
    may: Callable[[Any, Any], bool]
    #: A thing and the code of a part → its people, active accounts and bare addresses, in as many queries for many.
    people: Callable[[Any, str], Iterable[Addressee]]
    #: The languages to write in first.
    languages: Callable[[Any], Sequence[str]]
    #: In whose name she writes about it.
    signs_for: Callable[[Any, Any], Organization | None]
    #: What the thing is called on pages, in the active language.
    title: Callable[[Any], str]

    def part(self, code: str) -> Part | None:
        return next((part for part in self.parts if part.code == code), None)


_declared: dict[str, Audience] = {}


def declare(audience: Audience) -> None:
    """Let officials write to this audience; called once, when the app is ready."""
    _declared[audience.name] = audience
    reasons.declare({audience.mail: {part.code: part.reason for part in audience.parts}})


def by_name(name: str) -> Audience | None:
    return _declared.get(name)


def of(mailing: Mailing) -> Audience:
    """Raises ``LookupError`` when nobody declared whom its kind goes to."""
    for audience in _declared.values():
        if audience.mail == mailing.kind:
            return audience
    raise LookupError(f"Nobody declared who gets {mailing.kind}.")


def addressees(mailing: Mailing) -> list[Addressee]:
    """Everybody who would get it now, each once: as the first of her parts, and an account before its bare address."""
    audience, found = of(mailing), dict[str, Addressee]()
    for part in audience.parts:
        if part.code not in mailing.parts:
            continue
        for one in audience.people(mailing.about, part.code):
            known = found.get(one.identity)
            if known is None or (isinstance(known.person, Address) and not isinstance(one.person, Address)):
                found[one.identity] = one
    return list(found.values())
