"""Two people at the same moment, on two connections."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from portal.accounts import membership
from portal.accounts.models import Membership, Organization
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.reference import economy
from tests.portal.accounts.conftest import confirm

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls):
    """Run the calls on threads of their own; return for each "done" or the refusal's code."""
    together = threading.Barrier(len(calls))
    outcomes = []

    def run(call):
        together.wait()
        try:
            call()
            outcomes.append("done")
        except ValidationError as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.fixture
def two_managers():
    economy("US")
    firm = OrganizationFactory()
    return firm, [join(UserFactory(), firm), join(UserFactory(), firm)]


@pytest.mark.parametrize("attempt", range(3))
def test_of_two_managers_who_leave_at_once_one_stays(two_managers, attempt):
    firm, (one, other) = two_managers
    outcomes = at_once(
        lambda: membership.leave(membership=one, by=one.user),
        lambda: membership.leave(membership=other, by=other.user),
    )
    assert outcomes == ["done", "last_manager"]
    assert Membership.objects.managers().filter(organization=firm).count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_of_two_managers_who_demote_each_other_one_stays(two_managers, attempt):
    firm, (one, other) = two_managers
    outcomes = at_once(
        lambda: membership.change_role(membership=other, role="member", by=one.user),
        lambda: membership.change_role(membership=one, role="member", by=other.user),
    )
    assert outcomes == ["done", "last_manager"]
    assert Membership.objects.managers().filter(organization=firm).count() == 1


def test_of_two_first_requests_admitted_at_once_one_becomes_the_manager():
    economy("US")
    agency = OrganizationFactory(agency=True)
    staff = UserFactory(is_staff=True)
    asked = [membership.ask_to_join(organization=agency, by=UserFactory()) for _ in range(2)]
    outcomes = at_once(*[lambda row=row: membership.admit(membership=row, by=staff) for row in asked])
    assert outcomes == ["done", "done"]
    assert sorted(agency.memberships.values_list("role", flat=True)) == ["manager", "member"]


def test_of_two_who_create_the_same_organization_one_does():
    us = economy("US")
    outcomes = at_once(
        *[
            lambda by=by: membership.create_organization(kind="sme", name="Twin Ltd", economy=us, by=by)
            for by in (UserFactory(), UserFactory())
        ]
    )
    assert outcomes == ["already_here", "done"]
    assert Organization.objects.filter(slug__startswith="twin-ltd").count() == 1


def test_an_invitation_accepted_in_two_tabs_makes_one_membership(two_managers):
    firm, (one, _other) = two_managers
    guest = confirm(UserFactory())
    invitation = membership.invite(organization=firm, email=guest.email, role="member", by=one.user)
    outcomes = at_once(*[lambda: membership.accept_invitation(invitation=invitation, by=guest)] * 2)
    assert outcomes == ["done", "not_open"]
    assert firm.memberships.filter(user=guest).count() == 1


def test_a_person_who_asks_twice_at_once_has_asked_once(two_managers):
    firm, _managers = two_managers
    person = UserFactory()
    outcomes = at_once(*[lambda: membership.ask_to_join(organization=firm, by=person)] * 2)
    assert outcomes == ["already_asked", "done"]
