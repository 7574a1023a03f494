"""The pages of officials who write to many, and the page on which people read what was written to them."""

from typing import Any
from uuid import UUID

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp, csp_update
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import limits
from portal.activity.log import timeline
from portal.languages import NAMES, Language, current
from portal.notifications import audiences, mailing, mailing_outlook, mailing_text
from portal.notifications.audiences import Audience
from portal.notifications.mailing_forms import MailingForm
from portal.notifications.models import Mailing, Notification
from portal.web import HtmxHttpRequest, go, require, show

PER_PAGE = 20
#: How often one person may have drafts sent to herself.
TRIALS_AN_HOUR = 20
HOUR = 3600  # seconds


@login_required
@require_safe
def mailing_list(request: HtmxHttpRequest, audience: str, pk: int) -> HttpResponse:
    """What was written to these people, the newest first."""
    whom, obj = _find(request, audience, pk)
    page = Paginator(Mailing.objects.of(obj).select_related("created_by").prefetch_related("texts"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    rows = [(row, _title(row)) for row in page.object_list]
    return show(request, "notifications/mailing_list.html", {**_place(whom, obj), "page": page, "rows": rows})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def mailing_new(request: HtmxHttpRequest, audience: str, pk: int) -> HttpResponse:
    """Write a message; nothing goes before it was looked at."""
    whom, obj = _find(request, audience, pk)
    form = MailingForm(request.POST or None, audience=whom, obj=obj)
    if request.method == "POST" and form.is_valid():
        try:
            row = mailing.prepare(whom, obj, **form.details, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return go(request, "notifications:mailing", audience, pk, row.uid)
    return show(request, "notifications/mailing_write.html", {**_place(whom, obj), "form": form})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def mailing_edit(request: HtmxHttpRequest, audience: str, pk: int, uid: UUID) -> HttpResponse:
    """Change a draft."""
    whom, obj, row = _find_mailing(request, audience, pk, uid)
    if row.status != Mailing.Status.DRAFT:
        return go(request, "notifications:mailing", audience, pk, uid)
    form = MailingForm(request.POST or None, audience=whom, obj=obj, mailing=row)
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            mailing.revise(row, **form.details, seen=-1 if seen is None else seen, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return go(request, "notifications:mailing", audience, pk, uid)
    return show(request, "notifications/mailing_write.html", {**_place(whom, obj), "form": form, "mailing": row})


@csp_update({"frame-src": [SELF]})
@never_cache
@login_required
@require_safe
def mailing_detail(request: HtmxHttpRequest, audience: str, pk: int, uid: UUID) -> HttpResponse:
    """A draft as it would go, to how many and in which languages; of what was sent off, how far it is."""
    whom, obj, row = _find_mailing(request, audience, pk, uid)
    context = {**_place(whom, obj), "mailing": row, "title": _title(row)}
    if row.status == Mailing.Status.DRAFT:
        language = _asked_language(request) or row.fallback
        context |= {"outlook": mailing_outlook.of(row), **_sample(request, row, language)}
        return show(request, "notifications/mailing_check.html", context)
    context |= {
        "progress": mailing_outlook.progress(row),
        "texts": list(row.texts.order_by("pk")),
        "activities": list(timeline(row).order_by("-at", "-pk")),
    }
    context["is_moving"] = row.status == Mailing.Status.GOING and context["progress"].pending > 0
    return show(request, "notifications/mailing_detail.html", context, fragments=["progress"])


@csp({"default-src": [NONE], "style-src": [UNSAFE_INLINE], "frame-ancestors": [SELF], "sandbox": True})
@xframe_options_sameorigin
@never_cache
@login_required
@require_safe
def mailing_sample(request: HtmxHttpRequest, audience: str, pk: int, uid: UUID, language: str) -> HttpResponse:
    """The HTML part as a mail program shows it to readers of a language: its own style sheet, no script."""
    _whom, _obj, row = _find_mailing(request, audience, pk, uid)
    if language not in Language.values:
        raise Http404
    mail = mailing_outlook.sample(row, language=language, reader=request.user)
    return HttpResponse(mail.alternatives[0][0])


@login_required
@require_POST
def mailing_try(request: HtmxHttpRequest, audience: str, pk: int, uid: UUID, language: str) -> HttpResponse:
    """The draft to its reader alone, before it goes to the others."""
    _whom, _obj, row = _find_mailing(request, audience, pk, uid)
    if language not in Language.values:
        raise Http404
    if not limits.take("mailing-trial", str(request.user.pk), at_most=TRIALS_AN_HOUR, seconds=HOUR):
        messages.error(request, _("That is more than we can take in one hour. Come back later."))
        return go(request, "notifications:mailing", audience, pk, uid)
    try:
        mailing.try_out(row, language=language, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        said = _("It is on its way to %(address)s. Nobody else gets it yet.")
        messages.success(request, said % {"address": request.user.email})
    return go(request, f"{reverse('notifications:mailing', args=[audience, pk, uid])}?language={language}")


@login_required
@require_POST
def mailing_send(request: HtmxHttpRequest, audience: str, pk: int, uid: UUID) -> HttpResponse:
    _whom, _obj, row = _find_mailing(request, audience, pk, uid)
    try:
        mailing.release(row, seen=request.POST.get("seen", ""), by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The message is on its way."))
    return go(request, "notifications:mailing", audience, pk, uid)


@login_required
@require_POST
def mailing_halt(request: HtmxHttpRequest, audience: str, pk: int, uid: UUID) -> HttpResponse:
    row, refusal = _change(request, audience, pk, uid, mailing.halt)
    if not refusal:
        held = mailing_outlook.progress(row).held
        text = ngettext("Halted. %(count)d person has not got it.", "Halted. %(count)d people have not got it.", held)
        messages.success(request, text % {"count": held})
    return go(request, "notifications:mailing", audience, pk, uid)


@login_required
@require_POST
def mailing_resume(request: HtmxHttpRequest, audience: str, pk: int, uid: UUID) -> HttpResponse:
    _row, refusal = _change(request, audience, pk, uid, mailing.resume)
    if not refusal:
        messages.success(request, _("The message goes on."))
    return go(request, "notifications:mailing", audience, pk, uid)


@login_required
@require_POST
def mailing_discard(request: HtmxHttpRequest, audience: str, pk: int, uid: UUID) -> HttpResponse:
    _row, refusal = _change(request, audience, pk, uid, mailing.discard)
    if refusal:
        return go(request, "notifications:mailing", audience, pk, uid)
    messages.success(request, _("Discarded. What had left before has left."))
    return go(request, "notifications:mailing-list", audience, pk)


@never_cache
@login_required
@require_safe
def message_detail(request: HtmxHttpRequest, uid: UUID) -> HttpResponse:
    """What was written to the reader among others, in her language or another that there is."""
    rows = Mailing.objects.visible_to(request.user).select_related("created_by", "organization")
    row = get_object_or_404(rows, uid=uid)
    texts = list(row.texts.order_by("pk"))
    wanted = _asked_language(request) or current()
    whom = audiences.of(row)
    about = whom.find(request.user).filter(pk=row.about_id).first()
    context = {
        "mailing": row,
        "text": mailing_text.chosen(texts, row.fallback, wanted),
        "texts": texts,
        "sender": mailing_text.sender(row),
        "about": about,
        "about_title": whom.title(about) if about else "",
        "received": Notification.objects.visible_to(request.user).filter(mailing=row).first(),
    }
    return show(request, "notifications/message_detail.html", context)


def _find(request: HttpRequest, audience: str, pk: int) -> tuple[Audience, Any]:
    """Whom she writes to, and about what: 404 for what she cannot see, 403 for what she may not write about."""
    whom = audiences.by_name(audience)
    if whom is None:
        raise Http404
    obj = get_object_or_404(whom.find(request.user), pk=pk)
    require(whom.may(request.user, obj))
    return whom, obj


def _find_mailing(request: HttpRequest, audience: str, pk: int, uid: UUID) -> tuple[Audience, Any, Mailing]:
    whom, obj = _find(request, audience, pk)
    rows = Mailing.objects.of(obj).select_related("created_by", "released_by", "organization")
    return whom, obj, get_object_or_404(rows, uid=uid)


def _change(request: HttpRequest, audience: str, pk: int, uid: UUID, verb: Any) -> tuple[Mailing, bool]:
    """Do it, or say why not; whether it was refused."""
    _whom, _obj, row = _find_mailing(request, audience, pk, uid)
    try:
        return verb(row, by=request.user), False
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return row, True


def _place(whom: Audience, obj: Any) -> dict[str, Any]:
    return {"audience": whom, "about": obj, "about_title": whom.title(obj)}


def _title(row: Mailing) -> str:
    """Its subject, in the reader's language or another."""
    texts = list(row.texts.all())
    return mailing_text.chosen(texts, row.fallback, current()).subject if texts else ""


def _asked_language(request: HttpRequest) -> str:
    asked = request.GET.get("language", "")
    return asked if asked in Language.values else ""


def _sample(request: HttpRequest, row: Mailing, language: str) -> dict[str, Any]:
    mail = mailing_outlook.sample(row, language=language, reader=request.user)
    text = mailing_text.chosen(list(row.texts.order_by("pk")), row.fallback, language)
    return {
        "reader_language": language,
        "reader_language_name": NAMES[Language(language)],
        "sample": mail,
        "sample_language": text.language,
        "sample_path": reverse(
            "notifications:mailing-sample", args=[audiences.of(row).name, row.about_id, row.uid, language]
        ),
    }
