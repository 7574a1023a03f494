"""Joining, inviting, leaving: what the verbs do and what they refuse."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.accounts import membership
from portal.accounts.models import Invitation, Membership, Organization
from portal.activity.log import timeline
from portal.notifications.models import Notification
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.portal.accounts.conftest import again, confirm

pytestmark = pytest.mark.django_db


def told(user, kind):
    return Notification.objects.filter(recipient=user, kind=f"accounts/{kind}").count()


def refused(code):
    return pytest.raises(ValidationError, check=lambda refusal: refusal.code == code)


class TestCreating:
    def test_makes_the_creator_its_manager(self, newcomer, us):
        firm = membership.create_organization(kind="sme", name="Blue Kiln", economy=us, by=newcomer)
        assert firm.status == Organization.Status.UNVERIFIED
        assert firm.slug == "blue-kiln-us"
        assert Membership.objects.managers().get(organization=firm).user == newcomer
        assert timeline(firm).get().verb == "created"

    @pytest.mark.parametrize("kind", ["chamber", "agency"])
    def test_lets_a_public_body_wait_and_tells_the_administrators(self, newcomer, administrator, us, kind):
        body = membership.create_organization(kind=kind, name="Board of Trade", economy=us, by=newcomer)
        assert body.status == Organization.Status.PENDING
        assert body.asked_at is not None
        assert told(administrator, "organization_awaits") == 1

    def test_keeps_the_name_in_the_creators_language(self, tw):
        user = UserFactory(language="zh-hant")
        firm = membership.create_organization(kind="sme", name="青禾食品", economy=tw, by=user)
        assert (firm.name_zh_hant, firm.name_en, firm.native_language) == ("青禾食品", None, "zh-hant")
        assert firm.slug == "sme-tw"
        assert str(Organization.objects.get(pk=firm.pk)) == "青禾食品"

    def test_refuses_a_namesake_in_the_same_economy_in_any_language_and_case(self, newcomer, us):
        OrganizationFactory(name_en="", name_es="Cámara  Norte".replace("  ", " "))
        with refused("already_here"):
            membership.create_organization(kind="sme", name="CÁMARA   norte", economy=us, by=newcomer)
        assert not newcomer.memberships.exists()

    def test_takes_a_namesake_from_another_economy(self, newcomer, firm, mx):
        assert membership.create_organization(kind="sme", name="Acme Tools", economy=mx, by=newcomer).economy == mx

    def test_takes_a_namesake_that_is_said_to_be_another(self, newcomer, firm, us):
        first = membership.create_organization(kind="sme", name="Acme Tools", economy=us, by=newcomer, is_another=True)
        second = membership.create_organization(kind="sme", name="Acme Tools", economy=us, by=newcomer, is_another=True)
        assert (first.slug, second.slug) == ("acme-tools-us", "acme-tools-us-2")


class TestAskingToJoin:
    def test_waits_for_a_manager_who_is_told(self, firm, manager, member, newcomer):
        asked = membership.ask_to_join(organization=firm, by=newcomer)
        assert asked.status == Membership.Status.REQUESTED
        assert again(newcomer).active_memberships == []
        assert (told(manager, "membership_requested"), told(member, "membership_requested")) == (1, 0)

    def test_goes_to_the_administrators_where_there_is_no_manager(self, newcomer, administrator, us):
        membership.ask_to_join(organization=OrganizationFactory(agency=True), by=newcomer)
        assert told(administrator, "membership_requested") == 1

    def test_is_refused_twice_and_to_members(self, firm, member, newcomer):
        membership.ask_to_join(organization=firm, by=newcomer)
        with refused("already_asked"):
            membership.ask_to_join(organization=firm, by=newcomer)
        with refused("already_member"):
            membership.ask_to_join(organization=firm, by=member)

    def test_is_refused_for_an_organization_that_was_refused(self, newcomer, us):
        with refused("refused"):
            membership.ask_to_join(organization=OrganizationFactory(kind="agency", status="refused"), by=newcomer)


class TestAnswering:
    def test_admits_as_a_member(self, firm, manager, newcomer):
        asked = membership.ask_to_join(organization=firm, by=newcomer)
        admitted = membership.admit(membership=asked, by=manager)
        assert (admitted.status, admitted.role) == ("active", "member")
        assert told(newcomer, "membership_admitted") == 1
        assert timeline(firm).first().data == {"person": "Nora New"}

    def test_makes_the_first_member_of_an_unmanaged_organization_its_manager(self, newcomer, administrator, us):
        asked = membership.ask_to_join(organization=OrganizationFactory(agency=True), by=newcomer)
        assert membership.admit(membership=asked, by=administrator).role == "manager"

    def test_declines_with_the_reason_and_lets_her_ask_again(self, firm, manager, newcomer):
        asked = membership.ask_to_join(organization=firm, by=newcomer)
        declined = membership.decline(membership=asked, reason="We do not know you.", by=manager)
        assert (declined.status, declined.reason) == ("declined", "We do not know you.")
        assert told(newcomer, "membership_declined") == 1
        assert membership.ask_to_join(organization=firm, by=newcomer).pk != asked.pk

    def test_answers_once(self, firm, manager, newcomer):
        asked = membership.ask_to_join(organization=firm, by=newcomer)
        membership.decline(membership=asked, reason="No.", by=manager)
        with refused("illegal_move"):
            membership.admit(membership=asked, by=manager)


class TestInviting:
    def test_mails_an_address_without_account_in_the_chosen_language(self, firm, manager):
        invitation = membership.invite(
            organization=firm, email="New@Example.com", role="member", by=manager, language="es"
        )
        row = Notification.objects.get(kind="accounts/invitation")
        assert (row.recipient, row.address, row.address_language) == (None, "new@example.com", "es")
        assert invitation.expires_at - invitation.created_at >= timedelta(days=13, hours=23)

    def test_reaches_a_person_we_know_in_her_own_language(self, firm, manager, newcomer):
        membership.invite(organization=firm, email="NORA@acme.example", role="member", by=manager, language="fr")
        assert told(newcomer, "invitation") == 1

    def test_keeps_the_address_out_of_the_history(self, firm, manager):
        membership.invite(organization=firm, email="secret@example.com", role="member", by=manager)
        written = [f"{row.object_label} {row.data}" for row in timeline(firm)]
        assert "secret" not in " ".join(written)

    def test_holds_one_open_invitation_per_address(self, firm, manager):
        membership.invite(organization=firm, email="a@example.com", role="member", by=manager)
        with refused("already_invited"):
            membership.invite(organization=firm, email="A@example.com", role="manager", by=manager)

    def test_replaces_an_expired_invitation(self, firm, manager):
        first = membership.invite(organization=firm, email="a@example.com", role="member", by=manager)
        with time_machine.travel(timezone.now() + timedelta(days=15)):
            second = membership.invite(organization=firm, email="a@example.com", role="member", by=manager)
        first.refresh_from_db()
        assert (first.status, second.status) == ("expired", "sent")

    def test_refuses_members_and_floods(self, firm, manager, member):
        with refused("already_member"):
            membership.invite(organization=firm, email=member.email, role="member", by=manager)
        for number in range(membership.OPEN_INVITATIONS_AT_MOST):
            membership.invite(organization=firm, email=f"{number}@example.com", role="member", by=manager)
        with refused("too_many_open"):
            membership.invite(organization=firm, email="more@example.com", role="member", by=manager)

    def test_withdrawing_makes_no_room_for_more_mail_to_strangers_the_same_day(self, firm, manager):
        for number in range(membership.INVITATIONS_A_DAY):
            sent = membership.invite(organization=firm, email=f"{number}@example.com", role="member", by=manager)
            membership.withdraw_invitation(invitation=sent, by=manager)

        with refused("too_many_today"):
            membership.invite(organization=firm, email="more@example.com", role="member", by=manager)
        with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
            assert membership.invite(organization=firm, email="more@example.com", role="member", by=manager).is_open


class TestAcceptingAnInvitation:
    @pytest.fixture
    def invitation(self, firm, manager, newcomer):
        return membership.invite(organization=firm, email=newcomer.email, role="member", by=manager)

    def test_joins_with_the_invited_role_and_tells_the_inviter(self, firm, manager, newcomer):
        invitation = membership.invite(organization=firm, email=newcomer.email, role="manager", by=manager)
        joined = membership.accept_invitation(invitation=invitation, by=newcomer)
        assert (joined.role, joined.status) == ("manager", "active")
        assert told(manager, "invitation_accepted") == 1

    def test_takes_a_second_verified_address(self, firm, manager, outsider):
        confirm(outsider, "other@example.com")
        invitation = membership.invite(organization=firm, email="other@example.com", role="member", by=manager)
        assert membership.accept_invitation(invitation=invitation, by=outsider).user == outsider

    def test_is_not_for_whoever_holds_the_link(self, invitation, outsider):
        with refused("other_address"):
            membership.accept_invitation(invitation=invitation, by=outsider)

    def test_is_not_for_an_address_that_is_only_claimed(self, invitation, outsider):
        outsider.emailaddress_set.create(email=invitation.email, verified=False)
        with refused("other_address"):
            membership.accept_invitation(invitation=invitation, by=outsider)

    def test_works_once(self, invitation, newcomer):
        membership.accept_invitation(invitation=invitation, by=newcomer)
        with refused("not_open"):
            membership.accept_invitation(invitation=invitation, by=newcomer)

    def test_ends_after_fourteen_days(self, invitation, newcomer):
        with time_machine.travel(timezone.now() + timedelta(days=14, minutes=1)), refused("expired"):
            membership.accept_invitation(invitation=invitation, by=newcomer)

    def test_ends_when_it_is_withdrawn(self, invitation, manager, newcomer):
        membership.withdraw_invitation(invitation=invitation, by=manager)
        with refused("not_open"):
            membership.accept_invitation(invitation=invitation, by=newcomer)

    def test_answers_an_open_request_at_the_same_time(self, firm, manager, newcomer, invitation):
        asked = membership.ask_to_join(organization=firm, by=newcomer)
        assert membership.accept_invitation(invitation=invitation, by=newcomer).pk == asked.pk

    def test_makes_a_member_a_manager_when_invited_as_one(self, firm, manager, newcomer, invitation):
        joined = membership.ask_to_join(organization=firm, by=newcomer)
        membership.withdraw_invitation(invitation=invitation, by=manager)
        invitation = membership.invite(organization=firm, email=newcomer.email, role="manager", by=manager)
        membership.admit(membership=joined, by=manager)
        assert membership.accept_invitation(invitation=invitation, by=newcomer).role == "manager"


class TestLeaving:
    def test_a_member_leaves(self, firm, member):
        left = membership.leave(membership=member.memberships.get(), by=member)
        assert left.status == "ended"
        assert again(member).active_memberships == []

    def test_the_last_manager_cannot_leave_nor_step_down_nor_be_removed(self, firm, manager, member, administrator):
        hers = manager.memberships.get()
        with refused("last_manager"):
            membership.leave(membership=hers, by=manager)
        with refused("last_manager"):
            membership.change_role(membership=hers, role="member", by=manager)
        with refused("last_manager"):
            membership.remove(membership=hers, by=administrator)
        assert Membership.objects.managers().get(organization=firm) == hers

    def test_a_manager_leaves_once_another_is_made(self, firm, manager, member):
        membership.change_role(membership=member.memberships.get(), role="manager", by=manager)
        membership.leave(membership=manager.memberships.get(), by=manager)
        assert Membership.objects.managers().get(organization=firm).user == member
        assert told(member, "role_changed") == 1

    def test_removing_tells_the_person_and_withdraws_her_invitations(self, firm, manager, member):
        membership.change_role(membership=member.memberships.get(), role="manager", by=manager)
        invitation = membership.invite(organization=firm, email="x@example.com", role="manager", by=member)
        removed = membership.remove(membership=member.memberships.get(), by=manager, reason="She changed jobs.")
        invitation.refresh_from_db()
        assert (removed.status, invitation.status) == ("ended", Invitation.Status.WITHDRAWN)
        assert told(member, "membership_removed") == 1

    def test_changing_a_role_to_what_it_is_says_nothing(self, firm, manager, member):
        membership.change_role(membership=member.memberships.get(), role="member", by=manager)
        assert told(member, "role_changed") == 0

    def test_only_members_have_roles(self, firm, manager, newcomer):
        asked = membership.ask_to_join(organization=firm, by=newcomer)
        with refused("not_active"):
            membership.change_role(membership=asked, role="manager", by=manager)

    def test_somebody_elses_organization_is_not_touched(self, firm, manager, us):
        other = UserFactory()
        join(other, OrganizationFactory())
        with refused("last_manager"):
            membership.leave(membership=manager.memberships.get(), by=manager)
