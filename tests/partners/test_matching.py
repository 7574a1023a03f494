import pytest
from django.utils import translation

from partners import directory, matching, reasons
from partners.models import CompanyProfile, Match, PartnerRequest
from tests.factories.partners import CompanyProfileFactory, PartnerRequestFactory
from tests.factories.reference import economy, sector

pytestmark = pytest.mark.django_db


@pytest.fixture
def food():
    """A wider sector with two parts."""
    parent = sector("agri-food", "Agri-food")
    return [
        sector(slug, label, parent=parent)
        for slug, label in (("processed-food", "Processed food"), ("bakery", "Bakery"))
    ]


@pytest.fixture
def request_mx(food, us, mx):
    """A Mexican business offer in processed food, HS 2008.99, for the United States, in English."""
    return PartnerRequestFactory(published=True)


def judge(request, **profile):
    made = CompanyProfileFactory(**profile)
    return matching.judge(request, matching.for_judging(CompanyProfile.objects.filter(pk=made.pk)).get())


def outcome(judgement, criterion):
    (reason,) = [reason for reason in judgement.reasons if reason.criterion == criterion]
    return reason.outcome, round(reason.points, 3)


def test_the_weights_sum_to_one():
    assert round(sum(matching.WEIGHTS.values()), 9) == 1


def test_every_type_has_its_complement():
    assert set(matching.COMPLEMENTS) == set(PartnerRequest.Type)


@pytest.mark.parametrize(
    ("slugs", "expected"),
    [
        (["processed-food"], ("met", 0.3)),
        (["bakery"], ("met", 0.15)),
        (["software"], ("not_met", 0)),
        ([], ("unknown", 0)),
    ],
)
def test_a_sector_counts_whole_its_sibling_half(request_mx, slugs, expected):
    assert outcome(judge(request_mx, sectors=slugs), "sector") == expected


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (("200811",), ("met", 0.25)),
        (("200990",), ("met", 0.125)),
        (("20",), ("met", 0.125)),
        (("847130",), ("not_met", 0)),
        ((), ("unknown", 0)),
    ],
)
def test_a_heading_counts_whole_its_chapter_half(request_mx, codes, expected):
    assert outcome(judge(request_mx, hs_codes=codes), "hs") == expected


@pytest.mark.parametrize(
    ("code", "markets", "expected"),
    [("US", (), ("met", 0.15)), ("CA", ("US",), ("met", 0.075)), ("CA", ("CA",), ("not_met", 0))],
)
def test_being_in_a_target_economy_counts_whole_serving_it_half(request_mx, code, markets, expected):
    assert outcome(judge(request_mx, code=code, markets=markets), "economy") == expected


def test_a_request_for_partners_anywhere_leaves_the_place_unknown(food, us, mx):
    anywhere = PartnerRequestFactory(published=True, targets=[])
    assert outcome(judge(anywhere), "economy") == ("unknown", 0)


@pytest.mark.parametrize(
    ("wanted", "own", "expected"),
    [
        ((), None, "unknown"),
        (("business_offer",), None, "met"),
        (("rd_request",), None, "not_met"),
        ((), "business_request", "met"),
        ((), "procurement", "met"),
        ((), "business_offer", "not_met"),
        (("rd_request",), "business_request", "met"),
    ],
)
def test_offer_meets_demand_by_the_companys_own_requests_then_by_its_word(request_mx, wanted, own, expected):
    profile = CompanyProfileFactory(wanted_types=wanted)
    if own:
        PartnerRequestFactory(published=True, company=profile.organization, type=own)
    found = matching.for_judging(CompanyProfile.objects.filter(pk=profile.pk)).get()

    assert outcome(matching.judge(request_mx, found), "complement")[0] == expected


def test_a_companys_own_expired_request_says_nothing(request_mx):
    profile = CompanyProfileFactory()
    PartnerRequestFactory(expired=True, company=profile.organization, type="business_request")
    found = matching.for_judging(CompanyProfile.objects.filter(pk=profile.pk)).get()

    assert outcome(matching.judge(request_mx, found), "complement")[0] == "unknown"


@pytest.mark.parametrize(
    ("language", "languages", "expected"),
    [("en", (), "met"), ("fr", ("fr", "en"), "met"), ("fr", ("fr",), "not_met"), ("fr", (), "unknown")],
)
def test_a_language_in_common(request_mx, language, languages, expected):
    assert outcome(judge(request_mx, language=language, languages=languages), "language")[0] == expected


def test_a_firm_behind_the_request_brings_its_own_languages(food, us, mx):
    spanish = PartnerRequestFactory(published=True, language="es")
    CompanyProfileFactory(organization=spanish.company, languages=("es", "fr"))
    request = matching.for_comparing(PartnerRequest.objects.filter(pk=spanish.pk)).get()

    assert outcome(judge(request, language="fr", languages=("fr",)), "language")[0] == "met"


def test_the_best_come_first_and_the_same_score_keeps_its_order(request_mx, food):
    half = CompanyProfileFactory(sectors=["bakery"])
    first, second = CompanyProfileFactory(), CompanyProfileFactory()

    ranked = matching.matches_for(request_mx)

    assert [judgement.company for judgement in ranked] == [first.organization, second.organization, half.organization]
    assert ranked[0].score == pytest.approx(0.8)


@pytest.mark.parametrize(
    "profile",
    [
        {"is_listed": False},
        {"sectors": ["software"], "hs_codes": ("847130",)},
        {"code": "CA", "markets": ("CA",)},
    ],
    ids=["unlisted", "another trade", "elsewhere"],
)
def test_who_cannot_suit_is_no_candidate(request_mx, profile):
    CompanyProfileFactory(**profile)

    assert matching.matches_for(request_mx) == []


