import pytest
from django.core.exceptions import ValidationError

from portal.accounts import permissions, verification
from portal.accounts.models import Organization
from portal.activity.log import timeline
from portal.notifications.models import Notification
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.portal.accounts.conftest import again, confirm

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency(us):
    return OrganizationFactory(kind="agency", status="pending", website="https://www.trade.example/en/")


@pytest.fixture
def clerk(agency):
    user = confirm(UserFactory(full_name="Cleo Clerk", email="cleo@mail.trade.example"))
    join(user, agency)
    return user


def told(user, kind):
    return Notification.objects.filter(recipient=user, kind=f"accounts/{kind}").count()


def test_members_act_for_an_agency_only_once_it_is_verified(agency, clerk, administrator):
    assert permissions.delegation(clerk) == set()
    verified = verification.verify(organization=agency, note="Called them.", by=administrator)
    assert (verified.verified_by, verified.verification_note) == (administrator, "Called them.")
    assert permissions.delegation(again(clerk)) == {"US"}
    assert told(clerk, "organization_verified") == 1


def test_a_refusal_tells_why_and_can_be_asked_about_again(agency, clerk, administrator):
    verification.refuse(organization=agency, reason="No such office.", by=administrator)
    agency.refresh_from_db()
    assert agency.status == Organization.Status.REFUSED
    assert Notification.objects.get(kind="accounts/organization_refused").context == {"reason": "No such office."}
    asked = verification.ask_again(organization=agency, by=clerk)
    assert asked.status == Organization.Status.PENDING
    assert told(administrator, "organization_awaits") == 1
    verification.refuse(organization=asked, reason="Still not.", by=administrator)
    assert told(clerk, "organization_refused") == 2


def test_a_verification_taken_back_takes_the_rights_back(agency, clerk, administrator):
    verification.verify(organization=agency, note="ok", by=administrator)
    reopened = verification.reopen(organization=agency, reason="The office has moved.", by=administrator)
    assert (reopened.status, reopened.verified_by, reopened.verified_at) == ("pending", None, None)
    assert permissions.delegation(again(clerk)) == set()
    assert told(clerk, "organization_reopened") == 1
    assert [row.verb for row in timeline(agency)] == ["reopened", "verified"]


def test_what_is_decided_is_not_decided_again(agency, administrator):
    verification.verify(organization=agency, note="ok", by=administrator)
    for verb, word in ((verification.verify, "note"), (verification.refuse, "reason")):
        with pytest.raises(ValidationError, check=lambda refusal: refusal.code == "illegal_move"):
            verb(organization=agency, by=administrator, **{word: "again"})


@pytest.mark.parametrize(
    ("address", "website", "matches"),
    [
        ("a@trade.example", "https://www.trade.example/en/", True),
        ("a@mail.trade.example", "https://trade.example", True),
        ("a@trade.example", "https://office.trade.example", True),
        ("a@nottrade.example", "https://trade.example", False),
        ("a@trade.example.com", "https://trade.example", False),
        ("a@trade.example", "", False),
    ],
)
def test_evidence_compares_the_mail_domain_with_the_website(us, address, website, matches):
    organization = OrganizationFactory(kind="agency", status="pending", website=website)
    join(confirm(UserFactory(email=address)), organization)
    (item,) = verification.evidence(Organization.objects.with_evidence().get(pk=organization.pk))
    assert (item.is_confirmed, item.matches_website) == (True, matches)


def test_evidence_marks_an_address_that_was_never_confirmed(us):
    organization = OrganizationFactory(kind="agency", status="pending", website="https://trade.example")
    join(UserFactory(email="a@trade.example"), organization)
    (item,) = verification.evidence(Organization.objects.with_evidence().get(pk=organization.pk))
    assert (item.is_confirmed, item.matches_website) == (False, True)
