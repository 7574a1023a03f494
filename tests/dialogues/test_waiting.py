"""Places, quotas and the waiting list: never one too many, and nobody passed over."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from dialogues import registration, waiting
from dialogues.models import Registration, Session
from portal.notifications.models import Notification
from tests.factories.accounts import UserFactory
from tests.factories.dialogues import DialogueFactory, QuotaFactory, RegistrationFactory, SessionFactory
from tests.factories.reference import economy

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(us, tw):
    return SessionFactory(scheduled=True, capacity=2, join_url="https://join.example/room")


def come(session, user):
    memberships = user.active_memberships
    organization = memberships[0].organization if memberships else None
    return registration.register(session, user=user, organization=organization, by=user)


def limits(session, official, **changes):
    wanted = {"opens_at": None, "closes_at": None, "capacity": None, "quotas": {}}
    return registration.set_limits(session, **{**wanted, **changes}, by=official)


def kinds(user):
    return [row.kind.partition("/")[2] for row in Notification.objects.filter(recipient=user).order_by("pk")]


def test_who_comes_when_it_is_full_waits_and_moves_up_when_somebody_leaves(session, outsider):
    first, second = (come(session, UserFactory(sme_in="US")) for _ in range(2))
    third, fourth = (come(session, UserFactory(sme_in="TW")) for _ in range(2))

    assert [place.status for place in (first, second, third, fourth)] == ["confirmed"] * 2 + ["waitlisted"] * 2
    assert [waiting.position(place) for place in (third, fourth)] == [1, 2]
    assert kinds(third.user) == ["registration_waitlisted"]
    assert Notification.objects.get(recipient=third.user).calendar_body == ""

    registration.cancel_registration(first, by=first.user)

    third.refresh_from_db()
    fourth.refresh_from_db()
    assert (third.status, fourth.status) == ("confirmed", "waitlisted")
    assert kinds(third.user) == ["registration_waitlisted", "place_given"]
    given_place = Notification.objects.filter(recipient=third.user).latest("pk")
    assert given_place.calendar_method == "REQUEST"
    assert "join.example" in given_place.calendar_body.replace("\r\n ", "")
    assert waiting.position(fourth) == 1


def test_a_quota_stops_one_economy_and_no_other(session, official):
    limits(session, official, capacity=10, quotas={"US": 1})

    first, second = come(session, UserFactory(sme_in="US")), come(session, UserFactory(sme_in="US"))
    other = come(session, UserFactory(sme_in="TW"))

    assert [place.status for place in (first, second, other)] == ["confirmed", "waitlisted", "confirmed"]


def test_who_waits_for_her_quota_is_passed_over_and_keeps_her_turn(session, official):
    limits(session, official, capacity=2, quotas={"US": 1})
    american, foreigner = come(session, UserFactory(sme_in="US")), come(session, UserFactory(sme_in="TW"))
    waiting_american = come(session, UserFactory(sme_in="US"))
    waiting_foreigner = come(session, UserFactory(sme_in="TW"))

    registration.cancel_registration(foreigner, by=foreigner.user)
    waiting_american.refresh_from_db()
    waiting_foreigner.refresh_from_db()
    assert (waiting_american.status, waiting_foreigner.status) == ("waitlisted", "confirmed")

    registration.cancel_registration(american, by=american.user)
    waiting_american.refresh_from_db()
    assert waiting_american.status == "confirmed"


def test_coming_for_oneself_is_no_way_around_the_quota_of_ones_economy(session, official):
    limits(session, official, quotas={"US": 0})
    american, nobodys = UserFactory(sme_in="US"), UserFactory()

    place = registration.register(session, user=american, by=american)
    free = registration.register(session, user=nobodys, by=nobodys)

    assert (place.organization, place.economy_id, place.status) == (None, "US", "waitlisted")
    assert (free.economy_id, free.status) == (None, "confirmed")


def test_leaving_the_waiting_list_frees_no_place_and_touches_no_calendar(session):
    for _ in range(2):
        come(session, UserFactory(sme_in="US"))
    waits, behind = come(session, UserFactory(sme_in="US")), come(session, UserFactory(sme_in="US"))

    registration.cancel_registration(waits, by=waits.user)

    behind.refresh_from_db()
    session.refresh_from_db()
    assert (behind.status, session.sequence) == ("waitlisted", 0)
    assert Notification.objects.filter(recipient=waits.user).latest("pk").calendar_body == ""


def test_more_places_are_given_at_once_to_those_who_wait_longest(session, official):
    places = [come(session, UserFactory(sme_in="US")) for _ in range(5)]

    limits(session, official, capacity=4)

    for place in places:
        place.refresh_from_db()
    assert [place.status for place in places] == ["confirmed"] * 4 + ["waitlisted"]


def test_fewer_places_take_none_away_and_give_none(session, official):
    places = [come(session, UserFactory(sme_in="US")) for _ in range(3)]

    limits(session, official, capacity=1)
    registration.cancel_registration(places[0], by=places[0].user)

    statuses = Counter(session.registrations.values_list("status", flat=True))
    assert statuses == {"confirmed": 1, "waitlisted": 1, "cancelled": 1}


def test_limits_that_make_no_sense_are_refused(session, official):
    now = timezone.now()

    for wrong, code in [
        ({"capacity": -1}, "places"),
        ({"quotas": {"US": registration.MOST_PLACES + 1}}, "places"),
        ({"opens_at": now, "closes_at": now}, "order"),
    ]:
        with pytest.raises(ValidationError) as refusal:
            limits(session, official, **wrong)
        found = refusal.value.error_dict["closes_at"][0] if hasattr(refusal.value, "error_dict") else refusal.value
        assert found.code == code
    session.refresh_from_db()
    assert session.capacity == 2


def test_people_register_only_on_the_days_of_registration(session, official, sme):
    opens = timezone.now() + timedelta(days=1)
    closes = opens + timedelta(days=1)
    limits(session, official, opens_at=opens, closes_at=closes)

    for moment, code in [(opens - timedelta(minutes=1), "not_open_yet"), (closes, "no_longer_open")]:
        with time_machine.travel(moment, tick=False), pytest.raises(ValidationError) as refusal:
            come(session, sme)
        assert refusal.value.code == code
    with time_machine.travel(opens, tick=False):
        assert come(session, sme).status == "confirmed"


def test_a_template_brings_places_and_quotas_into_the_next_session(session, official):
    limits(session, official, capacity=7, quotas={"US": 3, "TW": 4})
    later = SessionFactory(dialogue=session.dialogue)

    registration.copy_limits(Session.objects.get(pk=session.pk), later, by=official)

    later.refresh_from_db()
    assert (later.capacity, dict(later.quotas.values_list("economy", "places"))) == (7, {"US": 3, "TW": 4})


@pytest.mark.django_db(transaction=True)
def test_fifty_people_at_once_get_no_place_too_many(us, tw):
    """Real threads with connections of their own, half of each economy; quotas of 7 and 30, 20 places in all."""
    session = SessionFactory(scheduled=True, capacity=20)
    for code, places in (("US", 7), ("TW", 30)):
        QuotaFactory(session=session, economy=economy(code), places=places)
    people = [UserFactory(sme_in=code) for code in ("US", "TW") for _ in range(25)]
    barrier, outcomes = threading.Barrier(50), []

    def click(person):
        try:
            barrier.wait(30)
            outcomes.append(come(session, person).status)
        finally:
            connection.close()

    _run([threading.Thread(target=click, args=[person]) for person in people])

    assert Counter(outcomes) == {"confirmed": 20, "waitlisted": 30}
    confirmed = Counter(session.registrations.confirmed().values_list("economy", flat=True))
    assert confirmed["US"] <= 7
    assert sum(confirmed.values()) == 20

    leavers = list(session.registrations.confirmed()[:10])

    def leave(place):
        try:
            registration.cancel_registration(place, by=place.user)
        finally:
            connection.close()

    _run([threading.Thread(target=leave, args=[place]) for place in leavers])

    confirmed = Counter(session.registrations.confirmed().values_list("economy", flat=True))
    assert sum(confirmed.values()) == 20
    assert confirmed["US"] <= 7


def _run(threads):
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)


CODES = ("US", "TW", None)
STEPS = st.one_of(
    st.tuples(st.just("come"), st.sampled_from(CODES)),
    st.tuples(st.just("leave"), st.integers(0, 20)),
    st.tuples(st.just("places"), st.one_of(st.none(), st.integers(0, 5))),
    st.tuples(st.just("quota"), st.one_of(st.none(), st.integers(0, 3))),
)


class PlacesAlwaysAddUp(HypothesisTestCase):
    """Whatever the order of coming, leaving and changes of limits."""

    @settings(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))
    @given(steps=st.lists(STEPS, min_size=4, max_size=14))
    def test_no_place_too_many_and_nobody_waits_before_a_place_she_fits(self, steps):
        official = UserFactory(official_of="TW")
        economy("US")
        session = SessionFactory(dialogue=DialogueFactory(), scheduled=True, capacity=3)
        QuotaFactory(session=session, economy=economy("US"), places=1)
        for name, value in steps:
            before = waiting.room(session)
            self.take(name, value, session, official)
            session = Session.objects.get(pk=session.pk)
            self.check(session, before)

    def take(self, name, value, session, official):
        if name == "come":
            come(session, UserFactory(sme_in=value) if value else UserFactory())
        elif name == "leave":
            places = list(session.registrations.open().order_by("pk"))
            if places:
                place = places[value % len(places)]
                registration.cancel_registration(place, by=place.user)
        else:
            quotas = dict(session.quotas.values_list("economy", "places"))
            if name == "places":
                limits(session, official, capacity=value, quotas=quotas)
            else:
                limits(session, official, capacity=session.capacity, quotas={} if value is None else {"US": value})

    def check(self, session, before):
        now = waiting.room(session)
        # Limits made tighter take nobody's place, but nothing is added above them either.
        assert now.capacity is None or now.taken <= max(now.capacity, before.taken)
        for code, places in now.quotas.items():
            assert now.taken_by.get(code, 0) <= max(places, before.taken_by.get(code, 0))
        assert not any(now.fits(row.economy_id) for row in session.registrations.waiting())
        for code in {row.economy_id for row in session.registrations.open()}:
            assert self.in_turn(session, code)

    def in_turn(self, session, code):
        """Within one economy nobody who came later has a place while somebody waits."""
        rows = session.registrations.open().filter(economy=code).order_by("created_at", "pk")
        statuses = [row.status for row in rows]
        return statuses == sorted(statuses)  # "confirmed" before "waitlisted"


def test_who_waits_is_not_told_the_link_to_join(session, client):
    for _ in range(2):
        RegistrationFactory(session=session)
    waits = come(session, UserFactory())

    client.force_login(waits.user)
    page = client.get(session.get_absolute_url()).content.decode()

    assert waits.status == Registration.Status.WAITLISTED
    assert "join.example" not in page
