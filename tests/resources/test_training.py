import threading
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.activity.log import timeline
from resources import collecting, desk, training
from resources.models import TrainingDate
from tests.factories.resources import ResourceFactory

pytestmark = pytest.mark.django_db

wall = datetime.fromisoformat

WHEN = {
    "time_zone": "America/New_York",
    "starts_local": wall("2099-05-14T09:00"),
    "ends_local": wall("2099-05-14T11:00"),
}


def url(name, *args):
    return reverse(f"resources:{name}", args=args)


def typed(**changes):
    """What the browser sends from the form."""
    values = {
        "time_zone": "America/New_York",
        "starts_local": "2099-05-14T09:00",
        "ends_local": "2099-05-14T11:00",
        "place": "",
        "language": "es",
        "registration_url": "https://www.example.gov/register",
    }
    return values | changes


def entries(text):
    return list(icalendar.Calendar.from_ical(text).walk("VEVENT"))


@pytest.fixture
def course(agency):
    return ResourceFactory(kind="training", published=True, publisher=agency, title_en="Export basics")


@pytest.fixture
def date(course, official):
    return training.announce(course, **WHEN, language="es", by=official)


def over(course, **changes):
    """A date that took place last week."""
    starts = timezone.now() - timedelta(days=7)
    values = {"starts_at": starts, "ends_at": starts + timedelta(hours=1), "time_zone": "UTC"} | changes
    return TrainingDate.objects.create(resource=course, **values)


# --- Announcing -------------------------------------------------------------------------------


def test_a_wall_clock_and_a_zone_make_a_moment(date):
    assert date.starts_at == datetime(2099, 5, 14, 13, 0, tzinfo=UTC)
    assert (date.sequence, date.is_cancelled) == (0, False)
    assert timeline(date.resource).first().verb == "date_announced"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_local": wall("2099-05-14T09:00")}, "ends_local"),
        ({"starts_local": wall("2020-05-14T09:00")}, "starts_local"),
        ({"starts_local": wall("2026-03-08T02:30")}, "starts_local"),  # clocks jump over it
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"language": "xx"}, "language"),
        ({"registration_url": "javascript:alert(1)"}, "registration_url"),
    ],
)
def test_a_wrong_date_is_refused_at_its_field(course, official, changes, field):
    with pytest.raises(ValidationError) as refusal:
        training.announce(course, **WHEN | changes, by=official)
    assert field in refusal.value.message_dict
    assert not TrainingDate.objects.exists()


def test_only_its_keepers_announce_and_only_for_a_training(course, official, official_mx, administrator, sme):
    for stranger in (official_mx, administrator, sme):
        with pytest.raises(PermissionDenied):
            training.announce(course, **WHEN, by=stranger)
    with pytest.raises(PermissionDenied):
        training.announce(ResourceFactory(published=True), **WHEN, by=official)
    with pytest.raises(PermissionDenied):
        training.announce(ResourceFactory(kind="training", archived=True), **WHEN, by=official)


def test_a_hundred_dates_to_come_and_no_more(course, official):
    moment = datetime(2099, 1, 1, tzinfo=UTC)
    TrainingDate.objects.bulk_create(
        TrainingDate(resource=course, starts_at=moment, ends_at=moment + timedelta(hours=1), time_zone="UTC")
        for _ in range(training.MOST_DATES)
    )
    with pytest.raises(ValidationError) as refusal:
        training.announce(course, **WHEN, by=official)
    assert refusal.value.code == "full"


# --- Changing ---------------------------------------------------------------------------------


def test_each_change_raises_the_sequence_and_none_raises_nothing(date, official):
    later = WHEN | {"ends_local": wall("2099-05-14T12:00")}
    changed = training.revise(date, seen_sequence=0, **later, language="es", by=official)
    assert changed.sequence == 1
    assert training.revise(changed, seen_sequence=1, **later, language="es", by=official).sequence == 1


def test_a_colleagues_change_is_not_written_over(date, official, colleague):
    training.revise(date, seen_sequence=0, **WHEN, place="Detroit", by=colleague)
    with pytest.raises(ValidationError) as refusal:
        training.revise(date, seen_sequence=0, **WHEN, place="Chicago", by=official)
    assert refusal.value.code == "changed_meanwhile"
    assert TrainingDate.objects.get().place == "Detroit"


