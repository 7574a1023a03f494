"""Commitments, scores and figures on pages and in mails."""

import datetime as dt

from django import template

from dialogues import charts
from dialogues.models import Commitment, Dialogue, IndicatorValue
from dialogues.scoreboard import PartyScore
from dialogues.templatetags.dialogue_times import figure

register = template.Library()


@register.filter
def from_iso_day(text: str) -> dt.date:
    """A day that a mail carries as "2027-05-14"."""
    return dt.date.fromisoformat(text)


@register.filter
def outcome_label(outcome: str) -> str:
    """ "kept" → "Kept", in the reader's language."""
    return charts.outcome_label(outcome)


@register.filter
def figure_with_unit(value: IndicatorValue) -> str:
    """A figure as it stands beside its mark in a drawing: "1,716,000", "97.63 %"."""
    return in_words(value)


@register.filter
def economy_of(value: IndicatorValue, dialogue: Dialogue) -> str:
    """The economy of a figure by the name of the dialogue's pages; all Parties where it is of none alone."""
    return charts.name_of(value, dialogue)


@register.filter
def party_of(score: PartyScore, dialogue: Dialogue) -> str:
    """The Party of a line of the scoreboard, by the name of the dialogue's pages."""
    return charts.party_name(score, dialogue)


@register.filter
def was_moved(commitment: Commitment) -> bool:
    """Whether its day is not the one that was promised."""
    return commitment.first_due_on is not None and commitment.first_due_on != commitment.due_on


def in_words(value: IndicatorValue) -> str:
    """The figure alone; a percentage keeps its sign."""
    text = figure(value.value)
    return f"{text} %" if value.indicator.unit == "percent" else text
