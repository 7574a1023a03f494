"""What a good request has, and what this one still lacks: for who writes it, and for the chamber that reviews it."""
# ruff: noqa: E501 -- an item per line

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from partners import duplicates, stating
from partners.models import PartnerRequest
from partners.models.requests import last_day_on_earth
from partners.reading.numbers import amounts

Type = PartnerRequest.Type

#: A description below this says too little; Chinese says in one character what takes three letters elsewhere.
ENOUGH_LETTERS = 300
ENOUGH_CHARACTERS = 100
TITLE_LETTERS = 20
TITLE_CHARACTERS = 8
#: More sectors than this find nobody in particular.
MOST_SECTORS = 3
#: Partners abroad need time to answer.
ENOUGH_TIME = timedelta(days=21)
#: Of these no goods cross a border.
WITHOUT_GOODS = {Type.INVESTMENT, Type.MENTORSHIP_OFFER, Type.MENTORSHIP_REQUEST, Type.RD_REQUEST}


@dataclass(frozen=True)
class Item:
    """One thing a good request has: whether it is there, and what to do if not. ``points`` of the score."""

    code: str
    label: object
    advice: object
    points: int
    is_done: bool


@dataclass(frozen=True)
class Readiness:
    """``score`` from 0 to 100, and every item in the order of the form."""

    score: int
    items: list[Item]

    @property
    def missing(self) -> list[Item]:
        return [item for item in self.items if not item.is_done]


def look(request: PartnerRequest) -> Readiness:
    """Look the request through. Nothing here forbids anything: a thin request may be sent and published."""
    items = [
        Item(code, label, advice, points, bool(check(request)))
        for code, points, applies, check, label, advice in _ITEMS
        if applies(request)
    ]
    whole = sum(item.points for item in items)
    done = sum(item.points for item in items if item.is_done)
    return Readiness(round(100 * done / whole), items)


def _always(_request: PartnerRequest) -> bool:
    return True


def _enough(text: str, language: str, letters: int, characters: int) -> bool:
    return len(text.strip()) >= (characters if language == "zh-hant" else letters)


def _has_title(request: PartnerRequest) -> bool:
    return _enough(request.title, request.language, TITLE_LETTERS, TITLE_CHARACTERS)


def _has_description(request: PartnerRequest) -> bool:
    return _enough(request.description, request.language, ENOUGH_LETTERS, ENOUGH_CHARACTERS)


def _has_figure(request: PartnerRequest) -> bool:
    return bool(amounts(request.description, request.language))


def _has_sectors(request: PartnerRequest) -> bool:
    return 1 <= len(request.sectors.all()) <= MOST_SECTORS


def _has_time(request: PartnerRequest) -> bool:
    return request.closes_on is not None and request.closes_on >= last_day_on_earth() + ENOUGH_TIME


def _has_conditions(request: PartnerRequest) -> bool:
    """Everything read from the text was confirmed or dropped."""
    return not stating.suggested(request)


def _is_alone(request: PartnerRequest) -> bool:
    return not duplicates.of(request)


def _has_goods(request: PartnerRequest) -> bool:
    return request.type not in WITHOUT_GOODS


def _is_foreign(request: PartnerRequest) -> bool:
    return request.language != "en"


def _is_mentor(request: PartnerRequest) -> bool:
    return request.type == Type.MENTORSHIP_OFFER


Check = Callable[[PartnerRequest], object]
_ITEMS: tuple[tuple[str, int, Check, Check, object, object], ...] = (
    ("title", 10, _always, _has_title, _("A title that says what"), _("Name the goods or the technology, and whether you offer or seek it.")),
    ("description", 20, _always, _has_description, _("A full description"), _("Say what it is for, how it is made or used, under which terms and from when.")),
    ("figures", 10, _always, _has_figure, _("How much"), _("Give at least one figure: a volume, a size, a budget or a lead time.")),
    ("sectors", 10, _always, _has_sectors, _("One to three sectors"), _("Choose the nearest sectors; more than three find nobody in particular.")),
    ("goods", 10, _has_goods, lambda request: request.hs_codes, _("HS codes"), _("Add the HS codes of the goods: they find partners in every language.")),
    ("economies", 10, _always, lambda request: request.target_economies.all(), _("Where partners are wanted"), _("Choose the economies whose companies should hear of it.")),
    ("conditions", 15, _always, _has_conditions, _("Conditions confirmed"), _("Look at what was read from your text: keep it, change it or drop it.")),
    ("time", 5, _always, _has_time, _("Three weeks to answer"), _("Leave it open for at least three weeks.")),
    ("places", 5, _is_mentor, lambda request: request.places, _("Places"), _("Say how many you take on at a time.")),
    ("english", 10, _is_foreign, lambda request: request.english_title and request.english_teaser, _("Title and sentence in English"), _("Readers of other languages see them beside your own words.")),
    ("alone", 5, _always, _is_alone, _("No second one like it"), _("Close the other request, or say what is different.")),
)  # fmt: skip
