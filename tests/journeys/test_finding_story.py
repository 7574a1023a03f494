"""Finding a resource by keyboard, with JavaScript and without."""

from playwright.sync_api import expect

from tests.factories.resources import ResourceFactory


def test_suggestions_are_chosen_by_keyboard_and_a_facet_renews_the_list(visit):
    ResourceFactory(published=True, title_en="Tariff finder", slug="tariff-finder")
    ResourceFactory(published=True, title_en="Other guide", kind="tool", code="MX")
    page = visit()
    page.goto("/en/resources/")
    field = page.locator("#global-search")
    field.press_sequentially("tari", delay=40)
    option = page.get_by_role("option", name="Tariff finder")
    expect(option).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    field.press("Escape")
    expect(option).to_be_hidden()
    expect(field).to_have_value("tari")
    field.press("End")
    field.press_sequentially("f", delay=40)
    expect(option).to_be_visible()
    field.press("ArrowDown")
    field.press("Enter")
    page.wait_for_url("**/en/resources/tariff-finder/")

    page.goto("/en/resources/")
    page.locator("#facet-language > summary").click()
    box = page.locator("#facet-economy-MX")
    box.focus()
    box.press(" ")
    expect(page.locator("#results-count")).to_have_text("1 resource for Mexico")
    page.wait_for_url("**/en/resources/?economy=MX")
    expect(page.locator("#facet-economy-MX")).to_be_focused()
    expect(page.locator("#facet-language")).to_have_attribute("open", "")
    expect(page.locator("#facet-kind-guide")).to_have_count(0)
    assert page.problems == []


def test_without_javascript_the_field_searches_and_the_filters_narrow(visit):
    ResourceFactory(published=True, title_en="Tariff finder")
    ResourceFactory(published=True, title_en="Tariff guide of Mexico", code="MX")
    page = visit(javascript=False)
    page.goto("/en/")
    page.locator("#global-search").fill("tariff")
    page.locator("#global-search").press("Enter")
    expect(page.locator("#results-count")).to_have_text("2 resources with “tariff”")
    page.locator("#facet-economy-MX").check()
    page.get_by_role("button", name="Show the resources").click()
    expect(page.locator("#results-count")).to_have_text("1 resource with “tariff”, for Mexico")
    expect(page.get_by_role("heading", name="Tariff guide of Mexico").locator("mark")).to_have_text("Tariff")
