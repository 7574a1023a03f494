"""The catalogue and the samples are loaded with the same guarantees as the reference data."""

import json
import shutil
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dialogues.models import Session
from partners.directory import save_profile
from partners.models import CompanyProfile, PartnerRequest
from portal.accounts import importing
from portal.accounts.facts import update_organization
from portal.accounts.models import Organization
from portal.accounts.verification import reopen
from portal.activity.log import timeline
from portal.lifecycle import move
from portal.notifications.models import Notification
from portal.reference.loading import BrokenData, run
from portal.search.text import search
from resources.models import Resource, Translation
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.dialogues import DialogueFactory
from tests.portal.test_loading import change, writes
from tests.sharing import kept

DATA = settings.REFERENCE_DATA_DIR
#: What an owner types → what must be among the first twenty.
WORDS = {
    "關稅": {"us-usitc-hts", "tw-tariff-database", "ca-tariff-finder"},
    "aranceles": {"us-usitc-hts", "mx-snice-tariff"},
    "droits de douane": {"mx-snice-tariff", "tw-customs-tariff-page", "us-cbp-basic-import-export"},
    "tariffs": {"us-usitc-hts", "ca-tariff-finder"},
}
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def reference(django_db_setup, django_db_blocker):
    with kept(django_db_blocker):
        call_command("load_reference", stdout=StringIO())
        yield


@pytest.fixture
def data(tmp_path):
    """A copy of the file of organizations, to be broken."""
    shutil.copy(DATA / "agencies.json", tmp_path)
    return tmp_path


def join_as_manager(organization):
    user = UserFactory()
    join(user, organization)
    return user


def load(data_dir=DATA):
    return run([importing.load], data_dir)


def test_public_bodies_come_verified_with_their_names():
    load()
    sba = Organization.objects.get(slug="us-sba")
    assert (sba.kind, sba.body, sba.economy_id, sba.is_verified) == ("agency", "agency", "US", True)
    assert sba.verified_at is not None
    assert "catalogue" in sba.verification_note
    assert sba.website == "https://www.sba.gov"
    smesa = Organization.objects.get(slug="tw-smesa")
    assert smesa.native_language == "zh-hant"
    assert smesa.name_zh_hant.startswith("經濟部")
    assert smesa.description_en
    assert [activity.verb for activity in timeline(sba)] == ["verified"]


def test_each_kind_of_body_may_do_what_it_is_for():
    load()
    kinds = {slug: Organization.objects.get(slug=slug).kind for slug in ("us-ustr", "mx-canacintra", "intl-wto")}
    assert kinds == {"us-ustr": "agency", "mx-canacintra": "chamber", "intl-wto": "agency"}
    promotion = Organization.objects.filter(body__in=["trade_promotion", "network", "chamber"])
    assert set(promotion.values_list("kind", flat=True)) == {"chamber"}
    others = Organization.objects.exclude(body__in=["trade_promotion", "network", "chamber"])
    assert set(others.values_list("kind", flat=True)) == {"agency"}


def test_multilateral_bodies_belong_to_no_economy():
    load()
    bodies = Organization.objects.filter(economy=None)
    assert set(bodies.values_list("body", flat=True)) == {"multilateral"}
    assert bodies.count() == 8


def test_loading_organizations_twice_changes_nothing():
    assert load().writes == 108
    with CaptureQueriesContext(connection) as queries:
        assert load().writes == 0
    assert writes(queries) == []


def test_a_withdrawn_verification_stays_withdrawn(administrator):
    load()
    reopen(organization=Organization.objects.get(slug="us-sba"), reason="Merged", by=administrator)
    assert load().writes == 0
    assert Organization.objects.get(slug="us-sba").status == "pending"


def test_what_its_managers_edited_is_not_loaded_over(data):
    load()
    sba = Organization.objects.get(slug="us-sba")
    update_organization(organization=sba, by=join_as_manager(sba), website="https://www.sba.gov/international")
    change(data / "agencies.json", lambda rows: [row.update(role="Changed.") for row in rows])
    report = load(data)
    assert report.counts["organizations edited here, kept as they are"]["unchanged"] == 1
    sba.refresh_from_db()
    assert sba.website == "https://www.sba.gov/international"
    assert sba.description_en != "Changed."


