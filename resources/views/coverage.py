"""The coverage report: public, because it is the evidence for a public duty."""

import csv

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from portal.accounts.permissions import is_official_of
from portal.pagecache import kept_for_visitors
from portal.reference.models import Agreement
from portal.web import show
from resources import coverage, drawing

PER_PAGE = 50
#: Of the CSV. Names are for machines, the same in every language.
COLUMNS = (
    "agreement", "economy", "economy_name", "topic", "topic_name", "language", "state", "present", "stale", "broken",
    "as_of",
)  # fmt: skip


@require_GET
@kept_for_visitors
def coverage_overview(request: HttpRequest) -> HttpResponse:
    """Every agreement that asks for a list of topics, with its totals."""
    found = [coverage.matrix(agreement) for agreement in coverage.agreements()]
    context = {"matrices": [(one, one.totals().items(), len(one.cells)) for one in found], "as_of": timezone.now()}
    return show(request, "resources/coverage_overview.html", context)


@require_GET
@kept_for_visitors
def coverage_matrix(request: HttpRequest, slug: str) -> HttpResponse:
    """One agreement; ``party`` in the address says whose columns a phone shows."""
    found = coverage.matrix(_agreement(slug))
    codes = [party.pk for party in found.parties]
    asked = request.GET.get("party", "")
    totals = coverage.history(found)
    context = {
        "matrix": found,
        "rows": [(topic, found.row(topic)) for topic in found.topics],
        "sums": [(party, found.totals(party.pk).items()) for party in found.parties],
        "totals": found.totals().items(),
        "cell_count": len(found.cells),
        "shown": asked if asked in codes else next(iter(codes), ""),
        "chart": drawing.chart(totals),
        "history": drawing.turning_points(totals),
        "states": list(coverage.State),
    }
    return show(request, "resources/coverage_matrix.html", context)


@require_GET
@kept_for_visitors
def coverage_cell(request: HttpRequest, slug: str, economy: str, topic: str, language: str) -> HttpResponse:
    """The list behind a cell: which resources it has, and what is wrong with which."""
    agreement = _agreement(slug)
    if language not in coverage.languages_of(agreement):
        raise Http404
    party = get_object_or_404(agreement.parties, pk=economy)
    subject = get_object_or_404(coverage.topics_of(agreement), slug=topic)
    rows = coverage.behind(party, subject, language).for_rows()
    now = timezone.now()
    context = {
        "agreement": agreement,
        "party": party,
        "topic": subject,
        "text_language": language,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "today": now.date(),
        "as_of": now,
        "is_keeper": is_official_of(request.user, party.pk),
    }
    return show(request, "resources/coverage_cell.html", context)


@require_GET
def coverage_table(request: HttpRequest, slug: str) -> HttpResponse:
    """The matrix as CSV: UTF-8 with its mark, which spreadsheets look for; codes beside the words of the page."""
    found = coverage.matrix(_agreement(slug))
    day = found.as_of.date().isoformat()
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="coverage-{slug}-{day}.csv"'
    table = csv.writer(response)
    table.writerow(COLUMNS)
    for topic in found.topics:
        for party, cells in found.row(topic):
            for cell in cells:
                names = (slug, party.pk, party.name, topic.slug, topic.label, cell.language)
                table.writerow([*names, cell.state.value, cell.present, cell.stale, cell.broken, day])
    return response


def _agreement(slug: str) -> Agreement:
    """One that asks for topics; the others have no matrix."""
    return get_object_or_404(Agreement, pk__in=[one.pk for one in coverage.agreements()], slug=slug)
