"""What became of what was promised: counted per Party and over the years, the same for everybody who looks."""

from datetime import date, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from dialogues import scoreboard
from dialogues.models import Dialogue, DueChange
from dialogues.scoreboard import Fact
from tests.factories.accounts import OrganizationFactory
from tests.factories.dialogues import CommitmentFactory, DialogueFactory, SessionFactory

TODAY = date(2027, 5, 14)


@pytest.fixture
def dialogue(us, tw, mx):
    return DialogueFactory(slug="us-tw")


@pytest.fixture
def agency(us):
    return OrganizationFactory(agency=True, code="US")


def promised(dialogue, year, owner, *, is_public=True, **facts):
    session = SessionFactory(dialogue=dialogue, past=True, starts_on=date(year, 5, 1), ends_on=None)
    session.is_public = is_public
    session.save(update_fields=["is_public"])
    return CommitmentFactory(session=session, owner=owner, **{"published": True, **facts})


@pytest.mark.django_db
@time_machine.travel("2027-05-14 12:00Z", tick=False)
def test_each_party_has_its_line_and_each_year_its_own(dialogue, agency, django_assert_num_queries):
    board = OrganizationFactory(agency=True, code="MX")
    kept = promised(dialogue, 2025, agency, status="done", due_on=date(2025, 9, 1))
    DueChange.objects.create(commitment=kept, was=date(2025, 7, 1), became=kept.due_on, reason="Elections.")
    promised(dialogue, 2025, agency, status="dropped", dropped_because="No money.", due_on=date(2026, 1, 1))
    late = promised(dialogue, 2026, agency, due_on=TODAY - timedelta(days=1))
    today = promised(dialogue, 2027, board, due_on=TODAY)
    promised(dialogue, 2027, agency, published=False, published_at=None)
    promised(DialogueFactory(), 2027, agency)

    dialogue = Dialogue.objects.with_parties().get(pk=dialogue.pk)
    with django_assert_num_queries(2):
        found = scoreboard.of(dialogue)

    # Mexico is no Party to this dialogue: what its board promised stands under no Party.
    lines = {row.economy and row.economy.pk: row for row in found.rows}
    assert [row.economy for row in found.rows] == [*dialogue.parties.all(), None]
    us, tw, others = lines["US"], lines["TW"], lines[None]
    assert (us.kept, us.on_track, us.late, us.dropped, us.median_days, us.moved) == (1, 0, 1, 1, 378, 1)
    assert (tw.promised, tw.median_days) == (0, None)
    assert (others.on_track, others.median_days) == (1, 13)
    assert (found.total.promised, found.total.median_days) == (4, round((378 + 13) / 2))
    years = [(year.year, year.kept, year.on_track, year.late, year.dropped) for year in found.years]
    assert years == [(2025, 1, 0, 0, 1), (2026, 0, 0, 1, 0), (2027, 0, 1, 0, 0)]
    assert found.open == [late, today]
    finest = scoreboard.by_year_and_party(found, dialogue)
    assert [(year, score.promised) for year, score in finest] == [(2025, 2), (2026, 1), (2027, 1)]


@pytest.mark.django_db
def test_promises_among_the_parties_are_counted_for_their_officials_alone(dialogue, agency, official, sme):
    promised(dialogue, 2026, agency, is_public=False)

    assert [scoreboard.of(dialogue, user=user).total.promised for user in (None, sme, official)] == [0, 0, 1]


@pytest.mark.django_db
def test_a_dialogue_without_promises_has_a_line_of_nothing_for_every_party(dialogue):
    found = scoreboard.of(dialogue)

    assert ([row.promised for row in found.rows], found.years, found.open) == ([0, 0], [], [])


FACTS = st.builds(
    Fact,
    economy=st.sampled_from(["US", "TW", ""]),
    status=st.sampled_from(["open", "in_progress", "done", "dropped"]),
    due_on=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    promised_on=st.dates(date(2020, 1, 1), TODAY),
    was_moved=st.booleans(),
)


@given(st.lists(FACTS, max_size=30))
def test_every_promise_is_counted_exactly_once_whichever_way_they_are_told(facts):
    total = scoreboard._score(None, facts, TODAY)
    years = list(scoreboard._by_year(facts, TODAY))

    assert total.promised == sum(year.promised for year in years) == len(facts)
    assert [year.year for year in years] == sorted({fact.promised_on.year for fact in facts})
    is_open = [fact for fact in facts if fact.status in {"open", "in_progress"}]
    assert total.on_track + total.late == len(is_open)
    assert (total.median_days is None) == (not is_open)
