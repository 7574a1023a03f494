"""The labels of the shared vocabulary, kept in this process for pages that show many of them.

They are read again as soon as a row was added, changed or taken away: one small query tells.
"""

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


def labels(language: str) -> Labels:
    """All labels in ``language``, as the database has them now."""
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
