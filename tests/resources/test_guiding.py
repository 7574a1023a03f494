import threading

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from portal.reference.labels import labels
from portal.reference.models import Economy
from resources import answers, guiding, reasons
from resources.models import FirmNeeds, Resource
from tests.factories.reference import economy, sector, topic
from tests.factories.resources import ResourceFactory
from tests.factories.thesaurus import concept

pytestmark = pytest.mark.django_db

TOPICS = {
    "market-research": "Market research and trade data",
    "tariffs-origin": "Agreement text, tariffs and rules of origin",
    "customs-procedures": "Customs procedures",
    "business-registration": "Business registration",
    "sme-financing": "SME financing and insurance",
    "training-mentorship": "Training and mentorship",
}
SAID = "home=TW&market=US&sector=processed-food&words=&stage=preparing&need=customs-procedures"


@pytest.fixture(autouse=True)
def _vocabulary(db):
    for code in ("US", "TW", "MX", "CA"):
        economy(code)
    for slug, label in TOPICS.items():
        topic(slug, label)
    sector()
    sector("machine-tools", "Machine tools")


def said(query=SAID):
    return answers.read(QueryDict(query), labels("en"))


def published(title, slug, **changes):
    """A published resource on one topic; of the United States unless ``code`` says otherwise."""
    return ResourceFactory(published=True, title_en=title, topics=[topic(slug)], **changes)


def guided(query=SAID):
    """The titles in their order, and what was left aside."""
    guidance = guiding.guide(said(query), user=AnonymousUser(), language="en")
    names = dict(Resource.objects.values_list("pk", "title_en"))
    return [names[line.pk] for line in guidance.lines], guidance.relaxed


def url(query=""):
    return reverse("resources:finder") + (f"?{query}" if query else "")


# --- What is chosen, and in which order ---------------------------------------------------------


def test_the_steps_stand_in_the_order_to_take_them():
    published("Tool", "tariffs-origin", kind="tool")
    published("Course", "training-mentorship", code="TW", kind="training")
    published("Loan", "sme-financing", code="TW", kind="programme")
    published("Company", "business-registration")
    published("Clearing goods", "customs-procedures")
    published("Buyers", "market-research")
    titles, relaxed = guided("home=TW&market=US&sector=&words=&stage=preparing&need=")
    assert titles == ["Buyers", "Clearing goods", "Company", "Loan", "Course", "Tool"]
    assert relaxed == ()


def test_every_topic_of_a_step_belongs_to_one_step_alone():
    topics = [slug for step in guiding.STEPS for slug in step.topics]
    assert len(topics) == len(set(topics))


def test_rules_come_from_the_market_and_money_from_home():
    published("Rules there", "customs-procedures", code="US")
    published("Loan there", "sme-financing", code="US")
    published("Loan here", "sme-financing", code="TW")
    published("Elsewhere", "customs-procedures", code="MX")
    titles, _relaxed = guided("home=TW&market=US&sector=&words=&stage=preparing&need=")
    assert titles == ["Rules there", "Loan here"]


def test_who_sets_up_in_the_market_finds_money_and_help_there():
    published("Loan there", "sme-financing", code="US")
    titles, _relaxed = guided("home=TW&market=US&sector=&words=&stage=establishing&need=")
    assert titles == ["Loan there"]


def test_who_stays_at_home_finds_everything_there():
    published("Rules here", "customs-procedures", code="TW")
    published("Loan here", "sme-financing", code="TW")
    published("Rules there", "customs-procedures", code="US")
    for market in ("own", "TW"):
        titles, _relaxed = guided(f"home=TW&market={market}&sector=&words=&stage=trading&need=")
        assert titles == ["Rules here", "Loan here"]


def test_what_holds_everywhere_is_for_everybody():
    published("World", "customs-procedures", code=None)
    assert guided()[0] == ["World"]


def test_what_is_made_for_another_sector_is_left_out_and_for_the_own_comes_first():
    published("Any goods", "customs-procedures")
    published("Machines", "customs-procedures", sectors=[sector("machine-tools")])
    published("Food", "customs-procedures", sectors=[sector()])
    assert guided()[0] == ["Food", "Any goods"]


def test_seven_at_most_and_each_thing_asked_for_has_its_place():
    for number in range(9):
        published(f"Clearing {number}", "customs-procedures", sectors=[sector()])
    published("Loan", "sme-financing", code="TW")
    titles, _relaxed = guided(SAID + "&need=sme-financing")
    assert len(titles) == 7
    assert "Loan" in titles


