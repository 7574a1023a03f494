"""What the link checker knows about the address of a resource."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from resources.models.resource import Resource


class LinkCheckQuerySet(models.QuerySet):
    def due(self, now):
        """To be looked at, the longest waiting first; what is withdrawn and what somebody looks at now is left out."""
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
        return self.filter(free, due_at__lte=now).exclude(resource__status="archived").order_by("due_at", "pk")

    def to_tell(self):
        """Broken and published, and the keepers do not know it yet."""
        return self.filter(told_at__isnull=True, resource__status="published", resource__link_status="broken")


class LinkCheck(models.Model):
    """The last look at the address of a resource, and when the next is due.

    ``Resource.link_status`` and ``link_checked_at`` repeat its outcome, for lists and pages.
    """

    class Problem(models.TextChoices):
        NONE = "", pgettext_lazy("link", "No problem")
        NOT_FOUND = "not_found", pgettext_lazy("link", "The page is gone")
        REFUSED = "refused", pgettext_lazy("link", "The site refuses programs, so open it yourself to see")
        SERVER = "server", pgettext_lazy("link", "The site answers with an error")
        TIMEOUT = "timeout", pgettext_lazy("link", "The site did not answer in time")
        UNREACHABLE = "unreachable", pgettext_lazy("link", "The site cannot be reached")
        CERTIFICATE = "certificate", pgettext_lazy("link", "The site's certificate is not valid")
        TOO_MANY_REDIRECTS = "redirects", pgettext_lazy("link", "The address leads round in circles")
        FORBIDDEN_ADDRESS = "forbidden", pgettext_lazy("link", "The address leads into a private network")
        SOFT_NOT_FOUND = "soft_404", pgettext_lazy("link", "The page looks like an error page")
        UNSUPPORTED = "unsupported", pgettext_lazy("link", "The portal cannot look at such an address by itself")

    resource = models.OneToOneField(Resource, models.CASCADE, primary_key=True, related_name="link_check")
    url = models.URLField(_("address looked at"), max_length=500)
    problem = models.CharField(_("problem"), max_length=12, choices=Problem, blank=True, default=Problem.NONE)
    http_status = models.PositiveSmallIntegerField(_("answer of the site"), null=True, blank=True)
    # Where a permanent redirect leads: proposed to the keepers as the new address.
    moved_to = models.URLField(_("moved to"), max_length=2000, blank=True)
    etag = models.CharField(max_length=300, blank=True, editable=False)
    last_modified = models.CharField(max_length=100, blank=True, editable=False)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)
    checked_at = models.DateTimeField(_("looked at"), null=True, blank=True)
    due_at = models.DateTimeField(_("next look"), default=timezone.now, db_index=True)
    # Whoever looks at it has it until then; a worker that was killed loses it by itself.
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    # When its keepers were told that it is broken.
    told_at = models.DateTimeField(_("keepers told"), null=True, blank=True)

    objects = LinkCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("link check")
        verbose_name_plural = _("link checks")
        constraints = [
            models.CheckConstraint(condition=Q(checked_at__isnull=True) | ~Q(url=""), name="link_check_of_an_address")
        ]

    def __str__(self):
        return self.url

    @property
    def is_failing(self) -> bool:
        """The last looks failed; whether the link counts as broken by now, its resource says."""
        return self.failures > 0
