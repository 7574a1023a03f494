from django.db.models import Count, Prefetch, Q
from django.views.decorators.http import require_safe

from dialogues import charts, hosting, scoreboard, slots
from dialogues.forms import CaseForm
from dialogues.models import Dialogue, Session, SuccessCase
from dialogues.permissions import can_create_session, can_name_cases, can_settle
from dialogues.views import indicators, initiatives
from dialogues.views.finding import find_dialogue
from portal.pagecache import kept_for_visitors
from portal.web import show

#: What a dialogue's page shows of each; the rest has pages of its own.
UPCOMING, DRAFTS, PAST, OPEN, INITIATIVES, INDICATORS = 10, 20, 8, 5, 8, 6


@require_safe
@kept_for_visitors
def dialogue_list(request):
    """Every dialogue with its next session and how many were held."""
    sessions = Session.objects.visible_to(request.user)
    held = Q(status__in=[Session.Status.HELD, Session.Status.CLOSED])
    counts = dict(sessions.filter(held).values_list("dialogue").annotate(Count("pk")).order_by())
    upcoming = Prefetch("sessions", sessions.upcoming()[:1], to_attr="next_sessions")
    dialogues = Dialogue.objects.visible_to(request.user).with_parties().prefetch_related(upcoming)
    for dialogue in dialogues:
        dialogue.next_session = next(iter(dialogue.next_sessions), None)
        dialogue.held_count = counts.get(dialogue.pk, 0)
    return show(request, "dialogues/dialogue_list.html", {"dialogues": dialogues})


@require_safe
@kept_for_visitors
def dialogue_detail(request, slug):
    """Who meets here, when next, what was said before, and by which figures it is judged."""
    dialogue = find_dialogue(request, slug)
    visible = Session.objects.visible_to(request.user).filter(dialogue=dialogue).select_related("dialogue", "host")
    past = list(visible.past()[: PAST + 1])
    context = {
        "dialogue": dialogue,
        "upcoming": list(visible.upcoming()[:UPCOMING]),
        "drafts": list(visible.drafts().order_by("number", "pk")[:DRAFTS]),
        "past": past[:PAST],
        "has_more_past": len(past) > PAST,
        "initiatives": list(initiatives.of_dialogue(request, dialogue)[:INITIATIVES]),
        "cases": list(SuccessCase.objects.visible_to(request.user).filter(dialogue=dialogue).for_rows()),
        "case_form": CaseForm(dialogue=dialogue) if can_name_cases(request.user, dialogue) else None,
        "can_create_session": can_create_session(request.user, dialogue),
        "hours": slots.hours_of(dialogue),
        "turn": hosting.next_turn(dialogue, visible),
        "can_settle": can_settle(request.user, dialogue),
        **_kept(request, dialogue),
        **_figures(dialogue),
    }
    return show(request, "dialogues/dialogue_detail.html", context)


def _kept(request, dialogue):
    found = scoreboard.of(dialogue, user=request.user, open_at_most=OPEN)
    chart = charts.outcomes(found.rows, lambda score: charts.party_name(score, dialogue))
    return {"scoreboard": found, "party_chart": chart, "outcomes": scoreboard.OUTCOMES}


def _figures(dialogue):
    """The indicators under the agreement, officially founded ones first; the others have a page of their own."""
    values = indicators.about(dialogue)
    series = indicators.series(values, dialogue, under_agreement=True)
    return {
        "series": sorted(series, key=lambda drawn: not drawn.is_official)[:INDICATORS],
        "has_figures": bool(values),
        "has_party_figures": any(value.agreement_id is None for value in values),
    }
