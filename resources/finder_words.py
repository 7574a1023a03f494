"""What the guided finder offers as answers, in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import pgettext, pgettext_lazy

from portal.reference.labels import Labels
from resources.answers import OWN, Answers
from resources.guiding import STEPS
from resources.models import FirmNeeds

#: Topic → the need as an owner would say it. A topic that is missing here is offered under its label.
PLAIN: Mapping[str, Any] = {
    "market-research": pgettext_lazy("I need …", "Know the market: who buys, at what price"),
    "tariffs-origin": pgettext_lazy("I need …", "Know which duty applies, and prove the origin"),
    "customs-procedures": pgettext_lazy("I need …", "Get goods through customs"),
    "technical-standards": pgettext_lazy("I need …", "Meet standards, labels and tests for products"),
    "sps-measures": pgettext_lazy("I need …", "Meet the rules for food, plants and animals"),
    "ecommerce-digital-trade": pgettext_lazy("I need …", "Sell online, handle customers' data"),
    "business-registration": pgettext_lazy("I need …", "Register a company or get a licence"),
    "intellectual-property": pgettext_lazy("I need …", "Protect a brand, a design or an invention"),
    "taxation": pgettext_lazy("I need …", "Understand the taxes"),
    "temporary-entry": pgettext_lazy("I need …", "Travel or send people there for work"),
    "employment": pgettext_lazy("I need …", "Employ people"),
    "foreign-investment": pgettext_lazy("I need …", "Invest, open a branch or a plant"),
    "government-procurement": pgettext_lazy("I need …", "Sell to the government"),
    "sme-financing": pgettext_lazy("I need …", "Money: a loan, a grant, insurance against not being paid"),
    "trade-promotion": pgettext_lazy("I need …", "Partners and buyers: fairs, missions, introductions"),
    "training-mentorship": pgettext_lazy("I need …", "Training, or somebody to advise me"),
    "competitiveness": pgettext_lazy("I need …", "Improve my product or how I make it"),
}


@dataclass(frozen=True)
class Choice:
    """One answer to choose; ``is_chosen``: she chose it before."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Group:
    """Answers under one heading, or under none."""

    label: str
    choices: list[Choice]


def choices(question: str, said: Answers, labels: Labels) -> list[Group]:
    """What is offered as answers to ``question``; for what she sells the sectors, by wider sector."""
    offered = {"home": _homes, "market": _markets, "sells": _sectors, "stage": _stages, "needs": _needs}
    return offered[question](said, labels)


def _homes(said: Answers, labels: Labels) -> list[Group]:
    return [Group("", [Choice(code, name, code == said.home) for code, name in labels.economies.items()])]


def _markets(said: Answers, labels: Labels) -> list[Group]:
    own = Choice(OWN, pgettext("market", "My own market"), "market" in said.given and said.is_own_market)
    others = [Choice(code, name, code == said.market) for code, name in labels.economies.items() if code != said.home]
    return [Group("", [own, *others])]


def _sectors(said: Answers, labels: Labels) -> list[Group]:
    groups: dict[str, Group] = {}
    for slug, label in labels.sectors.items():
        wider = labels.wider.get(slug, slug)
        group = groups.setdefault(wider, Group(labels.sectors[wider], []))
        group.choices.append(Choice(slug, label, slug == said.sector))
    return list(groups.values())


def _stages(said: Answers, labels: Labels) -> list[Group]:
    return [Group("", [Choice(code, str(label), code == said.stage) for code, label in FirmNeeds.Stage.choices])]


def _needs(said: Answers, labels: Labels) -> list[Group]:
    """Grouped by the step they belong to; topics that no step knows stand at the end."""
    known = {topic for step in STEPS for topic in step.topics}
    steps = [(str(step.label), step.topics) for step in STEPS]
    steps.append((pgettext("I need …", "Something else"), tuple(slug for slug in labels.topics if slug not in known)))
    groups = [
        Group(label, [_need(slug, said, labels) for slug in topics if slug in labels.topics]) for label, topics in steps
    ]
    return [group for group in groups if group.choices]


def _need(slug: str, said: Answers, labels: Labels) -> Choice:
    return Choice(slug, str(PLAIN.get(slug) or labels.topics[slug]), slug in said.needs)
