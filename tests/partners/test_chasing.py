"""An interest that waits: reminded of, ended politely, and a request that leaves three unanswered is hidden."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from partners import chasing, interests
from partners.models import ExpressionOfInterest, PartnerRequest
from portal.notifications.models import Notification
from tests.factories.partners import InterestFactory, PartnerRequestFactory

pytestmark = pytest.mark.django_db


def told(kind):
    rows = Notification.objects.filter(kind=f"partners/{kind}").select_related("recipient")
    return sorted(row.recipient.email for row in rows)


def due_in(interest, **delta):
    ExpressionOfInterest.objects.filter(pk=interest.pk).update(answer_due_at=timezone.now() + timedelta(**delta))


def unanswered(request, many):
    """Interests whose clock has run out, swept one after the other."""
    for _one in range(many):
        due_in(InterestFactory(request=request), minutes=-1)
        chasing.expire_due()


@pytest.fixture
def sent(published, firm_us, owner_us, reviewer):
    return interests.express(published, company=firm_us, message="We make snacks.", by=owner_us)


def test_two_days_before_the_end_those_who_have_to_answer_are_reminded_once(sent):
    assert chasing.remind_due() == 0
    due_in(sent, days=2, minutes=-1)

    assert (chasing.remind_due(), chasing.remind_due()) == (1, 0)

    assert told("interest_reminder") == ["marisol@istmo.example", "ramiro@camara.example"]


@pytest.mark.parametrize("end", ["accepted", "declined", "withdrawn", "overdue"])
def test_nobody_is_reminded_of_what_has_ended(sent, owner_mx, owner_us, end):
    due_in(sent, days=1)
    if end == "overdue":
        due_in(sent, minutes=-1)
    elif end == "withdrawn":
        interests.withdraw(sent, by=owner_us)
    elif end == "declined":
        interests.decline(sent, reason="no_fit", by=owner_mx)
    else:
        interests.accept(sent, by=owner_mx)

    assert chasing.remind_due() == 0


def test_both_sides_hear_that_an_interest_has_run_out(sent):
    due_in(sent, minutes=-1)

    chasing.expire_due()

    assert told("interest_expired") == ["nora@cascade.example"]
    assert told("interest_unanswered") == ["marisol@istmo.example", "ramiro@camara.example"]


def test_the_third_in_a_row_hides_the_request_and_its_side_hears_why(client, published, owner_mx, reviewer, us):
    unanswered(published, 2)
    assert chasing.hide_silent() == 0
    unanswered(published, 1)

    assert (chasing.hide_silent(), chasing.hide_silent()) == (1, 0)

    assert told("request_hidden") == ["marisol@istmo.example", "ramiro@camara.example"]
    assert client.get(published.get_absolute_url()).status_code == 404
    assert "Dried mango in bulk" not in client.get(reverse("partners:request-list")).content.decode()
    client.force_login(owner_mx)
    assert "nobody new sees this request" in client.get(published.get_absolute_url()).content.decode()


def test_nobody_writes_to_a_hidden_request(published, firm_us, owner_us):
    unanswered(published, 3)
    chasing.hide_silent()

    with pytest.raises(ValidationError) as refusal:
        interests.express(published, company=firm_us, message="Hello", by=owner_us)
    assert refusal.value.code == "closed"


def test_an_answer_in_between_starts_the_count_anew(published, owner_mx, us):
    unanswered(published, 2)
    interests.decline(InterestFactory(request=published), reason="no_fit", by=owner_mx)
    unanswered(published, 2)
    assert chasing.hide_silent() == 0

    unanswered(published, 1)
    assert chasing.hide_silent() == 1


def test_its_side_brings_it_back_in_one_step_and_the_count_starts_anew(client, published, owner_mx, us):
    unanswered(published, 3)
    chasing.hide_silent()
    client.force_login(owner_mx)

    client.post(reverse("partners:request-show-again", args=[published.slug]))

    published.refresh_from_db()
    assert published.is_open
    assert chasing.hide_silent() == 0
    with pytest.raises(ValidationError) as refusal:
        chasing.show_again(published, by=owner_mx)
    assert refusal.value.code == "illegal_move"


def test_nobody_else_brings_it_back(client, published, owner_us, reviewer, us):
    unanswered(published, 3)
    chasing.hide_silent()
    url = reverse("partners:request-show-again", args=[published.slug])

    client.force_login(owner_us)
    assert client.post(url).status_code == 404
    client.force_login(reviewer)  # of the chamber that answers for it
    assert client.post(url).status_code == 302


@pytest.mark.parametrize("state", ["closed", "expired"])
def test_only_what_is_published_is_hidden(us, state):
    request = PartnerRequestFactory(**{state: True})
    unanswered(request, 3)

    assert chasing.hide_silent() == 0
    assert not PartnerRequest.objects.exclude(hidden_at=None).exists()
