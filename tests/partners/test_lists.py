import html
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from partners import alerting, directory, finding, requesting
from partners.models import Condition
from partners.models.requests import last_day_on_earth
from portal.notifications import followed, matching, subscriptions
from portal.notifications.models import Notification
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.partners import CompanyProfileFactory, PartnerRequestFactory
from tests.factories.reference import economy, sector

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def market(us, mx, tw):
    """Four open requests of two firms' economies and two sectors, one of them asking for a certificate."""
    wide = sector("agri-food", "Agri-food")
    sector("processed-food", "Processed food", parent=wide)
    sector("machinery", "Machinery")
    soon = last_day_on_earth() + timedelta(days=5)
    mango = PartnerRequestFactory(published=True, title="Mango", closes_on=soon)
    Condition.objects.create(request=mango, kind="certification", value="HACCP")
    requesting.index(mango)
    PartnerRequestFactory(published=True, title="Juice", language="es")
    PartnerRequestFactory(published=True, title="Presses", type="procurement", code="TW", sectors=["machinery"])
    PartnerRequestFactory(published=True, title="Anything", type="investment", code="TW", targets=[], sectors=[])
    PartnerRequestFactory(submitted=True, title="Not yet")


def listed(query=""):
    return Client().get(f"{reverse('partners:request-list')}?{query}")


def titles(response):
    return {row.title for row in response.context["page"]}


def counts(response, facet):
    (found,) = [one for one in response.context["found"].facets if one.name == facet]
    return {option.value: option.count for option in [*found.options, *found.more]}


class TestFacets:
    def test_each_value_says_how_many_it_would_leave(self, market):
        page = listed()

        assert counts(page, "type") == {"business_offer": 2, "procurement": 1, "investment": 1}
        assert counts(page, "economy") == {"MX": 2, "TW": 2}
        assert counts(page, "sector") == {"agri-food": 2, "processed-food": 2, "machinery": 1}
        assert counts(page, "certificate") == {"HACCP": 1}
        assert counts(page, "language") == {"en": 3, "es": 1}
        assert counts(page, "closes") == {"7": 1, "30": 1}

    def test_a_request_for_every_economy_counts_for_each(self, market):
        assert counts(listed(), "target")["MX"] == 1
        assert counts(listed(), "target")["US"] == 4

    def test_the_other_facets_follow_a_choice_and_its_own_stays_open(self, market):
        page = listed("economy=TW")

        assert titles(page) == {"Presses", "Anything"}
        assert counts(page, "type") == {"procurement": 1, "investment": 1}
        assert counts(page, "economy") == {"MX": 2, "TW": 2}

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("certificate=HACCP", {"Mango"}),
            ("certificate=nonsense", set()),
            ("language=es", {"Juice"}),
            ("closes=7", {"Mango"}),
            ("closes=7&closes=30", {"Mango"}),
            ("closes=8", {"Mango", "Juice", "Presses", "Anything"}),
            ("sector=agri-food&sector=machinery", {"Mango", "Juice", "Presses"}),
            ("words=presses&economy=MX", set()),
            ("sort=closing&economy=MX", {"Mango", "Juice"}),
        ],
    )
    def test_the_address_narrows_the_list(self, market, query, expected):
        assert titles(listed(query)) == expected

    def test_what_closes_first_stands_first_when_it_is_asked_for(self, market):
        page = listed("sort=closing")

        assert page.context["page"].object_list[0].title == "Mango"

    def test_the_counts_cost_one_statement(self, market):
        with CaptureQueriesContext(connection) as asked:
            listed("economy=TW&type=procurement")

        assert len([query for query in asked if "branch0" in query["sql"]]) == 1

    def test_the_list_says_in_a_sentence_what_it_is(self, market):
        page = listed("economy=TW&economy=MX&type=procurement&closes=30&certificate=HACCP&sector=machinery")

        assert page.context["sentence"] == (
            "0 open opportunities of the type procurement, from Taiwan or Mexico, in machinery, asking for HACCP, "
            "closing within 30 days"
        )
        assert page.context["chips"][0].label == "Procurement"

    def test_what_an_address_asks_for_in_vain_is_said(self, market):
        assert "Type: barter" in listed("type=barter").content.decode()

    def test_words_without_a_match_are_answered_in_plain_words(self, market):
        assert "No open opportunity fits these filters" in listed("words=zeppelin").content.decode()


