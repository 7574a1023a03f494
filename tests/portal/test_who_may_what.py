"""Every role against every action. A new address that is not in the table fails the last test."""

from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from dialogues import commenting, documents, poll_links, polls
from dialogues.models import SuccessCase
from partners import bringing, seating
from partners.models import CandidateInvitation, ChamberMember, PartnerMeeting, PartnerRequest, SuccessStory
from portal.accounts.models import Invitation, Membership
from portal.focal import links
from portal.notifications import audiences, followed, mailing, mailing_outlook, subscriptions, webhooks
from portal.notifications.delivery import deliver_due
from portal.notifications.mailing_text import Text
from resources import versions
from resources.models import Collection, ImportRun
from resources.publishing import revise
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.dialogues import (
    AgendaItemFactory,
    CommitmentFactory,
    DialogueFactory,
    FigureFactory,
    InitiativeFactory,
    IssueFactory,
    MinutesFactory,
    QuestionFactory,
    RegistrationFactory,
    SessionFactory,
    SessionInvitationFactory,
)
from tests.factories.focal import FocalPointFactory
from tests.factories.gatherings import (
    ClusterFactory,
    ClusterLinkFactory,
    ClusterMemberFactory,
    MentorOfferFactory,
    MentorshipFactory,
)
from tests.factories.partners import (
    ChamberMemberFactory,
    CompanyProfileFactory,
    InterestFactory,
    IntroductionFactory,
    PartnerRequestFactory,
    ReferralFactory,
    RequestAttachmentFactory,
    TextConfirmationFactory,
    VouchFactory,
)
from tests.factories.reference import agreement, economy
from tests.factories.resources import ResourceFactory
from tests.factories.screening import ScreeningFlagFactory
from tests.sharing import kept

ROLES = (
    "visitor",
    "outsider",  # signed in, member of nothing
    "sme",  # manages the firm the objects belong to
    "other_sme",  # a firm across the ocean; it asked to meet
    "chamber",  # the chamber that speaks for the firm
    "other_chamber",
    "official",  # of the economy, and of a Party
    "foreign_official",  # of an economy that is no Party
    "administrator",
)
SIGNED_IN = set(ROLES) - {"visitor"}
FIRMS = {"sme", "other_sme"}
CHAMBERS = {"chamber", "other_chamber"}
OWN_FIRM = {"sme", "administrator"}
OFFICIALS = {"official", "foreign_official"}
AT_INTRODUCTION = {"sme", "other_sme", "chamber"}
INTRODUCTION_POSTS = (
    "slots-propose", "meeting-place", "meeting-cancel", "outcome-report", "story-save", "story-agree", "story-withdraw",
)  # fmt: skip


@dataclass(frozen=True)
class Action:
    """An address, what it is done to (a name in the world), and who may; ``method`` where a GET would say nothing."""

    name: str
    who: frozenset
    args: tuple = ()
    method: str = "get"

    def __str__(self):
        return f"{self.method} {self.name} {' '.join(self.args)}".strip()


def may(who, name, *args, method="get"):
    return Action(name, frozenset(who), args, method)


