"""The reasons of a match, from codes into sentences of the reader's language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from partners import choices, codes
from partners.models import PartnerRequest
from portal.reference.models import Sector


@dataclass(frozen=True)
class Line:
    """One reason to read: how it came out, in a code and a word, and the sentence."""

    outcome: str
    label: str
    text: str
    criterion: str


@dataclass(frozen=True)
class Names:
    """What the codes stand for, fetched once for all the reasons of a page."""

    sectors: Mapping[str, str]
    economies: Mapping[str, str]


def lines(reasons: Iterable[Mapping[str, Any]]) -> list[Line]:
    """Write the stored codes out: the met first, then the unknown, then the not met."""
    return lines_for([reasons])[0]


def lines_for(matches: Iterable[Iterable[Mapping[str, Any]]]) -> list[list[Line]]:
    """The lines of several matches, with two queries at most for all of them."""
    found = [list(reasons) for reasons in matches]
    names = _names([reason["detail"] for reasons in found for reason in reasons])
    order = ["met", "unknown", "not_met"]
    return [
        [_line(reason, names) for reason in sorted(reasons, key=lambda reason: order.index(reason["outcome"]))]
        for reasons in found
    ]


def _names(details: list[Mapping[str, Any]]) -> Names:
    slugs = {slug for detail in details for slug in detail.get("sectors", ())}
    places = {code for detail in details for code in detail.get("economies", ())}
    sectors = {s.slug: s.label for s in Sector.objects.filter(slug__in=slugs)} if slugs else {}
    return Names(sectors, dict(zip(places, choices.market_names(places), strict=True)))


def _line(reason: Mapping[str, Any], names: Names) -> Line:
    outcome = reason["outcome"]
    text = _SENTENCES[reason["criterion"]](outcome, reason["detail"], names)
    return Line(outcome, _outcome(outcome), text, reason["criterion"])


def _outcome(outcome: str) -> str:
    if outcome == "met":
        return pgettext("criterion", "Met")
    return pgettext("criterion", "Not met") if outcome == "not_met" else pgettext("criterion", "Unknown")


def _sector(outcome: str, detail: Mapping[str, Any], known: Names) -> str:
    names = _listed(known.sectors.get(slug, slug) for slug in detail.get("sectors", ()))
    if outcome == "unknown":
        return _("Sector: the request or the company names none.")
    if outcome == "not_met":
        return _("Sector: the company is not in %(names)s.") % {"names": names}
    if detail["how"] == "same":
        return _("Same sector: %(names)s.") % {"names": names}
    return _("Neighbouring sector: the company is in %(names)s.") % {"names": names}


def _hs(outcome: str, detail: Mapping[str, Any], known: Names) -> str:
    names = _listed(detail.get("codes", ()))
    if outcome == "unknown":
        return _("Goods: the request or the company names no HS codes.")
    if outcome == "not_met":
        return _("Goods: the company has none of HS chapter %(names)s.") % {"names": names}
    if detail["how"] == "heading":
        return _("Same goods: HS heading %(names)s.") % {"names": names}
    return _("Related goods: HS chapter %(names)s.") % {"names": names}


def _complement(outcome: str, detail: Mapping[str, Any], known: Names) -> str:
    names = _listed(str(PartnerRequest.Type(kind).label) for kind in detail.get("types", ()))
    if outcome == "unknown":
        return _("Offer and demand: the company has not said what it looks for.")
    if detail["how"] == "own_request":
        return _("Offer and demand: the company's own open request answers this one (%(names)s).") % {"names": names}
    if detail["how"] == "same_side":
        return _("Offer and demand: the company has the same kind of request open (%(names)s).") % {"names": names}
    if outcome == "met":
        return _("Offer and demand: the company wants to hear of this kind (%(names)s).") % {"names": names}
    return _("Offer and demand: the company asked for other kinds than this (%(names)s).") % {"names": names}


def _economy(outcome: str, detail: Mapping[str, Any], known: Names) -> str:
    names = _listed(known.economies[code] for code in detail.get("economies", ()))
    if outcome == "unknown":
        return _("Place: partners are sought anywhere.")
    if outcome == "not_met":
        return _("Place: the company neither is in nor serves what is sought: %(names)s.") % {"names": names}
    if detail["how"] == "based":
        return _("Place: the company is where partners are sought: %(names)s.") % {"names": names}
    return _("Place: the company serves a market where partners are sought: %(names)s.") % {"names": names}


def _language(outcome: str, detail: Mapping[str, Any], known: Names) -> str:
    names = _listed(codes.language_name(code) for code in detail.get("languages", ()))
    if outcome == "unknown":
        return _("Language: the company has not said which it speaks.")
    if outcome == "met":
        return _("Language in common: %(names)s.") % {"names": names}
    return _("Language: none in common; the other side has %(names)s.") % {"names": names}


def _listed(names: Iterable[str]) -> str:
    # Translators: what stands between the items of a list
    return pgettext("list", ", ").join(names)


_SENTENCES = {
    "sector": _sector,
    "hs": _hs,
    "complement": _complement,
    "economy": _economy,
    "language": _language,
}
