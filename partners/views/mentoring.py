from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners import mentoring, permissions
from partners.cluster_filters import MentorFilter
from partners.mentoring_forms import MentorDeclineForm, MentorshipEndForm, PlaceForm, PlacesForm
from partners.models import CompanyProfile, Disclosure, Mentorship, PartnerRequest
from portal.accounts.models import Organization
from portal.accounts.permissions import company_ids, memberships
from portal.pagecache import kept_for_visitors
from portal.web import go, require, show

PER_PAGE = 20


@require_GET
@kept_for_visitors
def mentor_list(request: HttpRequest) -> HttpResponse:
    """Who offers to mentor, with the places that are free, narrowed by the filters in the address."""
    offers = mentoring.mentors(PartnerRequest.objects.visible_to(request.user)).order_by("-published_at", "-pk")
    found = MentorFilter(request.GET, queryset=offers)
    page = Paginator(found.qs.for_rows(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"filter": found, "page": page, "can_write": permissions.can_write(request.user)}
    return show(request, "partners/mentor_list.html", context, fragments=["results"])


@login_required
@require_GET
def mentorship_list(request: HttpRequest) -> HttpResponse:
    """Where my companies learn, and whom they or my chambers mentor; what waits for an answer first."""
    visible = Mentorship.objects.visible_to(request.user)
    learning = visible.filter(mentee__in=company_ids(request.user))
    side = request.GET.get("side")
    if side not in {"learning", "mentoring"}:
        side = "learning" if learning.exists() else "mentoring"
    own_offers = PartnerRequest.objects.of(request.user)
    rows = learning if side == "learning" else visible.filter(offer__in=own_offers.values("pk"))
    rows = rows.annotate(waits=Q(status=Mentorship.Status.ASKED), runs=Q(status=Mentorship.Status.ACTIVE))
    ordered = rows.for_rows().order_by("-waits", "-runs", "-asked_at", "-pk")
    page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    offers = mentoring.mentors(own_offers).order_by("-published_at", "-pk")[:PER_PAGE] if side == "mentoring" else []
    return show(request, "partners/mentorship_list.html", {"page": page, "side": side, "offers": offers})


@login_required
@require_GET
def mentorship_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _detail(request, _find(request, pk))


@login_required
@require_http_methods(["GET", "POST"])
def mentorship_ask(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask a mentor for a place on behalf of one of my companies."""
    offer = _find_offer(request, slug)
    require(permissions.can_ask_mentor(request.user, offer))
    form = PlaceForm(request.POST or None, companies=_my_companies(request))
    if form.is_valid():
        try:
            asked = mentoring.ask(offer, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Your question is sent. You hear when the mentor has answered."))
            return go(request, asked)
    return show(request, "partners/mentorship_ask.html", {"form": form, "offer": offer})


@login_required
@require_POST
def mentorship_accept(request: HttpRequest, pk: int) -> HttpResponse:
    mentorship = _find(request, pk)
    require(permissions.answers_for(request.user, mentorship.offer))
    done = _("The place is given. Both sides now see each other's contact here.")
    return _do(request, mentorship, done, mentoring.accept, mentorship)


@login_required
@require_POST
def mentorship_decline(request: HttpRequest, pk: int) -> HttpResponse:
    mentorship = _find(request, pk)
    require(permissions.answers_for(request.user, mentorship.offer))
    form = MentorDeclineForm(request.POST)
    if not form.is_valid():
        return _detail(request, mentorship, decline_form=form)
    done = _("Your answer is sent, with its reason.")
    return _do(request, mentorship, done, mentoring.decline, mentorship, **form.cleaned_data)


@login_required
@require_POST
def mentorship_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    mentorship = _find(request, pk)
    require(mentorship.mentee_id in company_ids(request.user))
    done = _("Your question is taken back. The mentor no longer sees your company's name.")
    return _do(request, mentorship, done, mentoring.withdraw, mentorship)


@login_required
@require_POST
def mentorship_end(request: HttpRequest, pk: int) -> HttpResponse:
    mentorship = _find(request, pk)
    form = MentorshipEndForm(request.POST)
    if not form.is_valid():
        return _detail(request, mentorship, end_form=form)
    done = _("The mentorship is ended; the place is free again.")
    return _do(request, mentorship, done, mentoring.end, mentorship, **form.cleaned_data)


@login_required
@require_POST
def mentor_pause(request: HttpRequest, slug: str) -> HttpResponse:
    offer = _find_offer(request, slug)
    require(permissions.can_keep_places(request.user, offer))
    return _do(request, offer, _("You take nobody on for now. The offer says so."), mentoring.pause, offer)


@login_required
@require_POST
def mentor_resume(request: HttpRequest, slug: str) -> HttpResponse:
    offer = _find_offer(request, slug)
    require(permissions.can_keep_places(request.user, offer))
    return _do(request, offer, _("Companies may ask you again."), mentoring.resume, offer)


@login_required
@require_POST
def mentor_places(request: HttpRequest, slug: str) -> HttpResponse:
    offer = _find_offer(request, slug)
    require(permissions.can_keep_places(request.user, offer))
    form = PlacesForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
        return go(request, offer)
    return _do(request, offer, _("The number of places is kept."), mentoring.set_places, offer, **form.cleaned_data)


def _find(request: HttpRequest, pk: int) -> Mentorship:
    return get_object_or_404(Mentorship.objects.visible_to(request.user).for_rows(), pk=pk)


def _find_offer(request: HttpRequest, slug: str) -> PartnerRequest:
    offers = PartnerRequest.objects.visible_to(request.user).filter(type=PartnerRequest.Type.MENTORSHIP_OFFER)
    return get_object_or_404(mentoring.with_places(offers).for_rows(), slug=slug)


def _my_companies(request: HttpRequest) -> list[Organization]:
    ids = company_ids(request.user)
    return [m.organization for m in memberships(request.user) if m.organization_id in ids]


def _detail(request: HttpRequest, mentorship: Mentorship, **forms: object) -> HttpResponse:
    user = request.user
    is_mentor_side = permissions.answers_for(user, mentorship.offer)
    may_answer = permissions.can_answer_mentorship(user, mentorship)
    context = {
        "mentorship": mentorship,
        "is_mentor_side": is_mentor_side,
        "shows_mentor": is_mentor_side or mentorship.shows_mentor,
        "shows_mentee": mentorship.mentee_id in company_ids(user) or mentorship.shows_mentee,
        "contacts": _contacts(request, mentorship),
        "profile": CompanyProfile.objects.visible_to(user).filter(organization=mentorship.mentee_id).first(),
        "may_answer": may_answer,
        "may_withdraw": permissions.can_withdraw_mentorship(user, mentorship),
        "may_end": permissions.can_end_mentorship(user, mentorship),
        "decline_form": MentorDeclineForm() if may_answer else None,
        "end_form": MentorshipEndForm(),
        "disclosures": Disclosure.objects.visible_to(user).filter(mentorship=mentorship).for_rows(),
        **forms,
    }
    return show(request, "partners/mentorship_detail.html", context, status=422 if forms else 200)


def _contacts(request: HttpRequest, mentorship: Mentorship) -> dict[str, Any] | None:
    """Both sides' contacts while the mentorship runs; that they are on the screen is noted for their owners."""
    if mentorship.status != Mentorship.Status.ACTIVE:
        return None
    mentoring.note_view(mentorship, by=request.user)
    mentor, place, mentee = mentoring.contacts(mentorship)
    return {"mentor": mentor, "mentor_of": place, "mentee": mentee}


def _do(
    request: HttpRequest, after: Any, done: str, verb: Callable[..., Any], *args: Any, **details: Any
) -> HttpResponse:
    """Do one verb and show ``after`` again: changed, or with why not."""
    try:
        verb(*args, by=request.user, **details)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, done)
    return go(request, after)
