"""The first meeting: proposed, accepted, moved and cancelled, in two time zones and two calendars."""

import re
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from partners import interests, ladder, meeting, seating
from partners.models import PartnerMeeting, Rung, Side, SlotProposal
from partners.views.meetings import ACTS_AN_HOUR
from portal.notifications.delivery import deliver_due
from portal.notifications.models import Notification
from tests.factories.accounts import UserFactory, join
from tests.factories.partners import IntroductionFactory
from tests.partners.test_interests import race, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def introduction(published, firm_us, owner_us, owner_mx):
    sent = interests.express(published, company=firm_us, message="We make snacks.", by=owner_us)
    return interests.accept(sent, by=owner_mx)


def in_days(*days):
    noon = timezone.now().replace(hour=16, minute=0, second=0, microsecond=0)
    return [noon + timedelta(days=day) for day in days]


def propose(introduction, *days, side=Side.REQUEST, by=None):
    return meeting.propose(
        introduction, side=side, starts=in_days(*days), minutes=45, zone="America/Mexico_City", by=by
    )


def mailed(kind):
    rows = Notification.objects.filter(kind=f"partners/{kind}").select_related("recipient")
    return {row.recipient.email: row for row in rows}


def entry(row):
    calendar = icalendar.Calendar.from_ical(row.calendar_body)
    return calendar["METHOD"], calendar.walk("VEVENT")[0]


class TestProposing:
    def test_the_other_side_is_asked_and_nobody_else(self, introduction, owner_mx):
        propose(introduction, 3, 4, 5, by=owner_mx)

        assert set(mailed("meeting_proposed")) == {"nora@cascade.example"}
        assert introduction.slots.filter(status="open").count() == 3

    def test_new_times_take_the_place_of_those_of_either_side(self, introduction):
        propose(introduction, 3, 4)
        propose(introduction, 6, side=Side.INTERESTED)

        assert [slot.side for slot in introduction.slots.filter(status="open")] == [Side.INTERESTED]

    @pytest.mark.parametrize(
        ("days", "code"), [((), "none"), ((1, 2, 3, 4), "too_many"), ((-1, 2), "past"), ((181,), "too_far")]
    )
    def test_times_that_make_no_sense_are_refused(self, introduction, days, code):
        with pytest.raises(ValidationError) as refusal:
            propose(introduction, *days)
        assert refusal.value.code == code
        assert not SlotProposal.objects.exists()

    def test_nothing_is_planned_once_a_side_has_taken_its_consent_back(self, introduction, owner_us):
        ladder.withdraw(introduction.interest, side=Side.INTERESTED, rung=Rung.COMPANY, by=owner_us)

        with pytest.raises(ValidationError) as refusal:
            propose(introduction, 3)
        assert refusal.value.code == "ended"


class TestAccepting:
    def test_both_sides_get_one_entry_with_nobody_elses_address(self, introduction, owner_us):
        slot = propose(introduction, 3)[0]

        planned = meeting.accept(slot, side=Side.INTERESTED, by=owner_us, place="https://call.example/1")

        rows = mailed("meeting_planned")
        assert set(rows) == {"nora@cascade.example", "marisol@istmo.example"}
        for email, row in rows.items():
            method, event = entry(row)
            assert (method, event["UID"], event["SEQUENCE"]) == ("REQUEST", planned.uid, 0)
            assert event.decoded("DTSTART") == slot.starts_at
            assert event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(minutes=45)
            assert str(event["ATTENDEE"]) == f"mailto:{email}"
            assert event["LOCATION"] == "https://call.example/1"

    def test_the_mail_gives_the_time_by_both_clocks_and_once_where_they_are_the_same(
        self, introduction, owner_us, mailoutbox
    ):
        planned = meeting.accept(propose(introduction, 3)[0], side=Side.INTERESTED, by=owner_us)
        deliver_due()
        owner_us.time_zone = "America/Mexico_City"
        owner_us.save(update_fields=["time_zone"])
        meeting.cancel(planned, side=Side.REQUEST, by=None)
        deliver_due()

        hers = [mail.body for mail in mailoutbox if "<nora@cascade.example>" in mail.to[0]]
        told = [next(body for body in hers if words in body) for words in ("agreed on a time", "is cancelled")]
        times = [re.findall(r"^- .+ \d\d:\d\d–\d\d:\d\d, .+$", body, re.MULTILINE) for body in told]
        assert [len(lines) for lines in times] == [2, 1]

    def test_the_entry_names_no_firm_and_no_person(self, introduction, owner_us):
        meeting.accept(propose(introduction, 3)[0], side=Side.INTERESTED, by=owner_us)

        body = mailed("meeting_planned")["nora@cascade.example"].calendar_body
        assert "Istmo" not in body
        assert "Marisol" not in body

    def test_nobody_accepts_her_own_sides_proposal(self, introduction, owner_mx):
        with pytest.raises(ValidationError) as refusal:
            meeting.accept(propose(introduction, 3)[0], side=Side.REQUEST, by=owner_mx)
        assert refusal.value.code == "own"

    def test_a_time_that_has_passed_is_not_accepted(self, introduction):
        slot = propose(introduction, 3)[0]
        SlotProposal.objects.update(starts_at=timezone.now() - timedelta(minutes=1))

        with pytest.raises(ValidationError) as refusal:
            meeting.accept(SlotProposal.objects.get(pk=slot.pk), side=Side.INTERESTED, by=None)
        assert refusal.value.code == "past"

    def test_what_is_no_longer_proposed_is_not_accepted(self, introduction):
        slot = propose(introduction, 3)[0]
        propose(introduction, 5)

        with pytest.raises(ValidationError) as refusal:
            meeting.accept(slot, side=Side.INTERESTED, by=None)
        assert refusal.value.code == "illegal_move"


