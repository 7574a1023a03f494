"""The trade thesaurus: concepts, and what people of four languages call them. Used through ``thesaurus.py``."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.languages import Language
from portal.reference.models import Economy, Sector, Topic
from portal.search.concepts import ConceptMeaning  # noqa: F401 -- a model of this app
from portal.search.text import fold
from portal.search.vocabulary import Word  # noqa: F401 -- a model of this app
from portal.search.wording import tokens

#: How the short names of places begin: economies, regions of several, and states, provinces and cities.
ECONOMY_PREFIX = "economy-"
PLACE_PREFIXES = (ECONOMY_PREFIX, "region-", "place-")

MAX_TEXT = 120
MAX_FOLDED = 240


class Concept(models.Model):
    """A thing people search for, whatever they call it: a procedure, a product, an agency, a place."""

    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    topics = models.ManyToManyField(Topic, blank=True, related_name="concepts", verbose_name=_("topics"))
    sectors = models.ManyToManyField(Sector, blank=True, related_name="concepts", verbose_name=_("sectors"))
    economies = models.ManyToManyField(
        Economy,
        blank=True,
        related_name="concepts",
        verbose_name=_("economies"),
        help_text=_("Only where the concept belongs to these economies alone."),
    )
    broader = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="narrower", verbose_name=_("wider concepts")
    )
    related = models.ManyToManyField("self", symmetrical=True, blank=True, verbose_name=_("related concepts"))

    class Meta:
        verbose_name = _("search concept")
        verbose_name_plural = _("search concepts")
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug

    @property
    def is_place(self) -> bool:
        return self.slug.startswith(PLACE_PREFIXES)


class Term(models.Model):
    """One name of a concept in one language: preferred, official, everyday, or an acronym."""

    concept = models.ForeignKey(Concept, models.CASCADE, related_name="terms", verbose_name=_("concept"))
    language = models.CharField(_("language"), max_length=7, choices=Language)
    text = models.CharField(_("text"), max_length=MAX_TEXT)
    folded = models.CharField(max_length=MAX_FOLDED, editable=False)
    is_preferred = models.BooleanField(_("preferred"), default=False, editable=False)
    is_acronym = models.BooleanField(
        _("acronym"),
        default=False,
        help_text=_("Two or three capitals are then found only as a whole word, and as a rule only in capitals."),
    )
    order = models.PositiveSmallIntegerField(
        _("order"), default=0, help_text=_("The first term of a language is the preferred one.")
    )

    class Meta:
        verbose_name = _("search term")
        verbose_name_plural = _("search terms")
        ordering = ["language", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["concept", "language", "text"], name="term_is_unique_in_concept"),
            models.UniqueConstraint(
                fields=["concept", "language"], condition=Q(is_preferred=True), name="term_one_preferred"
            ),
            models.CheckConstraint(condition=Q(language__in=Language.values), name="term_language"),
            models.CheckConstraint(condition=~Q(folded=""), name="term_has_characters"),
        ]
        indexes = [
            models.Index(fields=["folded"], name="term_folded"),
            GinIndex(fields=["folded"], opclasses=["gin_trgm_ops"], name="term_folded_trigrams"),
        ]

    def __str__(self) -> str:
        return self.text

    def save(self, *, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Save with the folded key of the text; ``bulk_create`` must be given it."""
        self.folded = fold(self.text).strip()
        if update_fields is not None and "text" in update_fields:
            update_fields = {*update_fields, "folded"}
        super().save(update_fields=update_fields, **kwargs)

    def clean(self) -> None:
        """Refuse a text that leaves nothing to search for, or too much."""
        key = fold(self.text).strip()
        if not tokens(key):
            raise ValidationError({"text": _("This has no letters or digits to search for.")})
        if len(key) > MAX_FOLDED:
            raise ValidationError({"text": _("This is too long.")})


class Edition(models.Model):
    """The one row that says which state the thesaurus is in; every change gives it a new token.

    A token and not a count: a count may come back after a rollback or a restored backup, with other terms.
    """

    token = models.UUIDField(default=uuid4, editable=False)

    class Meta:
        verbose_name = _("edition of the thesaurus")
        verbose_name_plural = _("editions of the thesaurus")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="edition_is_one")]

    def __str__(self) -> str:
        return str(self.token)
