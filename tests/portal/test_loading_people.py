"""The demonstration's people can sign in and act, and are never mistaken for real ones."""

from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.accounts import importing
from portal.accounts.models import Membership, Organization, User
from portal.accounts.permissions import chamber_ids, company_ids, delegation, is_manager_of
from portal.management.commands.demo_people import CAST, PASSWORD
from portal.reference.importing import load as load_vocabulary
from portal.reference.loading import run
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.portal.test_loading import DATA, writes
from tests.sharing import kept

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="class")
def catalogue(django_db_setup, django_db_blocker):
    with kept(django_db_blocker):
        run([load_vocabulary, importing.load], DATA)
        yield


@pytest.fixture
def demonstration(catalogue, settings):
    settings.DEMO = True


def demo_people():
    out = StringIO()
    call_command("demo_people", stdout=out)
    return out.getvalue()


def person(account):
    return User.objects.get(email=f"{account}@demo.example")


def companies():
    for cast in CAST:
        if cast.organization.startswith("sample-company"):
            OrganizationFactory(slug=cast.organization, code=cast.account[-2:].upper(), is_sample=True)


def test_outside_a_demonstration_nobody_is_created(settings):
    settings.DEMO = settings.DEBUG = False
    with pytest.raises(CommandError, match="PORTAL_DEMO"):
        demo_people()
    assert not User.objects.exists()


@pytest.mark.usefixtures("demonstration")
class TestInADemonstration:
    def test_everybody_is_listed_with_address_password_and_what_to_try(self):
        lines = demo_people().splitlines()
        assert len(lines) == len(CAST) == 13
        for cast, line in zip(CAST, lines, strict=True):
            assert [part.strip() for part in line.split(" · ")] == [cast.role, cast.email, PASSWORD, cast.try_this]

    def test_each_acts_for_her_organization(self):
        companies()
        demo_people()
        assert {code: delegation(person(f"official.{code}")) for code in ("us", "mx", "ca", "tw")} == {
            "us": {"US"},
            "mx": {"MX"},
            "ca": {"CA"},
            "tw": {"TW"},
        }
        for code in ("us", "mx", "ca", "tw"):
            chamber, sme = person(f"chamber.{code}"), person(f"sme.{code}")
            assert len(chamber_ids(chamber)) == len(company_ids(sme)) == 1
            assert all(is_manager_of(user, user.active_memberships[0].organization) for user in (chamber, sme))
        administrator = person("administrator")
        assert administrator.is_staff
        assert administrator.is_superuser
        assert {sme.purpose for sme in User.objects.filter(email__startswith="sme.")} == {"sme"}

    def test_all_are_marked_as_demonstration_accounts(self):
        demo_people()
        assert not User.objects.filter(is_sample=False).exists()
        assert EmailAddress.objects.filter(verified=True, primary=True).count() == 13

    def test_they_read_their_own_languages(self):
        demo_people()
        readers = {user.email.split("@")[0]: (user.language, user.time_zone) for user in User.objects.all()}
        assert readers["sme.tw"] == ("zh-hant", "Asia/Taipei")
        assert readers["sme.mx"] == ("es", "America/Mexico_City")
        assert readers["sme.ca"] == ("fr", "America/Toronto")

    def test_one_signs_in_with_the_printed_password(self, client):
        demo_people()
        answer = client.post(reverse("account_login"), {"login": "official.us@demo.example", "password": PASSWORD})
        assert answer.status_code == 302
        assert client.session["_auth_user_id"] == str(person("official.us").pk)

    def test_creating_them_twice_changes_nothing(self):
        companies()
        demo_people()
        with CaptureQueriesContext(connection) as queries:
            demo_people()
        assert writes(queries) == []

    def test_who_left_her_organization_is_not_brought_back(self):
        demo_people()
        Membership.objects.filter(user=person("chamber.us")).update(status="ended")
        demo_people()
        assert chamber_ids(person("chamber.us")) == set()

    def test_owners_join_their_companies_when_these_are_loaded_later(self):
        demo_people()
        assert company_ids(person("sme.tw")) == set()
        companies()
        demo_people()
        assert company_ids(person("sme.tw")) == {Organization.objects.get(slug="sample-company-057").pk}

    def test_a_real_persons_account_is_left_alone(self):
        UserFactory(email="sme.mx@demo.example", full_name="Real")
        with pytest.raises(CommandError, match=r"sme.mx@demo.example is the account of a real person"):
            demo_people()
        assert User.objects.get().full_name == "Real"


def test_without_the_catalogue_it_says_what_to_run(settings):
    settings.DEMO = True
    with pytest.raises(CommandError, match="run load_catalogue first"):
        demo_people()
    assert not User.objects.exists()
