"""A real browser against a real server. Mails are read as they were delivered."""

import os
import shutil

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import expect, sync_playwright

# Playwright's own event loop lives in this thread; Django would refuse to touch the database beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

PASSWORD = "a long enough password"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
expect.set_options(timeout=10_000)


def pytest_collection_modifyitems(items):
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def browser():
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        if os.environ.get("PORTAL_REQUIRE_BROWSER"):
            pytest.fail("PORTAL_REQUIRE_BROWSER is set and no Chromium is on the PATH.")
        pytest.skip("No Chromium on the PATH; the browser journeys need one.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser, live_server):
    """``visit(user, language=…)`` gives a page of a fresh browser profile, signed in through the login form."""
    contexts = []

    def open_page(user=None, *, language="en", width=1280, javascript=True):
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            locale=language,
            java_script_enabled=javascript,
        )
        contexts.append(context)
        page = context.new_page()
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda line: page.problems.append(line.text) if line.type == "error" else None)
        if user is not None:
            sign_in(page, user, language)
        return page

    yield open_page
    for context in contexts:
        context.close()


def sign_in(page, user, language="en"):
    page.goto(f"/{language}/account/login/")
    page.locator("input[name=login]").fill(user.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/desk/**")


def give_password(user):
    """Let a person of the cast sign in: a password and a verified address."""
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user
