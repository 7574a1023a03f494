"""The pages of the agenda, of preparing a session, of what is missing, and of how a dialogue works."""

from datetime import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dialogues.models import Document, Session
from portal.languages import Language
from tests.factories.accounts import UserFactory
from tests.factories.dialogues import (
    AgendaItemFactory,
    DialogueFactory,
    IssueFactory,
    RegistrationFactory,
    SessionFactory,
    wall,
)
from tests.factories.reference import economy

pytestmark = pytest.mark.django_db

IN_PLACE = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "items"}


@pytest.fixture
def dialogue(us, tw):
    return DialogueFactory(slug="us-tw", host_rotation=["TW", "US"])


@pytest.fixture
def session(dialogue):
    return SessionFactory(dialogue=dialogue, scheduled=True, local=wall(10), host=economy("TW"))


@pytest.fixture
def items(session):
    return [AgendaItemFactory(session=session, order=n, title_en=t) for n, t in enumerate(("One", "Two", "Three"), 1)]


@pytest.fixture
def desk(client, official):
    client.force_login(official)
    return client


def url(name, session, *more):
    return reverse(f"dialogues:{name}", args=[session.dialogue.slug, session.pk, *more])


def text(response):
    return response.content.decode()


def order(session):
    return list(session.agenda_items.values_list("title_en", flat=True))


def numbered(items, *places):
    return {"seen": [item.pk for item in items]} | {
        f"place-{item.pk}": place for item, place in zip(items, places, strict=True)
    }


def test_items_are_put_where_their_numbers_say_without_scripts(desk, session, items):
    response = desk.post(url("agenda-reorder", session), numbered(items, 1, 2, 1), follow=True)

    assert order(session) == ["Three", "One", "Two"]
    assert "The agenda has its new order." in text(response)


def test_dragging_sends_the_same_numbers_and_gets_the_list_with_its_new_times(desk, session, items):
    response = desk.post(url("agenda-reorder", session), numbered(items, 3, 1, 2), **IN_PLACE)

    assert order(session) == ["Two", "Three", "One"]
    page = text(response)
    assert page.strip().startswith('<section class="section" id="items"')
    assert page.index("Two") < page.index("Three") < page.index("One")


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"seen": []}, "changed this agenda meanwhile"),
        ({"seen": ["x", "\0", "9" * 5000]}, "changed this agenda meanwhile"),
        ("a letter", "as a number"),
        ("one gone", "changed this agenda meanwhile"),
    ],
)
def test_an_order_that_makes_no_sense_or_is_stale_is_refused_in_words(desk, session, items, sent, says):
    if sent == "a letter":
        sent = numbered(items, "first", 2, 3)
    elif sent == "one gone":
        sent = numbered(items, 2, 1, 3)
        items[2].delete()
    for headers in ({}, IN_PLACE):
        page = text(desk.post(url("agenda-reorder", session), sent, follow=True, **headers))
        assert says in page
    assert order(session)[:2] == ["One", "Two"]


def test_the_builder_shows_notes_papers_issues_and_every_partys_clock(desk, session, items):
    items[0].note_en = "About **small** parcels"
    items[0].save()
    items[0].issues.add(IssueFactory(dialogue=session.dialogue, on_agenda=True, title="Six weeks at the border"))
    paper = Document.objects.create(session=session, agenda_item=items[0], title_en="Draft rules")
    for number in (1, 2):
        paper.versions.create(
            language="en", number=number, filename="a.pdf", content_type="application/pdf", size=1, digest="0"
        )

    page = text(desk.get(url("agenda-edit", session)))

    assert "About <strong>small</strong> parcels" in page
    assert "Six weeks at the border" in page
    latest = paper.versions.get(number=2)
    assert url("document-download", session, latest.pk) in page
    assert url("document-download", session, paper.versions.get(number=1).pk) not in page
    assert "Taipei (UTC+8)" in page
    assert "09:00–09:30" in page
    assert "20:00–20:30" in page
    assert "−1 day" in page


def test_the_builder_turns_red_when_the_items_take_longer_than_the_session(desk, session, items):
    assert "more than the session" not in text(desk.get(url("agenda-edit", session)))
    AgendaItemFactory(session=session, order=9, minutes=45)

    page = text(desk.get(url("agenda-edit", session)))

    assert "The items take 15 minutes more than the session." in page
    assert "Ends after the session" in page