def test_texts_written_here_stay(data):
    load()
    Organization.objects.filter(slug="us-sba").update(description_fr="Aide aux PME")
    change(data / "agencies.json", lambda rows: rows[0].update(role="Negotiates."))
    assert load(data).writes == 1
    assert Organization.objects.get(slug="us-sba").description_fr == "Aide aux PME"
    assert Organization.objects.get(slug="us-ustr").description_en == "Negotiates."


def test_an_organization_that_people_registered_is_not_overwritten():
    OrganizationFactory(slug="us-sba", name="Smith Baking Associates", pending=True)
    with pytest.raises(BrokenData, match="field slug: 'us-sba' is taken"):
        load()
    assert Organization.objects.get().name == "Smith Baking Associates"


def test_broken_organizations_are_all_told(data):
    change(data / "agencies.json", lambda rows: rows[0].update(kind="club"))
    change(data / "agencies.json", lambda rows: rows[1].update(economy="ZZ"))
    change(data / "agencies.json", lambda rows: rows[2].update(economy=None))
    change(data / "agencies.json", lambda rows: rows[3].update(url="www.example.com", native_language="de"))
    change(data / "agencies.json", lambda rows: rows[4].update(names={"xx": "?"}))
    change(data / "agencies.json", lambda rows: rows[5].update(slug=rows[6]["slug"]))
    with pytest.raises(BrokenData) as refusal:
        load(data)
    said = "\n".join(refusal.value.lines)
    for line in (
        "agencies.json, row 1, field kind: 'club' is unknown",
        "agencies.json, row 2, field economy: 'ZZ' is unknown",
        "agencies.json, row 3, field economy: a body has an economy just when its scope is one",
        "agencies.json, row 4, field url: Enter a valid URL",
        "agencies.json, row 4, field native_language: Value 'de' is not a valid choice",
        "agencies.json, row 5, field names.xx: not one of the portal's languages",
        "agencies.json, row 7, field slug: 'us-",
    ):
        assert line in said
    assert len(refusal.value.lines) == 7, said
    assert not Organization.objects.exists()


def test_the_command_ends_with_one_and_names_every_problem(data):
    change(data / "agencies.json", lambda rows: [row.update(kind="club") for row in rows[:2]])
    with pytest.raises(CommandError) as refusal:
        call_command("load_catalogue", data_dir=data, stdout=StringIO())
    assert refusal.value.returncode == 1
    assert str(refusal.value).count("'club' is unknown") == 2


# --- The commands over the whole data -------------------------------------------------------


@pytest.fixture
def small(tmp_path):
    """The data with three resources, the company of the cast and three requests."""
    shutil.copytree(DATA, tmp_path / "small")
    directory = tmp_path / "small"
    resources = keep(directory / "resources.jsonl", lambda row, number: number < 3)
    for path in (directory / "translations").iterdir():
        keep(path, lambda row, number: row["slug"] in resources)
    change(directory / "dialogues.json", lambda rows: [row.pop("success_cases", None) for row in rows])
    keep(directory / "companies.jsonl", lambda row, number: row["slug"] == "sample-company-103")
    keep(directory / "partner_requests.jsonl", lambda row, number: number < 3)
    keep(
        directory / "issues.jsonl",
        lambda row, number: row["company"] == "sample-company-103" and not row["endorsed_by"],
    )
    return directory


def keep(path, is_wanted):
    """Cut a file of lines down; return the slugs that are left."""
    lines = path.read_text(encoding="utf-8").split("\n")
    rows = [(line, json.loads(line)) for line in lines if line]
    left = [(line, row) for number, (line, row) in enumerate(rows) if is_wanted(row, number)]
    path.write_text("\n".join(line for line, _row in left), encoding="utf-8")
    return {row["slug"] for _line, row in left}


def command(name, **options):
    out = StringIO()
    call_command(name, stdout=out, **options)
    return out.getvalue()


