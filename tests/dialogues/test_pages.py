"""The pages: who sees what, who may do what, and what happens on the way."""

from datetime import timedelta

import icalendar
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dialogues import scheduling
from dialogues.models import AgendaItem, Commitment, Registration, Session
from portal.languages import Language
from tests.factories.accounts import UserFactory
from tests.factories.dialogues import (
    AgendaItemFactory,
    CommitmentFactory,
    DialogueFactory,
    RegistrationFactory,
    SessionFactory,
    wall,
)
from tests.factories.reference import agreement, economy

pytestmark = pytest.mark.django_db


@pytest.fixture
def dialogue(us, tw):
    return DialogueFactory(slug="us-tw")


def url(name, session, *more):
    return reverse(f"dialogues:{name}", args=[session.dialogue.slug, session.pk, *more])


def text(response):
    return response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_little_for_three_dialogues_as_for_one(client, us, tw, count, django_assert_num_queries):
    for dialogue in DialogueFactory.create_batch(count):
        SessionFactory(dialogue=dialogue, scheduled=True)
        SessionFactory(dialogue=dialogue, past=True)
        SessionFactory(dialogue=dialogue, title_en="A secret draft")

    with django_assert_num_queries(4):
        response = client.get(reverse("dialogues:dialogue-list"))

    assert text(response).count('<article class="row">') == count
    assert "A secret draft" not in text(response)


@pytest.mark.parametrize("count", [1, 3])
def test_a_dialogues_page_asks_as_little_for_three_sessions_as_for_one(
    client, dialogue, count, django_assert_num_queries
):
    for _ in range(count):
        SessionFactory(dialogue=dialogue, scheduled=True, host=economy("TW"))
        SessionFactory(dialogue=dialogue, past=True, host=economy("US"))
        CommitmentFactory(session=SessionFactory(dialogue=dialogue, held=True), published=True)

    with django_assert_num_queries(16):
        response = client.get(dialogue.get_absolute_url())

    assert text(response).count('<article class="row">') == 4 * count


@pytest.mark.parametrize("count", [1, 3])
def test_a_sessions_page_asks_as_little_for_three_people_as_for_one(client, dialogue, count, django_assert_num_queries):
    session = SessionFactory(dialogue=dialogue, scheduled=True)
    fill(session, count)

    with django_assert_num_queries(15):
        client.get(session.get_absolute_url())


def test_its_page_for_officials_asks_as_little_for_three_people_as_for_one(client, dialogue, official):
    session = SessionFactory(dialogue=dialogue, scheduled=True)
    client.force_login(official)
    client.get(session.get_absolute_url())
    asked = []

    for count in (1, 2):
        fill(session, count)
        with CaptureQueriesContext(connection) as queries:
            client.get(session.get_absolute_url())
        asked.append(len(queries))

    assert asked[0] == asked[1]


def fill(session, count):
    for _ in range(count):
        RegistrationFactory(session=session, user=UserFactory(sme_in="US"))
        AgendaItemFactory(session=session)
        CommitmentFactory(session=session, published=True)


def test_a_draft_does_not_exist_for_others(client, dialogue, official, official_mx, sme):
    draft = SessionFactory(dialogue=dialogue, title_en="A secret draft")

    for person in (None, sme, official_mx):
        if person:
            client.force_login(person)
        assert client.get(draft.get_absolute_url()).status_code == 404
        assert "A secret draft" not in text(client.get(dialogue.get_absolute_url()))
    client.force_login(official)
    assert "A secret draft" in text(client.get(dialogue.get_absolute_url()))
    assert client.get(draft.get_absolute_url()).status_code == 200


def test_a_session_for_officials_only_does_not_exist_for_others(client, dialogue, official, sme):
    closed = SessionFactory(dialogue=dialogue, scheduled=True, is_public=False)

    assert client.get(closed.get_absolute_url()).status_code == 404
    client.force_login(sme)
    assert client.get(closed.get_absolute_url()).status_code == 404
    client.force_login(official)
    assert client.get(closed.get_absolute_url()).status_code == 200


