from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_http_methods, require_POST, require_safe

from dialogues import documents
from dialogues.document_forms import DocumentForm, NewDocumentForm, VersionForm
from dialogues.models import Document, DocumentVersion
from dialogues.permissions import can_keep_documents
from dialogues.views.finding import find_session
from portal.web import Unavailable, go, require, show


@require_safe
def document_list(request, slug, pk):
    """The session's papers in every language they are in; for officials with their history and what was taken off."""
    session = find_session(request, slug, pk)
    keeps = can_keep_documents(request.user, session)
    papers = documents.papers(session, request.user)
    versions = documents.history(session, request.user) if keeps else {}
    for document in papers:
        document.missing = documents.missing_languages(document)
        document.history = versions.get(document.pk, [])
    context = {
        "session": session,
        "dialogue": session.dialogue,
        "documents": papers,
        "can_keep": keeps,
        "is_closed": session.status in documents.CLOSED,
        "taken_off": Document.objects.taken_off(request.user).filter(session=session) if keeps else [],
    }
    return show(request, "dialogues/document_list.html", context)


def _version_etag(request, slug, pk, version_pk):
    version = _readable(request, slug, pk).filter(pk=version_pk).first()
    return f'"{version.digest}"' if version else None


@require_safe
@condition(etag_func=_version_etag)
def document_download(request, slug, pk, version_pk):
    """One file, to be saved and not opened in the page, for those who may read it now."""
    find_session(request, slug, pk)
    version = get_object_or_404(_readable(request, slug, pk), pk=version_pk)
    try:
        file = version.file.open("rb")
    except FileNotFoundError as missing:
        # The database knows a file that the disk has not: restored apart, say. That is ours to mend.
        raise Unavailable from missing
    response = FileResponse(file, as_attachment=True, filename=version.filename, content_type=version.content_type)
    response["Content-Length"] = version.size
    response["X-Content-Type-Options"] = "nosniff"
    # May be kept by the reader alone, who asks each time whether she still may read it.
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    return response


@login_required
@require_http_methods(["GET", "POST"])
def document_add(request, slug, pk):
    session = _find_kept(request, slug, pk)
    form = NewDocumentForm(request.POST or None, request.FILES or None, session=session)
    if form.is_valid():
        file = {name: form.cleaned_data[name] for name in ("upload", "language")}
        try:
            documents.add(session, titles=form.texts("title"), **form.details, **file, by=request.user)
        except ValidationError as refusal:
            _blame(form, refusal)
        else:
            messages.success(request, _("The paper is there. Add it in the other working languages next."))
            return go(request, "dialogues:document-list", slug, pk)
    context = {"form": form, "session": session, "dialogue": session.dialogue}
    return show(request, "dialogues/document_add.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def document_revise(request, slug, pk, document_pk):
    session, document = _find(request, slug, pk, document_pk)
    form = DocumentForm(request.POST or None, session=session, instance=document)
    if form.is_valid():
        try:
            documents.revise(document, titles=form.texts("title"), **form.details, by=request.user)
        except ValidationError as refusal:
            _blame(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return go(request, "dialogues:document-list", slug, pk)
    context = {"form": form, "document": document, "session": session, "dialogue": session.dialogue}
    return show(request, "dialogues/document_revise.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def version_add(request, slug, pk, document_pk):
    session, document = _find(request, slug, pk, document_pk)
    document.files = list(document.versions.latest())
    form = VersionForm(request.POST or None, request.FILES or None, document=document)
    if form.is_valid():
        try:
            documents.add_version(document, **form.cleaned_data, by=request.user)
        except ValidationError as refusal:
            _blame(form, refusal)
        else:
            messages.success(request, _("The new version is the one that counts now."))
            return go(request, "dialogues:document-list", slug, pk)
    context = {"form": form, "document": document, "session": session, "dialogue": session.dialogue}
    return show(request, "dialogues/version_add.html", context)


@login_required
@require_POST
def document_take_off(request, slug, pk, document_pk):
    _session, document = _find(request, slug, pk, document_pk)
    documents.take_off(document, by=request.user)
    messages.success(request, _("Taken off. Nobody can read it now; you can put it back."))
    return go(request, "dialogues:document-list", slug, pk)


@login_required
@require_POST
def document_put_back(request, slug, pk, document_pk):
    session = _find_kept(request, slug, pk)
    gone = Document.objects.taken_off(request.user).filter(session=session)
    try:
        documents.put_back(get_object_or_404(gone, pk=document_pk), by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Put back. Whoever it was meant for can read it again."))
    return go(request, "dialogues:document-list", slug, pk)


def _readable(request, slug, pk):
    """Versions of this session's papers that she may read."""
    session = {"document__session": pk, "document__session__dialogue__slug": slug}
    return DocumentVersion.objects.visible_to(request.user).filter(**session)


def _find_kept(request, slug, pk):
    session = find_session(request, slug, pk)
    require(can_keep_documents(request.user, session))
    return session


def _find(request, slug, pk, document_pk):
    session = _find_kept(request, slug, pk)
    document = get_object_or_404(Document.objects.visible_to(request.user).filter(session=session), pk=document_pk)
    document.session = session
    return session, document


def _blame(form, refusal):
    """Say it at the field it is about."""
    about_file = refusal.code in {"kind", "empty", "too_large", "mismatch", "broken", "locked", "active", "bomb"}
    form.add_error("upload" if about_file or refusal.code in {"encoding", "unchanged"} else None, refusal)
