"""Mentors: places asked for, given, declined, ended, and never more of them than the offer has."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from partners import desk, mentoring, mentors_clock, requesting, tasks
from partners.models import ContactView, Disclosure, Mentorship
from portal.notifications.models import Notification
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.gatherings import MentorOfferFactory, MentorshipFactory
from tests.factories.partners import PartnerRequestFactory
from tests.partners.test_interests import race, refused, told
from tests.partners.test_pages import count_queries

GOAL = "We want to ship our first pallet."


@pytest.fixture
def offer(firm_mx, owner_mx, chamber_mx, reviewer):
    """The Mexican firm, unnamed, takes two companies along."""
    return MentorOfferFactory(company=firm_mx, chamber=chamber_mx, posted_by=owner_mx, places=2, title="First exports")


@pytest.fixture
def asked(offer, firm_us, owner_us):
    return mentoring.ask(offer, mentee=firm_us, goal=GOAL, by=owner_us)


def refusal(verb, *args, **kwargs):
    with pytest.raises(ValidationError) as refused_by:
        verb(*args, **kwargs)
    return refused_by.value.code


@pytest.mark.django_db
class TestAsking:
    def test_the_mentors_side_is_told_and_sees_the_company(self, reviewer, asked, owner_mx):
        assert asked.status == "asked"
        assert told("mentorship_asked") == ["marisol@istmo.example", "ramiro@camara.example"]
        shown = Disclosure.objects.filter(mentorship=asked, rung="company", owner=asked.mentee)
        assert set(shown.values_list("to_user", flat=True)) == {reviewer.pk, owner_mx.pk}

    def test_nobody_is_told_who_the_mentor_is(self, asked):
        assert "Mangos" not in asked.mentor
        assert not Disclosure.objects.filter(owner=asked.offer.company, mentorship=asked).exists()

    @pytest.mark.parametrize("state", ["submitted", "expired", "closed"])
    def test_the_offer_must_be_open(self, state, firm_us, owner_us, mx):
        offer = PartnerRequestFactory(type="mentorship_offer", **{state: True})
        assert refusal(mentoring.ask, offer, mentee=firm_us, goal=GOAL, by=owner_us) == "closed"

    def test_other_requests_have_no_places(self, published, firm_us, owner_us):
        assert refusal(mentoring.ask, published, mentee=firm_us, goal=GOAL, by=owner_us) == "closed"

    def test_nobody_asks_herself(self, offer, firm_mx, owner_mx):
        assert refusal(mentoring.ask, offer, mentee=firm_mx, goal=GOAL, by=owner_mx) == "own"

    def test_a_paused_mentor_is_not_asked_until_she_resumes(self, offer, firm_us, owner_us, owner_mx):
        mentoring.pause(offer, by=owner_mx)
        assert refusal(mentoring.ask, offer, mentee=firm_us, goal=GOAL, by=owner_us) == "paused"
        mentoring.resume(offer, by=owner_mx)
        assert mentoring.ask(offer, mentee=firm_us, goal=GOAL, by=owner_us).status == "asked"

    def test_a_full_mentor_is_not_asked(self, offer, firm_us, owner_us):
        MentorshipFactory.create_batch(2, offer=offer, running=True)
        assert refusal(mentoring.ask, offer, mentee=firm_us, goal=GOAL, by=owner_us) == "full"

    def test_a_company_asks_once_at_a_time_and_three_times_in_all(self, asked, offer, firm_us, owner_us):
        assert refusal(mentoring.ask, offer, mentee=firm_us, goal=GOAL, by=owner_us) == "already"
        for _again in range(2):
            mentoring.withdraw(asked, by=owner_us)
            asked = mentoring.ask(offer, mentee=firm_us, goal=GOAL, by=owner_us)
        mentoring.withdraw(asked, by=owner_us)
        assert refusal(mentoring.ask, offer, mentee=firm_us, goal=GOAL, by=owner_us) == "already"

    def test_after_no_fit_it_does_not_ask_again_and_after_not_now_it_may(
        self, asked, offer, firm_us, owner_us, owner_mx
    ):
        mentoring.decline(asked, reason="later", by=owner_mx)
        again = mentoring.ask(offer, mentee=firm_us, goal=GOAL, by=owner_us)
        mentoring.decline(again, reason="no_fit", by=owner_mx)
        assert refusal(mentoring.ask, offer, mentee=firm_us, goal=GOAL, by=owner_us) == "already"

    @pytest.mark.parametrize("goal", ["", "x" * 1101])
    def test_a_goal_is_needed_and_has_at_most_1100_characters(self, offer, firm_us, owner_us, goal):
        with pytest.raises(ValidationError):
            mentoring.ask(offer, mentee=firm_us, goal=goal, by=owner_us)
        assert not Mentorship.objects.exists()


@pytest.mark.django_db
class TestAnswering:
    def test_a_place_is_given_and_both_sides_are_told_without_a_contact_in_the_mail(
        self, asked, owner_mx, owner_us, reviewer, mailoutbox, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            running = mentoring.accept(asked, by=owner_mx)
        assert running.status == "active"
        assert told("mentorship_accepted") == [
            "marisol@istmo.example", "nora@cascade.example", "ramiro@camara.example",
        ]  # fmt: skip
        subjects = Notification.objects.filter(kind="partners/mentorship_accepted").values_list("subject", flat=True)
        sent = [mail for mail in mailoutbox if mail.subject in set(subjects)]
        assert len(sent) == 3
        for mail in sent:
            addresses = ("marisol@istmo.example", "nora@cascade.example")
            assert not any(address in mail.body for address in addresses if address not in mail.to[0])

    def test_the_last_place_is_given_once(self, offer, owner_mx, us):
        MentorshipFactory(offer=offer, running=True)
        first, second = MentorshipFactory.create_batch(2, offer=offer)
        mentoring.accept(first, by=owner_mx)
        assert refusal(mentoring.accept, second, by=owner_mx) == "full"

    def test_an_offer_that_names_no_number_has_one_place(self, offer, owner_mx, us):
        offer.places = None
        offer.save(update_fields=["places"])
        first, second = MentorshipFactory.create_batch(2, offer=offer)
        mentoring.accept(first, by=owner_mx)
        assert refusal(mentoring.accept, second, by=owner_mx) == "full"

    def test_ending_frees_the_place(self, offer, owner_mx, owner_us, us):
        MentorshipFactory(offer=offer, running=True)
        first, second = MentorshipFactory.create_batch(2, offer=offer)
        mentoring.end(mentoring.accept(first, by=owner_mx), by=owner_mx)
        assert mentoring.accept(second, by=owner_mx).status == "active"

    def test_declining_has_a_fixed_reason_and_may_pause_the_offer(
        self, asked, offer, owner_mx, mailoutbox, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            mentoring.decline(asked, reason="no_fit", note="Look for a food lawyer.", pauses=True, by=owner_mx)
        offer.refresh_from_db()
        assert offer.paused_at is not None
        (mail,) = [mail for mail in mailoutbox if "nora@cascade.example" in mail.to[0]]
        assert "Another mentor would suit you better" in mail.body
        assert "Look for a food lawyer." in mail.body

    def test_declining_needs_one_of_the_reasons(self, asked, owner_mx):
        assert refusal(mentoring.decline, asked, reason="bored", by=owner_mx) == "reason"

    def test_withdrawing_hides_the_company_again(self, asked, owner_us, mailoutbox, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            withdrawn = mentoring.withdraw(asked, by=owner_us)
        assert withdrawn.learner == "Unnamed company, United States"
        assert mailoutbox
        assert all("Cascade" not in mail.subject + mail.body for mail in mailoutbox if "nora@" not in mail.to[0])

    @pytest.mark.parametrize("verb", ["accept", "decline", "withdraw"])
    @pytest.mark.parametrize("state", ["active", "declined", "withdrawn", "ended"])
    def test_what_has_its_answer_keeps_it(self, verb, state, asked, owner_mx):
        Mentorship.objects.filter(pk=asked.pk).update(status=state, decline_reason="later")
        details = {"reason": "later"} if verb == "decline" else {}
        assert refusal(getattr(mentoring, verb), asked, by=owner_mx, **details) == "illegal_move"

    def test_closing_the_offer_answers_who_waits_and_leaves_what_runs(self, offer, asked, owner_mx, us):
        running = MentorshipFactory(offer=offer, running=True)
        requesting.close(offer, reason="other", by=owner_mx)
        asked.refresh_from_db()
        running.refresh_from_db()
        assert (asked.status, asked.decline_reason, running.status) == ("declined", "closed", "active")


@pytest.mark.django_db
class TestPlaces:
    def test_the_list_counts_the_free_ones(self, offer, us):
        MentorshipFactory(offer=offer, running=True)
        MentorshipFactory(offer=offer)  # a question takes no place
        (found,) = mentoring.mentors(type(offer).objects.all())
        assert (found.places_taken, found.places_free) == (1, 1)

    def test_the_number_can_change_but_not_below_those_that_run(self, offer, owner_mx, us):
        MentorshipFactory.create_batch(2, offer=offer, running=True)
        assert refusal(mentoring.set_places, offer, places=1, by=owner_mx) == "taken"
        assert mentoring.set_places(offer, places=3, by=owner_mx).places == 3

    @pytest.mark.parametrize("places", [0, 51])
    def test_a_mentor_has_one_to_fifty_places(self, offer, owner_mx, places):
        assert refusal(mentoring.set_places, offer, places=places, by=owner_mx) == "places"

    def test_only_mentors_pause(self, published, owner_mx):
        assert refusal(mentoring.pause, published, by=owner_mx) == "type"

    def test_pausing_twice_is_pausing_once(self, offer, owner_mx):
        first = mentoring.pause(offer, by=owner_mx).paused_at
        assert mentoring.pause(offer, by=owner_mx).paused_at == first


@pytest.mark.django_db
class TestPages:
    @pytest.mark.parametrize("count", [1, 3])
    def test_the_list_costs_the_same_for_one_and_three(self, client, count, us, mx):
        MentorOfferFactory.create_batch(count)
        PartnerRequestFactory(published=True)  # no mentor

        response = count_queries(client, reverse("partners:mentor-list"), 5)

        assert len(response.context["page"]) == count

    @pytest.mark.parametrize("count", [1, 3])
    def test_my_mentorships_cost_the_same_for_one_and_three(self, client, count, firm_us, owner_us, mx):
        MentorshipFactory.create_batch(count, mentee=firm_us)
        client.force_login(owner_us)

        response = count_queries(client, reverse("partners:mentorship-list"), 3, table="partners_mentorship")

        assert len(response.context["page"]) == count

    def test_free_places_are_a_filter(self, client, offer, us):
        full = MentorOfferFactory(title="Full")
        MentorshipFactory(offer=full, running=True)
        MentorOfferFactory(title="Paused", paused_at=timezone.now())
        page = client.get(reverse("partners:mentor-list") + "?free=on").context["page"]
        assert [row.title for row in page] == ["First exports"]

    def test_from_the_offer_to_the_place_and_back(self, client, offer, owner_us, owner_mx, firm_us):
        client.force_login(owner_us)
        assert "Ask for a place" in client.get(offer.get_absolute_url()).content.decode()
        client.post(reverse("partners:mentorship-ask", args=[offer.slug]), {"mentee": firm_us.pk, "goal": GOAL})
        mentorship = Mentorship.objects.get()
        waiting = client.get(mentorship.get_absolute_url()).content.decode()
        assert "Mangos del Istmo" not in waiting
        assert "marisol@" not in waiting

        client.force_login(owner_mx)
        page = client.get(mentorship.get_absolute_url()).content.decode()
        assert "Cascade Snacks" in page
        assert "nora@" not in page
        client.post(reverse("partners:mentorship-accept", args=[mentorship.pk]))
        assert "nora@cascade.example" in client.get(mentorship.get_absolute_url()).content.decode()

        client.force_login(owner_us)
        running = client.get(mentorship.get_absolute_url()).content.decode()
        assert "Mangos del Istmo" in running
        assert "marisol@istmo.example" in running
        client.post(reverse("partners:mentorship-end", args=[mentorship.pk]), {"note": "Thank you."})
        ended = client.get(mentorship.get_absolute_url()).content.decode()
        assert "marisol@" not in ended
        assert "Thank you." in ended

    def test_every_look_at_a_contact_is_kept_for_its_owner(self, client, asked, owner_mx, owner_us):
        mentoring.accept(asked, by=owner_mx)
        client.force_login(owner_us)
        for _look in range(2):
            client.get(asked.get_absolute_url())
        (line,) = Disclosure.objects.filter(owner=asked.offer.company, rung="contact")
        assert (line.person, line.to_user) == (owner_mx, owner_us)
        assert ContactView.objects.filter(disclosure=line).count() == 2

        client.force_login(owner_mx)
        log = client.get(reverse("partners:disclosure-list")).content.decode()
        assert "Cascade Snacks" in log

    def test_a_contact_who_left_is_shown_to_nobody(self, client, asked, owner_mx, owner_us, firm_mx):
        mentoring.accept(asked, by=owner_mx)
        owner_mx.memberships.update(status="ended")
        client.force_login(owner_us)
        assert "marisol@" not in client.get(asked.get_absolute_url()).content.decode()

    def test_a_strangers_mentorship_is_not_there(self, client, asked, chamber):
        client.force_login(chamber)
        assert client.get(asked.get_absolute_url()).status_code == 404

    def test_a_mentor_is_asked_for_a_place_and_gets_no_expression_of_interest(self, client, offer, owner_us, firm_us):
        client.force_login(owner_us)
        url = reverse("partners:interest-express", args=[offer.slug])
        assert client.post(url, {"company": firm_us.pk, "message": "Hello"}).status_code == 403

    def test_the_decline_form_comes_back_with_its_mistake(self, client, asked, owner_mx):
        client.force_login(owner_mx)
        url = reverse("partners:mentorship-decline", args=[asked.pk])
        response = client.post(url, {"reason": "no_fit", "note": "Write to me@example.com"})
        assert response.status_code == 422
        assert Mentorship.objects.get().status == "asked"

    def test_the_offers_side_pauses_resumes_and_says_how_many(self, client, offer, owner_mx):
        client.force_login(owner_mx)
        for name, data in (("mentor-pause", {}), ("mentor-resume", {}), ("mentor-places", {"places": 5})):
            response = client.post(reverse(f"partners:{name}", args=[offer.slug]), data, follow=True)
            assert response.status_code == 200
        offer.refresh_from_db()
        assert (offer.paused_at, offer.places) == (None, 5)

    def test_the_question_waits_on_the_mentors_desk(self, asked, owner_mx, owner_us):
        assert [row.title for row in desk.waiting_for(owner_mx)] == ["Cascade Snacks asks for a place: “First exports”"]
        assert not [row for row in desk.waiting_for(owner_us) if row.kind == "Mentorship"]


def due_in(mentorship, **delta):
    Mentorship.objects.filter(pk=mentorship.pk).update(answer_due_at=timezone.now() + timedelta(**delta))


@pytest.mark.django_db
class TestTheClock:
    def test_a_mentor_has_seven_days_and_her_desk_says_until_when(self, asked, reviewer):
        assert asked.answer_due_at - asked.asked_at == pytest.approx(timedelta(days=7), abs=timedelta(seconds=5))
        (waiting,) = [row for row in desk.waiting_for(reviewer) if row.url == asked.get_absolute_url()]
        assert waiting.due_at == asked.answer_due_at

    def test_two_days_before_its_end_the_mentors_side_is_reminded_once(self, asked):
        assert mentors_clock.remind_due() == 0
        due_in(asked, days=2, minutes=-1)

        assert (mentors_clock.remind_due(), mentors_clock.remind_due()) == (1, 0)

        assert told("mentorship_reminder") == ["marisol@istmo.example", "ramiro@camara.example"]

    def test_of_another_day_it_is_reminded_anew_and_the_old_reminder_holds_no_more(self, asked):
        due_in(asked, days=1)
        mentors_clock.remind_due()
        first = Notification.objects.filter(kind=mentors_clock.REMINDER).first()
        assert mentors_clock.holds(first)
        due_in(asked, days=20)
        assert not mentors_clock.holds(Notification.objects.get(pk=first.pk))
        Mentorship.objects.update(reminded_at=timezone.now() - timedelta(days=19))
        due_in(asked, days=1)
        assert mentors_clock.remind_due() == 1

    @pytest.mark.parametrize("end", ["accept", "decline", "withdraw"])
    def test_what_has_its_answer_neither_reminds_nor_expires(self, asked, owner_mx, owner_us, end):
        given = {
            "accept": {"by": owner_mx},
            "decline": {"by": owner_mx, "reason": "later"},
            "withdraw": {"by": owner_us},
        }
        due_in(asked, days=1)
        getattr(mentoring, end)(asked, **given[end])
        assert mentors_clock.remind_due() == 0
        due_in(asked, minutes=-1)
        assert mentors_clock.expire_due() == 0

    def test_without_an_answer_it_ends_politely_for_both_and_may_be_asked_again(
        self, asked, offer, firm_us, owner_us, mailoutbox, django_capture_on_commit_callbacks
    ):
        due_in(asked, minutes=-1)
        with django_capture_on_commit_callbacks(execute=True):
            assert (mentors_clock.expire_due(), mentors_clock.expire_due()) == (1, 0)

        assert Mentorship.objects.get().status == "expired"
        assert told("mentorship_expired") == ["nora@cascade.example"]
        assert told("mentorship_unanswered") == ["marisol@istmo.example", "ramiro@camara.example"]
        (mail,) = [mail for mail in mailoutbox if "nora@" in mail.to[0]]
        assert "within seven days" in mail.body
        assert "Mangos del Istmo" not in mail.body
        assert mentoring.ask(offer, mentee=firm_us, goal=GOAL, by=owner_us).status == "asked"

    def test_the_beat_does_both(self, asked):
        due_in(asked, days=1)
        tasks.expire_due()
        due_in(asked, minutes=-1)
        tasks.expire_due()
        assert (len(told("mentorship_reminder")), len(told("mentorship_expired"))) == (2, 1)

    def test_its_page_says_until_when_and_that_it_ended(self, client, asked, owner_us):
        client.force_login(owner_us)
        assert "Answer due" in client.get(asked.get_absolute_url()).content.decode()
        due_in(asked, minutes=-1)
        mentors_clock.expire_due()
        text = client.get(asked.get_absolute_url()).content.decode()
        assert "Not answered in time" in text
        assert "Answer due" not in text


def test_two_sweeps_at_once_end_a_question_once(transactional_db, us, mx):
    asked = MentorshipFactory()
    join(UserFactory(), asked.mentee)
    due_in(asked, minutes=-1)

    assert sorted(race(mentors_clock.expire_due, mentors_clock.expire_due)) == [0, 1]
    assert len(told("mentorship_expired")) == 1


@pytest.fixture
def last_place(transactional_db, us, mx):
    """Two companies wait for the one place of a mentor; committed rows."""
    offer, answering = MentorOfferFactory(places=1), UserFactory()
    join(answering, offer.company)
    return offer, MentorshipFactory.create_batch(2, offer=offer), answering


def test_of_two_acceptances_at_once_one_gets_the_last_place(last_place):
    offer, (first, second), answering = last_place

    outcomes = race(lambda: mentoring.accept(first, by=answering), lambda: mentoring.accept(second, by=answering))

    assert [refusal.code for refusal in refused(outcomes)] == ["full"]
    assert offer.mentorships.taking_a_place().count() == 1


def test_of_two_questions_at_once_one_is_asked(transactional_db, us, mx):
    offer, company, asking = MentorOfferFactory(places=2), OrganizationFactory(), UserFactory()

    outcomes = race(*[lambda: mentoring.ask(offer, mentee=company, goal=GOAL, by=asking)] * 2)

    assert [refusal.code for refusal in refused(outcomes)] == ["already"]
    assert Mentorship.objects.count() == 1


def test_a_place_is_never_given_below_a_number_that_was_lowered_meanwhile(last_place):
    offer, (first, second), answering = last_place
    mentoring.set_places(offer, places=2, by=answering)
    mentoring.accept(first, by=answering)

    race(
        lambda: mentoring.accept(second, by=answering),
        lambda: mentoring.set_places(offer, places=1, by=answering),
    )

    offer.refresh_from_db()
    assert offer.mentorships.taking_a_place().count() <= offer.places
