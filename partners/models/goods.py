from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners import codes


class TradedGoods(models.Model):
    """HS codes of what is made, sold or sought, with their chapters beside them for one index to find."""

    hs_codes = ArrayField(
        models.CharField(max_length=6, validators=[codes.validate_hs_code]),
        verbose_name=_("HS codes"),
        default=list,
        blank=True,
    )
    hs_chapters = ArrayField(models.CharField(max_length=2), default=list, blank=True, editable=False)

    class Meta:
        abstract = True

    def save(self, *args, update_fields=None, **kwargs):
        self.hs_chapters = codes.chapters(self.hs_codes)
        if update_fields is not None and "hs_codes" in update_fields:
            update_fields = {*update_fields, "hs_chapters"}
        super().save(*args, update_fields=update_fields, **kwargs)
