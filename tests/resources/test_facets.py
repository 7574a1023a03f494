"""What a resource is found under, and the numbers beside the filters against a naive count."""

import random

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal import pagecache
from portal.search import facets as counting
from resources import facets, finding, indexing
from resources.models import Resource
from tests.factories.reference import agreement, economy, sector, topic
from tests.factories.resources import ResourceFactory

pytestmark = pytest.mark.django_db

hard = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
VALUES = {"economy": ["US", "TW", "MX", "*"], "topic": ["tax", "labour", "visas"], "kind": ["guide", "tool"]}
chosen_values = st.fixed_dictionaries(
    {},
    optional={
        facet: st.lists(st.sampled_from([value for value in values if value != "*"]), min_size=1, unique=True)
        for facet, values in VALUES.items()
    },
)


def held(resource, facet):
    return {code.partition(":")[2] for code in Resource.objects.get(pk=resource.pk).facets if code.startswith(facet)}


def find(query="", language="en", user=None):
    from django.contrib.auth.models import AnonymousUser  # noqa: PLC0415 -- only when the apps are ready

    return finding.find(QueryDict(query), user=user or AnonymousUser(), language=language)


def numbers(found, facet):
    """Value → count, of one facet as the page shows it."""
    return {
        option.value: option.count
        for shown in found.facets
        if shown.name == facet
        for option in [*shown.options, *shown.more]
    }


# --- What it is found under -------------------------------------------------------------------


def test_a_resource_is_found_under_each_of_its_values(us, mx):
    resource = ResourceFactory(
        economies=[us, mx],
        topics=[topic(), topic("taxation")],
        kind="tool",
        audiences=["startup", "youth"],
        page_languages=["es", "en"],
        agreements=[agreement()],
    )
    assert held(resource, "economy") == {"US", "MX"}
    assert held(resource, "topic") == {"customs-procedures", "taxation"}
    assert held(resource, "kind") == {"tool"}
    assert held(resource, "audience") == {"startup", "youth"}
    assert held(resource, "language") == {"en", "es"}
    assert held(resource, "agreement") == {"usmca"}


def test_what_names_no_economy_sector_or_audience_holds_for_each():
    resource = ResourceFactory(code=None)
    assert held(resource, "economy") == held(resource, "sector") == held(resource, "audience") == {"*"}


def test_a_part_is_found_under_its_sector_and_a_sector_under_its_parts():
    food = sector("food", "Food")
    fruit, meat = sector("fruit", "Fruit", parent=food), sector("meat", "Meat", parent=food)
    assert held(ResourceFactory(sectors=[fruit]), "sector") == {"fruit", "food"}
    assert held(ResourceFactory(sectors=[food]), "sector") == {"fruit", "food", "meat"}
    assert held(ResourceFactory(sectors=[fruit, meat]), "sector") == {"fruit", "food", "meat"}


def test_refreshing_again_writes_nothing_until_a_tag_changes(django_assert_num_queries):
    resource = ResourceFactory()
    assert not indexing.refresh(Resource.objects.get(pk=resource.pk))
    resource.topics.add(topic("taxation"))
    assert indexing.refresh(Resource.objects.get(pk=resource.pk))
    assert "taxation" in held(resource, "topic")


def test_a_new_part_of_a_sector_reaches_what_names_the_sector():
    food = sector("food", "Food")
    resource = ResourceFactory(sectors=[food])
    sector("fruit", "Fruit", parent=food)
    assert [indexing.refresh(row) for row in indexing.everything()] == [True]
    assert held(resource, "sector") == {"food", "fruit"}


# --- Numbers against a naive count ------------------------------------------------------------


def fits(codes, chosen):
    return all(
        any(f"{facet}:{value}" in codes for value in values) or f"{facet}:*" in codes
        for facet, values in chosen.items()
    )


def naive(rows, chosen, facet, value):
    others = {name: values for name, values in chosen.items() if name != facet}
    return sum(fits(codes, others | {facet: [value]}) for codes in rows)


