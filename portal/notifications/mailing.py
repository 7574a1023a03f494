"""One message to many: written, looked at, sent off; halted, resumed or discarded while it goes.

Sending it off makes one promise for each person (portal/notifications/outbox.py), delivered after all that is more
urgent. What has not left when it is halted is held: of the mails nothing goes on, and who has not read the message
does not find it in her inbox any more.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.activity.log import record
from portal.lifecycle import lock, move
from portal.notifications import audiences, mailing_outlook, mailing_text, tasks
from portal.notifications.audiences import Audience
from portal.notifications.mailing_text import Text
from portal.notifications.models import Address, Mailing, MailingText, Notification
from portal.notifications.outbox import notify, notify_many
from portal.notifications.reasons import TOLD_AS

Status = Mailing.Status
Delivery = Notification.Status

#: Messages that one official sends off in a day, and that go out about one thing: more are noise to who gets them.
BY_ONE_A_DAY = 10
ABOUT_ONE_A_DAY = 3
#: The kind of mail in which its writer gets a draft.
TRIAL = "accounts/mailing_trial"
DAY = timedelta(days=1)


@transaction.atomic
def prepare(
    audience: Audience, obj: Any, *, parts: Sequence[str], texts: Mapping[str, Text], fallback: str, by: User
) -> Mailing:
    """Write a message to ``parts`` of those who have to do with ``obj``. Nothing goes before :func:`release`.

    ``texts`` by language; whose language is not there reads ``fallback``. Raises ``ValidationError``: ``parts`` when
    nobody is chosen, ``fallback`` for a language without a text, and as :func:`mailing_text.check`.
    """
    values = _checked(audience, parts, texts, fallback)
    written = values.pop("texts")
    row = Mailing.objects.create(
        kind=audience.mail, about=obj, created_by=by, organization=audience.signs_for(by, obj), **values
    )
    _keep(row, written)
    record(by, "mailing_prepared", row)
    return row


@transaction.atomic
def revise(
    mailing: Mailing, *, parts: Sequence[str], texts: Mapping[str, Text], fallback: str, seen: int, by: User
) -> Mailing:
    """Write a draft anew. ``seen`` is the revision that ``by`` began with.

    Raises ``ValidationError``: ``sent`` when it is no draft any more, ``changed`` when somebody else was quicker, and
    as :func:`prepare`.
    """
    values = _checked(audiences.of(mailing), parts, texts, fallback)
    written = values.pop("texts")
    row = lock(mailing)
    if row.status != Status.DRAFT:
        raise ValidationError(_("This message is sent off or discarded: it cannot be changed."), code="sent")
    if row.revision != seen:
        raise ValidationError(_("Somebody else has changed this message meanwhile. Look at it again."), code="changed")
    row.revision += 1
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=["revision", *values])
    row.texts.all().delete()
    _keep(row, written)
    record(by, "mailing_revised", row)
    return row


@transaction.atomic
def release(mailing: Mailing, *, seen: str, by: User) -> Mailing:
    """Send a draft off to everybody whom ``by`` has seen in its outlook; ``seen`` is that outlook's mark.

    Raises ``ValidationError``: ``changed`` when the text or its people are others meanwhile, ``nobody``, ``often``
    when enough has gone out for one day, ``illegal_move`` when it is no draft any more.
    """
    row: Any = lock(mailing)
    _leave_in_peace(row, by)
    people = audiences.addressees(row)
    if mailing_outlook.mark(row, people) != seen:
        raise ValidationError(_("The text or the people have changed since you looked. Look again."), code="changed")
    if not people:
        raise ValidationError(_("Nobody would get this message."), code="nobody")
    details = {"people": len(people)}
    row = move(
        row, Status.GOING, by=by, verb="mailing_sent", details=details, released_at=timezone.now(), released_by=by
    )
    parts, paths = {one.identity: one.part for one in people}, {one.identity: one.path for one in people}
    page = reverse("notifications:message", args=[row.uid])

    def own(person: User | Address) -> dict[str, Any]:
        identity = person.email.lower()
        # The page of the message asks to sign in.
        path = paths[identity] if isinstance(person, Address) else page
        return {TOLD_AS: parts[identity], **({"url": path} if path else {})}

    notify_many((one.person for one in people), row, own=own)
    return row


@transaction.atomic
def try_out(mailing: Mailing, *, language: str, by: User) -> Mailing:
    """Send a draft to ``by`` alone, as readers of ``language`` will get it. Nobody else hears of it.

    Her choice to get no such mails does not hold this one back. Raises ``ValidationError(code="sent")`` for what is no
    draft any more.
    """
    row: Any = lock(mailing)
    if row.status != Status.DRAFT:
        raise ValidationError(_("This message is sent off or discarded: look at it in your inbox."), code="sent")
    whom = audiences.of(row)
    with translation.override(language):
        title, page = whom.title(row.about), reverse("notifications:mailing", args=[whom.name, row.about_id, row.uid])
    record(by, "mailing_tried", row)
    # An address, not the account: the account has a language of its own, and an inbox for what is really sent.
    reader = Address(by.email, language, by.time_zone, by.full_name)
    now = timezone.now().isoformat()
    notify([reader], TRIAL, about=row.about, occasion=f"{row.pk} {now}", trial_of=row.pk, title=title, url=page)
    return row


@transaction.atomic
def halt(mailing: Mailing, *, by: User) -> Mailing:
    """Hold what has not left. What a worker is sending at this moment still goes: it is waited for, no longer than one
    mail takes. Raises ``ValidationError(code="illegal_move")`` for what does not go."""
    row = move(mailing, Status.HALTED, by=by, verb="mailing_halted")
    unsent = _unsent(row)
    # First all that nobody is sending, so that workers take no more of it; then what they had in hand and could not
    # send: it has come back and must not go at a later attempt.
    free = unsent.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)
    _hold(unsent.filter(pk__in=list(free)))
    _hold(unsent)
    return row


@transaction.atomic
def resume(mailing: Mailing, *, by: User) -> Mailing:
    """Let what was held go on. Raises ``ValidationError(code="illegal_move")`` for what is not halted."""
    row = move(mailing, Status.GOING, by=by, verb="mailing_resumed")
    _let_go(row)
    return row


@transaction.atomic
def discard(mailing: Mailing, *, by: User) -> Mailing:
    """Give up a draft, or what was held; what has left has left.

    Raises ``ValidationError(code="illegal_move")`` while it goes: halt it first.
    """
    return move(mailing, Status.DISCARDED, by=by, verb="mailing_discarded")


def _checked(audience: Audience, parts: Sequence[str], texts: Mapping[str, Text], fallback: str) -> dict[str, Any]:
    known = [part.code for part in audience.parts if part.code in parts]
    if not known or len(known) != len(set(parts)):
        raise ValidationError(_("Choose who gets it."), code="parts")
    written = mailing_text.check(texts)
    if fallback not in written:
        complaint = _("Choose a language in which there is a text: the others' readers get that one.")
        raise ValidationError(complaint, code="fallback")
    return {"parts": known, "texts": written, "fallback": fallback}


def _keep(row: Mailing, texts: Mapping[str, Text]) -> None:
    MailingText.objects.bulk_create(
        MailingText(mailing=row, language=code, subject=text.subject, body=text.body) for code, text in texts.items()
    )


def _leave_in_peace(row: Any, by: User) -> None:
    """Refuse what is too much for one day. Of two at the same moment the second waits and counts the first."""
    # No key: promises to them must not wait for one another.
    for model, pk in ((User, by.pk), (type(row.about), row.about_id)):
        model._default_manager.select_for_update(no_key=True, of=("self",)).get(pk=pk)
    lately = Mailing.objects.filter(released_at__gt=timezone.now() - DAY).exclude(pk=row.pk)
    if lately.filter(released_by=by).count() >= BY_ONE_A_DAY:
        complaint = _("You have sent %(most)d messages to many within a day. Wait until tomorrow.")
        raise ValidationError(complaint, code="often", params={"most": BY_ONE_A_DAY})
    if lately.of(row.about).count() >= ABOUT_ONE_A_DAY:
        complaint = _("These people have had %(most)d messages about this within a day. Wait until tomorrow.")
        raise ValidationError(complaint, code="often", params={"most": ABOUT_ONE_A_DAY})


def _unsent(row: Mailing) -> QuerySet[Notification]:
    return Notification.objects.filter(mailing=row, status__in=[Delivery.PENDING, Delivery.WAITING]).order_by("pk")


def _hold(rows: QuerySet[Notification]) -> None:
    """Who has read the message in her inbox has it, and gets no mail on top; from the others' it goes."""
    rows = rows.order_by()
    rows.filter(read_at=None).update(status=Delivery.HELD, subject="", url="")
    rows.filter(read_at__isnull=False).update(status=Delivery.MUTED)


def _let_go(row: Mailing) -> None:
    held = Notification.objects.filter(mailing=row, status=Delivery.HELD)
    held.update(status=Delivery.PENDING, due_at=timezone.now())
    transaction.on_commit(tasks.hint, robust=True)
