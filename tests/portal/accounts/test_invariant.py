"""Whatever people do in whatever order: an organization with members has a manager among them."""

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from portal.accounts import membership
from portal.accounts.models import Invitation, Membership
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.portal.accounts.conftest import confirm

WHO = st.integers(0, 3)
ROLE = st.sampled_from(["member", "manager"])
#: Refusals that the rules foresee; any other exception fails the test.
FORESEEN = {
    "already_member", "already_asked", "already_invited", "illegal_move", "last_manager", "not_active", "not_open",
    "other_address",
}  # fmt: skip


class OneOrganization(RuleBasedStateMachine):
    """Four people around an organization that starts without members."""

    def __init__(self):
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.organization = OrganizationFactory(agency=True)
        self.staff = UserFactory(is_staff=True)
        self.people = [confirm(UserFactory()) for _ in range(4)]

    def teardown(self):
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    def attempt(self, verb, **arguments):
        try:
            verb(**arguments)
        except ValidationError as refusal:
            assert refusal.code in FORESEEN, refusal  # noqa: PT017 -- most attempts are not refused

    def newest(self, who):
        return self.organization.memberships.filter(user=self.people[who]).order_by("-pk").first()

    @rule(who=WHO)
    def asks(self, who):
        self.attempt(membership.ask_to_join, organization=self.organization, by=self.people[who])

    @rule(who=WHO)
    def is_admitted(self, who):
        if row := self.newest(who):
            self.attempt(membership.admit, membership=row, by=self.staff)

    @rule(who=WHO)
    def is_declined(self, who):
        if row := self.newest(who):
            self.attempt(membership.decline, membership=row, reason="No.", by=self.staff)

    @rule(who=WHO, role=ROLE)
    def is_invited(self, who, role):
        address = self.people[who].email
        self.attempt(membership.invite, organization=self.organization, email=address, role=role, by=self.staff)

    @rule(who=WHO)
    def accepts(self, who):
        found = Invitation.objects.filter(email=self.people[who].email).order_by("-pk").first()
        if found:
            self.attempt(membership.accept_invitation, invitation=found, by=self.people[who])

    @rule(who=WHO, role=ROLE)
    def gets_a_role(self, who, role):
        if row := self.newest(who):
            self.attempt(membership.change_role, membership=row, role=role, by=self.staff)

    @rule(who=WHO)
    def leaves(self, who):
        if row := self.newest(who):
            self.attempt(membership.leave, membership=row, by=self.people[who])

    @precondition(lambda self: self.organization.memberships.exists())
    @rule(who=WHO)
    def is_removed(self, who):
        if row := self.newest(who):
            self.attempt(membership.remove, membership=row, reason="", by=self.staff)

    @invariant()
    def has_a_manager_when_it_has_members(self):
        members = Membership.objects.active().filter(organization=self.organization)
        assert not members.exists() or members.filter(role="manager").exists()


@pytest.mark.usefixtures("us")
def test_an_organization_with_members_always_has_a_manager():
    run_state_machine_as_test(
        OneOrganization,
        settings=settings(
            max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
