"""Bringing resources in from a file: upload, look at what it would do, load."""

import csv
import io
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.accounts.permissions import delegation
from portal.languages import NAMES
from portal.web import go, require, show
from resources import bringing, permissions, publishing, sheets, unpacking
from resources.models import ImportRun, Resource

RECENT = 10
#: Errors shown on the page; the file to download has all that were kept.
SHOWN = 50


class FileForm(forms.Form):
    """A file; what it is, its content says."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or JSON Lines in UTF-8, at most 5 MB and 5,000 rows."),
        max_length=300,
        allow_empty_file=True,  # the verb says what is wrong with it
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > unpacking.MAX_BYTES:
            raise ValidationError(_("The file is larger than 5 MB. Divide it."), code="too_large")
        return file


def find(request: HttpRequest, uid: UUID) -> ImportRun:
    """One of her own files; otherwise 404."""
    return get_object_or_404(ImportRun.objects.visible_to(request.user).defer("content", "versions"), uid=uid)


@login_required
@require_http_methods(["GET", "POST"])
def import_start(request: HttpRequest) -> HttpResponse:
    """What a file looks like, a place to drop one, and what became of earlier ones."""
    require(permissions.can_bring(request.user))
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = bringing.upload(by=request.user, name=file.name, content=file.read())
        except ValidationError as refusal:
            form.add_error("file", refusal)
        else:
            return go(request, run)
    recent = ImportRun.objects.visible_to(request.user).defer("content", "versions", "errors").order_by("-pk")
    context = {"form": form, "recent": recent[:RECENT], "columns": _columns(request.user)}
    return show(request, "resources/import_start.html", context)


@login_required
@require_GET
def import_detail(request: HttpRequest, uid: UUID) -> HttpResponse:
    """How far a file is, what it would change or has changed, and what is wrong with it."""
    run = find(request, uid)
    counts = dict.fromkeys(("created", "changed", "unchanged", "problems"), 0) | run.counts
    context = {
        "run": run,
        "is_working": run.status in {ImportRun.Status.CHECKING, ImportRun.Status.LOADING},
        "is_fragment": request.htmx.target == "import",
        "errors": run.errors[:SHOWN],
        "counts": counts,
        "hidden": max(0, counts["problems"] - SHOWN),
        "unread": max(0, counts["problems"] - len(run.errors)),
    }
    return show(request, "resources/import_detail.html", context, fragments=["import"])


@login_required
@require_POST
def import_load(request: HttpRequest, uid: UUID) -> HttpResponse:
    run = find(request, uid)
    require(permissions.can_bring(request.user))
    try:
        run = bringing.begin_loading(run, submits="submits" in request.POST, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return go(request, run)


@login_required
@require_POST
def import_give_up(request: HttpRequest, uid: UUID) -> HttpResponse:
    run = find(request, uid)
    require(permissions.can_bring(request.user))
    try:
        bringing.give_up(run, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return go(request, run)
    messages.success(request, _("The file is forgotten. Nothing was changed."))
    return go(request, "resources:import-start")


@login_required
@require_GET
def import_errors(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What is wrong with a file, row by row, as a table to work through."""
    run = find(request, uid)
    rows = [[_("Row"), _("Field"), _("Value"), _("What is wrong")]]
    rows += [[str(one["row"] or ""), one["field"], one["value"], one["message"]] for one in run.errors]
    return _csv([[sheets.inert(cell) for cell in row] for row in rows], "errors.csv")


@login_required
@require_GET
def import_template(request: HttpRequest) -> HttpResponse:
    """The columns with one example, in her own economy's name."""
    require(permissions.can_bring(request.user))
    publisher = publishing.publishers_for(request.user).order_by("pk").first()
    economies = sorted(delegation(request.user))[:1]
    example = {
        "slug": "example-first-shipment",
        "kind": Resource.Kind.GUIDE,
        "agency": publisher.slug if publisher else "",
        "scope": Resource.Scope.ECONOMY if economies else Resource.Scope.GLOBAL,
        "economies": sheets.joined(economies),
        "topics": "customs-procedures",
        "audience": sheets.joined(["exporter", "startup"]),
        "languages": "en",
        "url": "https://www.example.gov/first-shipment",
        "source_language": "en",
        "title_en": "Example: your first shipment",
        "summary_en": "What to have ready before the first shipment, and whom to ask.",
        "body_en": "Begin with the tariff heading of your product.",
    }
    cells = [sheets.inert(str(example.get(name, ""))) for name in sheets.WRITTEN]
    return _csv([list(sheets.WRITTEN), cells], "resources-template.csv")


def _csv(rows: list[list[str]], name: str) -> HttpResponse:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    # With its mark, by which Excel knows UTF-8.
    response = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _columns(user) -> list[tuple[str, str]]:
    """Every column a file may have, and what stands in it."""
    kinds, audiences = ", ".join(Resource.Kind.values), ", ".join(Resource.Audience.values)
    publishers = publishing.publishers_for(user).order_by("slug").values_list("slug", flat=True)
    texts = {field: ", ".join(f"{field}_{code}" for code in _codes()) for field in ("title", "summary", "body")}
    return [
        ("slug", _("The short name in the resource's address. A new one gets its own when you leave it empty.")),
        ("kind", _("One of %(values)s.") % {"values": kinds}),
        ("agency", _("The short name of the publisher, such as %(values)s.") % {"values": ", ".join(publishers[:5])}),
        ("scope", _("“economy”, unless you are an administrator.")),
        ("economies", _("Two-letter codes, several joined by a bar: US|MX.")),
        ("agreements", _("Short names of agreements, several joined by a bar.")),
        ("topics", _("Short names of topics, several joined by a bar; at least one.")),
        ("sectors", _("Short names of sectors, several joined by a bar; empty for every sector.")),
        ("audience", _("Any of %(values)s; empty for every firm.") % {"values": audiences}),
        ("languages", _("Languages of the source: en|es.")),
        ("url", _("The official page that readers open from here.")),
        ("source_language", _("The language of the original text: %(values)s.") % {"values": ", ".join(NAMES)}),
        (texts["title"], _("The title in each language, at most 200 characters.")),
        (texts["summary"], _("What it is and for whom, at most 600 characters.")),
        (texts["body"], _("The text, at most 20,000 characters. Markdown is understood.")),
    ]


def _codes() -> list[str]:
    return [code.replace("-", "_") for code in NAMES]
