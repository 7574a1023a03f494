"""Who may know whose issue it is. Every page, list, mail and export that names a raiser asks here.

A timeline of activities names the person who acted: for whoever is not of the raising side it must not show what that
side did (:func:`hides_raiser`).
"""

from dataclasses import dataclass
from typing import Any

from dialogues.models import Issue
from dialogues.permissions import acts_in, is_of_issue
from portal.accounts.models import Organization, User


@dataclass(frozen=True)
class Raiser:
    """What a reader may know of who raised an issue; None is what she may not, or what there is not.

    ``person`` is for the raising side alone. ``is_hidden``: there is a firm that this reader may not know.
    """

    organization: Organization | None = None
    chamber: Organization | None = None
    person: User | None = None
    is_hidden: bool = False


def raiser(issue: Issue, user: Any) -> Raiser:
    """Who raised ``issue``, as far as ``user`` may know.

    Its own side knows all. Officials of the Parties see the firm, unless it speaks through its chamber: then the
    chamber alone. Everybody else sees the firm of an issue that is public, and was filed publicly.
    """
    if is_of_issue(user, issue):
        return Raiser(issue.organization, issue.chamber, issue.filed_by)
    through_chamber = issue.identity == Issue.Identity.CHAMBER
    if acts_in(user, issue.dialogue):
        return (
            Raiser(None, issue.chamber, is_hidden=True)
            if through_chamber
            else Raiser(issue.organization, issue.chamber)
        )
    if issue.is_public and issue.identity == Issue.Identity.PUBLIC:
        return Raiser(issue.organization, issue.chamber)
    return Raiser(is_hidden=True)


def hides_raiser(issue: Issue, user: Any) -> bool:
    """Whether this reader must not learn from anything on a page which firm, or which of its people, raised it."""
    return raiser(issue, user).is_hidden
