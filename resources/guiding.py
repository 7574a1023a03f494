"""The guided finder: from what a firm says to a few resources, in the order to use them, each with its reason.

The rules are the three tables below: in which steps a firm goes about it, what each stage asks for first, and what is
left aside, and in which order, when nothing fits all answers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Case, F, FloatField, Func, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organization, User
from portal.activity.log import record
from portal.lifecycle import lock
from portal.reference.models import Sector, Topic
from portal.search import ranking
from resources import permissions
from resources.answers import QUESTIONS, Answers
from resources.models import FirmNeeds, Resource

MOST = 7
#: Of one step no more than so many, while other steps have any.
MOST_OF_STEP = 3


@dataclass(frozen=True)
class Step:
    """One step on the way: which topics belong to it, and on whose side the help is, the first side first."""

    code: str
    label: Any
    topics: tuple[str, ...]
    sides: tuple[str, ...]


#: The steps in the order to take them. A tool is used last, whatever it is about.
STEPS = (
    Step("market", _("Understand the market"), ("market-research",), ("market",)),
    Step(
        "rules",
        _("Know the rules, and the origin of your goods"),
        ("tariffs-origin", "customs-procedures", "technical-standards", "sps-measures", "ecommerce-digital-trade"),
        ("market", "home"),
    ),
    Step(
        "register",
        _("Register, protect, get licences"),
        (
            "business-registration",
            "intellectual-property",
            "taxation",
            "temporary-entry",
            "employment",
            "foreign-investment",
            "government-procurement",
        ),
        ("market",),
    ),
    Step("money", _("Find the money"), ("sme-financing",), ("home",)),
    Step("help", _("Get help and training"), ("trade-promotion", "training-mentorship", "competitiveness"), ("home",)),
    Step("tools", _("Use the tools"), (), ("market", "home")),
)
_PLACE_OF = {step.code: number for number, step in enumerate(STEPS)}

#: Stage → the topics it asks for first.
FIRST_ASKED: Mapping[str, tuple[str, ...]] = {
    FirmNeeds.Stage.EXPLORING: ("market-research", "trade-promotion", "tariffs-origin"),
    FirmNeeds.Stage.PREPARING: ("customs-procedures", "tariffs-origin", "technical-standards", "sps-measures"),
    FirmNeeds.Stage.TRADING: ("sme-financing", "tariffs-origin", "competitiveness", "intellectual-property"),
    FirmNeeds.Stage.ESTABLISHING: ("foreign-investment", "business-registration", "taxation", "employment"),
}

#: What is left aside when nothing fits, one after the other.
RELAXED = ((), ("sells",), ("sells", "needs"), ("sells", "needs", "place"))

#: How much each thing counts.
_ASKED, _SECTOR, _SIDE, _STAGE, _WORDS, _ACROSS, _READ = 2.0, 2.0, 2.0, 1.5, 4.0, 1.0, 0.5
#: What is about several things is less about the one that was asked; a programme does more than tell.
_BESIDE, _ACTS, _BROKEN, _NOT_HERS = -0.3, 0.4, -3.0, -2.0
#: So many of the nearest by words count, and so many of the best are chosen from.
_NEAREST, _CONSIDERED = 50, 60


@dataclass(frozen=True)
class Reason:
    """Why a resource is on the list, in codes: :mod:`resources.reasons` puts them into words.

    ``side`` is "market", "home" or "everywhere"; ``sectors`` are those of the firm it is made for; ``is_by_words``:
    it is about her own words; ``topics`` are those she asked about.
    """

    side: str
    sectors: tuple[str, ...]
    is_by_words: bool
    topics: tuple[str, ...]


@dataclass(frozen=True)
class Advice:
    """One line of the result: a resource's key, the step it belongs to, and why."""

    pk: int
    step: Step
    reason: Reason
    score: float


@dataclass(frozen=True)
class Guidance:
    """At most :data:`MOST` lines in the order to use them; ``relaxed`` are the answers left aside to find any."""

    lines: tuple[Advice, ...]
    relaxed: tuple[str, ...]


def guide(answers: Answers, *, user: Any, language: str) -> Guidance:
    """Choose for a firm that gave these answers. One statement scores; it is asked again, with less to fit,
    only when nothing fits: :data:`RELAXED`. Nothing is found only where nothing is published."""
    seen = Resource.objects.visible_to(user).published()
    nearest: Sequence[int] = ()
    if answers.words:
        nearest = ranking.find(seen, answers.words, language=language, limit=_NEAREST).ids
    for relaxed in RELAXED:
        rows = _scored(seen, answers, nearest, relaxed, language)
        if rows:
            advice = [_advice(row, answers, nearest) for row in rows]
            return Guidance(tuple(_chosen(advice, answers)), relaxed)
    return Guidance((), RELAXED[-1])


