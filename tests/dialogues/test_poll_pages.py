"""The pages to find a date: the search, the answers by personal link, the choice; and the correction of a zone."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dialogues import poll_links, polls
from dialogues.models import Session, SlotPoll
from dialogues.polls import Person
from tests.factories.accounts import UserFactory
from tests.factories.dialogues import DialogueFactory, SessionFactory, wall

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_monday():
    with time_machine.travel("2027-03-01 02:00Z"):
        yield


@pytest.fixture
def official_tw(tw):
    return UserFactory(full_name="陳官員", official_of="TW", language="zh-hant", time_zone="Asia/Taipei")


@pytest.fixture
def draft(us, tw):
    return SessionFactory(dialogue=DialogueFactory(slug="us-tw"), title_en="Fifth session")


@pytest.fixture
def poll(draft, official):
    """Two times in Taipei's morning; asks the official, and Ana without an account."""
    starts = [datetime(2027, 3, 31, 1, tzinfo=UTC), datetime(2027, 4, 7, 1, tzinfo=UTC)]
    people = [Person(user=official), Person(address="ana@chamber.example", name="Ana Ruiz", economy="US")]
    respond_by = datetime(2027, 3, 12, 4, tzinfo=UTC)
    return polls.open_poll(
        draft, zone="Asia/Taipei", minutes=120, starts=starts, people=people, respond_by=respond_by, by=official
    )


@pytest.fixture
def link(poll):
    return poll_links.path(poll.invitees.get(user=None))


def url(name, obj, *more):
    if isinstance(obj, SlotPoll):
        return url(name, obj.session, obj.pk, *more)
    return reverse(f"dialogues:{name}", args=[obj.dialogue.slug, obj.pk, *more])


def text(response):
    return response.content.decode()


SEARCH = {"zone": "America/New_York", "minutes": "120", "first": "2027-03-29", "last": "2027-04-09", "count": "6"}


def posting(response, **changes):
    """What the browser sends of the page: the search, two ticked times, everybody who is preset."""
    values = re.findall(r'name="slots" value="([^"]+)"', text(response))
    people = re.findall(r'name="people" value="(\d+)"[^>]* checked', text(response))
    return (
        SEARCH
        | {
            "slots": values[:2],
            "people": people,
            "addresses": 'Ana Ruiz <ana@chamber.example>, us\n"Lin" <lin@firm.example>\nbo@firm.example',
            "language": "es",
            "respond_by": "2027-03-12T12:00",
            "note": "Half a day would do.",
        }
        | changes
    )


def test_an_official_goes_from_proposals_to_a_scheduled_session(client, draft, official, official_tw):
    SessionFactory(dialogue=draft.dialogue, held=True, local=wall(-40, 22), title_en="Fourth session")
    client.force_login(official)
    assert url("poll-create", draft) in text(client.get(draft.get_absolute_url()))

    page = client.get(url("poll-create", draft), SEARCH)

    assert "In the last session (Fourth session) the bad hours fell to Taiwan (at night)." in text(page)
    assert "Times that are easier for Taiwan therefore come first." in text(page)
    assert len(page.context["found"].offers) == 6
    response = client.post(url("poll-create", draft), posting(page), follow=True)
    poll = SlotPoll.objects.get()
    assert "The poll is open." in text(response)
    assert poll.slots.count() == 2
    assert [(row.address, row.name, row.economy_id, row.language) for row in poll.invitees.filter(user=None)] == [
        ("ana@chamber.example", "Ana Ruiz", "US", "es"),
        ("lin@firm.example", "Lin", None, "es"),
        ("bo@firm.example", "", None, "es"),
    ]
    assert {row.user for row in poll.invitees.exclude(user=None)} == {official, official_tw}
    assert poll.respond_by == datetime(2027, 3, 12, 12, tzinfo=UTC)  # her own clock is UTC

    slot = poll.slots.first()
    page = client.get(url("poll-choose", poll, slot.pk))
    assert "3 other people you asked get an invitation." in text(page)
    response = client.post(url("poll-choose", poll, slot.pk), follow=True)
    assert "The date is set." in text(response)
    draft.refresh_from_db()
    assert (draft.status, draft.starts_at, draft.zone) == ("scheduled", slot.starts_at, "America/New_York")