def test_a_session_is_found_only_under_its_own_dialogue(client, dialogue):
    session = SessionFactory(scheduled=True)

    assert client.get(reverse("dialogues:session-detail", args=[dialogue.slug, session.pk])).status_code == 404


OFFICIALS_ONLY = [
    "session-revise", "session-schedule", "session-reschedule", "session-cancel", "agenda-edit", "minutes-edit",
    "decision-add", "commitment-add",
]  # fmt: skip


@pytest.mark.parametrize("name", OFFICIALS_ONLY)
def test_forms_of_a_session_are_for_officials_of_its_parties(client, dialogue, official, official_mx, sme, *, name):
    session = SessionFactory(dialogue=dialogue, scheduled=True)

    assert client.get(url(name, session)).status_code == 302
    for person in (sme, official_mx):
        client.force_login(person)
        assert client.get(url(name, session)).status_code == 403
        assert client.post(url(name, session)).status_code == 403
    client.force_login(official)
    assert client.get(url(name, session)).status_code == 200


@pytest.mark.parametrize("name", ["session-start", "session-held", "session-close"])
def test_steps_of_a_session_are_for_officials_of_its_parties(client, dialogue, official, sme, name):
    session = SessionFactory(dialogue=dialogue, scheduled=True)

    client.force_login(sme)
    assert client.post(url(name, session)).status_code == 403
    client.force_login(official)
    assert client.get(url(name, session)).status_code == 405


