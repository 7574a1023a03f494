from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.search.meaning import Meaning


class ConceptMeaning(Meaning):
    """What the names of a concept mean in one language; filled by :mod:`portal.search.guessing`."""

    OWNER = "concept"

    concept = models.ForeignKey("search.Concept", models.CASCADE, related_name="meanings", verbose_name=_("concept"))

    class Meta:
        verbose_name = _("meaning of a concept")
        verbose_name_plural = _("meanings of concepts")
        constraints = [
            models.UniqueConstraint(fields=["concept", "language", "part"], name="concept_meaning_once"),
        ]