def test_what_is_cancelled_or_over_stays(date, course, official):
    training.cancel(date, by=official)
    for stays in (date, over(course)):
        with pytest.raises(ValidationError) as refusal:
            training.cancel(stays, by=official)
        assert refusal.value.code == "over"
        with pytest.raises(ValidationError):
            training.revise(stays, seen_sequence=1, **WHEN, by=official)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_cancel_at_once_one_is_told(date, official):
    begin = threading.Barrier(2)
    answers = []

    def cancel():
        begin.wait()
        try:
            training.cancel(date, by=official)
            answers.append("cancelled")
        except ValidationError as refusal:
            answers.append(refusal.code)
        finally:
            connection.close()

    clicks = [threading.Thread(target=cancel) for _ in range(2)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert sorted(answers) == ["cancelled", "over"]
    assert TrainingDate.objects.get().sequence == 1


# --- Reading ----------------------------------------------------------------------------------


def test_the_page_shows_the_readers_clock_and_the_one_on_the_spot(client, date, course):
    client.cookies["time_zone"] = "Asia/Taipei"
    text = client.get(course.get_absolute_url()).text
    assert "14 May 2099, 21:00–23:00" in text
    assert "14 May 2099, 09:00–11:00" in text
    assert "Spanish" in text
    client.cookies["time_zone"] = "America/New_York"
    assert "21:00" not in client.get(course.get_absolute_url()).text


def test_a_date_that_ends_on_another_day_names_it(course, official):
    made = training.announce(course, **WHEN | {"ends_local": wall("2099-05-15T11:00")}, by=official)
    assert [clock.span for clock in training.clocks(made)][-1] == "09:00 – 15 May 2099, 11:00"


def test_a_cancelled_date_says_so_and_takes_no_registration(client, course, official):
    made = training.announce(course, **WHEN, registration_url="https://www.example.gov/register", by=official)
    assert "https://www.example.gov/register" in client.get(course.get_absolute_url()).text
    training.cancel(made, by=official)
    text = client.get(course.get_absolute_url()).text
    assert "Cancelled" in text
    assert "https://www.example.gov/register" not in text


def test_the_list_has_what_is_to_come_of_published_trainings(client, date, course, agency):
    over(ResourceFactory(kind="training", published=True, title_en="Long gone"))
    hidden = ResourceFactory(kind="training", title_en="A draft", publisher=agency)
    TrainingDate.objects.create(resource=hidden, starts_at=date.starts_at, ends_at=date.ends_at, time_zone="UTC")
    text = client.get(url("date-list")).text
    assert "Export basics" in text
    assert "Long gone" not in text
    assert "A draft" not in text


def test_the_list_is_narrowed_by_economy_and_language(client, date, mx):
    for query, is_there in (
        ("economy=US", True), ("economy=MX", False), ("language=es", True), ("language=fr", False),
        ("economy=US&language=es", True),
    ):  # fmt: skip
        assert ("Export basics" in client.get(f"{url('date-list')}?{query}").text) == (is_there), query
        assert bool(entries(client.get(f"{url('date-feed')}?{query}").content)) == is_there


def test_a_training_of_every_economy_is_found_under_each(client, administrator, us):
    everywhere = ResourceFactory(kind="training", published=True, code=None, title_en="Everywhere")
    training.announce(everywhere, **WHEN, by=administrator)
    assert "Everywhere" in client.get(url("date-list") + "?economy=US").text


@pytest.mark.parametrize("query", ["economy=XX", "language=%00", "economy=" + "9" * 5000, "page=-1", "page=abc"])
def test_an_odd_address_is_a_helpful_page(client, date, query):
    response = client.get(f"{url('date-list')}?{query}")
    assert response.status_code == 200
    assert "Export basics" in response.text
    assert client.get(f"{url('date-feed')}?{query}").status_code == 200


def test_the_list_costs_the_same_for_one_date_and_for_three(client, course, official):
    costs = []
    for number in (1, 3):
        while course.dates.count() < number:
            training.announce(course, **WHEN, by=official)
        client.get(url("date-list"))
        with CaptureQueriesContext(connection) as queries:
            training_page = client.get(url("date-list") + f"?page={number}")
        assert training_page.status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]


# --- The calendar -----------------------------------------------------------------------------


