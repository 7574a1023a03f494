"""Entering, editing, confirming and taking out an office."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from portal.activity.log import timeline
from portal.focal import keeping, permissions
from portal.focal.models import FocalPoint
from tests.factories.accounts import OrganizationFactory
from tests.factories.focal import FocalPointFactory
from tests.factories.reference import economy, topic

pytestmark = pytest.mark.django_db


def agency_of(user):
    return user.active_memberships[0].organization


def test_an_office_is_entered_in_its_own_language_and_read_in_others(official_mx):
    with translation.override("es"):
        point = keeping.add(
            agency_of(official_mx),
            economy=economy("MX"),
            topics=[topic()],
            by=official_mx,
            office_es="Ventanilla Única",
            languages=["es"],
            email="ventanilla@gob.example",
        )
    point = FocalPoint.objects.get(pk=point.pk)
    assert (point.office, point.office_es, point.office_en) == ("Ventanilla Única", "Ventanilla Única", None)
    assert point.is_confirmed
    assert point.confirmed_by == official_mx
    assert [activity.verb for activity in timeline(point)] == ["created"]


def test_an_office_nobody_can_reach_is_refused(official):
    with pytest.raises(ValidationError) as refusal:
        keeping.add(agency_of(official), economy=economy("US"), topics=[], by=official, office_en="Desk")
    assert refusal.value.code == "unreachable"
    assert not FocalPoint.objects.exists()


def test_the_database_refuses_it_too(us):
    with pytest.raises(IntegrityError, match="focal_point_can_be_reached"), transaction.atomic():
        FocalPointFactory(url="")


def test_editing_confirms(official):
    with time_machine.travel(timezone.now() - timedelta(days=300), tick=False):
        point = FocalPointFactory(organization=agency_of(official), is_confirmed=False)
    point = keeping.revise(
        point, topics=[topic("taxation")], by=official, office_en="Tax desk", phone="+1 202 555 0100"
    )
    point = FocalPoint.objects.get(pk=point.pk)
    assert (point.office, point.phone, point.is_confirmed) == ("Tax desk", "+1 202 555 0100", True)
    assert timezone.now() - point.confirmed_at < timedelta(minutes=1)
    assert [row.slug for row in point.topics.all()] == ["taxation"]


def test_confirming_brings_back_what_was_taken_out_or_had_lapsed(official):
    with time_machine.travel(timezone.now() - timedelta(days=400), tick=False):
        point = FocalPointFactory(organization=agency_of(official))
    keeping.take_out(point, by=official)
    assert not FocalPoint.objects.current().exists()
    keeping.confirm(point, by=official)
    assert FocalPoint.objects.current().get() == point


def test_taking_out_twice_is_noted_once(official):
    point = FocalPointFactory(organization=agency_of(official))
    keeping.take_out(point, by=official)
    keeping.take_out(point, by=official)
    assert [activity.verb for activity in timeline(point)] == ["withdrawn"]


def test_its_people_and_administrators_keep_an_office(official, official_mx, sme, chamber, outsider, administrator):
    point = FocalPointFactory(organization=agency_of(official))
    may = [
        user
        for user in (official, official_mx, sme, chamber, outsider, administrator, AnonymousUser())
        if permissions.can_edit(user, point)
    ]
    assert may == [official, administrator]


def test_a_chamber_has_offices_and_a_firm_has_none(chamber, sme, administrator):
    assert permissions.can_add(chamber, agency_of(chamber))
    assert not permissions.can_add(sme, agency_of(sme))
    assert not permissions.can_add(administrator, agency_of(sme))


def test_an_agency_that_is_not_verified_has_no_say(official):
    organization = OrganizationFactory(kind="agency", pending=True)
    assert not permissions.can_add(official, organization)


def test_one_that_is_out_is_seen_by_its_people_alone(official, official_mx, administrator):
    point = FocalPointFactory(organization=agency_of(official), is_active=False)
    seen = [
        FocalPoint.objects.visible_to(user).filter(pk=point.pk).exists()
        for user in (AnonymousUser(), official_mx, official, administrator)
    ]
    assert seen == [False, False, True, True]
