"""Codes that profiles and requests carry: HS headings, markets, languages. One spelling each, in every language."""

import re
from collections.abc import Iterable

from babel import Locale
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.languages import NAMES, Language

#: Markets that are no ISO 3166-1 economy but one customs territory.
UNIONS = {"EU": _("European Union")}
_SPELLINGS = {"UK": "GB", "EL": "GR"}
_HS = re.compile("[0-9]{2,6}")
# CLDR also lists regions, private-use and exceptional codes; these are none of a firm's markets.
_NO_MARKETS = {"EZ", "QO", "UN", "XA", "XB", "ZZ"}


def validate_hs_code(code: str) -> None:
    """An HS code has 2 (chapter) to 6 (subheading) digits, without dots."""
    if not _HS.fullmatch(code):
        raise ValidationError(_("“%(code)s” is not an HS code of 2 to 6 digits."), "hs_code", {"code": code})


def validate_market(code: str) -> None:
    """A market is an ISO 3166-1 alpha-2 code known to CLDR, or the European Union."""
    known = code in UNIONS or (re.fullmatch("[A-Z]{2}", code) and code in Locale("en").territories)
    if not known or code in _NO_MARKETS:
        raise ValidationError(_("“%(code)s” is not the code of a market."), "market", {"code": code})


def validate_language(code: str) -> None:
    """A language is one of the portal's four or a two- or three-letter code known to CLDR."""
    if code not in Language.values and code not in Locale("en").languages:
        raise ValidationError(_("“%(code)s” is not the code of a language."), "language", {"code": code})


def market_code(code: str) -> str:
    """One spelling per market: upper case, and the ISO code where daily use has another (UK is GB)."""
    code = code.strip().upper()
    return _SPELLINGS.get(code, code)


def market_name(code: str) -> str:
    """The market's name in the reader's language; the code itself when CLDR has no name.

    For the economies of the reference data use their own names instead: CLDR's are not always theirs.
    """
    if code in UNIONS:
        return str(UNIONS[code])
    return clock.locale().territories.get(code, code)


def language_name(code: str) -> str:
    """The language's name in the reader's language; the code itself when CLDR has no name."""
    if code in Language.values:
        return str(NAMES[Language(code)])
    return clock.locale().languages.get(code, code)


def chapters(hs_codes: Iterable[str]) -> list[str]:
    """The HS chapters (first two digits) of the codes, each once, in order."""
    return sorted({code[:2] for code in hs_codes})