def test_drafts_are_advised_to_nobody():
    ResourceFactory(topics=[topic("customs-procedures")])
    assert guided() == ([], guiding.RELAXED[-1])


def test_what_is_about_the_asked_thing_alone_and_for_exporters_comes_first():
    many = [topic("sme-financing"), topic("training-mentorship"), topic("market-research")]
    ResourceFactory(published=True, title_en="A bit of all", topics=many, code="TW", audiences=["exporter"])
    published("Export credit", "sme-financing", code="TW", audiences=["exporter"])
    published("For founders", "sme-financing", code="TW", audiences=["startup"])
    titles, _relaxed = guided(SAID.replace("need=customs-procedures", "need=sme-financing"))
    assert titles == ["Export credit", "A bit of all", "For founders"]


def test_a_broken_link_comes_after_a_working_one():
    published("Broken", "customs-procedures", link_status="broken")
    published("Works", "customs-procedures")
    assert guided()[0] == ["Works", "Broken"]


def test_words_bring_what_they_say_to_the_front():
    for number in range(4):
        published(f"General {number}", "customs-procedures")
    published("Labels for hot sauce", "customs-procedures")
    guidance = guiding.guide(
        said(SAID.replace("processed-food&words=", "&words=hot+sauce")), user=AnonymousUser(), language="en"
    )
    best = max(guidance.lines, key=lambda line: line.score)
    assert Resource.objects.get(pk=best.pk).title_en == "Labels for hot sauce"
    assert best.reason.is_by_words


# --- Never an empty page ------------------------------------------------------------------------


def test_what_fits_nothing_is_left_aside_in_a_stated_order():
    published("Elsewhere", "taxation", code="MX")
    assert guided() == (["Elsewhere"], ("sells", "needs", "place"))
    published("Another need", "tariffs-origin", sectors=[sector("machine-tools")])
    assert guided() == (["Another need"], ("sells", "needs"))
    published("Another sector", "customs-procedures", sectors=[sector("machine-tools")])
    assert guided() == (["Another sector"], ("sells",))
    published("Fits", "customs-procedures")
    assert guided() == (["Fits"], ())


def test_the_page_says_what_was_left_aside(client):
    published("Another sector", "customs-procedures", sectors=[sector("machine-tools")])
    text = client.get(url(SAID)).text
    assert "Nothing is made for what you sell" in text
    assert "Another sector" in text


def test_an_empty_portal_says_so_and_leads_on(client):
    response = client.get(url(SAID))
    assert response.status_code == 200
    assert "Nothing is published yet" in response.text


def test_one_statement_scores(django_assert_num_queries):
    published("Fits", "customs-procedures")
    asked = said()
    with django_assert_num_queries(1):
        guiding.guide(asked, user=AnonymousUser(), language="en")


def test_the_result_costs_the_same_for_one_line_and_for_seven(client):
    costs = []
    for count in (1, 7):
        while Resource.objects.count() < count:
            published("Fits", "customs-procedures")
        client.get(url(SAID))
        with CaptureQueriesContext(connection) as queries:
            client.get(url(SAID))
        costs.append(len(queries))
    assert costs[0] == costs[1]


# --- Reasons ------------------------------------------------------------------------------------


def sentences(query=SAID):
    asked, known = said(query), labels("en")
    return [
        reasons.sentence(line.reason, asked, known)
        for line in guiding.guide(asked, user=AnonymousUser(), language="en").lines
    ]


def test_the_reason_names_what_she_sells_where_and_what_she_asked():
    published("Food", "customs-procedures", sectors=[sector()])
    published("Loan", "sme-financing", code="TW")
    assert sentences(SAID + "&need=sme-financing") == [
        "Because you sell processed food to the United States and you asked about customs procedures.",
        "Because you are in Taiwan and you asked about SME financing and insurance.",
    ]


def test_the_reason_does_not_claim_a_sector_that_the_resource_is_not_made_for():
    published("Any goods", "customs-procedures")
    published("World", "customs-procedures", code=None)
    assert sentences() == [
        "Because you sell to the United States and you asked about customs procedures.",
        "Because it is useful in every economy and you asked about customs procedures.",
    ]


