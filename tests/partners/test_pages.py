import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from partners import confirming, interests, matching, requesting
from partners.models import PartnerRequest
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.partners import (
    ChamberMemberFactory,
    CompanyProfileFactory,
    InterestFactory,
    PartnerRequestFactory,
)
from tests.factories.reference import economy, sector

pytestmark = pytest.mark.django_db


def count_queries(client, url, expected, table="partners_"):
    """Open the page; of its queries, count those on the tables of partnering. The frame around a page, with what waits
    on the desk, asks its own: as many as around a page that shows nothing of partnering."""
    client.get(reverse("accessibility"))  # what waits is counted once
    frame, _page = asked(client, reverse("accessibility"), table)
    found, response = asked(client, url, table)
    assert response.status_code == 200
    assert len(found) - len(frame) == expected, "\n".join(found)
    return response


def asked(client, url, table):
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    return [query["sql"] for query in captured if f'"{table}' in query["sql"]], response


def titles(response):
    return [row.title for row in response.context["page"]]


def names(response):
    return [row.organization.name for row in response.context["page"]]


@pytest.mark.parametrize("count", [1, 3])
class TestEveryListCostsTheSameForOneRowAndForThree:
    def test_opportunities(self, client, count, us, mx):
        requests = PartnerRequestFactory.create_batch(count, published=True)
        PartnerRequestFactory(submitted=True)  # which must not leak

        response = count_queries(client, reverse("partners:request-list"), 5)

        assert {row.pk for row in response.context["page"]} == {row.pk for row in requests}

    def test_what_suits_my_company(self, client, count, firm_us, owner_us, mx):
        for request in PartnerRequestFactory.create_batch(count, published=True):
            matching.refresh(request)
        client.force_login(owner_us)

        response = count_queries(client, reverse("partners:match-list"), 4)

        assert len(response.context["page"]) == count

    def test_my_companys_requests(self, client, count, firm_mx, owner_mx, us):
        PartnerRequestFactory.create_batch(count, company=firm_mx)
        client.force_login(owner_mx)

        response = count_queries(client, reverse("partners:request-mine"), 4)

        assert len(response.context["page"]) == count

    def test_my_chambers_requests(self, client, count, chamber_mx, reviewer, us):
        PartnerRequestFactory.create_batch(count, submitted=True, chamber=chamber_mx)
        PartnerRequestFactory.create_batch(count, published=True, chamber=chamber_mx)
        client.force_login(reviewer)

        response = count_queries(client, reverse("partners:chamber-desk"), 7)

        assert (len(response.context["reviews"]), len(response.context["page"])) == (count, count)

    def test_member_firms(self, client, count, chamber_mx, reviewer, us):
        ChamberMemberFactory.create_batch(count, chamber=chamber_mx)
        client.force_login(reviewer)

        response = count_queries(client, reverse("partners:member-list"), 2)

        assert len(response.context["page"]) == count

    @pytest.mark.parametrize("side", ["received", "sent"])
    def test_interests(self, client, count, side, firm_us, owner_us, owner_mx, firm_mx):
        for request in PartnerRequestFactory.create_batch(count, published=True, company=firm_mx):
            InterestFactory(request=request, company=firm_us)
        client.force_login(owner_mx if side == "received" else owner_us)

        url = f"{reverse('partners:interest-list')}?side={side}"
        response = count_queries(client, url, 3)

        assert len(response.context["page"]) == count

    def test_who_saw_my_data(self, client, count, firm_us, owner_us, owner_mx, firm_mx):
        for request in PartnerRequestFactory.create_batch(count, published=True, company=firm_mx):
            interests.express(request, company=firm_us, message="Hello", by=owner_us)
        client.force_login(owner_us)

        response = count_queries(client, reverse("partners:disclosure-list"), 4)

        assert len(response.context["page"]) == count

    def test_companies(self, client, count, us):
        CompanyProfileFactory.create_batch(count)
        CompanyProfileFactory(is_listed=False)  # which must not leak

        response = count_queries(client, reverse("partners:company-list"), 5)

        assert len(response.context["page"]) == count

    def test_organizations(self, client, count, us):
        OrganizationFactory.create_batch(count, chamber=True)
        OrganizationFactory(kind="chamber", status="pending")  # which must not leak

        response = count_queries(client, reverse("partners:organization-list"), 2, table="accounts_organization")

        assert len(response.context["page"]) == count


