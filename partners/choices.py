"""The values that forms and filters of partnering offer, named in the reader's language."""

from collections.abc import Iterable

from partners import codes
from portal.languages import Language
from portal.reference.models import Economy, Sector

Choices = list[tuple[str, object]]

#: Offered in a firm's profile besides the portal's four; a profile may hold others.
SPOKEN = ("ja", "ko", "vi", "th", "id", "ms", "fil", "pt", "de", "it", "ru", "ar", "hi")


def economies() -> Choices:
    """Every economy of the reference data, in its order."""
    return [(economy.pk, economy.name) for economy in Economy.objects.all()]


def markets(also: Iterable[str] = ()) -> Choices:
    """The economies, the unions, and the codes in ``also``, by name."""
    names = dict(economies())
    extra = {*codes.UNIONS, *also} - names.keys()
    return [*names.items(), *sorted(((code, codes.market_name(code)) for code in extra), key=lambda pair: pair[1])]


def market_names(found: Iterable[str]) -> list[str]:
    """The names of these markets: the reference data's for its economies, else CLDR's."""
    wanted = list(found)
    names = {economy.pk: economy.name for economy in Economy.objects.filter(pk__in=wanted)} if wanted else {}
    return [names.get(code) or codes.market_name(code) for code in wanted]


def languages(also: Iterable[str] = ()) -> Choices:
    """The portal's four first, then the others by name."""
    extra = {*SPOKEN, *also} - set(Language.values)
    others = sorted(((code, codes.language_name(code)) for code in extra), key=lambda pair: pair[1])
    return [*((code, codes.language_name(code)) for code in Language.values), *others]


def sectors() -> Choices:
    """The tree: each wider sector as a group with itself and its parts."""
    parts: dict[int | None, list[Sector]] = {}
    for sector in Sector.objects.all():
        parts.setdefault(sector.parent_id, []).append(sector)
    return [
        (sector.label, [(part.slug, part.label) for part in (sector, *parts.get(sector.pk, ()))])
        for sector in parts.get(None, ())
    ]
