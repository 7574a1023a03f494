"""A chamber that brokered an introduction learns which firm our mails do not reach, and nothing about its people."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from partners import desk, interests, ladder
from partners.models import ExpressionOfInterest, Rung, Side
from portal.notifications.models import Deliverability, Notification
from portal.notifications.outbox import notify
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.partners import ChamberMemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def chamber_us(us, firm_us):
    """To which the interested firm belongs; it stands on no side of the introduction."""
    chamber = OrganizationFactory(chamber=True, name_en="Northwest Chamber")
    ChamberMemberFactory(chamber=chamber, company=firm_us)
    return chamber


@pytest.fixture
def bystander(chamber_us):
    user = UserFactory(email="bo@northwest.example")
    join(user, chamber_us)
    return user


@pytest.fixture
def introduction(published, firm_us, owner_us, owner_mx, reviewer):
    sent = interests.express(published, company=firm_us, message="We make snacks.", by=owner_us)
    made = interests.accept(sent, by=owner_mx)
    Notification.objects.all().delete()
    return made


def mail(about, person, status, **ago):
    """A mail to a person that ended so."""
    notify([person], "partners/meeting_proposed", about=about, occasion=Notification.objects.count())
    row = Notification.objects.latest("pk")
    at = timezone.now() - timedelta(**ago)
    sent_at = at if status == "sent" else None
    Notification.objects.filter(pk=row.pk).update(status=status, created_at=at, sent_at=sent_at)


def is_dead(person):
    Deliverability.objects.create(address=person.email.upper(), state="bounces")


def comes_back(about, person):
    mail(about, person, "bounced", hours=2)
    is_dead(person)


def page_of(client, introduction, user):
    client.force_login(user)
    html = client.get(reverse("partners:introduction-detail", args=[introduction.pk])).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def asked(user):
    return [one.title for one in desk.waiting_for(user) if one.title.startswith("Ask ")]


def said_of(firm):
    return f"A message to {firm} could not be delivered. Ask them to check their address."


def test_the_broker_learns_which_firm_to_ask_and_neither_person_nor_address(client, introduction, owner_us, reviewer):
    comes_back(introduction, owner_us)

    text = page_of(client, introduction, reviewer)

    assert said_of("Cascade Snacks") in text
    assert owner_us.email not in text
    assert "550" not in text
    assert asked(reviewer) == ["Ask Cascade Snacks to check their address: Dried mango in bulk"]
    [waiting] = [one for one in desk.waiting_for(reviewer) if one.title.startswith("Ask ")]
    assert waiting.url == reverse("partners:introduction-detail", args=[introduction.pk])
    assert owner_us.full_name not in waiting.title


def test_her_own_members_mailbox_is_told_of_too_in_the_same_line(client, introduction, owner_us, owner_mx, reviewer):
    comes_back(introduction, owner_us)
    comes_back(introduction.interest, owner_mx)

    text = page_of(client, introduction, reviewer)

    assert said_of("Cascade Snacks") in text
    assert said_of("Mangos del Istmo") in text
    assert asked(reviewer) == ["Ask Mangos del Istmo, Cascade Snacks to check their address: Dried mango in bulk"]


def test_a_mail_that_failed_eight_times_counts_without_a_dead_address(introduction, owner_us, reviewer):
    mail(introduction, owner_us, "failed", hours=2)
    assert asked(reviewer)


def test_it_ends_when_the_address_works_or_a_later_mail_arrived(introduction, owner_us, firm_us, reviewer):
    comes_back(introduction, owner_us)
    assert asked(reviewer)
    colleague = UserFactory()
    join(colleague, firm_us)
    mail(introduction, colleague, "sent", hours=3)
    assert asked(reviewer), "an earlier mail says nothing"

    mail(introduction, colleague, "sent", hours=1)
    assert not asked(reviewer)

    Notification.objects.filter(recipient=colleague).delete()
    assert asked(reviewer)
    Deliverability.objects.update(state="works")
    assert not asked(reviewer)


def test_a_chambers_own_colleague_is_not_a_side(introduction, chamber_mx, reviewer):
    colleague = UserFactory()
    join(colleague, chamber_mx)
    comes_back(introduction, colleague)
    assert not asked(reviewer)


def test_neither_the_firms_nor_a_chamber_that_brokered_nothing_are_told(
    client, introduction, owner_us, owner_mx, bystander
):
    comes_back(introduction, owner_us)

    for person in (owner_us, owner_mx, bystander):
        assert not asked(person)
    for person in (owner_us, owner_mx):
        assert "could not be delivered" not in page_of(client, introduction, person)


def test_the_chamber_that_sent_the_interest_is_a_broker_while_it_speaks_for_the_firm(
    client, introduction, owner_mx, chamber_us, bystander
):
    ExpressionOfInterest.objects.update(sent_for=chamber_us)
    comes_back(introduction, owner_mx)

    assert asked(bystander) == ["Ask Mangos del Istmo to check their address: Dried mango in bulk"]
    assert said_of("Mangos del Istmo") in page_of(client, introduction, bystander)


def test_once_a_consent_was_taken_back_nothing_more_is_told(client, introduction, owner_us, reviewer):
    comes_back(introduction, owner_us)
    ladder.withdraw(introduction.interest, side=Side.INTERESTED, rung=Rung.COMPANY, by=owner_us)
    Notification.objects.filter(kind="partners/consent_withdrawn").delete()

    assert not asked(reviewer)
    assert "could not be delivered" not in page_of(client, introduction, reviewer)


def test_the_desk_asks_no_more_for_it(introduction, owner_us, reviewer):
    def queries():
        reviewer.forget_memberships()
        with CaptureQueriesContext(connection) as found:
            desk.waiting_for(reviewer)
        return len(found)

    queries()
    before = queries()
    comes_back(introduction, owner_us)
    for _more in range(3):
        mail(introduction, owner_us, "bounced", hours=2)

    # What the rows need, once for all of them: their slots, questions and consents.
    assert queries() <= before + 3
    assert len(asked(reviewer)) == 1
