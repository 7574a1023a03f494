"""What the log of a webhook says of one delivery."""

from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from portal.notifications.models import WebhookDelivery
from portal.notifications.posting import REFUSED

#: By the kind of error that the log begins with. What exactly a name stood for is not told: somebody may type names of
#: the portal's own network to learn of it.
PROBLEMS = {
    "Forbidden": _("The name stands for an address that is not on the public internet. Nothing was sent."),
    "TooSlow": _("There was no whole answer within ten seconds."),
    "Unreachable": _("There is no such name, or nobody answers there."),
    "BadCertificate": _("The certificate of the system is not valid."),
    "BadAnswer": _("What came back is not an answer of the web."),
    "Unsupported": _("This is no address that we post to."),
    "SecretLost": _("The portal cannot read the secret any more. Change the secret."),
}
OTHERWISE = _("Something went wrong on our side.")


def told(row: WebhookDelivery, language: str) -> tuple[str, str, str]:
    """What it was about, its path in the portal, and what went wrong: each in the language, each may be empty."""
    about: dict[str, Any] = row.body.get("data", {})
    url = urlsplit(about.get("url", {}).get(language, ""))
    return about.get("title", {}).get(language, ""), url.path, problem(row)


def problem(row: WebhookDelivery) -> str:
    """Why the last attempt was in vain; of an answer of no what it said."""
    kind, _colon, said = row.last_error.partition(": ")
    if not kind:
        return ""
    return said if kind == REFUSED else str(PROBLEMS.get(kind, OTHERWISE))
