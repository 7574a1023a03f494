"""Who was invited to a session, or told of it, and did not get the mail."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from dialogues.models import Session
from dialogues.permissions import can_invite
from dialogues.views.finding import find_session
from portal.notifications import undelivered
from portal.web import go, require, show

PER_PAGE = 50


@login_required
@require_safe
def undelivered_list(request, slug, pk):
    """The list, for officials of the Parties."""
    session = find_session(request, slug, pk)
    require(can_invite(request.user, session))
    page = Paginator(_rows(session), PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    for row in page.object_list:
        row.why = undelivered.why(row)
    context = {"session": session, "dialogue": session.dialogue, "page": page}
    return show(request, "dialogues/undelivered_list.html", context)


@login_required
@require_POST
def undelivered_again(request, slug, pk):
    """Send one of them again, or all."""
    session = find_session(request, slug, pk)
    require(can_invite(request.user, session))
    rows = _rows(session)
    if "uid" in request.POST:
        rows = rows.filter(pk=get_object_or_404(rows, uid=_uid(request.POST["uid"])).pk)
    count = undelivered.send_again(rows, by=request.user)
    text = ngettext("%(count)d message is on its way again.", "%(count)d messages are on their way again.", count)
    messages.success(request, text % {"count": count})
    return go(request, "dialogues:undelivered-list", slug, pk)


def number_of_undelivered(session):
    """How many messages about it did not arrive."""
    return undelivered.count(Session.objects.filter(pk=session.pk), session.polls.all(), session.minutes.all())


def _uid(text):
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def _rows(session):
    return undelivered.about([session, *session.polls.all(), *session.minutes.all()])