class TestMovingAndCancelling:
    @pytest.fixture
    def planned(self, introduction):
        return meeting.accept(propose(introduction, 3)[0], side=Side.INTERESTED, by=None, place="Lobby")

    def test_a_new_time_moves_the_entry_only_when_it_is_accepted(self, introduction, planned):
        slot = propose(introduction, 8, side=Side.INTERESTED)[0]
        assert PartnerMeeting.objects.get().starts_at == planned.starts_at

        moved = meeting.accept(slot, side=Side.REQUEST, by=None)

        assert (moved.pk, moved.uid, moved.sequence, moved.place) == (planned.pk, planned.uid, 1, "Lobby")
        method, event = entry(mailed("meeting_changed")["marisol@istmo.example"])
        assert (method, event["SEQUENCE"], event.decoded("DTSTART")) == ("REQUEST", 1, slot.starts_at)

    def test_saying_where_changes_both_calendars_and_saying_it_again_changes_nothing(self, planned):
        meeting.say_where(planned, place="Room 4", side=Side.REQUEST, by=None)
        again = meeting.say_where(planned, place="Room 4", side=Side.REQUEST, by=None)

        assert again.sequence == 1
        assert entry(mailed("meeting_changed")["nora@cascade.example"])[1]["LOCATION"] == "Room 4"

    def test_cancelling_takes_it_out_of_both_calendars(self, planned):
        cancelled = meeting.cancel(planned, side=Side.REQUEST, by=None, note="A strike.")

        assert (cancelled.status, cancelled.sequence) == ("cancelled", 1)
        for row in mailed("meeting_cancelled").values():
            method, event = entry(row)
            assert (method, event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 1)
        assert len(mailed("meeting_cancelled")) == 2

    def test_a_cancelled_meeting_is_not_cancelled_again_and_may_be_planned_anew(self, introduction, planned):
        meeting.cancel(planned, side=Side.REQUEST, by=None)
        with pytest.raises(ValidationError) as refusal:
            meeting.cancel(planned, side=Side.INTERESTED, by=None)
        assert refusal.value.code == "over"

        anew = meeting.accept(propose(introduction, 9)[0], side=Side.INTERESTED, by=None)

        assert (anew.pk, anew.uid, anew.sequence, anew.status) == (planned.pk, planned.uid, 2, "planned")

    def test_it_can_be_cancelled_after_a_consent_was_taken_back_without_naming_anybody(
        self, planned, introduction, owner_mx, mailoutbox, django_capture_on_commit_callbacks
    ):
        ladder.withdraw(introduction.interest, side=Side.REQUEST, rung=Rung.COMPANY, by=owner_mx)
        with django_capture_on_commit_callbacks(execute=True):
            meeting.cancel(planned, side=Side.INTERESTED, by=None)

        (mail,) = [m for m in mailoutbox if "cancelled" in m.subject.lower() and "nora@" in m.to[0]]
        whole = mail.message().as_string()
        assert "Istmo" not in whole
        assert "Unnamed company" in mail.body

    def test_whoever_left_loses_the_entry_and_her_successor_gets_it(self, planned, introduction, firm_us, owner_us):
        successor = UserFactory(email="liam@cascade.example")
        join(successor, firm_us)
        owner_us.memberships.all().delete()

        meeting.say_where(planned, place="Room 4", side=Side.REQUEST, by=None)

        assert entry(mailed("meeting_changed")["liam@cascade.example"])[0] == "REQUEST"
        method, event = entry(mailed("meeting_left")["nora@cascade.example"])
        assert method == "CANCEL"
        assert "STATUS" not in event


