"""What was promised: the list, one commitment with all that became of it, and what its keepers say."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import F, Q
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dialogues import commitments
from dialogues.commitment_forms import DueForm, LeadForm, ProgressForm
from dialogues.forms import ReasonForm
from dialogues.models import Commitment, Issue, Session
from dialogues.permissions import can_keep, can_name_lead
from dialogues.scoreboard import DROPPED, KEPT, LATE, ON_TRACK, OUTCOMES
from dialogues.views.finding import find_dialogue
from portal.web import go, require, show

PER_PAGE = 30


@require_safe
def commitment_list(request, slug):
    """All that was promised in a dialogue; ``outcome`` and ``party`` in the address choose among it."""
    dialogue = find_dialogue(request, slug)
    outcome = request.GET.get("outcome", "")
    party = request.GET.get("party", "")
    rows = Commitment.objects.visible_to(request.user).published().filter(session__dialogue=dialogue)
    if outcome in OUTCOMES:
        rows = rows.filter(_having(outcome))
    if party in dialogue.party_codes:
        rows = rows.filter(owner__economy=party)
    rows = rows.select_related("owner__economy", "session__dialogue").order_by(
        F("finished_at").desc(nulls_first=True), "due_on", "pk"
    )
    context = {
        "dialogue": dialogue,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "outcomes": OUTCOMES,
        "outcome": outcome if outcome in OUTCOMES else "",
        "party": party if party in dialogue.party_codes else "",
    }
    return show(request, "dialogues/commitment_list.html", context)


@require_safe
def commitment_detail(request, slug, pk):
    """One commitment: who keeps it by when, how it goes, what its day was before, and the issues behind it."""
    commitment = _find(request, slug, pk)
    keeps = can_keep(request.user, commitment)
    sessions = Session.objects.visible_to(request.user)
    issues = Issue.objects.public().filter(agenda_items__commitments=commitment).select_related("dialogue")
    context = {
        "commitment": commitment,
        "dialogue": commitment.session.dialogue,
        "session": commitment.session,
        "sees_session": commitment.session.is_public or sessions.filter(pk=commitment.session_id).exists(),
        "updates": commitment.updates.all(),
        "changes": commitment.due_changes.all(),
        "issues": issues.order_by("reference"),
        "can_keep": keeps,
        "can_name_lead": can_name_lead(request.user, commitment),
    }
    return show(request, "dialogues/commitment_detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def commitment_report(request, slug, pk):
    """Say how it goes, that work has begun, or that it is done."""
    commitment = _find_kept(request, slug, pk)
    form = ProgressForm(request.POST or None, commitment=commitment)
    return _answer(request, commitment, form, commitments.report, "report")


@login_required
@require_http_methods(["GET", "POST"])
def commitment_due(request, slug, pk):
    """Move the day by which it is to be done."""
    commitment = _find_kept(request, slug, pk)
    initial = {"due_on": commitment.due_on, "seen_due_on": commitment.due_on}
    form = DueForm(request.POST or None, initial=initial)
    return _answer(request, commitment, form, commitments.change_due, "due")


@login_required
@require_http_methods(["GET", "POST"])
def commitment_drop(request, slug, pk):
    """Give it up."""
    commitment = _find_kept(request, slug, pk)
    return _answer(request, commitment, ReasonForm(request.POST or None), commitments.drop, "drop")


@login_required
@require_http_methods(["GET", "POST"])
def commitment_lead(request, slug, pk):
    """Say who of the organization sees to it."""
    commitment = _find(request, slug, pk)
    require(can_name_lead(request.user, commitment))
    people = commitments.people_of(commitment)
    form = LeadForm(request.POST or None, people=people, initial={"lead": commitment.lead_id})
    return _answer(request, commitment, form, commitments.name_lead, "lead")


def _answer(request, commitment, form, verb, what):
    """Do what the form says and go back to the commitment; a refusal stays in the form."""
    if form.is_valid():
        try:
            verb(commitment, **form.cleaned_data, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
            if refusal.code == "changed_meanwhile":
                commitment.refresh_from_db(fields=["due_on"])
                # Her next try is made in the knowledge of what she is shown now.
                form.data = form.data.copy()
                form.data["seen_due_on"] = commitment.due_on.isoformat()
        else:
            messages.success(request, _("Recorded."))
            return go(request, commitment)
    session = commitment.session
    context = {"form": form, "commitment": commitment, "session": session, "dialogue": session.dialogue}
    return show(request, f"dialogues/commitment_{what}.html", context)


def _find(request, slug, pk):
    rows = Commitment.objects.visible_to(request.user).filter(session__dialogue__slug=slug)
    rows = rows.select_related("owner__economy", "session__dialogue__agreement", "decision", "agenda_item", "lead")
    return get_object_or_404(rows.prefetch_related("session__dialogue__parties"), pk=pk)


def _find_kept(request, slug, pk):
    commitment = _find(request, slug, pk)
    require(can_keep(request.user, commitment))
    return commitment


def _having(outcome):
    """The rows that :meth:`dialogues.scoreboard.Fact.outcome` calls so today."""
    unfinished = Q(status__in=[Commitment.Status.OPEN, Commitment.Status.IN_PROGRESS])
    today = timezone.localdate()
    return {
        KEPT: Q(status=Commitment.Status.DONE),
        ON_TRACK: unfinished & Q(due_on__gte=today),
        LATE: unfinished & Q(due_on__lt=today),
        DROPPED: Q(status=Commitment.Status.DROPPED),
    }[outcome]
