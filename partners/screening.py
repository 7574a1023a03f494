"""Compares the names of organizations with screening lists, and keeps what a person decides about each likeness.

The machine only points at two names that look alike. Nothing follows from a flag by itself, and nobody but
administrators sees it.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from partners.folding import forms
from partners.models import OwnName, ScreeningFlag
from portal.accounts.models import Organization, User
from portal.languages import Language, column
from portal.lifecycle import move

Status = ScreeningFlag.Status

#: From these similarities on (pg_trgm, 0 to 1) two names are shown to a person: of the whole names, and of their cores.
#: The first forgives a letter or two in a name of usual length. The second leaves out names that are alike only in the
#: words that many firms carry, and is low because a core is short and one letter weighs much in it.
CLOSE = 0.6
CORE_CLOSE = 0.3
#: Names compared in one transaction: some seconds of work with the largest lists.
AT_ONCE = 500
#: Organizations whose names are read at once.
BATCH = 1000


@transaction.atomic
def note_names(organizations: Collection[Organization]) -> int:
    """Keep the names of these organizations as they are compared; return how many are new. New ones are compared by
    :func:`screen_due`, old ones that nobody carries any more are forgotten."""
    wanted = {
        (organization.pk, name, *form)
        for organization in organizations
        for name in _names(organization)
        for form in forms(name)
    }
    rows = OwnName.objects.filter(organization__in=organizations)
    known = {tuple(values): pk for pk, *values in rows.values_list("pk", "organization", "name", "folded", "core")}
    OwnName.objects.filter(pk__in=[pk for key, pk in known.items() if key not in wanted]).delete()
    new = [
        OwnName(organization_id=organization, name=name, folded=folded, core=core)
        for organization, name, folded, core in sorted(wanted - known.keys())
    ]
    OwnName.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def note_missing() -> int:
    """Keep the names of organizations that came by another way than a verb (a loaded file); return how many are new."""
    return _note(Organization.objects.filter(~Exists(OwnName.objects.filter(organization=OuterRef("pk")))))


def note_all() -> int:
    """Look at the names of every organization, also of those that a file renamed; return how many are new."""
    return _note(Organization.objects.all())


def compare_anew() -> int:
    """Have every name compared again, with a list that has just come; return how many."""
    return OwnName.objects.update(screened_at=None)


def hold_lists(*, shared: bool) -> None:
    """Until the transaction ends nobody brings a list in; unless ``shared``, nobody compares names either. Otherwise a
    name could be compared with the list that just goes, and never with the one that comes."""
    function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [_LOCK])


@transaction.atomic
def screen_due(limit: int = AT_ONCE) -> int:
    """Compare at most ``limit`` names that wait for it and flag the likenesses; return how many were compared.

    Waits while a list is being brought in. Of two at once each takes names of its own. A pair that somebody has
    decided about stays decided, unless the list now has another name for the entry: then it is looked at again.
    """
    hold_lists(shared=True)
    rows = OwnName.objects.filter(screened_at=None).order_by("pk").select_for_update(skip_locked=True)
    due = list(rows.values_list("pk", flat=True)[:limit])
    if due:
        _flag(due)
        OwnName.objects.filter(pk__in=due).update(screened_at=timezone.now())
    return len(due)


def clear(flag: ScreeningFlag, *, note: str, by: User) -> ScreeningFlag:
    """Somebody else: the names are alike and the parties are not. ``note`` says how that was checked."""
    return _decide(flag, Status.CLEARED, note=note, by=by)


def confirm(flag: ScreeningFlag, *, note: str, by: User) -> ScreeningFlag:
    """The listed party. Nothing follows by itself: what to do is decided outside the portal."""
    return _decide(flag, Status.CONFIRMED, note=note, by=by)


def reopen(flag: ScreeningFlag, *, by: User) -> ScreeningFlag:
    """Look at it again. The earlier note stays until the next decision."""
    return move(flag, Status.OPEN, by=by, verb="reopened", decided_by=None, decided_at=None)


def _decide(flag: ScreeningFlag, to: str, *, note: str, by: User) -> ScreeningFlag:
    return move(flag, to, by=by, note=note, decided_by=by, decided_at=timezone.now())


_LOCK = 0x53435245  # any number, the same for every list


def _names(organization: Organization) -> Iterable[str]:
    return {name for code in Language.values if (name := getattr(organization, column("name", code)))}


def _note(organizations: QuerySet[Organization]) -> int:
    new, last = 0, 0
    while batch := list(organizations.filter(pk__gt=last).order_by("pk")[:BATCH]):
        new += note_names(batch)
        last = batch[-1].pk
    return new


def _flag(names: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(CLOSE)])
        cursor.execute(_FLAG, {"names": names, "core": CORE_CLOSE, "now": timezone.now()})


# Each of our names looks its likes up in the trigram index. Of the ways to write the two names the closest counts.
_FLAG = """
INSERT INTO partners_screeningflag
       (organization_id, list_name, entry_id, own_name, listed_name, similarity, status, note, found_at)
SELECT DISTINCT ON (own.organization_id, list.name, party.entry_id, own.name)
       own.organization_id, list.name, party.entry_id, own.name, party.name,
       similarity(listed.folded, own.folded), 'open', '', %(now)s
  FROM partners_ownname own
  JOIN partners_deniedname listed ON listed.folded %% own.folded
  JOIN partners_deniedparty party ON party.id = listed.party_id
  JOIN partners_screeninglist list ON list.id = party.screening_list_id
 WHERE own.id = ANY(%(names)s) AND similarity(listed.core, own.core) >= %(core)s
 ORDER BY own.organization_id, list.name, party.entry_id, own.name, similarity(listed.folded, own.folded) DESC
    ON CONFLICT (organization_id, list_name, entry_id, own_name) DO UPDATE
   SET listed_name = EXCLUDED.listed_name, similarity = EXCLUDED.similarity, found_at = EXCLUDED.found_at,
       status = 'open', decided_by_id = NULL, decided_at = NULL
 WHERE partners_screeningflag.listed_name <> EXCLUDED.listed_name
"""
