"""The pages as people use them: forms, messages, lists with their query counts."""

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.accounts import desk, membership, welcome
from portal.accounts.models import Membership, Organization, User
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.portal.accounts.conftest import again, confirm

pytestmark = pytest.mark.django_db


def text_of(response):
    return response.content.decode()


class TestWelcome:
    def test_offers_what_is_here_before_it_creates(self, client, newcomer, firm, manager):
        newcomer.purpose = "sme"
        newcomer.save()
        client.force_login(newcomer)
        found = client.get(reverse("welcome"), {"name": "acme tols", "economy": "US"})
        assert reverse("organization-join", args=[firm.slug]) in text_of(found)
        client.post(reverse("organization-join", args=[firm.slug]))
        assert Membership.objects.requested().get().user == newcomer
        assert not welcome.is_due(again(newcomer))

    def test_finds_a_chinese_name_inside_a_longer_one(self, client, newcomer, tw):
        OrganizationFactory(code="TW", name_en="", name_zh_hant="中華民國全國商業總會", chamber=True)
        client.force_login(newcomer)
        assert "中華民國全國商業總會" in text_of(client.get(reverse("welcome"), {"name": "商業總會", "economy": "TW"}))

    def test_creates_what_is_not_here(self, client, newcomer, us):
        newcomer.purpose = "chamber"
        newcomer.save()
        client.force_login(newcomer)
        found = client.get(reverse("welcome"), {"name": "Blue Harbor Chamber", "economy": "US"})
        page = client.get(found.context["create_url"])
        form = page.context["form"]
        assert [form[field].value() for field in ("kind", "name", "economy")] == [
            "chamber",
            "Blue Harbor Chamber",
            "US",
        ]
        answer = client.post(
            reverse("organization-create"),
            {"kind": "chamber", "name": "Blue Harbor Chamber", "economy": "US", "website": "blueharbor.example"},
            follow=True,
        )
        assert "Waiting for verification by an administrator" in text_of(answer)
        assert Organization.objects.get().website == "https://blueharbor.example"

    def test_asks_a_public_body_for_its_website(self, client, newcomer, us):
        client.force_login(newcomer)
        page = client.post(reverse("organization-create"), {"kind": "agency", "name": "Bureau", "economy": "US"})
        assert list(page.context["form"].errors) == ["website"]

    def test_offers_to_join_a_namesake_and_creates_it_only_knowingly(self, client, newcomer, firm, manager):
        client.force_login(newcomer)
        answers = {"kind": "sme", "name": "ACME tools", "economy": "US"}
        page = client.post(reverse("organization-create"), answers)
        assert reverse("organization-join", args=[firm.slug]) in text_of(page)
        client.post(reverse("organization-create"), answers | {"is_another": "on"})
        assert Organization.objects.count() == 2

    def test_shows_invitations_first(self, client, newcomer, firm, manager):
        invitation = membership.invite(organization=firm, email=newcomer.email, role="member", by=manager)
        client.force_login(newcomer)
        assert invitation.get_absolute_url() in text_of(client.get(reverse("welcome")))

    def test_can_be_skipped_and_corrected(self, client, newcomer):
        newcomer.purpose = "agency"
        newcomer.save()
        client.force_login(newcomer)
        assert client.post(reverse("welcome-skip")).url == reverse("desk")
        assert not welcome.is_due(again(newcomer))
        client.post(reverse("welcome-choose"), {"purpose": "sme"})
        assert welcome.is_due(again(newcomer))
        client.post(reverse("welcome-choose"), {"purpose": "queen"})
        assert again(newcomer).purpose == "sme"


class TestProfile:
    def test_saves_and_goes_on_in_the_new_language(self, client, newcomer):
        client.force_login(newcomer)
        answer = client.post(
            reverse("profile"), {"full_name": "Nora Neu", "language": "fr", "time_zone": "America/Toronto"}
        )
        assert answer.url == "/fr/profile/"
        assert answer.cookies[settings.LANGUAGE_COOKIE_NAME].value == "fr"
        fresh = again(newcomer)
        assert (fresh.full_name, fresh.language, fresh.time_zone) == ("Nora Neu", "fr", "America/Toronto")

    def test_keeps_a_rare_zone(self, client):
        user = UserFactory(time_zone="Cuba")
        client.force_login(user)
        form = client.get(reverse("profile")).context["form"]
        assert form["time_zone"].value() == "Cuba"
        saved = client.post(reverse("profile"), {"full_name": "X", "language": "en", "time_zone": "Cuba"})
        assert saved.status_code == 302

    def test_says_what_is_wrong(self, client, newcomer):
        client.force_login(newcomer)
        page = client.post(reverse("profile"), {"full_name": "", "language": "xx", "time_zone": "Moon"})
        assert set(page.context["form"].errors) == {"full_name", "language", "time_zone"}

    def test_shows_memberships_with_their_states(self, client, newcomer, firm, manager):
        asked = membership.ask_to_join(organization=firm, by=newcomer)
        membership.decline(membership=asked, reason="We have no Nora.", by=manager)
        client.force_login(newcomer)
        assert "We have no Nora." in text_of(client.get(reverse("profile")))


