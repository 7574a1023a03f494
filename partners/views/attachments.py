from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_http_methods, require_POST, require_safe

from partners import attaching, permissions
from partners.models import RequestAttachment
from partners.request_forms import AttachForm
from partners.views.requests import find
from portal.uploads import naming
from portal.web import Unavailable, go, require, show


@login_required
@require_http_methods(["GET", "POST"])
def attachment_add(request: HttpRequest, slug: str) -> HttpResponse:
    found = find(request, slug)
    require(permissions.can_attach(request.user, found))
    form = AttachForm(request.POST or None, request.FILES or None, found=found)
    if form.is_valid():
        try:
            attaching.attach(found, **form.cleaned_data, by=request.user)
        except ValidationError as refusal:
            about_request = getattr(refusal, "code", None) in {"closed", "reviewed", "most"}
            form.add_error(None if about_request else "upload", refusal)
        else:
            messages.success(request, _("The file is there."))
            return go(request, found)
    return show(request, "partners/attachment_add.html", {"form": form, "found": found})


@login_required
@require_POST
def attachment_off(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    found = find(request, slug)
    attachment = get_object_or_404(_readable(request, slug), pk=pk)
    require(permissions.can_attach(request.user, found))
    attaching.take_off(attachment, by=request.user)
    messages.success(request, _("Taken off. Nobody can read the file now."))
    return go(request, found)


def _etag(request: HttpRequest, slug: str, pk: int) -> str | None:
    attachment = _readable(request, slug).filter(pk=pk).first()
    return f'"{attachment.digest}"' if attachment else None


@require_safe
@condition(etag_func=_etag)
def attachment_download(request: HttpRequest, slug: str, pk: int) -> HttpResponse | FileResponse:
    """One file, to be saved and not opened in the page, for those who may read it now."""
    attachment = get_object_or_404(_readable(request, slug).select_related("request"), pk=pk)
    try:
        file = attachment.file.open("rb")
    except FileNotFoundError as missing:
        # The database knows a file that the disk has not: restored apart, say. That is ours to mend.
        raise Unavailable from missing
    response = FileResponse(
        file, as_attachment=True, filename=_shown_name(attachment), content_type=attachment.content_type
    )
    response["Content-Length"] = attachment.size
    response["X-Content-Type-Options"] = "nosniff"
    # May be kept by the reader alone, who asks each time whether she still may read it.
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    return response


def _shown_name(attachment: RequestAttachment) -> str:
    """Of an unnamed firm the file has a name of ours: what the firm called it may tell who it is."""
    if attachment.request.shows_company:
        return attachment.filename
    extension = naming.extension(attachment.filename)
    return f"{slugify(attachment.title) or attachment.request.slug}.{extension}"


def _readable(request: HttpRequest, slug: str) -> QuerySet[RequestAttachment]:
    return RequestAttachment.objects.visible_to(request.user).filter(request__slug=slug)
