from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.languages import Language


class Word(models.Model):
    """A word that stands in the texts of what is searched; ``count``: in how many of them.

    ``text`` is folded, ``written`` is how most of them write it.
    Filled by :mod:`portal.search.correcting`, now and then; a misspelt word is compared with them.
    """

    language = models.CharField(_("language"), max_length=7, choices=Language, editable=False)
    text = models.CharField(max_length=24, editable=False)
    written = models.CharField(max_length=24, editable=False)
    count = models.PositiveIntegerField(editable=False)

    class Meta:
        verbose_name = _("word of the texts")
        verbose_name_plural = _("words of the texts")
        constraints = [models.UniqueConstraint(fields=["text", "language"], name="word_once")]
        indexes = [GinIndex(fields=["text"], opclasses=["gin_trgm_ops"], name="word_trigrams")]

    def __str__(self):
        return self.written
