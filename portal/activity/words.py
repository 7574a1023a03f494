"""The verbs of the activity log as people read them. A verb that is missing here is shown as it is written."""

from django.utils.translation import pgettext_lazy

# What stands in the log → what a reader sees after the person's name.
_PHRASES = {
    "created": pgettext_lazy("activity", "created this"),
    "drafted": pgettext_lazy("activity", "wrote a draft"),
    "asked_to_join": pgettext_lazy("activity", "asked to join"),
    "admitted": pgettext_lazy("activity", "admitted a member"),
    "declined": pgettext_lazy("activity", "declined a request"),
    "invited": pgettext_lazy("activity", "invited a colleague"),
    "joined": pgettext_lazy("activity", "joined by invitation"),
    "withdrew_invitation": pgettext_lazy("activity", "withdrew an invitation"),
    "left": pgettext_lazy("activity", "left"),
    "removed": pgettext_lazy("activity", "removed a member"),
    "changed_role": pgettext_lazy("activity", "changed a role"),
    "verified": pgettext_lazy("activity", "verified this"),
    "refused": pgettext_lazy("activity", "refused verification"),
    "reopened": pgettext_lazy("activity", "took the verification back"),
    "asked_again": pgettext_lazy("activity", "asked for verification again"),
    "edited": pgettext_lazy("activity", "edited the facts"),
}


def phrase(verb: str) -> str:
    """A verb in the reader's language."""
    return str(_PHRASES.get(verb) or verb.replace("_", " "))