def drawn(lot, values):
    """One or two values; what holds for each names none."""
    some = lot.sample(values, lot.choice([1, 1, 2]))
    return ["*"] if "*" in some else some


@pytest.fixture
def rows():
    """Sixty resources with codes drawn by lot; their codes."""
    publisher = ResourceFactory().publisher
    Resource.objects.all().delete()
    lot = random.Random(3)
    made = [
        Resource(
            slug=f"r{number}",
            kind="guide",
            publisher=publisher,
            url="https://a.gov/",
            title_en=f"R{number}",
            facets=sorted(f"{facet}:{value}" for facet in VALUES for value in drawn(lot, VALUES[facet])),
        )
        for number in range(60)
    ]
    Resource.objects.bulk_create(made)
    return [set(resource.facets) for resource in made]


@pytest.mark.parametrize("is_small", [True, False])
def test_every_number_is_what_that_choice_would_leave(rows, is_small):
    @hard
    @given(chosen_values)
    def check(chosen):
        counts = counting.count(Resource.objects.all(), chosen, is_small=is_small)
        assert counts.total == sum(fits(codes, chosen) for codes in rows)
        assert counting.narrow(Resource.objects.all(), chosen).count() == counts.total
        assert not counts.is_capped
        assert not counts.is_partial
        for facet, values in VALUES.items():
            for value in values:
                if value != "*":
                    assert counts.of(facet, value) == naive(rows, chosen, facet, value)

    check()


def test_beyond_the_limit_the_numbers_say_that_they_are_partial(rows):
    @hard
    @given(chosen_values)
    def check(chosen):
        true = sum(fits(codes, chosen) for codes in rows)
        counts = counting.count(Resource.objects.all(), chosen, limit=10)
        assert counts.total == min(true, 10)
        assert counts.is_capped == (true > 10)
        assert counts.is_partial or max(counts.total, 0) <= 10
        for facet, values in VALUES.items():
            for value in values:
                if value != "*":
                    counted, right = counts.of(facet, value), naive(rows, chosen, facet, value)
                    assert counted <= min(right, 20)
                    assert counts.is_partial or counted == right

    check()


def test_a_result_of_its_own_counts_where_the_first_matches_were_cut_off(rows):
    """Of the words' first ten rows none may be in Mexico; the search inside Mexico knows better."""
    first = Resource.objects.filter(pk__in=Resource.objects.order_by("pk").values("pk")[:10])
    result = counting.narrow(Resource.objects.all(), {"economy": ["MX"]})
    counts = counting.count(first, {"economy": ["MX"]}, result=result, is_small=True)
    assert counts.total == result.count()
    assert counts.of("topic", "tax") == result.filter(facets__contains=["topic:tax"]).count()
    assert counts.own("economy", "MX") == result.filter(facets__contains=["economy:MX"]).count()


def test_all_facets_are_counted_in_one_statement(rows):
    with CaptureQueriesContext(connection) as queries:
        counting.count(Resource.objects.all(), {"economy": ["US"], "topic": ["tax"], "kind": ["tool"]})
    assert len(queries) == 1


# --- On the page ------------------------------------------------------------------------------


def test_the_number_beside_a_value_is_what_the_list_then_has(us, mx, tw):
    for code, slug, kind in [
        ("US", "tax", "guide"),
        ("US", "visas", "tool"),
        ("MX", "tax", "tool"),
        (None, "tax", "tool"),
    ]:
        ResourceFactory(published=True, code=code, topics=[topic(slug, slug)], kind=kind)
    ResourceFactory(topics=[topic("tax", "tax")])  # a draft counts nowhere
    for query in (
        "",
        "economy=US",
        "economy=US&topic=tax",
        "kind=tool&economy=MX",
        "words=guide",
        "words=guide&kind=tool",
    ):
        found = find(query)
        for facet in ("economy", "topic", "kind"):
            for value, count in numbers(found, facet).items():
                with_it = QueryDict(query, mutable=True)
                with_it.setlist(facet, [value])
                assert find(with_it.urlencode()).total == count, (query, facet, value)


