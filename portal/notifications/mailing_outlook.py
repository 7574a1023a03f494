"""Who gets a mailing, in which language and by which way: before it goes, and while it goes."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.languages import Language
from portal.notifications import audiences, kinds, mailing_text, mails
from portal.notifications.audiences import Addressee, Part
from portal.notifications.models import (
    Category,
    Deliverability,
    Mailing,
    MailingText,
    Notification,
    Preference,
    Rhythm,
)
from portal.notifications.reasons import TOLD_AS

Delivery = Notification.Status


class Channel(models.TextChoices):
    """How the message reaches somebody. Everybody with an account has it in her inbox besides."""

    MAIL = "mail", _("By mail")
    DIGEST = "digest", _("In the next mail with everything new")
    INBOX = "inbox", _("In the inbox only: no mails wanted")
    BOUNCES = "bounces", _("Not by mail: the address does not take mail")
    NOTHING = "nothing", _("Not at all: no account, and no mails wanted")


@dataclass(frozen=True)
class LanguageLine:
    """How many read ``language``, and in which language their text is."""

    language: str
    people: int
    text: MailingText

    @property
    def is_fallback(self) -> bool:
        return self.text.language != self.language


@dataclass(frozen=True)
class Outlook:
    """What is about to go: how many people, by part, language and way. ``mark`` stands for exactly this text and these
    people."""

    people: int
    parts: list[tuple[Part, int]]
    languages: list[LanguageLine]
    channels: list[tuple[Channel, int]]
    mark: str


@dataclass(frozen=True)
class Progress:
    """How far it is. ``left``: sent, or in the inbox of who wants no mail; ``waiting``: for a digest; ``failed``: for
    good; ``held``: by a halt; ``pending``: still to go."""

    people: int
    left: int
    waiting: int
    failed: int
    held: int
    pending: int

    @property
    def done(self) -> int:
        return self.people - self.held - self.pending


def of(mailing: Mailing) -> Outlook:
    """What would go now. As many queries for many people as for few."""
    people = audiences.addressees(mailing)
    parts = Counter(one.part for one in people)
    texts = list(mailing.texts.order_by("pk"))
    read = Counter(one.person.language for one in people)
    ways = Counter(channels(mailing, people))
    return Outlook(
        people=len(people),
        parts=[(part, parts[part.code]) for part in audiences.of(mailing).parts if part.code in mailing.parts],
        languages=[
            LanguageLine(code, read[code], mailing_text.chosen(texts, mailing.fallback, code))
            for code in Language.values
        ],
        channels=[(way, ways[way]) for way in Channel if ways[way]],
        mark=mark(mailing, people),
    )


def mark(mailing: Mailing, people: Sequence[Addressee]) -> str:
    """Stands for one revision of the text and these people."""
    named = [str(mailing.pk), str(mailing.revision), *sorted(one.identity for one in people)]
    return hashlib.sha256("\n".join(named).encode()).hexdigest()[:32]


def channels(mailing: Mailing, people: Sequence[Addressee]) -> list[Channel]:
    """For each of them by which way it would reach her now; what the delivery decides when it goes
    (``preferences.rhythm_of``). Two queries, however many they are."""
    category = Category(mailing.kind.partition("/")[0])
    addresses = [one.identity for one in people]
    users = [one.person.pk for one in people if isinstance(one.person, User)]
    bare = [one.identity for one in people if not isinstance(one.person, User)]
    chosen = Preference.objects.alias(lower=Lower("address")).filter(category=category)
    chosen = chosen.filter(Q(user__in=users) | (Q(lower__in=bare) & ~Q(address="")))
    hers = {row.user_id or row.address.lower(): row for row in chosen}
    known = Deliverability.objects.annotate(lower=Lower("address"))
    states = dict(known.filter(lower__in=addresses).values_list("lower", "state"))
    can_wait = kinds.of(mailing.kind).can_wait
    found = []
    for one in people:
        account = one.person.pk if isinstance(one.person, User) else None
        found.append(_channel(account, hers.get(account or one.identity), states.get(one.identity, ""), can_wait))
    return found


def _channel(account: int | None, chosen: Preference | None, state: str, can_wait: bool) -> Channel:
    is_unwanted = not chosen.by_mail if chosen is not None else state == Deliverability.State.COMPLAINED
    if is_unwanted:
        return Channel.INBOX if account else Channel.NOTHING
    if can_wait and chosen is not None and chosen.rhythm != Rhythm.IMMEDIATELY:
        return Channel.DIGEST
    return Channel.BOUNCES if state == Deliverability.State.BOUNCES else Channel.MAIL


def sample(mailing: Mailing, *, language: str, reader: User) -> mails.Mail:
    """The mail as ``reader`` would get it if she read ``language``. Nothing is kept and nothing is sent."""
    row = Notification(
        recipient=reader,
        kind=mailing.kind,
        about=mailing.about,
        mailing=mailing,
        key="sample:",
        context={TOLD_AS: mailing.parts[0], "url": reverse("notifications:message", args=[mailing.uid])},
    )
    with translation.override(language):
        return mails.compose(row, mails.subject(row))


def progress(mailing: Mailing) -> Progress:
    """One query."""
    counted = mailing.rows.order_by().values_list("status").annotate(number=Count("pk"))
    number: dict[Any, int] = dict(counted)
    return Progress(
        people=sum(number.values()),
        left=number.get(Delivery.SENT, 0) + number.get(Delivery.MUTED, 0),
        waiting=number.get(Delivery.WAITING, 0),
        failed=number.get(Delivery.FAILED, 0) + number.get(Delivery.BOUNCED, 0),
        held=number.get(Delivery.HELD, 0),
        pending=number.get(Delivery.PENDING, 0),
    )
