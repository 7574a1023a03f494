"""An official schedules a session, an SME owner across the ocean registers, and every change reaches her calendar."""

from datetime import UTC, datetime

from django.core import mail
from playwright.sync_api import expect

from dialogues.models import Session
from tests.factories.dialogues import DialogueFactory
from tests.factories.reference import agreement, topic
from tests.journeys.conftest import give_password
from tests.journeys.post import addresses, calendar_of, last_mail_to, mails_to, text_of


def test_a_session_is_scheduled_moved_and_cancelled_and_every_calendar_follows(visit, official, official_mx, sme_tw):
    dialogue = DialogueFactory(
        agreement=agreement(), slug="usmca-dialogue", title_en="USMCA SME Dialogue", parties=["US", "MX", "CA"]
    )
    topic()
    for person in (official, official_mx, sme_tw):
        give_password(person)

    # The official writes the session down, gives it an agenda and schedules it.
    desk = visit(official)
    desk.goto(f"/en/dialogues/{dialogue.slug}/sessions/new/")
    desk.get_by_label("English").first.fill("Customs made simple")
    desk.locator("[name=format]").select_option("virtual")
    desk.locator("[name=join_url]").fill("https://meet.example/room-7")
    desk.locator("main form button[type=submit]").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Customs made simple")
    session_path = Session.objects.get().get_absolute_url()
    desk.goto(session_path + "agenda/")
    desk.locator("[name=title_en]").fill("One window for small parcels")
    desk.locator("[name=minutes]").fill("45")
    desk.locator("main form:has([name=title_en]) button[type=submit]").click()
    expect(desk.locator("main")).to_contain_text("One window for small parcels")
    schedule(desk, session_path + "schedule/", "2027-03-09T09:00", "2027-03-09T11:00")
    assert mails_to(sme_tw.email) == []

    # The Mexican official reads it in her own clock: 09:00 in New York is 08:00 in Mexico City.
    mexican = last_mail_to(official_mx.email)
    method, event = calendar_of(mexican)
    assert (method, event["DTSTART"].dt) == ("REQUEST", datetime(2027, 3, 9, 14, 0, tzinfo=UTC))
    assert "08:00" in text_of(mexican)
    assert [str(attendee).lower() for attendee in attendees(event)] == [f"mailto:{official_mx.email}"]
    assert "Customs made simple" in text_of(mexican)

    # An SME owner in Taipei sees her own time, a day part later, and registers.
    owner = visit(sme_tw, language="zh-hant")
    owner.goto(session_path.replace("/en/", "/zh-hant/"))
    expect(owner.locator(".times")).to_contain_text("22:00")
    expect(owner.locator("main")).not_to_contain_text("meet.example")
    owner.goto(session_path.replace("/en/", "/zh-hant/") + "register/")
    owner.locator("main form button[type=submit]").click()
    expect(owner.locator("main a[href='https://meet.example/room-7']")).to_be_visible()
    method, event = calendar_of(last_mail_to(sme_tw.email))
    uid, first = str(event["UID"]), int(event["SEQUENCE"])
    assert method == "REQUEST"

    # The session moves; her calendar gets the same event with a higher number.
    schedule(desk, session_path + "reschedule/", "2027-03-10T10:00", "2027-03-10T12:00")
    method, event = calendar_of(last_mail_to(sme_tw.email))
    assert (method, str(event["UID"])) == ("REQUEST", uid)
    assert event["DTSTART"].dt == datetime(2027, 3, 10, 15, 0, tzinfo=UTC)
    second = int(event["SEQUENCE"])
    assert second > first

    # It is cancelled; the event leaves her calendar, and she reads why.
    desk.goto(session_path + "cancel/")
    desk.locator("[name=reason]").fill("The host's building is closed.")
    desk.locator("main form button[type=submit]").click()
    gone = last_mail_to(sme_tw.email)
    method, event = calendar_of(gone)
    assert (method, str(event["UID"]), str(event["STATUS"])) == ("CANCEL", uid, "CANCELLED")
    assert int(event["SEQUENCE"]) > second
    assert "The host's building is closed." in text_of(gone)

    # One mail a person and change, and nobody's address in another's.
    subjects = [message["Subject"] for message in mails_to(sme_tw.email)]
    assert len(subjects) == len(set(subjects)) == 3
    for message in mail.outbox:
        others = {person.email for person in (official, official_mx, sme_tw)} - set(addresses(message))
        assert not any(address in message.message().as_string() for address in others)
    assert desk.problems == owner.problems == []


def schedule(desk, path, starts, ends):
    desk.goto(path)
    desk.locator("[name=zone]").select_option("America/New_York")
    desk.locator("[name=starts_local]").fill(starts)
    desk.locator("[name=ends_local]").fill(ends)
    desk.locator("main form:has([name=starts_local]) button[type=submit]:not([name=preview])").click()
    desk.wait_for_url(lambda url: not url.endswith(path))


def attendees(event):
    found = event["ATTENDEE"]
    return found if isinstance(found, list) else [found]
