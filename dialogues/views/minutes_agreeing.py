"""Minutes before the attendees and the Parties: circulating, commenting, signing, publishing, correcting."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dialogues import commenting, minutes, parity, signing
from dialogues.forms import ReasonForm
from dialogues.minutes_forms import CirculateForm, CommentForm, CorrectionForm, SettleForm, SignForm
from dialogues.models import AgendaItem, Minutes, MinutesComment, MinutesSection
from dialogues.permissions import acts_in, can_write_minutes
from dialogues.views.finding import find_session
from dialogues.views.minutes_showing import reading, recorded
from portal import limits
from portal.reference.models import Economy
from portal.web import go, require, show

#: Comments by personal links from one network, in an hour.
LINKED_COMMENTS = 30


@login_required
@require_http_methods(["GET", "POST"])
def minutes_circulate(request, slug, pk):
    """What differs between the languages, then until when attendees may comment."""
    session, found = _written(request, slug, pk)
    findings = parity.check(found)
    initial = {"seen_revision": found.revision}
    form = CirculateForm(request.POST or None, has_findings=bool(findings), initial=initial)
    if form.is_valid():
        try:
            signing.circulate(found, **form.cleaned_data, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The minutes are circulated. Attendees and officials are being told."))
            return go(request, "dialogues:minutes-detail", slug, pk)
    context = {"form": form, "findings": findings, "minutes": found, "session": session, "dialogue": session.dialogue}
    return show(request, "dialogues/minutes_circulate.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def minutes_comment(request, slug, pk):
    """Say what should be changed. For those who attended, and officials of the Parties."""
    session = find_session(request, slug, pk)
    found = _latest(request, session)
    require(acts_in(request.user, session.dialogue) or commenting.own_place(session, request.user) is not None)
    sections = MinutesSection.objects.visible_to(request.user).filter(minutes=found)
    form = CommentForm(request.POST or None, sections=sections, initial={"section": request.GET.get("section")})
    if form.is_valid():
        try:
            commenting.comment(found, **form.cleaned_data, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Your comment is with the officials. You are told what is done about it."))
            return go(request, "dialogues:minutes-detail", slug, pk)
    context = {"form": form, "minutes": found, "session": session, "dialogue": session.dialogue}
    return show(request, "dialogues/minutes_comment.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def comment_settle(request, slug, pk, comment_pk):
    """Reply to a comment."""
    session, found = _written(request, slug, pk)
    comment = get_object_or_404(commenting.seen_by(request.user, found), pk=comment_pk)
    form = SettleForm(request.POST or None)
    if form.is_valid():
        try:
            commenting.settle(comment, reply=form.cleaned_data["reply"], by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Your reply is on its way to who wrote the comment."))
            return go(request, "dialogues:minutes-detail", slug, pk)
    context = {"form": form, "comment": comment, "minutes": found, "session": session, "dialogue": session.dialogue}
    return show(request, "dialogues/minutes_settle.html", context)


@login_required
@require_POST
def minutes_sign(request, slug, pk):
    """Agree for one Party."""
    session, found = _written(request, slug, pk)
    form = SignForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Somebody changed these minutes after you opened them. Read them again."))
        return go(request, "dialogues:minutes-detail", slug, pk)
    details = form.cleaned_data
    economy = get_object_or_404(Economy.objects.filter(pk__in=session.dialogue.party_codes), pk=details.pop("economy"))
    try:
        found = signing.sign_off(found, economy=economy, **details, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        agreed = found.status == Minutes.Status.AGREED
        messages.success(request, _("Every Party has signed.") if agreed else _("Signed."))
    return go(request, "dialogues:minutes-detail", slug, pk)


@login_required
@require_http_methods(["GET", "POST"])
def minutes_reopen(request, slug, pk):
    """Take the minutes back to the draft to change them."""
    session, found = _written(request, slug, pk)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            signing.reopen(found, reason=form.cleaned_data["reason"], by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The minutes are a draft again. Circulate them when they are changed."))
            return go(request, "dialogues:minutes-edit", slug, pk)
    context = {"form": form, "minutes": found, "session": session, "dialogue": session.dialogue}
    return show(request, "dialogues/minutes_reopen.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def minutes_publish(request, slug, pk):
    """Show once more what will be public, then publish exactly that."""
    session, found = _written(request, slug, pk)
    if request.method == "POST":
        try:
            seen = int(request.POST.get("seen_revision", ""))
        except ValueError:
            seen = -1  # no revision was read: refused as changed meanwhile
        try:
            minutes.publish(session, seen_revision=seen, by=request.user)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return go(request, "dialogues:minutes-detail", slug, pk)
        messages.success(request, _("The minutes are published. Everyone registered is being told."))
        return go(request, session)
    return show(request, "dialogues/minutes_publish.html", reading(request, session, found))


@login_required
@require_http_methods(["GET", "POST"])
def minutes_correct(request, slug, pk):
    """Begin a correction of published minutes."""
    session, found = _written(request, slug, pk)
    form = CorrectionForm(request.POST or None, dialogue=session.dialogue)
    if form.is_valid():
        try:
            minutes.correct(session, reasons=form.texts("correction"), by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("This is the draft of the correction. The published version stays as it is."))
            return go(request, "dialogues:minutes-edit", slug, pk)
    context = {"form": form, "minutes": found, "session": session, "dialogue": session.dialogue}
    return show(request, "dialogues/minutes_correct.html", context)


@require_http_methods(["GET", "POST"])
def minutes_by_link(request, token):
    """The minutes for a person without an account who attended: her link is the permission to read and comment."""
    known = commenting.read_link(token)
    if known is None:
        return _private(show(request, "dialogues/minutes_link_over.html", {}, status=404))
    place, found = known
    if found.is_published:
        return _private(go(request, found))
    if not found.is_before_the_parties:
        context = {"session": found.session, "minutes": found}
        return _private(show(request, "dialogues/minutes_link_over.html", context))
    session = found.session
    sections = found.sections.exclude(visibility=AgendaItem.Visibility.OFFICIALS)
    form = CommentForm(request.POST or None, sections=sections)
    if form.is_valid() and _may_write(request, form):
        try:
            commenting.comment(found, **form.cleaned_data, by=None, registration=place)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Your comment is with the officials. You are told what is done about it."))
            return _private(go(request, reverse("dialogues:minutes-by-link", args=[token])))
    comments = MinutesComment.objects.filter(minutes=found, registration=place).select_related("section", "settled_by")
    context = {
        **recorded(session, found, list(sections)),
        "session": session,
        "dialogue": session.dialogue,
        "minutes": found,
        "languages": list(session.dialogue.working_languages) or ["en"],
        "form": form if commenting.takes_comments(found) else None,
        "own_comments": list(comments),
        "name": place.name,
    }
    return _private(show(request, "dialogues/minutes_by_link.html", context))


def _written(request, slug, pk):
    """A session and its minutes, for those who may write them."""
    session = find_session(request, slug, pk)
    found = _latest(request, session)
    require(can_write_minutes(request.user, session))
    return session, found


def _latest(request, session):
    rows = Minutes.objects.visible_to(request.user).filter(session=session).order_by("-version")
    return get_object_or_404(rows[:1])


def _may_write(request, form):
    if limits.take("minutes-comment", limits.visitor(request), at_most=LINKED_COMMENTS, seconds=3600):
        return True
    form.add_error(None, _("Too many comments came from your network within an hour. Try again later."))
    return False


def _private(response):
    """Nobody but the owner of the link is to see it: not caches, not search engines."""
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