def test_without_a_need_the_stage_is_the_reason():
    published("Any goods", "customs-procedures")
    assert sentences("home=TW&market=US&sector=&words=&stage=preparing&need=") == [
        "Because you sell to the United States and you prepare a first sale or purchase abroad."
    ]


def test_an_economy_without_a_phrase_of_its_own_is_named(client):
    Economy.objects.create(code="JP", name_en="Japan", default_time_zone="Asia/Tokyo", currency="JPY")
    published("Rules", "customs-procedures", economies=[Economy.objects.get(code="JP")])
    assert sentences(SAID.replace("market=US", "market=JP")) == [
        "Because you sell to Japan and you asked about customs procedures."
    ]


def test_the_reason_is_in_the_readers_language(client):
    published("Food", "customs-procedures", sectors=[sector()])
    known = labels("zh-hant")
    with translation.override("zh-hant"):
        (line,) = guiding.guide(said(), user=AnonymousUser(), language="zh-hant").lines
        assert known.topics["customs-procedures"] in reasons.sentence(line.reason, said(), known)


# --- Words become sectors -----------------------------------------------------------------------


def test_words_are_read_as_sectors_by_the_thesaurus():
    concept("hot-sauce", sectors=["processed-food"], en=["hot sauce"], es=["salsa picante"])
    for words in ("hot sauce", "Salsa picante", "my hot sauces"):
        assert answers.sectors_of(words, labels("en")) == ("processed-food",)
    assert answers.sectors_of("nothing known", labels("en")) == ()


# --- The questions ------------------------------------------------------------------------------


def test_five_questions_one_page_each_lead_to_the_result(client):
    published("Fits", "customs-procedures")
    steps = [
        ("", "Where are you?", "Question 1 of 5"),
        ("home=TW", "Which market is it about?", "Question 2 of 5"),
        ("home=TW&market=US", "What do you sell?", "Question 3 of 5"),
        ("home=TW&market=US&sector=&words=", "How far are you?", "Question 4 of 5"),
        ("home=TW&market=US&sector=&words=&stage=trading", "What do you need?", "Question 5 of 5"),
    ]
    for query, question, progress in steps:
        text = client.get(url(query)).text
        assert f"<h1>{question}" in text.replace("<h1>\n", "<h1>")
        assert progress in text
    assert "What applies to you" in client.get(url(steps[-1][0] + "&need=")).text


def test_the_form_carries_what_was_said_so_far(client):
    text = client.get(url("home=TW&market=US")).text
    assert '<input type="hidden" name="home" value="TW">' in text
    assert '<input type="hidden" name="market" value="US">' in text


def test_an_answer_can_be_changed_and_the_others_stay(client):
    published("Fits", "customs-procedures")
    result = client.get(url(SAID))
    addresses = {question: address for question, _texts, address in result.context["summary"]}
    page = client.get(reverse("resources:finder") + addresses["market"])
    assert page.context["question"] == "market"
    assert ("stage", "preparing") in page.context["others"]
    assert "checked" in page.text


def test_the_button_without_a_choice_says_what_is_missing(client):
    text = client.get(url("from=home")).text
    assert "Choose one of these." in text
    assert "Choose one of these." not in client.get(url()).text


def test_ones_own_economy_is_no_market_abroad(client):
    values = [choice.value for group in client.get(url("home=TW")).context["groups"] for choice in group.choices]
    assert values[0] == "own"
    assert "TW" not in values


def test_what_is_offered_is_said_in_plain_words(client):
    text = client.get(url("home=TW&market=US&sector=&words=&stage=trading")).text
    assert "Get goods through customs" in text
    assert "Money: a loan, a grant" in text


@pytest.mark.parametrize(
    "query",
    [
        "home=XX", "home=TW&market=%00", "home=" + "9" * 5000, "home=TW&market=US&sector=nope&words=",
        "home=TW&market=US&words=" + "x" * 500, "home=TW&market=US&words=%00", "ask=nonsense", "home=%ff%fe",
        "home=TW&market=US&words=&stage=rich", "home=TW&market=US&words=&stage=trading&need=nope",
        "home=TW&market=US&words='%22--)(&stage=trading&need=", "home=TW&market=US&words=(((&stage=trading&need=",
    ],
)  # fmt: skip
def test_an_odd_address_asks_again_and_never_fails(client, query):
    assert client.get(url(query)).status_code == 200


