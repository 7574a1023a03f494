"""Raising an issue step by step; each step is an ordinary form that keeps what was said."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from dialogues import endorsing, filing, issue_search
from dialogues.issue_forms import STEPS, ProblemForm
from dialogues.models import Dialogue, Issue
from dialogues.permissions import can_edit_issue, can_raise_issues, can_withdraw_issue, is_of_issue
from portal import limits
from portal.languages import current
from portal.web import go, require, show

HOUR = 3600  # seconds
#: Issues that one person may begin.
BEGUN_AN_HOUR = 30
#: The pages of the form: its steps, and the last look.
PAGES = len(STEPS) + 1


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def issue_new(request, slug):
    """The first question: what is the problem, in one sentence. Answering it keeps a draft."""
    dialogue = get_object_or_404(Dialogue.objects.visible_to(request.user).with_parties(), slug=slug)
    require(can_raise_issues(request.user))
    voices = filing.voices(request.user, dialogue)
    form = ProblemForm(request.POST or None, user=request.user, voices=voices)
    status = 200
    if voices and request.method == "POST" and form.is_valid():
        if limits.take("raise-issue", f"user {request.user.pk}", at_most=BEGUN_AN_HOUR, seconds=HOUR):
            try:
                issue = filing.draft(
                    dialogue,
                    organization=form.voice.organization,
                    chamber=form.voice.chamber,
                    by=request.user,
                    **form.answers,
                )
            except ValidationError as refusal:
                form.add_error(None, refusal)
            else:
                return go(request, "dialogues:issue-similar", slug, issue.pk)
        else:
            status = 429
            form.add_error(None, _("That is more than we can take in one hour. Come back later."))
    context = {"dialogue": dialogue, "form": form, "voices": voices, "number": 1, "total": PAGES}
    return show(request, "dialogues/issue_new.html", context, status=status)


@never_cache
@login_required
@require_safe
def issue_similar(request, slug, pk):
    """Public issues like the one just begun: to stand behind one of them is worth more than to file it again."""
    issue = _draft(request, slug, pk)
    found = issue_search.similar(issue.title, user=request.user, language=current(), without=issue)
    if not found:
        return go(request, "dialogues:issue-write", slug, pk, "story")
    context = {"issue": issue, "dialogue": issue.dialogue, "rows": found, "number": 1, "total": PAGES}
    return show(request, "dialogues/issue_similar.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def issue_write(request, slug, pk, step):
    """One step; "continue" keeps it and goes on, "later" keeps it and leaves."""
    issue = _draft(request, slug, pk)
    if step not in STEPS:
        raise Http404
    form = STEPS[step](request.POST or None, issue=issue, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            filing.revise(issue, by=request.user, **form.answers)
        except ValidationError as refusal:
            form.add_error(None, " ".join(refusal.messages))
        else:
            return _onward(request, issue, step)
    steps = list(STEPS)
    number = steps.index(step) + 1
    context = {
        "issue": issue,
        "dialogue": issue.dialogue,
        "form": form,
        "step": step,
        "number": number,
        "total": PAGES,
        "back": steps[number - 2] if number > 1 else "",
    }
    return show(request, "dialogues/issue_write.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def issue_check(request, slug, pk):
    """The last look at everything; posting submits it."""
    issue = _draft(request, slug, pk)
    if request.method == "POST":
        try:
            issue = filing.submit(issue, by=request.user)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            return go(request, "dialogues:issue-submitted", slug, pk)
    text = f"{issue.title} {issue.what_happened[:200]}"
    context = {
        "issue": issue,
        "dialogue": issue.dialogue,
        "missing": [Issue._meta.get_field(name).verbose_name for name in filing.missing(issue)],
        "rows": issue_search.similar(text, user=request.user, language=current(), without=issue)[:2],
        "number": PAGES,
        "total": PAGES,
    }
    return show(request, "dialogues/issue_check.html", context)


@never_cache
@login_required
@require_safe
def issue_submitted(request, slug, pk):
    """Its number, the days by which officials answer, and what happens now."""
    issue = find_own(request, slug, pk)
    if not issue.reference:
        raise Http404
    return show(request, "dialogues/issue_submitted.html", {"issue": issue, "dialogue": issue.dialogue})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def issue_withdraw(request, slug, pk):
    """Ask once, then take it back; a draft is discarded."""
    issue = find_own(request, slug, pk)
    if request.method == "POST":
        try:
            filing.withdraw(issue, by=request.user)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, _("Taken back. It is not asked any more."))
        return go(request, "dialogues:issue-mine")
    context = {"issue": issue, "dialogue": issue.dialogue, "may": can_withdraw_issue(request.user, issue)}
    return show(request, "dialogues/issue_withdraw.html", context)


def find_own(request, slug, pk):
    """An issue of her side; what she may see and not act for is refused, what she may not see is missing."""
    issues = Issue.objects.visible_to(request.user).with_dialogue().prefetch_related("topics", "sectors")
    issue = get_object_or_404(issues, dialogue__slug=slug, pk=pk)
    require(is_of_issue(request.user, issue))
    return issue


def _draft(request, slug, pk):
    issue = find_own(request, slug, pk)
    if not can_edit_issue(request.user, issue):
        raise Http404
    return issue


def _onward(request, issue, step):
    slug, steps = issue.dialogue.slug, list(STEPS)
    if "later" in request.POST:
        messages.success(request, _("Kept. Nobody sees it before you submit it."))
        return go(request, "dialogues:issue-mine")
    if step == steps[-1] or "check" in request.POST:
        return go(request, "dialogues:issue-check", slug, issue.pk)
    if step == "problem":
        return go(request, "dialogues:issue-similar", slug, issue.pk)
    return go(request, "dialogues:issue-write", slug, issue.pk, steps[steps.index(step) + 1])


def stand_behind_instead(request, issue, draft_pk):
    """The draft gives way to ``issue``: its organization endorses that one, and the draft is discarded."""
    drafts = Issue.objects.of_side(request.user).filter(status=Issue.Status.DRAFT, pk=draft_pk)
    draft = get_object_or_404(drafts.select_related("organization"))
    require(can_edit_issue(request.user, draft))
    endorsing.endorse(issue, organization=draft.organization, note=draft.title, by=request.user)
    filing.withdraw(draft, by=request.user)
