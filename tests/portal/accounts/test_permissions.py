"""Every kind of person before every action on people and organizations.

Two organizations: a firm that is nobody's business but its people's (hidden from others: 404) and a
verified chamber that everybody sees (what others may not do there: 403). ``login`` is the way to the sign-in page.
"""

import pytest
from django.urls import reverse

from portal.accounts import membership, permissions
from portal.accounts.models import Membership
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.portal.accounts.conftest import again, confirm
from tests.sharing import taken_back

pytestmark = pytest.mark.django_db

PEOPLE = ("anonymous", "stranger", "member", "manager", "administrator")
YES, NO, HIDDEN, LOGIN = "yes", "no", "hidden", "login"

#: action → what each of PEOPLE gets on the hidden firm, and on the public chamber.
ACTIONS = {
    "organization-detail": ((HIDDEN, HIDDEN, YES, YES, YES), (YES, YES, YES, YES, YES)),
    "organization-edit": ((LOGIN, HIDDEN, NO, YES, YES), (LOGIN, NO, NO, YES, YES)),
    "organization-people": ((LOGIN, HIDDEN, YES, YES, YES), (LOGIN, NO, YES, YES, YES)),
    "organization-invite": ((LOGIN, HIDDEN, NO, YES, YES), (LOGIN, NO, NO, YES, YES)),
    # Found by name: a hidden firm can be asked, or it would be created twice.
    "organization-join": ((LOGIN, YES, NO, NO, YES), (LOGIN, YES, NO, NO, YES)),
    "organization-verify": ((LOGIN, HIDDEN, NO, NO, YES), (LOGIN, NO, NO, NO, YES)),
    "organization-refuse": ((LOGIN, HIDDEN, NO, NO, YES), (LOGIN, NO, NO, NO, YES)),
    "organization-reopen": ((LOGIN, HIDDEN, NO, NO, YES), (LOGIN, NO, NO, NO, YES)),
    "organization-ask-again": ((LOGIN, HIDDEN, NO, YES, NO), (LOGIN, NO, NO, YES, NO)),
    "membership-admit": ((LOGIN, HIDDEN, HIDDEN, YES, YES), (LOGIN, HIDDEN, HIDDEN, YES, YES)),
    "membership-decline": ((LOGIN, HIDDEN, HIDDEN, YES, YES), (LOGIN, HIDDEN, HIDDEN, YES, YES)),
    "membership-remove": ((LOGIN, HIDDEN, NO, YES, YES), (LOGIN, HIDDEN, NO, YES, YES)),
    "membership-leave": ((LOGIN, HIDDEN, NO, NO, NO), (LOGIN, HIDDEN, NO, NO, NO)),
    "membership-role": ((LOGIN, HIDDEN, NO, YES, YES), (LOGIN, HIDDEN, NO, YES, YES)),
    "invitation-withdraw": ((LOGIN, HIDDEN, HIDDEN, YES, YES), (LOGIN, HIDDEN, HIDDEN, YES, YES)),
}
POST_ONLY = {"organization-ask-again", "membership-admit", "membership-role", "invitation-withdraw"}


@pytest.fixture
def cast(us):
    """The two organizations, and for each the people around it and the rows that actions aim at."""

    def make(place):
        organization = OrganizationFactory(chamber=True) if place else OrganizationFactory()
        manager, member, colleague, applicant = (UserFactory() for _ in range(4))
        join(manager, organization)
        join(member, organization, "member")
        third = join(colleague, organization, "member")
        return {
            "organization": organization,
            "anonymous": None,
            "stranger": UserFactory(sme_in="US"),
            "member": member,
            "manager": manager,
            "administrator": UserFactory(is_staff=True),
            "asked": membership.ask_to_join(organization=organization, by=applicant),
            "third": third,
            "invitation": membership.invite(
                organization=organization, email="guest@example.com", role="member", by=manager
            ),
        }

    return make


def address(action, cast):
    if action.startswith("organization"):
        return reverse(action, args=[cast["organization"].slug])
    if action.startswith("invitation"):
        return reverse(action, args=[cast["invitation"].pk])
    row = cast["asked"] if action in {"membership-admit", "membership-decline"} else cast["third"]
    return reverse(action, args=[row.pk])


def outcome(response):
    if response.status_code == 302 and "/account/login/" in response.url:
        return LOGIN
    return {200: YES, 302: YES, 403: NO, 404: HIDDEN}[response.status_code]


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("place", [0, 1], ids=["firm", "chamber"])
def test_each_person_before_each_action(client, cast, place, who):
    scene = cast(place)
    if scene[who]:
        client.force_login(scene[who])
    expected = {action: answers[place][PEOPLE.index(who)] for action, answers in ACTIONS.items()}
    found = {}
    for action in ACTIONS:
        url = address(action, scene)
        with taken_back():
            asked = None if action in POST_ONLY else outcome(client.get(url))
            if expected[action] is not YES or action in POST_ONLY:
                done = outcome(client.post(url, {"role": "member"}))
                found[action] = done if asked in {None, done} else (asked, done)
            else:
                found[action] = asked
    assert found == expected


def test_each_page_of_ones_own_asks_a_visitor_to_sign_in(client, db):
    for name in ("profile", "welcome", "organization-list", "organization-awaiting", "organization-find",
                 "organization-create"):  # fmt: skip
        assert outcome(client.get(reverse(name))) == LOGIN, name


def test_the_waiting_organizations_are_for_administrators(client, manager, administrator):
    client.force_login(manager)
    assert client.get(reverse("organization-awaiting")).status_code == 403
    client.force_login(administrator)
    assert client.get(reverse("organization-awaiting")).status_code == 200


def test_the_list_shows_people_their_own_and_administrators_all(client, manager, firm, administrator):
    OrganizationFactory(name="Elsewhere", chamber=True)
    client.force_login(manager)
    mine = client.get(reverse("organization-list")).content.decode()
    assert "Acme Tools" in mine
    assert "Elsewhere" not in mine
    client.force_login(administrator)
    assert "Elsewhere" in client.get(reverse("organization-list")).content.decode()


def test_names_and_websites_that_were_verified_are_an_administrators_to_change(chamber, administrator):
    organization = chamber.active_memberships[0].organization
    assert permissions.can_edit(chamber, organization)
    assert not permissions.can_rename(chamber, organization)
    assert permissions.can_rename(administrator, organization)


def test_requests_are_seen_by_managers_and_their_owner_alone(firm, manager, member, newcomer, outsider):
    asked = membership.ask_to_join(organization=firm, by=newcomer)
    sees = {user: asked in Membership.objects.visible_to(again(user)) for user in (manager, member, newcomer, outsider)}
    assert sees == {manager: True, member: False, newcomer: True, outsider: False}


def test_a_membership_that_has_ended_gives_nothing(client, firm, manager, member):
    membership.leave(membership=member.memberships.get(), by=member)
    client.force_login(member)
    assert client.get(reverse("organization-people", args=[firm.slug])).status_code == 404


def test_an_invitation_is_no_key_to_another_persons_address(client, firm, manager, outsider):
    invitation = membership.invite(organization=firm, email="guest@example.com", role="member", by=manager)
    client.force_login(confirm(outsider))
    page = client.get(invitation.get_absolute_url())
    assert page.status_code == 200
    assert "guest@example.com" not in page.content.decode()
    client.post(invitation.get_absolute_url())
    assert not outsider.memberships.exists()
