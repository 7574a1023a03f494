"""The agenda: its order, and its clock."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from dialogues import agenda
from dialogues.models import AgendaItem
from tests.factories.accounts import UserFactory
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
