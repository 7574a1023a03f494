"""Bringing an earlier version of a resource back: an edit like any other, in words that stood there before."""

from django.db import transaction

from portal.accounts.models import User
from resources import publishing, versions
from resources.models import Resource


@transaction.atomic
def restore(resource: Resource, earlier: versions.Past, *, version: int, by: User, seen: str | None = None) -> Resource:
    """Give a resource that is still at ``version`` the content of an ``earlier`` one; return the fresh row.

    It goes through every check of :func:`resources.publishing.revise` and leaves a new version. It follows the same
    rule as editing: what is published changes before its readers' eyes, what is in review is put up in her name and
    needs another reviewer. A translation is as current, and whose, as it was then.
    """
    row = publishing.revise(
        resource, version=version, by=by, seen=seen, verb="restored", **versions.given(earlier, resource)
    )
    set_translations(row, earlier)
    return row


def set_translations(row: Resource, earlier: versions.Past) -> None:
    """A translation that was just brought back is as current, and whose, as it was then."""
    for was in versions.translation_states(earlier):
        is_current = was["source_version"] >= earlier.source_version
        row.translations.filter(language=was["language"]).update(
            origin=was["origin"], source_version=row.source_version if is_current else was["source_version"]
        )
