from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from dialogues.models.vocabulary import LanguagesField
from portal.reference.models import Agreement, Economy

#: Frameworks in which economies carry the name that APEC uses (data/economies.json, naming_note).
APEC_AGREEMENTS = {"apec-smewg"}


class DialogueQuerySet(models.QuerySet):
    def visible_to(self, user):
        """That a dialogue exists is public; its drafts are not (see Session)."""
        return self.all()

    def with_parties(self):
        """What every page about a dialogue names: its agreement and its Parties."""
        return self.select_related("agreement").prefetch_related("parties")


class Dialogue(models.Model):
    """The standing mechanism under an agreement in which its Parties meet small firms."""

    slug = models.SlugField(_("short name in addresses"), max_length=60, unique=True)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="dialogues", verbose_name=_("agreement"))
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    parties = models.ManyToManyField(Economy, related_name="dialogues", verbose_name=_("Parties"))
    working_languages = LanguagesField(verbose_name=_("working languages"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = DialogueQuerySet.as_manager()

    class Meta:
        verbose_name = _("dialogue")
        verbose_name_plural = _("dialogues")
        ordering = ["order", "slug"]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("dialogues:dialogue-detail", args=[self.slug])

    @cached_property
    def party_codes(self) -> frozenset[str]:
        """ISO codes of the Parties; costs nothing when they were prefetched."""
        return frozenset(economy.code for economy in self.parties.all())

    @property
    def uses_apec_names(self) -> bool:
        return self.agreement.slug in APEC_AGREEMENTS

    def name_of(self, economy: Economy) -> str:
        """How this dialogue's pages call an economy: APEC's name on APEC's pages."""
        return (self.uses_apec_names and economy.apec_name) or economy.name