def test_what_is_wrong_is_said_and_what_was_ticked_is_kept(client, draft, official):
    client.force_login(official)
    page = client.get(url("poll-create", draft), SEARCH)
    ticked = posting(page)["slots"]

    wrong = posting(page, addresses="Ana at home", respond_by="2027-06-01T12:00", other_1="2027-04-08T09:00")
    response = client.post(url("poll-create", draft), wrong)
    assert "“Ana at home” is not a name and an e-mail address." in text(response)
    assert all(re.search(f'value="{re.escape(value)}" checked', text(response)) for value in ticked)
    response = client.post(url("poll-create", draft), wrong | {"addresses": "a@b.example, FR"})
    assert "“FR” is not one of the Parties." in text(response)
    response = client.post(url("poll-create", draft), wrong | {"addresses": ""})
    assert "People need some time to answer" in text(response)
    response = client.post(url("poll-create", draft), posting(page, slots=[]))
    assert "Choose at least one time." in text(response)
    assert not SlotPoll.objects.exists()
    client.post(url("poll-create", draft), posting(page, slots=[], other_1="2027-04-08T09:00"))
    assert SlotPoll.objects.get().slots.get().starts_at == datetime(2027, 4, 8, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": "Mars"},
        {"first": "2027-04-10"},
        {"last": "2029-01-01"},
        {"minutes": "7"},
        {"count": "x"},
        {"first": "\0"},
        {"first": "9999-12-30", "last": "9999-12-31"},
        {"first": "0001-01-01", "last": "0001-01-02"},
    ],
)
def test_a_search_that_cannot_be_made_is_explained(client, draft, official, wrong):
    client.force_login(official)

    response = client.get(url("poll-create", draft), SEARCH | wrong)

    assert response.status_code == 200
    assert response.context["search_form"].errors or not response.context["found"].offers
    assert (
        client.post(url("poll-create", draft), SEARCH | wrong | {"slots": ["x", "2027-04-01", ""]}).status_code == 200
    )


def test_a_session_that_has_a_poll_or_a_date_gets_no_second_one(client, poll, official):
    client.force_login(official)
    other = SessionFactory(dialogue=poll.session.dialogue, scheduled=True)

    assert client.get(url("poll-create", poll.session)).url == poll.get_absolute_url()
    assert client.get(url("poll-create", other)).url == other.get_absolute_url()
    assert poll.get_absolute_url() in text(client.get(poll.session.get_absolute_url()))


def test_somebody_without_an_account_answers_by_her_link_and_changes_her_mind(client, poll, link):
    page = text(client.get(link))
    assert "Which dates suit you?" in page
    assert "Tuesday, 30 March 2027" in page  # by the clock of her Party
    assert "21:00–23:00" in page
    assert 'content="noindex, nofollow"' in page
    assert "Olivia Official" not in page  # who else is asked
    first, second = poll.slots.all()

    response = client.post(
        link, {f"slot_{first.pk}": "yes", f"slot_{second.pk}": "maybe", "comment": "Early"}, follow=True
    )
    assert "Your answers are kept." in text(response)
    assert "You have answered" in text(response)
    client.post(link, {"none": "1", f"slot_{first.pk}": "yes"})

    ana = poll.invitees.get(user=None)
    assert set(ana.availabilities.values_list("answer", flat=True)) == {"no"}
    assert ana.comment == ""
    client.get(reverse("reader-settings"))
    client.cookies["time_zone"] = "Asia/Tokyo"
    assert "10:00–12:00" in text(client.get(link))


def test_a_link_answers_only_with_something_and_not_too_often(client, poll, link):
    assert "Answer at least one of the times." in text(client.post(link, {"comment": "Hello"}))
    assert "NUL" not in text(client.post(link, {"comment": "a\0b", "none": "1"}))
    statuses = [client.post(link, {"none": "1"}).status_code for _ in range(61)]
    assert statuses[:10] == [302] * 10
    assert statuses[-1] == 429


def test_old_and_broken_links_get_a_page_that_helps(client, poll, link, official):
    polls.invite_again(poll.invitees.get(user=None), by=official)

    for address in (link, reverse("dialogues:poll-answer", args=["nonsense"]), link.replace(":", "", 1)):
        for response in (client.get(address), client.post(address, {"none": "1"})):
            assert response.status_code == 404
            assert "This link is not in use" in text(response)


def test_her_page_says_what_became_of_it(client, poll, link, official):
    with time_machine.travel(poll.respond_by + timedelta(hours=1)):
        assert "The time to answer is over." in text(client.get(link))
        assert "The time to answer is over." in text(client.post(link, {"none": "1"}))
    client.force_login(official)
    client.post(url("poll-choose", poll, poll.slots.first().pk))
    client.logout()
    page = text(client.get(link))
    assert "The date is set" in page
    assert poll.session.get_absolute_url() in page
    assert "The date is set" in text(client.post(link, {"none": "1"}))
    assert not poll.invitees.get(user=None).availabilities.exists()


