"""How a dialogue works by agreement of its Parties: who hosts next, the charter, the hours, and who confirms."""

from datetime import time

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from dialogues import chartering, confirming, hosting, scheduling, slots
from portal.activity.log import timeline
from tests.factories.accounts import UserFactory
from tests.factories.dialogues import DialogueFactory, SessionFactory, wall
from tests.factories.reference import agreement, economy

pytestmark = pytest.mark.django_db


@pytest.fixture
def dialogue(us, mx):
    return DialogueFactory(agreement=agreement(), parties=["US", "MX", "CA"], host_rotation=["US", "MX", "CA"])


def test_the_party_after_the_last_host_is_next_and_the_rotation_begins_again(dialogue):
    assert hosting.next_turn(dialogue).economy.code == "US"

    for number, (host, following) in enumerate([("US", "MX"), ("MX", "CA"), ("CA", "US")], 1):
        session = SessionFactory(dialogue=dialogue, number=number, past=True, host=economy(host))
        turn = hosting.next_turn(dialogue)
        assert (turn.economy.code, turn.after) == (following, session)


def test_a_cancelled_session_takes_no_turn_and_neither_does_a_host_outside_the_rotation(dialogue):
    SessionFactory(dialogue=dialogue, number=1, past=True, host=economy("US"))
    SessionFactory(dialogue=dialogue, number=2, status="cancelled", host=economy("MX"))
    SessionFactory(dialogue=dialogue, number=3, past=True, host=economy("TW"))
    SessionFactory(dialogue=dialogue, number=4, past=True, host=None)

    assert hosting.next_turn(dialogue).economy.code == "MX"


def test_without_a_rotation_nobody_is_suggested_and_one_who_is_no_party_any_more_is_passed_over(dialogue):
    dialogue.host_rotation = ["TW", "CA", "US"]
    assert hosting.next_turn(dialogue).economy.code == "CA"
    dialogue.host_rotation = []
    assert hosting.next_turn(dialogue) is None


def test_a_rotation_names_parties_and_each_once(dialogue, official):
    for order, code in ((["US", "TW"], "party"), (["US", "MX", "US"], "twice")):
        with pytest.raises(ValidationError) as refusal:
            hosting.set_rotation(dialogue, order=order, by=official)
        assert refusal.value.code == code

    changed = hosting.set_rotation(dialogue, order=["CA", "US"], by=official)
    hosting.set_rotation(dialogue, order=["CA", "US"], by=official)

    assert changed.host_rotation == ["CA", "US"]
    assert [entry.verb for entry in timeline(dialogue)] == ["rotation_set"]


def test_the_charter_is_kept_in_each_language_and_the_answer_is_never_due_first(dialogue, official):
    chartering.revise_charter(
        dialogue, texts={"en": "## Why", "es": "## Por qué"}, acknowledge_days=3, answer_days=20, by=official
    )

    dialogue.refresh_from_db()
    assert (dialogue.charter_en, dialogue.charter_es) == ("## Why", "## Por qué")
    assert (dialogue.acknowledge_days, dialogue.answer_days) == (3, 20)
    with pytest.raises(ValidationError) as refusal:
        chartering.revise_charter(dialogue, texts={}, acknowledge_days=30, answer_days=5, by=official)
    assert list(refusal.value.error_dict) == ["answer_days"]


def test_a_delegation_says_its_own_hours_and_nobody_elses(dialogue, official, official_mx):
    week = {"begins": time(8), "ends": time(16), "days": [5, 1, 2, 3]}

    chartering.set_hours(dialogue, economy("MX"), zone="America/Tijuana", by=official_mx, **week)
    with pytest.raises(PermissionDenied):
        chartering.set_hours(dialogue, economy("MX"), zone="America/Tijuana", by=official, **week)

    mexico = next(row for row in slots.hours_of(dialogue) if row.code == "MX")
    assert (mexico.zone, mexico.begins, mexico.ends) == ("America/Tijuana", time(8), time(16))
    assert dialogue.delegations.get().work_days == [1, 2, 3, 5]

    chartering.forget_hours(dialogue, economy("MX"), by=official_mx)
    assert not dialogue.delegations.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"zone": "Mars/Base"}, "zone"),
        ({"days": []}, "days"),
        ({"days": [8]}, "work_days"),
        ({"begins": time(18), "ends": time(9)}, "__all__"),
    ],
)
def test_hours_that_cannot_be_are_refused_where_they_stand(dialogue, official, wrong, field):
    hours = {"zone": "UTC", "begins": time(9), "ends": time(17), "days": [1]} | wrong

    with pytest.raises(ValidationError) as refusal:
        chartering.set_hours(dialogue, economy("US"), by=official, **hours)

    assert field in refusal.value.error_dict


def test_each_party_confirms_for_itself_once_and_may_take_it_back(dialogue, official, official_mx):
    session = SessionFactory(dialogue=dialogue, scheduled=True)

    confirming.confirm(session, economy("US"), by=official)
    confirming.confirm(session, economy("US"), by=official)
    with pytest.raises(PermissionDenied):
        confirming.confirm(session, economy("CA"), by=official_mx)

    found = {
        side.economy.code: (side.confirmed_at is not None, side.is_own) for side in confirming.sides(session, official)
    }
    assert found == {"US": (True, True), "MX": (False, False), "CA": (False, False)}
    confirming.take_back(session, economy("US"), by=official)
    assert not session.confirmations.exists()
    assert [entry.verb for entry in timeline(session)] == ["party_unconfirmed", "party_confirmed"]


def test_only_a_session_with_a_time_to_come_is_confirmed(dialogue, official):
    for session in (SessionFactory(dialogue=dialogue), SessionFactory(dialogue=dialogue, held=True)):
        with pytest.raises(ValidationError) as refusal:
            confirming.confirm(session, economy("US"), by=official)
        assert refusal.value.code == "not_scheduled"


def test_an_official_of_no_party_confirms_nothing(dialogue):
    with pytest.raises(PermissionDenied):
        confirming.confirm(
            SessionFactory(dialogue=dialogue, scheduled=True), economy("TW"), by=UserFactory(official_of="TW")
        )


def test_another_time_asks_the_parties_again(dialogue, official):
    session = SessionFactory(dialogue=dialogue, scheduled=True)
    confirming.confirm(session, economy("US"), by=official)

    scheduling.reschedule(session, zone="Asia/Taipei", starts_local=wall(40), ends_local=wall(40, hour=11), by=official)

    assert not session.confirmations.exists()
