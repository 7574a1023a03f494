"""The home page and the signed-in desk: composed from every app, imported by none."""

from itertools import chain
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

import dialogues.desk
import partners.desk
import portal.accounts.desk
import portal.focal.desk
import resources.desk
from dialogues.models import Session
from partners.models import CompanyProfile, PartnerRequest
from portal import mine
from portal.notifications.models import Notification
from portal.reference.models import Agreement, Economy
from portal.web import show
from resources.models import Resource

NEWEST = 4  # of a kind on the home page
NEWS = 6  # unread notifications on the desk

#: Where a task comes from, in the words of the menu, and who knows of it.
AREAS = (
    (_("People and organizations"), portal.accounts.desk),
    (_("Whom to ask"), portal.focal.desk),
    (_("Resources"), resources.desk),
    (_("Dialogues"), dialogues.desk),
    (_("Opportunities"), partners.desk),
)


def home(request: HttpRequest) -> HttpResponse:
    """In one screen: what the portal does, and the way to each person's job."""
    sessions = Session.objects.visible_to(request.user).with_dialogue()
    opportunities = PartnerRequest.objects.visible_to(request.user).open().for_rows()
    upcoming = sessions.upcoming()[:NEWEST]
    context = {
        "figures": _figures(request.user),
        "upcoming": upcoming,
        # A portal without a coming session shows that the dialogues are real.
        "held": [] if upcoming else sessions.past()[:NEWEST],
        "opportunities": opportunities.order_by("-published_at", "-pk")[:NEWEST],
    }
    return show(request, "portal/home.html", context)


@login_required
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for you, oldest first; then what is coming; then what is new."""
    user = request.user
    waiting = [(area, task) for area, tasks in AREAS for task in tasks.waiting_for(user)]
    coming = chain.from_iterable(tasks.coming_for(user) for _area, tasks in AREAS)
    context = {
        "waiting": sorted(waiting, key=lambda entry: entry[1].since),
        "coming": sorted(coming, key=lambda event: event.at),
        "news": Notification.objects.visible_to(user).unread()[:NEWS],
        "desk_count": len(waiting),
    }
    return show(request, "portal/desk.html", context)


def desk_count(request: HttpRequest) -> dict:
    """For every page's menu: how much waits on her desk, counted when the menu is drawn. A context processor."""
    return {"desk_count": SimpleLazyObject(lambda: _count(request.user))}


def _count(user: Any) -> int:
    if not user.is_authenticated:
        return 0
    return mine.remembered(user, "desk", lambda: sum(len(tasks.waiting_for(user)) for _area, tasks in AREAS))


def _figures(user: Any) -> list[tuple]:
    """How much there is, with the words for it; nothing is said of what there is none of."""
    return [
        (_("resources from public bodies"), Resource.objects.published().count()),
        (_("economies"), Economy.objects.filter(is_focus=True).count()),
        (_("agreements"), Agreement.objects.count()),
        (_("dialogue sessions"), Session.objects.visible_to(user).count()),
        (_("open opportunities"), PartnerRequest.objects.open().count()),
        (_("companies in the directory"), CompanyProfile.objects.listed().count()),
    ]
