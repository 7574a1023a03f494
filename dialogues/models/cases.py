from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues.models.dialogue import Dialogue
from resources.models import Resource


class SuccessCaseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those that are published; a draft is not told of by the dialogue it came from."""
        return self.filter(resource__in=Resource.objects.visible_to(user).published())

    def for_rows(self):
        """All that a row of the list of cases shows, in the order they were named."""
        return self.select_related("resource").prefetch_related("resource__economies").order_by("named_at", "pk")


class SuccessCase(models.Model):
    """What became of a dialogue: a resource of the kind success case that came from it."""

    dialogue = models.ForeignKey(Dialogue, models.CASCADE, related_name="success_cases", verbose_name=_("dialogue"))
    resource = models.OneToOneField(Resource, models.CASCADE, related_name="+", verbose_name=_("success case"))
    named_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("named by")
    )
    named_at = models.DateTimeField(_("named"), default=timezone.now, editable=False)

    objects = SuccessCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("success case")
        verbose_name_plural = _("success cases")

    def __str__(self):
        return f"{self.dialogue_id}: {self.resource_id}"
