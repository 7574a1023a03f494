"""Why a resource is on the guided finder's list, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from portal.reference.labels import Labels
from portal.templatetags.ui import listed
from resources.answers import Answers
from resources.guiding import Guidance, Reason
from resources.models import FirmNeeds
from resources.wording import in_sentence

#: Names of economies take a word before them, and another one in each language.
_TO: Mapping[str, Any] = {
    "CA": pgettext_lazy("you sell …", "to Canada"),
    "MX": pgettext_lazy("you sell …", "to Mexico"),
    "TW": pgettext_lazy("you sell …", "to Taiwan"),
    "US": pgettext_lazy("you sell …", "to the United States"),
}
_IN: Mapping[str, Any] = {
    "CA": pgettext_lazy("you are …", "in Canada"),
    "MX": pgettext_lazy("you are …", "in Mexico"),
    "TW": pgettext_lazy("you are …", "in Taiwan"),
    "US": pgettext_lazy("you are …", "in the United States"),
}
_AT_STAGE: Mapping[str, Any] = {
    FirmNeeds.Stage.EXPLORING: pgettext_lazy("because …", "you are looking around first"),
    FirmNeeds.Stage.PREPARING: pgettext_lazy("because …", "you prepare a first sale or purchase abroad"),
    FirmNeeds.Stage.TRADING: pgettext_lazy("because …", "you trade across borders already"),
    FirmNeeds.Stage.ESTABLISHING: pgettext_lazy("because …", "you set up or invest in the market"),
}
#: What was left aside, as the result says it first.
_RELAXED = {
    ("sells",): gettext_lazy("Nothing is made for what you sell, so that was left aside. These are for any product."),
    ("sells", "needs"): gettext_lazy(
        "Nothing fits what you asked about, so it was left aside, after what you sell. This is what firms at your "
        "stage use."
    ),
    ("sells", "needs", "place"): gettext_lazy(
        "Nothing is published for these economies yet, so they were left aside, after what you sell and what you "
        "asked about. This comes nearest."
    ),
}


def sentence(reason: Reason, answers: Answers, labels: Labels) -> str:
    """ "Because you sell processed food to Japan and you asked about customs procedures." """
    first, second = _place(reason, answers, labels), _wish(reason, answers, labels)
    return _("Because %(first)s and %(second)s.") % {"first": first, "second": second}


def relaxed(guidance: Guidance) -> str:
    """What was left aside to find anything; "" when everything fits."""
    return str(_RELAXED.get(guidance.relaxed, ""))


def _place(reason: Reason, answers: Answers, labels: Labels) -> str:
    what = _what(reason, answers, labels)
    at_home = _in(answers.home, labels)
    if reason.side == "home" and not answers.is_own_market:
        return pgettext("because …", "you are %(in_economy)s") % {"in_economy": at_home}
    if reason.side in {"everywhere", "elsewhere"}:
        if what:
            return pgettext("because …", "you sell %(what)s") % {"what": what}
        return pgettext("because …", "it is useful in every economy")
    to = at_home if answers.is_own_market else _to(answers.market, labels)
    if what:
        return pgettext("because …", "you sell %(what)s %(to_economy)s") % {"what": what, "to_economy": to}
    return pgettext("because …", "you sell %(to_economy)s") % {"to_economy": to}


def _wish(reason: Reason, answers: Answers, labels: Labels) -> str:
    if reason.topics:
        needs = listed(in_sentence(labels.topics[slug]) for slug in reason.topics[:2])
        return pgettext("because …", "you asked about %(needs)s") % {"needs": needs}
    return str(_AT_STAGE[answers.stage])


def _what(reason: Reason, answers: Answers, labels: Labels) -> str:
    """What she sells, as far as the resource is made for it."""
    if reason.sectors:
        return listed(in_sentence(labels.sectors[slug]) for slug in reason.sectors[:2])
    return _("“%(words)s”") % {"words": answers.words} if reason.is_by_words else ""


def _to(code: str, labels: Labels) -> str:
    if code in _TO:
        return str(_TO[code])
    return pgettext("you sell …", "to %(economy)s") % {"economy": labels.economies[code]}


def _in(code: str, labels: Labels) -> str:
    if code in _IN:
        return str(_IN[code])
    return pgettext("you are …", "in %(economy)s") % {"economy": labels.economies[code]}
