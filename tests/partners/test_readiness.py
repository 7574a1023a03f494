"""What a request lacks, and which others say the same."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from partners import duplicates, readiness, stating
from partners.models import PartnerRequest
from partners.models.requests import last_day_on_earth
from partners.stating import Stated
from tests.factories.partners import PartnerRequestFactory

pytestmark = pytest.mark.django_db

LONG = (
    "We dry forty tonnes of mango a month in the south of Mexico and look for snack makers who buy in bulk all year. "
    "The fruit is sliced, dried in the sun and packed in cartons of ten kilograms under a controlled atmosphere. "
    "Each lot carries its harvest day, its moisture and the name of the grower, and keeps for twelve months."
)


@pytest.fixture
def good(firm_mx, owner_mx):
    """A draft that lacks nothing."""
    draft = PartnerRequestFactory(company=firm_mx, posted_by=owner_mx, description=LONG)
    stated = [Stated(one.kind, one.value, one.is_required, one.amount) for one in stating.read(draft)]
    return stating.state(draft, stated=stated, by=owner_mx)


def missing(request):
    return [item.code for item in readiness.look(PartnerRequest.objects.get(pk=request.pk)).missing]


def change(request, **fields):
    PartnerRequest.objects.filter(pk=request.pk).update(**fields)


def test_a_good_request_lacks_nothing(good):
    assert missing(good) == []
    assert readiness.look(good).score == 100


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"title": "Mango"}, "title"),
        ({"description": "We dry 40 tonnes."}, "description"),
        ({"description": LONG.replace("forty", "many").replace("ten", "some").replace("twelve", "many")}, "figures"),
        ({"hs_codes": []}, "goods"),
        ({"closes_on": last_day_on_earth() + timedelta(days=5)}, "time"),
        ({"language": "es"}, "english"),
        ({"type": "mentorship_offer"}, "places"),
        ({"description": f"{LONG} The partner must hold HACCP."}, "conditions"),
    ],
)
def test_what_is_missing_is_named_and_costs_points(good, fields, code):
    change(good, **fields)
    assert code in missing(good)
    assert readiness.look(PartnerRequest.objects.get(pk=good.pk)).score < 100


def test_chinese_says_as_much_in_fewer_characters(good):
    text = (
        "我們在墨西哥南部每月乾燥四十公噸芒果，尋找全年大量採購的零食製造商。水果切片後日曬，以十公斤紙箱在控制氣體下包裝。"
        * 2
    )
    change(good, language="zh-hant", title="芒果乾散裝供應零食廠", description=text)
    assert not {"title", "description"} & set(missing(good))


def test_requests_without_goods_need_no_codes(good):
    change(good, type="investment", hs_codes=[])
    assert "goods" not in missing(good)


def test_english_is_wanted_only_beside_another_language(good):
    change(good, language="es", english_title="Dried mango", english_teaser="In bulk.")
    assert "english" not in missing(good)


def test_a_company_is_warned_of_its_own_request_in_any_state_before_its_end(good, firm_mx):
    twin = PartnerRequestFactory(company=firm_mx, title=good.title, description=LONG, published=True)
    assert [(one.request, one.is_own) for one in duplicates.of(good)] == [(twin, True)]
    assert "alone" in missing(good)
    change(twin, status="closed")
    assert duplicates.of(good) == []


def test_another_firms_open_request_word_for_word_is_named_and_its_draft_is_not(good):
    copy = PartnerRequestFactory(title=good.title, description=LONG, published=True)
    PartnerRequestFactory(title=good.title, description=LONG)
    assert [(one.request, one.is_own) for one in duplicates.of(good)] == [(copy, False)]


def test_a_different_request_of_the_same_company_is_none(good, firm_mx):
    text = (
        "We seek a laboratory that tests pesticide residues in dried fruit within five days, with reports in English."
    )
    PartnerRequestFactory(company=firm_mx, type="technology_request", title="Residue tests", description=text)
    assert duplicates.of(good) == []


def test_the_sample_requests_are_all_different():
    texts = sample_texts()
    pairs = [(a, b) for at, a in enumerate(texts) for b in texts[at + 1 :]]
    assert len(pairs) > 3000
    assert max(duplicates.likeness(a, b) for a, b in pairs) < 0.35 < duplicates.OWN_LIKENESS


def sample_texts():
    lines = Path("data/partner_requests.jsonl").read_text(encoding="utf-8").splitlines()
    return [f"{row['title']} {row['description']}" for row in map(json.loads, lines)]
