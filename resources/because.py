"""Why people get the messages of resources: by which part they have in them."""

from django.utils.translation import gettext_lazy as _

from portal.notifications import reasons

_WROTE = _("You wrote this resource, or submitted it for review.")
_APPROVED = _("You approved this resource.")
_REVIEWS = _("You may review what is submitted for your economy.")
_LOOKS_OVER = _("You may look over what others change in public.")
_TOOK_PART = _("You wrote, submitted or approved this resource.")
_PUBLISHES = _("Your agency publishes this resource, or you keep the resources of your economy.")


def register() -> None:
    """Called once, when the app is ready."""
    reasons.declare(
        {
            "resources/resource_submitted": _REVIEWS,
            "resources/import_submitted": _REVIEWS,
            "resources/resource_not_published": _REVIEWS,
            "resources/resource_changed": _LOOKS_OVER,
            "resources/import_changed": _LOOKS_OVER,
            "resources/resource_brought_back": _("You changed this resource."),
            "resources/resource_approval_ended": _APPROVED,
            "resources/resource_published": _WROTE,
            "resources/resource_sent_back": _WROTE,
            "resources/resource_withdrawn": _WROTE,
            "resources/resource_scheduled": _WROTE,
            "resources/resource_unscheduled": _TOOK_PART,
            "resources/resource_published_on_time": _TOOK_PART,
            "resources/resource_expired": _PUBLISHES,
            "resources/resource_expires_soon": _PUBLISHES,
            "resources/links_broken": _("You keep the resources of your economy."),
            "resources/review_due": _(
                "You keep the resources of your economy, or your office answers for their topics."
            ),
        }
    )