@pytest.mark.slow
def test_the_whole_catalogue_is_loaded_once_found_in_four_languages_and_then_left_alone():
    said = command("load_catalogue")
    counts = {line.rsplit(maxsplit=3)[0]: int(line.split()[-3]) for line in said.splitlines()[1:]}
    assert counts["organizations"] == 108
    assert counts["resources"] == 197
    assert counts["sessions"] == 8
    assert Resource.objects.published().count() == 197
    assert Translation.objects.filter(origin="portal").count() == 3 * 197
    assert all(len(resource.languages) == 4 for resource in Resource.objects.all())
    assert {resource.scope for resource in Resource.objects.filter(economies=None)} == {"apec", "global"}
    assert not Resource.objects.exclude(reviewed_on=None).exists()
    for words, expected in WORDS.items():
        found = [resource.slug for resource in search(Resource.objects.all(), words)]
        assert expected <= set(found[:20]), words
    with CaptureQueriesContext(connection) as queries:
        assert "Nothing to do" in command("load_catalogue")
    assert writes(queries) == []


def test_a_broken_resource_keeps_the_whole_catalogue_out(small):
    path = small / "resources.jsonl"
    first, *others = path.read_text(encoding="utf-8").split("\n")
    broken = json.dumps(json.loads(first) | {"agency": "nobody"})
    path.write_text("\n".join([broken, *others]), encoding="utf-8")
    with pytest.raises(CommandError, match=r"resources.jsonl, row 1, field agency: 'nobody' is unknown"):
        command("load_catalogue", data_dir=small)
    assert not Organization.objects.exists()


def test_a_body_that_is_broken_is_no_problem_of_its_resources(small):
    publisher = json.loads((small / "resources.jsonl").read_text(encoding="utf-8").split("\n")[0])["agency"]
    change(small / "agencies.json", lambda rows: [row.update(kind="club") for row in rows if row["slug"] == publisher])
    with pytest.raises(CommandError) as refusal:
        command("load_catalogue", data_dir=small)
    assert str(refusal.value).splitlines()[1:] == ["1 problem(s); nothing was loaded."]


def test_what_people_do_to_samples_and_past_sessions_outlives_the_next_load(small):
    command("load_catalogue", data_dir=small)
    command("load_sample", data_dir=small)
    company = Organization.objects.get(slug="sample-company-103")
    owner = join_as_manager(company)
    save_profile(company, by=owner, city="Anaheim")
    session = Session.objects.get(slug="usmca-sme-dialogue-1")
    move(session, Session.Status.CLOSED, by=owner)
    assert "companies edited here, kept as they are" in command("load_sample", data_dir=small)
    assert "sessions that officials went on with" in command("load_catalogue", data_dir=small)
    assert company.profile.city == "Anaheim"
    session.refresh_from_db()
    assert session.status == "closed"


@pytest.mark.slow
def test_samples_are_loaded_once_and_marked_and_nobody_gets_mail(mailoutbox):
    run([importing.load], DATA)
    for slug in ("usmca-sme-dialogue", "us-taiwan-sme-events", "apec-sme-symposia"):
        DialogueFactory(slug=slug, parties=("US", "MX", "CA", "TW"))
    command("load_sample")
    firms = Organization.objects.filter(kind="sme")
    assert firms.filter(slug="sample-company-103").exists()
    assert CompanyProfile.objects.listed().count() == 150
    assert PartnerRequest.objects.open().count() == 80
    for rows in (firms, CompanyProfile.objects.all(), PartnerRequest.objects.all()):
        assert not rows.filter(is_sample=False).exists()
    assert (mailoutbox, Notification.objects.count()) == ([], 0)
    # Every mentorship of the file seeks a mentor, and a market has one spelling.
    kinds = PartnerRequest.objects.filter(type__startswith="mentorship").values_list("type", flat=True)
    markets = {code for row in CompanyProfile.objects.values_list("markets", flat=True) for code in row}
    assert list(kinds) == ["mentorship_request"] * 6
    assert {"GB", "EU"} <= markets
    assert "UK" not in markets
    # Each request suits somebody, and is not matched with its own firm.
    assert not PartnerRequest.objects.filter(matches=None).exists()
    with CaptureQueriesContext(connection) as queries:
        assert "Nothing to do" in command("load_sample")
    assert writes(queries) == []
