"""Dialogues, their sessions, and what comes of them. One module per noun."""

from dialogues.models.agenda import AgendaItem
from dialogues.models.cases import SuccessCase
from dialogues.models.dialogue import Dialogue
from dialogues.models.indicator import Indicator, IndicatorValue
from dialogues.models.minutes import Commitment, Decision, Initiative, Minutes
from dialogues.models.registration import Registration
from dialogues.models.session import Session
from dialogues.models.vocabulary import Qualifier, Reliability

__all__ = [
    "AgendaItem",
    "Commitment",
    "Decision",
    "Dialogue",
    "Indicator",
    "IndicatorValue",
    "Initiative",
    "Minutes",
    "Qualifier",
    "Registration",
    "Reliability",
    "Session",
    "SuccessCase",
]