def test_the_backlog_suggests_what_concerns_most_firms_and_one_click_puts_it_on(desk, session, items, sme, mailoutbox):
    dialogue = session.dialogue
    lone, common = IssueFactory(dialogue=dialogue, acknowledged=True, public=True), IssueFactory(
        dialogue=dialogue, acknowledged=True, public=True, public_title_en="Small parcels", filed_by=sme
    )  # fmt: skip
    for _ in range(2):
        common.endorsements.create(organization=UserFactory(sme_in="US").active_memberships[0].organization)
    IssueFactory(dialogue=dialogue)  # not acknowledged yet
    IssueFactory(acknowledged=True)  # another dialogue's

    page = desk.get(url("agenda-edit", session))
    assert [issue.pk for issue in page.context["suggestions"]] == [common.pk, lone.pk]
    assert "affects 2 others" in text(page)
    desk.post(url("agenda-issue-add", session, common.pk))
    desk.post(url("agenda-issue-add", session, lone.pk), {"item": items[1].pk})

    common.refresh_from_db()
    assert common.status == "on_agenda"
    assert order(session) == ["One", "Two", "Three", "Small parcels"]
    assert list(items[1].issues.all()) == [lone]
    again = desk.post(url("agenda-issue-add", session, lone.pk), follow=True)
    assert "on the agenda of this session already" in text(again)
    assert desk.post(url("agenda-issue-add", session, 999_999)).status_code == 404
    wrong = desk.post(url("agenda-issue-add", session, lone.pk), {"item": "9" * 40}, follow=True)
    assert "not on the agenda any more" in text(wrong)


def test_a_note_is_written_with_the_item(desk, session):
    item = {"title_en": "Customs", "kind": "discussion", "visibility": "public", "minutes": 20, "note_en": "**Why**"}
    desk.post(url("agenda-edit", session), item)

    row = session.agenda_items.get()
    assert row.note_en == "**Why**"
    desk.post(url("item-revise", session, row.pk), item | {"note_en": ""})
    row.refresh_from_db()
    assert not row.note_en


def test_what_was_not_concluded_is_marked_after_the_session(desk, dialogue, sme, client):
    held = SessionFactory(dialogue=dialogue, held=True, local=wall(-4))
    one, two = AgendaItemFactory(session=held, order=1), AgendaItemFactory(session=held, order=2)

    assert desk.post(url("agenda-left-open", held), {"items": [two.pk]}).status_code == 302
    assert list(held.agenda_items.filter(is_left_open=True)) == [two]
    assert desk.post(url("agenda-left-open", held), {"items": ["x", "9" * 5000]}).status_code == 200
    assert "Not concluded" in text(desk.get(held.get_absolute_url()))
    assert desk.post(url("agenda-left-open", held), {}).status_code == 302
    one.refresh_from_db()
    assert not held.agenda_items.filter(is_left_open=True).exists()


def test_the_next_session_is_prepared_with_the_next_host_suggested_and_what_stayed_open_ticked(desk, dialogue):
    held = SessionFactory(
        dialogue=dialogue, held=True, local=wall(-4), number=7, title_en="Seventh", host=economy("TW")
    )
    back = AgendaItemFactory(session=held, order=1, title_en="Customs", is_left_open=True)
    done = AgendaItemFactory(session=held, order=2, title_en="Settled")
    done.issues.add(IssueFactory(dialogue=dialogue, committed=True))
    address = reverse("dialogues:session-prepare", args=[dialogue.slug])

    page = desk.get(address)
    assert "By the rotation it is the turn of United States: Taiwan hosted “Seventh”." in text(page)
    assert page.context["form"].chosen_items == {back.pk}
    sent = {
        "title_en": "Eighth", "format": "hybrid", "host": "US", "working_languages": ["en"], "items": [back.pk],
        "is_public": "on",
    }  # fmt: skip
    response = desk.post(address, sent)

    session = Session.objects.get(number=8)
    assert response.url == url("agenda-edit", session)
    assert session.agenda_items.get().times_carried == 1
    assert "Carried over once" in text(desk.get(url("agenda-edit", session)))
    for wrong in ("x", "9" * 5000, "\0"):
        assert desk.get(address, {"from": wrong}).status_code == 200
    assert desk.get(address, {"from": "999999"}).status_code == 404
    assert desk.post(address, sent | {"items": ["9" * 5000]}).status_code == 200


def test_without_a_session_to_begin_from_the_first_one_is_created(desk, dialogue):
    response = desk.get(reverse("dialogues:session-prepare", args=[dialogue.slug]))

    assert response.url == reverse("dialogues:session-create", args=[dialogue.slug])


