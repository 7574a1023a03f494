"""The reasons of a match, from codes into sentences of the reader's language."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from partners import choices, codes, conditions, explaining, roles
from partners.models import Condition, Dismissal, Ownership, PartnerRequest, Size
from portal.reference.models import Sector

ROLE_NAMES = {
    roles.MAKER: gettext_lazy("maker"),
    roles.DISTRIBUTOR: gettext_lazy("distributor, importer or dealer"),
    roles.INVESTOR: gettext_lazy("investor"),
    roles.ADVISER: gettext_lazy("adviser or mentor"),
    roles.RESEARCH: gettext_lazy("research body"),
    roles.CONTRACTOR: pgettext_lazy("kind of company", "contractor or integrator"),
}


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
    labels = {
        explaining.MET: pgettext("criterion", "Met"),
        explaining.UNKNOWN: pgettext("criterion", "Unknown"),
        explaining.NOT_MET: pgettext("criterion", "Not met"),
    }
    order = list(labels)
    return [
        [_line(reason, labels, names) for reason in sorted(reasons, key=lambda reason: order.index(reason["outcome"]))]
        for reasons in found
    ]


def _names(details: list[Mapping[str, Any]]) -> Names:
    slugs = {slug for detail in details for slug in detail.get("sectors", ())}
    places = {code for detail in details for code in detail.get("economies", ())}
    sectors = {s.slug: s.label for s in Sector.objects.filter(slug__in=slugs)} if slugs else {}
    return Names(sectors, dict(zip(places, choices.market_names(places), strict=True)))


def _line(reason: Mapping[str, Any], labels: Mapping[str, str], names: Names) -> Line:
    outcome = reason["outcome"]
    text = _SENTENCES[reason["criterion"]](outcome, reason["detail"], names)
    return Line(outcome, labels[outcome], text, reason["criterion"])


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


def _meaning(outcome: str, detail: Mapping[str, Any], known: Names) -> str:
    if not detail:
        return _("Texts: not compared yet.")
    if detail["how"] == "near":
        return _("Texts: both write of much the same.")
    if detail["how"] == "far":
        return _("Texts: they write of different things.")
    return _("Texts: they have some things in common.")


def _deal(outcome: str, detail: Mapping[str, Any], known: Names) -> str:
    if outcome == "met":
        return _("Offer and demand: what one side seeks is what the other writes it offers.")
    if outcome == "not_met":
        return _("Offer and demand: what one side seeks is not what the other writes it offers.")
    return _("Offer and demand: what one side seeks is close to what the other writes it offers.")


def _wrong_side(outcome: str, detail: Mapping[str, Any], known: Names) -> str:
    if outcome == "unknown":
        return _("Sides: it is not quite clear from the texts who offers and who seeks.")
    if detail["how"] == "offer":
        return _("Sides: both seem to offer the same.")
    return _("Sides: both seem to seek the same.")


def _denied(outcome: str, detail: Mapping[str, Any], known: Names) -> str:
    return _("The company writes that it does not do something close to what is sought.")


def _role(outcome: str, detail: Mapping[str, Any], known: Names) -> str:
    names = _listed(str(ROLE_NAMES[role]) for role in detail["roles"])
    if outcome == "met":
        return _("Kind of company: what is sought (%(names)s).") % {"names": names}
    return _("Kind of company: not what is sought (%(names)s).") % {"names": names}


def _refused(outcome: str, detail: Mapping[str, Any], known: Names) -> str:
    return _("Place: one side writes that it does no business with the other's economy.")


def _tired(outcome: str, detail: Mapping[str, Any], known: Names) -> str:
    why = str(Dismissal.Reason(detail["how"]).label)
    return _("The company has set aside a similar request: %(reason)s.") % {"reason": why}


def _deadline(outcome: str, detail: Mapping[str, Any], known: Names) -> str:
    day = date_format(date.fromisoformat(detail["day"]))
    if outcome == "met":
        return _("Time: open until %(day)s.") % {"day": day}
    return _("Time: closes soon, on %(day)s.") % {"day": day}


def _condition(kind: str) -> Callable[[str, Mapping[str, Any], Names], str]:
    def sentence(outcome: str, detail: Mapping[str, Any], known: Names) -> str:
        label = Condition.Kind(kind).label
        wanted = {"kind": label, "what": _wanted(kind, detail)}
        if detail["required"]:
            if outcome == "met":
                return _("%(kind)s, required: %(what)s – met.") % wanted
            if outcome == "not_met":
                return _("%(kind)s, required: %(what)s – missing.") % wanted
            return _("%(kind)s, required: %(what)s – the company does not say.") % wanted
        if outcome == "met":
            return _("%(kind)s, preferred: %(what)s – met.") % wanted
        if outcome == "not_met":
            return _("%(kind)s, preferred: %(what)s – missing.") % wanted
        return _("%(kind)s, preferred: %(what)s – the company does not say.") % wanted

    return sentence


def _wanted(kind: str, detail: Mapping[str, Any]) -> str:
    """The values of a condition in the reader's language; of several any will do."""
    if kind == "capacity":
        return f"{number_format(detail['amount'], decimal_pos=0, force_grouping=True)} {detail['value']}"
    values = conditions.alternatives(detail["value"])
    named: dict[str, Callable[[str], str]] = {
        "language": codes.language_name,
        "size": lambda value: str(Size(value).label),
        "ownership": lambda value: str(Ownership(value).label),
        "market": codes.market_name,
        "excluded": codes.market_name,
    }
    # Translators: stands between things of which any will do
    return pgettext("alternatives", " or ").join(named.get(kind, str)(value) for value in values)


def _listed(names: Iterable[str]) -> str:
    # Translators: what stands between the items of a list
    return pgettext("list", ", ").join(names)


_SENTENCES = {
    "sector": _sector,
    "hs": _hs,
    "complement": _complement,
    "economy": _economy,
    "language": _language,
    "meaning": _meaning,
    "deal": _deal,
    "wrong_side": _wrong_side,
    "denied": _denied,
    "role": _role,
    "refused": _refused,
    "tired": _tired,
    "deadline": _deadline,
    **{f"condition_{kind}": _condition(kind) for kind in Condition.Kind.values},
}