def test_a_firm_never_suits_its_own_request(request_mx):
    CompanyProfileFactory(organization=request_mx.company, markets=("US",))

    assert matching.matches_for(request_mx) == []


def test_goods_alone_make_a_candidate_and_so_does_a_trade_alone(request_mx, food):
    by_goods = CompanyProfileFactory(sectors=["software"], hs_codes=("200811",))
    by_trade = CompanyProfileFactory(sectors=["bakery"], hs_codes=())

    found = {judgement.company for judgement in matching.matches_for(request_mx)}

    assert found == {by_goods.organization, by_trade.organization}


def test_a_company_is_told_only_from_the_threshold_on(request_mx, food):
    assert judge(request_mx).is_told
    weak = judge(request_mx, sectors=["bakery"], hs_codes=(), languages=("fr",), language="fr")
    assert weak.score < matching.THRESHOLD
    assert not weak.is_told


def test_scoring_costs_the_same_queries_for_one_company_and_for_three(request_mx, django_assert_num_queries):
    for _round in range(2):
        CompanyProfileFactory()
        request = matching.for_comparing(PartnerRequest.objects.filter(pk=request_mx.pk)).get()
        with django_assert_num_queries(2):
            matching.matches_for(request)
        CompanyProfileFactory()


def test_a_changed_profile_brings_its_matches_up_to_date(request_mx, firm_us, owner_us):
    matching.refresh(request_mx)
    assert Match.objects.filter(company=firm_us).exists()

    directory.save_profile(firm_us, by=owner_us, hs_codes=["847130"], sectors=[sector("software", "Software")])
    assert not Match.objects.filter(company=firm_us).exists()

    directory.save_profile(firm_us, by=owner_us, hs_codes=["2008"])
    assert Match.objects.get(company=firm_us).request == request_mx


def test_seen_from_the_company_and_from_the_request_a_match_is_the_same(request_mx, firm_us, owner_us, food):
    PartnerRequestFactory(published=True, sectors=["bakery"], hs_codes=())
    for request in matching.for_comparing(PartnerRequest.objects.open()):
        matching.refresh(request)
    from_requests = list(
        Match.objects.filter(company=firm_us).order_by("request").values("request", "score", "reasons")
    )

    matching.refresh_company(firm_us)

    assert list(Match.objects.order_by("request").values("request", "score", "reasons")) == from_requests
    assert len(from_requests) == 2


def test_a_company_that_leaves_the_directory_is_matched_no_more(request_mx, firm_us, owner_us):
    matching.refresh(request_mx)

    directory.save_profile(firm_us, by=owner_us, is_listed=False)

    assert not Match.objects.exists()


def test_a_match_is_seen_by_its_company_alone(request_mx, firm_us, owner_us, owner_mx, chamber):
    matching.refresh(request_mx)

    assert Match.objects.visible_to(owner_us).count() == 1
    assert not Match.objects.visible_to(owner_mx).exists()
    assert not Match.objects.visible_to(chamber).exists()


def test_reasons_are_kept_as_codes_and_read_in_any_language(request_mx):
    found = judge(request_mx, hs_codes=(), languages=("en", "es")).as_json()

    assert {reason["criterion"] for reason in found} == set(matching.WEIGHTS)
    lines = reasons.lines(found)
    assert [line.text for line in lines] == [
        "Same sector: Processed food.",
        "Place: the company is where partners are sought: United States.",
        "Language in common: English.",
        "Goods: the request or the company names no HS codes.",
        "Offer and demand: the company has not said what it looks for.",
    ]
    with translation.override("zh-hant"):
        translated = [line.text for line in reasons.lines(found)]
    assert "美國" in translated[1]


ALL_CODES = [
    ("sector", "met", {"how": "same", "sectors": ["processed-food"]}),
    ("sector", "met", {"how": "near", "sectors": ["processed-food"]}),
    ("sector", "not_met", {"sectors": ["processed-food"]}),
    ("sector", "unknown", {}),
    ("hs", "met", {"how": "heading", "codes": ["2008"]}),
    ("hs", "met", {"how": "chapter", "codes": ["20"]}),
    ("hs", "not_met", {"codes": ["20"]}),
    ("hs", "unknown", {}),
    ("complement", "met", {"how": "own_request", "types": ["procurement"]}),
    ("complement", "met", {"how": "wanted", "types": ["procurement"]}),
    ("complement", "not_met", {"how": "wanted", "types": ["procurement"]}),
    ("complement", "not_met", {"how": "same_side", "types": ["procurement"]}),
    ("complement", "unknown", {}),
    ("economy", "met", {"how": "based", "economies": ["US"]}),
    ("economy", "met", {"how": "serves", "economies": ["US"]}),
    ("economy", "not_met", {"economies": ["US"]}),
    ("economy", "unknown", {}),
    ("language", "met", {"languages": ["en"]}),
    ("language", "not_met", {"languages": ["en"]}),
    ("language", "unknown", {}),
]


def test_every_code_has_its_own_sentence():
    sector()
    economy("US")

    sentences = [
        reasons.lines([{"criterion": criterion, "outcome": outcome, "points": 0, "detail": detail}])[0].text
        for criterion, outcome, detail in ALL_CODES
    ]

    assert len(set(sentences)) == len(ALL_CODES)
    assert all(sentence.endswith(".") for sentence in sentences)