TABLE = [
    # Your own pages.
    may(SIGNED_IN, "desk"),
    may(SIGNED_IN, "profile"),
    may(SIGNED_IN, "welcome"),
    may(SIGNED_IN, "welcome-choose", method="post"),
    may(SIGNED_IN, "welcome-skip", method="post"),
    may(SIGNED_IN, "notifications:inbox"),
    may(SIGNED_IN, "notifications:preferences"),
    may(SIGNED_IN, "notifications:mark-all-read", method="post"),
    may(set(), "notifications:open", "nobodys_notification", method="post"),
    may(SIGNED_IN, "notifications:following"),
    may({"sme"}, "notifications:follow-end", "own_subscription", method="post"),
    may({"sme"}, "notifications:follow-rhythm", "own_subscription", method="post"),
    may(SIGNED_IN, "notifications:address-works-again", method="post"),
    may(SIGNED_IN, "notifications:personal-begin", method="post"),
    may(SIGNED_IN, "notifications:personal-end", method="post"),
    may(set(ROLES), "notifications:follow", "followed_kind"),
    # An organization's own systems.
    may(CHAMBERS | OFFICIALS, "notifications:webhook-follow", "followed_kind"),
    may({"chamber"}, "notifications:webhook-list", "chamber_body"),
    may({"chamber"}, "notifications:webhook-create", "chamber_body"),
    may({"chamber"}, "notifications:webhook-detail", "webhook"),
    may({"chamber"}, "notifications:webhook-edit", "webhook"),
    may({"chamber"}, "notifications:webhook-test", "webhook", method="post"),
    may({"chamber"}, "notifications:webhook-rotate", "webhook", method="post"),
    may({"chamber"}, "notifications:webhook-end-old-secret", "webhook", method="post"),
    may({"chamber"}, "notifications:webhook-off", "webhook", method="post"),
    may({"chamber"}, "notifications:webhook-on", "webhook", method="post"),
    may({"chamber"}, "notifications:webhook-follow-end", "webhook_follows", method="post"),
    may({"chamber"}, "notifications:webhook-send-again", "webhook_sent", method="post"),
    # Messages to many: who takes part in a session, a dialogue, an issue; and who got one.
    may({"official"}, "notifications:mailing-list", "written_session"),
    may({"official"}, "notifications:mailing-list", "written_dialogue"),
    may({"official"}, "notifications:mailing-list", "written_issue"),
    may({"official"}, "notifications:mailing-new", "written_session"),
    may({"official"}, "notifications:mailing-new", "written_session", method="post"),
    may({"official"}, "notifications:mailing", "draft_mailing"),
    may({"official"}, "notifications:mailing", "going_mailing"),
    may({"official"}, "notifications:mailing-edit", "draft_mailing"),
    may({"official"}, "notifications:mailing-sample", "sample_mailing"),
    may({"official"}, "notifications:mailing-try", "sample_mailing", method="post"),
    may({"official"}, "notifications:mailing-send", "draft_mailing", method="post"),
    may({"official"}, "notifications:mailing-halt", "going_mailing", method="post"),
    may({"official"}, "notifications:mailing-resume", "going_mailing", method="post"),
    may({"official"}, "notifications:mailing-discard", "draft_mailing", method="post"),
    may({"outsider"}, "notifications:message", "message"),
    # Organizations and their people.
    may(SIGNED_IN, "organization-list"),
    may(SIGNED_IN, "organization-find"),
    may(SIGNED_IN, "organization-create"),
    may({"administrator"}, "organization-awaiting"),
    may({"administrator"}, "organization-verify", "pending", method="post"),
    may({"administrator"}, "organization-refuse", "pending", method="post"),
    may({"administrator"}, "organization-reopen", "chamber_body", method="post"),
    may({"sme"}, "organization-ask-again", "refused", method="post"),
    may(OWN_FIRM, "organization-edit", "firm"),
    may(OWN_FIRM, "organization-people", "firm"),
    may(SIGNED_IN - {"sme"}, "organization-join", "firm", method="post"),
    may(OWN_FIRM, "organization-invite", "firm"),
    may(OWN_FIRM, "invitation-withdraw", "invitation", method="post"),
    may(OWN_FIRM, "membership-admit", "applicant", method="post"),
    may(OWN_FIRM, "membership-decline", "applicant", method="post"),
    may(OWN_FIRM, "membership-remove", "colleague", method="post"),
    may(OWN_FIRM, "membership-role", "colleague", method="post"),
    may({"sme"}, "membership-leave", "own_membership", method="post"),
    # Names like those on screening lists.
    may({"administrator"}, "partners:screening-list"),
    may({"administrator"}, "partners:screening-detail", "screening_flag"),
    may({"administrator"}, "partners:screening-reopen", "screening_flag", method="post"),
    # Offices that answer questions.
    may(CHAMBERS | OFFICIALS | {"administrator"}, "focal:point-mine"),
    may(CHAMBERS | OFFICIALS | {"administrator"}, "focal:point-confirm-several", method="post"),
    may({"official", "administrator"}, "focal:point-add", "agency_body"),
    may({"official", "administrator"}, "focal:point-edit", "office"),
    may({"official", "administrator"}, "focal:point-confirm", "office", method="post"),
    may({"official", "administrator"}, "focal:point-take-out", "office", method="post"),
    may(set(ROLES), "focal:point-confirm-by-link", "office_link"),
    # Resources.
    may(OFFICIALS | {"administrator"}, "resources:resource-manage"),
    may(OFFICIALS | {"administrator"}, "resources:resource-draft"),
    may({"official", "administrator"}, "resources:resource-detail", "draft_resource"),
    may({"official"}, "resources:resource-revise", "draft_resource"),
    may({"official"}, "resources:resource-revise", "published_resource"),
    may({"administrator"}, "resources:resource-revise", "global_resource"),
    may({"official"}, "resources:resource-submit", "draft_resource", method="post"),
    may({"official"}, "resources:resource-publish", "submitted_resource", method="post"),
    may({"official"}, "resources:resource-schedule", "submitted_resource"),
    may({"official"}, "resources:resource-schedule", "submitted_resource", method="post"),
    may({"official"}, "resources:resource-unschedule", "submitted_resource", method="post"),
    may({"administrator"}, "resources:resource-publish", "lone_resource", method="post"),
    may({"administrator"}, "resources:resource-schedule", "lone_resource"),
    may({"official", "administrator"}, "resources:resource-send-back", "lone_resource"),
    may({"official"}, "resources:resource-versions", "published_resource"),
    may({"official", "administrator"}, "resources:resource-versions", "lone_resource"),
    # Where an economy has one official, administrators look over what she changes.
    may({"official", "administrator"}, "resources:resource-compare", "versioned_resource"),
    may({"official"}, "resources:resource-restore", "earlier_version", method="post"),
    may({"official"}, "resources:resource-look", "changed_resource"),
    may({"official"}, "resources:resource-look-over", "changed_resource", method="post"),
    may({"official"}, "resources:resource-bring-back", "changed_resource", method="post"),
    may({"official", "administrator"}, "resources:resource-look", "changed_alone"),
    may({"official", "administrator"}, "resources:resource-look-over", "changed_alone", method="post"),
    may({"official"}, "resources:resource-translate", "translated_resource"),
    may({"official"}, "resources:resource-still-right", "translated_resource", method="post"),
    may(OFFICIALS | {"administrator"}, "resources:language-coverage"),
    may(OFFICIALS | {"administrator"}, "resources:language-list", "stale_french"),
    may({"official"}, "resources:resource-send-back", "submitted_resource", method="post"),
    may({"official"}, "resources:resource-withdraw", "published_resource", method="post"),
    may({"official"}, "resources:resource-reopen", "archived_resource", method="post"),
    may(OFFICIALS | {"administrator"}, "resources:review-list"),
    may(OFFICIALS | {"administrator"}, "resources:review-confirm", method="post"),
    may({"official"}, "resources:resource-confirm", "published_resource", method="post"),
    may({"administrator"}, "resources:resource-confirm", "global_resource", method="post"),
    may(set(ROLES), "resources:resource-report", "published_resource"),
    may(set(), "resources:resource-report", "draft_resource"),
    may(OFFICIALS | {"administrator"}, "resources:report-list"),
    may({"official"}, "resources:report-handle", "report", method="post"),
    may(OFFICIALS | {"administrator"}, "resources:link-list"),
    may({"official"}, "resources:link-accept", "published_resource", method="post"),
    may({"official"}, "resources:link-look", "published_resource", method="post"),
    may({"administrator"}, "resources:link-look", "global_resource", method="post"),
    may({"official"}, "resources:resource-dates", "training"),
    may({"official"}, "resources:date-revise", "training_date"),
    may({"official"}, "resources:date-cancel", "training_date", method="post"),
    # What a firm said in the guided finder.
    may(FIRMS, "resources:finder-keep", method="post"),
    may(FIRMS, "resources:finder-forget", method="post"),
    # Lists of resources: a person's own, and a chamber's.
    may(SIGNED_IN, "resources:collection-list"),
    may({"outsider"}, "resources:collection-detail", "own_list"),
    may({"outsider"}, "resources:collection-edit", "own_list"),
    may({"outsider"}, "resources:collection-delete", "own_list"),
    may({"outsider"}, "resources:collection-share", "own_list", method="post"),
    may({"chamber"}, "resources:collection-detail", "chambers_list"),
    may({"chamber"}, "resources:collection-delete", "chambers_list", method="post"),
    may({"chamber"}, "resources:collection-share", "chambers_list", method="post"),
    may({"outsider"}, "resources:collection-item-move", "list_item", method="post"),
    may({"outsider"}, "resources:collection-item-note", "list_item", method="post"),
    may({"outsider"}, "resources:collection-item-remove", "list_item", method="post"),
    may(SIGNED_IN, "resources:resource-lists", "published_resource"),
    may(SIGNED_IN, "resources:resource-keep", "published_resource", method="post"),
    may({"official", "administrator"}, "resources:resource-keep", "draft_resource", method="post"),
    may(OFFICIALS | {"administrator"}, "resources:import-start"),
    may(OFFICIALS | {"administrator"}, "resources:import-template"),
    may({"official"}, "resources:import-detail", "import_file"),  # nobody but who uploaded it
    may({"official"}, "resources:import-errors", "import_file"),
    may({"official"}, "resources:import-load", "import_file", method="post"),
    may({"official"}, "resources:import-give-up", "import_file", method="post"),
    # Dialogues.
    may({"official"}, "dialogues:case-name", "dialogue", method="post"),
    may({"official"}, "dialogues:case-take-off", "success_case", method="post"),
    may({"official"}, "dialogues:session-create", "dialogue"),
    may({"official"}, "dialogues:session-detail", "draft_session"),
    may({"official"}, "dialogues:session-revise", "draft_session"),
    may({"official"}, "dialogues:session-schedule", "draft_session"),
    may({"official"}, "dialogues:session-schedule", "draft_session", method="post"),
    may({"official"}, "dialogues:session-reschedule", "scheduled_session", method="post"),
    may({"official"}, "dialogues:session-zone", "scheduled_session"),
    may({"official"}, "dialogues:session-zone", "scheduled_session", method="post"),
    may({"official"}, "dialogues:poll-create", "draft_session"),
    may({"official"}, "dialogues:poll-create", "draft_session", method="post"),
    may({"official"}, "dialogues:poll-create", "scheduled_session"),  # led back to the session
    may({"official"}, "dialogues:poll-detail", "poll"),
    may({"official"}, "dialogues:poll-choose", "poll_slot"),
    may({"official"}, "dialogues:poll-choose", "poll_slot", method="post"),
    may({"official"}, "dialogues:poll-invite", "poll", method="post"),
    may({"official"}, "dialogues:poll-deadline", "poll", method="post"),
    may({"official"}, "dialogues:poll-withdraw", "poll", method="post"),
    may({"official"}, "dialogues:poll-invite-again", "poll_invitee", method="post"),
    may({"official"}, "dialogues:poll-take-off", "poll_invitee", method="post"),
    may(set(ROLES), "dialogues:poll-answer", "poll_link"),
    may(set(ROLES), "dialogues:poll-answer", "poll_link", method="post"),
    may({"official"}, "dialogues:session-cancel", "scheduled_session", method="post"),
    may({"official"}, "dialogues:session-start", "scheduled_session", method="post"),
    may({"official"}, "dialogues:session-held", "scheduled_session", method="post"),
    may({"official"}, "dialogues:session-close", "held_session", method="post"),
    may({"official"}, "dialogues:dialogue-settings", "dialogue"),
    may({"official"}, "dialogues:delegation-hours", "own_delegation"),
    may({"official"}, "dialogues:hours-forget", "own_delegation", method="post"),
    may(set(), "dialogues:delegation-hours", "other_delegation"),  # each delegation says its own
    may({"official"}, "dialogues:session-prepare", "dialogue"),
    may({"official"}, "dialogues:session-channels", "scheduled_session"),
    may({"official"}, "dialogues:session-readiness", "scheduled_session"),
    may({"official"}, "dialogues:party-confirm", "own_side", method="post"),
    may(set(), "dialogues:party-confirm", "other_side", method="post"),
    may(set(ROLES), "dialogues:session-room", "scheduled_session"),
    may({"official"}, "dialogues:item-call", "scheduled_session", method="post"),
    may({"official"}, "dialogues:agenda-edit", "scheduled_session"),
    may({"official"}, "dialogues:agenda-reorder", "scheduled_session", method="post"),
    may({"official"}, "dialogues:agenda-issue-add", "waiting_issue", method="post"),
    may({"official"}, "dialogues:agenda-left-open", "held_session"),
    may({"official"}, "dialogues:item-revise", "agenda_item"),
    may({"official"}, "dialogues:item-move", "agenda_item", method="post"),
    may({"official"}, "dialogues:item-remove", "agenda_item", method="post"),
    may(SIGNED_IN, "dialogues:session-register", "scheduled_session"),
    may(SIGNED_IN, "dialogues:session-unregister", "scheduled_session", method="post"),  # her own, if she has one
    may({"outsider"}, "dialogues:place-detail", "scheduled_session"),  # who has a place
    may({"outsider"}, "dialogues:place-answer", "scheduled_session", method="post"),
    may({"outsider"}, "dialogues:place-check-in", "scheduled_session", method="post"),
    may({"official"}, "dialogues:registration-set", "scheduled_session"),
    may({"official"}, "dialogues:question-add", "scheduled_session"),
    may({"official"}, "dialogues:question-revise", "question"),
    may({"official"}, "dialogues:question-move", "question", method="post"),
    may({"official"}, "dialogues:question-remove", "question", method="post"),
    may({"official"}, "dialogues:invitation-list", "scheduled_session"),
    may({"official"}, "dialogues:undelivered-list", "scheduled_session"),
    may({"official"}, "dialogues:undelivered-again", "scheduled_session", method="post"),
    may({"official"}, "dialogues:invitation-organization", "scheduled_session", method="post"),
    may({"official"}, "dialogues:invitation-again", "session_invitation", method="post"),
    may({"official"}, "dialogues:invitation-withdraw", "session_invitation", method="post"),
    may({"official"}, "dialogues:people-list", "scheduled_session"),
    may({"official"}, "dialogues:people-table", "scheduled_session"),
    may({"official"}, "dialogues:person-attended", "place", method="post"),
    may({"official"}, "dialogues:person-cancel", "place", method="post"),
    may({"official"}, "dialogues:minutes-detail", "held_session"),
    # Papers: everybody reads a list of what is for her; officials of the Parties keep them.
    may(set(ROLES), "dialogues:document-list", "scheduled_session"),
    may({"official"}, "dialogues:document-list", "draft_session"),
    may(set(ROLES), "dialogues:document-download", "public_file"),
    may({"official", "outsider"}, "dialogues:document-download", "participants_file"),
    may({"official"}, "dialogues:document-download", "secret_file"),
    may({"official"}, "dialogues:document-add", "scheduled_session"),
    may({"official"}, "dialogues:document-add", "scheduled_session", method="post"),
    may({"official"}, "dialogues:document-revise", "document"),
    may({"official"}, "dialogues:version-add", "document"),
    may({"official"}, "dialogues:document-take-off", "document", method="post"),
    may({"official"}, "dialogues:document-put-back", "taken_off_document", method="post"),
    may(set(ROLES), "dialogues:session-pack", "scheduled_session"),
    may(set(ROLES), "dialogues:session-pack-pdf", "scheduled_session"),
    may(set(ROLES), "dialogues:session-pack-docx", "scheduled_session"),
    may({"official"}, "dialogues:session-pack-pdf", "draft_session"),
    may({"official"}, "dialogues:minutes-edit", "held_session"),
    may({"official"}, "dialogues:minutes-publish", "held_session"),
    may({"official"}, "dialogues:minutes-begin", "held_session", method="post"),
    may({"official"}, "dialogues:minutes-autosave", "held_session", method="post"),
    may({"official"}, "dialogues:minutes-section-add", "held_session"),
    may({"official"}, "dialogues:minutes-circulate", "held_session"),
    may({"official"}, "dialogues:minutes-discard", "held_session", method="post"),
    may({"official"}, "dialogues:minutes-version", "draft_minutes"),
    may({"official", "outsider"}, "dialogues:minutes-detail", "circulated_session"),  # she attended
    may({"official", "outsider"}, "dialogues:minutes-comment", "circulated_session"),
    may({"official"}, "dialogues:minutes-comment-settle", "minutes_comment"),
    may({"official"}, "dialogues:minutes-sign", "circulated_session", method="post"),
    may({"official"}, "dialogues:minutes-reopen", "circulated_session"),
    may({"official"}, "dialogues:minutes-correct", "corrected_session"),
    may(set(ROLES), "dialogues:minutes-detail", "corrected_session"),
    may(set(ROLES), "dialogues:minutes-compare", "corrected_session"),
    may(set(ROLES), "dialogues:minutes-by-link", "minutes_link"),
    may({"official"}, "dialogues:decision-add", "held_session"),
    may({"official"}, "dialogues:decision-remove", "decision", method="post"),
    may({"official"}, "dialogues:commitment-add", "held_session"),
    may({"official"}, "dialogues:commitment-remove", "draft_commitment", method="post"),
    may({"official", "chamber"}, "dialogues:commitment-report", "commitment"),
    may({"official", "chamber"}, "dialogues:commitment-due", "commitment"),
    may({"official", "chamber"}, "dialogues:commitment-drop", "commitment"),
    may({"chamber"}, "dialogues:commitment-lead", "commitment"),
    may(set(ROLES), "dialogues:commitment-detail", "commitment"),
    may({"official"}, "dialogues:initiative-add", "held_session"),
    may({"official"}, "dialogues:initiative-revise", "initiative"),
    may({"official"}, "dialogues:initiative-status", "initiative"),
    may({"official"}, "dialogues:figure-add", "dialogue"),
    may({"official"}, "dialogues:figure-take-off", "figure", method="post"),
    # Issues: what officials do with them.
    may(SIGNED_IN, "dialogues:issue-mine"),
    may(FIRMS | CHAMBERS, "dialogues:issue-new", "dialogue"),
    may({"sme"}, "dialogues:issue-similar", "draft_issue"),
    may({"sme"}, "dialogues:issue-write", "issue_step"),
    may({"sme"}, "dialogues:issue-check", "draft_issue"),
    may({"sme"}, "dialogues:issue-submitted", "issue"),
    may({"sme"}, "dialogues:issue-withdraw", "issue"),
    may(FIRMS | CHAMBERS, "dialogues:issue-endorse", "public_issue"),
    may({"chamber"}, "dialogues:endorsement-take-back", "endorsement", method="post"),
    may(SIGNED_IN, "dialogues:issue-follow", "public_issue", method="post"),
    may(SIGNED_IN, "dialogues:issue-unfollow", "public_issue", method="post"),
    may(OFFICIALS, "dialogues:issue-queue"),
    may({"sme", "official"}, "dialogues:issue-detail", "issue"),
    may(set(ROLES), "dialogues:issue-detail", "public_issue"),
    may({"official"}, "dialogues:issue-acknowledge", "issue", method="post"),
    may({"official"}, "dialogues:issue-answer", "issue"),
    may({"official"}, "dialogues:issue-decline", "issue"),
    may({"official"}, "dialogues:issue-resolve", "issue_on_agenda"),
    may({"official"}, "dialogues:issue-agenda", "issue"),
    may({"official"}, "dialogues:issue-off-agenda", "issue_of_item", method="post"),
    may({"official"}, "dialogues:issue-refer", "issue"),
    may({"official"}, "dialogues:issue-merge", "issue"),
    may({"sme", "official"}, "dialogues:issue-reopen", "answered_issue"),
    may({"official"}, "dialogues:issue-text", "issue"),
    may({"official"}, "dialogues:issue-text", "public_issue"),
    may({"official"}, "dialogues:issue-text-approve", "issue", method="post"),
    may({"official"}, "dialogues:issue-text-send-back", "issue", method="post"),
    may({"official"}, "dialogues:issue-text-discard", "issue", method="post"),
    may({"official"}, "dialogues:issue-text-take-down", "public_issue", method="post"),
    may(SIGNED_IN, "dialogues:personal-begin", method="post"),
    may(SIGNED_IN, "dialogues:personal-end", method="post"),
    # Partners.
    may(FIRMS | CHAMBERS, "partners:request-draft"),
    may(SIGNED_IN, "partners:request-mine"),
    may(SIGNED_IN, "partners:match-list"),
    may(SIGNED_IN, "partners:interest-list"),
    may(SIGNED_IN, "partners:disclosure-list"),
    may(CHAMBERS, "partners:chamber-desk"),
    may(CHAMBERS, "partners:member-list"),
    may(CHAMBERS, "partners:firm-register"),
    may(CHAMBERS, "partners:chamber-choose", method="post"),
    may({"chamber"}, "partners:vouch-give", "member_firm"),
    may(CHAMBERS, "partners:vouch-list"),
    may({"chamber"}, "partners:vouch-take-back", "vouch", method="post"),
    may({"chamber"}, "partners:member-matches", "member_firm"),
    may(CHAMBERS, "partners:claim-list"),
    may({"chamber"}, "partners:claim-agree", "firm_claim", method="post"),
    may({"chamber"}, "partners:claim-refuse", "firm_claim", method="post"),
    may(CHAMBERS, "partners:firm-export", "firm_file_kind"),
    may(CHAMBERS, "partners:firm-import-start"),
    may(CHAMBERS, "partners:firm-import-template", "firm_file_kind"),
    may({"chamber"}, "partners:firm-import", "firm_file"),
    may({"chamber"}, "partners:firm-import-errors", "firm_file"),
    may({"chamber"}, "partners:firm-import-load", "firm_file", method="post"),
    may({"chamber"}, "partners:firm-import-give-up", "firm_file", method="post"),
    may(CHAMBERS, "partners:referral-list"),
    may({"sme", "chamber", "other_chamber"}, "partners:referral-detail", "referral"),
    may({"other_chamber"}, "partners:referral-accept", "referral", method="post"),
    may({"other_chamber"}, "partners:referral-decline", "referral", method="post"),
    may({"chamber"}, "partners:referral-close", "referral", method="post"),
    may({"chamber"}, "partners:request-refer", "published_request"),
    may(CHAMBERS, "partners:candidate-list", "published_request"),
    may(CHAMBERS, "partners:candidate-invite", "published_request", "other_firm", method="post"),
    may(SIGNED_IN, "partners:invitation-list"),
    may({"other_sme"}, "partners:invitation-detail", "candidate_invitation"),
    may({"other_sme"}, "partners:invitation-decline", "candidate_invitation", method="post"),
    may({"sme"}, "partners:request-detail", "draft_request"),
    may({"sme"}, "partners:request-revise", "draft_request"),
    may({"sme"}, "partners:request-conditions", "draft_request"),
    may({"sme"}, "partners:conditions-again", "draft_request", method="post"),
    may(FIRMS, "partners:request-dismiss", "published_request", method="post"),
    may(FIRMS, "partners:request-bring-back", "published_request", method="post"),
    may({"sme"}, "partners:request-submit", "draft_request", method="post"),
    may({"sme"}, "partners:request-discard", "draft_request", method="post"),
    may({"sme"}, "partners:request-take-back", "submitted_request", method="post"),
    may({"chamber"}, "partners:request-publish", "submitted_request", method="post"),
    may({"chamber"}, "partners:request-send-back", "submitted_request", method="post"),
    may({"sme", "chamber"}, "partners:request-close", "published_request", method="post"),
    may({"sme", "chamber"}, "partners:request-renew", "published_request", method="post"),
    may({"chamber"}, "partners:text-ask", "chambers_text", method="post"),
    may({"sme"}, "partners:text-confirm", "chambers_text", method="post"),
    may({"sme"}, "partners:text-change", "chambers_text", method="post"),
    may({"sme"}, "partners:attachment-add", "draft_request"),
    may({"chamber"}, "partners:attachment-add", "chambers_text"),
    may({"sme", "chamber"}, "partners:attachment-add", "published_request"),
    may(set(ROLES), "partners:attachment-download", "public_attachment"),
    may({"sme", "chamber"}, "partners:attachment-download", "guarded_attachment"),
    may({"sme", "chamber"}, "partners:attachment-off", "guarded_attachment", method="post"),
    # Clusters and mentors.
    may(FIRMS | CHAMBERS, "partners:cluster-create"),
    may({"sme", "chamber"}, "partners:cluster-detail", "hidden_cluster"),
    may({"chamber"}, "partners:cluster-edit", "cluster"),
    may({"chamber"}, "partners:cluster-invite", "cluster"),
    may({"chamber"}, "partners:cluster-link", "cluster"),
    may(FIRMS, "partners:cluster-join", "cluster"),
    may({"chamber"}, "partners:cluster-member-agree", "asking_member", method="post"),
    may({"chamber"}, "partners:cluster-member-refuse", "asking_member", method="post"),
    may({"chamber", "other_sme"}, "partners:cluster-member-end", "asking_member", method="post"),
    may({"sme"}, "partners:cluster-member-agree", "invited_member", method="post"),
    may({"chamber"}, "partners:cluster-lead-offer", "active_member", method="post"),
    may({"sme"}, "partners:cluster-lead-take", "offered_cluster", method="post"),
    may({"sme"}, "partners:cluster-lead-refuse", "offered_cluster", method="post"),
    may({"chamber"}, "partners:cluster-lead-take-back", "offered_cluster", method="post"),
    may({"chamber"}, "partners:cluster-link-agree", "proposed_link", method="post"),
    may({"chamber"}, "partners:cluster-link-refuse", "proposed_link", method="post"),
    may(CHAMBERS, "partners:cluster-link-end", "proposed_link", method="post"),
    may({"sme", "chamber"}, "partners:request-share", "published_request", method="post"),
    may({"sme", "chamber"}, "partners:request-unshare", "published_request", method="post"),
    may(SIGNED_IN, "partners:mentorship-list"),
    may({"other_sme"}, "partners:mentorship-ask", "mentor_offer"),
    may({"sme", "chamber"}, "partners:mentor-pause", "mentor_offer", method="post"),
    may({"sme", "chamber"}, "partners:mentor-resume", "mentor_offer", method="post"),
    may({"sme", "chamber"}, "partners:mentor-places", "mentor_offer", method="post"),
    may({"sme", "chamber", "other_sme"}, "partners:mentorship-detail", "mentorship"),
    may({"sme", "chamber"}, "partners:mentorship-accept", "mentorship", method="post"),
    may({"sme", "chamber"}, "partners:mentorship-decline", "mentorship", method="post"),
    may({"other_sme"}, "partners:mentorship-withdraw", "mentorship", method="post"),
    may({"sme", "chamber", "other_sme"}, "partners:mentorship-end", "mentorship", method="post"),
    may(FIRMS | {"chamber"}, "partners:interest-express", "foreign_request", method="post"),
    may({"sme", "chamber", "other_sme"}, "partners:interest-share", "rung_of_met", method="post"),
    may({"sme", "chamber", "other_sme"}, "partners:interest-unshare", "rung_of_met", method="post"),
    may({"sme", "chamber"}, "partners:request-show-again", "hidden_request", method="post"),
    may(CHAMBERS, "partners:member-interests"),
    may({"sme", "chamber", "other_sme"}, "partners:interest-detail", "interest"),
    may({"sme", "chamber"}, "partners:interest-accept", "interest", method="post"),
    may({"sme", "chamber"}, "partners:interest-decline", "interest", method="post"),
    may({"other_sme"}, "partners:interest-withdraw", "interest", method="post"),
    # Introductions: for the two sides and the broker; by a personal link for whoever holds it.
    may(AT_INTRODUCTION, "partners:introduction-detail", "introduction"),
    may(AT_INTRODUCTION, "partners:meeting-file", "introduction"),
    may(AT_INTRODUCTION, "partners:story", "introduction"),
    may(AT_INTRODUCTION, "partners:story-detail", "draft_story"),
    may(AT_INTRODUCTION, "partners:slot-accept", "introduction_slot", method="post"),
    may(set(ROLES), "partners:introduction-detail-by-link", "introduction_link"),
    may(set(ROLES), "partners:meeting-file-by-link", "introduction_link"),
    may(set(ROLES), "partners:story-by-link", "introduction_link"),
    may(set(ROLES), "partners:slot-accept-by-link", "introduction_link_slot", method="post"),
    *(may(AT_INTRODUCTION, f"partners:{name}", "introduction", method="post") for name in INTRODUCTION_POSTS),
    *(may(set(ROLES), f"partners:{name}-by-link", "introduction_link", method="post") for name in INTRODUCTION_POSTS),
    may(CHAMBERS, "partners:introduction-board"),
    may(CHAMBERS, "partners:introduction-table"),
    may({"chamber"}, "partners:stage-report", "introduction", method="post"),
    may({"sme"}, "partners:profile-edit", "firm"),
    may({"sme"}, "partners:profile-reading", "firm"),
    may({"sme"}, "partners:profile-confirm", "firm", method="post"),
    may(CHAMBERS, "partners:membership-ask", "other_firm", method="post"),
    may({"sme"}, "partners:membership-agree", "asked_member", method="post"),
    may({"sme"}, "partners:membership-refuse", "asked_member", method="post"),
    may({"sme", "other_chamber"}, "partners:membership-end", "asked_member", method="post"),
]
#: What a visitor may open, by name; test_every_address.py walks it.
OPEN = {
    "dialogues:invitation-answer", "dialogues:invitation-pass-on", "dialogues:invitation-check-in",
    "healthz", "readyz", "mail-events", "robots", "sitemap", "sitemap-section",
    "resources:export-csv", "resources:export-jsonl",
    "resources:resource-feed",
    "dataset", "home", "reader-settings", "agreements", "open-data", "accessibility", "contact",
    "organization-detail", "invitation-accept", "notifications:unsubscribe", "notifications:resubscribe",
    "notifications:unsubscribe-all", "notifications:personal-feed",
    "notifications:follow-asked", "notifications:follow-confirm", "notifications:follow-stop",
    "notifications:address-ask", "notifications:address-asked", "notifications:address",
    "notifications:address-reader", "notifications:address-rhythm", "notifications:address-end",
    "resources:coverage-overview", "resources:coverage-matrix", "resources:coverage-cell", "resources:coverage-table",
    "resources:resource-list", "resources:resource-suggest", "resources:collection-shared", "resources:date-list",
    "resources:date-feed", "resources:finder", "dialogues:dialogue-list", "dialogues:dialogue-detail",
    "dialogues:issue-number", "dialogues:issue-list", "dialogues:dialogue-issues",
    "dialogues:dialogue-feed", "dialogues:session-calendar", "dialogues:calendar-list",
    "dialogues:all-feed", "dialogues:economy-feed", "dialogues:personal-feed", "dialogues:dialogue-scoreboard",
    "dialogues:scoreboard-table", "dialogues:commitment-list", "dialogues:commitment-table",
    "dialogues:initiative-list", "dialogues:indicator-list", "dialogues:indicator-table", "dialogues:session-history",
    "partners:request-list", "partners:company-list", "partners:request-browse", "partners:request-feed",
    "partners:text-by-link", "partners:renew-by-link",
    "partners:organization-list",
    "partners:cluster-list", "partners:mentor-list",
    "partners:company-detail", "partners:story-list",
    "focal:point-list",
    "focal:point-detail",
}  # fmt: skip


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """The same for all actions, each of which is taken back."""
    with kept(django_db_blocker):
        yield _world()


