"""One outbox row as one mail, in its recipient's language and time zone."""

import re
import uuid
from collections.abc import Callable, Sequence
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, Engine
from django.template.loader import get_template
from django.urls import reverse, translate_url
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from portal.notifications import address_links, followed, mailing_text, preferences, reasons
from portal.notifications.models import Digest, Notification

PARTS = ("subject.txt", "txt", "html")


#: The longest line of a mail (RFC 5322, 2.1.1).
LONGEST_LINE = 998


class Mail(EmailMultiAlternatives):
    """Keeps each header in one line: folded at its only space, a link would begin with a line of nothing."""

    def message(self, **options: Any) -> Any:
        message = super().message(**options)
        message.policy = message.policy.clone(max_line_length=LONGEST_LINE)
        return message


def template_name(kind: str, part: str) -> str:
    """``("dialogues/session_scheduled", "html")`` is ``dialogues/mail/session_scheduled.html``."""
    app, _slash, name = kind.partition("/")
    return f"{app}/mail/{name}.{part}"


def message_id(uid: uuid.UUID) -> str:
    """The same for every attempt, so that a mail sent twice is recognizable as one."""
    return f"<{uid}@{_domain()}>"


def path_of(row: Notification) -> str:
    """Where the message leads, as a path of the portal in the active language; empty when it leads nowhere."""
    if path := row.context.get("url"):
        language = translation.get_language()
        # A path is understood only in its own language.
        with translation.override(translation.get_language_from_path(path)):
            return translate_url(path, language)
    find: Callable[[], str] | None = getattr(row.about, "get_absolute_url", None)
    return find() if find else ""


def facts(row: Notification) -> dict[str, Any]:
    """What every mail template may use besides its own context. Call it in the recipient's language."""
    url = f"{settings.SITE_URL}{path}" if (path := path_of(row)) else ""
    unsubscribe_url = f"{settings.SITE_URL}{preferences.unsubscribe_path(row)}" if row.is_optional else ""
    return {
        **row.context,
        "about": row.about,
        "recipient": row.addressee,
        "url": url,
        "action_url": url,
        "action_label": _("See it on %(site)s") % {"site": _(settings.SITE_NAME)},
        "category_label": row.category_label,
        "is_optional": row.is_optional,
        "preferences_url": f"{settings.SITE_URL}{reverse('notifications:preferences')}" if row.recipient else "",
        "address_url": SimpleLazyObject(lambda: _address_url_of(row)),
        "unsubscribe_url": unsubscribe_url,
        # Asked for by the body alone, and a subject needs no query.
        "told_because": SimpleLazyObject(lambda: reasons.lines([row])[row.pk]),
        "site_name": _(settings.SITE_NAME),
        "site_url": settings.SITE_URL,
        **followed.facts(row.context),
        **mailing_text.facts(row),
    }


def subject(row: Notification) -> str:
    """The subject in one line. Call it in the recipient's language."""
    return " ".join(_plain(row, "subject.txt", facts(row)).split())


def compose(row: Notification, subject: str) -> Mail:
    """The whole mail: text, HTML and, when promised, the calendar part. Call it in the recipient's language."""
    given = {**facts(row), "subject": subject}
    mail = Mail(
        subject=subject,
        body=_tidy(_plain(row, "txt", given)),
        to=[to_header(row.addressee)],
        headers=_headers(row, given["unsubscribe_url"]),
    )
    mail.attach_alternative(get_template(template_name(row.kind, "html")).render(given), "text/html")
    if row.calendar_body:
        # Its method must equal the one in the text, or clients show a file instead of an invitation (RFC 6047, 2.4).
        mail.attach_alternative(row.calendar_body, f"text/calendar; method={row.calendar_method}")
        mail.attach("invite.ics", row.calendar_body.encode(), "application/ics")
    return mail


def compose_digest(digest: Digest, person: Any, groups: Sequence[Any]) -> Mail:
    """The mail of a digest. Call it in the recipient's language and time zone."""
    path = preferences.unsubscribe_all_path(digest.recipient, digest.address)
    given = {
        "digest": digest,
        "groups": groups,
        "count": sum(line.times for group in groups for line in group.lines),
        "recipient": person,
        "preferences_url": f"{settings.SITE_URL}{reverse('notifications:preferences')}" if digest.recipient else "",
        "address_url": _address_url(digest.address),
        "unsubscribe_url": f"{settings.SITE_URL}{path}",
        "action_url": f"{settings.SITE_URL}{reverse('notifications:inbox')}" if digest.recipient else "",
        "action_label": _("See them on %(site)s") % {"site": _(settings.SITE_NAME)},
        "is_optional": True,
        "site_name": _(settings.SITE_NAME),
        "site_url": settings.SITE_URL,
    }
    given["subject"] = " ".join(_rendered("notifications/mail/digest.subject.txt", given).split())
    mail = Mail(
        subject=given["subject"],
        body=_tidy(_rendered("notifications/mail/digest.txt", given)),
        to=[to_header(person)],
        headers=_automatic(digest.uid, person.language) | _list("digest") | _one_click(given["unsubscribe_url"]),
    )
    mail.attach_alternative(get_template("notifications/mail/digest.html").render(given), "text/html")
    return mail


def _address_url_of(row: Notification) -> str:
    if not (row.address and row.is_optional):
        return ""
    if "followed" in row.context:
        # It may have ended since it found this: the page would be empty, but one can ask for it.
        return _address_url(row.address) or f"{settings.SITE_URL}{reverse('notifications:address-ask')}"
    return _address_url(row.address)


def _address_url(address: str) -> str:
    """Where a bare address looks after what it follows; empty for an account, and where it follows nothing."""
    path = address_links.path_for_mail(address) if address else ""
    return f"{settings.SITE_URL}{path}" if path else ""


def _plain(row: Notification, part: str, given: dict[str, Any]) -> str:
    return _rendered(template_name(row.kind, part), given)


def _rendered(name: str, given: dict[str, Any]) -> str:
    """Without HTML escaping: an ampersand in a title stays one."""
    return Engine.get_default().get_template(name).render(Context(given, autoescape=False))


def _tidy(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text.strip()) + "\n"


def to_header(addressee: Any) -> str:
    name = " ".join(addressee.full_name.split())
    return formataddr((name, addressee.email))


def _headers(row: Notification, unsubscribe_url: str) -> dict[str, str]:
    headers = _automatic(row.uid, row.addressee.language) | _list(row.category)
    # A mail that begins a thread nobody got: programs that sort by it show what is about one thing together.
    headers["References"] = _thread_id(row)
    return headers | _one_click(unsubscribe_url)


def _automatic(uid: uuid.UUID, language: str) -> dict[str, str]:
    return {
        "Message-ID": message_id(uid),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": language,
    }


def _list(name: str) -> dict[str, str]:
    """By which mail programs sort (RFC 2919)."""
    return {"List-Id": f"<{name}.{_domain()}>"}


def _one_click(unsubscribe_url: str) -> dict[str, str]:
    if not unsubscribe_url:
        return {}
    return {"List-Unsubscribe": f"<{unsubscribe_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _thread_id(row: Notification) -> str:
    name, _colon, _occasion = row.key.rpartition(":")
    thread = getattr(row.about, "thread_name", "") or name.replace(":", "-")
    return f"<{thread}@{_domain()}>"


def _domain() -> str:
    _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return sender.rpartition("@")[2]
