"""The dates of trainings on everybody's clocks."""

from django import template

from resources import training

register = template.Library()
register.simple_tag(training.clocks, name="clocks")
