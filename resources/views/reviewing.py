"""The review duty on the pages of those who keep resources."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from portal.web import go, require, show
from resources import people, permissions, reviewing
from resources.models import Resource
from resources.views.reading import find

PER_PAGE = 50
SOON = timedelta(days=30)
#: The longest number of a row (PostgreSQL's bigint).
DIGITS = 18


@login_required
@require_GET
def review_list(request: HttpRequest) -> HttpResponse:
    """What she keeps by when it is to be reviewed; several that are still correct are confirmed in one go."""
    require(permissions.can_draft(request.user))
    today = timezone.now().date()
    kept = reviewing.to_review(request.user)
    rows = {code: kept.filter(rule) for code, _label, rule in _states(today)}
    rows["unseen"] = people.waiting_for_look_by(request.user)
    labels = [(code, label) for code, label, _rule in _states(today)]
    labels.insert(1, ("unseen", _("To look over")))
    counted = [(code, label, rows[code].count()) for code, label in labels]
    state = request.GET.get("state")
    if state not in rows:
        state = next((code for code, _label, count in counted if count), "all")
    context = {
        "page": Paginator(rows[state].for_rows(), PER_PAGE).get_page(request.GET.get("page")),
        "states": counted,
        "state": state,
        "today": today,
    }
    return show(request, "resources/review_list.html", context)


def _states(today: Any) -> list[tuple[str, str, Q]]:
    return [
        ("due", _("Due"), Q(review_due_on__lte=today)),
        ("reported", _("Readers say out of date"), Q(doubts__gt=0)),
        ("broken", _("Link broken"), Q(link_status=Resource.LinkStatus.BROKEN)),
        ("soon", _("Due within 30 days"), Q(review_due_on__gt=today, review_due_on__lte=today + SOON)),
        ("all", _("All published"), Q()),
    ]


@login_required
@require_POST
def resource_confirm(request: HttpRequest, slug: str) -> HttpResponse:
    resource = find(request, slug)
    require(permissions.keeps(request.user, resource))
    try:
        resource = reviewing.confirm(resource, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Confirmed. Its next review is in six months."))
    return go(request, resource)


@login_required
@require_POST
def review_confirm(request: HttpRequest) -> HttpResponse:
    """Confirm those that were ticked; what is not hers or not published any more is passed over."""
    require(permissions.can_draft(request.user))
    ticked = [pk for pk in request.POST.getlist("resource") if pk.isascii() and pk.isdecimal() and len(pk) <= DIGITS]
    chosen = Resource.objects.kept_by(request.user).published().filter(pk__in=ticked)
    if not chosen:
        messages.error(request, _("Tick the resources that are still correct, then confirm them."))
        return _back(request)
    try:
        _say(request, reviewing.confirm_several(chosen, by=request.user))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return _back(request)


def _say(request: HttpRequest, done: reviewing.Confirmed) -> None:
    if done.count:
        text = ngettext("%(count)s resource confirmed.", "%(count)s resources confirmed.", done.count)
        messages.success(request, text % {"count": done.count})
    if done.doubted:
        text = ngettext(
            "%(count)s was left out: a reader says it is out of date. Open it and read the report first.",
            "%(count)s were left out: readers say they are out of date. Open them and read the reports first.",
            len(done.doubted),
        )
        messages.warning(request, text % {"count": len(done.doubted)})


def _back(request: HttpRequest) -> HttpResponse:
    state = request.POST.get("state", "")
    known = {code for code, _label, _rule in _states(timezone.now().date())}
    return go(request, reverse("resources:review-list") + (f"?state={state}" if state in known else ""))
