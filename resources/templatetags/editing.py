"""What the keepers' pages need to know of a resource."""

from dataclasses import dataclass
from typing import Any

from django import template

from portal.activity.words import phrase
from resources import people, permissions, translating
from resources.models import Resource

register = template.Library()


@dataclass(frozen=True)
class Editing:
    """Who reviews it, where that is still to come, and how its languages stand."""

    reviewers: people.Expected | None
    standings: list[translating.Standing]


@register.simple_tag
def editing_of(resource: Resource, user: Any) -> Editing:
    """For those who keep it; a few queries."""
    reviewed_yet = resource.status not in {Resource.Status.DRAFT, Resource.Status.IN_REVIEW}
    asks = permissions.keeps(user, resource) and not reviewed_yet
    return Editing(people.expected_reviewers(resource, user) if asks else None, translating.standings(resource))


@register.filter
def version_verb(verb: str) -> str:
    """What somebody did to make a version: "revised this"."""
    return phrase(verb, "resource")