class TestOpportunities:
    @pytest.fixture
    def three(self, us, mx, tw):
        wide = sector("agri-food", "Agri-food")
        sector("processed-food", "Processed food", parent=wide)
        sector("machinery", "Machinery")
        PartnerRequestFactory(published=True, title="Mango", type="business_offer")
        PartnerRequestFactory(
            published=True, title="Presses", type="procurement", code="TW", targets=["MX"], sectors=["machinery"]
        )
        PartnerRequestFactory(published=True, title="Anything", type="investment", code="TW", targets=[], sectors=[])

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("", {"Mango", "Presses", "Anything"}),
            ("type=procurement", {"Presses"}),
            ("type=procurement&type=investment", {"Presses", "Anything"}),
            ("economy=TW", {"Presses", "Anything"}),
            ("target=MX", {"Presses", "Anything"}),
            ("target=US", {"Mango", "Anything"}),
            ("sector=machinery", {"Presses"}),
            ("sector=agri-food", {"Mango"}),
            ("words=mango", {"Mango", "Presses", "Anything"}),
            ("words=presses", {"Presses"}),
            ("words=nothing-of-the-kind", set()),
            ("type=barter", {"Mango", "Presses", "Anything"}),
            ("economy=TW&type=procurement", {"Presses"}),
        ],
    )
    def test_filters_narrow_and_unknown_values_are_left_out(self, client, three, query, expected):
        response = client.get(f"{reverse('partners:request-list')}?{query}")

        assert set(titles(response)) == expected

    def test_words_in_chinese_are_found_inside_a_sentence(self, client, us, mx):
        PartnerRequestFactory(
            published=True, language="zh-hant", title="徵求美國食品通路", description="關稅與法規業師"
        )

        found = client.get(reverse("partners:request-list"), {"words": "關稅"})

        assert titles(found) == ["徵求美國食品通路"]

    def test_the_newest_comes_first(self, client, us, mx):
        first, second = (PartnerRequestFactory(published=True) for _n in range(2))

        assert titles(client.get(reverse("partners:request-list"))) == [second.title, first.title]

    def test_htmx_gets_the_list_alone_and_the_page_works_without_it(self, client, three):
        url = f"{reverse('partners:request-list')}?type=procurement"

        fragment = client.get(url, headers={"HX-Request": "true", "HX-Target": "results"}).content.decode()

        assert fragment.lstrip().startswith('<section id="results"')
        assert "Presses" in fragment
        assert "<html" not in fragment
        assert "<html" in client.get(url).content.decode()

    def test_what_is_past_its_day_is_not_listed_before_the_clock_has_expired_it(self, client, us, mx):
        PartnerRequestFactory(published=True, closes_on="2020-01-01")

        assert titles(client.get(reverse("partners:request-list"))) == []

    def test_twenty_on_a_page(self, client, us, mx):
        PartnerRequestFactory.create_batch(21, published=True)

        page = client.get(reverse("partners:request-list"), {"page": 2})

        assert len(page.context["page"]) == 1

    def test_a_sample_says_so_on_its_page_and_in_the_list(self, client, us, mx):
        request = PartnerRequestFactory(published=True, is_sample=True)

        assert "This is an invented example" in client.get(request.get_absolute_url()).content.decode()
        assert "Sample" in client.get(reverse("partners:request-list")).content.decode()