def test_charter_clocks_and_rotation_are_kept_on_one_page_and_shown_on_the_dialogues(desk, dialogue):
    address = reverse("dialogues:dialogue-settings", args=[dialogue.slug])
    sent = {
        "charter_en": "## Purpose\n\nTo *listen*.",
        "acknowledge_days": 4,
        "answer_days": 25,
        "turn_US": 1,
        "turn_TW": 2,
    }

    assert desk.post(address, sent).status_code == 302
    dialogue.refresh_from_db()
    assert (dialogue.host_rotation, dialogue.answer_days) == (["US", "TW"], 25)
    page = text(desk.get(dialogue.get_absolute_url()))
    assert "To <em>listen</em>." in page
    assert "By the rotation United States hosts first." in page
    assert "acknowledged within 4 working days and answered within 25" in page

    twice = desk.post(address, sent | {"turn_TW": 1})
    assert "Two Parties have the same turn" in text(twice)
    assert "before the acknowledgement" in text(desk.post(address, sent | {"answer_days": 1}))
    dialogue.refresh_from_db()
    assert dialogue.answer_days == 25
    for wrong in ("9" * 5000, "x", "-1", "\0"):
        assert desk.post(address, sent | {"acknowledge_days": wrong, "turn_US": wrong}).status_code in {200, 400}


def test_a_delegation_sets_its_own_hours_on_a_page(desk, dialogue):
    address = reverse("dialogues:delegation-hours", args=[dialogue.slug, "us"])
    hours = {"zone": "America/Los_Angeles", "begins": "08:00", "ends": "16:30", "days": [1, 2, 3, 4]}

    assert desk.post(address, hours).status_code == 302
    row = dialogue.delegations.get()
    assert (row.time_zone, row.work_ends, row.work_days) == ("America/Los_Angeles", time(16, 30), [1, 2, 3, 4])
    page = text(desk.get(reverse("dialogues:dialogue-settings", args=[dialogue.slug])))
    assert "08:00–16:30" in page
    assert "Monday – Thursday" in page
    for wrong in ({"zone": "Mars/Base"}, {"ends": "07:00"}, {"begins": "25:99"}, {"days": ["9"]}, {"days": []}):
        assert desk.post(address, hours | wrong).status_code == 200
    assert desk.get(reverse("dialogues:delegation-hours", args=[dialogue.slug, "tw"])).status_code == 403
    assert desk.get(reverse("dialogues:delegation-hours", args=[dialogue.slug, "xx"])).status_code == 404
    assert desk.post(reverse("dialogues:hours-forget", args=[dialogue.slug, "us"])).status_code == 302
    assert not dialogue.delegations.exists()


def test_officials_read_what_is_missing_on_the_session_and_on_a_page_of_its_own_and_confirm(desk, session, sme):
    page = text(desk.get(session.get_absolute_url()))
    assert "Taiwan has not confirmed yet." in page
    assert "Confirm that your delegation comes" in page

    desk.post(url("party-confirm", session, "us"), {"certain": "yes"})
    page = text(desk.get(url("session-readiness", session)))
    assert "United States has not confirmed yet." not in page
    assert "Nothing is on the agenda." in page
    assert desk.post(url("party-confirm", session, "tw")).status_code == 403
    assert desk.post(url("party-confirm", session, "xx")).status_code == 404
    desk.post(url("party-confirm", session, "us"), {"certain": "no"})
    assert not session.confirmations.exists()

    desk.force_login(sme)
    assert "has not confirmed yet" not in text(desk.get(session.get_absolute_url()))


@pytest.mark.parametrize("language", Language.values)
def test_every_page_is_there_in_every_language(desk, session, items, language):
    RegistrationFactory(session=session)
    for name in ("agenda-edit", "session-readiness", "session-room", "session-channels", "agenda-left-open"):
        assert desk.get(url(name, session).replace("/en/", f"/{language}/")).status_code == 200
    for name in ("dialogue-settings", "session-prepare", "dialogue-detail"):
        address = reverse(f"dialogues:{name}", args=[session.dialogue.slug])
        assert desk.get(address.replace("/en/", f"/{language}/")).status_code == 200


def test_an_early_session_says_that_nothing_is_checked_now(desk, session):
    early = SessionFactory(dialogue=session.dialogue)
    assert "Nothing is checked now" in text(desk.get(url("session-readiness", early)))


def test_the_builder_asks_as_little_for_three_items_as_for_one(desk, session):
    fill(session, 1)
    desk.get(url("agenda-edit", session))
    asked = []
    for count in (1, 2):
        fill(session, count)
        with CaptureQueriesContext(connection) as queries:
            desk.get(url("agenda-edit", session))
        asked.append(len(queries))

    assert asked[0] == asked[1]


@pytest.mark.parametrize("count", [1, 3])
def test_the_room_asks_as_little_for_three_items_as_for_one(client, session, count, django_assert_num_queries):
    fill(session, count)

    with django_assert_num_queries(11):
        client.get(url("session-room", session))


def fill(session, count):
    for _ in range(count):
        item = AgendaItemFactory(session=session, order=session.agenda_items.count() + 1)
        item.issues.add(IssueFactory(dialogue=session.dialogue, on_agenda=True, public=True))
        Document.objects.create(session=session, agenda_item=item, title_en="Paper", audience="public")
        IssueFactory(dialogue=session.dialogue, acknowledged=True)