class TestTheDirectoryOfCompanies:
    @pytest.fixture
    def three(self, us, mx):
        sector("processed-food")
        CompanyProfileFactory(certifications=("ISO 9001:2015",), size="1-9")
        CompanyProfileFactory(organization=OrganizationFactory(code="MX"), certifications=("ISO9001",))
        CompanyProfileFactory(is_listed=False, certifications=("ISO 9001",))

    def test_only_what_is_listed_is_counted(self, three):
        page = Client().get(reverse("partners:company-list"))

        assert counts(page, "certificate") == {"ISO 9001": 2}
        assert counts(page, "economy") == {"US": 1, "MX": 1}
        assert counts(page, "size") == {"1-9": 1, "10-49": 1}

    def test_the_list_is_narrowed_and_told(self, three):
        page = Client().get(f"{reverse('partners:company-list')}?economy=MX&certificate=ISO+9001")

        assert page.context["sentence"] == "1 company in Mexico, with ISO 9001"
        assert len(page.context["page"]) == 1

    def test_a_profile_that_leaves_the_directory_leaves_the_list(self, three):
        directory.CompanyProfile.objects.update(is_listed=False)

        assert len(Client().get(reverse("partners:company-list")).context["page"]) == 0


class TestBrowsing:
    def test_cards_say_how_many_and_lead_to_the_list(self, client, market):
        page = client.get(reverse("partners:request-browse"))

        groups = {group.name: group.cards for group in page.context["groups"]}
        assert [(card.label, card.count) for card in groups["economy"]] == [("Mexico", 2), ("Taiwan", 2)]
        (food, machines) = groups["sector"]
        assert (food.label, food.count, [part.label for part in food.parts]) == ("Agri-food", 2, ["Processed food"])
        assert machines.count == 1
        assert titles(client.get(food.url)) == {"Mango", "Juice"}

    def test_without_an_opportunity_it_says_so(self, client, us):
        assert "No opportunity is open now" in client.get(reverse("partners:request-browse")).content.decode()

    @pytest.mark.parametrize("count", [1, 3])
    def test_it_costs_the_same_for_one_and_for_three(self, client, us, mx, count):
        PartnerRequestFactory.create_batch(count, published=True)

        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("partners:request-browse"))

        assert len([query for query in asked if '"partners_' in query["sql"]]) == 1


class TestTheFeed:
    def entries(self, query="", **headers):
        answer = Client().get(f"{reverse('partners:request-feed')}?{query}", headers=headers)
        return answer, ET.fromstring(answer.content).findall(f"{ATOM}entry") if answer.content else []

    def test_it_holds_what_the_list_holds(self, market):
        _answer, found = self.entries("economy=TW")

        assert [entry.find(f"{ATOM}title").text for entry in found] == ["Anything", "Presses"]

    def test_a_sample_and_an_unnamed_firm_are_marked(self, us, mx):
        PartnerRequestFactory(
            published=True, is_sample=True, title="Mango", company=OrganizationFactory(code="MX", name_en="Istmo")
        )

        answer, (entry,) = self.entries()

        assert entry.find(f"{ATOM}title").text == "Sample: Mango"
        assert entry.find(f"{ATOM}author/{ATOM}name").text == "Unnamed company, Mexico"
        assert "Istmo" not in answer.content.decode()

    def test_unchanged_it_is_not_sent_again(self, market):
        answer, _found = self.entries()

        again = Client().get(reverse("partners:request-feed"), headers={"If-None-Match": answer["ETag"]})

        assert again.status_code == 304

    def test_the_list_names_it_to_feed_readers(self, market):
        assert f"{reverse('partners:request-feed')}?economy=TW" in listed("economy=TW").content.decode()