class TestDirectory:
    @pytest.fixture
    def two(self, us, tw):
        sector("software", "Software")
        snacks = OrganizationFactory(name_en="Cascade Snacks", slug="cascade")
        CompanyProfileFactory(organization=snacks, ownership_tags=["women_owned"])
        code = OrganizationFactory(code="TW", name_en="Bamboo Code", slug="bamboo")
        CompanyProfileFactory(
            organization=code, sectors=["software"], markets=("JP",), languages=("zh-hant", "ja"), language="zh-hant",
            size="1-9", capabilities="雲端排程軟體", hs_codes=(),
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("", {"Cascade Snacks", "Bamboo Code"}),
            ("economy=TW", {"Bamboo Code"}),
            ("sector=software", {"Bamboo Code"}),
            ("market=US", {"Cascade Snacks"}),
            ("market=TW", {"Bamboo Code"}),
            ("language=ja", {"Bamboo Code"}),
            ("ownership=women_owned", {"Cascade Snacks"}),
            ("size=1-9", {"Bamboo Code"}),
            ("words=cascade", {"Cascade Snacks"}),
            ("words=軟體", {"Bamboo Code"}),
        ],
    )
    def test_filters_narrow(self, client, two, query, expected):
        assert set(names(client.get(f"{reverse('partners:company-list')}?{query}"))) == expected

    def test_organizations_are_found_by_economy_kind_and_a_part_of_the_name(self, client, us, mx):
        OrganizationFactory(chamber=True, code="MX", name_en="Chamber of the South", name_es="Cámara del Sur")
        OrganizationFactory(agency=True, name_en="Trade Office")
        url = reverse("partners:organization-list")

        for query, expected in (
            ({"economy": "MX"}, ["Chamber of the South"]),
            ({"kind": "agency"}, ["Trade Office"]),
            ({"words": "cámara"}, ["Chamber of the South"]),
            ({"words": "office trade"}, ["Trade Office"]),
        ):
            assert [row.name for row in client.get(url, query).context["page"]] == expected

    def test_a_company_page_shows_its_open_requests_only_when_they_name_it(self, client, us, mx):
        profile = CompanyProfileFactory(code="MX")
        named = PartnerRequestFactory(published=True, company=profile.organization, shows_company=True, title="Named")
        PartnerRequestFactory(published=True, company=profile.organization, title="Unnamed")

        page = client.get(profile.get_absolute_url())

        assert list(page.context["requests"]) == [named]
        assert "Unnamed" not in page.content.decode()

    def test_markets_are_named_in_the_readers_language(self, client, us):
        profile = CompanyProfileFactory(markets=("US", "EU", "GT"))

        with translation.override("zh-hant"):
            page = client.get(profile.get_absolute_url()).content.decode()

        assert "美國" in page
        assert "瓜地馬拉" in page


class TestTheWayOfARequest:
    """A firm, its chamber and a company abroad, through the pages alone."""

    def test_from_draft_to_introduction(
        self, client, firm_mx, owner_mx, chamber_mx, reviewer, firm_us, owner_us, mailoutbox,
        django_capture_on_commit_callbacks,
    ):  # fmt: skip
        sector()

        def post(person, url, data=None):
            client.force_login(person)
            with django_capture_on_commit_callbacks(execute=True):
                return client.post(url, data or {}, follow=True)

        given = {
            "company": f"own-{firm_mx.pk}",
            "type": "business_offer",
            "language": "es",
            "title": "Mango deshidratado",
            "teaser": "Mango sin azúcar.",
            "description": "Ofrecemos mango deshidratado. "
            "Buscamos fabricantes de galletas y de fruta seca para tiendas.",
            "sectors": ["processed-food"],
            "hs_codes": "2008.99, 0804",
            "target_economies": ["US"],
            "closes_on": requesting.usual_closing_day().isoformat(),
        }
        post(owner_mx, reverse("partners:request-draft"), given)
        request = PartnerRequest.objects.get()
        assert request.hs_codes == ["200899", "0804"]
        post(owner_mx, reverse("partners:request-submit", args=[request.slug]), {"chamber": chamber_mx.pk})
        post(reviewer, reverse("partners:request-publish", args=[request.slug]))
        page = post(
            owner_us,
            reverse("partners:interest-express", args=[request.slug]),
            {"company": f"own-{firm_us.pk}", "message": "We make snacks.", "shares_contact": "on"},
        )
        assert "seven days" in page.content.decode()
        interest = request.interests.get()
        page = post(owner_mx, reverse("partners:interest-accept", args=[interest.pk]), {"shares_contact": "on"})

        assert "nora@cascade.example" in page.content.decode()
        # To the chamber: the review. To the firm: published, then interest (also to the chamber), then the
        # introduction. To the company abroad: the fitting request, then the introduction.
        received = [mail.to[0].partition("<")[2].strip(">") for mail in mailoutbox]
        assert {address: received.count(address) for address in received} == {
            "ramiro@camara.example": 3,
            "marisol@istmo.example": 3,
            "nora@cascade.example": 2,
        }

    def test_a_chamber_enters_a_firm_writes_for_it_and_publishes(self, client, chamber_mx, reviewer, us):
        client.force_login(reviewer)
        client.post(reverse("partners:firm-register"), {"name": "Tostadas Lupita", "language": "es", "confirms": "on"})
        (member,) = chamber_mx.member_firms.active()
        given = {
            "company": f"member-{member.pk}", "type": "business_offer", "language": "es", "title": "Tostadas",
            "teaser": "Tostadas.", "description": "Tostadas.", "sectors": [sector().slug], "target_economies": ["US"],
            "closes_on": requesting.usual_closing_day().isoformat(),
        }  # fmt: skip
        client.post(reverse("partners:request-draft"), given)
        request = PartnerRequest.objects.get()
        page, publish = request.get_absolute_url(), reverse("partners:request-publish", args=[request.slug])
        assert publish not in client.get(page).content.decode()
        client.post(reverse("partners:text-ask", args=[request.slug]), {"email": "lupita@tostadas.example"})
        Client().post(confirming.path(confirming.current(request)), {"right": "1"})
        assert publish in client.get(page).content.decode()
        client.post(publish)

        request.refresh_from_db()
        assert (request.status, request.origin, request.chamber) == ("published", "chamber", chamber_mx)
        assert member.company.name == "Tostadas Lupita"

    def test_nobody_writes_for_a_firm_that_is_not_hers(self, client, owner_us, firm_mx, us):
        client.force_login(owner_us)

        page = client.post(reverse("partners:request-draft"), {"company": f"own-{firm_mx.pk}", "title": "Mango"})

        assert "company" in page.context["form"].errors
        assert not PartnerRequest.objects.exists()

    def test_a_form_with_a_mistake_comes_back_with_what_was_typed(self, client, owner_mx, reviewer, published):
        client.force_login(owner_mx)

        page = client.post(reverse("partners:request-renew", args=[published.slug]), {"closes_on": "soon"})

        assert page.status_code == 422
        assert "Enter a valid date" in page.content.decode()

    def test_the_request_page_sets_my_company_beside_it_with_the_reasons(self, client, published, owner_us):
        client.force_login(owner_us)

        page = client.get(published.get_absolute_url()).content.decode()

        assert re.search(r"How Cascade Snacks fits: \d+ of 100 points", page)
        assert "Same sector: Processed food." in page

    def test_a_company_that_waits_for_an_answer_is_offered_no_second_form(self, client, published, firm_us, owner_us):
        InterestFactory(request=published, company=firm_us)
        client.force_login(owner_us)

        page = client.get(published.get_absolute_url()).content.decode()

        assert 'id="interest"' not in page
        assert "Waiting for an answer" in page


