"""Writing minutes: every text on one page, saved piece by piece, with decisions and commitments inside the item."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dialogues import minutes, writing
from dialogues.forms import CommitmentForm, RecordedForm, languages_of
from dialogues.minutes_forms import GENERAL, AutosaveForm, SectionForm, WritingForm, name_of
from dialogues.models import AgendaItem, Commitment, Decision, MinutesSection
from dialogues.permissions import can_write_minutes
from dialogues.views.finding import find_session
from dialogues.views.minutes_showing import recorded
from portal.languages import column
from portal.templatetags.ui import markdown
from portal.web import go, require, show

#: Digits of a row's number in an address; more are nobody's.
LONGEST_NUMBER = 18


@login_required
@require_POST
def minutes_begin(request, slug, pk):
    """A section for each agenda item; again, to take in items that came later."""
    session = _session(request, slug, pk)
    try:
        minutes.begin(session, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return go(request, "dialogues:minutes-edit", slug, pk)


@login_required
@require_http_methods(["GET", "POST"])
def minutes_edit(request, slug, pk):
    """All texts, side by side. What a colleague changed in the same lines meanwhile is shown beside what was typed."""
    session = _session(request, slug, pk)
    found = minutes.current(session)
    if found is None:
        return show(request, "dialogues/minutes_begin.html", {"session": session, "dialogue": session.dialogue})
    if not found.is_draft:
        messages.info(request, _("These minutes are not written in now. Here is what they say."))
        return go(request, found)
    form = _writing_form(request, session, found)
    then = request.POST.get("then", "")
    if request.method == "POST" and form.is_valid():
        if then.startswith("preview-"):
            return _preview(request, session, found, form, then.removeprefix("preview-"))
        others = _save(request, found, form)
        orphans = form.orphans()
        if not others and not orphans:
            return _go_on(request, session, then)
        return _page(request, session, found, form, others=others, orphans=orphans, status=409)
    return _page(request, session, found, form, status=400 if form.errors else 200)


@login_required
@require_POST
def minutes_autosave(request, slug, pk):
    """Save one text while its writer pauses. Answers in JSON what stands in the minutes now, or why it does not."""
    session = _session(request, slug, pk)
    found = minutes.current(session)
    form = AutosaveForm(request.POST)
    if found is None or not form.is_valid():
        return _answer(400, _("Not saved: something in this text cannot be stored."))
    asked = form.cleaned_data
    section = None
    if asked["piece"] != GENERAL:
        number = asked["piece"] if _is_number(asked["piece"]) else 0
        section = MinutesSection.objects.visible_to(request.user).filter(minutes=found, pk=number).first()
        if section is None:
            return _answer(404, _("This section was removed meanwhile."))
    try:
        saved = writing.save(
            found,
            section=section,
            language=asked["language"],
            text=asked["text"],
            seen=asked["seen"],
            by=request.user,
        )
    except ValidationError as refusal:
        return _answer(409, " ".join(refusal.messages))
    at = time_format(timezone.localtime(), "H:i")
    said = _("Saved at %(time)s with a colleague's changes.") if saved.with_others else _("Saved at %(time)s.")
    return _answer(200, said % {"time": at}, revision=saved.revision, text=saved.text)


@login_required
@require_http_methods(["GET", "POST"])
def section_add(request, slug, pk):
    """A section for what came up without being on the agenda."""
    session = _session(request, slug, pk)
    found = minutes.current(session)
    if found is None:
        raise Http404
    form = SectionForm(request.POST or None, dialogue=session.dialogue)
    if form.is_valid():
        try:
            minutes.add_section(
                found,
                headings=form.texts("heading"),
                visibility=form.cleaned_data["visibility"],
                by=request.user,
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The section is at the end of the minutes."))
            return go(request, "dialogues:minutes-edit", slug, pk)
    context = {"form": form, "session": session, "dialogue": session.dialogue}
    return show(request, "dialogues/minutes_section_form.html", context)


@login_required
@require_POST
def minutes_discard(request, slug, pk):
    """Give up a correction that was begun and not circulated."""
    session = _session(request, slug, pk)
    found = minutes.current(session)
    if found is None:
        raise Http404
    try:
        minutes.discard(found, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return go(request, "dialogues:minutes-detail", slug, pk)
    messages.success(request, _("The correction is given up. The published version stays as it is."))
    return go(request, "dialogues:minutes-detail", slug, pk)


@login_required
@require_http_methods(["GET", "POST"])
def decision_add(request, slug, pk):
    return _add(
        request, _session(request, slug, pk), RecordedForm, minutes.add_decision, "dialogues/decision_form.html"
    )


@login_required
@require_http_methods(["GET", "POST"])
def commitment_add(request, slug, pk):
    session = _session(request, slug, pk)
    return _add(request, session, CommitmentForm, minutes.add_commitment, "dialogues/commitment_form.html")


@login_required
@require_POST
def decision_remove(request, slug, pk, row_pk):
    return _remove(request, slug, pk, row_pk, Decision)


@login_required
@require_POST
def commitment_remove(request, slug, pk, row_pk):
    return _remove(request, slug, pk, row_pk, Commitment)


def _session(request, slug, pk):
    session = find_session(request, slug, pk)
    require(can_write_minutes(request.user, session))
    return session


def _writing_form(request, session, found):
    pieces = [*MinutesSection.objects.visible_to(request.user).filter(minutes=found), found]
    return WritingForm(request.POST or None, pieces=pieces, languages=languages_of(session.dialogue))


def _save(request, found, form):
    """Save each text by itself. The form then holds what stands in the minutes, and of what was refused what was typed;
    returns what colleagues wrote instead, by (piece, language)."""
    form.data = form.data.copy()
    others = {}
    came_together = False
    for key, piece, code, text, seen in form.typed():
        section = piece if isinstance(piece, MinutesSection) else None
        try:
            saved = writing.save(found, section=section, language=code, text=text, seen=seen, by=request.user)
        except ValidationError as refusal:
            if refusal.code != "changed_meanwhile":
                form.add_error(name_of(key, "text", code), refusal)
                others.setdefault((key, code), "")
                continue
            piece.refresh_from_db()
            others[key, code] = getattr(piece, column("text", code)) or ""
            # Her next save is made in the knowledge of what she is shown now.
            form.data[name_of(key, "seen", code)] = piece.revisions.get(code, 0)
        else:
            came_together = came_together or saved.with_others
            form.data[name_of(key, "text", code)] = saved.text
            form.data[name_of(key, "seen", code)] = saved.revision
    if came_together:
        messages.info(request, _("A colleague saved meanwhile: her changes stand beside yours. Read them once more."))
    return others


def _preview(request, session, found, form, key):
    """How the texts of one piece will look; nothing is saved."""
    previews = {
        (piece, code): markdown(text) for piece, _of, code, text, _seen in form.typed() if piece == key and text.strip()
    }
    if request.htmx:
        context = {"sides": [(code, previews.get((key, code), "")) for code in form.languages]}
        return show(request, "dialogues/minutes_preview.html", context)
    return _page(request, session, found, form, previews=previews)


def _page(request, session, found, form, *, others=None, previews=None, orphans=(), status=200):
    pieces = form.sides()
    home = recorded(session, found, [piece.section for piece in pieces if piece.section])
    by_section = {shown.section.pk: shown for shown in home["sections"]}
    for piece in pieces:
        shown = by_section.get(piece.section.pk) if piece.section else None
        piece.decisions = shown.decisions if shown else home["decisions"]
        piece.commitments = shown.commitments if shown else home["commitments"]
        for side in piece.sides:
            side.other = (others or {}).get((piece.key, side.language))
            side.preview = (previews or {}).get((piece.key, side.language))
    new_items = session.agenda_items.exclude(pk__in=found.sections.exclude(agenda_item=None).values("agenda_item"))
    context = {
        "session": session,
        "dialogue": session.dialogue,
        "minutes": found,
        "form": form,
        "pieces": pieces,
        "has_conflict": bool(others),
        "orphans": orphans,
        "has_new_items": new_items.exists(),
        "open_comments": found.comments.filter(settled_at=None).count(),
    }
    return show(request, "dialogues/minutes_edit.html", context, status=status)


def _go_on(request, session, then):
    """After everything is saved: to what the button said."""
    slug, pk = session.dialogue.slug, session.pk
    what, _dash, which = then.partition("-")
    pages = {
        "circulate": "minutes-circulate",
        "section": "minutes-section-add",
        "read": "minutes-detail",
        "open": "agenda-left-open",
    }
    if what in pages:
        return go(request, f"dialogues:{pages[what]}", slug, pk)
    if what in {"decision", "commitment"}:
        query = f"?section={which}" if _is_number(which) else ""
        return go(request, f"{_address(f'dialogues:{what}-add', slug, pk)}{query}")
    if what in {"undecide", "unpromise"} and _is_number(which):
        return _remove(request, slug, pk, which, Decision if what == "undecide" else Commitment)
    if what == "drop" and _is_number(which):
        return _remove_section(request, session, which)
    messages.success(request, _("Saved. Circulate the minutes when they are complete."))
    return go(request, "dialogues:minutes-edit", slug, pk)


def _remove_section(request, session, which):
    sections = MinutesSection.objects.visible_to(request.user).filter(minutes__session=session)
    try:
        minutes.remove_section(get_object_or_404(sections, pk=which), by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return go(request, "dialogues:minutes-edit", session.dialogue.slug, session.pk)


def _add(request, session, form_class, verb, template):
    form = form_class(request.POST or None, session=session, initial={"agenda_item": _item(request, session)})
    if form.is_valid():
        details = {name: form.cleaned_data[name] for name in ("agenda_item", "owner", "due_on") if name in form.fields}
        try:
            row = verb(session, texts=form.texts("text"), **details, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Recorded. It becomes public with the minutes."))
            edit = _address("dialogues:minutes-edit", session.dialogue.slug, session.pk)
            return go(request, edit + _anchor(session, row))
    return show(request, template, {"form": form, "session": session, "dialogue": session.dialogue})


def _remove(request, slug, pk, row_pk, model):
    session = _session(request, slug, pk)
    row = get_object_or_404(model.objects.visible_to(request.user).filter(session=session), pk=row_pk)
    try:
        minutes.remove(row, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Removed."))
    return go(request, "dialogues:minutes-edit", slug, pk)


def _item(request, session) -> AgendaItem | None:
    """The agenda item of the section that she came from."""
    which = request.GET.get("section", "")
    sections = MinutesSection.objects.visible_to(request.user).filter(minutes__session=session)
    section = sections.select_related("agenda_item").filter(pk=which).first() if _is_number(which) else None
    return section.agenda_item if section else None


def _anchor(session, row) -> str:
    """Back to the section it was recorded in."""
    section = MinutesSection.objects.filter(
        minutes=minutes.current(session), agenda_item=row.agenda_item_id or 0
    ).first()
    return f"#piece-{section.pk}" if section else f"#piece-{GENERAL}"


def _address(name, slug, pk):
    return reverse(name, args=[slug, pk])


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < LONGEST_NUMBER


def _answer(status, message, **more):
    return JsonResponse({"message": message, **more}, status=status)
