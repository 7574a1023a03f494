"""Why people get the messages of partnering: for which organization, and by which part it has."""

from django.utils.translation import gettext_lazy as _

from portal.notifications import reasons

_REQUEST = _("You act for the company behind this request, or for the chamber that takes care of it.")
_REQUEST_CHAMBER = _("You act for the chamber that takes care of this request.")
_REQUEST_COMPANY = _("You act for the company behind this request.")
_INTEREST = _("You act for the company that showed interest, or for the chamber that sent it.")
_BOTH = _("You act for one of the two sides that were introduced.")
_ABOUT_YOU = _("You act for the company that this is about.")
_COMPANY = _("You act for this company, or for a chamber it is a member of.")
_CHAMBER = _("You act for this chamber.")
_CLUSTER = _("You act for a company of this cluster, or for one that asked or was invited.")
_CLUSTER_LEAD = _("You act for the company that leads this cluster.")
_MENTOR = _("You act for the mentor's side of this offer.")
_MENTEE = _("You act for the company that asked for a mentor.")
_MENTORSHIP = _("You act for one of the two sides of this mentorship.")
_REFERRAL = _("You act for a chamber or the company that this referral concerns.")
_STORY = _("You act for one of the two sides that this story is about.")


def register() -> None:
    """Called once, when the app is ready."""
    reasons.declare(
        _of("interest", _REQUEST, "received", "reminder", "unanswered", "withdrawn")
        | _of("interest", _INTEREST, "accepted", "declined", "expired", "sent_for", "taken_back")
        | _of("request", _REQUEST, "expired", "closes_soon", "hidden", "published_owner")
        | _of("meeting", _BOTH, "planned", "changed", "cancelled", "proposed")
        | _of("story", _STORY, "published", "withdrawn", "written")
        | _of("outcome", _BOTH, "asked", "said")
        | _of("cluster", _CLUSTER, "agreed", "refused", "invited", "ended", "lead_offered", "lead_taken")
        | _of("cluster", _CLUSTER_LEAD, "asked", "link_asked", "link_agreed", "lead_refused")
        | _of("mentorship", _MENTOR, "asked", "withdrawn", "reminder", "unanswered")
        | _of("mentorship", _MENTORSHIP, "accepted", "ended")
        | _of("referral", _REFERRAL, "received", "sent", "accepted", "declined", "closed")
        | _of("vouch", _ABOUT_YOU, "given", "taken_back")
        | _of("profile", _COMPANY, "asked", "hidden")
        | {
            "partners/interest_accepted": _BOTH,
            "partners/contacts_shared": _BOTH,
            "partners/consent_withdrawn": _BOTH,
            "partners/meeting_left": _("You acted for one of the two sides that were introduced."),
            "partners/mentorship_declined": _MENTEE,
            "partners/mentorship_expired": _MENTEE,
            "partners/vouch_ends": _("You act for the chamber that vouches for this company."),
            "partners/membership_asked": _ABOUT_YOU,
            "partners/membership_agreed": _CHAMBER,
            "partners/firm_claimed": _("You act for the chamber that entered this company."),
            "partners/candidate_invited": _ABOUT_YOU,
            "partners/candidate_declined": _("You act for the chamber that sent the invitation."),
            "partners/request_published": _("You act for a company that this request suits."),
            "partners/request_submitted": _("You act for the chamber that this request was handed to."),
            "partners/request_sent_back": _REQUEST_COMPANY,
            "partners/text_to_confirm": _("You speak for the company that this text is about."),
            "partners/text_answered": _REQUEST_CHAMBER,
        }
    )


def _of(about: str, because: object, *names: str) -> dict[str, object]:
    return {f"partners/{about}_{name}": because for name in names}
