from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from partners import chasing, interests, introductions, ladder, matching, permissions
from partners.interest_forms import AcceptForm, DeclineForm, InterestForm, free_places
from partners.models import (
    CompanyProfile,
    Disclosure,
    ExpressionOfInterest,
    Introduction,
    PartnerRequest,
    Rung,
    Side,
)
from partners.views import requests
from portal.accounts.permissions import chamber_ids, company_ids
from portal.web import go, require, show

PER_PAGE = 20


@login_required
@require_POST
def interest_express(request: HttpRequest, slug: str) -> HttpResponse:
    found = requests.find(request, slug)
    require(permissions.can_express(request.user, found))
    places = free_places(request.user, found)
    require(bool(places or company_ids(request.user)))  # a chamber has somebody to send it for
    form = InterestForm(request.POST, places=places)
    if form.is_valid():
        try:
            sent = interests.express(found, by=request.user, **form.content())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Your interest is sent. The other side has seven days to answer."))
            return go(request, sent)
    return requests.page_of(request, found, interest_form=form)


@login_required
@require_GET
def interest_list(request: HttpRequest) -> HttpResponse:
    """What came in and what my companies sent; the received first, if there is anything to answer."""
    visible = ExpressionOfInterest.objects.visible_to(request.user)
    side = request.GET.get("side")
    if side not in {"received", "sent"}:
        side = "received" if visible.received_by(request.user).exists() else "sent"
    rows = visible.received_by(request.user) if side == "received" else visible.sent_by(request.user)
    page = Paginator(rows.for_rows(), PER_PAGE).get_page(request.GET.get("page"))
    return show(request, "partners/interest_list.html", {"page": page, "side": side})


@login_required
@require_GET
def interest_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _detail(request, _find(request, pk))


@login_required
@require_POST
def interest_accept(request: HttpRequest, pk: int) -> HttpResponse:
    interest = _find(request, pk)
    require(permissions.answers_for(request.user, interest.request))
    form = AcceptForm(request.POST)
    shares_contact = form.is_valid() and form.cleaned_data["shares_contact"]
    try:
        introduction = interests.accept(interest, by=request.user, shares_contact=shares_contact)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _accepted(introduction))
    return go(request, interest)


