"""What an office's people do with its entry: enter, edit, confirm, take out of the directory."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from portal.accounts.models import Organization, User
from portal.activity.log import record
from portal.focal.models import FocalPoint
from portal.lifecycle import lock
from portal.reference.models import Economy, Topic


@transaction.atomic
def add(
    organization: Organization, *, economy: Economy, topics: Collection[Topic], by: User, **facts: Any
) -> FocalPoint:
    """Enter an office that answers on ``topics`` (none: on every topic) for one economy; confirmed by entering it.

    ``facts`` are columns: ``office_<language>`` (at least one), ``hours_<language>``, ``languages`` (BCP 47 codes),
    ``email``, ``phone``, ``url``. Raises ``ValidationError`` when there is no way to reach the office.
    """
    point = FocalPoint(organization=organization, economy=economy, confirmed_by=by, **facts)
    _check_reachable(point)
    with translation.override("en"):  # the column without a language follows the active one
        point.save()
    point.topics.set(topics)
    record(by, "created", point)
    return point


@transaction.atomic
def revise(point: FocalPoint, *, topics: Collection[Topic], by: User, **facts: Any) -> FocalPoint:
    """Replace what is said of an office; whoever edits it confirms it. ``facts`` as for :func:`add`."""
    point = lock(point)
    for field, value in facts.items():
        setattr(point, field, value)
    _check_reachable(point)
    point.topics.set(topics)
    point.changed_at = timezone.now()
    _mark_confirmed(point, by)
    point.save(update_fields=[*facts, "changed_at", *_CONFIRMED])
    record(by, "edited", point)
    return point


@transaction.atomic
def confirm(point: FocalPoint, *, by: User) -> FocalPoint:
    """Say that the entry is still right: it stays in the directory for a year, or comes back to it."""
    point = lock(point)
    point.is_active = True
    _mark_confirmed(point, by)
    point.save(update_fields=["is_active", *_CONFIRMED])
    record(by, "review_confirmed", point)
    return point


@transaction.atomic
def take_out(point: FocalPoint, *, by: User) -> FocalPoint:
    """Take an office out of the directory; confirming it puts it back. Doing so twice changes nothing."""
    point = lock(point)
    if point.is_active:
        point.is_active = False
        point.save(update_fields=["is_active"])
        record(by, "withdrawn", point)
    return point


_CONFIRMED = ("confirmed_at", "confirmed_by", "is_confirmed")


def _mark_confirmed(point: FocalPoint, by: User) -> None:
    point.confirmed_at, point.confirmed_by, point.is_confirmed = timezone.now(), by, True


def _check_reachable(point: FocalPoint) -> None:
    if not (point.email or point.phone or point.url):
        raise ValidationError(
            _("Give an e-mail address, a telephone number or a page: somehow the office must be reached."),
            code="unreachable",
        )
