"""Writing what everybody may read of an issue, and approving what another official wrote."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dialogues import public_text
from dialogues.models import Issue
from dialogues.permissions import can_approve_text, can_triage
from dialogues.triage_forms import NoteForm, PublicTextForm
from dialogues.views.threads import find_issue
from portal.web import go, require, show


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def issue_text(request, slug, pk):
    """The working languages side by side, what was filed beside them; save, or save and ask for approval."""
    issue = _find(request, slug, pk)
    form = PublicTextForm(request.POST or None, issue=issue)
    is_stale = False
    if form.is_valid():
        try:
            _save(issue, form, ask="ask" in request.POST, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
            is_stale = refusal.code == "changed_meanwhile"
            issue = find_issue(request, slug, pk)
            # Her next save is made in the knowledge of what she is shown now.
            form.data = form.data.copy()
            form.data["seen"] = public_text.version(issue)
        else:
            asked = "ask" in request.POST
            done = _("Saved. The other officials are asked to approve it.") if asked else _("Saved.")
            messages.success(request, done)
            return go(request, "dialogues:issue-text", slug, pk)
    context = {
        "issue": issue,
        "dialogue": issue.dialogue,
        "form": form,
        "note_form": NoteForm(auto_id="note_%s"),
        "down_form": NoteForm(auto_id="down_%s"),
        "is_stale": is_stale,
        "now": public_text.draft_of(issue) if is_stale else None,
        "published": public_text.published(issue) if issue.is_public else None,
        "draft": public_text.draft_of(issue),
        "version": public_text.version(issue),
        "is_awaiting": issue.public_status == Issue.PublicStatus.AWAITING,
        "may_approve": can_approve_text(request.user, issue),
    }
    return show(request, "dialogues/issue_text.html", context, status=409 if is_stale else 200)


@login_required
@require_POST
def issue_text_approve(request, slug, pk):
    issue = _find(request, slug, pk)
    require(can_approve_text(request.user, issue))

    def approve(issue, by):
        public_text.approve(issue, seen=request.POST.get("seen", ""), by=by)

    return _done(request, issue, _("Published: everybody can read it now."), approve, to=issue)


@login_required
@require_POST
def issue_text_send_back(request, slug, pk):
    issue = _find(request, slug, pk)
    return _with_note(request, issue, public_text.send_back, "note", _("Sent back. Who wrote it is being told."))


@login_required
@require_POST
def issue_text_take_down(request, slug, pk):
    issue = _find(request, slug, pk)
    return _with_note(request, issue, public_text.take_down, "reason", _("Taken down: its page is not public now."))


@login_required
@require_POST
def issue_text_discard(request, slug, pk):
    issue = _find(request, slug, pk)
    return _done(request, issue, _("The draft is gone."), public_text.discard)


def _find(request, slug, pk):
    issue = find_issue(request, slug, pk)
    require(can_triage(request.user, issue))
    return issue


@transaction.atomic
def _save(issue, form, *, ask, by):
    """Both or neither: what cannot be put before the others yet stays in the form."""
    texts, seen = form.texts, form.cleaned_data["seen"]
    issue = public_text.write(issue, texts=texts, seen=seen, by=by)
    if ask:
        public_text.ask_approval(issue, seen=public_text.version(issue), by=by)


def _with_note(request, issue, verb, argument, success):
    form = NoteForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why."))
        return go(request, "dialogues:issue-text", issue.dialogue.slug, issue.pk)

    def say(issue, by):
        verb(issue, **{argument: form.cleaned_data["note"]}, by=by)

    return _done(request, issue, success, say)


def _done(request, issue, success, verb, to=None):
    try:
        verb(issue, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, success)
        if to is not None:
            return go(request, to)
    return go(request, "dialogues:issue-text", issue.dialogue.slug, issue.pk)
