"""The agenda: its order, and its clock."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.timezone import now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from dialogues import agenda
from dialogues.models import AgendaItem, Issue
from portal.activity.log import timeline
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.dialogues import AgendaItemFactory, SessionFactory
from tests.factories.reference import topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(us, tw):
    return SessionFactory(scheduled=True)


def add(session, by, title="Item", minutes=30, **details):
    return agenda.add_item(session, titles={"en": title}, minutes=minutes, by=by, **details)


def order(session):
    return list(session.agenda_items.values_list("title_en", flat=True))


def test_items_follow_each_other(session, official):
    for title in ("One", "Two", "Three"):
        add(session, official, title)

    assert list(session.agenda_items.values_list("order", flat=True)) == [1, 2, 3]
    assert order(session) == ["One", "Two", "Three"]


def test_an_item_carries_topics_and_titles_in_each_language(session, official):
    item = agenda.add_item(
        session, titles={"en": "Customs", "zh-hant": "通關"}, topics=[topic()], minutes=20, by=official
    )

    item.refresh_from_db()
    assert (item.title_zh_hant, [t.slug for t in item.topics.all()]) == ("通關", ["customs-procedures"])


def test_moving_changes_places_and_stops_at_the_ends(session, official):
    one, two = add(session, official, "One"), add(session, official, "Two")

    agenda.move_item(two, up=True, by=official)
    assert order(session) == ["Two", "One"]
    agenda.move_item(two, up=True, by=official)
    agenda.move_item(one, up=False, by=official)
    assert order(session) == ["Two", "One"]


def test_removing_closes_the_gap(session, official):
    items = [add(session, official, title) for title in ("One", "Two", "Three")]

    agenda.remove_item(items[0], by=official)

    assert list(session.agenda_items.values_list("title_en", "order")) == [("Two", 1), ("Three", 2)]


def test_the_agenda_of_a_session_that_is_over_stays(us, tw, official):
    item = AgendaItemFactory(session=SessionFactory(held=True))

    for verb in (
        lambda: add(item.session, official),
        lambda: agenda.revise_item(item, titles={"en": "Other"}, by=official),
        lambda: agenda.move_item(item, up=True, by=official),
        lambda: agenda.remove_item(item, by=official),
    ):
        with pytest.raises(ValidationError) as refusal:
            verb()
        assert refusal.value.code == "over"


def test_each_item_starts_when_the_one_before_it_ends(session, official):
    add(session, official, "One", 20)
    add(session, official, "Two", 45)

    first, second = agenda.clock(session, session.agenda_items.all())

    assert (first.starts_at, first.ends_at) == (session.starts_at, session.starts_at + timedelta(minutes=20))
    assert second.starts_at == first.ends_at


def test_what_a_reader_may_not_see_keeps_its_place_in_time(session, official, sme):
    add(session, official, "Hidden", 20, visibility="officials")
    add(session, official, "Shown", 30)

    (shown,) = agenda.clock(session, AgendaItem.objects.visible_to(sme).filter(session=session))

    assert (shown.item.title, shown.starts_at) == ("Shown", session.starts_at + timedelta(minutes=20))


def test_an_item_that_ends_after_the_session_is_marked(session, official):
    add(session, official, "Fits", 120)
    add(session, official, "Too much", 1)

    assert [timed.overruns for timed in agenda.clock(session, session.agenda_items.all())] == [False, True]


def test_an_item_without_minutes_stops_the_clock(session, official):
    add(session, official, "Open end", None)
    add(session, official, "Later", 10)

    assert [timed.starts_at for timed in agenda.clock(session, session.agenda_items.all())] == [None, None]


class Orders(HypothesisTestCase):
    """However items are moved, added and removed, their order stays 1, 2, 3 …"""

    @settings(deadline=None, max_examples=20, suppress_health_check=list(HealthCheck))
    @given(steps=st.lists(st.tuples(st.sampled_from(["add", "up", "down", "remove"]), st.integers(0, 5)), max_size=15))
    def test_positions_have_no_gap_and_no_double(self, steps):
        official = UserFactory(official_of="US")
        session = SessionFactory(scheduled=True)
        for verb, place in steps:
            items = list(session.agenda_items.all())
            if verb == "add" or not items:
                add(session, official)
                continue
            item = items[place % len(items)]
            if verb == "remove":
                agenda.remove_item(item, by=official)
            else:
                agenda.move_item(item, up=verb == "up", by=official)

        assert list(session.agenda_items.values_list("order", flat=True)) == list(
            range(1, session.agenda_items.count() + 1)
        )


def test_an_item_has_a_note_in_each_language_that_a_later_change_without_notes_leaves_alone(session, official):
    item = agenda.add_item(
        session, titles={"en": "Customs"}, notes={"en": " **Why** it takes long ", "zh-hant": "原因"}, by=official
    )

    item = agenda.revise_item(item, titles={"en": "Customs at the border"}, by=official)

    item.refresh_from_db()
    assert (item.title_en, item.note_en, item.note_zh_hant) == (
        "Customs at the border",
        "**Why** it takes long",
        "原因",
    )


def test_the_whole_agenda_is_put_into_another_order_and_the_log_says_so_once(session, official):
    one, two, three = (add(session, official, title) for title in ("One", "Two", "Three"))

    agenda.reorder(session, order=[three.pk, one.pk, two.pk], by=official)
    agenda.reorder(session, order=[three.pk, one.pk, two.pk], by=official)

    assert list(session.agenda_items.values_list("title_en", "order")) == [("Three", 1), ("One", 2), ("Two", 3)]
    assert [entry.verb for entry in timeline(session)].count("agenda_reordered") == 1


def test_an_order_made_on_an_agenda_that_has_changed_since_is_refused(session, official):
    one, two = add(session, official, "One"), add(session, official, "Two")
    add(session, official, "New")

    for stale in ([two.pk, one.pk], [two.pk, one.pk, one.pk], [two.pk, one.pk, 0]):
        with pytest.raises(ValidationError) as refusal:
            agenda.reorder(session, order=stale, by=official)
        assert refusal.value.code == "changed_meanwhile"
    assert order(session) == ["One", "Two", "New"]


@pytest.mark.django_db(transaction=True)
def test_two_officials_who_reorder_at_once_leave_one_whole_order(session, official):
    items = [add(session, official, str(number)).pk for number in range(5)]
    wishes = [items[::-1], items[2:] + items[:2]]

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda wish: in_thread(lambda: agenda.reorder(session, order=wish, by=official)), wishes))

    assert list(session.agenda_items.values_list("pk", flat=True)) in wishes
    assert sorted(session.agenda_items.values_list("order", flat=True)) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("wishes", "outcome"),
    [
        ({5: 2}, [1, 5, 2, 3, 4]),
        ({2: 5}, [1, 3, 4, 5, 2]),
        ({1: 2, 2: 1}, [2, 1, 3, 4, 5]),
        ({4: 1, 5: 1}, [4, 5, 1, 2, 3]),
        ({1: 99}, [2, 3, 4, 5, 1]),
        ({3: -7, 8: 1}, [3, 1, 2, 4, 5]),
        ({}, [1, 2, 3, 4, 5]),
    ],
)
def test_an_item_stands_where_its_number_says(wishes, outcome):
    assert agenda.arranged([1, 2, 3, 4, 5], wishes) == outcome


@given(st.permutations(range(8)), st.dictionaries(st.integers(0, 7), st.integers(1, 8)))
def test_whatever_the_numbers_say_nothing_is_lost_and_who_wished_alone_for_a_place_gets_it(current, wishes):
    outcome = agenda.arranged(current, wishes)

    assert sorted(outcome) == sorted(current)
    rest = [pk for pk in outcome if pk not in wishes]
    assert rest == [pk for pk in current if pk not in wishes]
    if len(set(wishes.values())) == len(wishes) and len(wishes) == len(current):
        assert all(outcome[place - 1] == pk for pk, place in wishes.items())


def test_an_issue_with_a_public_text_becomes_an_item_under_its_public_title(session, official):
    issue = raised(session.dialogue, public_title_en="Small parcels", public_title_zh_hant="小包裹", public_at=now())
    issue.topics.add(topic())

    item = agenda.add_issue(session, issue, by=official)

    assert (item.title_en, item.title_zh_hant, item.visibility) == ("Small parcels", "小包裹", "public")
    assert list(item.issues.all()) == [issue]
    assert [one.slug for one in item.topics.all()] == ["customs-procedures"]
    with pytest.raises(ValidationError) as refusal:
        agenda.add_issue(session, issue, by=official)
    assert refusal.value.code == "on_it_already"


def test_what_a_firm_filed_is_shown_to_officials_alone_until_its_public_text_is_published(session, official, sme):
    item = agenda.add_issue(session, raised(session.dialogue, title="Our secret trouble"), by=official)

    assert (item.title_en, item.visibility) == ("Our secret trouble", "officials")
    assert not AgendaItem.objects.visible_to(sme).filter(pk=item.pk).exists()


def test_an_issue_joins_an_item_that_is_there_and_one_of_another_dialogue_is_refused(session, official):
    item = add(session, official, "Customs")
    joined = agenda.add_issue(session, raised(session.dialogue), item=item, by=official)

    assert joined == item
    assert session.agenda_items.count() == 1
    with pytest.raises(ValidationError) as refusal:
        agenda.add_issue(session, raised(SessionFactory().dialogue), by=official)
    assert refusal.value.code == "other_dialogue"


def test_taking_an_item_off_sends_its_issues_back_unless_another_session_has_them(session, official):
    alone, elsewhere = raised(session.dialogue, status="on_agenda"), raised(session.dialogue, status="on_agenda")
    item = add(session, official)
    item.issues.set([alone, elsewhere])
    other = SessionFactory(dialogue=session.dialogue)
    add(other, official, "There too").issues.add(elsewhere)

    agenda.remove_item(item, by=official)

    alone.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (alone.status, elsewhere.status) == ("acknowledged", "on_agenda")


def test_officials_say_afterwards_what_was_not_concluded_and_may_change_their_mind(us, tw, official):
    held = SessionFactory(held=True)
    one, two = AgendaItemFactory(session=held, order=1), AgendaItemFactory(session=held, order=2)

    agenda.leave_open(held, items=[one.pk], by=official)
    agenda.leave_open(held, items=[two.pk], by=official)

    assert list(held.agenda_items.values_list("is_left_open", flat=True)) == [False, True]
    assert [entry.verb for entry in timeline(held)].count("agenda_item_left_open") == 2
    for broken, code in ((held, "unknown_item"), (SessionFactory(scheduled=True), "not_begun")):
        with pytest.raises(ValidationError) as refusal:
            agenda.leave_open(broken, items=[999_999], by=official)
        assert refusal.value.code == code


def raised(dialogue, **details):
    """An acknowledged issue of a firm in the United States."""
    number = Issue.objects.count() + 1
    fields = {"title": f"Trouble {number}", "language": "en", "identity": "public", "status": "acknowledged"} | details
    return Issue.objects.create(
        dialogue=dialogue,
        reference=f"{dialogue.code}-2027-{number:03}",
        submitted_at=now(),
        organization=OrganizationFactory(),
        **fields,
    )


def in_thread(verb):
    """Run a verb in a thread of its own, on a connection of its own."""
    try:
        return verb()
    finally:
        connection.close()
