import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from partners import claiming
from partners.desk import waiting_for
from portal.accounts import membership
from portal.accounts.models import Membership
from portal.notifications.models import Notification
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.partners import ChamberMemberFactory
from tests.partners.test_interests import race, refused

pytestmark = pytest.mark.django_db


def told():
    rows = Notification.objects.filter(kind="partners/firm_claimed").select_related("recipient")
    return sorted(row.recipient.email for row in rows)


@pytest.fixture
def lupita(us):
    return UserFactory(full_name="Lupita Ríos", email="lupita@tostadas.example")


@pytest.fixture
def claim(ward, lupita, reviewer):
    return membership.ask_to_join(organization=ward, by=lupita)


def test_the_chamber_that_entered_a_firm_hears_who_asks_to_join_it(claim, reviewer):
    assert told() == ["ramiro@camara.example"]
    assert [one.url for one in waiting_for(reviewer)] == [reverse("partners:claim-list")]


def test_who_is_let_in_manages_the_firm(claim, reviewer, lupita, ward):
    admitted = claiming.agree(claim, by=reviewer)

    assert (admitted.status, admitted.role) == ("active", "manager")
    assert not claiming.claims_for(reviewer).exists()


def test_a_no_has_a_reason(claim, reviewer):
    with pytest.raises(ValidationError, match="Say why"):
        claiming.refuse(claim, reason=" ", by=reviewer)

    assert claiming.refuse(claim, reason="Nobody knows her there.", by=reviewer).status == "declined"


def test_once_the_firm_has_a_manager_she_answers(claim, reviewer, ward):
    join(UserFactory(), ward)

    assert not claiming.claims_for(reviewer).exists()
    for verb, more in ((claiming.agree, {}), (claiming.refuse, {"reason": "No"})):
        with pytest.raises(ValidationError) as refusal:
            verb(claim, by=reviewer, **more)
        assert refusal.value.code == "managed"


def test_a_chamber_that_was_only_let_in_by_a_firm_answers_nobody(reviewer, chamber_mx, lupita):
    firm = OrganizationFactory(code="MX")
    ChamberMemberFactory(chamber=chamber_mx, company=firm)

    membership.ask_to_join(organization=firm, by=lupita)

    assert (told(), claiming.claims_for(reviewer).count()) == ([], 0)


def test_nobody_lets_herself_in(ward, reviewer):
    membership.ask_to_join(organization=ward, by=reviewer)

    assert not claiming.claims_for(reviewer).exists()
    assert told() == []


@pytest.mark.django_db(transaction=True)
def test_of_two_who_are_let_in_at_once_one_is(ward, reviewer, us):
    claims = [membership.ask_to_join(organization=ward, by=UserFactory()) for _number in range(2)]

    outcomes = race(*[lambda claim=claim: claiming.agree(claim, by=reviewer) for claim in claims])

    assert [refusal.code for refusal in refused(outcomes)] == ["managed"]
    assert Membership.objects.managers().filter(organization=ward).count() == 1


def test_the_page_shows_who_asks_to_the_chamber_alone(client, claim, reviewer, owner_us, chamber_mx):
    client.force_login(reviewer)
    page = client.get(reverse("partners:claim-list")).content.decode()
    assert "Lupita Ríos" in page
    answer = client.post(reverse("partners:claim-refuse", args=[claim.pk]), {"reason": ""}, follow=True)
    assert "Say why" in answer.content.decode()
    client.post(reverse("partners:claim-agree", args=[claim.pk]))
    claim.refresh_from_db()
    assert claim.status == "active"

    client.force_login(owner_us)
    assert client.get(reverse("partners:claim-list")).status_code == 404
    assert client.post(reverse("partners:claim-agree", args=[claim.pk])).status_code == 404
