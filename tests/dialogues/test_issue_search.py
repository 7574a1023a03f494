"""Finding public issues by words and facets, what is like one, and following a search."""

import pytest
from django.http import QueryDict

from dialogues import issue_alerting, issue_search, searching
from dialogues.issue_search import find, similar
from dialogues.models import Issue
from portal.notifications import followed, matching, subscriptions
from portal.notifications.models import Notification
from tests.factories.dialogues import DialogueFactory, IssueFactory
from tests.factories.reference import economy, sector, topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def dialogue(us, tw):
    return DialogueFactory(title_en="Pacific Dialogue", slug="pacific")


def public(dialogue, title, text="", *, topics=(), sectors=(), **more):
    """A public issue, with its text in English, as the search knows it."""
    issue = IssueFactory(dialogue=dialogue, public=True, public_title_en=title, public_text_en=text, **more)
    issue.topics.set([topic(slug, slug) for slug in topics])
    issue.sectors.set(sectors)
    searching.refresh(issue)
    return issue


def listed(address, user, **more):
    return [row.issue for row in find(QueryDict(address), user=user, language="en", **more).page("1").object_list]


def test_public_issues_are_found_by_words_and_narrowed_by_facets(dialogue, outsider):
    food = sector("food", "Food")
    labels = public(
        dialogue, "Labels must be reprinted", topics=["labelling"], sectors=[sector("snacks", "Snacks", food)]
    )
    samples = public(dialogue, "Samples are taxed", "Customs asks duty for samples.", concerns=None, acknowledged=True)
    assert listed("", outsider) == [samples, labels]
    assert listed("words=customs", outsider) == [samples]
    assert listed("words=Pacific-2026", outsider) == []
    assert listed("topic=labelling", outsider) == [labels]
    assert set(listed("sector=food", outsider)) == {labels, samples}  # what names no sector concerns each
    assert set(listed("about=TW", outsider)) == {labels, samples}
    assert listed("about=US", outsider) == [samples]
    assert listed("state=acknowledged", outsider) == [samples]
    assert listed("dialogue=pacific&economy=US&state=submitted", outsider) == [labels]
    assert listed("sort=affected", outsider) == [samples, labels]


def test_each_facet_counts_what_a_choice_leaves_and_the_list_says_what_it_shows(dialogue, outsider):
    public(dialogue, "Labels", topics=["labelling"])
    public(dialogue, "Stamps", topics=["stamps"], acknowledged=True)
    found = find(QueryDict("topic=labelling&state=nonsense"), user=outsider, language="en")
    by_name = {facet.name: {option.value: option.count for option in facet.options} for facet in found.facets}
    assert by_name["topic"] == {"labelling": 1, "stamps": 1}
    assert by_name["state"] == {"submitted": 1}
    assert found.sentence == "1 issue on labelling"
    assert found.asked.left_out == ("State: nonsense",)
    one = find(QueryDict("dialogue=other"), user=outsider, language="en", dialogue=dialogue)
    assert (one.total, one.sentence, "dialogue" in {facet.name for facet in one.facets}) == (2, "2 issues", False)


def test_what_waits_longest_and_what_affects_most_stand_first_on_request(dialogue, outsider, sme):
    late = public(dialogue, "Late", answer_by="2026-01-05")
    soon = public(dialogue, "Soon", answer_by="2026-02-05")
    done = public(dialogue, "Done", answer_by="2026-01-01", answered=True)
    assert listed("sort=waiting", outsider) == [late, soon, done]
    late.endorsements.create(organization=sme.active_memberships[0].organization)
    assert listed("sort=affected", outsider)[0] == late


def test_no_word_that_was_filed_leads_to_a_public_issue(dialogue, outsider, official):
    issue = IssueFactory(dialogue=dialogue, title="Acme GmbH cannot ship", what_happened="Inspector Bolivar refused.")
    searching.refresh(issue)
    seen = Issue.objects.visible_to(official)
    assert issue_search.ranking.find(seen, "bolivar").ids == (issue.pk,)
    Issue.objects.filter(pk=issue.pk).update(public_at=issue.submitted_at, public_title_en="A shipment was refused")
    issue = Issue.objects.get(pk=issue.pk)
    searching.refresh(issue)
    assert listed("words=bolivar", outsider) == listed("words=acme", outsider) == []
    assert listed("words=shipment", outsider) == [issue]