@pytest.fixture(scope="module")
def clients(world):
    """A browser for each role, signed in."""
    found = {role: Client() for role in ROLES}
    for role, client in found.items():
        if role != "visitor":
            client.force_login(world.people[role])
    return found


def _world():
    """One of each thing; the firm, its chamber and its official are in the United States, a Party."""
    for code in ("US", "MX", "CA", "TW"):
        economy(code)
    people = {
        "outsider": UserFactory(),
        "sme": UserFactory(sme_in="US"),
        "other_sme": UserFactory(sme_in="TW"),
        "chamber": UserFactory(chamber_in="US"),
        "other_chamber": UserFactory(chamber_in="MX"),
        "official": UserFactory(official_of="US"),
        "foreign_official": UserFactory(official_of="TW"),
        "administrator": UserFactory(is_staff=True, is_superuser=True),
    }
    bodies = {role: user.active_memberships[0].organization for role, user in people.items() if user.active_memberships}
    return SimpleNamespace(
        people=people,
        addresses=_organizations(people, bodies)
        | _offices(people, bodies)
        | _resources(people, bodies)
        | _lists(people, bodies)
        | _followed(people, bodies)
        | _imports(people)
        | _trainings(bodies)
        | _dialogues(people, bodies)
        | _introductions(people, bodies)
        | (partners := _partners(bodies))
        | _gatherings(bodies)
        | _brokering(people, bodies, *partners["published_request"]),
    )


