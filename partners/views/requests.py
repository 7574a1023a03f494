from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners import confirming, matching, permissions, reasons, renewing, requesting
from partners.forms import CloseForm, RenewForm, RequestForm, SendBackForm, SubmitForm
from partners.models import CompanyProfile, Dismissal, Match, PartnerRequest, RequestAttachment
from partners.request_forms import AskFirmForm, ChangesForm
from partners.views import sharing
from portal.accounts.permissions import chamber_ids, company_ids, memberships
from portal.activity.log import timeline
from portal.memberpages import kept
from portal.search.text import COLUMNS
from portal.web import go, require, show

PER_PAGE = 20
VERBS = ("edit", "submit", "publish", "review", "discard", "close", "renew", "express", "attach", "ask_firm")
#: What no row shows of its request.
_VECTORS = [f"request__{column}" for column in COLUMNS.values()]


@login_required
@require_GET
def match_list(request: HttpRequest) -> HttpResponse:
    """The open requests that suit my company, best first, with the reasons."""
    opened = PartnerRequest.objects.visible_to(request.user).open()
    matches = (
        Match.objects.visible_to(request.user)
        .filter(request__in=opened, request__paused_at=None, score__gte=matching.THRESHOLD)
        .not_refused()
        .select_related("request__company__economy", "company")
        .defer(*_VECTORS)
    )
    page = Paginator(matches, PER_PAGE).get_page(request.GET.get("page"))
    for match, lines in zip(page, reasons.lines_for([match.reasons for match in page]), strict=True):
        match.lines = lines
    companies = [m.organization for m in memberships(request.user) if m.organization_id in company_ids(request.user)]
    listed = CompanyProfile.objects.listed().filter(organization__in=companies)
    listed_ids = set(listed.values_list("organization", flat=True))
    unlisted = [company for company in companies if company.pk not in listed_ids]
    set_aside = Dismissal.objects.visible_to(request.user).filter(request__in=opened).order_by("-at")
    context = {
        "page": page,
        "companies": companies,
        "unlisted": unlisted,
        "set_aside": set_aside.select_related("request", "company").defer(*_VECTORS)[:PER_PAGE],
        # Once for all rows.
        "dismiss_choices": render_to_string(
            "partners/match_dismiss_choices.html", {"reasons": Dismissal.Reason.choices}
        ),
    }
    return show(request, "partners/match_list.html", context)


