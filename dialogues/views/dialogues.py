from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.views.decorators.http import condition, require_safe

from dialogues import calendars
from dialogues.forms import CaseForm
from dialogues.models import Commitment, Dialogue, IndicatorValue, Initiative, Session, SuccessCase
from dialogues.permissions import can_create_session, can_name_cases
from portal.web import show


@require_safe
def dialogue_list(request):
    """Every dialogue with its next session and how many were held."""
    dialogues = Dialogue.objects.visible_to(request.user).with_parties()
    sessions = Session.objects.visible_to(request.user).order_by("starts_at", "starts_on")
    dialogues = dialogues.prefetch_related(Prefetch("sessions", sessions, to_attr="seen_sessions"))
    for dialogue in dialogues:
        seen = dialogue.seen_sessions
        dialogue.next_session = next((s for s in seen if s.takes_registrations), None)
        dialogue.held_count = sum(s.status in {Session.Status.HELD, Session.Status.CLOSED} for s in seen)
    return show(request, "dialogues/dialogue_list.html", {"dialogues": dialogues})


@require_safe
def dialogue_detail(request, slug):
    """Who meets here, when next, what was said before, and by which figures it is judged."""
    dialogue = get_object_or_404(Dialogue.objects.visible_to(request.user).with_parties(), slug=slug)
    sessions = Session.objects.visible_to(request.user).filter(dialogue=dialogue)
    visible = sessions.select_related("dialogue", "host")
    past = visible.past()
    commitments = Commitment.objects.visible_to(request.user).filter(session__dialogue=dialogue).unfinished()
    values = IndicatorValue.objects.about(dialogue).select_related("indicator", "economy", "session__dialogue")
    upcoming = list(visible.upcoming())
    context = {
        "dialogue": dialogue,
        "upcoming": upcoming,
        "drafts": list(visible.drafts().order_by("number", "pk")),
        "past": list(past),
        "initiatives": Initiative.objects.filter(session__in=sessions)
        .select_related("session__dialogue")
        .order_by("-session__number", "order"),
        "commitments": commitments.select_related("owner", "session__dialogue"),
        "series": _series(values, under_agreement=True),
        "party_series": _series(values, under_agreement=False),
        "cases": list(SuccessCase.objects.visible_to(request.user).filter(dialogue=dialogue).for_rows()),
        "case_form": CaseForm(dialogue=dialogue) if can_name_cases(request.user, dialogue) else None,
        "can_create_session": can_create_session(request.user, dialogue),
    }
    return show(request, "dialogues/dialogue_detail.html", context)


def _series(values, *, under_agreement):
    """Figures by indicator, in the order of the indicators; ``values`` is evaluated once."""
    series = {}
    for value in values:
        if (value.agreement_id is not None) == under_agreement:
            series.setdefault(value.indicator, []).append(value)
    return list(series.items())


def _feed_state(request, slug):
    """What a feed's text depends on, in one query; None when there is no such dialogue."""
    dialogue = Dialogue.objects.visible_to(request.user).filter(slug=slug).first()
    if dialogue is None:
        return None
    rows = Session.objects.public().filter(dialogue=dialogue).order_by("-changed_at", "pk")
    return dialogue, list(rows.values_list("changed_at", "pk", "sequence"))


def _feed_etag(request, slug):
    state = _feed_state(request, slug)
    if state is None:
        return None
    dialogue, rows = state
    stamp = f"{len(rows)}-{rows[0][0].timestamp() if rows else 0:.6f}-{sum(row[2] for row in rows)}"
    return f'"{dialogue.pk}-{translation.get_language()}-{stamp}"'


def _feed_changed(request, slug):
    state = _feed_state(request, slug)
    return state[1][0][0] if state and state[1] else None


@require_safe
@condition(etag_func=_feed_etag, last_modified_func=_feed_changed)
def dialogue_feed(request, slug):
    """The public calendar to subscribe to: no names, no links to join."""
    dialogue = get_object_or_404(Dialogue.objects.visible_to(request.user).with_parties(), slug=slug)
    response = HttpResponse(calendars.feed(dialogue), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{dialogue.slug}.ics"'
    return response
