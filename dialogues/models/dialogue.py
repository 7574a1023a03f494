from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from dialogues.models.vocabulary import LanguagesField
from portal.accounts.zones import validate_time_zone
from portal.reference.models import Agreement, Economy

#: Frameworks in which economies carry the name that APEC uses (data/economies.json, naming_note).
APEC_AGREEMENTS = {"apec-smewg"}
#: Monday is 1, as in ISO 8601.
MONDAY_TO_FRIDAY = (1, 2, 3, 4, 5)


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
    #: Begins the reference numbers of its issues: "TMEC-2027-014".
    code = models.CharField(_("short name in reference numbers"), max_length=12, unique=True)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="dialogues", verbose_name=_("agreement"))
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    charter = models.TextField(
        _("charter"), blank=True, help_text=_("What the dialogue is for and how it works. Markdown.")
    )
    parties = models.ManyToManyField(Economy, related_name="dialogues", verbose_name=_("Parties"))
    #: ISO codes of the Parties in the order in which they host; empty where the sources name no order.
    host_rotation = ArrayField(
        models.CharField(max_length=2), verbose_name=_("host rotation"), default=list, blank=True
    )
    working_languages = LanguagesField(verbose_name=_("working languages"))
    acknowledge_days = models.PositiveSmallIntegerField(
        _("working days to acknowledge an issue"), default=5, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    answer_days = models.PositiveSmallIntegerField(
        _("working days to answer an issue"), default=30, validators=[MinValueValidator(1), MaxValueValidator(250)]
    )
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


def monday_to_friday() -> list[int]:
    return list(MONDAY_TO_FRIDAY)


class Delegation(models.Model):
    """When one Party's officials work. Without a row: its capital's zone, Monday to Friday, 9 to 18."""

    dialogue = models.ForeignKey(Dialogue, models.CASCADE, related_name="delegations", verbose_name=_("dialogue"))
    economy = models.ForeignKey(Economy, models.PROTECT, related_name="+", verbose_name=_("Party"))
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[validate_time_zone])
    work_begins = models.TimeField(_("work begins"))
    work_ends = models.TimeField(_("work ends"))
    work_days = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(7)]),
        verbose_name=_("working days"),
        default=monday_to_friday,
    )

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        constraints = [
            models.UniqueConstraint(fields=["dialogue", "economy"], name="delegation_once"),
            models.CheckConstraint(
                condition=Q(work_ends__gt=F("work_begins")),
                name="delegation_day_in_order",
                violation_error_message=_("Work must end after it begins."),
            ),
        ]

    def __str__(self):
        return f"{self.dialogue_id}: {self.economy_id}"
