"""A chamber expresses interest for its member firm, which is told and may withdraw it."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from partners import directory, interests
from partners.models import ExpressionOfInterest
from portal.notifications.models import Notification
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.partners import ChamberMemberFactory, CompanyProfileFactory, InterestFactory, PartnerRequestFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def chamber_us(us):
    return OrganizationFactory(chamber=True, name_en="Northwest Chamber", slug="northwest-chamber")


@pytest.fixture
def broker(chamber_us):
    user = UserFactory(full_name="Bo Broker", email="bo@northwest.example")
    join(user, chamber_us)
    return user


@pytest.fixture
def membership(chamber_us, firm_us):
    return ChamberMemberFactory(chamber=chamber_us, company=firm_us)


@pytest.fixture
def sent(published, firm_us, owner_us, broker, chamber_us, membership, reviewer):
    return interests.express(published, company=firm_us, message="They bake.", by=broker, sent_for=chamber_us)


def told(kind):
    rows = Notification.objects.filter(kind=f"partners/{kind}").select_related("recipient")
    return sorted(row.recipient.email for row in rows)


def test_a_chamber_sends_it_on_the_page_of_the_request(client, published, broker, membership, owner_us):
    client.force_login(broker)

    client.post(
        reverse("partners:interest-express", args=[published.slug]),
        {
            "company": f"member-{membership.pk}",
            "message": "They bake.",
            "experience": "Ten years.",
            "next_step": "A call.",
        },
    )

    sent = ExpressionOfInterest.objects.get()
    assert (sent.company, sent.sent_for, sent.by) == (membership.company, membership.chamber, broker)
    assert (sent.experience, sent.next_step) == ("Ten years.", "A call.")
    assert told("interest_sent_for") == ["nora@cascade.example"]


def test_only_for_its_members(published, firm_us, broker, chamber_us):
    with pytest.raises(ValidationError) as refusal:
        interests.express(published, company=firm_us, message="Hello", by=broker, sent_for=chamber_us)
    assert refusal.value.code == "not_a_member"


def test_not_in_a_request_it_answers_for_itself(published, chamber_mx, reviewer, firm_us):
    ChamberMemberFactory(chamber=chamber_mx, company=firm_us)
    with pytest.raises(ValidationError) as refusal:
        interests.express(published, company=firm_us, message="Hello", by=reviewer, sent_for=chamber_mx)
    assert refusal.value.code == "own"


def test_a_chamber_without_members_cannot_express_interest(client, published, broker):
    client.force_login(broker)
    url = reverse("partners:interest-express", args=[published.slug])
    assert client.post(url, {"company": "member-1", "message": "Hello"}).status_code == 403


def test_the_member_withdraws_it_and_the_chamber_is_told(sent, owner_us, client):
    client.force_login(owner_us)

    client.post(reverse("partners:interest-withdraw", args=[sent.pk]))

    sent.refresh_from_db()
    assert sent.status == "withdrawn"
    assert told("interest_taken_back") == ["bo@northwest.example"]


def test_the_chamber_withdraws_what_it_sent(sent, broker, client):
    client.force_login(broker)
    client.post(reverse("partners:interest-withdraw", args=[sent.pk]))
    sent.refresh_from_db()
    assert sent.status == "withdrawn"


def test_both_hear_the_answer(sent, owner_mx):
    interests.accept(sent, by=owner_mx)
    assert {"nora@cascade.example", "bo@northwest.example"} <= set(told("interest_accepted"))


def test_a_chamber_that_no_longer_speaks_for_the_firm_sees_nothing_more(client, sent, broker, owner_us, membership):
    client.force_login(broker)
    assert client.get(sent.get_absolute_url()).status_code == 200

    directory.end(membership, by=owner_us)

    assert client.get(sent.get_absolute_url()).status_code == 404


def test_a_firm_without_people_is_reached_through_who_sent_it(published, chamber_us, broker, owner_mx):
    ward = OrganizationFactory(name_en="Tiny Bakery", slug="tiny-bakery")
    CompanyProfileFactory(organization=ward, is_listed=False)
    ChamberMemberFactory(chamber=chamber_us, company=ward, is_registered_by_chamber=True)
    sent = interests.express(published, company=ward, message="They bake.", by=broker, sent_for=chamber_us)

    introduction = interests.accept(sent, by=owner_mx)

    assert introduction.interested_contact == broker
    assert introduction.interested_place == chamber_us


@pytest.mark.parametrize("count", [1, 3])
def test_a_chamber_sees_the_interests_of_its_members_firm_by_firm(client, chamber_us, broker, mx, count):
    for member in ChamberMemberFactory.create_batch(count, chamber=chamber_us):
        InterestFactory(company=member.company, sent_for=chamber_us)
        InterestFactory(company=member.company, sent_for=chamber_us, status="accepted")
        InterestFactory(company=member.company)  # which the firm sent by itself
        own = PartnerRequestFactory(published=True, company=member.company, chamber=chamber_us)
        InterestFactory(request=own, answered_at=timezone.now(), status="accepted")
        InterestFactory.create_batch(2, request=own)
    client.force_login(broker)

    with CaptureQueriesContext(connection) as captured:
        response = client.get(reverse("partners:member-interests"))

    assert len([query for query in captured if "sent_waiting" in query["sql"]]) == 1
    rows = [
        (firm.sent_waiting, firm.sent_accepted, firm.received_waiting, firm.received_accepted)
        for firm in response.context["page"]
    ]
    assert rows == [(1, 1, 2, 1)] * count


def test_only_chambers_have_members(client, owner_us):
    client.force_login(owner_us)
    assert client.get(reverse("partners:member-interests")).status_code == 403
