"""The secretariat's list of people: who has a place, who waits, who is there; and the same for a spreadsheet."""

import csv
import io

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dialogues import attendance, questions, registration, waiting
from dialogues.models import Registration
from dialogues.permissions import can_note_attendance, can_see_people
from dialogues.views.finding import find_session
from portal.web import go, require, show

PER_PAGE = 50


@login_required
@require_safe
def people_list(request, slug, pk):
    """Fifty at a time, those with a place first; ``state``, ``economy`` and ``q`` (part of a name) choose."""
    session = find_session(request, slug, pk)
    require(can_see_people(request.user, session))
    rows, chosen = _chosen(session, request.GET)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    for row in page.object_list:
        row.said = [(reply.question, questions.in_words(reply)) for reply in row.replies.all()]
    counts = dict(session.registrations.order_by().values_list("status").annotate(count=Count("pk")))
    asked = request.GET.copy()
    asked.pop("page", None)
    context = {
        "session": session,
        "dialogue": session.dialogue,
        "page": page,
        "chosen": chosen,
        "query": asked.urlencode(),
        "states": [(status.value, status.label, counts.get(status, 0)) for status in Registration.Status],
        "counted": attendance.counted(session),
        "room": waiting.room(session),
        "waiting_count": counts.get(Registration.Status.WAITLISTED, 0),
        "may_note": can_note_attendance(request.user, session) and attendance.can_be_noted(session),
    }
    return show(request, "dialogues/people_list.html", context)


@login_required
@require_safe
def people_table(request, slug, pk):
    """The whole list for a spreadsheet, in the reader's language; officials alone get it."""
    session = find_session(request, slug, pk)
    require(can_see_people(request.user, session))
    text = io.StringIO()
    csv.writer(text).writerows(attendance.as_rows(session))
    response = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slug}-{session.pk}-people.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
@require_POST
def person_attended(request, slug, pk, row_pk):
    """``attended`` is "yes" or "no"."""
    session, row = _find(request, slug, pk, row_pk)
    require(can_note_attendance(request.user, session))
    came = request.POST.get("attended") != "no"
    try:
        attendance.mark(row, attended=came, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return _back(request, slug, session)


@login_required
@require_POST
def person_cancel(request, slug, pk, row_pk):
    """Give somebody's place back for her; she is told, and the next one moves up."""
    session, row = _find(request, slug, pk, row_pk)
    require(can_note_attendance(request.user, session))
    try:
        registration.cancel_registration(row, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The registration is cancelled. The person is told, and the next one moves up."))
    return _back(request, slug, session)


def _chosen(session, asked):
    """The rows that the address asks for, and what it asks for; unknown values ask for nothing."""
    rows = session.registrations.select_related("user", "organization", "economy").prefetch_related("replies__question")
    state = asked.get("state", "")
    if state in Registration.Status.values:
        rows = rows.filter(status=state)
    else:
        state, rows = "", rows.open()
    economy = asked.get("economy", "").upper()
    if len(economy) == 2 and economy.isalpha() and economy.isascii():  # noqa: PLR2004 -- an ISO code
        rows = rows.filter(economy=economy)
    else:
        economy = ""
    words = asked.get("q", "").replace("\x00", "").strip()[:100]
    if words:
        rows = rows.named(words)
    chosen = {"state": state, "economy": economy, "q": words}
    return rows.order_by("status", "created_at", "pk"), chosen


def _find(request, slug, pk, row_pk):
    session = find_session(request, slug, pk)
    require(can_see_people(request.user, session))
    return session, get_object_or_404(session.registrations, pk=row_pk)


def _back(request, slug, session):
    """To the list as she had it: its page and choice stand in the form's own address."""
    address = go(request, "dialogues:people-list", slug, session.pk)
    if (query := request.META.get("QUERY_STRING", "")) and not request.htmx:
        address["Location"] += f"?{query}"
    return address
