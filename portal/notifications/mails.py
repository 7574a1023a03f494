"""One outbox row as one mail, in its recipient's language and time zone."""

import re
import uuid
from collections.abc import Callable
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, Engine
from django.template.loader import get_template
from django.urls import reverse, translate_url
from django.utils import translation
from django.utils.translation import gettext as _

from portal.notifications import followed, preferences
from portal.notifications.models import Notification

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
    _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return f"<{uid}@{sender.rpartition('@')[2]}>"


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
        "unsubscribe_url": unsubscribe_url,
        "site_name": _(settings.SITE_NAME),
        "site_url": settings.SITE_URL,
        **followed.facts(row.context),
    }


def subject(row: Notification) -> str:
    """The subject in one line. Call it in the recipient's language."""
    return " ".join(_plain(row, "subject.txt", facts(row)).split())


def compose(row: Notification, subject: str) -> Mail:
    """The whole mail: text, HTML and, when promised, the calendar part. Call it in the recipient's language."""
    given = {**facts(row), "subject": subject}
    mail = Mail(
        subject=subject,
        body=re.sub(r"\n{3,}", "\n\n", _plain(row, "txt", given).strip()) + "\n",
        to=[to_header(row.addressee)],
        headers=_headers(row, given["unsubscribe_url"]),
    )
    mail.attach_alternative(get_template(template_name(row.kind, "html")).render(given), "text/html")
    if row.calendar_body:
        # Its method must equal the one in the text, or clients show a file instead of an invitation (RFC 6047, 2.4).
        mail.attach_alternative(row.calendar_body, f"text/calendar; method={row.calendar_method}")
        mail.attach("invite.ics", row.calendar_body.encode(), "application/ics")
    return mail


def _plain(row: Notification, part: str, given: dict[str, Any]) -> str:
    """Rendered without HTML escaping: an ampersand in a title stays one."""
    template = Engine.get_default().get_template(template_name(row.kind, part))
    return template.render(Context(given, autoescape=False))


def to_header(addressee: Any) -> str:
    name = " ".join(addressee.full_name.split())
    return formataddr((name, addressee.email))


def _headers(row: Notification, unsubscribe_url: str) -> dict[str, str]:
    headers = {
        "Message-ID": message_id(row.uid),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": row.addressee.language,
    }
    if unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers
