"""The verbs of the activity log as people read them, after the name of who did it.

A verb that is missing here is shown as it is written. One verb may mean different things to different objects.
"""

from django.utils.translation import pgettext_lazy

_PHRASES = {
    # Writing and publishing
    "created": pgettext_lazy("activity", "created this"),
    "drafted": pgettext_lazy("activity", "wrote a draft"),
    "edited": pgettext_lazy("activity", "edited this"),
    "revised": pgettext_lazy("activity", "revised this"),
    "described": pgettext_lazy("activity", "described this"),
    "submitted": pgettext_lazy("activity", "submitted this"),
    "published": pgettext_lazy("activity", "published this"),
    "sent_back": pgettext_lazy("activity", "sent this back"),
    "taken_back": pgettext_lazy("activity", "took this back"),
    "withdrawn": pgettext_lazy("activity", "withdrew this"),
    "approved": pgettext_lazy("activity", "approved this"),
    "approval_ended": pgettext_lazy("activity", "ended the approval"),
    "restored": pgettext_lazy("activity", "brought an earlier version back"),
    "translated": pgettext_lazy("activity", "wrote a translation"),
    "translation_confirmed": pgettext_lazy("activity", "found a translation still right"),
    "archived": pgettext_lazy("activity", "archived this"),
    "reopened": pgettext_lazy("activity", "reopened this"),
    "discarded": pgettext_lazy("activity", "discarded this"),
    "renewed": pgettext_lazy("activity", "renewed this"),
    "closed": pgettext_lazy("activity", "closed this"),
    "expired": pgettext_lazy("activity", "let this expire"),
    # Reviewing
    "review_confirmed": pgettext_lazy("activity", "confirmed that this is still correct"),
    "called_out_of_date": pgettext_lazy("activity", "heard from a reader that this is out of date"),
    "report_handled": pgettext_lazy("activity", "dealt with what a reader said"),
    "publisher_assigned": pgettext_lazy("activity", "gave this to another publisher"),
    # Links
    "link_ok": pgettext_lazy("activity", "found that the link works"),
    "link_moved": pgettext_lazy("activity", "found that the page has moved"),
    "link_broken": pgettext_lazy("activity", "found the link broken"),
    "link_unclear": pgettext_lazy("activity", "could not tell whether the link works"),
    "link_look_asked": pgettext_lazy("activity", "asked for another look at the link"),
    "link_corrected": pgettext_lazy("activity", "took the page's new address"),
    # Asking and answering
    "sent": pgettext_lazy("activity", "sent this"),
    "asked": pgettext_lazy("activity", "asked"),
    "agreed": pgettext_lazy("activity", "agreed"),
    "accepted": pgettext_lazy("activity", "accepted"),
    "declined": pgettext_lazy("activity", "declined"),
    "refused": pgettext_lazy("activity", "refused"),
    "ended": pgettext_lazy("activity", "ended this"),
    # Meetings
    "scheduled": pgettext_lazy("activity", "scheduled this"),
    "rescheduled": pgettext_lazy("activity", "moved this to another time"),
    "cancelled": pgettext_lazy("activity", "cancelled this"),
    "in_progress": pgettext_lazy("activity", "began this"),
    "held": pgettext_lazy("activity", "noted that this was held"),
    "done": pgettext_lazy("activity", "noted that this is done"),
    "dropped": pgettext_lazy("activity", "dropped this"),
    "registered": pgettext_lazy("activity", "registered"),
    "confirmed": pgettext_lazy("activity", "confirmed this"),
    "agenda_item_added": pgettext_lazy("activity", "added an agenda item"),
    "agenda_item_revised": pgettext_lazy("activity", "revised an agenda item"),
    "agenda_item_moved": pgettext_lazy("activity", "moved an agenda item"),
    "agenda_item_removed": pgettext_lazy("activity", "removed an agenda item"),
    "document_added": pgettext_lazy("activity", "added a paper"),
    "document_revised": pgettext_lazy("activity", "changed what a paper is called or who may read it"),
    "document_version_added": pgettext_lazy("activity", "added a new version of a paper"),
    "document_taken_off": pgettext_lazy("activity", "took a paper off"),
    "document_put_back": pgettext_lazy("activity", "put a paper back"),
    "minutes_saved": pgettext_lazy("activity", "saved the minutes"),
    "minutes_published": pgettext_lazy("activity", "published the minutes"),
    "decision_added": pgettext_lazy("activity", "wrote down a decision"),
    "decision_removed": pgettext_lazy("activity", "removed a decision"),
    "commitment_added": pgettext_lazy("activity", "wrote down a commitment"),
    "commitment_removed": pgettext_lazy("activity", "removed a commitment"),
    "date_announced": pgettext_lazy("activity", "announced a date"),
    "date_revised": pgettext_lazy("activity", "changed a date"),
    "date_cancelled": pgettext_lazy("activity", "cancelled a date"),
    # People
    "asked_to_join": pgettext_lazy("activity", "asked to join"),
    "admitted": pgettext_lazy("activity", "admitted a member"),
    "invited": pgettext_lazy("activity", "invited a colleague"),
    "joined": pgettext_lazy("activity", "joined by invitation"),
    "withdrew_invitation": pgettext_lazy("activity", "withdrew an invitation"),
    "left": pgettext_lazy("activity", "left"),
    "changed_role": pgettext_lazy("activity", "changed a role"),
    "verified": pgettext_lazy("activity", "verified this"),
    "asked_again": pgettext_lazy("activity", "asked for verification again"),
}

# What a verb means to objects of one kind (the model's name in lower case).
_MEANINGS = {
    ("resource", "approved"): pgettext_lazy("activity", "approved this for a moment to come"),
    ("resource", "unscheduled"): pgettext_lazy("activity", "took back the moment of its publication"),
    ("organization", "declined"): pgettext_lazy("activity", "declined a request"),
    ("organization", "removed"): pgettext_lazy("activity", "removed a member"),
    ("organization", "refused"): pgettext_lazy("activity", "refused verification"),
    ("organization", "reopened"): pgettext_lazy("activity", "took the verification back"),
    ("organization", "edited"): pgettext_lazy("activity", "edited the facts"),
}


def phrase(verb: str, model: str = "") -> str:
    """A verb done to an object of kind ``model``, in the reader's language."""
    return str(_MEANINGS.get((model, verb)) or _PHRASES.get(verb) or verb.replace("_", " "))
