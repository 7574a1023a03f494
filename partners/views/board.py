"""A chamber's pipeline of introductions."""

import csv

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from partners import board, outcomes, permissions
from partners.meeting_forms import StageForm
from portal.web import go, require, show
from resources.sheets import inert


@login_required
@require_GET
def introduction_board(request: HttpRequest) -> HttpResponse:
    """What became of my chambers' members' introductions, in columns."""
    require(permissions.can_see_board(request.user))
    columns = board.columns(request.user)
    context = {"columns": columns, "most": board.MOST, "total": sum(column.count for column in columns)}
    return show(request, "partners/introduction_board.html", context)


@login_required
@require_GET
def introduction_table(request: HttpRequest) -> HttpResponse:
    """The whole pipeline as CSV: UTF-8 with its mark, which spreadsheets look for; no cell is read as a formula."""
    require(permissions.can_see_board(request.user))
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    name = f"introductions-{timezone.localdate().isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(response)
    writer.writerow(board.HEADER)
    writer.writerows([inert(str(cell)) for cell in line] for line in board.lines(request.user))
    return response


@login_required
@require_POST
def stage_report(request: HttpRequest, pk: int) -> HttpResponse:
    """Say for the member how far its introduction came."""
    require(permissions.can_see_board(request.user))
    card = board.find(request.user, pk)
    if card is None:
        raise Http404
    form = StageForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose how far it came."))
        return go(request, "partners:introduction-board")
    stage = form.cleaned_data["stage"]
    try:
        outcomes.report(card.introduction, side=card.side, stage=stage, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Kept. It is confirmed once the other side says the same."))
    return go(request, "partners:introduction-board")