def test_a_value_that_would_leave_nothing_is_not_offered_unless_it_is_chosen(us, mx):
    ResourceFactory(published=True, kind="guide")
    ResourceFactory(published=True, kind="tool", code="MX")
    assert numbers(find("economy=US"), "kind") == {"guide": 1}
    assert numbers(find("economy=US&kind=tool"), "kind") == {"guide": 1, "tool": 0}
    assert numbers(find("economy=US&kind=tool"), "economy") == {"US": 0, "MX": 1}


def test_the_most_frequent_stand_first_and_the_rest_behind_more():
    for number in range(9):
        for _time in range(9 - number):
            ResourceFactory(published=True, topics=[topic(f"topic-{number}", f"Topic {number}")])
    shown = next(facet for facet in find().facets if facet.name == "topic")
    assert [(option.value, option.count) for option in shown.options] == [(f"topic-{n}", 9 - n) for n in range(6)]
    assert [option.value for option in shown.more] == ["topic-6", "topic-7", "topic-8"]
    assert not shown.is_more_open
    chosen = next(facet for facet in find("topic=topic-8").facets if facet.name == "topic")
    assert chosen.is_more_open


def test_an_economy_nothing_names_stands_behind_more(us, mx):
    ResourceFactory(published=True)
    ResourceFactory(published=True, code=None)
    shown = next(facet for facet in find().facets if facet.name == "economy")
    assert [(option.value, option.count) for option in shown.options] == [("US", 2)]
    assert [(option.value, option.count) for option in shown.more] == [("MX", 1)]


def test_parts_stand_under_their_sector():
    food, cars = sector("food", "Food"), sector("cars", "Cars")
    fruit = sector("fruit", "Fruit", parent=food)
    for sectors in ([fruit], [food], [cars]):
        ResourceFactory(published=True, sectors=sectors)
    shown = next(facet for facet in find().facets if facet.name == "sector")
    assert [(option.value, option.is_part) for option in shown.options] == [
        ("food", False),
        ("fruit", True),
        ("cars", False),
    ]


def test_a_renamed_topic_is_shown_under_its_new_name_at_once():
    ResourceFactory(published=True)
    assert find().page("1")[0].topics == ["Customs procedures"]
    row = topic()
    row.label_en = "Customs"
    row.save()
    assert find().page("1")[0].topics == ["Customs"]


def test_the_page_says_the_numbers_and_marks_what_is_chosen(client, us):
    ResourceFactory(published=True)
    text = client.get("/en/resources/", {"economy": "US"}).text
    assert '<input type="checkbox" name="economy" value="US" id="facet-economy-US" checked>' in text
    assert '<span class="facet__count">1</span>' in text


def test_htmx_gets_the_new_numbers_beside_the_results(client, us):
    ResourceFactory(published=True)
    answer = client.get("/en/resources/?economy=US", headers={"HX-Request": "true", "HX-Target": "results"}).text
    assert '<div class="facets" id="facets" hx-swap-oob="true">' in answer
    assert answer.count('id="facets"') == 1


def test_an_official_counts_what_everybody_counts(us, official):
    ResourceFactory(published=True)
    ResourceFactory()
    assert find(user=official).total == find().total == 1
    assert facets.LABELS.keys() == find().known.keys()
    assert economy("US").pk in numbers(find(user=official), "economy")


def test_numbers_that_were_cut_off_are_kept_until_something_public_changes(
    rows, settings, django_capture_on_commit_callbacks
):
    """Ten thousand rows take long to count; a list's pages, orders and languages share the numbers."""
    settings.PAGE_CACHE_SECONDS = 60
    name, everything = "a test's numbers", Resource.objects.all()

    def count():
        return pagecache.remembered(
            name, lambda: counting.count(everything, {}, limit=10), is_worth=lambda counts: counts.is_partial
        )

    first = count()
    with CaptureQueriesContext(connection) as queries:
        assert count() == first
    assert len(queries) == 0
    with django_capture_on_commit_callbacks(execute=True):
        pagecache.changed()
    Resource.objects.all().delete()
    assert count().total == 0
    ResourceFactory()
    assert count().total == 1  # few matches are counted anew each time