class TestFollowing:
    def follow(self, user, query):
        kind = followed.by_name("opportunity")
        wish = alerting.read(Client().get(f"/?{query}").wsgi_request.GET)
        return subscriptions.follow(kind, wish, by=user)

    def told(self):
        rows = Notification.objects.filter(kind="partners/request_followed")
        return sorted(row.recipient.email for row in rows.select_related("recipient"))

    @pytest.fixture
    def submitted(self, firm_mx, owner_mx, chamber_mx, us):
        return PartnerRequestFactory(submitted=True, company=firm_mx, chamber=chamber_mx, posted_by=owner_mx)

    def test_who_follows_such_a_list_hears_of_a_publication(self, submitted, reviewer):
        economy("TW")
        self.follow(UserFactory(email="fits@example.com"), "economy=MX&target=US&words=mango")
        self.follow(UserFactory(email="other@example.com"), "economy=TW")
        self.follow(UserFactory(email="every@example.com"), "")

        requesting.publish(submitted, by=reviewer)
        matching.match_due()

        assert self.told() == ["every@example.com", "fits@example.com"]

    def test_a_request_for_partners_everywhere_reaches_who_follows_one_economy(self, submitted, reviewer):
        submitted.target_economies.clear()
        requesting.index(submitted)
        self.follow(UserFactory(email="here@example.com"), "target=US")

        requesting.publish(submitted, by=reviewer)
        matching.match_due()

        assert self.told() == ["here@example.com"]

    def test_who_follows_it_and_whose_company_it_suits_gets_one_mail_with_both_reasons(
        self, submitted, reviewer, firm_us, owner_us, mailoutbox, django_capture_on_commit_callbacks
    ):
        self.follow(owner_us, "economy=MX&words=mango")
        self.follow(owner_us, "economy=TW")
        self.follow(UserFactory(email="every@example.com"), "")
        with django_capture_on_commit_callbacks(execute=True):
            requesting.publish(submitted, by=reviewer)
        with django_capture_on_commit_callbacks(execute=True):
            matching.match_due()

        assert self.told() == ["every@example.com"]
        (mail,) = [mail for mail in mailoutbox if mail.to[0].endswith("<nora@cascade.example>")]
        assert "Met · Same sector: Processed food." in mail.body
        assert "You act for a company that this request suits." in mail.body
        followed_search = f"You follow: {alerting.sentence(['economy:MX'], 'mango')}"
        assert followed_search in mail.body
        assert followed_search in html.unescape(mail.alternatives[0][0])
        assert "Taiwan" not in mail.body

    def test_its_own_side_is_not_told(self, submitted, reviewer, owner_mx):
        for person in (reviewer, owner_mx):
            self.follow(person, "economy=MX")

        requesting.publish(submitted, by=reviewer)
        matching.match_due()

        assert self.told() == []

    def test_what_is_followed_reads_as_a_sentence_and_leads_to_the_list(self, us, mx):
        economy("TW")
        row = self.follow(UserFactory(), "economy=MX&type=procurement&closes=7&sort=closing")

        assert followed.sentence(row.criteria) == "New opportunities of the type procurement, from Mexico"
        with translation.override("es"):
            assert followed.path(row.criteria) == "/es/opportunities/?economy=MX&type=procurement"

    def test_the_page_says_that_closing_days_are_not_followed(self, us, mx):
        page = Client().get(f"{reverse('notifications:follow', args=['opportunity'])}?economy=MX&closes=7")

        assert "Within a week" in page.content.decode()


@pytest.mark.django_db(transaction=True)
class TestKeptForVisitors:
    @pytest.fixture(autouse=True)
    def pages_are_kept(self, settings):
        settings.PAGE_CACHE_SECONDS = 60
        cache.clear()

    def test_the_second_visitor_costs_no_query_and_a_publication_is_seen_at_once(
        self, firm_mx, owner_mx, chamber_mx, reviewer, us
    ):
        submitted = PartnerRequestFactory(submitted=True, company=firm_mx, chamber=chamber_mx, title="Mango pulp")
        assert "Mango pulp" not in listed().content.decode()
        with CaptureQueriesContext(connection) as asked:
            listed()
        assert len(asked) == 0

        requesting.publish(submitted, by=reviewer)

        assert "Mango pulp" in listed().content.decode()

    def test_a_closed_request_is_gone_at_once(self, published, owner_mx):
        assert published.title in listed().content.decode()

        requesting.close(published, reason="not_needed", by=owner_mx)

        assert published.title not in listed().content.decode()

    def test_the_directory_follows_a_profile(self, firm_us, owner_us):
        url = reverse("partners:company-list")
        assert "Cascade Snacks" in Client().get(url).content.decode()

        directory.save_profile(firm_us, by=owner_us, is_listed=False)

        assert "Cascade Snacks" not in Client().get(url).content.decode()


def test_deep_pages_go_as_far_as_the_list_is_reachable(us, mx):
    PartnerRequestFactory.create_batch(3, published=True)
    found = finding.requests(Client().get("/").wsgi_request.GET, language="en")

    assert found.read(finding.REACHABLE - 1, finding.REACHABLE) == []
    assert listed("page=9999").context["page"].number == 1