def test_the_feed_keeps_the_uid_and_raises_the_sequence(client, date, official):
    (before,) = entries(client.get(url("date-feed")).content)
    training.revise(date, seen_sequence=0, **WHEN, place="Detroit", by=official)
    (moved,) = entries(client.get(url("date-feed")).content)
    training.cancel(date, by=official)
    response = client.get(url("date-feed"))
    (cancelled,) = entries(response.content)
    assert before["UID"] == moved["UID"] == cancelled["UID"]
    assert [before["SEQUENCE"], moved["SEQUENCE"], cancelled["SEQUENCE"]] == [0, 1, 2]
    assert [before["STATUS"], moved["STATUS"], cancelled["STATUS"]] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert moved["LOCATION"] == "Detroit"
    assert "METHOD:PUBLISH" in response.text
    assert "ATTENDEE" not in response.text
    assert response["Content-Type"].startswith("text/calendar")


def test_the_feed_speaks_the_readers_language(client, date):
    assert "En ligne" in client.get("/fr/resources/dates.ics").text or "Online" in client.get(url("date-feed")).text
    (entry,) = entries(client.get(url("date-feed")).content)
    assert entry["DTSTART"].dt == datetime(2099, 5, 14, 13, 0, tzinfo=UTC)


def test_the_feed_forgets_what_was_long_ago_and_never_shows_drafts(client, course, agency):
    over(course)
    past = timezone.now() - training.KEPT_IN_FEED - timedelta(days=1)
    over(course, starts_at=past - timedelta(hours=1), ends_at=past)
    over(ResourceFactory(kind="training", publisher=agency))
    assert len(entries(client.get(url("date-feed")).content)) == 1


# --- The keepers' pages -----------------------------------------------------------------------


def test_an_official_announces_changes_and_cancels(client, course, official):
    client.force_login(official)
    page = url("resource-dates", course.slug)
    assert client.get(page).status_code == 200
    assert client.post(page, typed())["Location"] == page
    made = TrainingDate.objects.get()
    change = url("date-revise", course.slug, made.pk)
    assert 'value="2099-05-14T09:00"' in client.get(change).text
    client.post(change, typed(seen_sequence=0, starts_local="2099-05-14T08:00"))
    made.refresh_from_db()
    assert made.starts_at == datetime(2099, 5, 14, 12, 0, tzinfo=UTC)
    client.post(url("date-cancel", course.slug, made.pk))
    made.refresh_from_db()
    assert made.is_cancelled


def test_the_form_keeps_what_was_typed_and_says_what_is_wrong(client, course, official):
    client.force_login(official)
    response = client.post(url("resource-dates", course.slug), typed(ends_local="2099-05-14T08:00", place="Detroit"))
    assert "It must end after it begins." in response.text
    assert 'value="Detroit"' in response.text


def test_a_stale_form_is_refused_and_then_decided(client, course, date, official, colleague):
    client.force_login(official)
    training.revise(date, seen_sequence=0, **WHEN, place="Detroit", by=colleague)
    response = client.post(url("date-revise", course.slug, date.pk), typed(seen_sequence=0, place="Chicago"))
    assert "Somebody changed this date" in response.text
    assert 'name="seen_sequence" value="1"' in response.text
    client.post(url("date-revise", course.slug, date.pk), typed(seen_sequence=1, place="Chicago"))
    assert TrainingDate.objects.get().place == "Chicago"


@pytest.mark.parametrize("value", ["", "\0", "0001-01-01T00:00", "9999-12-31T23:59", "x" * 5000, "2099-02-30T09:00"])
def test_odd_times_are_refused_by_the_form(client, course, official, value):
    client.force_login(official)
    assert client.post(url("resource-dates", course.slug), typed(starts_local=value)).status_code == 200
    assert not TrainingDate.objects.exists()


def test_a_date_is_reached_only_through_its_own_training(client, date, agency, official):
    other = ResourceFactory(kind="training", published=True, publisher=agency)
    client.force_login(official)
    assert client.post(url("date-cancel", other.slug, date.pk)).status_code == 404


# --- The desk ---------------------------------------------------------------------------------


def test_the_desk_shows_the_dates_of_trainings_on_her_lists_alone(sme, outsider, course, date, official):
    collecting.keep(course, by=sme)
    training.announce(ResourceFactory(kind="training", published=True), **WHEN, by=official)
    assert [coming.title for coming in desk.coming_for(sme)] == ["Export basics"]
    assert desk.coming_for(outsider) == []
    training.cancel(date, by=official)
    assert desk.coming_for(sme) == []


@pytest.mark.django_db(transaction=True)
def test_a_visitors_list_of_dates_is_new_after_a_change(client, settings, course, official):
    settings.PAGE_CACHE_SECONDS = 60
    assert "Export basics" not in client.get(url("date-list")).text
    training.announce(course, **WHEN, by=official)
    assert "Export basics" in client.get(url("date-list")).text
