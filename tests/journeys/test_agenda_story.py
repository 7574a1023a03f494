"""An official sets an agenda by mouse, by keys and without scripts; the room follows her word by itself."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from tests.factories.dialogues import AgendaItemFactory, DialogueFactory, IssueFactory, SessionFactory, wall
from tests.journeys.conftest import give_password


def order(session):
    return list(session.agenda_items.values_list("title_en", flat=True))


def test_an_agenda_is_put_in_order_by_mouse_by_keys_and_without_scripts(visit, official, tw):
    session = SessionFactory(dialogue=DialogueFactory(), scheduled=True, local=wall(10))
    for number, title in enumerate(("One", "Two", "Three"), 1):
        AgendaItemFactory(session=session, order=number, title_en=title, minutes=40)
    issue = IssueFactory(dialogue=session.dialogue, acknowledged=True, public=True, public_title_en="Small parcels")
    give_password(official)
    path = session.get_absolute_url() + "agenda/"

    # By mouse: the third item above the first; the times follow, and a reload shows the same.
    desk = visit(official)
    desk.goto(path)
    handles = desk.locator("[data-handle]")
    expect(handles).to_have_count(3)
    with desk.expect_response("**/agenda/order/"):
        handles.nth(2).drag_to(desk.locator("[data-sortable] > li").first, target_position={"x": 60, "y": 4})
    expect(desk.locator("[data-sortable] > li").first).to_contain_text("Three")
    expect(desk.locator("[data-sortable] > li").first).to_contain_text("09:00–09:40")
    assert order(session) == ["Three", "One", "Two"]

    # By keys: the handle keeps the focus, so that it can be moved on.
    handle = desk.locator("[data-sortable] > li:has-text('Three') [data-handle]")
    for outcome in (["One", "Three", "Two"], ["One", "Two", "Three"]):
        with desk.expect_response("**/agenda/order/"):
            handle.press("ArrowDown")
        expect(desk.locator("[data-sortable] .row__title")).to_have_text(outcome)
        expect(handle).to_be_focused()
        assert order(session) == outcome
    expect(desk.locator("[data-moved]")).to_have_text("Place 3 of 3")

    # One click puts an issue of the backlog on it.
    desk.locator("#suggestions button").click()
    expect(desk.locator("#items")).to_contain_text("Small parcels")
    issue.refresh_from_db()
    assert issue.status == "on_agenda"

    # Without scripts: numbers.
    plain = visit(official, width=390, javascript=False)
    plain.goto(path)
    expect(plain.locator("[data-handle]").first).to_be_hidden()
    plain.locator("input[type=number][name^=place-]").nth(3).fill("1")
    plain.get_by_role("button", name="Put them in this order").click()
    assert order(session) == ["Small parcels", "One", "Two", "Three"]
    assert desk.problems == plain.problems == []


def test_the_room_shows_what_an_official_calls_without_being_asked(visit, official, tw):
    begins = timezone.now().replace(second=0, microsecond=0, tzinfo=None) - timedelta(minutes=10)
    session = SessionFactory(dialogue=DialogueFactory(), timed=True, status="in_progress", zone="UTC", local=begins)
    AgendaItemFactory(session=session, order=1, title_en="Opening", minutes=60)
    AgendaItemFactory(session=session, order=2, title_en="Customs", minutes=60)
    give_password(official)
    path = session.get_absolute_url() + "room/"

    reader = visit()
    reader.clock.install()
    reader.goto(path)
    expect(reader.locator(".now__title")).to_have_text("Opening")
    desk = visit(official)
    desk.goto(path)
    desk.locator("#called").select_option(label="Customs")
    desk.get_by_role("button", name="Show it in the room").click()
    expect(desk.locator(".now__title")).to_have_text("Customs")

    reader.clock.fast_forward(21_000)
    expect(reader.locator(".now__title")).to_have_text("Customs")
    expect(reader.locator("#room-news")).to_contain_text("Customs")
    assert desk.problems == reader.problems == []
