from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.profiles import CompanyProfile
from partners.models.requests import PartnerRequest


def _codes(label, length=100):
    return ArrayField(models.CharField(max_length=length), verbose_name=label, default=list, blank=True)


class ProfileReading(models.Model):
    """What matching compares of a company beside what its profile declares: what its text says, in codes.

    Written by ``partners/freshening.py`` alone; may be deleted at any time and comes back.
    """

    profile = models.OneToOneField(
        CompanyProfile, models.CASCADE, primary_key=True, related_name="reading", verbose_name=_("company profile")
    )
    #: In one spelling, with those they imply; declared and read.
    certificates = _codes(_("certificates"))
    languages = _codes(_("languages"), 8)
    sizes = _codes(_("sizes"), 7)
    ownership = _codes(_("ownership"), 16)
    markets = _codes(_("markets"), 2)
    #: Economies it does not do business with.
    refuses = _codes(_("refuses"), 2)
    #: What it says it does not have: "certification:AS9100", "language:fr".
    lacks = _codes(_("does not have"))
    #: What it is and whom it looks for, see partners/roles.py.
    roles = _codes(_("is"), 16)
    wants = _codes(_("looks for"), 16)

    class Meta:
        verbose_name = _("reading of a company profile")
        verbose_name_plural = _("readings of company profiles")

    def __str__(self):
        return str(self.profile)


class RequestReading(models.Model):
    """What the company behind a request is and whom it looks for, in codes; conditions have a table of their own."""

    request = models.OneToOneField(
        PartnerRequest, models.CASCADE, primary_key=True, related_name="reading", verbose_name=_("partner request")
    )
    roles = _codes(_("is"), 16)
    wants = _codes(_("looks for"), 16)

    class Meta:
        verbose_name = _("reading of a partner request")
        verbose_name_plural = _("readings of partner requests")

    def __str__(self):
        return str(self.request)
