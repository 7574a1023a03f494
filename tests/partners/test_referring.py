import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from partners import referring, requesting
from partners.models import PartnerRequest, Referral
from portal.notifications.models import Notification
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.partners import ReferralFactory
from tests.partners.test_interests import race, refused
from tests.partners.test_pages import count_queries

pytestmark = pytest.mark.django_db


def told(kind):
    rows = Notification.objects.filter(kind=f"partners/{kind}").select_related("recipient")
    return sorted(row.recipient.email for row in rows)


@pytest.fixture
def chamber_us(us):
    return OrganizationFactory(chamber=True, name_en="Harbor Chamber")


@pytest.fixture
def colleague(chamber_us):
    """At the chamber abroad."""
    user = UserFactory(email="hal@harbor.example", full_name="Hal Ito")
    join(user, chamber_us)
    return user


@pytest.fixture
def referral(published, chamber_mx, chamber_us):
    return ReferralFactory(request=published, from_chamber=chamber_mx, to_chamber=chamber_us)


def test_a_request_is_handed_on_and_both_the_chamber_and_the_firm_are_told(
    published, chamber_mx, chamber_us, reviewer, colleague, owner_mx
):
    referral = referring.refer(published, from_chamber=chamber_mx, to_chamber=chamber_us, note=" Snacks ", by=reviewer)

    assert (referral.status, referral.note) == ("sent", "Snacks")
    assert told("referral_received") == ["hal@harbor.example"]
    assert told("referral_sent") == ["marisol@istmo.example"]


def test_the_mail_to_the_chamber_abroad_does_not_name_the_firm(
    published, chamber_mx, chamber_us, reviewer, colleague, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        referring.refer(published, from_chamber=chamber_mx, to_chamber=chamber_us, by=reviewer)

    (mail,) = [mail for mail in mailoutbox if "hal@" in mail.to[0]]
    whole = mail.subject + mail.body + mail.alternatives[0][0]
    assert "Unnamed company, Mexico" in whole
    assert "Istmo" not in whole


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"chamber": True, "code": "MX"}, "wrong_chamber"),
        ({"agency": True}, "wrong_chamber"),
        ({"kind": "chamber"}, "wrong_chamber"),
    ],
)
def test_only_a_verified_chamber_of_another_economy_is_asked(published, chamber_mx, reviewer, wrong, code):
    with pytest.raises(ValidationError) as refusal:
        referring.refer(published, from_chamber=chamber_mx, to_chamber=OrganizationFactory(**wrong), by=reviewer)

    assert refusal.value.code == code


def test_nobody_hands_on_what_is_another_chambers_or_closed(published, chamber_mx, chamber_us, reviewer, owner_mx):
    with pytest.raises(ValidationError) as refusal:
        referring.refer(published, from_chamber=chamber_us, to_chamber=chamber_mx, by=reviewer)
    assert refusal.value.code == "not_yours"

    requesting.close(published, reason="other", by=owner_mx)
    with pytest.raises(ValidationError) as refusal:
        referring.refer(published, from_chamber=chamber_mx, to_chamber=chamber_us, by=reviewer)
    assert refusal.value.code == "closed"


def test_a_chamber_has_a_request_once_and_only_so_many_have_it(published, chamber_mx, chamber_us, reviewer, referral):
    with pytest.raises(ValidationError) as refusal:
        referring.refer(published, from_chamber=chamber_mx, to_chamber=chamber_us, by=reviewer)
    assert refusal.value.code == "already"

    for _number in range(referring.MOST_OPEN - 1):
        ReferralFactory(request=published, from_chamber=chamber_mx)
    another = OrganizationFactory(chamber=True)
    with pytest.raises(ValidationError) as refusal:
        referring.refer(published, from_chamber=chamber_mx, to_chamber=another, by=reviewer)
    assert refusal.value.code == "too_many"


def test_after_a_no_it_may_be_asked_again(published, chamber_mx, chamber_us, reviewer, colleague, referral):
    referring.decline(referral, by=colleague, answer="Not our field")

    again = referring.refer(published, from_chamber=chamber_mx, to_chamber=chamber_us, by=reviewer)

    assert again.pk != referral.pk
    assert "ramiro@camara.example" in told("referral_declined")