def test_the_organizer_asks_more_people_gives_more_time_and_withdraws(client, poll, official):
    client.force_login(official)
    more = {"people": [], "addresses": "late@firm.example", "language": "fr"}

    assert "1 more person is asked." in text(client.post(url("poll-invite", poll), more, follow=True))
    assert "not a name and an e-mail" in text(client.post(url("poll-invite", poll), more | {"addresses": "x@"}))
    late = {"respond_by": "2027-03-20T12:00"}
    assert "is changed" in text(client.post(url("poll-deadline", poll), late, follow=True))
    assert "People need some time" in text(client.post(url("poll-deadline", poll), {"respond_by": "2027-01-01T12:00"}))
    ana = poll.invitees.get(address="ana@chamber.example")
    assert "A new link is on its way." in text(client.post(url("poll-invite-again", poll, ana.pk), follow=True))
    assert "not asked any more" in text(client.post(url("poll-take-off", poll, ana.pk), follow=True))
    poll.refresh_from_db()
    assert poll.respond_by == datetime(2027, 3, 20, 12, tzinfo=UTC)
    assert "the session is a draft again" in text(client.post(url("poll-withdraw", poll), follow=True))
    assert Session.objects.get().status == "draft"
    assert "Withdrawn" in text(client.get(poll.get_absolute_url()))
    assert client.get(url("poll-choose", poll, poll.slots.first().pk)).url == poll.get_absolute_url()


def test_the_table_of_answers_costs_the_same_for_more_people(client, poll, official):
    """Of the page's own tables alone: what else waits for her is counted on every page."""
    client.force_login(official)

    def cost(count):
        for invitee in polls.invite(poll, [Person(address=f"p{n}@b.example") for n in range(count)], by=official):
            polls.answer(invitee, answers=dict.fromkeys(poll.slots.values_list("pk", flat=True), "if_need_be"), by=None)
        with CaptureQueriesContext(connection) as asked:
            page = text(client.get(poll.get_absolute_url()))
        assert f"{count} if need be" in page
        tables = ("dialogues_invitee", "dialogues_candidateslot", "dialogues_availability", "dialogues_delegation")
        return sum(f'FROM "{table}"' in query["sql"] for query in asked.captured_queries for table in tables)

    assert cost(1) == 5
    assert cost(3) == 5


def test_only_officials_of_the_parties_see_a_poll_even_once_the_session_is_public(client, poll, official, sme):
    client.force_login(official)
    client.post(url("poll-choose", poll, poll.slots.first().pk))
    client.force_login(sme)

    assert client.get(poll.session.get_absolute_url()).status_code == 200
    assert client.get(poll.get_absolute_url()).status_code == 403


def test_a_wrong_zone_is_previewed_and_corrected_on_its_page(client, draft, official):
    session = SessionFactory(dialogue=draft.dialogue, scheduled=True, zone="America/New_York", local=wall(30, 9))
    client.force_login(official)
    address = url("session-zone", session)
    assert address in text(client.get(session.get_absolute_url()))
    sent = {"zone": "Asia/Taipei", "seen_interval": session.interval}

    page = text(client.post(address, sent | {"preview": "1"}))
    assert "09:00–11:00" in page
    session.refresh_from_db()
    assert session.zone == "America/New_York"
    assert "The time zone is corrected." in text(client.post(address, sent, follow=True))
    session.refresh_from_db()
    assert (session.zone, session.starts_local) == ("Asia/Taipei", wall(30, 9))
    assert "Somebody moved this session meanwhile." in text(client.post(address, sent | {"zone": "UTC"}))
    assert "That is the zone it has now." in text(client.post(address, sent | {"seen_interval": session.interval}))
    for posted in ({"zone": "UTC", "preview": "1"}, {"zone": "UTC"}, {"zone": "\0"}):
        assert "Only a scheduled session" in text(client.post(url("session-zone", draft), posted))


def test_the_dialogues_page_tells_everybody_who_had_the_bad_hours(client, draft):
    assert 'id="fairness"' not in text(client.get(draft.dialogue.get_absolute_url()))
    SessionFactory(dialogue=draft.dialogue, held=True, local=wall(-40, 22), title_en="Fourth session")

    page = text(client.get(draft.dialogue.get_absolute_url()))

    assert "the bad hours fell to Taiwan (at night)." in page
    assert "10 points" in page
