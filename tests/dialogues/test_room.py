"""The room: what is being talked about, by the clock or by an official's word; who may join; where to listen."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from dialogues import agenda, room
from dialogues.models import AgendaItem
from portal.activity.log import timeline
from tests.factories.dialogues import AgendaItemFactory, DialogueFactory, RegistrationFactory, SessionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def running(us, tw):
    """Began 35 minutes ago: the first item is over, the second one runs, the third is among officials."""
    begins = timezone.now().replace(second=0, microsecond=0, tzinfo=None) - timedelta(minutes=35)
    session = SessionFactory(
        dialogue=DialogueFactory(), timed=True, status="in_progress", zone="UTC", local=begins,
        join_url="https://meet.example/room", working_languages=["en", "es"],
    )  # fmt: skip
    AgendaItemFactory(session=session, order=1, title_en="Opening", minutes=30)
    AgendaItemFactory(session=session, order=2, title_en="Customs", minutes=30, presenter="Ms Lin")
    AgendaItemFactory(session=session, order=3, title_en="Closed talk", minutes=30, visibility="officials")
    AgendaItemFactory(session=session, order=4, title_en="Outlook", minutes=30)
    return session


def seen(session, user, at=None):
    timed = agenda.clock(session, session.agenda_items.all())
    shown = set(AgendaItem.objects.visible_to(user).filter(session=session).values_list("pk", flat=True))
    return room.now(session, timed, shown, at)


def title(timed):
    return timed and timed.item.title_en


def url(name, session):
    return reverse(f"dialogues:{name}", args=[session.dialogue.slug, session.pk])


def test_the_clock_says_what_is_being_talked_about_and_what_comes_next(running, sme):
    now = seen(running, sme)

    assert (title(now.current), title(now.following), now.is_called) == ("Customs", "Outlook", False)
    later = seen(running, sme, running.starts_at + timedelta(minutes=65))
    assert (later.current, later.is_hidden, title(later.following)) == (None, True, "Outlook")


def test_an_officials_word_counts_before_the_clock_until_it_is_taken_back(running, official, sme):
    outlook = running.agenda_items.get(title_en="Outlook")

    session = room.call_item(running, outlook, by=official)
    assert (title(seen(session, sme).current), seen(session, sme).is_called) == ("Outlook", True)
    session = room.call_item(session, None, by=official)
    assert title(seen(session, sme).current) == "Customs"
    assert [entry.verb for entry in timeline(session)] == ["clock_followed", "agenda_item_called"]


def test_the_room_is_open_from_half_an_hour_before_until_it_is_held(running, official):
    begins, ends = running.moments
    for at, is_open in (
        (begins - timedelta(minutes=31), False),
        (begins - timedelta(minutes=30), True),
        (ends + timedelta(minutes=119), True),
        (ends + timedelta(minutes=121), False),
    ):
        assert room.is_open(running, at) is is_open
    for session in (SessionFactory(), SessionFactory(held=True), SessionFactory(scheduled=True)):
        assert not room.is_open(session)
        with pytest.raises(ValidationError) as refusal:
            room.call_item(session, None, by=official)
        assert refusal.value.code == "not_open"


def test_an_item_of_another_session_is_not_called(running, official):
    with pytest.raises(ValidationError) as refusal:
        room.call_item(running, AgendaItemFactory(), by=official)
    assert refusal.value.code == "unknown_item"


def test_channels_are_kept_one_a_language_and_an_empty_one_is_taken_away(running, official):
    room.set_channels(running, urls={"en": "https://l.example/en", "es": "https://l.example/es"}, by=official)
    room.set_channels(running, urls={"en": "https://l.example/2", "es": " "}, by=official)
    room.set_channels(running, urls={"en": "https://l.example/2"}, by=official)

    assert [(one.language, one.url) for one in running.channels.all()] == [("en", "https://l.example/2")]
    assert [entry.verb for entry in timeline(running)] == ["channels_set"] * 2
    for session, urls, code in (
        (running, {"de": "https://l.example"}, "language"),
        (SessionFactory(held=True), {}, "over"),
    ):
        with pytest.raises(ValidationError) as refusal:
            room.set_channels(session, urls=urls, by=official)
        assert refusal.value.code == code


def test_only_the_confirmed_and_officials_see_where_to_join_and_to_listen(client, running, official, sme, outsider):
    running.channels.create(language="es", url="https://listen.example/es")
    RegistrationFactory(session=running, user=sme)
    RegistrationFactory(session=running, user=outsider, status="waitlisted")

    for person, may in ((None, False), (outsider, False), (sme, True), (official, True)):
        if person:
            client.force_login(person)
        page = client.get(url("session-room", running)).content.decode()
        assert ("meet.example" in page) is may
        assert ("listen.example" in page) is may
        assert "Customs" in page
        assert ("Closed talk" in page) is (person == official)


def test_the_live_part_sends_nothing_while_nothing_changed(client, running, official):
    first = client.get(url("session-room", running))
    stamp = first.context["stamp"]
    ask = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "live"}

    assert client.get(url("session-room", running) + f"?seen={stamp}", **ask).status_code == 204
    room.call_item(running, running.agenda_items.get(title_en="Outlook"), by=official)
    changed = client.get(url("session-room", running) + f"?seen={stamp}", **ask)

    assert changed.status_code == 200
    assert changed.content.decode().lstrip().startswith('<section class="section" id="live"')
    assert "no-store" in changed["Cache-Control"]


def test_an_official_calls_an_item_on_the_page_and_nobody_else_may(client, running, official, official_mx, sme):
    item = running.agenda_items.get(title_en="Outlook")
    for person in (sme, official_mx):
        client.force_login(person)
        assert client.post(url("item-call", running), {"item": item.pk}).status_code == 403
    client.force_login(official)

    assert client.post(url("item-call", running), {"item": item.pk}).status_code == 302
    running.refresh_from_db()
    assert running.current_item == item
    for wrong in ("abc", "9" * 5000, "-1", "999999"):
        assert client.post(url("item-call", running), {"item": wrong}).status_code == 404
    assert client.post(url("item-call", running), {"item": ""}).status_code == 302
    running.refresh_from_db()
    assert running.current_item is None


def test_in_the_room_the_confirmed_check_in_once(client, running, sme, outsider):
    RegistrationFactory(session=running, user=sme)
    RegistrationFactory(session=running, user=outsider, status="waitlisted")
    check_in = url("place-check-in", running)

    client.force_login(outsider)
    assert check_in not in client.get(url("session-room", running)).content.decode()
    client.force_login(sme)
    assert check_in in client.get(url("session-room", running)).content.decode()
    client.post(check_in)
    page = client.get(url("session-room", running)).content.decode()
    assert check_in not in page
    assert "You are checked in." in page


def test_before_and_after_the_room_says_when_it_opens_and_that_it_is_closed(client, us, tw):
    early, over = SessionFactory(scheduled=True), SessionFactory(held=True)

    assert "The room is not open yet" in client.get(url("session-room", early)).content.decode()
    assert "The room is closed" in client.get(url("session-room", over)).content.decode()
    assert client.get(url("session-room", SessionFactory())).status_code == 404


def test_the_channels_of_a_session_are_kept_on_a_page(client, running, official, sme):
    client.force_login(official)

    assert client.post(url("session-channels", running), {"es": "https://listen.example/es"}).status_code == 302
    assert client.post(url("session-channels", running), {"es": "javascript:alert(1)"}).status_code == 200
    assert [one.url for one in running.channels.all()] == ["https://listen.example/es"]
    client.force_login(sme)
    assert client.get(url("session-channels", running)).status_code == 403