def _organizations(people, bodies):
    firm = bodies["sme"]
    refused = OrganizationFactory(kind="chamber", status="refused")
    join(people["sme"], refused)
    colleague = join(UserFactory(), firm)
    applicant = Membership.objects.create(user=UserFactory(), organization=firm, status="requested", role="member")
    invitation = Invitation.objects.create(
        organization=firm, email="new@example.com", expires_at=timezone.now() + timedelta(days=14)
    )
    return {
        "nobodys_notification": ["00000000-0000-0000-0000-000000000000"],
        "pending": [OrganizationFactory(kind="chamber", pending=True).slug],
        "refused": [refused.slug],
        "chamber_body": [bodies["chamber"].slug],
        "firm": [firm.slug],
        "other_firm": [bodies["other_sme"].slug],
        "invitation": [invitation.pk],
        "applicant": [applicant.pk],
        "colleague": [colleague.pk],
        "own_membership": [people["sme"].memberships.get(organization=firm).pk],
    }


def _offices(people, bodies):
    office = FocalPointFactory(organization=bodies["official"])
    link = links.path(office, people["official"]).rstrip("/").rpartition("/")[2]
    return {
        "agency_body": [bodies["official"].slug],
        "office": [office.pk],
        "office_link": [link],
        "screening_flag": [ScreeningFlagFactory(organization=bodies["sme"]).pk],
    }


