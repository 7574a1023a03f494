"""What became of an introduction, as each side says it; confirmed is what both say.

A report never changes: the latest of a side counts. Both sides say at least as much as the lower of their two words, so
that is what is confirmed; "no fit" is confirmed when both say it, and beside any other word it confirms nothing.
"""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, TypedDict

from django.contrib.postgres.aggregates import ArrayAgg
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import ExtractYear, Greatest, Least
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues import partnering
from dialogues.partnering import Total
from partners import seating
from partners.models import Introduction, OutcomeReport, Rung, Side, Stage
from portal.accounts.models import User
from portal.activity.log import record
from portal.lifecycle import lock
from portal.notifications.outbox import notify

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class Words(TypedDict):
    """What :func:`with_words` adds."""

    request_says: str | None
    interested_says: str | None
    confirmed_stage: str


#: The way of an introduction, each step further than the one before it; "no fit" is none of them.
WAY = (Stage.INTRODUCED, Stage.MET, Stage.NEGOTIATING, Stage.AGREEMENT, Stage.ALLIANCE)
#: Where a deal was made, which has a value.
DEALS = frozenset({Stage.AGREEMENT, Stage.ALLIANCE})
#: Nobody is asked any more what became of these, once confirmed.
FINAL = frozenset({Stage.ALLIANCE, Stage.NO_FIT})
#: No figure is shown of fewer introductions, or of fewer firms.
SMALLEST_GROUP = 5


@transaction.atomic
def report(
    introduction: Introduction, *, side: str, stage: str, by: User | None, value: str = "", note: str = ""
) -> OutcomeReport:
    """Say for one side how far it came. The questions that waited for this side are answered by it; where the other
    side's word differs, it is asked whether it says the same, once for each stage.

    ``by`` is nobody for a personal link. Raises ``ValidationError``: ``stage``; ``value`` for one that is no band, or
    where there is no agreement.
    """
    lock(introduction)
    words = with_words(seating.for_seats()).get(pk=introduction.pk)
    if stage not in Stage.values:
        raise ValidationError(_("Choose how far it came."), code="stage")
    if value and (value not in OutcomeReport.Value.values or stage not in DEALS):
        raise ValidationError(_("Only an agreement or an alliance has a value."), code="value")
    said = OutcomeReport.objects.create(
        introduction=introduction, side=side, stage=stage, value=value, note=note.strip(), by=by
    )
    introduction.follow_ups.filter(side=side, answered_at=None).update(answered_at=timezone.now())
    record(by, "outcome_reported", introduction, side=side, stage=stage)
    others_word = words.interested_says if side == Side.REQUEST else words.request_says
    if others_word != stage and words.interest.is_open(Rung.COMPANY):
        _ask_other_side(words, side, stage)
    return said


def _ask_other_side(introduction: Introduction, side: str, stage: str) -> None:
    notify(
        seating.people_at(introduction, seating.OTHER[side]),
        "partners/outcome_said",
        about=introduction,
        occasion=f"{side} {stage}",
        own=lambda person: {"url": seating.path(introduction, person)},
        stage=stage,
    )


def confirmed(request_says: str | None, interested_says: str | None) -> str:
    """The stage that both words confirm; "introduced" where they do not agree on more."""
    words = {request_says, interested_says}
    if words == {Stage.NO_FIT}:
        return Stage.NO_FIT
    if None in words or Stage.NO_FIT in words:
        return Stage.INTRODUCED
    return next(stage for stage in WAY if stage in words)


def with_words(rows: QuerySet[Introduction]) -> "QuerySet[WithAnnotations[Introduction, Words]]":
    """Each introduction with ``request_says`` and ``interested_says`` (None before the first report), and
    ``confirmed_stage``, the same as :func:`confirmed`, for counting in the database."""
    rows = rows.annotate(request_says=_latest(Side.REQUEST), interested_says=_latest(Side.INTERESTED))
    both_no_fit = Q(request_says=Stage.NO_FIT, interested_says=Stage.NO_FIT)
    no_word = Q(request_says=None) | Q(interested_says=None)
    one_no_fit = Q(request_says=Stage.NO_FIT) | Q(interested_says=Stage.NO_FIT)
    cases = [(both_no_fit, Stage.NO_FIT), (no_word | one_no_fit, Stage.INTRODUCED)]
    cases += [(Q(request_says=stage) | Q(interested_says=stage), stage) for stage in WAY]
    whens = (When(case, then=Value(str(stage))) for case, stage in cases)
    return rows.annotate(confirmed_stage=Case(*whens, default=Value(str(Stage.INTRODUCED))))


def value_of(introduction: Introduction) -> str:
    """The band of value that both sides' latest reports name; empty where they differ or name none."""
    reports = latest([introduction.pk])
    bands = {row.value for row in reports}
    return bands.pop() if len(reports) == len(Side) and len(bands) == 1 else ""


def latest(introductions: Collection[int]) -> list[OutcomeReport]:
    """The report of each side that counts."""
    rows = OutcomeReport.objects.filter(introduction__in=introductions)
    return list(rows.order_by("introduction", "side", "-at", "-pk").distinct("introduction", "side"))


def totals(parties: Collection[str]) -> list[Total]:
    """Introductions between firms of two different ``parties`` (economy codes) and the confirmed alliances among them,
    by the year of the introduction, newest first; samples are left out.

    A figure below ``SMALLEST_GROUP``, or of fewer firms, is withheld, and there are no sums over rows from which it
    could be reckoned.
    """
    theirs = Q(interest__request__company__economy__in=parties, interest__company__economy__in=parties)
    rows = with_words(Introduction.objects.filter(theirs, interest__request__is_sample=False))
    ends = F("interest__request__company__economy"), F("interest__company__economy")
    found = (
        rows.exclude(interest__request__company__economy=F("interest__company__economy"))
        .annotate(year=ExtractYear("accepted_at"), one=Least(*ends), other=Greatest(*ends))
        .values("year", "one", "other")
        .annotate(
            made=Count("pk"),
            allied=Count("pk", filter=Q(confirmed_stage=Stage.ALLIANCE)),
            asking=ArrayAgg("interest__request__company", distinct=True),
            answering=ArrayAgg("interest__company", distinct=True),
        )
        .order_by("-year", "one", "other")
    )
    return [_total(row) for row in found]


def _total(row: Mapping[str, Any]) -> Total:
    is_large = row["made"] >= SMALLEST_GROUP and len({*row["asking"], *row["answering"]}) >= SMALLEST_GROUP
    return Total(
        year=row["year"],
        economies=(row["one"], row["other"]),
        introductions=row["made"] if is_large else None,
        alliances=row["allied"] if is_large and row["allied"] >= SMALLEST_GROUP else None,
        smallest=SMALLEST_GROUP,
    )


def _latest(side: str) -> Subquery:
    reports = OutcomeReport.objects.filter(introduction=OuterRef("pk"), side=side).order_by("-at", "-pk")
    return Subquery(reports.values("stage")[:1])


def register() -> None:
    """Have the pages of dialogues ask here; called once, when the app is ready."""
    partnering.register(totals)
