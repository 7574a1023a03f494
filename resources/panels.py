"""What other rooms show on the page of a resource. They import this module; it knows none of them.

A room registers a function in its ``ready()``; it is asked for each page, with one query at most.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from resources.models import Resource


@dataclass(frozen=True)
class Link:
    """One line of a panel; ``note`` says what the link's own words do not."""

    label: str
    url: str
    note: str = ""


@dataclass(frozen=True)
class Panel:
    """A titled list of links, in the reader's language."""

    title: str
    links: Sequence[Link]


#: Answers a resource and a reader with a panel, or None where there is nothing to show.
Provider = Callable[[Resource, Any], Panel | None]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Ask ``provider`` for each page of a resource from now on. Registering twice changes nothing."""
    if provider not in _providers:
        _providers.append(provider)


def of(resource: Resource, user: Any) -> list[Panel]:
    """The panels for this reader, in the order of registration."""
    found = (provider(resource, user) for provider in _providers)
    return [panel for panel in found if panel is not None]
