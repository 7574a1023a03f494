"""The firm's word on a text that its chamber wrote for it; without it the chamber cannot publish.

Whoever wrote a text is never the one who finds it right. Of a firm's own request the chamber is the second pair of
eyes (partners/requesting.py), of a chamber's text it is the firm: one of its people on the portal, or whoever answers
for it, by a personal link that is sent to the firm's own address.
"""

from datetime import timedelta

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from partners import sides
from partners.models import PartnerRequest, TextConfirmation
from portal.accounts.models import User
from portal.activity.log import record, timeline
from portal.lifecycle import lock, move
from portal.notifications.outbox import Address, notify

Status = TextConfirmation.Status
SALT = "partners.text"
#: A text that nobody confirmed in two months is asked about anew.
LINK_LASTS = timedelta(days=60)


def writers(request: PartnerRequest) -> set[int]:
    """Who wrote any of its text. None of them is its second pair of eyes."""
    log = timeline(request).filter(verb__in=["drafted", "revised", "stated"], actor__isnull=False).order_by()
    return {pk for pk in (request.posted_by_id, *log.values_list("actor_id", flat=True)) if pk is not None}


def people(request: PartnerRequest) -> QuerySet[User]:
    """The firm's people who may confirm: those who did not write the text."""
    return sides.people_of([request.company]).exclude(pk__in=writers(request))


def current(request: PartnerRequest) -> TextConfirmation | None:
    """What was asked or answered about the text as it is now."""
    return request.confirmations.filter(version=request.version).first()


@transaction.atomic
def ask(request: PartnerRequest, *, by: User, email: str = "") -> TextConfirmation:
    """Ask the firm whether the text is right: its people, or, when it has none here, ``email`` by a personal link.

    Asking again sends it again, also to another address. Raises ``ValidationError``: ``illegal_move`` when it is no
    draft of the chamber's; ``answered`` when this text has its answer; ``email`` when nobody can be asked;
    ``own_address`` for an address of the chamber's own people.
    """
    request = lock(request)
    if request.status != PartnerRequest.Status.DRAFT or request.origin != PartnerRequest.Origin.CHAMBER:
        raise ValidationError(_("Only a text that a chamber wrote is confirmed by its company."), code="illegal_move")
    found = current(request)
    if found and found.status != Status.ASKED:
        raise ValidationError(_("The company has answered. Another text is asked about anew."), code="answered")
    asked = list(people(request))
    if not asked:
        _check_address(request, email)
    now = timezone.now()
    found = found or TextConfirmation(request=request, version=request.version)
    found.email, found.asked_by, found.asked_at = ("" if asked else email), by, now
    found.save()
    request.returned_reason = ""  # what it asked for before is in the text now
    request.save(update_fields=["returned_reason"])
    record(by, "text_confirmation_asked", request, by_mail=not asked)
    link = "" if asked else path(found)
    notify(
        asked or [Address(email=email, language=request.company.native_language)],
        "partners/text_to_confirm",
        about=request,
        occasion=f"{found.pk} {now.isoformat()}",
        own=lambda _person: {"url": link} if link else {},
    )
    return found


@transaction.atomic
def confirm(confirmation: TextConfirmation, *, by: User | None) -> TextConfirmation:
    """The text is right; the chamber may publish it. ``by`` is None for who came by the personal link.

    Raises ``ValidationError``: ``changed_meanwhile`` when it is another text by now; ``own_text`` for its writer;
    ``illegal_move`` when it has been answered.
    """
    request = _standing(confirmation, by)
    confirmation = _answer(confirmation, Status.CONFIRMED, by=by)
    record(by, "text_confirmed" if by else "text_confirmed_by_link", request)
    _tell_chamber(request, confirmation)
    return confirmation


@transaction.atomic
def want_changes(confirmation: TextConfirmation, *, note: str, by: User | None) -> TextConfirmation:
    """The text is not right yet; the chamber reads what should change.

    Raises ``ValidationError`` as :func:`confirm`, and ``note`` without a word of what should change.
    """
    if not note.strip():
        raise ValidationError(_("Say what should change."), code="note")
    request = _standing(confirmation, by)
    confirmation = _answer(confirmation, Status.CHANGES, by=by, note=note.strip())
    request.returned_reason = note.strip()
    request.save(update_fields=["returned_reason"])
    record(by, "text_changes_wanted" if by else "text_changes_wanted_by_link", request)
    _tell_chamber(request, confirmation)
    return confirmation


def require_confirmed(request: PartnerRequest) -> None:
    """Raise ``ValidationError(code="not_confirmed")`` unless the firm found this very text right."""
    found = current(request)
    if found is None or found.status != Status.CONFIRMED:
        raise ValidationError(
            _("The company has not confirmed this text. Ask it first; every changed text is asked about anew."),
            code="not_confirmed",
        )


def forget_open(request: PartnerRequest) -> None:
    """The text is another one: what was asked about the old one needs no answer any more."""
    request.confirmations.filter(status=Status.ASKED).delete()


def path(confirmation: TextConfirmation) -> str:
    """The page on which the firm answers without an account, in its language."""
    with translation.override(confirmation.request.company.native_language):
        token = signing.dumps([confirmation.pk, confirmation.email], salt=SALT)
        return reverse("partners:text-by-link", args=[token])


def read(token: str) -> TextConfirmation | None:
    """What the link asks about; None when it is forged, too old, or another text or address is asked by now."""
    try:
        pk, email = signing.loads(token, salt=SALT, max_age=LINK_LASTS)
    except signing.BadSignature:
        return None
    rows = TextConfirmation.objects.filter(pk=pk, email=email).exclude(email="")
    found = rows.select_related("request__company__economy", "request__chamber").first()
    return found if found and found.version == found.request.version else None


def _check_address(request: PartnerRequest, email: str) -> None:
    if not email:
        raise ValidationError(
            _("Nobody of the company is on the portal. Give the address of who answers for it."), code="email"
        )
    own = sides.people_of([request.chamber]).filter(email__iexact=email)
    if own.exists() or User.objects.filter(pk__in=writers(request), email__iexact=email).exists():
        raise ValidationError(_("That is an address of your chamber. The company itself confirms."), code="own_address")


def _standing(confirmation: TextConfirmation, by: User | None) -> PartnerRequest:
    request = lock(confirmation.request)
    if request.status != PartnerRequest.Status.DRAFT or request.version != confirmation.version:
        raise ValidationError(_("The text was changed meanwhile. You will be asked again."), code="changed_meanwhile")
    if by is not None and by.pk in writers(request):
        raise ValidationError(_("Somebody who did not write the text confirms it."), code="own_text")
    return request


def _answer(confirmation: TextConfirmation, to: str, *, by: User | None, note: str = "") -> TextConfirmation:
    verb = "confirmed" if to == Status.CONFIRMED else "changes_wanted"
    return move(confirmation, to, by=by, verb=verb, answered_by=by, answered_at=timezone.now(), note=note)


def _tell_chamber(request: PartnerRequest, confirmation: TextConfirmation) -> None:
    notify(
        sides.people_of([request.chamber]),
        "partners/text_answered",
        about=request,
        occasion=confirmation.pk,
        is_right=confirmation.status == Status.CONFIRMED,
        note=confirmation.note,
    )
