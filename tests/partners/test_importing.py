"""Parts of the samples of partners; the whole is loaded by tests/portal/test_loading_catalogue.py."""

import json

import pytest
from django.conf import settings

from partners import importing
from partners.models import ChamberMember, CompanyProfile, Match, PartnerRequest
from portal.accounts import importing as organizations
from portal.accounts.models import Organization
from portal.reference import importing as reference
from portal.reference.loading import BrokenData, run

LOADS = (reference.load, organizations.load, importing.load_sample)
DATA = settings.REFERENCE_DATA_DIR

pytestmark = pytest.mark.django_db


def load(directory=DATA):
    return run(LOADS, directory)


@pytest.fixture
def small(tmp_path):
    """The data with four companies, four requests (one a mentorship) and only the chambers."""
    for name in ("economies.json", "agreements.json", "topics.json", "sectors.json"):
        (tmp_path / name).write_bytes((DATA / name).read_bytes())
    bodies = json.loads((DATA / "agencies.json").read_text(encoding="utf-8"))
    chambers = [body for body in bodies if body["kind"] == "chamber" or body["slug"] == "us-sba"]
    (tmp_path / "agencies.json").write_text(json.dumps(chambers), encoding="utf-8")
    for name, wanted in (("companies.jsonl", (0, 1, 2, 3)), ("partner_requests.jsonl", (0, 1, 2, 17))):
        lines = (DATA / name).read_text(encoding="utf-8").splitlines()
        (tmp_path / name).write_text("\n".join(lines[number] for number in wanted), encoding="utf-8")
    return tmp_path


def spoil(directory, name, number, field, value):
    """Change one field of one row."""
    lines = (directory / name).read_text(encoding="utf-8").splitlines()
    row = json.loads(lines[number - 1])
    lines[number - 1] = json.dumps(row | {field: value}, ensure_ascii=False)
    (directory / name).write_text("\n".join(lines), encoding="utf-8")


def test_loading_twice_changes_nothing(small):
    load(small)
    before = snapshot()

    report = load(small)

    assert report.writes == 0
    assert snapshot() == before


def snapshot():
    models = (Organization, CompanyProfile, PartnerRequest, ChamberMember, Match)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def test_a_second_load_keeps_what_people_and_the_clock_have_done(small):
    load(small)
    PartnerRequest.objects.filter(slug="sample-request-001").update(status="closed", close_reason="found_here")
    PartnerRequest.objects.filter(slug="sample-request-002").update(closes_on="2030-01-01", shows_company=True)

    load(small)

    closed = PartnerRequest.objects.get(slug="sample-request-001")
    kept = PartnerRequest.objects.get(slug="sample-request-002")
    assert (closed.status, str(kept.closes_on), kept.shows_company) == ("closed", "2030-01-01", True)


def test_the_firm_of_a_sample_request_is_unnamed_unlisted_and_vouched_for_by_its_chamber(small, client):
    load(small)
    request = PartnerRequest.objects.get(slug="sample-request-001")

    page = client.get(request.get_absolute_url()).content.decode()
    profile = client.get(request.company.profile.get_absolute_url())

    assert request.company.name_es == "Biomasa Uruapan (Ejemplo)"
    assert "Biomasa" not in page
    assert "Unnamed company, Mexico" in page
    assert profile.status_code == 404
    assert request.chamber.member_firms.active().filter(company=request.company).exists()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("We offer export mentoring to young firms.", "mentorship_offer"),
        ("Ofrecemos mentoría en normas de la Unión Europea.", "mentorship_offer"),
        ("Nous offrons un mentorat de six mois.", "mentorship_offer"),
        ("本人願意擔任業師。", "mentorship_offer"),
        ("We seek a mentor who has shipped games.", "mentorship_request"),
        ("期盼由具有經驗的業師輔導。", "mentorship_request"),
    ],
)
def test_a_mentorship_is_an_offer_only_when_it_says_so(text, kind):
    assert importing.request_type("mentorship", text) == kind


def test_a_teaser_is_the_first_sentence_and_never_too_long():
    assert importing.teaser_of("We dry mango. We sell it.") == "We dry mango."
    assert importing.teaser_of("本公司研發相機。現募集資金。") == "本公司研發相機。"
    cut = importing.teaser_of("word " * 60)
    assert len(cut) <= 140
    assert cut.endswith("word…")


@pytest.mark.parametrize(
    ("name", "field", "value", "complaint"),
    [
        ("companies.jsonl", "hs_codes", ["84.21"], "is not an HS code"),
        ("companies.jsonl", "markets", ["XX"], "is not the code of a market"),
        ("companies.jsonl", "sectors", ["no-such-sector"], "is unknown"),
        ("companies.jsonl", "profile_language", "de", "is not one of the portal's languages"),
        ("companies.jsonl", "size", "huge", "is not a valid choice"),
        ("partner_requests.jsonl", "type", "barter", "is unknown"),
        ("partner_requests.jsonl", "poster_chamber", "us-sba", "is unknown"),
        ("partner_requests.jsonl", "target_economies", ["ZZ"], "is unknown"),
        ("partner_requests.jsonl", "deadline_offset_days", "soon", "is not what is expected here"),
    ],
)
def test_a_broken_row_is_named_with_its_field_and_nothing_is_loaded(small, name, field, value, complaint):
    spoil(small, name, 3, field, value)

    with pytest.raises(BrokenData) as refusal:
        load(small)

    (line,) = refusal.value.lines
    assert line.startswith(f"{name}, row 3, field {field}")
    assert complaint in line
    assert not Organization.objects.exists()
    assert not PartnerRequest.objects.exists()