def test_an_unknown_answer_leaves_its_question_open():
    assert said("home=XX&market=US").next_question == "home"
    assert said("home=TW&market=US&sector=nope").next_question == "sells"
    assert said(SAID.replace("need=customs-procedures", "need=nope")).next_question == "needs"
    assert said(SAID.replace("need=customs-procedures", "need=nope")).left_out == ("“nope” is not known here.",)


def test_an_address_is_the_answers_and_the_answers_an_address():
    for query in (SAID, SAID + "&need=sme-financing", "home=TW&market=own&sector=&words=tea&stage=trading&need="):
        assert said(said(query).address()) == said(query)


# --- Kept for a firm ----------------------------------------------------------------------------


@pytest.fixture
def firm(sme):
    return sme.active_memberships[0].organization


def test_the_answers_are_kept_for_the_firm_offered_again_and_deleted(client, sme, firm):
    published("Fits", "customs-procedures")
    client.force_login(sme)
    assert "Keep these answers for" in client.get(url(SAID)).text
    client.post(reverse("resources:finder-keep"), QueryDict(SAID).dict())
    needs = guiding.needs_of(firm)
    assert (needs.home_id, needs.market_id, needs.stage) == ("TW", "US", "preparing")
    assert [s.slug for s in needs.sectors.all()] == ["processed-food"]
    assert answers.of_needs(needs).address() == said().address()
    assert "Answers are kept for" in client.get(url()).text
    client.post(reverse("resources:finder-forget"))
    assert guiding.needs_of(firm) is None
    assert "Answers are kept for" not in client.get(url()).text


def test_kept_again_they_replace_the_former(sme, firm):
    guiding.keep(firm, said(), by=sme)
    guiding.keep(firm, said("home=TW&market=own&sector=&words=tea&stage=trading&need="), by=sme)
    needs = FirmNeeds.objects.get()
    assert (needs.market, needs.words, list(needs.topics.all()), list(needs.sectors.all())) == (None, "tea", [], [])


def test_only_the_firms_people_keep_see_and_delete(sme, firm, sme_tw, chamber, administrator, outsider):
    guiding.keep(firm, said(), by=sme)
    for stranger in (sme_tw, chamber, administrator, outsider):
        with pytest.raises(PermissionDenied):
            guiding.keep(firm, said(), by=stranger)
        with pytest.raises(PermissionDenied):
            guiding.forget(firm, by=stranger)
        assert not FirmNeeds.objects.visible_to(stranger).exists()
    assert FirmNeeds.objects.visible_to(sme).count() == 1


def test_a_strangers_firm_cannot_be_named_in_the_form(client, sme, firm, sme_tw):
    client.force_login(sme_tw)
    response = client.post(reverse("resources:finder-keep"), QueryDict(SAID).dict() | {"organization": firm.pk})
    assert response.status_code == 404
    assert guiding.needs_of(firm) is None


@pytest.mark.parametrize("given", ["abc", "-1", "9" * 50, "\0", "１"])
def test_an_odd_firm_is_no_firm(client, sme, given):
    client.force_login(sme)
    assert client.post(reverse("resources:finder-keep"), {"organization": given}).status_code == 404


def test_open_questions_are_not_kept(client, sme, firm):
    with pytest.raises(ValidationError) as refusal:
        guiding.keep(firm, said("home=TW"), by=sme)
    assert refusal.value.code == "open"
    client.force_login(sme)
    response = client.post(reverse("resources:finder-keep"), {"home": "TW"}, follow=True)
    assert "Answer the five questions first." in response.text


@pytest.mark.django_db(transaction=True)
def test_two_colleagues_who_keep_at_once_leave_one_whole_answer(sme, firm):
    begin = threading.Barrier(2)
    failures = []

    def keep(query):
        asked = said(query)
        begin.wait()
        try:
            guiding.keep(firm, asked, by=sme)
        except Exception as failure:  # noqa: BLE001 -- shown by the assertion below
            failures.append(failure)
        finally:
            connection.close()

    queries = [SAID, "home=US&market=TW&sector=&words=&stage=trading&need=sme-financing"]
    colleagues = [threading.Thread(target=keep, args=[query]) for query in queries]
    for thread in colleagues:
        thread.start()
    for thread in colleagues:
        thread.join()
    assert failures == []
    kept = answers.of_needs(guiding.needs_of(firm))
    assert kept.address() in {said(query).address() for query in queries}