def needs_of(organization: Organization) -> FirmNeeds | None:
    """What a firm said the last time, for whoever works for it: alerts, the matching of partners."""
    needs = FirmNeeds.objects.filter(organization=organization)
    return needs.select_related("home", "market").prefetch_related("sectors", "topics").first()


@transaction.atomic
def keep(organization: Organization, answers: Answers, *, by: User) -> FirmNeeds:
    """Keep the answers for the firm, instead of those it gave before. Raises ``ValidationError(code="open")`` when a
    question is not answered."""
    if not permissions.can_keep_needs(by, organization):
        raise PermissionDenied
    if set(QUESTIONS) - answers.given:
        raise ValidationError(_("Answer the five questions first."), code="open")
    lock(organization)  # of two colleagues who keep at once the later one's stay, whole
    needs, _created = FirmNeeds.objects.update_or_create(
        organization=organization,
        defaults={
            "home_id": answers.home,
            "market_id": answers.abroad or None,
            "words": answers.words,
            "stage": answers.stage,
            "changed_at": timezone.now(),
            "changed_by": by,
        },
    )
    needs.sectors.set(Sector.objects.filter(slug__in=answers.sectors))
    needs.topics.set(Topic.objects.filter(slug__in=answers.needs))
    record(by, "needs_kept", needs)
    return needs


@transaction.atomic
def forget(organization: Organization, *, by: User) -> None:
    """Delete what the firm said. Nothing happens when nothing is kept."""
    if not permissions.can_keep_needs(by, organization):
        raise PermissionDenied
    for needs in FirmNeeds.objects.select_for_update().filter(organization=organization):
        record(by, "needs_forgotten", needs)
        needs.delete()


# --- Scoring ----------------------------------------------------------------------------------


def _scored(
    seen: QuerySet[Resource], answers: Answers, nearest: Sequence[int], relaxed: Iterable[str], language: str
) -> list[dict[str, Any]]:
    """The best rows that fit what is not relaxed, with ``score`` and ``word_place``; one statement."""
    wanted = () if "needs" in relaxed else answers.needs
    rows = seen
    if "place" not in relaxed:
        rows = rows.filter(_fits(answers, wanted))
    elif wanted:
        rows = rows.filter(_about(wanted))
    if answers.sectors and "sells" not in relaxed:
        rows = rows.filter(facets__overlap=[*_codes("sector", answers.sectors), "sector:*"])
    rows = rows.annotate(word_place=_place_among(nearest))
    rows = rows.annotate(score=_score(answers, language)).order_by("-score", "pk")
    return [dict(row) for row in rows.values("pk", "kind", "facets", "score", "word_place")[:_CONSIDERED]]


def _place_among(nearest: Sequence[int]) -> Any:
    """1 for the nearest by words, 0 for what is not among them."""
    place = Func(
        Value(list(nearest)),
        F("pk"),
        template="array_position(%(expressions)s)",
        arg_joiner="::bigint[], ",
        output_field=IntegerField(),
    )
    return Coalesce(place, Value(0))


def _fits(answers: Answers, wanted: Sequence[str]) -> Q:
    """On the side where each topic's help is: rules in the market, money at home."""
    fits = Q()
    for side in ("market", "home"):
        topics = [topic for topic in _topics_on(side, answers) if not wanted or topic in wanted]
        if topics:
            fits |= Q(facets__overlap=[*_codes("economy", [_economy(side, answers)]), "economy:*"]) & _about(topics)
    # Topics that no step knows yet are looked for on both sides.
    known = {topic for step in STEPS for topic in step.topics}
    if strange := [topic for topic in wanted if topic not in known]:
        both = {_economy(side, answers) for side in ("market", "home")}
        fits |= Q(facets__overlap=[*_codes("economy", both), "economy:*"]) & _about(strange)
    return fits


def _topics_on(side: str, answers: Answers) -> list[str]:
    """The topics whose help is on this side. Who sets up abroad, or stays at home, finds all of it in the market."""
    settles = answers.is_own_market or (side == "market" and answers.stage == FirmNeeds.Stage.ESTABLISHING)
    return [topic for step in STEPS for topic in step.topics if settles or side in step.sides]


def _economy(side: str, answers: Answers) -> str:
    return answers.home if side == "home" or answers.is_own_market else answers.market