@login_required
@require_GET
def request_mine(request: HttpRequest) -> HttpResponse:
    """What my companies have written, in every state, newest first."""
    own = PartnerRequest.objects.visible_to(request.user).filter(company__in=company_ids(request.user))
    page = Paginator(own.for_rows().order_by("-changed_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "can_write": bool(company_ids(request.user))}
    return show(request, "partners/request_mine.html", context)


@require_GET
@kept(sharing.reads_shared_pages, parts=sharing.own_parts)
def request_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One request; what a company may do about it, and how it fits, stands in parts of its own."""
    return page_of(request, find(request, slug))


@login_required
@require_http_methods(["GET", "POST"])
def request_draft(request: HttpRequest) -> HttpResponse:
    require(permissions.can_write(request.user))
    form = RequestForm(request.POST or None, user=request.user)
    if form.is_valid():
        try:
            drafted = requesting.draft(company=form.firm, chamber=form.chamber, by=request.user, **form.content())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The draft is kept. Read it once more, then take the next step."))
            return go(request, drafted)
    context = {"form": form, "is_of_chamber": bool(chamber_ids(request.user))}
    return show(request, "partners/request_draft.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def request_revise(request: HttpRequest, slug: str) -> HttpResponse:
    found = find(request, slug)
    require(permissions.can_edit(request.user, found))
    form = RequestForm(request.POST or None, user=request.user, draft=found)
    if form.is_valid():
        try:
            requesting.revise(found, by=request.user, **form.content())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Your changes are kept."))
            return go(request, found)
    return show(request, "partners/request_revise.html", {"form": form, "found": found})


@login_required
@require_POST
def request_submit(request: HttpRequest, slug: str) -> HttpResponse:
    found = find(request, slug)
    require(permissions.can_submit(request.user, found))
    form = SubmitForm(request.POST, draft=found)
    if not form.is_valid():
        return page_of(request, found, submit_form=form)
    done = _("The chamber has your request. You will hear when it is published or sent back.")
    return _do(request, found, requesting.submit, done, chamber=form.cleaned_data["chamber"])


@login_required
@require_POST
def request_take_back(request: HttpRequest, slug: str) -> HttpResponse:
    found = find(request, slug)
    require(permissions.can_take_back(request.user, found))
    return _do(request, found, requesting.take_back, _("It is a draft again."))


@login_required
@require_POST
def request_publish(request: HttpRequest, slug: str) -> HttpResponse:
    found = find(request, slug)
    require(permissions.can_publish(request.user, found))
    done = _("It is published. The companies it suits are being told, each with the reasons.")
    return _do(request, found, requesting.publish, done, seen_version=request.POST.get("seen_version"))


@login_required
@require_POST
def request_send_back(request: HttpRequest, slug: str) -> HttpResponse:
    found = find(request, slug)
    require(permissions.can_review(request.user, found))
    form = SendBackForm(request.POST)
    if not form.is_valid():
        return page_of(request, found, send_back_form=form)
    done = _("It is with the company again, with what should change.")
    return _do(request, found, requesting.send_back, done, reason=form.cleaned_data["reason"])


@login_required
@require_POST
def request_discard(request: HttpRequest, slug: str) -> HttpResponse:
    found = find(request, slug)
    require(permissions.can_discard(request.user, found))
    return _do(request, found, requesting.discard, _("The draft is discarded."))


@login_required
@require_POST
def request_close(request: HttpRequest, slug: str) -> HttpResponse:
    found = find(request, slug)
    require(permissions.can_close(request.user, found))
    form = CloseForm(request.POST)
    if not form.is_valid():
        return page_of(request, found, close_form=form)
    done = _("The request is closed. Companies that waited for an answer are told.")
    return _do(request, found, requesting.close, done, reason=form.cleaned_data["reason"])


@login_required
@require_POST
def request_renew(request: HttpRequest, slug: str) -> HttpResponse:
    found = find(request, slug)
    require(permissions.can_renew(request.user, found))
    form = RenewForm(request.POST)
    if not form.is_valid():
        return page_of(request, found, renew_form=form)
    return _do(request, found, requesting.renew, _("It is open again."), closes_on=form.cleaned_data["closes_on"])


@require_http_methods(["GET", "POST"])
def renew_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """One step from the mail: the page renews when its button is pressed, in the name of who got the mail."""
    known = renewing.read(token)
    if known is None:
        return _private(show(request, "partners/renew_link_over.html", {}, status=404))
    found, person, is_new = known
    may_renew = is_new and permissions.can_renew(person, found)
    until = requesting.usual_closing_day()
    problem = ""
    if request.method == "POST" and may_renew:
        try:
            found, may_renew = requesting.renew(found, closes_on=until, by=person), False
        except ValidationError as refusal:
            problem = " ".join(refusal.messages)
    context = {"found": found, "may_renew": may_renew, "until": until, "problem": problem}
    return _private(show(request, "partners/renew_by_link.html", context))


def _private(response: HttpResponse) -> HttpResponse:
    """Nobody but the owner of the link is to see it: not caches, not search engines."""
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def find(request: HttpRequest, slug: str) -> PartnerRequest:
    rows = matching.for_comparing(PartnerRequest.objects.visible_to(request.user).for_rows())
    return get_object_or_404(rows, slug=slug)


def _do(
    request: HttpRequest, found: PartnerRequest, verb: Callable[..., PartnerRequest], done: str, **details: object
) -> HttpResponse:
    """Do one verb and show the request again: changed, or with why not."""
    try:
        verb(found, by=request.user, **details)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, done)
    return go(request, found)


def page_of(request: HttpRequest, found: PartnerRequest, **forms: object) -> HttpResponse:
    """The request's page; with ``forms``, one of its forms again, with what is wrong in it."""
    user = request.user
    may = {verb: getattr(permissions, f"can_{verb}")(user, found) for verb in (*VERBS, "take_back")}
    answers = permissions.answers_for(user, found)
    context = {
        "found": found,
        "may": may,
        "answers": answers,
        "shows_company": found.shows_company or answers,
        "activities": timeline(found) if permissions.can_see_history(user, found) else (),
        "interests": found.interests.visible_to(user).for_rows() if user.is_authenticated else (),
        "submit_form": SubmitForm(draft=found) if may["submit"] else None,
        "send_back_form": SendBackForm() if may["review"] else None,
        "close_form": CloseForm() if may["close"] else None,
        "renew_form": RenewForm() if may["renew"] else None,
        "holes": sharing.holes(request, found),
        **sharing.for_firms(user, found),
        "attachments": list(RequestAttachment.objects.visible_to(user).filter(request=found)),
        **_confirmation(user, found, may),
        **forms,
    }
    return show(request, "partners/request_detail.html", context, status=422 if forms else 200)


def _confirmation(user, found: PartnerRequest, may: dict[str, bool]) -> dict[str, object]:
    """What the firm and its chamber see of the firm's word on the chamber's text; a draft cannot go out without."""
    if not (may["ask_firm"] or permissions.can_answer_text(user, found)):
        return {"confirmation": None, "may_ask_firm": False, "ask_form": None, "changes_form": None}
    confirmation = confirming.current(found)
    state = confirmation.status if confirmation else ""
    may["publish"] = may["publish"] and state == confirming.Status.CONFIRMED
    asks = may["ask_firm"] and state in {"", confirming.Status.ASKED}
    answers = permissions.can_answer_text(user, found) and state == confirming.Status.ASKED
    return {
        "confirmation": confirmation,
        "may_ask_firm": asks,
        "ask_form": AskFirmForm() if asks and not confirming.people(found).exists() else None,
        "changes_form": ChangesForm() if answers else None,
    }
