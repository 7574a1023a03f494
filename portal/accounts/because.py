"""Why people get the messages about accounts and organizations."""

from django.utils.translation import gettext_lazy as _

from portal.notifications import reasons

_MEMBER = _("You belong to this organization.")
_ASKED_TO_JOIN = _("You asked to join this organization.")


def register() -> None:
    """Called once, when the app is ready."""
    reasons.declare(
        {
            "accounts/follow_asked": _(
                "This address was given to follow a search. We write again only if you confirm."
            ),
            "accounts/address_link": _("Somebody asked for a link to what comes to this address."),
            "accounts/followed_gone": _("You followed a search that can find nothing any more."),
            "accounts/followed_taken_over": _("You confirmed an address that followed something here."),
            "accounts/mailing_trial": _("You asked for your own message before others get it."),
            "accounts/invitation": _("A member of this organization gave your address."),
            "accounts/invitation_accepted": _("You sent this invitation."),
            "accounts/membership_requested": _("You answer for who joins this organization."),
            "accounts/membership_admitted": _ASKED_TO_JOIN,
            "accounts/membership_declined": _ASKED_TO_JOIN,
            "accounts/membership_removed": _("You belonged to this organization."),
            "accounts/role_changed": _MEMBER,
            "accounts/organization_awaits": _("You look after this portal."),
            "accounts/organization_verified": _MEMBER,
            "accounts/organization_refused": _MEMBER,
            "accounts/organization_reopened": _MEMBER,
            "accounts/webhook_stopped": _("You manage the organization that this system belongs to."),
            "accounts/offices_lapse": _(
                "You belong to an organization with an office in the directory, or look after it."
            ),
        }
    )
