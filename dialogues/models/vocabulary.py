"""Words that several nouns of a dialogue share."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.languages import Language

#: Sources that are texts in the project's collection, not pages with an address.
SEED_PREFIX = "seed "


class Reliability(models.TextChoices):
    """How well a statement is founded. What is not official is shown with this label beside it."""

    OFFICIAL = "official", pgettext_lazy("reliability", "official source")
    PRESS_CITING_OFFICIAL = (
        "press_citing_official",
        pgettext_lazy("reliability", "press report citing an official source"),
    )
    PRESS = "press", pgettext_lazy("reliability", "press report")
    UNVERIFIED = "unverified", pgettext_lazy("reliability", "press report, unverified")


class Qualifier(models.TextChoices):
    """The word before a figure that the source itself is not exact about."""

    EXACTLY = "exactly", pgettext_lazy("before a figure", "exactly")
    ABOUT = "about", pgettext_lazy("before a figure", "about")
    NEARLY = "nearly", pgettext_lazy("before a figure", "nearly")
    OVER = "over", pgettext_lazy("before a figure", "over")
    MORE_THAN = "more than", pgettext_lazy("before a figure", "more than")
    LESS_THAN = "less than", pgettext_lazy("before a figure", "less than")
    AT_MOST = "at most", pgettext_lazy("before a figure", "at most")


class LanguagesField(ArrayField):
    """Some of the four languages, in the order in which they are to be shown."""

    def __init__(self, **options):
        options.setdefault("default", list)
        options.setdefault("blank", True)
        options["base_field"] = models.CharField(max_length=7, choices=Language)
        super().__init__(**options)

    def deconstruct(self):
        name, path, args, options = super().deconstruct()
        del options["base_field"]
        return name, path, args, options


UNITS = {
    "firms": _("firms"),
    "persons": _("people"),
    "establishments": _("establishments"),
    "transactions": _("transactions"),
    "percent": "%",
    "USD million": _("USD million"),
    "USD billion": _("USD billion"),
    "USD trillion": _("USD trillion"),
    "TWD trillion": _("TWD trillion"),
    "CAD billion": _("CAD billion"),
}