@login_required
@require_POST
def interest_decline(request: HttpRequest, pk: int) -> HttpResponse:
    interest = _find(request, pk)
    require(permissions.answers_for(request.user, interest.request))
    form = DeclineForm(request.POST)
    if form.is_valid():
        try:
            interests.decline(interest, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Your answer is sent, with its reason."))
            return go(request, interest)
    return _detail(request, interest, decline_form=form)


@login_required
@require_POST
def interest_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    interest = _find(request, pk)
    require(permissions.acts_for_interested(request.user, interest))
    try:
        interests.withdraw(interest, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Your interest is withdrawn. The other side no longer sees your company's name."))
    return go(request, interest)


@login_required
@require_POST
def interest_share(request: HttpRequest, pk: int, rung: str) -> HttpResponse:
    """Consent that the other side sees one rung of us."""
    interest = _find(request, pk)
    side = _side(request, interest)
    try:
        ladder.give(interest, side=side, rung=_rung(rung), by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("It is shared with the other side of this interest, and with nobody else."))
    return go(request, interest)


@login_required
@require_POST
def interest_unshare(request: HttpRequest, pk: int, rung: str) -> HttpResponse:
    """Take that consent back."""
    interest = _find(request, pk)
    side = _side(request, interest)
    try:
        ladder.withdraw(interest, side=side, rung=_rung(rung), by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("It is no longer shown or mailed to the other side. The log keeps who saw it."))
    return go(request, interest)


@login_required
@require_POST
def request_show_again(request: HttpRequest, slug: str) -> HttpResponse:
    found = requests.find(request, slug)
    require(permissions.can_show_again(request.user, found))
    try:
        chasing.show_again(found, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The request is shown again. Answer what comes in within seven days."))
    return go(request, found)


@login_required
@require_GET
def member_interests(request: HttpRequest) -> HttpResponse:
    """What my chambers sent for their members and answer for them, firm by firm."""
    require(bool(chamber_ids(request.user)))
    rows = ExpressionOfInterest.objects.by_member(request.user)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return show(request, "partners/member_interests.html", {"page": page})


@login_required
@require_GET
def disclosure_list(request: HttpRequest) -> HttpResponse:
    """Who has seen my data: every line of the log whose owner I am, with every look at a contact."""
    rows = Disclosure.objects.visible_to(request.user).for_rows()
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return show(request, "partners/disclosure_list.html", {"page": page})


def _side(request: HttpRequest, interest: ExpressionOfInterest) -> str:
    """On which side the reader is; the request's, if she should be on both."""
    if permissions.answers_for(request.user, interest.request):
        return Side.REQUEST
    require(permissions.acts_for_interested(request.user, interest))
    return Side.INTERESTED


def _rung(name: str) -> str:
    if name not in Rung.values:
        raise Http404
    return name


def _accepted(introduction: Introduction) -> str:
    if introduction.is_contact_open:
        return _("You are introduced. Both sides now have each other's contact, here and by mail.")
    return _("You are introduced. Contacts are exchanged as soon as both sides share theirs.")


def _find(request: HttpRequest, pk: int) -> ExpressionOfInterest:
    return get_object_or_404(ExpressionOfInterest.objects.visible_to(request.user).for_rows(), pk=pk)


def _detail(request: HttpRequest, interest: ExpressionOfInterest, **forms: object) -> HttpResponse:
    user = request.user
    is_request_side = permissions.answers_for(user, interest.request)
    introduction = None
    if interest.is_accepted:
        introduction = get_object_or_404(
            Introduction.objects.visible_to(user).select_related(
                "request_contact", "interested_contact", "interest__company", "interest__request__company",
                "interest__request__chamber", "request_contact_of", "interested_contact_of",
            ),
            interest=interest,
        )  # fmt: skip
        introductions.note_view(introduction, by=user)
    may_answer = permissions.can_answer(user, interest)
    is_interested_side = permissions.acts_for_interested(user, interest)
    context = {
        "interest": interest,
        "introduction": introduction,
        "contacts": ladder.contacts(introduction) if introduction else None,
        "is_request_side": is_request_side,
        "is_interested_side": is_interested_side,
        "shows_requester": is_request_side or interest.shows_requester,
        "shows_interested": is_interested_side or interest.shows_interested,
        "rungs": ladder.steps(interest, side=Side.REQUEST if is_request_side else Side.INTERESTED),
        "profile": _profile(user, interest),
        "judgement": _judgement(user, interest),
        "may_answer": may_answer,
        "may_withdraw": permissions.can_withdraw(user, interest),
        "accept_form": AcceptForm() if may_answer else None,
        "decline_form": DeclineForm() if may_answer else None,
        "disclosures": Disclosure.objects.visible_to(user).filter(interest=interest).for_rows(),
        **forms,
    }
    return show(request, "partners/interest_detail.html", context, status=422 if forms else 200)


def _profile(user, interest: ExpressionOfInterest) -> CompanyProfile | None:
    """The interested company's profile, for those who may read it."""
    return CompanyProfile.objects.visible_to(user).for_rows().filter(organization=interest.company_id).first()


def _judgement(user, interest: ExpressionOfInterest) -> matching.Judgement | None:
    """How the two compare, as the reader may know it; nothing once the company took itself back."""
    if not interest.shows_interested:
        return None
    profiles = CompanyProfile.objects.filter(organization=interest.company_id)
    is_its_own = permissions.acts_for_interested(user, interest)
    profile = matching.for_judging(profiles, only_named=not is_its_own).first()
    found = matching.for_comparing(PartnerRequest.objects.filter(pk=interest.request_id)).get()
    return matching.judge(found, profile) if profile else None
