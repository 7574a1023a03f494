"""Who answers for a topic in an economy."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.focal.asking import who_answers
from portal.focal.models import CONFIRMED_WITHIN, FocalPoint
from tests.factories.accounts import OrganizationFactory
from tests.factories.focal import FocalPointFactory

pytestmark = pytest.mark.django_db


def test_who_names_the_topic_comes_before_who_answers_for_every_topic():
    general = FocalPointFactory()
    customs = FocalPointFactory(topics=["customs-procedures"])
    FocalPointFactory(topics=["taxation"])
    assert who_answers(economies=["US"], topics=["customs-procedures"]) == [customs, general]


def test_without_a_topic_who_answers_for_every_topic_comes_first():
    tax = FocalPointFactory(topics=["taxation"])
    general = FocalPointFactory()
    assert who_answers(economies=["US"]) == [general, tax]


def test_each_economy_has_its_first_before_one_has_its_second():
    first, second = FocalPointFactory.create_batch(2, topics=["taxation"])
    mexico = FocalPointFactory(code="MX", topics=["taxation"])
    assert who_answers(economies=["US", "MX"], topics=["taxation"], limit=3) == [mexico, first, second]


def test_another_economy_is_not_asked():
    FocalPointFactory(code="TW")
    assert who_answers(economies=["US"]) == []


def test_nobody_is_asked_about_nothing():
    FocalPointFactory()
    assert who_answers() == []


@pytest.mark.parametrize(
    "gone",
    [
        {"confirmed_at": timezone.now() - CONFIRMED_WITHIN - timedelta(minutes=1)},
        {"is_active": False},
    ],
    ids=["not confirmed for a year", "taken out"],
)
def test_who_is_not_in_the_directory_is_not_asked(gone):
    point = FocalPointFactory()
    FocalPoint.objects.filter(pk=point.pk).update(**gone)
    assert who_answers(economies=["US"]) == []


def test_an_office_goes_with_the_verification_of_its_organization():
    FocalPointFactory(organization=OrganizationFactory(kind="agency", pending=True))
    assert who_answers(economies=["US"]) == []


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_one_query(count, django_assert_num_queries):
    FocalPointFactory.create_batch(count, topics=["taxation", "employment"])
    with django_assert_num_queries(1):
        points = who_answers(economies=["US"], topics=["taxation", "employment"])
        assert {(point.organization.kind, point.economy.name) for point in points} == {("agency", "United States")}
    assert len(points) == count