def test_drafts_withdrawn_merged_and_unpublished_issues_are_not_listed(dialogue, outsider):
    kept = public(dialogue, "Kept")
    public(dialogue, "Withdrawn", status="withdrawn")
    public(dialogue, "Merged", status="duplicate", duplicate_of=kept)
    IssueFactory(dialogue=dialogue)
    draft = IssueFactory(dialogue=dialogue, draft=True)
    assert listed("", outsider) == [kept]
    assert not searching.refresh(draft)


def test_like_a_new_issue_are_open_public_ones_of_others_in_any_language(dialogue, outsider, sme):
    firm = sme.active_memberships[0].organization
    fits = public(dialogue, "Samples without value are taxed as goods", public_title_es="Gravan las muestras sin valor")
    public(dialogue, "Samples are taxed, and it was answered", answered=True)
    public(dialogue, "Truck drivers wait for visas")
    public(DialogueFactory(parties=("MX", "CA")), "Samples without value are taxed elsewhere")
    own = public(dialogue, "Our samples are taxed", organization=firm)
    mine = IssueFactory(dialogue=dialogue, organization=firm, draft=True, title="Our samples are taxed like goods")
    assert [row.issue for row in similar(mine.title, user=sme, language="en", without=mine)] == [fits]
    (row,) = similar("gravan muestras", user=sme, language="es", without=mine)
    assert (row.issue, row.language, "muestras" in row.title) == (fits, "es", True)
    assert own in [row.issue for row in similar("samples taxed", user=outsider, language="en")]
    assert similar(" \t", user=outsider, language="en") == []


def test_a_row_is_in_the_reader_s_language_or_says_in_which_it_is(dialogue, outsider):
    issue = public(dialogue, "Labels")
    (row,) = issue_search.read([issue.pk], user=outsider, language="fr", marks={})
    assert (row.language, row.is_fallback, row.raiser.is_hidden) == ("en", True, True)


def test_a_list_costs_the_same_queries_at_one_and_at_three_rows(dialogue, outsider, django_assert_num_queries):
    public(dialogue, "Labels", topics=["labelling"])

    def ask():
        found = find(QueryDict(""), user=outsider, language="en")
        return found.facets, found.page("1").object_list, found.sentence

    ask()  # the labels are read again after each change of the vocabulary
    with django_assert_num_queries(9):
        ask()
    for number in range(2):
        public(dialogue, f"More {number}", topics=["stamps"], organization__name=f"Firm {number}")
    ask()
    with django_assert_num_queries(9):
        ask()


def test_whoever_follows_a_search_hears_of_a_new_public_issue_that_fits(dialogue, outsider, sme, official):
    kind = followed.by_name("issue")
    wish = kind.read(QueryDict("dialogue=pacific&words=samples&state=answered&sort=waiting"))
    assert (wish.codes, wish.words, wish.left_out) == (("dialogue:pacific",), "samples", ("Answered",))
    assert kind.sentence(wish.codes, wish.words) == "New issues with “samples”, put to Pacific Dialogue"
    assert kind.path(wish.codes, wish.words) == "/en/dialogues/issues/?words=samples&dialogue=pacific"
    for person in (outsider, sme):
        subscriptions.follow(kind, wish, by=person)
    matching.announce(public(dialogue, "Labels"))
    matching.announce(public(dialogue, "Samples are taxed", filed_by=sme))
    matching.announce(IssueFactory(dialogue=dialogue))  # taken down meanwhile
    matching.match_due()
    told = Notification.objects.get(kind="dialogues/issue_followed")
    assert (told.recipient, told.about.public_title) == (outsider, "Samples are taxed")


def test_codes_of_an_issue_stand_in_a_fixed_order(dialogue):
    issue = public(dialogue, "Labels", topics=["stamps", "labelling"], concerns=economy("TW"))
    assert issue.facets == [
        "about:TW",
        "dialogue:pacific",
        "economy:US",
        "sector:*",
        "state:submitted",
        "topic:labelling",
        "topic:stamps",
    ]
    assert not searching.refresh(issue)
    assert issue_alerting.FACETS == ("dialogue", "economy", "about", "topic", "sector")
