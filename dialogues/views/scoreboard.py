"""What became of what was promised, as a page and as tables to take away."""

import csv

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dialogues import charts, scoreboard
from dialogues.models import Commitment
from dialogues.views.finding import find_dialogue
from portal.languages import Language, column
from portal.web import show
from resources.sheets import inert

#: How much of what is open stands on the page; all of it is in the list of commitments.
OPEN = 20
#: Of the tables. Names are for machines, the same in every language.
SCORES = ("dialogue", "year", "economy", "economy_name", *scoreboard.OUTCOMES, "moved", "median_days_open", "as_of")
COMMITMENTS = (
    "id", "dialogue", "session", "session_date", *(column("text", code) for code in Language.values), "owner",
    "economy", "first_due_on", "due_on", "status", "finished_on", "dropped_because", "as_of",
)  # fmt: skip


@require_safe
def dialogue_scoreboard(request, slug):
    """Per Party and over the years."""
    dialogue = find_dialogue(request, slug)
    found = scoreboard.of(dialogue, user=request.user, open_at_most=OPEN)
    context = {
        "dialogue": dialogue,
        "scoreboard": found,
        "party_chart": charts.outcomes(found.rows, lambda score: charts.party_name(score, dialogue)),
        "year_chart": charts.outcomes(found.years, lambda score: str(score.year)),
        "outcomes": scoreboard.OUTCOMES,
    }
    return show(request, "dialogues/scoreboard.html", context)


@require_safe
def scoreboard_table(request, slug):
    """One line for each year and Party that promised something, as CSV."""
    dialogue = find_dialogue(request, slug)
    found = scoreboard.of(dialogue)
    lines = (
        (
            dialogue.slug,
            year,
            score.economy.pk if score.economy else "",
            charts.party_name(score, dialogue),
            *(getattr(score, outcome) for outcome in scoreboard.OUTCOMES),
            score.moved,
            "" if score.median_days is None else score.median_days,
            found.today.isoformat(),
        )
        for year, score in scoreboard.by_year_and_party(found, dialogue)
    )
    return table(f"scoreboard-{dialogue.slug}", SCORES, lines)


@require_safe
def commitment_table(request, slug):
    """Every commitment that is public, with its days and state, as CSV."""
    dialogue = find_dialogue(request, slug)
    rows = Commitment.objects.visible_to(request.user).published().filter(session__dialogue=dialogue)
    rows = rows.select_related("owner", "session").order_by("session__starts_on", "pk")
    today = timezone.localdate().isoformat()
    lines = (
        (
            row.pk,
            dialogue.slug,
            row.session.number,
            row.session.starts_on,
            *(getattr(row, column("text", code)) for code in Language.values),
            row.owner.name,
            row.owner.economy_id,
            row.first_due_on or row.due_on,
            row.due_on,
            row.status,
            timezone.localtime(row.finished_at).date() if row.finished_at else None,
            row.dropped_because,
            today,
        )
        for row in rows
    )
    return table(f"commitments-{dialogue.slug}", COMMITMENTS, lines)


def table(name, columns, lines):
    """A CSV file: UTF-8 with its mark, which spreadsheets look for; no cell is read as a formula."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-{timezone.localdate().isoformat()}.csv"'
    writer = csv.writer(response)
    writer.writerow(columns)
    for line in lines:
        writer.writerow([inert("" if cell is None else str(cell)) for cell in line])
    return response