def test_taken_up_then_closed(referral, colleague, reviewer, owner_mx):
    taken = referring.accept(referral, by=colleague)
    assert (taken.status, taken.answered_at is None) == ("accepted", False)
    assert told("referral_accepted") == ["marisol@istmo.example", "ramiro@camara.example"]

    closed = referring.close(taken, by=reviewer)
    assert (closed.status, closed.answered_at) == ("closed", taken.answered_at)
    assert told("referral_closed") == ["hal@harbor.example", "marisol@istmo.example"]
    with pytest.raises(ValidationError) as refusal:
        referring.accept(referral, by=colleague)
    assert refusal.value.code == "illegal_move"


def test_what_is_closed_cannot_be_taken_up(referral, colleague, owner_mx):
    requesting.close(referral.request, reason="other", by=owner_mx)

    with pytest.raises(ValidationError) as refusal:
        referring.accept(referral, by=colleague)

    assert refusal.value.code == "closed"


def test_the_referrals_of_a_closed_request_end_by_themselves_those_of_an_expired_one_do_not(
    referral, colleague, owner_mx
):
    PartnerRequest.objects.update(status="expired")
    assert referring.close_over() == 0

    PartnerRequest.objects.update(status="closed")
    assert (referring.close_over(), referring.close_over()) == (1, 0)
    assert told("referral_closed") == ["hal@harbor.example", "marisol@istmo.example"]


@pytest.mark.django_db(transaction=True)
def test_of_two_clicks_at_once_one_referral_is_made(published, chamber_mx, chamber_us, reviewer):
    outcomes = race(
        *[lambda: referring.refer(published, from_chamber=chamber_mx, to_chamber=chamber_us, by=reviewer)] * 2
    )

    assert [refusal.code for refusal in refused(outcomes)] == ["already"]
    assert Referral.objects.count() == 1


class TestPages:
    def test_from_the_request_to_the_answer(self, client, published, chamber_us, reviewer, colleague):
        client.force_login(reviewer)
        address = reverse("partners:request-refer", args=[published.slug])
        given = {"chamber": chamber_us.slug, "note": "Snack makers with own lines"}
        wrong = client.post(address, given | {"note": "write to me@camara.example"}).content.decode()
        assert "Leave e-mail addresses" in wrong
        assert "Close the referral" in client.post(address, given, follow=True).content.decode()

        client.force_login(colleague)
        assert "Dried mango in bulk" in client.get(reverse("partners:referral-list")).content.decode()
        (referral,) = Referral.objects.all()
        page = client.get(referral.get_absolute_url()).content.decode()
        assert "Snack makers with own lines" in page
        assert "Unnamed company, Mexico" in page
        assert "Istmo" not in page
        client.post(reverse("partners:referral-accept", args=[referral.pk]), {"answer": "Gladly"})
        referral.refresh_from_db()
        assert (referral.status, referral.answer) == ("accepted", "Gladly")

    def test_the_firm_reads_along_and_strangers_find_nothing(self, client, referral, owner_mx, owner_us):
        client.force_login(owner_mx)
        assert client.get(referral.get_absolute_url()).status_code == 200
        assert client.post(reverse("partners:referral-accept", args=[referral.pk])).status_code == 403

        client.force_login(owner_us)
        assert client.get(referral.get_absolute_url()).status_code == 404

    def test_the_sender_does_not_answer_for_the_other_chamber(self, client, referral, reviewer):
        client.force_login(reviewer)

        assert client.post(reverse("partners:referral-accept", args=[referral.pk])).status_code == 403

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_list_costs_the_same_for_one_and_for_three(self, client, chamber_us, colleague, mx, count):
        for _number in range(count):
            ReferralFactory(to_chamber=chamber_us)
        client.force_login(colleague)

        response = count_queries(client, reverse("partners:referral-list"), 2, table="partners_referral")

        assert len(response.context["page"]) == count