def test_an_official_creates_a_session_sets_its_agenda_and_schedules_it(client, dialogue, official):
    client.force_login(official)

    response = client.post(
        reverse("dialogues:session-create", args=[dialogue.slug]),
        {
            "title_en": "First session",
            "title_zh_hant": "第一屆會議",
            "format": "hybrid",
            "host": "TW",
            "venue": "Taipei",
            "join_url": "https://join.example/room",
            "working_languages": ["en", "zh-hant"],
            "is_public": "on",
        },
    )
    session = Session.objects.get()
    assert response.url == session.get_absolute_url()
    assert (session.title_zh_hant, session.host_id, session.number) == ("第一屆會議", "TW", 1)

    client.post(url("agenda-edit", session), {
        "title_en": "Opening", "kind": "information", "visibility": "public", "minutes": "30", "presenter": "Chair",
    })  # fmt: skip
    starts = wall(30, 9)
    response = client.post(url("session-schedule", session), {
        "zone": "Asia/Taipei",
        "starts_local": starts.strftime("%Y-%m-%dT%H:%M"),
        "ends_local": (starts + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M"),
    })  # fmt: skip
    session.refresh_from_db()
    assert (session.status, session.starts_local) == ("scheduled", starts)
    page = text(client.get(response.url))
    assert "Opening" in page
    assert "09:00–09:30" in page
    assert "09:00–11:00" in page
    assert "https://join.example/room" in page


def test_a_preview_shows_each_partys_clock_and_tells_nobody(client, dialogue, official, mailoutbox):
    session = SessionFactory(dialogue=dialogue)
    client.force_login(official)
    starts = wall(30, 9)

    response = client.post(url("session-schedule", session), {
        "preview": "1",
        "zone": "Asia/Taipei",
        "starts_local": starts.strftime("%Y-%m-%dT%H:%M"),
        "ends_local": (starts + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M"),
    })  # fmt: skip

    assert "−1 day" in text(response)
    session.refresh_from_db()
    assert session.status == "draft"
    assert mailoutbox == []


def test_who_is_overtaken_while_moving_a_session_sees_the_new_time_and_may_then_move_it(client, dialogue, official):
    session = SessionFactory(dialogue=dialogue, scheduled=True)
    seen = session.interval
    at_14, at_16 = wall(30, 14), wall(30, 16)
    scheduling.reschedule(
        session, zone="Asia/Taipei", starts_local=at_14, ends_local=at_14 + timedelta(hours=1), by=official
    )
    client.force_login(official)
    typed = {
        "zone": "Asia/Taipei",
        "starts_local": at_16.strftime("%Y-%m-%dT%H:%M"),
        "ends_local": (at_16 + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"),
    }

    response = client.post(url("session-reschedule", session), {**typed, "seen_interval": seen})
    assert "14:00–15:00" in text(response)
    assert f'value="{typed["starts_local"]}"' in text(response)
    session.refresh_from_db()
    assert session.starts_local == at_14
    client.post(
        url("session-reschedule", session), {**typed, "seen_interval": response.context["form"].data["seen_interval"]}
    )

    session.refresh_from_db()
    assert session.starts_local == at_16


def test_a_time_in_the_gap_of_a_spring_night_is_said_at_its_field(client, dialogue, official):
    session = SessionFactory(dialogue=dialogue)
    client.force_login(official)

    response = client.post(url("session-schedule", session), {
        "zone": "America/New_York", "starts_local": "2099-03-08T02:30", "ends_local": "2099-03-08T05:00",
    })  # fmt: skip

    assert list(response.context["form"].errors) == ["starts_local"]
    assert 'value="2099-03-08T02:30"' in text(response)


@pytest.mark.parametrize("typed", ["tomorrow", "2027-02-30T09:00", "2027-05-14T25:00", "2027-05-14T09:00Z"])
def test_a_time_that_is_none_is_said_at_its_field(client, dialogue, official, typed):
    session = SessionFactory(dialogue=dialogue)
    client.force_login(official)

    response = client.post(
        url("session-schedule", session), {"zone": "UTC", "starts_local": typed, "ends_local": "2027-05-14T10:00"}
    )

    assert list(response.context["form"].errors) == ["starts_local"]


def test_a_refused_change_leaves_the_page_as_it_was(client, dialogue, official):
    session = SessionFactory(dialogue=dialogue, held=True, title_en="As it was")
    client.force_login(official)

    response = client.post(url("session-revise", session), {
        "title_en": "Rewritten", "format": "virtual", "working_languages": ["en"],
    })  # fmt: skip

    assert "The session is over" in text(response)
    session.refresh_from_db()
    assert (session.title_en, session.format) == ("As it was", "hybrid")


def test_an_sme_registers_and_cancels(client, dialogue, sme, mailoutbox, django_capture_on_commit_callbacks):
    session = SessionFactory(dialogue=dialogue, scheduled=True, join_url="https://join.example/room")
    client.force_login(sme)
    assert "https://join.example/room" not in text(client.get(session.get_absolute_url()))

    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("session-register", session), {"organization": sme.active_memberships[0].organization_id})
    assert "https://join.example/room" in text(client.get(session.get_absolute_url()))
    assert mailoutbox[0].to == [f"{sme.full_name} <{sme.email}>"]

    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("session-unregister", session))
    assert "https://join.example/room" not in text(client.get(session.get_absolute_url()))
    assert Registration.objects.get().status == "cancelled"
    parts = {part.get_content_type(): part for part in mailoutbox[1].message().walk()}
    assert parts["text/calendar"].get_param("method") == "CANCEL"


def test_a_visitor_is_offered_to_register_and_asked_to_sign_in_first(client, dialogue):
    session = SessionFactory(dialogue=dialogue, scheduled=True)

    assert url("session-register", session) in text(client.get(session.get_absolute_url()))
    assert client.get(url("session-register", session)).status_code == 302


def test_registering_for_somebody_elses_organization_is_refused(client, dialogue, sme, chamber):
    session = SessionFactory(dialogue=dialogue, scheduled=True)
    client.force_login(sme)

    response = client.post(
        url("session-register", session), {"organization": chamber.active_memberships[0].organization_id}
    )

    assert list(response.context["form"].errors) == ["organization"]
    assert not Registration.objects.exists()


def test_names_are_shown_to_officials_and_counts_to_everybody(client, dialogue, official, sme):
    session = SessionFactory(dialogue=dialogue, scheduled=True)
    RegistrationFactory(session=session, user=UserFactory(full_name="Priscilla Private", sme_in="TW"))

    for person in (None, sme):
        if person:
            client.force_login(person)
        page = text(client.get(session.get_absolute_url()))
        assert "Priscilla Private" not in page
        assert "1 person is registered." in page
    client.force_login(official)
    assert "Priscilla Private" in text(client.get(url("people-list", session)))


def test_each_reader_sees_the_agenda_that_is_meant_for_her(client, dialogue, official, official_mx, sme):
    session = SessionFactory(dialogue=dialogue, scheduled=True)
    for visibility in AgendaItem.Visibility.values:
        AgendaItemFactory(session=session, visibility=visibility, title_en=f"Item for {visibility}")
    participant = RegistrationFactory(session=session).user
    expected = {
        None: ["public"],
        sme: ["public"],
        official_mx: ["public"],
        participant: ["public", "participants"],
        official: ["public", "participants", "officials"],
    }

    for person, visible in expected.items():
        client.logout()
        if person:
            client.force_login(person)
        page = text(client.get(session.get_absolute_url()))
        assert [level for level in AgendaItem.Visibility.values if f"Item for {level}" in page] == visible


def test_agenda_items_change_places_by_plain_buttons(client, dialogue, official):
    session = SessionFactory(dialogue=dialogue, scheduled=True)
    first, second = AgendaItemFactory(session=session, order=1), AgendaItemFactory(session=session, order=2)
    client.force_login(official)

    client.post(url("item-move", session, second.pk), {"to": "up"})
    assert list(session.agenda_items.all()) == [second, first]
    client.post(url("item-remove", session, second.pk))
    assert list(session.agenda_items.values_list("pk", "order")) == [(first.pk, 1)]


def test_the_page_of_apec_names_chinese_taipei(client, us):
    apec = agreement("apec-smewg", parties=("US", "TW"), languages=("en",))
    tw = economy("TW")
    tw.apec_name_en = "Chinese Taipei"
    tw.save(update_fields=["apec_name_en"])
    dialogue = DialogueFactory(slug="apec", agreement=apec)
    session = SessionFactory(dialogue=dialogue, scheduled=True, host=tw)

    for page in (dialogue.get_absolute_url(), session.get_absolute_url()):
        assert "Chinese Taipei" in text(client.get(page))
        assert ">Taiwan" not in text(client.get(page))


@pytest.mark.parametrize(
    ("dates", "shown"),
    [
        ({"starts_on": "2022-04-22", "ends_on": "2022-04-22", "date_precision": "exact"}, "22 April 2022"),
        (
            {"starts_on": "2023-09-19", "ends_on": "2023-09-21", "date_precision": "window"},
            "19–21 September 2023 (window; exact day not confirmed)",
        ),
        ({"starts_on": "2024-05-01", "ends_on": "2024-05-31", "date_precision": "month"}, "May 2024"),
        ({"starts_on": None, "ends_on": None, "date_precision": "unknown"}, "Date not confirmed"),
    ],
)
def test_as_much_of_a_past_date_is_shown_as_is_known(client, dialogue, dates, shown):
    session = SessionFactory(dialogue=dialogue, past=True, **dates)

    assert shown in text(client.get(dialogue.get_absolute_url()))
    assert shown in text(client.get(session.get_absolute_url()))


def test_a_low_reliability_is_said_at_the_top(client, dialogue):
    session = SessionFactory(dialogue=dialogue, past=True, reliability="unverified")

    assert "Press report, unverified" in text(client.get(session.get_absolute_url()))


@pytest.mark.parametrize("language", Language.values)
@pytest.mark.parametrize("name", ["session-detail", "session-schedule", "agenda-edit", "minutes-edit"])
def test_pages_are_rendered_in_every_language(client, dialogue, official, language, name):
    session = SessionFactory(dialogue=dialogue, title_zh_hant="第一屆")
    AgendaItemFactory(session=session)
    client.force_login(official)

    response = client.get(url(name, session).replace("/en/", f"/{language}/", 1))

    assert response.status_code == 200
    assert "第一屆" in text(response) or language != "zh-hant"


# --- Commitments --------------------------------------------------------------------------------


def test_the_owners_people_report_on_a_commitment(client, dialogue, chamber, sme):
    session = SessionFactory(dialogue=dialogue, held=True)
    owner = chamber.active_memberships[0].organization
    commitment = CommitmentFactory(session=session, owner=owner, published=True)
    report, drop = (
        reverse(f"dialogues:commitment-{name}", args=[dialogue.slug, commitment.pk]) for name in ("report", "drop")
    )

    client.force_login(sme)
    assert client.get(report).status_code == 403
    client.force_login(chamber)
    assert report in text(client.get(session.get_absolute_url()))
    assert "This field is required" in text(client.post(drop, {"reason": " "}))
    client.post(drop, {"reason": "No budget."})

    assert Commitment.objects.get().dropped_because == "No budget."
    assert "No budget." in text(client.get(session.get_absolute_url()))


# --- Calendars ----------------------------------------------------------------------------------


def events(response):
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return {str(event["UID"]): event for event in icalendar.Calendar.from_ical(response.content).walk("VEVENT")}


def test_the_feed_has_what_is_public_and_nothing_else(client, dialogue, official):
    scheduled = SessionFactory(dialogue=dialogue, scheduled=True, join_url="https://join.example/room", sequence=3)
    AgendaItemFactory(session=scheduled, title_en="Secret item", visibility="officials")
    held = SessionFactory(dialogue=dialogue, held=True)
    cancelled = SessionFactory(dialogue=dialogue, scheduled=True, status="cancelled", cancelled_because="x")
    day = SessionFactory(dialogue=dialogue, past=True)
    SessionFactory(dialogue=dialogue)
    SessionFactory(dialogue=dialogue, scheduled=True, is_public=False)
    SessionFactory(dialogue=dialogue, past=True, date_precision="month")
    SessionFactory(dialogue=dialogue, past=True, starts_on=None, ends_on=None, date_precision="unknown")
    SessionFactory(scheduled=True)
    client.force_login(official)  # whoever asks, the feed is the public's

    response = client.get(reverse("dialogues:dialogue-feed", args=[dialogue.slug]))

    found = events(response)
    assert set(found) == {scheduled.uid, held.uid, cancelled.uid, day.uid}
    assert found[scheduled.uid]["SEQUENCE"] == 3
    assert found[scheduled.uid]["DTSTART"].dt == scheduled.starts_at
    assert found[cancelled.uid]["STATUS"] == "CANCELLED"
    assert (found[day.uid]["DTSTART"].dt.isoformat(), found[day.uid]["DTEND"].dt.isoformat()) == (
        "2022-04-22",
        "2022-04-23",
    )
    assert b"join.example" not in response.content
    assert b"Secret" not in response.content
    assert b"ATTENDEE" not in response.content


def test_an_unchanged_feed_is_not_sent_again(client, dialogue, official):
    session = SessionFactory(dialogue=dialogue, scheduled=True)
    address = reverse("dialogues:dialogue-feed", args=[dialogue.slug])
    first = client.get(address)

    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 304
    session.sequence += 1
    session.save(update_fields=["sequence"])
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_the_feed_speaks_the_language_of_its_address(client, dialogue):
    SessionFactory(dialogue=dialogue, scheduled=True, title_en="First", title_zh_hant="第一屆")
    address = reverse("dialogues:dialogue-feed", args=[dialogue.slug])

    assert "SUMMARY:First" in text(client.get(address))
    assert "SUMMARY:第一屆" in text(client.get(address.replace("/en/", "/zh-hant/")))


def test_the_file_of_one_session_has_the_link_only_for_those_who_may_join(client, dialogue, sme):
    session = SessionFactory(dialogue=dialogue, scheduled=True, join_url="https://join.example/room")
    address = url("session-calendar", session)

    client.force_login(sme)
    assert "join.example" not in text(client.get(address))
    RegistrationFactory(session=session, user=sme)
    assert "join.example" in text(client.get(address)).replace("\r\n ", "")


def test_a_session_without_a_date_has_no_file(client, dialogue):
    session = SessionFactory(dialogue=dialogue, past=True, starts_on=None, ends_on=None, date_precision="unknown")

    assert client.get(url("session-calendar", session)).status_code == 404