def _resources(people, bodies):
    publisher = bodies["official"]
    translated = ResourceFactory(publisher=publisher, published=True, title_fr="Droits", summary_fr="Ce qui se paie.")
    translated.translations.create(language="fr", origin="portal")
    versioned = ResourceFactory(publisher=publisher, published=True)
    revise(versioned, version=1, by=people["official"], title_en="Changed")
    return {
        "lone_resource": [ResourceFactory(publisher=publisher, in_review=True, author=people["official"]).slug],
        "translated_resource": [translated.slug, "fr"],
        "stale_french": ["fr", "stale"],
        "versioned_resource": [versioned.slug],
        "earlier_version": [versioned.slug, versions.of(versioned).last().pk],
        "changed_resource": [_changed(publisher, UserFactory()).slug],
        "changed_alone": [_changed(publisher, people["official"]).slug],
        "draft_resource": [ResourceFactory(publisher=publisher).slug],
        "submitted_resource": [ResourceFactory(publisher=publisher, in_review=True).slug],
        "published_resource": [ResourceFactory(publisher=publisher, published=True).slug],
        "archived_resource": [ResourceFactory(publisher=publisher, archived=True).slug],
        "global_resource": [ResourceFactory(code=None, published=True).slug],
        "report": [_report(publisher).pk],
    }


