"""The verbs of the activity log as people read them. A verb that is missing here is shown as it is written."""

from django.utils.translation import pgettext_lazy

# What stands in the log → what a reader sees after the person's name.
_PHRASES = {
    "created": pgettext_lazy("activity", "created this"),
    "drafted": pgettext_lazy("activity", "wrote a draft"),
}


def phrase(verb: str) -> str:
    """A verb in the reader's language."""
    return str(_PHRASES.get(verb) or verb.replace("_", " "))