def test_of_two_acceptances_of_different_times_at_once_one_wins(transactional_db, us, mx):
    introduction = IntroductionFactory()
    first, second = propose(introduction, 3, 4)

    outcomes = race(
        lambda: meeting.accept(first, side=Side.INTERESTED, by=None),
        lambda: meeting.accept(second, side=Side.INTERESTED, by=None),
    )

    assert len(refused(outcomes)) == 1
    assert PartnerMeeting.objects.get().sequence == 0


class TestByPage:
    @pytest.fixture
    def page(self, introduction):
        return reverse("partners:introduction-detail", args=[introduction.pk])

    def test_times_are_proposed_by_the_clock_of_the_chosen_zone(self, client, introduction, owner_mx):
        client.force_login(owner_mx)
        day = (timezone.now() + timedelta(days=20)).date()

        answer = client.post(
            reverse("partners:slots-propose", args=[introduction.pk]),
            {"first": f"{day}T10:00", "minutes": "30", "zone": "Asia/Taipei"},
        )

        assert answer.status_code == 302
        slot = introduction.slots.get()
        assert slot.starts_at == datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
        assert (slot.side, slot.proposed_by) == (Side.REQUEST, owner_mx)

    def test_an_hour_that_clocks_skip_is_refused(self, client, introduction, owner_mx, time_machine):
        time_machine.move_to(datetime(2027, 2, 1, 12, tzinfo=UTC), tick=False)
        client.force_login(owner_mx)

        answer = client.post(
            reverse("partners:slots-propose", args=[introduction.pk]),
            {"first": "2027-03-14T02:30", "minutes": "30", "zone": "America/New_York"},
        )

        assert answer.status_code == 422
        assert "clocks are put forward" in answer.content.decode()

    def test_each_side_reads_the_times_by_both_clocks(self, client, introduction, owner_us, page):
        start = in_days(10)[0]
        meeting.propose(introduction, side=Side.REQUEST, starts=[start], minutes=60, zone="Asia/Tokyo", by=None)
        client.force_login(owner_us)

        text = client.get(page, headers={"accept-language": "en"}).content.decode()

        assert "16:00–17:00" in text  # hers: UTC in the tests
        assert "01:00–02:00" in text  # Tokyo's, a day later
        assert "+1 day" in text

    def test_a_stranger_does_not_find_it(self, client, page, db):
        client.force_login(UserFactory(sme_in="US"))
        assert client.get(page).status_code == 404

    def test_a_slot_of_another_introduction_is_not_accepted_here(self, client, introduction, owner_us):
        other = IntroductionFactory()
        slot = propose(other, 3)[0]
        client.force_login(owner_us)

        answer = client.post(reverse("partners:slot-accept", args=[introduction.pk, slot.pk]))

        assert answer.status_code == 404

    def test_the_calendar_file_has_no_attendee(self, client, introduction, owner_us):
        meeting.accept(propose(introduction, 3)[0], side=Side.INTERESTED, by=None)
        client.force_login(owner_us)

        body = client.get(reverse("partners:meeting-file", args=[introduction.pk])).content.decode()

        assert "BEGIN:VEVENT" in body
        assert "ATTENDEE" not in body


class TestByPersonalLink:
    def test_the_link_in_the_mail_accepts_without_signing_in(self, client, introduction, owner_us):
        slot = propose(introduction, 3)[0]
        link = mailed("meeting_proposed")["nora@cascade.example"].context["url"]
        assert client.get(link).status_code == 200
        assert not PartnerMeeting.objects.exists()

        answer = client.post(f"{link}slots/{slot.pk}/accept/")

        assert answer.status_code == 302
        assert PartnerMeeting.objects.get().starts_at == slot.starts_at

    def test_it_shows_no_contact_person(self, client, introduction, owner_us):
        text = client.get(seating.path(introduction, owner_us)).content.decode()

        assert "Mangos del Istmo" in text
        assert "marisol@" not in text
        assert "Marisol" not in text

    def test_it_ends_when_its_owner_leaves(self, client, introduction, owner_us):
        link = seating.path(introduction, owner_us)
        owner_us.memberships.all().delete()

        assert client.get(link).status_code == 404

    def test_a_forged_link_is_no_link(self, client, introduction, owner_us):
        token = seating.token(introduction, owner_us)
        forged = reverse("partners:introduction-detail-by-link", args=[token[:-2] + "xx"])

        assert client.get(forged).status_code == 404

    def test_a_link_that_acts_too_often_is_told_to_wait(self, client, introduction, owner_us):
        link = seating.path(introduction, owner_us)
        for _time in range(ACTS_AN_HOUR):
            client.post(f"{link}cancel/")

        assert client.post(f"{link}cancel/").status_code == 429