def _changed(publisher, by):
    """Published, then changed in public by somebody."""
    row = ResourceFactory(
        publisher=publisher, published=True, version=2, unseen_since=timezone.now(), unseen_by=[by.pk]
    )
    versions.keep(row, by=by, verb="revised")
    return row


def _trainings(bodies):
    training = ResourceFactory(kind="training", publisher=bodies["official"], published=True)
    begins = timezone.now() + timedelta(days=30)
    date = training.dates.create(starts_at=begins, ends_at=begins + timedelta(hours=1), time_zone="UTC")
    return {"training": [training.slug], "training_date": [training.slug, date.pk]}


def _lists(people, bodies):
    own = Collection.objects.create(owner=people["outsider"], title="Own")
    chambers = Collection.objects.create(owner=people["chamber"], organization=bodies["chamber"], title="Ours")
    item = own.items.create(resource=ResourceFactory(published=True))
    return {"own_list": [own.pk], "chambers_list": [chambers.pk], "list_item": [own.pk, item.pk]}


def _followed(people, bodies):
    row = subscriptions.follow(followed.by_name("resource"), followed.Wish(), by=people["sme"])
    webhook = webhooks.make(bodies["chamber"], url="https://chamber.example/hook", by=people["chamber"])
    told = webhooks.follow(webhook, followed.by_name("resource"), followed.Wish(), by=people["chamber"])
    return {
        "own_subscription": [row.pk],
        "followed_kind": ["resource"],
        "webhook": [webhook.uid],
        "webhook_follows": [webhook.uid, told.pk],
        "webhook_sent": [webhook.uid, webhooks.test(webhook, by=people["chamber"]).uid],
    }


def _report(publisher):
    """What a visitor said of a published resource."""
    return ResourceFactory(publisher=publisher, published=True).reports.create(
        verdict="out_of_date", language="en", visitor="a"
    )


