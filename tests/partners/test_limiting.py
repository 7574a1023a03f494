"""How many interests a company may have open: more for those who answer, fewer for those who do not."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from partners import interests, limiting
from partners.models import ExpressionOfInterest
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.partners import InterestFactory, PartnerRequestFactory


def received(company, *, days_ago=10, **statuses):
    """So many interests in the company's requests that ended so."""
    request = PartnerRequestFactory(published=True, company=company)
    for status, many in statuses.items():
        InterestFactory.create_batch(
            many,
            request=request,
            status=status,
            decline_reason="no_fit" if status == "declined" else "",
            answered_at=timezone.now() - timedelta(days=days_ago),
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ended", "most"),
    [
        ({}, 10),
        ({"accepted": 2}, 10),  # too few to say
        ({"accepted": 2, "declined": 1}, 20),
        ({"declined": 4, "expired": 1}, 20),
        ({"declined": 3, "expired": 1}, 10),
        ({"declined": 1, "expired": 2}, 3),
        ({"declined": 8, "expired": 2}, 20),
        ({"withdrawn": 5}, 10),
    ],
)
def test_the_limit_follows_from_what_a_company_answered(firm_us, ended, most):
    received(firm_us, **ended)
    assert limiting.room_of(firm_us).most == most


@pytest.mark.django_db
def test_what_went_unanswered_over_a_year_ago_is_forgotten(firm_us):
    received(firm_us, expired=5, days_ago=400)
    assert limiting.room_of(firm_us).most == limiting.USUALLY


@pytest.mark.django_db
def test_a_declined_because_closed_is_no_answer_and_no_silence(firm_us):
    received(firm_us, declined=5)
    ExpressionOfInterest.objects.update(decline_reason="closed")
    assert limiting.room_of(firm_us).most == limiting.USUALLY


@pytest.mark.django_db
def test_the_page_says_how_many_and_why(client, published, firm_us, owner_us):
    received(firm_us, expired=2)
    client.force_login(owner_us)

    page = client.get(published.get_absolute_url()).content.decode()

    assert "Cascade Snacks has 0 of at most 3 interests open." in page
    assert "went unanswered" in page


@pytest.mark.django_db
def test_at_the_limit_no_other_is_sent_until_one_ends(published, firm_us, owner_us):
    received(firm_us, expired=2)
    open_ones = InterestFactory.create_batch(3, company=firm_us)
    with pytest.raises(ValidationError) as refusal:
        interests.express(published, company=firm_us, message="Hello", by=owner_us)
    assert refusal.value.code == "too_many"

    interests.withdraw(open_ones[0], by=owner_us)
    interests.express(published, company=firm_us, message="Hello", by=owner_us)


def test_of_many_at_once_no_more_are_sent_than_there_is_room(transactional_db, us, mx):
    company, asking = OrganizationFactory(), UserFactory()
    join(asking, company)
    received(company, expired=2)
    InterestFactory.create_batch(2, company=company)
    requests = PartnerRequestFactory.create_batch(4, published=True)
    gate, refused = threading.Barrier(4), []

    def send(request):
        gate.wait()
        try:
            interests.express(request, company=company, message="Hello", by=asking)
        except ValidationError as refusal:
            refused.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[request]) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert refused == ["too_many"] * 3
    assert company.interests.unanswered().count() == limiting.FOR_SILENT
