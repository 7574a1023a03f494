"""A chamber brings its member firms and requests in as files, and takes them away."""

import csv
import io
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from partners import bringing, columns, complaints, exporting, permissions, sheets
from partners.models import FirmImport
from partners.views.acting import acting, acting_chamber
from portal.web import go, require, show
from resources.sheets import inert
from resources.unpacking import MAX_BYTES

RECENT = 10
#: Errors shown on the page; the file to download has all that were kept.
SHOWN = 50


class FileForm(forms.Form):
    """What the rows are, and the file."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is in the file"), choices=FirmImport.Kind.choices, widget=forms.RadioSelect
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV in UTF-8, at most 5 MB and 5,000 rows."),
        max_length=300,
        allow_empty_file=True,  # the verb says what is wrong with it
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise ValidationError(_("The file is larger than 5 MB. Divide it."), code="too_large")
        return file


@login_required
@require_http_methods(["GET", "POST"])
def firm_import_start(request: HttpRequest) -> HttpResponse:
    """What a file looks like, a place to drop one, and what became of the chamber's earlier ones."""
    context = acting(request)
    require(permissions.can_bring(request.user, context["chamber"]))
    form = FileForm(request.POST or None, request.FILES or None, initial={"kind": FirmImport.Kind.MEMBERS})
    if request.method == "POST" and form.is_valid():
        file, kind = form.cleaned_data["file"], form.cleaned_data["kind"]
        try:
            run = bringing.upload(context["chamber"], kind=kind, name=file.name, content=file.read(), by=request.user)
        except ValidationError as refusal:
            form.add_error("file", refusal)
        else:
            return go(request, run)
    files = FirmImport.objects.visible_to(request.user).filter(chamber=context["chamber"])
    recent = files.defer("errors", "summary").select_related("uploaded_by")[:RECENT]
    context |= {"form": form, "recent": recent, "tables": columns.tables()}
    return show(request, "partners/firm_import_start.html", context)


@login_required
@require_GET
def firm_import(request: HttpRequest, uid: UUID) -> HttpResponse:
    """How far a file is, what it would change or has changed, and what is wrong with it."""
    run = find(request, uid)
    counts = {what: run.summary.get(what, 0) for what in ("created", "changed", "unchanged", "problems")}
    context = {
        "run": run,
        "is_working": run.status in {FirmImport.Status.CHECKING, FirmImport.Status.LOADING},
        "is_fragment": request.htmx.target == "import",
        "errors": _errors(run)[:SHOWN],
        "counts": counts,
        "hidden": max(0, counts["problems"] - SHOWN),
        "unread": max(0, counts["problems"] - len(run.errors)),
    }
    return show(request, "partners/firm_import.html", context, fragments=["import"])


@login_required
@require_POST
def firm_import_load(request: HttpRequest, uid: UUID) -> HttpResponse:
    run = find(request, uid)
    require(permissions.can_bring(request.user, run.chamber))
    try:
        bringing.begin_loading(run, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return go(request, run)


@login_required
@require_POST
def firm_import_give_up(request: HttpRequest, uid: UUID) -> HttpResponse:
    run = find(request, uid)
    require(permissions.can_bring(request.user, run.chamber))
    try:
        bringing.give_up(run, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return go(request, run)
    messages.success(request, _("The file is forgotten. Nothing was changed."))
    return go(request, "partners:firm-import-start")


@login_required
@require_GET
def firm_import_errors(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What is wrong with a file, row by row, as a table to work through."""
    run = find(request, uid)
    rows = [[_("Row"), _("Field"), _("Value"), _("What is wrong")]]
    rows += [[str(one["row"] or ""), one["field"], one["value"], one["message"]] for one in _errors(run)]
    return _csv([[inert(cell) for cell in row] for row in rows], "errors.csv")


@login_required
@require_GET
def firm_import_template(request: HttpRequest, kind: str) -> HttpResponse:
    """The columns with one example."""
    chamber = acting_chamber(request)
    if kind not in FirmImport.Kind.values:
        raise Http404
    names = [*sheets.WRITTEN[FirmImport.Kind(kind)], *sheets.ALSO[FirmImport.Kind(kind)]]
    example = columns.example(kind, chamber)
    return _csv([names, [inert(example.get(name, "")) for name in names]], f"{kind}-template.csv")


@login_required
@require_safe
def firm_export(request: HttpRequest, kind: str) -> HttpResponse | StreamingHttpResponse:
    """My chamber's member firms or requests, line by line; what comes back unchanged changes nothing."""
    chamber = acting_chamber(request)
    if kind not in FirmImport.Kind.values:
        raise Http404
    require(permissions.can_bring(request.user, chamber))
    response = StreamingHttpResponse(exporting.lines(chamber, kind), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{kind}-{chamber.slug}.csv"'
    response["X-Robots-Tag"] = "noindex"
    return response


def find(request: HttpRequest, uid: UUID) -> FirmImport:
    """One of my chambers' files; otherwise 404."""
    return get_object_or_404(FirmImport.objects.visible_to(request.user).select_related("chamber"), uid=uid)


def _errors(run: FirmImport) -> list[dict[str, Any]]:
    return [
        {
            "row": row,
            "field": name,
            "value": params.get("value", ""),
            "message": complaints.sentence(code, params),
        }
        for row, name, code, params in run.errors
    ]


def _csv(rows: list[list[str]], name: str) -> HttpResponse:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    # With its mark, by which Excel knows UTF-8.
    response = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
