"""Why people get the messages of dialogues: by which part they have in them."""

from django.utils.translation import gettext_lazy as _

from portal.notifications import reasons
from portal.notifications.reasons import ANY_PART

#: In which part somebody is told of a session (``told_as`` in a promise).
REGISTERED, INVITED, OFFICIAL = "registered", "invited", "official"
#: … of a step of an issue.
RAISED, ENDORSED, FOLLOWS, MERGED = "raised", "endorsed", "follows", "merged"
#: … of a commitment; the rungs of dialogues/chasing.py.
KEEPER, MANAGER = "keeper", "manager"

_SESSION = {
    REGISTERED: _("You are registered for this session."),
    INVITED: _("You are invited to this session."),
    OFFICIAL: _("You are an official of a Party to this dialogue."),
    ANY_PART: _("You are registered for this session, invited to it, or an official of a Party."),
}
_REGISTERED = _SESSION[REGISTERED]
_OFFICIAL = _SESSION[OFFICIAL]
_ASKED = _("You were asked which dates suit you.")
_ORGANIZER = _("You asked for these dates, or are an official of a Party to this dialogue.")
_ATTENDED = _("You attended this session.")
_LEAD = _("You see to this commitment for your organization.")
_COMMITMENT = {
    KEEPER: _("Your organization keeps this commitment."),
    MANAGER: _("You manage the organization that keeps this commitment."),
    OFFICIAL: _("You are an official of the economy that answers for this commitment."),
    ANY_PART: _("Your organization or your economy answers for this commitment."),
}
_STEP = {
    RAISED: _("You raised this issue, or your organization did."),
    ENDORSED: _("Your organization said that this issue affects it too."),
    FOLLOWS: _("You follow this issue."),
    MERGED: _("You raised an issue that goes on together with this one, or your organization did."),
    ANY_PART: _("You raised, endorsed or follow this issue."),
}


def register() -> None:
    """Called once, when the app is ready. What officials write to many says why itself (dialogues/addressing.py)."""
    sessions = ("scheduled", "cancelled", "rescheduled", "revised", "zone_corrected", "near")
    reasons.declare({f"dialogues/session_{name}": _SESSION for name in sessions})
    reasons.declare(
        {
            "dialogues/session_invitation": _("You are invited to this session."),
            "dialogues/invitation_closed": _("You were invited to this session."),
            "dialogues/answer_noted": _REGISTERED,
            "dialogues/registration_confirmed": _REGISTERED,
            "dialogues/place_given": _REGISTERED,
            "dialogues/registration_waitlisted": _("You registered for this session."),
            "dialogues/registration_cancelled": _("You were registered for this session."),
            "dialogues/poll_opened": _ASKED,
            "dialogues/poll_reminder": _ASKED,
            "dialogues/poll_withdrawn": _ASKED,
            "dialogues/poll_all_answered": _ORGANIZER,
            "dialogues/poll_deadline_passed": _ORGANIZER,
            "dialogues/minutes_to_sign": _OFFICIAL,
            "dialogues/minutes_reopened": _OFFICIAL,
            "dialogues/minutes_circulated": _ATTENDED,
            "dialogues/minutes_comment_settled": _("You commented on these minutes."),
            "dialogues/minutes_published": _SESSION | {REGISTERED: _("You were registered for this session.")},
            "dialogues/commitment_lead": _LEAD,
            "dialogues/commitment_due": _COMMITMENT,
            "dialogues/commitment_overdue": _COMMITMENT,
            "dialogues/issue_submitted": _STEP[RAISED],
            "dialogues/issue_step": _STEP,
            "dialogues/issue_received": _("You are an official of a Party that owes the answer."),
            "dialogues/issue_referred": _("You belong to the agency that this issue was passed to."),
            "dialogues/issue_reopened": _OFFICIAL,
            "dialogues/issue_text_awaiting": _("You are an official who may approve this text."),
            "dialogues/issue_text_sent_back": _("You wrote this text."),
            "dialogues/issues_due": _("You are an official of a Party that owes answers."),
        }
    )
