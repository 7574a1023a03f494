from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.search.meaning import Meaning
from resources.models.resource import Resource


class ResourceMeaning(Meaning):
    """What a resource is about, as vectors; see ``resources/searching.py`` for what is encoded."""

    OWNER = "resource"

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="meanings", verbose_name=_("resource"))

    class Meta:
        verbose_name = _("meaning of a resource")
        verbose_name_plural = _("meanings of resources")
        constraints = [
            # With the mark inside, finding what is out of date never reads the vectors.
            models.UniqueConstraint(
                fields=["resource", "language", "part"], include=["indexed"], name="resource_meaning_once"
            ),
        ]
