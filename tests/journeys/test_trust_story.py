"""A reader doubts a guide, its keeper confirms it, and the coverage report shows it; examined by axe on the way."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from portal.reference.models import Topic
from resources.models import CoverageTotal, Report
from tests.factories.reference import agreement, topic
from tests.factories.resources import ResourceFactory
from tests.journeys.conftest import give_password
from tests.journeys.test_accessibility import SIZES, examine


@pytest.fixture
def guide(us):
    covered = agreement()
    asked = topic()
    Topic.objects.filter(pk=asked.pk).update(obligations=[{"agreement": covered.slug}])
    CoverageTotal.objects.create(agreement=covered, day=dt.date(2026, 1, 1), present=0, stale=0, broken=0, missing=9)
    return ResourceFactory(published=True, title_en="Customs guide", topics=[asked])


@pytest.mark.parametrize("javascript", [True, False])
def test_a_visitor_says_that_a_guide_is_out_of_date(visit, guide, javascript):
    page = visit(javascript=javascript)
    page.goto(guide.get_absolute_url())
    page.get_by_role("link", name="Out of date").click()
    expect(page.get_by_label("Out of date")).to_be_checked()
    page.get_by_label("What is wrong or missing?").fill("The fee changed.")
    page.get_by_role("button", name="Tell the keepers").click()
    expect(page.get_by_text("Thank you. Those who keep this page read what you said.")).to_be_visible()
    assert [report.text for report in Report.objects.all()] == ["The fee changed."]
    assert page.problems == []


@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_review_reports_and_coverage_have_no_barrier_that_a_program_can_find(visit, guide, official, width, scheme):
    guide.reports.create(verdict="out_of_date", text="The fee changed.", language="en", visitor="a")
    page = visit(width=width)
    for address in (
        "/en/resources/coverage/",
        "/es/resources/coverage/usmca/?party=MX",
        "/en/resources/coverage/usmca/US/customs-procedures/en/",
        "/en/resources/coverage/usmca/MX/customs-procedures/es/",
        f"{guide.get_absolute_url()}report/?verdict=useful",
        guide.get_absolute_url(),
    ):
        examine(page, address, scheme)
    page = visit(give_password(official), width=width)
    for address in (
        "/en/resources/manage/reviews/?state=all",
        "/en/resources/reports/",
        guide.get_absolute_url(),
    ):
        examine(page, address, scheme)
    page.get_by_role("button", name="Confirm: still correct").click()
    expect(page.get_by_text("Confirmed. Its next review is in six months.")).to_be_visible()
