"""A chamber lets its own system follow a list: the secret, a test, what is published, the log, the end of it."""

import json

import pytest
from playwright.sync_api import expect

from portal.notifications import matching
from portal.notifications.models import Webhook
from portal.notifications.posting import post_due
from tests.factories.resources import ResourceFactory
from tests.journeys.conftest import give_password
from tests.journeys.test_accessibility import SIZES, examine
from tests.misbehaving import Site


@pytest.fixture
def system(settings):
    """The chamber's own."""
    settings.CELERY_TASK_ALWAYS_EAGER = False  # a worker posts when this story says so
    with Site() as running:
        settings.OUTGOING_LOOPBACK_PORTS = frozenset({running.port})
        running.say("/hook", "who are you?", status=401)
        yield running


def make(page, chamber, system):
    page.goto(chamber.active_memberships[0].organization.get_absolute_url())
    page.get_by_role("link", name="Webhooks").click()
    page.get_by_role("link", name="Make a webhook").click()
    page.get_by_label("Address of your system").fill(system.url("/hook"))
    page.get_by_role("button", name="Make the webhook").click()


def follow(page):
    page.goto("/en/resources/?economy=US")
    page.get_by_role("link", name="Tell me when there is one").first.click()
    page.get_by_role("link", name="For an organization's system").click()
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Tell this system").click()


def test_a_system_is_connected_tried_told_and_switched_off(visit, chamber, system):
    page = visit(give_password(chamber))
    make(page, chamber, system)
    secret = page.locator("main code").inner_text()
    webhook = Webhook.objects.get()
    assert secret == webhook.secret
    page.get_by_role("link", name="Go on to the webhook").click()

    page.get_by_role("button", name="Send a test").click()
    post_due()
    page.reload()
    row = page.locator("tbody tr").first
    expect(row).to_contain_text("webhook.test")
    expect(row).to_contain_text("Answer 401")
    expect(row).to_contain_text("who are you?")

    system.say("/hook")
    row.get_by_role("button", name="Send again").click()
    post_due()
    page.reload()
    expect(row).to_contain_text("Sent")

    follow(page)
    expect(page.get_by_text("Your system is told of: New resources for United States")).to_be_visible()
    resource = ResourceFactory(published=True, title_en="Tariff guide")
    resource.refresh_from_db()
    matching.announce(resource)
    matching.match_due()
    assert post_due() == 1
    assert json.loads(system.hits[-1].body)["data"]["title"]["en"] == "Tariff guide"
    page.reload()
    expect(page.locator("tbody").get_by_role("link", name="Tariff guide")).to_be_visible()

    page.get_by_role("button", name="Switch it off").click()
    expect(page.get_by_text("It is off. What is new waits for 30 days.")).to_be_visible()
    assert page.problems == []


@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_the_pages_have_no_barrier_that_a_program_can_find(visit, chamber, system, width, scheme):
    page = visit(give_password(chamber), width=width)
    make(page, chamber, system)
    follow(page)
    webhook = Webhook.objects.get()
    page.get_by_role("button", name="Send a test").click()
    post_due()
    slug = webhook.organization.slug
    for address in (
        webhook.get_absolute_url(),
        f"/en/notifications/webhooks/of/{slug}/",
        f"/en/notifications/webhooks/of/{slug}/new/",
        f"/en/notifications/webhooks/{webhook.uid}/address/",
        "/en/notifications/follow/resource/for-a-system/?economy=US",
    ):
        examine(page, address, scheme)
