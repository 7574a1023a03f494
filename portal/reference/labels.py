"""The labels of the shared vocabulary, kept in this process for pages that show many of them.

They are read again as soon as a row was added, changed or taken away: one small query tells.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import connection
from django.utils import translation

from portal.reference.models import Agreement, Economy, Sector, Topic

_MODELS = (Economy, Topic, Sector, Agreement)


@dataclass(frozen=True)
class Labels:
    """Code or slug → label in one language, each in the order of the reference data."""

    economies: dict[str, str]
    topics: dict[str, str]
    sectors: dict[str, str]
    agreements: dict[str, str]
    #: Slug of a sector → slug of its wider sector.
    wider: dict[str, str]


_kept: dict[str, tuple[str, Labels]] = {}
#: Within :func:`held`, by language.
_held: ContextVar[dict[str, Labels] | None] = ContextVar("held labels", default=None)


def labels(language: str) -> Labels:
    """All labels in ``language``, as the database has them now."""
    held = _held.get()
    if held is None:
        return _latest(language)
    if language not in held:
        held[language] = _latest(language)
    return held[language]


@contextmanager
def held() -> Iterator[None]:
    """Within it the database is asked once for each language, however often labels are: for one page or mail."""
    token = _held.set({})
    try:
        yield
    finally:
        _held.reset(token)


def _latest(language: str) -> Labels:
    state = _state()
    kept = _kept.get(language)
    if kept is None or kept[0] != state:
        # Should somebody change a label just now, the next call sees another state.
        kept = _kept[language] = (state, _read(language))
    return kept[1]


def _state() -> str:
    """Differs after every change. Each new version of a row has a higher ``xmin`` than all before it, so
    with the same number of rows the sum can only have grown."""
    parts = ", ".join(
        f"(SELECT concat(count(*), '/', sum(xmin::text::bigint)) FROM {model._meta.db_table})"  # noqa: S608 -- our tables
        for model in _MODELS
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT concat_ws(' ', {parts})")
        return cursor.fetchone()[0]


def _read(language: str) -> Labels:
    with translation.override(language):
        sectors = list(Sector.objects.all())
        slugs = {sector.pk: sector.slug for sector in sectors}
        return Labels(
            economies={economy.pk: economy.name for economy in Economy.objects.all()},
            topics={topic.slug: topic.label for topic in Topic.objects.all()},
            sectors={sector.slug: sector.label for sector in sectors},
            agreements={agreement.slug: str(agreement) for agreement in Agreement.objects.all()},
            wider={sector.slug: slugs[sector.parent_id] for sector in sectors if sector.parent_id},
        )