class TestOrganization:
    def test_shows_who_verified_it_and_when(self, client, administrator, us):
        body = OrganizationFactory(chamber=True, verified_by=administrator)
        page = text_of(client.get(body.get_absolute_url()))
        assert "by Ada Admin, portal administrator" in page
        assert 'id="history"' not in page

    def test_shows_its_history_to_its_people(self, client, firm, manager, newcomer):
        membership.admit(membership=membership.ask_to_join(organization=firm, by=newcomer), by=manager)
        client.force_login(manager)
        page = text_of(client.get(firm.get_absolute_url()))
        assert "admitted a member: Nora New" in page

    def test_is_edited_by_its_manager_in_its_own_language(self, client, tw):
        firm = OrganizationFactory(code="TW", name_en="", name_zh_hant="青禾", native_language="zh-hant")
        user = UserFactory()
        join(user, firm)
        client.force_login(user)
        client.post(
            reverse("organization-edit", args=[firm.slug]),
            {"name": "青禾食品", "website": "https://qinghe.example", "description": "果乾"},
        )
        firm.refresh_from_db()
        assert (firm.name_zh_hant, firm.description_zh_hant, firm.website) == (
            "青禾食品",
            "果乾",
            "https://qinghe.example",
        )

    def test_keeps_its_verified_name_and_website_from_its_managers(self, client, chamber):
        body = chamber.active_memberships[0].organization
        client.force_login(chamber)
        client.post(
            reverse("organization-edit", args=[body.slug]),
            {"name": "Ministry of Everything", "website": "https://evil.example", "description": "We help."},
        )
        fresh = Organization.objects.get(pk=body.pk)
        assert (fresh.name, fresh.website, fresh.description) == (body.name, body.website, "We help.")

    def test_is_verified_with_a_note(self, client, administrator, us):
        body = OrganizationFactory(kind="agency", status="pending")
        client.force_login(administrator)
        url = reverse("organization-verify", args=[body.slug])
        assert client.post(url, {"note": ""}).status_code == 200
        assert client.post(url, {"note": "Called the number on the website."}).status_code == 302
        assert client.post(url, {"note": "Once more"}).context["form"].non_field_errors()
        assert Organization.objects.get(pk=body.pk).is_verified

    def test_is_refused_with_a_reason_and_asks_again(self, client, administrator, us):
        body = OrganizationFactory(kind="agency", status="pending")
        clerk = UserFactory()
        join(clerk, body)
        client.force_login(administrator)
        client.post(reverse("organization-refuse", args=[body.slug]), {"reason": "No such office."})
        client.force_login(clerk)
        assert "No such office." in text_of(client.get(body.get_absolute_url()))
        client.post(reverse("organization-ask-again", args=[body.slug]))
        assert Organization.objects.get(pk=body.pk).status == "pending"

    def test_tells_the_last_manager_why_she_cannot_leave(self, client, firm, manager):
        client.force_login(manager)
        url = reverse("membership-leave", args=[manager.memberships.get().pk])
        assert client.get(url).status_code == 200
        assert "An organization needs a manager" in text_of(client.post(url, follow=True))
        assert manager.memberships.get().status == "active"

    def test_members_leave_by_a_confirmed_step(self, client, firm, member):
        client.force_login(member)
        client.post(reverse("membership-leave", args=[member.memberships.get().pk]))
        assert member.memberships.get().status == "ended"

    def test_people_are_managed_from_one_page(self, client, firm, manager, member, newcomer):
        asked = membership.ask_to_join(organization=firm, by=newcomer)
        client.force_login(manager)
        people = reverse("organization-people", args=[firm.slug])
        invite = reverse("organization-invite", args=[firm.slug])
        client.post(invite, {"email": "guest@example.com", "role": "member", "language": "fr"})
        again_invited = client.post(invite, {"email": "guest@example.com", "role": "member", "language": "fr"})
        assert again_invited.context["form"].errors["email"]
        page = text_of(client.get(people))
        assert "Nora New" in page
        assert "guest@example.com" in page
        client.post(reverse("membership-admit", args=[asked.pk]))
        client.post(reverse("membership-role", args=[member.memberships.get().pk]), {"role": "manager"})
        client.post(reverse("membership-remove", args=[asked.pk]), {"reason": "A mistake."})
        client.post(reverse("invitation-withdraw", args=[firm.invitations.get().pk]))
        page = text_of(client.get(people))
        assert "guest@example.com" not in page
        assert set(firm.memberships.active().values_list("user__full_name", "role")) == {
            ("Mara Manager", "manager"),
            ("Mina Member", "manager"),
        }

    def test_mail_addresses_of_people_are_for_managers(self, client, firm, manager, member):
        client.force_login(member)
        assert "mara@acme.example" not in text_of(client.get(reverse("organization-people", args=[firm.slug])))


