"""What officials do with issues, and saying that an answer does not help."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dialogues import clocking, endorsing, issue_search, queueing, revealing, triage
from dialogues.models import AgendaItem, Dialogue, Issue
from dialogues.permissions import can_reopen_issue, can_triage
from dialogues.triage_forms import AgendaForm, MergeForm, ReferForm, ReopenForm, WordsForm
from dialogues.views.threads import find_issue
from portal import limits
from portal.accounts.permissions import delegation
from portal.web import go, require, show

PER_PAGE = 50
HOUR = 3600  # seconds
REOPENED_AN_HOUR = 10


@login_required
@require_safe
def issue_queue(request):
    """What is owed to firms, the oldest clock first: by default about her own Party."""
    require(bool(delegation(request.user)))
    dialogues = list(Dialogue.objects.filter(parties__in=delegation(request.user)).distinct())
    hers = queueing.issues_for(request.user)
    asked = request.GET.get("dialogue", "")
    dialogue = next((one for one in dialogues if one.slug == asked), None)
    if dialogue is not None:
        hers = hers.filter(dialogue=dialogue)
    everybody = request.GET.get("of") == "all"
    about = hers if everybody else queueing.concerning(hers, request.user)
    lists = _lists(about, request.user)
    counted = [(code, label, rows.count()) for code, label, rows in lists]
    state = request.GET.get("state")
    if state not in {code for code, _label, _rows in lists}:
        state = "unanswered"
    rows = next(rows for code, _label, rows in lists if code == state)
    page = Paginator(rows.with_dialogue().by_clock(), PER_PAGE).get_page(request.GET.get("page"))
    affected = endorsing.counts(page.object_list)
    page.object_list = [
        (issue, clocking.of(issue), revealing.raiser(issue, request.user), affected[issue.pk])
        for issue in page.object_list
    ]
    context = {
        "page": page,
        "lists": counted,
        "state": state,
        "of": "all" if everybody else "",
        "dialogues": dialogues,
        "dialogue": dialogue,
    }
    return show(request, "dialogues/issue_queue.html", context)


def _lists(about, user):
    return [
        ("unanswered", pgettext("queue of issues", "To answer"), queueing.unanswered(about)),
        ("approve", pgettext("queue of issues", "Texts to approve"), queueing.texts_to_approve(about, user)),
        ("text", pgettext("queue of issues", "Without a public text"), queueing.without_text(about)),
        ("outcome", pgettext("queue of issues", "Without an outcome"), queueing.without_outcome(about)),
        ("all", pgettext("queue of issues", "All"), about),
    ]


@login_required
@require_POST
def issue_acknowledge(request, slug, pk):
    issue = _find(request, slug, pk)
    return _done(request, issue, _("Acknowledged. Who raised it is being told."), triage.acknowledge)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def issue_answer(request, slug, pk):
    """The answer, in the working languages."""
    return _written(
        request,
        slug,
        pk,
        to=Issue.Status.ANSWERED,
        verb=triage.answer,
        argument="texts",
        heading=gettext_lazy("Answer the issue"),
        button=gettext_lazy("Send the answer"),
        success=gettext_lazy("Answered. Everybody concerned is being told."),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def issue_decline(request, slug, pk):
    """Why the dialogue does not take it up."""
    return _written(
        request,
        slug,
        pk,
        to=Issue.Status.DECLINED,
        verb=triage.decline,
        argument="reasons",
        heading=gettext_lazy("Decline the issue"),
        button=gettext_lazy("Decline with this reason"),
        success=gettext_lazy("Declined. Everybody concerned is being told why."),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def issue_resolve(request, slug, pk):
    """What came of it."""
    return _written(
        request,
        slug,
        pk,
        to=Issue.Status.RESOLVED,
        verb=triage.resolve,
        argument="outcomes",
        heading=gettext_lazy("Say what came of it"),
        button=gettext_lazy("Resolve with this outcome"),
        success=gettext_lazy("Resolved. Everybody concerned is being told."),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def issue_agenda(request, slug, pk):
    """Which session talks about it."""
    issue = _find(request, slug, pk)
    form = AgendaForm(request.POST or None, issue=issue)
    if form.is_valid():
        response = _try(request, issue, form, lambda: triage.put_on_agenda(issue, **form.chosen, by=request.user))
        if response:
            messages.success(request, _("It is on the agenda. Everybody concerned is being told."))
            return response
    context = {"form": form if form.sessions else None}
    return _form_page(request, issue, context, _("Put the issue on an agenda"), _("Put it on the agenda"))


@login_required
@require_POST
def issue_off_agenda(request, slug, pk, item_pk):
    issue = _find(request, slug, pk)
    items = AgendaItem.objects.visible_to(request.user).filter(issues=issue)
    item = get_object_or_404(items.select_related("session"), pk=item_pk)

    def take_off(issue, by):
        triage.take_off_agenda(issue, item=item, by=by)

    return _done(request, issue, _("Taken off the agenda."), take_off)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def issue_refer(request, slug, pk):
    """Which agency knows the matter."""
    issue = _find(request, slug, pk)
    form = ReferForm(request.POST or None, issue=issue)
    if form.is_valid():
        response = _try(request, issue, form, lambda: triage.refer(issue, **form.cleaned_data, by=request.user))
        if response:
            messages.success(request, _("Passed on. The agency and who raised it are being told."))
            return response
    heading = _("Pass the issue to an agency")
    return _form_page(request, issue, {"form": form}, heading, _("Pass it on"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def issue_merge(request, slug, pk):
    """Which issue it is the same as; those most like it are offered."""
    issue = _find(request, slug, pk)
    initial = {"reference": request.GET.get("into", "")[:30].replace("\x00", "")}
    form = MergeForm(request.POST or None, issue=issue, user=request.user, initial=initial)
    if form.is_valid():
        into = form.cleaned_data["reference"]
        response = _try(request, issue, form, lambda: triage.merge(issue, into=into, by=request.user))
        if response:
            messages.success(request, _("Merged. Everybody concerned is being told."))
            return response
    text = f"{issue.title}. {issue.what_happened}"[:600]
    like = issue_search.similar(text, user=request.user, language=issue.language)
    like = [row for row in like if row.issue.pk != issue.pk and row.issue.dialogue_id == issue.dialogue_id]
    return _form_page(request, issue, {"form": form, "similar": like}, _("Merge the issue"), _("Merge them"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def issue_reopen(request, slug, pk):
    """The answer does not help."""
    issue = find_issue(request, slug, pk)
    require(can_reopen_issue(request.user, issue))
    form = ReopenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        who = f"user {request.user.pk}"
        if not limits.take("issue-reopen", who, at_most=REOPENED_AN_HOUR, seconds=HOUR):
            messages.error(request, _("That is more than we can take in one hour. Come back later."))
            return go(request, issue)
        response = _try(request, issue, form, lambda: triage.reopen(issue, **form.cleaned_data, by=request.user))
        if response:
            messages.success(request, _("Opened again. The officials are being told."))
            return response
    heading = _("The answer does not help")
    return _form_page(request, issue, {"form": form, "quoted": issue.answer}, heading, _("Open it again"))


def _find(request, slug, pk):
    issue = find_issue(request, slug, pk)
    require(can_triage(request.user, issue))
    return issue


def _written(request, slug, pk, *, to, verb, argument, heading, button, success):
    """A page with one text per working language, and what becomes of it."""
    issue = _find(request, slug, pk)
    if request.method != "POST" and not issue.may(to):
        messages.error(request, _("Its state does not let this be done now."))
        return go(request, issue)
    form = WordsForm(request.POST or None, issue=issue)
    if request.method == "POST" and form.is_valid():
        words = {argument: form.texts("text")}
        response = _try(request, issue, form, lambda: verb(issue, **words, by=request.user))
        if response:
            messages.success(request, success)
            return response
    return _form_page(request, issue, {"form": form}, heading, button)


def _try(request, issue, form, verb):
    """Do it and go back to the issue, or put the refusal on the form."""
    try:
        verb()
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return None
    return go(request, issue)


def _done(request, issue, success, verb):
    try:
        verb(issue, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, success)
    return go(request, issue)


def _form_page(request, issue, context, heading, button):
    given = {"issue": issue, "dialogue": issue.dialogue, "heading": heading, "button": button, **context}
    return show(request, "dialogues/issue_form.html", given)
