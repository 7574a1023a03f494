"""A commitment in the browser: its keeper reports on it, everybody sees what became of it, on a phone too."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.dialogues import (
    CommitmentFactory,
    DialogueFactory,
    FigureFactory,
    IndicatorFactory,
    SessionFactory,
)
from tests.journeys.conftest import give_password
from tests.journeys.test_accessibility import examine


def test_a_keeper_moves_the_day_and_reports_and_a_visitor_reads_both_and_the_scoreboard(visit, us, tw):
    dialogue = DialogueFactory(slug="us-tw")
    agency = OrganizationFactory(agency=True, code="US", name="Commerce")
    keeper = give_password(UserFactory(full_name="Kim Keeper"))
    join(keeper, agency)
    promise = CommitmentFactory(
        session=SessionFactory(dialogue=dialogue, held=True), owner=agency, published=True, text_en="Publish the form"
    )
    firms = IndicatorFactory(metric="firms", label_en="Exporting firms")
    for year in (2019, 2021, 2024):
        FigureFactory(indicator=firms, agreement=dialogue.agreement, economy=tw, year=year, value=year * 100)
    address = promise.get_absolute_url()

    # Without JavaScript: nothing here needs it.
    desk = visit(keeper, javascript=False)
    desk.goto(address)
    desk.get_by_role("link", name="Move its day").click()
    day = timezone.localdate() + timedelta(days=90)
    desk.get_by_label("New day").fill(day.isoformat())
    desk.get_by_label("Reason").fill("The printer closed.")
    desk.get_by_role("button", name="Move the day").click()
    desk.get_by_role("link", name="Report on it").click()
    desk.get_by_label("Work on it has begun").check()
    desk.get_by_label("How it goes").fill("The form is at the printer.")
    desk.get_by_role("button", name="Record it").click()
    expect(desk.locator("main")).to_contain_text("The form is at the printer.")

    reader = visit(width=390)
    reader.goto(address)
    expect(reader.locator("#days")).to_contain_text("The printer closed.")
    expect(reader.locator("main")).to_contain_text("In progress")
    base = dialogue.get_absolute_url()
    pages = (address, base, f"{base}scoreboard/", f"{base}commitments/", f"{base}indicators/", f"{base}history/")
    for page, scheme in ((reader, "dark"), (visit(), "light")):
        for path in pages:
            examine(page, path, scheme)
