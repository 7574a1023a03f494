"""Dialogues, their sessions, and what comes of them. One module per noun."""

from dialogues.models.agenda import AgendaItem
from dialogues.models.calendars import CalendarEntry, PersonalCalendar
from dialogues.models.cases import SuccessCase
from dialogues.models.dialogue import Delegation, Dialogue
from dialogues.models.documents import Document, DocumentVersion
from dialogues.models.indicator import Indicator, IndicatorValue
from dialogues.models.issues import Endorsement, Issue, IssueFollower, IssueMeaning
from dialogues.models.minutes import (
    Commitment,
    CommitmentUpdate,
    Decision,
    DueChange,
    Initiative,
    Minutes,
)
from dialogues.models.polls import Availability, CandidateSlot, Invitee, SlotPoll
from dialogues.models.registration import Question, Quota, Registration, Reply, SessionInvitation
from dialogues.models.sections import MinutesComment, MinutesSection, SavedText, SignOff
from dialogues.models.session import InterpretationChannel, PartyConfirmation, Session
from dialogues.models.vocabulary import Qualifier, Reliability

__all__ = [
    "AgendaItem",
    "Availability",
    "CalendarEntry",
    "CandidateSlot",
    "Commitment",
    "CommitmentUpdate",
    "Decision",
    "Delegation",
    "Dialogue",
    "Document",
    "DocumentVersion",
    "DueChange",
    "Endorsement",
    "Indicator",
    "IndicatorValue",
    "Initiative",
    "InterpretationChannel",
    "Invitee",
    "Issue",
    "IssueFollower",
    "IssueMeaning",
    "Minutes",
    "MinutesComment",
    "MinutesSection",
    "PartyConfirmation",
    "PersonalCalendar",
    "Qualifier",
    "Question",
    "Quota",
    "Registration",
    "Reliability",
    "Reply",
    "SavedText",
    "Session",
    "SessionInvitation",
    "SignOff",
    "SlotPoll",
    "SuccessCase",
]
