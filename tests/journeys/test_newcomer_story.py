"""An official publishes a guide; a newcomer signs up in Chinese, founds her firm on the portal and finds it."""

from django.utils import translation
from playwright.sync_api import expect

from portal.accounts.models import Organization, User
from resources.models import Resource
from tests.factories.accounts import UserFactory, join
from tests.factories.reference import economy, topic
from tests.journeys.conftest import PASSWORD, give_password
from tests.journeys.post import last_mail_to, links_in

NEWCOMER = "yating@example.com"


def test_a_guide_is_published_and_a_newcomer_finds_it_in_her_own_words(visit, official):
    economy("TW")
    topic()
    give_password(official)
    colleague = give_password(UserFactory(full_name="Carla Colleague"))
    join(colleague, official.active_memberships[0].organization)

    # The official writes a guide in English and Chinese and submits it; her colleague reads and publishes it.
    desk = visit(official)
    desk.goto("/en/resources/manage/new/")
    desk.locator("[name=kind]").select_option("guide")
    desk.locator("[name=url]").fill("https://www.example.gov/duties")
    desk.locator("[name=page_languages][value=en]").check()
    desk.locator("[name=publisher]").select_option(index=1)
    desk.locator("[name=topics]").first.check()
    desk.locator("[name=title_en]").fill("How duties are set")
    desk.locator("[name=summary_en]").fill("What a first shipment pays at the border.")
    for details in desk.locator("details:has([name=title_zh_hant])").all():
        details.evaluate("element => element.open = true")
    desk.locator("[name=title_zh_hant]").fill("進口關稅如何計算")
    desk.locator("[name=summary_zh_hant]").fill("第一批貨在邊境要付什麼。")
    desk.locator("main form:has([name=title_en]) button[type=submit]").first.click()
    guide = Resource.objects.get()
    desk.goto(guide.get_absolute_url())
    desk.get_by_role("button", name="Submit for publication").click()
    expect(desk.get_by_role("button", name="Publish")).to_have_count(0)
    review = visit(colleague)
    review.goto(guide.get_absolute_url())
    review.get_by_role("button", name="Publish").click()
    expect(review.locator("main")).to_contain_text("Published")

    # A visitor signs up on a phone, in Chinese.
    phone = visit(language="zh-hant", width=390)
    phone.goto("/zh-hant/account/signup/")
    phone.locator("[name=email]").fill(NEWCOMER)
    phone.locator("[name=password1]").fill(PASSWORD)
    phone.locator("[name=password2]").fill(PASSWORD)
    phone.locator("[name=full_name]").fill("林雅婷")
    phone.locator("[name=purpose][value=sme]").check()
    phone.locator("main form:has([name=email]) button[type=submit]").click()
    expect(phone.locator("main")).to_contain_text(NEWCOMER)
    confirmation = last_mail_to(NEWCOMER)
    assert User.objects.get(email=NEWCOMER).language == "zh-hant"
    phone.goto(next(link for link in links_in(confirmation) if "confirm-email" in link))
    phone.locator("main form button[type=submit]").first.click()

    # She says which firm she comes from, and lands on her desk.
    phone.wait_for_url("**/welcome/**")
    phone.locator("[name=name]").fill("緻彩染整")
    phone.locator("[name=economy]").select_option("TW")
    phone.locator("main form:has([name=name]) button[type=submit]").click()
    phone.locator("a[href*='/organizations/new/']").first.click()
    phone.locator("main form:has([name=name]) button[type=submit]").click()
    firm = Organization.objects.get(kind="sme")
    with translation.override("zh-hant"):
        assert (firm.name, firm.economy_id) == ("緻彩染整", "TW")
    assert firm.memberships.get().user.email == NEWCOMER

    # She finds the guide by a word inside its Chinese title.
    phone.goto("/zh-hant/resources/?words=關稅")
    phone.get_by_role("link", name="進口關稅如何計算").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("進口關稅如何計算")
    expect(phone.locator("a[href='https://www.example.gov/duties']").first).to_be_visible()
    phone.goto(phone.url.replace("/zh-hant/", "/fr/"))
    expect(phone.locator("main")).to_contain_text("How duties are set")
    assert desk.problems == phone.problems == []
