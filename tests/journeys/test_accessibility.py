"""The pages that everybody passes through, examined by axe, and by what the browser refuses."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from portal.accounts.models import Organization
from tests.factories.reference import agreement
from tests.journeys.conftest import PASSWORD, give_password

OPEN_PAGES = [
    "/en/",
    "/zh-hant/",
    "/en/resources/",
    "/es/dialogues/",
    "/en/opportunities/",
    "/fr/directory/",
    "/en/agreements/",
    "/en/open-data/",
    "/en/accessibility/",
    "/zh-hant/reading/",
    "/en/account/login/",
    "/es/account/signup/",
    "/en/account/login/code/",
    "/en/account/password/reset/",
]
OWN_PAGES = [
    "/en/desk/",
    "/en/notifications/",
    "/en/notifications/preferences/",
    "/en/profile/",
    "/en/account/email/",
    "/en/account/password/change/",
    "/en/account/2fa/",
    "/en/account/2fa/webauthn/add/",
    "/en/account/logout/",
]
SIZES = [(1280, "light"), (390, "dark")]


def examine(page, address, scheme):
    """Opens ``address``; nothing may be blocked, run over the edge or be found wrong by axe."""
    page.problems.clear()
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(address)
    assert page.problems == []
    edge = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert edge <= 0, f"{address} runs {edge} px over the edge"
    # Preloading would fetch each stylesheet's imports from the wrong place; what is in order needs no description.
    found = Axe().run(page, options={"preload": False, "resultTypes": ["violations"]}).response["violations"]
    assert [(v["id"], [node["html"] for node in v["nodes"]]) for v in found] == []


@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_pages_that_are_open_to_all_have_no_barrier_that_a_program_can_find(visit, width, scheme):
    agreement()
    page = visit(width=width)
    for address in OPEN_PAGES:
        examine(page, address, scheme)


@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_pages_of_who_is_signed_in_have_no_barrier_that_a_program_can_find(visit, administrator, us, width, scheme):
    Organization.objects.create(slug="pending", name="Pending Chamber", kind="chamber", economy=us, status="pending")
    page = visit(give_password(administrator), width=width)
    for address in OWN_PAGES:
        examine(page, address, scheme)


def test_a_menu_closes_with_escape_and_by_going_elsewhere(visit, administrator):
    page = visit(give_password(administrator))
    menu = page.locator("details.menu")
    menu.locator("summary").click()
    expect(menu.get_by_role("link", name="Your details")).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu.get_by_role("link", name="Your details")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()

    menu.locator("summary").click()
    page.locator("h1").click()
    expect(menu.get_by_role("link", name="Your details")).to_be_hidden()


def test_the_first_tab_leads_past_the_menu(visit):
    page = visit()
    page.goto("/en/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_the_time_zone_of_the_device_is_offered_and_can_be_chosen_without_javascript(visit):
    page = visit(javascript=False)
    page.goto("/en/contact/")
    page.get_by_role("banner").get_by_role("link", name="UTC").click()
    expect(page.locator("[data-zone-offer]")).to_be_hidden()
    page.get_by_label("Time zone").select_option("Asia/Taipei")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/en/contact/")
    expect(page.get_by_role("banner")).to_contain_text("Taipei (UTC+8)")


def test_a_passkey_can_be_added_under_the_strict_policy_and_signs_in(visit, sme):
    page = visit(give_password(sme))
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    page.goto("/en/account/2fa/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)  # before such a change one proves again who one is
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    page.wait_for_url("**/recovery-codes/**")
    page.goto("/en/account/2fa/webauthn/")
    expect(page.get_by_text("Passkey", exact=True)).to_be_visible()

    page.context.clear_cookies()
    page.goto("/en/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/en/desk/")
    assert page.problems == []