class TestInvitation:
    @pytest.fixture
    def invitation(self, firm, manager):
        return membership.invite(organization=firm, email="nora@acme.example", role="member", by=manager)

    def test_asks_a_visitor_to_sign_in_and_comes_back(self, client, invitation):
        page = text_of(client.get(invitation.get_absolute_url()))
        assert f"{reverse('account_signup')}?next={invitation.get_absolute_url()}" in page
        assert "/account/login/" in client.post(invitation.get_absolute_url()).url

    def test_is_accepted_with_one_button(self, client, invitation, newcomer, firm):
        client.force_login(newcomer)
        answer = client.post(invitation.get_absolute_url())
        assert answer.url == firm.get_absolute_url()
        assert client.get(answer.url).status_code == 200
        assert "no longer open" in text_of(client.get(invitation.get_absolute_url()))

    def test_is_unknown_without_its_token(self, client, invitation):
        assert client.get(reverse("invitation-accept", args=["x" * 43])).status_code == 404

    def test_arrives_by_mail_in_the_language_chosen_for_it(
        self, client, firm, manager, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            invitation = membership.invite(
                organization=firm, email="guest@example.com", role="member", by=manager, language="es"
            )
        (message,) = mail.outbox
        assert message.to == ["guest@example.com"]
        assert f"/es/invitations/{invitation.token}/" in message.body


class TestQueries:
    """The same number at one row and at three, beside those of the frame that every page has."""

    def lists(self, client, django_assert_num_queries, url, count, add):
        for rows in (1, 3):
            while add.rows < rows:
                add()
            client.get(url)  # content types, what waits on the desk and the like are remembered
            with CaptureQueriesContext(connection) as frame:
                client.get(reverse("reader-settings"))
            with django_assert_num_queries(len(frame) + count):
                assert client.get(url).status_code == 200

    @pytest.fixture
    def adding(self):
        def make(function):
            def add():
                function()
                add.rows += 1

            add.rows = 0
            return add

        return make

    def test_of_the_administrators_list(self, client, administrator, us, adding, django_assert_num_queries):
        client.force_login(administrator)
        add = adding(lambda: OrganizationFactory(chamber=True))
        self.lists(client, django_assert_num_queries, reverse("organization-list"), 2, add)

    def test_of_the_waiting_ones(self, client, administrator, us, adding, django_assert_num_queries):
        client.force_login(administrator)

        def one():
            organization = OrganizationFactory(kind="agency", status="pending")
            join(confirm(UserFactory()), organization)

        self.lists(client, django_assert_num_queries, reverse("organization-awaiting"), 4, adding(one))

    def test_of_the_people(self, client, firm, manager, adding, django_assert_num_queries):
        client.force_login(manager)

        def one():
            join(UserFactory(), firm, "member")
            membership.ask_to_join(organization=firm, by=UserFactory())
            email = UserFactory.build().email
            membership.invite(organization=firm, email=email, role="member", by=manager)

        url = reverse("organization-people", args=[firm.slug])
        self.lists(client, django_assert_num_queries, url, 5, adding(one))

    def test_of_the_finder(self, client, newcomer, us, adding, django_assert_num_queries):
        client.force_login(newcomer)
        add = adding(lambda: OrganizationFactory(name=f"Baltic Traders {Organization.objects.count()}"))
        url = f"{reverse('organization-find')}?name=baltic&economy=US"
        self.lists(client, django_assert_num_queries, url, 5, add)

    def test_of_ones_own_organizations(self, client, newcomer, us, adding, django_assert_num_queries):
        client.force_login(newcomer)
        add = adding(lambda: join(newcomer, OrganizationFactory()))
        self.lists(client, django_assert_num_queries, reverse("profile"), 2, add)


def test_desk_lists_what_waits(firm, manager, newcomer, administrator, us):
    newcomer.purpose = "sme"
    newcomer.save()
    assert [item.kind for item in desk.waiting_for(newcomer)] == ["accounts/welcome"]
    membership.invite(organization=firm, email=newcomer.email, role="member", by=manager)
    assert [item.kind for item in desk.waiting_for(newcomer)] == ["accounts/welcome", "accounts/invitation"]
    membership.ask_to_join(organization=firm, by=newcomer)
    assert [item.kind for item in desk.waiting_for(again(manager))] == ["accounts/request"]
    assert desk.waiting_for(administrator) == []
    agency = membership.create_organization(kind="agency", name="Bureau", economy=us, by=newcomer)
    assert [item.kind for item in desk.waiting_for(administrator)] == ["accounts/verification"]
    assert "accounts/own" in [item.kind for item in desk.waiting_for(User.objects.get(pk=newcomer.pk))]
    membership.ask_to_join(organization=OrganizationFactory(agency=True), by=newcomer)
    assert [item.kind for item in desk.waiting_for(administrator)] == ["accounts/request", "accounts/verification"]
    assert agency.status == "pending"
    assert desk.coming_for(newcomer) == []