def _imports(people):
    file = {"name": "a.csv", "format": "csv", "content": b"slug,title_en\nnone,None\n"}
    return {"import_file": [ImportRun.objects.create(uploaded_by=people["official"], status="checked", **file).uid]}


def _dialogues(people, bodies):
    dialogue = DialogueFactory(agreement=agreement(), parties=["US", "MX", "CA"])
    draft, scheduled = SessionFactory(dialogue=dialogue), SessionFactory(dialogue=dialogue, scheduled=True)
    held = SessionFactory(dialogue=dialogue, held=True)
    place = RegistrationFactory(session=scheduled, user=people["outsider"])
    MinutesFactory(session=held)
    item = AgendaItemFactory(session=scheduled)
    decision = held.decisions.create(text_en="One form.")
    story = ResourceFactory(kind="success_case", published=True)
    case = SuccessCase.objects.create(dialogue=dialogue, resource=story)
    draft_commitment = CommitmentFactory(session=held, owner=bodies["chamber"])
    commitment = CommitmentFactory(session=held, owner=bodies["chamber"], published=True)
    return (
        _papers(scheduled, people["official"])
        | {
            "dialogue": [dialogue.slug],
            "place": [dialogue.slug, scheduled.pk, place.pk],
            "question": [dialogue.slug, scheduled.pk, QuestionFactory(session=scheduled).pk],
            "session_invitation": [dialogue.slug, scheduled.pk, SessionInvitationFactory(session=scheduled).pk],
            "success_case": [dialogue.slug, case.pk],
            "waiting_issue": [
                dialogue.slug,
                scheduled.pk,
                IssueFactory(dialogue=dialogue, organization=bodies["sme"], acknowledged=True).pk,
            ],
            "own_delegation": [dialogue.slug, "us"],
            "other_delegation": [dialogue.slug, "mx"],
            "own_side": [dialogue.slug, scheduled.pk, "us"],
            "other_side": [dialogue.slug, scheduled.pk, "mx"],
            "draft_session": [dialogue.slug, draft.pk],
            "scheduled_session": [dialogue.slug, scheduled.pk],
            "held_session": [dialogue.slug, held.pk],
            "agenda_item": [dialogue.slug, scheduled.pk, item.pk],
            "decision": [dialogue.slug, held.pk, decision.pk],
            "draft_commitment": [dialogue.slug, held.pk, draft_commitment.pk],
            "commitment": [dialogue.slug, commitment.pk],
            "initiative": [dialogue.slug, InitiativeFactory(session=held).pk],
            "figure": [dialogue.slug, FigureFactory(agreement=dialogue.agreement).pk],
        }
        | _minutes(held, people["outsider"])
        | _issues(bodies, dialogue)
        | _polls(dialogue, people["official"])
        | _mailings(scheduled, people["official"])
    )


def _minutes(held, attendee):
    """Minutes in work, before those who attended, and published twice."""
    circulated, corrected = SessionFactory.create_batch(2, dialogue=held.dialogue, held=True)
    RegistrationFactory(session=circulated, user=attendee)
    guest = RegistrationFactory(session=circulated, user=None, address="guest@example.com", address_language="en")
    minutes = MinutesFactory(session=circulated, circulated=True)
    comment = minutes.comments.create(by=attendee, language="en", text="It was thirty days.")
    for version in (1, 2):
        MinutesFactory(session=corrected, version=version, published=True)
    slug = held.dialogue.slug
    return {
        "draft_minutes": [slug, held.pk, 1],
        "circulated_session": [slug, circulated.pk],
        "minutes_comment": [slug, circulated.pk, comment.pk],
        "corrected_session": [slug, corrected.pk],
        "minutes_link": [commenting.link_for(guest, minutes).rstrip("/").rpartition("/")[2]],
    }


def _mailings(session, official):
    """A message to the participants of a session that nobody has sent off, and one that has reached the outsider."""

    def write():
        texts = {"en": Text("Room 5", "We meet in room 5.")}
        audience = audiences.by_name("session")
        return mailing.prepare(audience, session, parts=["confirmed"], texts=texts, fallback="en", by=official)

    issue = IssueFactory(dialogue=session.dialogue, acknowledged=True, public=True)
    about, draft, going = ["session", session.pk], write(), write()
    mailing.release(going, seen=mailing_outlook.of(going).mark, by=official)
    deliver_due()
    return {
        "written_session": about,
        "written_dialogue": ["dialogue", session.dialogue_id],
        "written_issue": ["issue", issue.pk],
        "draft_mailing": [*about, draft.uid],
        "sample_mailing": [*about, draft.uid, "es"],
        "going_mailing": [*about, going.uid],
        "message": [going.uid],
    }


def _polls(dialogue, official):
    """An open one that asks the official and somebody without an account."""
    begins = timezone.now() + timedelta(days=30)
    poll = polls.open_poll(
        SessionFactory(dialogue=dialogue),
        zone="UTC",
        minutes=60,
        starts=[begins],
        people=[polls.Person(user=official), polls.Person(address="ana@example.com")],
        respond_by=begins - timedelta(days=7),
        by=official,
    )
    address, invitee = [dialogue.slug, poll.session_id, poll.pk], poll.invitees.get(user=None)
    return {
        "poll": address,
        "poll_slot": [*address, poll.slots.get().pk],
        "poll_invitee": [*address, invitee.pk],
        "poll_link": [poll_links.token(invitee)],
    }


def _issues(bodies, dialogue):
    """Raised by the firm; three of them as only its side and officials may read them."""
    raised = {"dialogue": dialogue, "organization": bodies["sme"], "concerns": economy("US")}
    issue, on_agenda = IssueFactory(**raised), IssueFactory(**raised, on_agenda=True)
    item = AgendaItemFactory(session=SessionFactory(dialogue=dialogue))
    item.issues.add(on_agenda)
    named = {"issue": issue, "issue_on_agenda": on_agenda}
    named |= {
        "answered_issue": IssueFactory(**raised, answered=True),
        "public_issue": IssueFactory(**raised, public=True),
    }
    named["draft_issue"] = IssueFactory(**raised, draft=True)
    behind = named["public_issue"].endorsements.create(organization=bodies["chamber"])
    addresses = {name: [dialogue.slug, row.pk] for name, row in named.items()}
    return addresses | {
        "issue_of_item": [dialogue.slug, on_agenda.pk, item.pk],
        "issue_step": [dialogue.slug, named["draft_issue"].pk, "story"],
        "endorsement": [dialogue.slug, named["public_issue"].pk, behind.pk],
    }


def _papers(session, official):
    """One of each audience, and one that was taken off."""
    found = {}
    for name in ("public", "participants", "officials", "gone"):
        upload = SimpleUploadedFile("paper.txt", name.encode())
        audience = "public" if name == "gone" else name
        titles = {"en": name}
        found[name] = documents.add(
            session, titles=titles, upload=upload, language="en", audience=audience, by=official
        )
    documents.take_off(found["gone"], by=official)
    address = [session.dialogue.slug, session.pk]
    return {
        "document": [*address, found["public"].pk],
        "taken_off_document": [*address, found["gone"].pk],
        "public_file": [*address, found["public"].versions.get().pk],
        "participants_file": [*address, found["participants"].versions.get().pk],
        "secret_file": [*address, found["officials"].versions.get().pk],
    }