class TestProfile:
    def test_the_owner_writes_it_and_is_told_what_is_kept(self, client, owner_us, firm_us):
        economy("MX")
        client.force_login(owner_us)
        given = {
            "language": "en",
            "capabilities": "We bake.",
            "sectors": ["processed-food"],
            "hs_codes": "1905, 20.08",
            "markets": ["US", "MX", "EU"],
            "certifications": "ISO 9001, HACCP\nKosher",
            "languages": ["en", "ja"],
            "ownership_tags": ["women_owned"],
            "contact": owner_us.pk,
            "is_listed": "on",
        }

        client.post(reverse("partners:profile-edit", args=[firm_us.slug]), given)

        firm_us.profile.refresh_from_db()
        profile = firm_us.profile
        assert profile.hs_codes == ["1905", "2008"]
        assert profile.hs_chapters == ["19", "20"]
        assert profile.certifications == ["ISO 9001", "HACCP", "Kosher"]
        assert set(profile.markets) == {"US", "MX", "EU"}
        assert profile.contact == owner_us

    def test_its_form_shows_what_is_there(self, client, owner_us, firm_us):
        client.force_login(owner_us)

        form = client.get(reverse("partners:profile-edit", args=[firm_us.slug])).context["form"]

        assert form["sectors"].value() == ["processed-food"]
        assert form["hs_codes"].value() == "200899"

    @pytest.mark.parametrize(
        ("field", "value", "complaint"),
        [
            ("hs_codes", "bread", "is not an HS code"),
            ("capabilities", "Call +1 503 555 0100 22", "Leave e-mail addresses"),
            ("markets", ["XX"], "is not one of the available choices"),
            ("year_founded", "12", "greater than or equal"),
        ],
    )
    def test_a_mistake_is_named_and_nothing_is_kept(self, client, owner_us, firm_us, field, value, complaint):
        client.force_login(owner_us)

        page = client.post(reverse("partners:profile-edit", args=[firm_us.slug]), {"language": "en", field: value})

        assert complaint in page.content.decode()
        firm_us.profile.refresh_from_db()
        assert firm_us.profile.capabilities != ""

    def test_another_firms_form_is_forbidden_or_missing(self, client, owner_us, firm_mx, reviewer, chamber_mx):
        client.force_login(owner_us)

        assert client.get(reverse("partners:profile-edit", args=[firm_mx.slug])).status_code == 404

    def test_a_firm_without_a_profile_starts_one_in_its_own_language(self, client, mx):
        person = UserFactory()
        company = OrganizationFactory(code="MX", native_language="es")
        join(person, company)
        client.force_login(person)

        form = client.get(reverse("partners:profile-edit", args=[company.slug])).context["form"]

        assert form["language"].value() == "es"
