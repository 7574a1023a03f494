"""What stands in each column of a chamber's files, said to who fills them in."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from partners import requesting
from partners.models import Condition, FirmImport, Ownership, PartnerRequest, Size
from portal.accounts.models import Organization
from portal.languages import Language


@dataclass(frozen=True)
class Table:
    """The columns of one kind of file with what stands in them."""

    kind: str
    title: str
    columns: list[tuple[str, str]]


def tables() -> list[Table]:
    """One for each kind of file, in the reader's language."""
    return [
        Table(FirmImport.Kind.MEMBERS, _("The columns of member firms"), _members()),
        Table(FirmImport.Kind.REQUESTS, _("The columns of requests"), _requests()),
    ]


def example(kind: str, chamber: Organization) -> dict[str, str]:
    """A row that could be brought in, for an empty table."""
    if kind == FirmImport.Kind.MEMBERS:
        return {
            "name": "Example Foods",
            "language": chamber.native_language,
            "city": "Example City",
            "size": Size.SMALL,
            "sectors": "processed-food",
            "hs_codes": "200899",
            "markets": "US|MX",
            "certifications": "ISO 22000|HACCP",
            "languages": "en|es",
            "capabilities": "What the company does, in its own words.",
        }
    return {
        "company": "Example Foods",
        "type": PartnerRequest.Type.BUSINESS_OFFER,
        "language": chamber.native_language,
        "title": "Dried mango in bulk",
        "teaser": "Dried mango without sugar for snack makers.",
        "description": "What is offered or sought, how much, under which conditions, from when.",
        "sectors": "processed-food",
        "hs_codes": "200899",
        "target_economies": "US|CA",
        "closes_on": requesting.usual_closing_day().isoformat(),
        "shows_company": "no",
        "required": "certification:ISO 22000 / HACCP|capacity:20000 kg/month",
        "preferred": "language:en / es",
    }


def _members() -> list[tuple[str, str]]:
    return [
        ("slug", _("The short name of a firm that is here already. Leave it empty for a new one.")),
        ("name", _("The name in its own language; without a short name it says which firm is meant.")),
        ("name_en", _("The name in Latin letters, if it has another one.")),
        ("language", _one_of(Language.values)),
        ("city", _("Where it is.")),
        ("size", _one_of(Size.values)),
        ("year_founded", _("A year, such as 1998.")),
        ("website", _("Its address on the web.")),
        ("sectors", _("Short names of sectors, several joined by a bar.")),
        ("hs_codes", _("HS codes of 2 to 6 digits, several joined by a bar.")),
        ("markets", _("Two-letter codes of the markets it serves, several joined by a bar: US|MX.")),
        ("certifications", _("Names of certificates, several joined by a bar.")),
        ("languages", _("Codes of the languages it does business in: en|es.")),
        ("ownership_tags", _any_of(Ownership.values)),
        ("excluded_economies", _("Two-letter codes of where it wants no partners.")),
        ("wanted_types", _any_of(PartnerRequest.Type.values)),
        ("capabilities", _("What it does, in its own language, at most 5,000 characters. No contact details.")),
        ("seeks", _("What it looks for, at most 2,000 characters. No contact details.")),
        ("is_another", _("“yes” enters a firm although one of the same name is on the portal.")),
    ]


def _requests() -> list[tuple[str, str]]:
    return [
        ("slug", _("The short name in the request's address. Leave it empty for a new one.")),
        ("company", _("The short name, or the name, of the member firm.")),
        ("type", _one_of(PartnerRequest.Type.values)),
        ("language", _one_of(Language.values)),
        ("title", _("At most 250 characters.")),
        ("teaser", _("One sentence, at most 140 characters.")),
        ("description", _("At most 6,000 characters. No contact details.")),
        ("english_title", _("Beside a title in another language, for readers of English.")),
        ("english_teaser", _("The same for the sentence.")),
        ("sectors", _("Short names of sectors, several joined by a bar.")),
        ("hs_codes", _("HS codes of 2 to 6 digits, several joined by a bar.")),
        ("target_economies", _("Two-letter codes of where partners are wanted, several joined by a bar: US|MX.")),
        ("closes_on", _("The last day, such as 2027-05-14; at most a year away.")),
        ("shows_company", _("“yes” names the company to every reader; else it is an unnamed company.")),
        ("places", _("For a mentorship offer: how many it takes on at a time.")),
        ("required", _conditions()),
        ("preferred", _("In the same way what is not required but welcome.")),
    ]


def _conditions() -> str:
    return _(
        "What the partner must have, several joined by a bar: a kind (%(kinds)s), a colon and the value, alternatives "
        "with a slash between spaces. For example %(example)s. An empty cell asks nothing."
    ) % {
        "kinds": ", ".join(Condition.Kind.values),
        "example": "certification:UL / CSA|language:en|size:50-249 / 250+|capacity:20000 pieces/month",
    }


def _one_of(values: list[str]) -> str:
    return _("One of %(values)s.") % {"values": ", ".join(values)}


def _any_of(values: list[str]) -> str:
    return _("Any of %(values)s, several joined by a bar.") % {"values": ", ".join(values)}