def _score(answers: Answers, language: str) -> Any:
    first = _first_side(answers)
    score = Value(0.0, output_field=FloatField()) + _points(_about(FIRST_ASKED.get(answers.stage, ())), _STAGE)
    for topic in answers.needs:
        score += _points(_about([topic]), _ASKED)
    if answers.needs:
        score += _topics_held() * Value(_BESIDE)
    score += _points(Q(kind=Resource.Kind.PROGRAMME), _ACTS)
    if answers.sectors:
        score += _points(Q(facets__overlap=_codes("sector", answers.sectors)), _SECTOR)
    else:
        score += _points(Q(facets__contains=["sector:*"]), _SECTOR / 2)
    score += _points(first, _SIDE)
    score += _points(Q(facets__contains=[f"language:{language}"]), _READ)
    score += _points(Q(link_status=Resource.LinkStatus.BROKEN), _BROKEN)
    if answers.abroad:
        score += _points(Q(facets__overlap=["audience:exporter", "audience:importer"]), _ACROSS)
    if answers.stage != FirmNeeds.Stage.ESTABLISHING:
        others = ["audience:*", "audience:exporter", "audience:importer", "audience:startup"]
        score += _points(Q(facets__contains=["audience:investor"]) & ~Q(facets__overlap=others), _NOT_HERS)
    near = (Value(1.0) - (F("word_place") - Value(1)) / Value(float(_NEAREST))) * Value(_WORDS)
    return score + Case(When(word_place__gt=0, then=near), default=Value(0.0), output_field=FloatField())


def _first_side(answers: Answers) -> Q:
    """What is of the economy where its step's help is found first, by name."""
    fits = Q(pk__in=[])
    for step in STEPS:
        if step.topics:
            economy = _economy(step.sides[0], answers)
            fits |= Q(facets__contains=[f"economy:{economy}"]) & _about(step.topics)
    return fits


def _topics_held() -> Func:
    """How many topics a resource is about."""
    template = "(SELECT count(*) FROM unnest(%(expressions)s) AS held WHERE held LIKE 'topic:%%%%')"
    return Func(F("facets"), template=template, output_field=FloatField())


def _points(condition: Q, points: float) -> Case:
    return Case(When(condition, then=Value(points)), default=Value(0.0), output_field=FloatField())


def _about(topics: Iterable[str]) -> Q:
    return Q(facets__overlap=_codes("topic", topics))


def _codes(facet: str, values: Iterable[str]) -> list[str]:
    return [f"{facet}:{value}" for value in values]


# --- Choosing ---------------------------------------------------------------------------------


def _advice(row: dict[str, Any], answers: Answers, nearest: Sequence[int]) -> Advice:
    facets = set(row["facets"])
    topics = tuple(topic for topic in answers.needs if f"topic:{topic}" in facets)
    step = _step_of(row["kind"], facets, topics)
    reason = Reason(
        side=_side_of(facets, answers),
        sectors=tuple(slug for slug in answers.sectors if f"sector:{slug}" in facets),
        is_by_words=0 < row["word_place"] <= MOST,
        topics=topics,
    )
    return Advice(row["pk"], step, reason, row["score"])


def _step_of(kind: str, facets: set[str], asked: Sequence[str]) -> Step:
    """Tools last, courses with the help; everything else where the first of its topics belongs, asked ones first."""
    if kind == Resource.Kind.TOOL:
        return STEPS[_PLACE_OF["tools"]]
    if kind in {Resource.Kind.TRAINING, Resource.Kind.SUCCESS_CASE}:
        return STEPS[_PLACE_OF["help"]]
    for step in STEPS:
        if set(step.topics) & set(asked):
            return step
    return next((step for step in STEPS if facets & set(_codes("topic", step.topics))), STEPS[_PLACE_OF["help"]])


def _side_of(facets: set[str], answers: Answers) -> str:
    if answers.abroad and f"economy:{answers.abroad}" in facets:
        return "market"
    if f"economy:{answers.home}" in facets:
        return "home"
    return "everywhere" if "economy:*" in facets else "elsewhere"


def _chosen(advice: Sequence[Advice], answers: Answers) -> list[Advice]:
    """The best for each thing asked, then for each step, then whatever is best; in the order of the steps."""
    chosen: dict[int, Advice] = {}

    def take(line: Advice | None) -> None:
        if line is not None and len(chosen) < MOST:
            chosen.setdefault(line.pk, line)

    for topic in answers.needs:
        take(next((line for line in advice if topic in line.reason.topics and line.pk not in chosen), None))
    for step in STEPS:
        if not any(line.step is step for line in chosen.values()):
            take(next((line for line in advice if line.step is step), None))
    for line in advice:
        if sum(other.step is line.step for other in chosen.values()) < MOST_OF_STEP:
            take(line)
    for line in advice:
        take(line)
    return sorted(chosen.values(), key=lambda line: (_PLACE_OF[line.step.code], -line.score, line.pk))
