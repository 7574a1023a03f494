"""The pages on commitments, scores, initiatives and figures: who sees what, who may do what, and what is taken away."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dialogues import figures, initiatives
from dialogues.models import Commitment, CommitmentUpdate, DueChange, IndicatorValue, Initiative
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.dialogues import (
    AgendaItemFactory,
    CommitmentFactory,
    DialogueFactory,
    FigureFactory,
    IndicatorFactory,
    InitiativeFactory,
    IssueFactory,
    SessionFactory,
)

pytestmark = pytest.mark.django_db

DUE = date(2027, 5, 14)


@pytest.fixture
def dialogue(us, tw, mx):
    return DialogueFactory(slug="us-tw")


@pytest.fixture
def agency(us):
    return OrganizationFactory(agency=True, code="US", name="Commerce")


@pytest.fixture
def keeper(agency):
    person = UserFactory(full_name="Kim Keeper")
    join(person, agency, role="member")
    return person


@pytest.fixture
def promise(dialogue, agency):
    session = SessionFactory(dialogue=dialogue, held=True, number=1)
    return CommitmentFactory(session=session, owner=agency, published=True, due_on=DUE, text_en="Publish the form")


def url(name, *args):
    return reverse(f"dialogues:{name}", args=args)


def text(response):
    return response.content.decode()


def lines(response):
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


# --- One commitment -----------------------------------------------------------------------------


def test_everybody_reads_how_it_goes_what_its_day_was_and_which_issue_is_behind_it(client, promise, keeper, sme):
    item = AgendaItemFactory(session=promise.session)
    item.issues.add(IssueFactory(dialogue=promise.session.dialogue, public=True, public_title_en="The form"))
    item.issues.add(IssueFactory(dialogue=promise.session.dialogue, title="A secret of a firm"))
    Commitment.objects.update(agenda_item=item, lead=keeper, first_due_on=date(2027, 3, 1))
    DueChange.objects.create(commitment=promise, was=date(2027, 3, 1), became=DUE, reason="Elections.")
    CommitmentUpdate.objects.create(
        commitment=promise, by=keeper, language="en", text="At the printer.", evidence_url="https://example.org/form"
    )

    page = text(client.get(promise.get_absolute_url()))

    for shown in ("Publish the form", "Commerce", "At the printer.", "https://example.org/form", "Elections.",
                  "1 March 2027", "14 May 2027", "The form"):  # fmt: skip
        assert shown in page
    assert "A secret of a firm" not in page
    assert "Kim Keeper" not in page
    client.force_login(keeper)
    page = text(client.get(promise.get_absolute_url()))
    assert "Kim Keeper" in page
    assert "Report on it" in page


def test_one_of_a_hidden_session_exists_for_its_keepers_and_the_officials_alone(client, promise, keeper, sme, official):
    promise.session.is_public = False
    promise.session.save(update_fields=["is_public"])
    address = promise.get_absolute_url()

    assert client.get(address).status_code == 404
    client.force_login(sme)
    assert client.get(address).status_code == 404
    chamber = UserFactory(full_name="Carla", chamber_in="US")
    Commitment.objects.update(owner=chamber.active_memberships[0].organization)
    client.force_login(chamber)
    page = client.get(address)
    assert page.status_code == 200
    assert promise.session.get_absolute_url() not in text(page)
    client.force_login(official)
    assert promise.session.get_absolute_url() in text(client.get(address))


def test_it_is_found_only_under_its_own_dialogue(client, promise):
    assert client.get(url("commitment-detail", DialogueFactory().slug, promise.pk)).status_code == 404


@time_machine.travel("2027-05-01 12:00Z", tick=False)
def test_its_keeper_reports_moves_the_day_names_a_colleague_and_finishes(client, promise, keeper):
    client.force_login(keeper)
    args = ("us-tw", promise.pk)

    def post(name, **fields):
        return client.post(url(name, *args), fields)

    done = post("commitment-report", text="At the printer.", language="en", to="in_progress", evidence_url="")
    assert done.url == promise.get_absolute_url()
    post("commitment-due", due_on="2027-06-30", reason="Elections.", seen_due_on="2027-05-14")
    post("commitment-lead", lead=keeper.pk)
    promise.refresh_from_db()
    assert (promise.status, promise.due_on, promise.lead) == ("in_progress", date(2027, 6, 30), keeper)

    stale = post("commitment-due", due_on="2027-07-31", reason="Again.", seen_due_on="2027-05-14")
    assert "Somebody moved the date" in text(stale)
    assert 'value="2027-06-30"' in text(stale)
    assert "Say what the page shows" in text(post("commitment-report", language="en", evidence_url="https://a.example"))
    assert "choose another state" in text(post("commitment-report", language="en"))
    post("commitment-report", language="en", to="done")
    promise.refresh_from_db()
    assert promise.status == "done"
    assert "its state is" not in text(client.get(url("commitment-report", *args)))
    assert "done or dropped" in text(post("commitment-due", due_on="2027-08-01", reason="Why not."))


@pytest.mark.parametrize("name", ["commitment-report", "commitment-due", "commitment-drop", "commitment-lead"])
def test_only_its_keepers_and_the_officials_act_and_a_lead_is_named_by_the_keepers_alone(
    client, promise, keeper, official, official_mx, sme, name
):
    address = url(name, "us-tw", promise.pk)

    assert client.get(address).status_code == 302
    for person in (sme, official_mx):
        client.force_login(person)
        assert client.get(address).status_code == 403
        assert client.post(address).status_code == 403
    client.force_login(keeper)
    assert client.get(address).status_code == 200
    assert client.post(address, {"lead": "999999", "due_on": "x", "to": "x"}).status_code == 200
    client.force_login(official)
    assert client.get(address).status_code == (403 if name == "commitment-lead" else 200)


# --- Lists and the scoreboard -------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_the_lists_ask_as_little_for_three_as_for_one(client, dialogue, count, django_assert_num_queries):
    fill(dialogue, count)

    for name, asked in (
        ("commitment-list", 4), ("dialogue-scoreboard", 4), ("initiative-list", 4), ("indicator-list", 4),
        ("session-history", 4), ("scoreboard-table", 4), ("commitment-table", 3), ("indicator-table", 4),
    ):  # fmt: skip
        with django_assert_num_queries(asked, info=name):
            assert client.get(url(name, "us-tw")).status_code == 200


@pytest.mark.parametrize("name", ["commitment-list", "initiative-list", "indicator-list", "session-history"])
def test_the_lists_ask_officials_as_little_for_three_as_for_one(client, dialogue, official, name):
    client.force_login(official)
    client.get(url(name, "us-tw"))
    asked = []
    for count in (1, 2):
        fill(dialogue, count)
        with CaptureQueriesContext(connection) as queries:
            client.get(url(name, "us-tw"))
        asked.append(len(queries))
    assert asked[0] == asked[1]


def fill(dialogue, count):
    for _ in range(count):
        session = SessionFactory(dialogue=dialogue, held=True)
        commitment = CommitmentFactory(session=session, published=True)
        DueChange.objects.create(commitment=commitment, was=DUE, became=DUE + timedelta(1), reason="Elections.")
        InitiativeFactory(session=session)
        FigureFactory(agreement=dialogue.agreement)
        FigureFactory(economy=dialogue.parties.first())


@time_machine.travel("2027-05-20 12:00Z", tick=False)
def test_the_list_chooses_by_what_became_of_it_and_by_party_and_bears_nonsense(client, promise, dialogue):
    board = OrganizationFactory(agency=True, code="TW", name="Board")
    CommitmentFactory(
        session=promise.session, owner=board, published=True, status="done", due_on=DUE, text_en="Open the desk"
    )
    CommitmentFactory(session=promise.session, owner=board, text_en="Not public yet")
    address = url("commitment-list", "us-tw")

    def found(**asked):
        page = text(client.get(address, asked))
        return [name for name in ("Publish the form", "Open the desk", "Not public yet") if name in page]

    assert found() == ["Publish the form", "Open the desk"]
    assert found(outcome="late") == ["Publish the form"]
    assert found(outcome="kept", party="TW") == ["Open the desk"]
    assert found(party="US", outcome="dropped") == []
    assert found(outcome="\x00", party="XX", page="-1") == ["Publish the form", "Open the desk"]
    for page in ("0", "999999", "abc"):
        assert client.get(address, {"page": page}).status_code == 200


@time_machine.travel("2027-05-20 12:00Z", tick=False)
def test_the_scoreboard_shows_each_party_and_its_tables_say_the_same(client, promise, dialogue):
    other = SessionFactory(dialogue=dialogue, past=True, starts_on=date(2025, 5, 1), ends_on=None)
    kept = CommitmentFactory(
        session=other, owner=promise.owner, published=True, status="done", text_en="=HYPERLINK(1)", due_on=DUE
    )

    page = text(client.get(url("dialogue-scoreboard", "us-tw")))
    assert page.count("<svg") >= 2
    assert "2025" in page
    assert "style=" not in page
    scores = lines(client.get(url("scoreboard-table", "us-tw")))
    assert [(row["year"], row["economy"], row["kept"], row["late"]) for row in scores] == [
        ("2025", "US", "1", "0"),
        (str(promise.session.starts_on.year), "US", "0", "1"),
    ]
    rows = {row["id"]: row for row in lines(client.get(url("commitment-table", "us-tw")))}
    assert rows[str(kept.pk)]["text_en"] == "'=HYPERLINK(1)"
    assert (rows[str(promise.pk)]["due_on"], rows[str(promise.pk)]["owner"]) == ("2027-05-14", "Commerce")


def test_a_dialogue_without_anything_says_what_will_be_here(client, dialogue):
    for name in ("dialogue-scoreboard", "commitment-list", "initiative-list", "indicator-list", "session-history"):
        page = client.get(url(name, "us-tw"))
        assert page.status_code == 200
        assert 'class="empty"' in text(page)
    assert lines(client.get(url("scoreboard-table", "us-tw"))) == []
    assert client.get(url("dialogue-scoreboard", "nowhere")).status_code == 404


# --- Initiatives --------------------------------------------------------------------------------


def test_officials_write_down_an_initiative_change_it_and_say_how_it_stands(client, promise, official, sme):
    client.force_login(official)
    session = promise.session

    client.post(url("initiative-add", "us-tw", session.pk), {"name_en": "One window", "objective_en": "Fewer forms"})
    one = Initiative.objects.get()
    assert (one.name_en, one.order, one.status) == ("One window", 1, "planned")
    assert "Write it in at least one language" in text(
        client.post(url("initiative-add", "us-tw", session.pk), {"name_en": " "})
    )
    client.post(url("initiative-revise", "us-tw", one.pk), {"name_en": "One window", "name_zh_hant": "單一窗口"})
    assert "Say why it is stopped" in text(client.post(url("initiative-status", "us-tw", one.pk), {"to": "stopped"}))
    client.post(url("initiative-status", "us-tw", one.pk), {"to": "under_way"})
    one.refresh_from_db()
    assert (one.name_zh_hant, one.objective_en, one.status) == ("單一窗口", "", "under_way")
    page = text(client.get(url("initiative-list", "us-tw"), {"status": "under_way"}))
    assert "One window" in page
    assert "One window" not in text(client.get(url("initiative-list", "us-tw"), {"status": "completed"}))

    client.force_login(sme)
    for name, pk in (("initiative-add", session.pk), ("initiative-revise", one.pk), ("initiative-status", one.pk)):
        assert client.post(url(name, "us-tw", pk)).status_code == 403


def test_an_initiative_goes_only_where_its_state_lets_it_and_a_cancelled_session_begins_none(us, tw, official):
    one = InitiativeFactory(status="planned")

    with pytest.raises(ValidationError) as refused:
        initiatives.change_status(InitiativeFactory(status="completed"), to="planned", by=official)
    assert refused.value.code == "illegal_move"
    stopped = initiatives.change_status(one, to="stopped", reason="No money.", by=official)
    assert initiatives.change_status(stopped, to="under_way", by=official).status == "under_way"
    cancelled = SessionFactory(dialogue=one.session.dialogue, status="cancelled")
    with pytest.raises(ValidationError) as refused:
        initiatives.add(cancelled, texts={"name": {"en": "x"}}, by=official)
    assert refused.value.code == "cancelled"


# --- Figures ------------------------------------------------------------------------------------


def test_officials_add_a_figure_with_its_source_once_and_take_back_only_what_was_added_here(
    client, dialogue, official, sme
):
    indicator = IndicatorFactory(metric="exporters", label_en="Exporting firms")
    loaded = FigureFactory(indicator=indicator, agreement=dialogue.agreement, year=2020)
    client.force_login(official)
    year = timezone.localdate().year
    fields = {"indicator": indicator.pk, "economy": "TW", "year": year - 1, "value": "1716000.50", "qualifier": "about",
              "source": "https://example.org/white-paper", "reliability": "press"}  # fmt: skip

    client.post(url("figure-add", "us-tw"), fields)
    again = client.post(url("figure-add", "us-tw"), fields)
    late = client.post(url("figure-add", "us-tw"), {**fields, "year": year + 1, "value": "NaN", "economy": "MX"})

    assert "already exists" in text(again)
    assert set(late.context["form"].errors) == {"year", "value", "economy"}
    added = IndicatorValue.objects.exclude(pk=loaded.pk).get()
    assert (added.value, added.agreement, added.economy_id) == (Decimal("1716000.5"), dialogue.agreement, "TW")
    page = text(client.get(url("indicator-list", "us-tw")))
    assert page.count("/remove/") == 1
    client.post(url("figure-take-off", "us-tw", loaded.pk))
    client.force_login(sme)
    assert client.post(url("figure-take-off", "us-tw", added.pk)).status_code == 403
    assert client.get(url("figure-add", "us-tw")).status_code == 403
    client.force_login(official)
    client.post(url("figure-take-off", "us-tw", added.pk))
    assert list(IndicatorValue.objects.all()) == [loaded]


def test_a_figure_of_an_economy_outside_is_refused(dialogue, official, mx):
    with pytest.raises(ValidationError) as refused:
        figures.add(dialogue, indicator=IndicatorFactory(), economy=mx, year=2024, value=Decimal(1),
                    reliability="official", source="x", by=official)  # fmt: skip
    assert refused.value.code == "not_a_party"


def test_the_figures_are_drawn_with_their_table_and_taken_away_with_their_source(client, dialogue, tw):
    firms = IndicatorFactory(metric="firms", label_en="Firms", unit="firms")
    for year, value, reliability in (
        (2019, 1490000, "official"),
        (2021, 1595000, "official"),
        (2024, 1716000, "press"),
    ):
        FigureFactory(indicator=firms, agreement=dialogue.agreement, economy=tw, year=year, value=value,
                      reliability=reliability, source="https://example.org/paper")  # fmt: skip
    share = IndicatorFactory(metric="share", label_en="Share", unit="percent")
    FigureFactory(indicator=share, agreement=dialogue.agreement, economy=tw, year=2024, value="97.63")

    page = text(client.get(url("indicator-list", "us-tw")))

    assert page.count("<polyline") == 1
    assert page.count("chart__dot--hollow") == 1
    assert "1,716,000" in page
    assert "97.63 %" in page
    table = lines(client.get(url("indicator-table", "us-tw")))
    assert [(row["indicator"], row["year"], row["value"], row["reliability"]) for row in table] == [
        ("firms", "2019", "1490000", "official"),
        ("firms", "2021", "1595000", "official"),
        ("firms", "2024", "1716000", "press"),
        ("share", "2024", "97.63", "official"),
    ]


# --- The dialogue's own page --------------------------------------------------------------------


def test_the_dialogues_page_has_scoreboard_indicators_and_history_in_every_language(client, promise, dialogue):
    fill(dialogue, 2)
    address = dialogue.get_absolute_url()
    for code in ("en", "zh-hant", "es", "fr"):
        response = client.get(address.replace("/en/", f"/{code}/"))
        page = text(response)
        assert response.status_code == 200
        assert "<svg" in page
        assert f"/{code}/dialogues/us-tw/scoreboard/" in page
        assert f"/{code}/dialogues/us-tw/history/" in page
        assert f"/{code}/dialogues/us-tw/indicators/" in page
