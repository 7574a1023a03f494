import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from partners import chasing, interests, requesting
from partners.models import Disclosure, ExpressionOfInterest, Introduction, PartnerRequest
from portal.notifications.models import Notification
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.partners import InterestFactory, PartnerRequestFactory


def told(kind):
    rows = Notification.objects.filter(kind=f"partners/{kind}").select_related("recipient")
    return sorted(row.recipient.email for row in rows)


@pytest.mark.django_db
class TestOneStepAtATime:
    @pytest.fixture
    def sent(self, published, firm_us, owner_us, reviewer):
        return interests.express(published, company=firm_us, message="We make snacks.", by=owner_us)

    def test_interest_tells_the_company_and_its_chamber_and_starts_a_clock_of_seven_days(self, sent, owner_mx):
        assert sent.status == "sent"
        assert sent.answer_due_at - sent.sent_at == timedelta(days=7)
        assert told("interest_received") == ["marisol@istmo.example", "ramiro@camara.example"]

    @pytest.mark.parametrize("state", ["submitted", "expired", "closed"])
    def test_interest_needs_an_open_request(self, firm_us, owner_us, state):
        with pytest.raises(ValidationError) as refusal:
            interests.express(PartnerRequestFactory(**{state: True}), company=firm_us, message="Hello", by=owner_us)
        assert refusal.value.code == "closed"

    def test_nobody_is_interested_in_her_own_request(self, published, firm_mx, owner_mx):
        with pytest.raises(ValidationError) as refusal:
            interests.express(published, company=firm_mx, message="Hello", by=owner_mx)
        assert refusal.value.code == "own"

    def test_a_company_asks_once(self, sent, published, firm_us, owner_us):
        with pytest.raises(ValidationError) as refusal:
            interests.express(published, company=firm_us, message="Again", by=owner_us)
        assert refusal.value.code == "already"

    def test_a_declined_company_does_not_ask_again_and_a_withdrawn_one_may(
        self, sent, published, firm_us, owner_us, owner_mx
    ):
        interests.withdraw(sent, by=owner_us)
        again = interests.express(published, company=firm_us, message="Again", by=owner_us)
        interests.decline(again, reason="no_fit", by=owner_mx)

        with pytest.raises(ValidationError, match="already expressed"):
            interests.express(published, company=firm_us, message="Third", by=owner_us)

    def test_a_company_does_not_come_and_go_for_ever(self, sent, published, firm_us, owner_us):
        for _again in range(interests.MOST_ATTEMPTS - 1):
            interests.withdraw(sent, by=owner_us)
            sent = interests.express(published, company=firm_us, message="Again", by=owner_us)
        interests.withdraw(sent, by=owner_us)

        with pytest.raises(ValidationError) as refusal:
            interests.express(published, company=firm_us, message="Once more", by=owner_us)
        assert refusal.value.code == "already"

    @pytest.mark.parametrize("message", ["", "x" * 1101])
    def test_a_message_is_needed_and_has_at_most_1100_characters(self, published, firm_us, owner_us, message):
        with pytest.raises(ValidationError):
            interests.express(published, company=firm_us, message=message, by=owner_us)
        assert not ExpressionOfInterest.objects.exists()

    def test_acceptance_introduces_both_sides_and_tells_everybody_on_them(self, sent, owner_mx, owner_us):
        introduction = interests.accept(sent, by=owner_mx)

        assert introduction.interest.status == "accepted"
        assert (introduction.request_contact, introduction.interested_contact) == (owner_mx, owner_us)
        assert told("interest_accepted") == ["marisol@istmo.example", "nora@cascade.example", "ramiro@camara.example"]

    def test_the_chamber_may_answer_for_its_firm(self, sent, reviewer, owner_mx):
        assert interests.accept(sent, by=reviewer).request_contact == owner_mx

    def test_declining_gives_a_fixed_reason_and_a_note(
        self, sent, owner_mx, mailoutbox, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            declined = interests.decline(sent, reason="capacity", note="Our batches are smaller.", by=owner_mx)

        assert (declined.status, declined.decline_reason) == ("declined", "capacity")
        (mail,) = [mail for mail in mailoutbox if "nora@" in mail.to[0]]
        assert "The volumes or capacities do not fit" in mail.body
        assert "Our batches are smaller." in mail.body

    def test_nothing_is_declined_without_one_of_the_reasons(self, sent, owner_mx):
        with pytest.raises(ValidationError, match="Choose a reason"):
            interests.decline(sent, reason="because", by=owner_mx)

    def test_withdrawing_tells_the_other_side_without_a_name(
        self, sent, owner_us, mailoutbox, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            interests.withdraw(sent, by=owner_us)

        withdrawn = Notification.objects.filter(kind="partners/interest_withdrawn")
        subjects = set(withdrawn.values_list("subject", flat=True))  # each in its reader's language
        mails = [mail for mail in mailoutbox if mail.subject in subjects]
        assert len(mails) == 2
        assert all("Cascade Snacks" not in mail.body + mail.subject for mail in mails)

    @pytest.mark.parametrize("end", ["accepted", "declined", "withdrawn", "expired"])
    def test_what_has_ended_stays_ended(self, end, owner_mx, owner_us, db):
        ended = InterestFactory(status=end, decline_reason="no_fit" if end == "declined" else "")
        for verb, more in (
            (interests.accept, {}),
            (interests.decline, {"reason": "no_fit"}),
            (interests.withdraw, {}),
        ):
            with pytest.raises(ValidationError) as refusal:
                verb(ended, by=owner_mx, **more)
            assert refusal.value.code == "illegal_move"

    def test_an_overdue_interest_expires_politely_and_once(self, sent, owner_us):
        ExpressionOfInterest.objects.update(answer_due_at=timezone.now() - timedelta(minutes=1))

        assert (chasing.expire_due(), chasing.expire_due()) == (1, 0)

        assert told("interest_expired") == ["nora@cascade.example"]

    def test_nothing_expires_before_its_time(self, sent):
        assert chasing.expire_due() == 0

    def test_the_database_refuses_a_second_open_interest(self, sent):
        with pytest.raises(IntegrityError), transaction.atomic():
            InterestFactory(request=sent.request, company=sent.company)

    def test_the_database_refuses_a_decline_without_a_reason(self, sent):
        with pytest.raises(IntegrityError), transaction.atomic():
            ExpressionOfInterest.objects.filter(pk=sent.pk).update(status="declined")


def race(*calls):
    """Do these at once, each on its own connection; return what each gave or raised."""
    gate = threading.Barrier(len(calls))
    outcomes = [None] * len(calls)

    def run(number, call):
        gate.wait()
        try:
            outcomes[number] = call()
        except ValidationError as refusal:
            outcomes[number] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def refused(outcomes):
    return [outcome for outcome in outcomes if isinstance(outcome, ValidationError)]


@pytest.fixture
def at_once(transactional_db, us, mx):
    """An interest waiting for an answer, with a person on each side, in committed rows."""
    sent = InterestFactory()
    answering, asking = UserFactory(), UserFactory()
    join(answering, sent.request.company)
    join(asking, sent.company)
    return sent, answering, asking


def test_of_two_acceptances_at_once_one_makes_the_introduction(at_once):
    sent, answering, _asking = at_once

    outcomes = race(lambda: interests.accept(sent, by=answering), lambda: interests.accept(sent, by=answering))

    assert len(refused(outcomes)) == 1
    assert Introduction.objects.count() == 1
    assert Notification.objects.filter(kind="partners/interest_accepted").count() == 2


def test_of_an_acceptance_and_a_withdrawal_at_once_exactly_one_wins(at_once):
    sent, answering, asking = at_once

    outcomes = race(lambda: interests.accept(sent, by=answering), lambda: interests.withdraw(sent, by=asking))

    sent.refresh_from_db()
    assert len(refused(outcomes)) == 1
    accepted = sent.status == "accepted"
    assert sent.status in {"accepted", "withdrawn"}
    assert Introduction.objects.exists() == accepted
    assert Disclosure.objects.filter(rung="contact").exists() == accepted


def test_of_two_interests_at_once_one_is_sent(transactional_db, us, mx):
    request, company, asking = PartnerRequestFactory(published=True), OrganizationFactory(), UserFactory()
    join(asking, company)

    def express():
        return interests.express(request, company=company, message="Hello", by=asking)

    outcomes = race(express, express)

    assert len(refused(outcomes)) == 1
    assert ExpressionOfInterest.objects.count() == 1


def test_an_interest_never_slips_into_a_request_that_is_being_closed(transactional_db, us, mx):
    request, company = PartnerRequestFactory(published=True), OrganizationFactory()
    closing, asking = UserFactory(), UserFactory()

    race(
        lambda: requesting.close(request, reason="other", by=closing),
        lambda: interests.express(request, company=company, message="Hello", by=asking),
    )

    assert not ExpressionOfInterest.objects.unanswered().exists()


def test_of_two_publications_at_once_one_counts(transactional_db, us, mx):
    request, publishing = PartnerRequestFactory(submitted=True), UserFactory()

    outcomes = race(
        lambda: requesting.publish(request, by=publishing), lambda: requesting.publish(request, by=publishing)
    )

    assert len(refused(outcomes)) == 1


def test_two_sweeps_at_once_expire_each_row_once(transactional_db, us, mx):
    yesterday = timezone.now() - timedelta(days=1)
    sent = InterestFactory.create_batch(3, answer_due_at=yesterday)
    for one in sent:
        join(UserFactory(), one.company)
    PartnerRequest.objects.update(closes_on="2020-01-01")

    outcomes = race(chasing.expire_due, chasing.expire_due, requesting.expire_due, requesting.expire_due)

    assert sum(outcomes[:2]) == 3
    assert sum(outcomes[2:]) == 3
    assert Notification.objects.filter(kind="partners/interest_expired").count() == 3
