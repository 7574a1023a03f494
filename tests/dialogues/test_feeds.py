"""Calendars to subscribe to, public ones and a person's own."""

from datetime import timedelta

import icalendar
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from dialogues import personal, registration, scheduling
from dialogues.models import Dialogue, PersonalCalendar, Session
from tests.factories.accounts import UserFactory
from tests.factories.dialogues import DialogueFactory, RegistrationFactory, SessionFactory


@pytest.fixture
def session(db):
    return SessionFactory(scheduled=True, title_en="First", title_zh_hant="第一屆", join_url="https://meet.example/1")


def events(response):
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return {str(event["uid"]): event for event in icalendar.Calendar.from_ical(response.content).walk("VEVENT")}


def test_feeds_by_dialogue_economy_and_language_hold_the_public_sessions(client, session):
    SessionFactory(dialogue=session.dialogue, title_en="A draft")
    among_parties = SessionFactory(scheduled=True, dialogue=session.dialogue, is_public=False)
    elsewhere = SessionFactory(scheduled=True, dialogue=DialogueFactory(parties=("CA", "MX")))
    by_dialogue = reverse("dialogues:dialogue-feed", args=[session.dialogue.slug])
    by_economy = reverse("dialogues:economy-feed", args=["tw"])
    assert set(events(client.get(by_dialogue))) == set(events(client.get(by_economy))) == {session.uid}
    everything = events(client.get(reverse("dialogues:all-feed")))
    assert set(everything) == {session.uid, elsewhere.uid}
    assert among_parties.uid not in everything
    with translation.override("zh-hant"):
        chinese = events(client.get(reverse("dialogues:all-feed")))
    assert str(chinese[session.uid]["summary"]) == "第一屆"


def test_nobody_s_link_to_join_is_in_a_public_feed(client, session):
    assert b"meet.example" not in client.get(reverse("dialogues:all-feed")).content


def test_an_unchanged_feed_is_not_sent_again_and_a_changed_one_is(client, session):
    address = reverse("dialogues:dialogue-feed", args=[session.dialogue.slug])
    mark = client.get(address)["ETag"]
    with CaptureQueriesContext(connection) as found:
        assert client.get(address, headers={"If-None-Match": mark}).status_code == 304
    assert len(found) == 2  # the dialogue, the mark
    official = UserFactory(official_of="US")
    scheduling.cancel(session, reason="A storm.", by=official)
    answer = client.get(address, headers={"If-None-Match": mark})
    assert str(events(answer)[session.uid]["status"]) == "CANCELLED"


def test_a_feed_writes_only_what_changed(client, session):
    others = SessionFactory.create_batch(3, scheduled=True, dialogue=session.dialogue)
    address = reverse("dialogues:dialogue-feed", args=[session.dialogue.slug])
    before = events(client.get(address))
    # Not by a verb: the kept entry is shown, because nothing says that it changed.
    Session.objects.filter(pk=others[0].pk).update(venue="Elsewhere")
    session = scheduling.revise_session(session, titles={"en": "Renamed"}, by=UserFactory(official_of="US"))
    after = events(client.get(address))
    assert str(after[session.uid]["summary"]) == "Renamed"
    assert after[others[0].uid] == before[others[0].uid]
    assert set(after) == set(before)


def test_a_feed_that_was_written_before_costs_three_queries_and_a_new_title_is_shown(client, session):
    SessionFactory.create_batch(3, scheduled=True, dialogue=session.dialogue)
    address = reverse("dialogues:dialogue-feed", args=[session.dialogue.slug])
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        before = events(client.get(address))
    assert len(found) == 3  # the dialogue, the mark, the entries
    Dialogue.objects.filter(pk=session.dialogue_id).update(title_en="A better name")
    after = events(client.get(address))
    assert set(after) == set(before)
    assert all(str(event["description"]).startswith("A better name") for event in after.values())


@pytest.mark.parametrize("code", ["xx", "zz", "us2", "ca"])
def test_there_is_no_calendar_of_an_economy_without_dialogues(client, session, code):
    assert client.get(reverse("dialogues:economy-feed", args=[code])).status_code == 404


def test_her_own_calendar_has_what_she_is_registered_for_with_the_link(client, session):
    user = UserFactory(sme_in="US", language="zh-hant")
    registration.register(session, user=user, by=user)
    private = RegistrationFactory(user=user, session__is_public=False, status="waitlisted", partstat="NEEDS-ACTION")
    SessionFactory(scheduled=True)
    address = personal.path(personal.begin(by=user))
    found = events(client.get(address))
    assert set(found) == {session.uid, private.session.uid}
    assert str(found[session.uid]["summary"]) == "第一屆"
    assert "meet.example" in str(found[session.uid]["description"])
    assert str(found[session.uid]["status"]) == "CONFIRMED"
    assert str(found[private.session.uid]["status"]) == "TENTATIVE"
    answer = client.get(address)
    assert "private" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex"


def test_an_official_s_own_calendar_has_her_party_s_sessions(client, session):
    SessionFactory(scheduled=True, dialogue=DialogueFactory(parties=("CA", "MX")))
    SessionFactory(dialogue=session.dialogue, title_en="A draft")
    address = personal.path(personal.begin(by=UserFactory(official_of="US")))
    assert set(events(client.get(address))) == {session.uid}


def test_what_she_gave_back_or_declined_leaves_her_calendar(client, session):
    user = UserFactory(sme_in="US")
    place = registration.register(session, user=user, by=user)
    address = personal.path(personal.begin(by=user))
    assert set(events(client.get(address))) == {session.uid}
    registration.cancel_registration(place, by=user)
    assert events(client.get(address)) == {}


def test_a_new_address_ends_the_old_one_and_stopping_ends_both(client, db):
    user = UserFactory()
    old = personal.path(personal.begin(by=user))
    new = personal.path(personal.begin(by=user))
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200
    personal.end(by=user)
    personal.end(by=user)
    assert client.get(new).status_code == 404
    user.is_active = False
    user.save()
    assert client.get(personal.path(personal.begin(by=user))).status_code == 404


@pytest.mark.parametrize("token", ["x", "a:b:c", "%00", "WzEsMV0:1:x", "é"])
def test_a_made_up_address_is_nobody_s(client, db, token):
    assert client.get(reverse("dialogues:calendar-list") + f"mine/{token}.ics").status_code == 404


def test_the_page_gives_the_address_and_takes_it_back(client, session):
    user = UserFactory(sme_in="US")
    page = reverse("dialogues:calendar-list")
    assert "Sign in to get a calendar" in client.get(page).content.decode()
    client.force_login(user)
    assert "Make my calendar" in client.get(page).content.decode()
    client.post(reverse("dialogues:personal-begin"))
    mine = PersonalCalendar.objects.get(user=user)
    assert personal.path(mine) in client.get(page).content.decode()
    client.post(reverse("dialogues:personal-end"))
    assert "Make my calendar" in client.get(page).content.decode()


def test_what_is_long_over_is_not_in_her_calendar(client, session):
    user = UserFactory(sme_in="US")
    RegistrationFactory(user=user, session=session)
    long_ago = timezone.now() - timedelta(days=120)
    Session.objects.filter(pk=session.pk).update(starts_at=long_ago, ends_at=long_ago + timedelta(hours=1))
    assert events(client.get(personal.path(personal.begin(by=user)))) == {}
