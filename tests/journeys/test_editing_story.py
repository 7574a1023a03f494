"""Two officials keep a guide: one writes, the other approves it for a morning; later a version is brought back and a
translation made current. Every page of it is examined."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from resources import publishing, versions
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.reference import sector, topic
from tests.factories.resources import texts
from tests.journeys.conftest import give_password
from tests.journeys.test_accessibility import SIZES, examine

BODY = "Begin with the tariff heading.\n\nThen ask for a ruling, which takes thirty days.\n\nKeep the invoice."


@pytest.fixture
def colleague(official):
    user = UserFactory(full_name="Carla Colleague", time_zone="America/New_York")
    join(user, official.active_memberships[0].organization)
    return user


@pytest.fixture
def guide(official):
    """A draft with a stale Spanish and a current Chinese translation, and a few versions."""
    publisher = OrganizationFactory(agency=True, name="U.S. Customs and Border Protection")
    given = texts(
        publisher=publisher, body_en=BODY, title_es="Cómo se fijan los aranceles", summary_es="Lo que paga un envío.",
        title_zh_hant="進口關稅如何訂定", summary_zh_hant="第一批貨在邊境要付什麼。",
    )  # fmt: skip
    resource = publishing.draft(by=official, **given)
    return publishing.revise(
        resource, version=1, by=official, title_en="How duties are set at the border", title_zh_hant="出口關稅如何訂定",
        body_en=BODY.replace("thirty", "ninety").replace("Keep", "Always keep"),
        topics=[topic(), topic("taxation")], sectors=[sector()], audiences=["exporter"],
    )  # fmt: skip


@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_the_keepers_pages_have_no_barrier_that_a_program_can_find(visit, official, colleague, guide, width, scheme):
    publishing.submit(guide, by=official)
    page = visit(give_password(colleague), width=width)
    address = f"/en/resources/{guide.slug}/"
    first = versions.of(guide).last().pk
    for part in (
        "", "schedule/", "versions/", f"versions/compare/?from={first}", "translate/es/", "translate/fr/", "edit/",
    ):  # fmt: skip
        examine(page, address + part, scheme)
    publishing.publish(guide, by=colleague)
    for part in ("", "fr/missing/", "es/stale/"):
        examine(page, f"/en/resources/manage/languages/{part}", scheme)


def test_a_guide_is_approved_restored_and_translated(visit, official, colleague, guide):
    writer, reviewer = visit(give_password(official)), visit(give_password(colleague), width=390)
    writer.goto(guide.get_absolute_url())
    writer.get_by_role("button", name="Submit for publication").click()
    expect(writer.locator("main")).to_contain_text("Who can: Carla Colleague")

    # The reviewer approves it for tomorrow, by the clock of New York.
    reviewer.goto(guide.get_absolute_url())
    reviewer.get_by_role("link", name="Publish later").click()
    expect(reviewer.locator("main")).to_contain_text("New York")
    tomorrow = timezone.localtime(timezone=dt.UTC) + dt.timedelta(days=1)
    reviewer.get_by_label("Publish on").fill(tomorrow.strftime("%Y-%m-%dT09:00"))
    reviewer.get_by_role("button", name="Approve for this moment").click()
    expect(reviewer.locator("main")).to_contain_text("Approved by Carla Colleague")

    # The writer compares with her first version and brings it back: the approval ends.
    writer.goto(guide.get_absolute_url())
    writer.get_by_role("link", name="Every version, with what changed").click()
    writer.get_by_role("link", name="Compare with now, or restore").click()
    expect(writer.locator("ins").first).to_be_visible()
    writer.get_by_role("button", name="Restore the earlier version").click()
    expect(writer.locator("main")).to_contain_text("brought an earlier version back")
    guide.refresh_from_db()
    assert (guide.title_en, guide.publish_at, guide.status) == ("How duties are set", None, "in_review")

    # She writes the French beside the English.
    writer.goto(guide.get_absolute_url())
    writer.get_by_role("link", name="French (Missing)").click()
    expect(writer.locator("h1")).to_have_text("English and French side by side")
    writer.get_by_label("Title").fill("Comment les droits sont fixés")
    writer.get_by_label("Summary").fill("Ce que paie un premier envoi.")
    writer.get_by_role("button", name="Save the translation").click()
    expect(writer.get_by_role("link", name="French (Current)")).to_be_visible()
    assert writer.problems == reviewer.problems == []
