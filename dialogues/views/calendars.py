from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dialogues import feeds, personal
from dialogues.models import Dialogue
from portal.languages import reading_as
from portal.reference.models import Economy
from portal.web import go, show

#: Calendars ask every few hours; in between they need not.
FRESH = "public, max-age=300"


@require_safe
def calendar_list(request: HttpRequest) -> HttpResponse:
    """Every calendar there is to subscribe to, and the reader's own."""
    dialogues = Dialogue.objects.visible_to(request.user).with_parties()
    mine = personal.of(request.user) if request.user.is_authenticated else None
    context = {
        "dialogues": dialogues,
        "economies": Economy.objects.filter(dialogues__in=dialogues).distinct().order_by("order", "code"),
        "address": request.build_absolute_uri(personal.path(mine)) if mine else "",
    }
    return show(request, "dialogues/calendar_list.html", context)


@require_safe
def dialogue_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """The public calendar of a dialogue: no names, no links to join."""
    dialogue = get_object_or_404(Dialogue.objects.visible_to(request.user), slug=slug)
    return _answer(request, feeds.of_dialogue(dialogue), dialogue.slug)


@require_safe
def economy_feed(request: HttpRequest, code: str) -> HttpResponse:
    """The public sessions of every dialogue of one economy."""
    economy = get_object_or_404(Economy.objects.filter(dialogues__isnull=False).distinct(), code=code.upper())
    return _answer(request, feeds.of_economy(economy), f"sme-dialogues-{economy.code.lower()}")


@require_safe
def all_feed(request: HttpRequest) -> HttpResponse:
    """Every public session."""
    return _answer(request, feeds.of_all(), "sme-dialogues")


@require_safe
def personal_feed(request: HttpRequest, token: str) -> HttpResponse:
    """A person's own calendar. Whoever has the address reads it, so it is hers to end."""
    user = personal.owner(token)
    if user is None:
        raise Http404
    with reading_as(user):
        response = _calendar(feeds.of_person(user), "my-sme-dialogues")
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    return response


@login_required
@require_POST
def personal_begin(request: HttpRequest) -> HttpResponse:
    personal.begin(by=request.user)
    messages.success(request, _("Your calendar has a new address. Add it to your calendar program."))
    return go(request, "dialogues:calendar-list")


@login_required
@require_POST
def personal_end(request: HttpRequest) -> HttpResponse:
    personal.end(by=request.user)
    messages.success(request, _("The address of your calendar no longer works."))
    return go(request, "dialogues:calendar-list")


def _answer(request: HttpRequest, feed: feeds.Feed, name: str) -> HttpResponse:
    """The feed, or that it has not changed since it was last asked for."""
    mark = f'"{feed.mark}"'
    unchanged = get_conditional_response(request, etag=mark)
    if unchanged is None:
        unchanged = _calendar(feed.text(), name)
    unchanged["ETag"] = mark
    unchanged["Cache-Control"] = FRESH
    return unchanged


def _calendar(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{name}.ics"'
    return response
