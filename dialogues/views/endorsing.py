"""Standing behind somebody else's issue, and following one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from dialogues import endorsing, following
from dialogues.issue_forms import EndorseForm
from dialogues.models import Issue
from dialogues.permissions import can_endorse, can_follow_issue
from dialogues.views.filing import stand_behind_instead
from portal import limits
from portal.web import go, require, show

HOUR = 3600  # seconds
#: Of one person, each kind of them.
AN_HOUR = 60


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def issue_endorse(request, slug, pk):
    """Say that it affects your firm too. Coming from a draft, the draft gives way to it."""
    issue = _find(request, slug, pk)
    require(can_endorse(request.user, issue))
    if request.method == "POST" and not _may_write_more(request, "endorse"):
        return go(request, issue)
    if request.method == "POST" and (draft := request.POST.get("draft", "")).isascii() and draft.isdigit():
        return _instead(request, issue, int(draft[:15]))
    voices = endorsing.voices_for(request.user, issue)
    form = EndorseForm(request.POST or None, voices=voices)
    if voices and request.method == "POST" and form.is_valid():
        try:
            endorsing.endorse(issue, organization=form.organization, note=form.cleaned_data["note"], by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return _thanked(request, issue)
    context = {"issue": issue, "dialogue": issue.dialogue, "form": form, "voices": voices}
    context["own"] = endorsing.own(request.user, issue)
    return show(request, "dialogues/issue_endorse.html", context)


@login_required
@require_POST
def endorsement_take_back(request, slug, pk, row_pk):
    """It does not affect the firm any more."""
    issue = _find(request, slug, pk)
    endorsement = get_object_or_404(issue.endorsements.select_related("issue", "organization"), pk=row_pk)
    endorsing.take_back(endorsement, by=request.user)
    messages.success(request, _("Taken back. Your firm is not counted any more."))
    return go(request, issue)


@login_required
@require_POST
def issue_follow(request, slug, pk):
    """Tell me of each step."""
    issue = _find(request, slug, pk)
    require(can_follow_issue(request.user, issue))
    if _may_write_more(request, "follow"):
        following.follow(issue, by=request.user)
        messages.success(request, _("You hear of each step by mail."))
    return go(request, issue)


@login_required
@require_POST
def issue_unfollow(request, slug, pk):
    """Tell me no more."""
    issue = _find(request, slug, pk)
    following.unfollow(issue, by=request.user)
    messages.success(request, _("You do not follow this issue any more."))
    return go(request, issue)


def _find(request, slug, pk):
    issues = Issue.objects.visible_to(request.user).with_dialogue()
    return get_object_or_404(issues, dialogue__slug=slug, pk=pk)


def _instead(request, issue, draft_pk):
    try:
        with transaction.atomic():
            stand_behind_instead(request, issue, draft_pk)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return go(request, issue)
    return _thanked(request, issue)


def _thanked(request, issue):
    messages.success(request, _("Counted. You hear of each step of this issue by mail."))
    return go(request, issue)


def _may_write_more(request, what):
    allowed = limits.take(f"issue-{what}", f"user {request.user.pk}", at_most=AN_HOUR, seconds=HOUR)
    if not allowed:
        messages.error(request, _("That is more than we can take in one hour. Come back later."))
    return allowed