def _introductions(people, bodies):
    """Of the two firms: with a time proposed, a meeting planned and a story written."""
    request = PartnerRequestFactory(company=bodies["sme"], chamber=bodies["chamber"], published=True)
    interest = InterestFactory(request=request, company=bodies["other_sme"], status="accepted")
    introduction = IntroductionFactory(interest=interest)
    begins = timezone.now() + timedelta(days=3)
    slot = introduction.slots.create(side="request", starts_at=begins, zone="UTC")
    PartnerMeeting.objects.create(introduction=introduction, starts_at=begins, ends_at=begins + timedelta(minutes=30))
    story = SuccessStory.objects.create(
        introduction=introduction, language="en", title="A story", text="We met.", written_for=bodies["sme"]
    )
    link = seating.token(introduction, people["other_sme"])
    return {
        "introduction": [introduction.pk],
        "introduction_slot": [introduction.pk, slot.pk],
        "introduction_link": [link],
        "introduction_link_slot": [link, slot.pk],
        "draft_story": [story.slug],
    }


def _partners(bodies):
    firm, other_firm, chamber = bodies["sme"], bodies["other_sme"], bodies["chamber"]
    CompanyProfileFactory(organization=firm)
    CompanyProfileFactory(organization=other_firm)
    ChamberMemberFactory(chamber=chamber, company=firm)
    asked = ChamberMemberFactory(chamber=bodies["other_chamber"], company=firm, asked=True)
    published = PartnerRequestFactory(company=firm, chamber=chamber, published=True)
    text = PartnerRequestFactory(company=firm, chamber=chamber, origin="chamber")
    TextConfirmationFactory(request=text)
    files = {
        reach: RequestAttachmentFactory(request=published, is_public=reach == "public") for reach in ("public", "")
    }
    return {
        "draft_request": [PartnerRequestFactory(company=firm).slug],
        "submitted_request": [PartnerRequestFactory(company=firm, chamber=chamber, submitted=True).slug],
        "published_request": [published.slug],
        "chambers_text": [text.slug],
        "public_attachment": [published.slug, files["public"].pk],
        "guarded_attachment": [published.slug, files[""].pk],
        "foreign_request": [PartnerRequestFactory(code="CA", published=True).slug],
        "interest": [InterestFactory(request=published, company=other_firm).pk],
        "rung_of_met": [
            InterestFactory(request__company=firm, request__chamber=chamber, company=other_firm, status="accepted").pk,
            "contact",
        ],
        "hidden_request": [
            PartnerRequestFactory(company=firm, chamber=chamber, published=True, hidden_at=timezone.now()).slug
        ],
        "asked_member": [asked.pk],
    }


def _gatherings(bodies):
    """Clusters of the chamber and of the one across the border; a mentor of the firm, whom the other firm has asked."""
    led = ClusterFactory(lead=bodies["chamber"])
    abroad = ClusterFactory(lead=bodies["other_chamber"])
    hidden = ClusterFactory(lead=bodies["chamber"], is_public=False)
    ClusterMemberFactory(cluster=hidden, company=bodies["sme"])
    offered = ClusterFactory(
        lead=bodies["chamber"], lead_offered_to=bodies["sme"], lead_offered_at=timezone.now(), is_public=False
    )
    ClusterMemberFactory(cluster=offered, company=bodies["sme"])
    offer = MentorOfferFactory(company=bodies["sme"], chamber=bodies["chamber"])
    return {
        "cluster": [led.slug],
        "hidden_cluster": [hidden.slug],
        "active_member": [ClusterMemberFactory(cluster=led, company=bodies["sme"]).pk],
        "offered_cluster": [offered.slug],
        "asking_member": [ClusterMemberFactory(cluster=led, company=bodies["other_sme"], asked=True).pk],
        "invited_member": [ClusterMemberFactory(cluster=abroad, company=bodies["sme"], invited=True).pk],
        "proposed_link": [ClusterLinkFactory(cluster=abroad, wider=led, status="asked").pk],
        "mentor_offer": [offer.slug],
        "mentorship": [MentorshipFactory(offer=offer, mentee=bodies["other_sme"]).pk],
    }


def _brokering(people, bodies, slug):
    """What chambers do for their members, and with each other."""
    firm, chamber = bodies["sme"], bodies["chamber"]
    request = PartnerRequest.objects.get(slug=slug)
    entered = ChamberMemberFactory(chamber=chamber, is_registered_by_chamber=True).company
    asks = Membership.objects.create(user=UserFactory(), organization=entered, status="requested", role="member")
    invited = CandidateInvitation.objects.create(request=request, company=bodies["other_sme"], chamber=chamber)
    file = bringing.upload(chamber, kind="members", name="m.csv", content=b"name\nFirm\n", by=people["chamber"])
    return {
        "member_firm": [ChamberMember.objects.get(chamber=chamber, company=firm).pk],
        "vouch": [VouchFactory(chamber=chamber, company=firm).pk],
        "firm_claim": [asks.pk],
        "firm_file_kind": ["members"],
        "firm_file": [file.uid],
        "referral": [ReferralFactory(request=request, to_chamber=bodies["other_chamber"]).pk],
        "candidate_invitation": [invited.pk],
    }


def outcome(client, action, world):
    """What the portal answers; whatever it did is taken back."""
    address = reverse(action.name, args=[part for name in action.args for part in world.addresses[name]])
    with transaction.atomic():
        response = getattr(client, action.method)(address)
        if response.streaming:
            list(response.streaming_content)  # read to its end, what was handed out is closed
        transaction.set_rollback(True)
    if response.status_code == 302 and "/account/login/" in response.url:
        return "asked to sign in"
    return {403: "refused", 404: "hidden"}.get(response.status_code, "may")


#: So many actions make one test.
TOGETHER = 40
SHARES = [TABLE[start : start + TOGETHER] for start in range(0, len(TABLE), TOGETHER)]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("actions", SHARES, ids=lambda actions: f"{actions[0]} to {actions[-1]}")
def test_an_action_is_open_to_whom_the_table_says_and_to_nobody_else(world, clients, actions, counted_once):
    wrong = {}
    for action in actions:
        found = {role: outcome(client, action, world) for role, client in clients.items()}
        if {role for role, answer in found.items() if answer == "may"} != action.who:
            wrong[str(action)] = found

    assert wrong == {}


def test_every_address_is_in_the_table_or_open_to_all():
    def names(resolver, space=""):
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                yield from names(entry, space + (f"{entry.namespace}:" if entry.namespace else ""))
            elif entry.name:
                yield space + entry.name

    library = ("account_", "mfa_", "admin:", "mail_viewer", "mail-html")
    ours = {name for name in names(get_resolver()) if not name.startswith(library)}
    assert ours - OPEN - {action.name for action in TABLE} == set()
