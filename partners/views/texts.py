from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from partners import confirming, permissions
from partners.models import PartnerRequest, TextConfirmation
from partners.request_forms import AskFirmForm, ChangesForm
from partners.views.requests import find, page_of
from portal.web import go, require, show


@login_required
@require_POST
def text_ask(request: HttpRequest, slug: str) -> HttpResponse:
    """The chamber asks the firm whether the text is right."""
    found = find(request, slug)
    require(permissions.can_ask_firm(request.user, found))
    email = ""
    if not confirming.people(found).exists():
        form = AskFirmForm(request.POST)
        if not form.is_valid():
            return page_of(request, found, ask_form=form)
        email = form.cleaned_data["email"]
    try:
        confirming.ask(found, email=email, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The company is asked. You hear when it has answered."))
    return go(request, found)


@login_required
@require_POST
def text_confirm(request: HttpRequest, slug: str) -> HttpResponse:
    found, confirmation = _asked(request, slug)
    try:
        confirming.confirm(confirmation, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Thank you. Your chamber can publish it now."))
    return go(request, found)


@login_required
@require_POST
def text_change(request: HttpRequest, slug: str) -> HttpResponse:
    found, confirmation = _asked(request, slug)
    form = ChangesForm(request.POST)
    if not form.is_valid():
        return page_of(request, found, changes_form=form)
    try:
        confirming.want_changes(confirmation, note=form.cleaned_data["note"], by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Your chamber reads what should change, and asks you again."))
    return go(request, found)


@require_http_methods(["GET", "POST"])
def text_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The chamber's text for a firm with nobody on the portal: the link is the permission to say whether it is right.
    Opening it changes nothing."""
    confirmation = confirming.read(token)
    if confirmation is None:
        return _private(show(request, "partners/text_link_over.html", {}, status=404))
    form = ChangesForm(request.POST if "change" in request.POST else None)
    problem = ""
    try:
        if "right" in request.POST:
            confirmation = confirming.confirm(confirmation, by=None)
        elif form.is_valid():
            confirmation = confirming.want_changes(confirmation, note=form.cleaned_data["note"], by=None)
    except ValidationError as refusal:
        problem = " ".join(refusal.messages)
    found = confirmation.request
    context = {
        "confirmation": confirmation,
        "found": found,
        "files": found.attachments.filter(removed_at=None, is_public=True),
        "form": form,
        "problem": problem,
        "is_open": confirmation.status == TextConfirmation.Status.ASKED and found.status == PartnerRequest.Status.DRAFT,
    }
    return _private(show(request, "partners/text_by_link.html", context, status=422 if form.errors else 200))


def _asked(request: HttpRequest, slug: str) -> tuple[PartnerRequest, TextConfirmation]:
    found = find(request, slug)
    require(permissions.can_answer_text(request.user, found))
    confirmation = confirming.current(found)
    if confirmation is None:
        raise Http404
    return found, confirmation


def _private(response: HttpResponse) -> HttpResponse:
    """Nobody but the owner of the link is to see it: not caches, not search engines."""
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
