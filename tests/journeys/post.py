"""Reading the post: the mails as they left, and the calendar parts inside."""

import re
from email import message_from_bytes, policy
from email.utils import getaddresses

import icalendar
from django.core import mail


def addresses(message):
    """The bare addresses a mail goes to."""
    return [address for _name, address in getaddresses(message.recipients())]


def mails_to(address):
    """Parsed from their bytes, oldest first, as the person's mail program would."""
    sent = [message for message in mail.outbox if addresses(message) == [address]]
    return [message_from_bytes(message.message().as_bytes(), policy=policy.default) for message in sent]


def last_mail_to(address, containing=""):
    """The newest mail to ``address`` whose subject contains this."""
    found = [message for message in mails_to(address) if containing in message["Subject"]]
    assert found, f"no mail about “{containing}” among {[m['Subject'] for m in mails_to(address)]}"
    return found[-1]


def text_of(message):
    return message.get_body(("plain",)).get_content()


def links_in(message):
    """Paths of the links to the portal in the plain text."""
    return re.findall(r"https?://[^/\s]+(/[^\s)]*)", text_of(message))


def calendar_of(message):
    """The MIME method and the one event of the mail's calendar part."""
    part = next(part for part in message.walk() if part.get_content_type() == "text/calendar")
    calendar = icalendar.Calendar.from_ical(part.get_content())
    assert str(calendar["METHOD"]) == part["Content-Type"].params["method"]
    (event,) = calendar.walk("VEVENT")
    return str(calendar["METHOD"]), event
