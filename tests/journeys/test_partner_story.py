"""A chamber writes a request for a member firm, which confirms it; a firm it suits asks, and both meet."""

from playwright.sync_api import expect

from partners.models import ExpressionOfInterest, PartnerRequest
from portal.accounts.permissions import company_ids
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.partners import ChamberMemberFactory, CompanyProfileFactory
from tests.factories.reference import economy, sector
from tests.journeys.conftest import give_password
from tests.journeys.post import last_mail_to, links_in, mails_to, text_of


def test_from_a_request_to_an_introduction(visit, sme, chamber):
    trade = sector("processed-food", "Processed food")
    for code in ("US", "MX", "TW", "CA"):
        economy(code)
    give_password(chamber)
    give_password(sme)
    firm = OrganizationFactory(name="Andes Fruit", code="US")
    owner = give_password(UserFactory(full_name="Ana Arriaga"))
    join(owner, firm)
    ChamberMemberFactory(chamber=chamber.active_memberships[0].organization, company=firm)
    CompanyProfileFactory(organization=firm)
    bystander = UserFactory(full_name="Bea Bystander", sme_in="MX")
    CompanyProfileFactory(
        organization=bystander.active_memberships[0].organization, sectors=["software"], hs_codes=("847150",)
    )
    # A Taiwanese owner whose firm suits the request; she reads Chinese.
    asker = give_password(UserFactory(full_name="林雅婷", sme_in="TW", language="zh-hant", time_zone="Asia/Taipei"))
    suited = asker.active_memberships[0].organization
    CompanyProfileFactory(
        organization=suited,
        language="zh-hant",
        capabilities="我們生產芒果乾與其他水果乾，供應烘焙連鎖店，尚有產能，可代工與分裝。",
        hs_codes=("200899",),
        languages=("zh-hant", "en"),
    )

    # The chamber writes, the firm finds the text right, the chamber publishes.
    desk = visit(chamber)
    desk.goto("/en/opportunities/new/")
    desk.locator("[name=company]").select_option(index=0)
    desk.locator("[name=type]").select_option("business_request")
    desk.locator("[name=title]").fill("Dried fruit for bakery chains")
    desk.locator("[name=teaser]").fill("We look for a maker of dried fruit with spare capacity.")
    desk.locator("[name=description]").fill("Forty tonnes a year, packed in ten-kilo boxes, from next spring on.")
    desk.locator("[name=sectors]").select_option(trade.slug)
    desk.locator("[name=hs_codes]").fill("200899")
    desk.locator("[name=target_economies][value=TW]").check()
    desk.locator("main form:has([name=title]) button[type=submit]").click()
    request = PartnerRequest.objects.get()
    expect(desk.get_by_role("button", name="Publish the request")).to_have_count(0)
    desk.get_by_role("button", name="Ask the company to confirm the text").click()
    reader = visit(owner)
    reader.goto(next(link for link in links_in(last_mail_to(owner.email)) if request.slug in link))
    reader.get_by_role("button", name="The text is right").click()
    expect(reader.locator("main")).to_contain_text("The company has confirmed this text")
    desk.goto(request.get_absolute_url())
    desk.get_by_role("button", name="Publish the request").click()
    request.refresh_from_db()
    assert request.status == "published"

    # The firm it suits is told, in Chinese, with the reasons; the others are not.
    told = last_mail_to(asker.email)
    assert "Dried fruit for bakery chains" in told["Subject"] + text_of(told)
    assert "2008" in text_of(told)
    assert mails_to(bystander.email) == []

    # She asks. Nobody has a contact yet.
    opportunity = visit(asker, language="zh-hant")
    opportunity.goto(next(link for link in links_in(told) if request.slug in link))
    expect(opportunity.locator("html")).to_have_attribute("lang", "zh-hant")
    opportunity.locator("form:has([name=message]) [name=message]").fill("我們每年可供應五十噸果乾。")
    opportunity.locator("form:has([name=message]) button[type=submit]").click()
    interest = ExpressionOfInterest.objects.get()
    received = last_mail_to(chamber.email)
    for contact in (asker.email, asker.full_name):
        assert contact not in text_of(received)
        assert contact not in desk_sees(desk, interest)
    opportunity.goto(interest.get_absolute_url())
    for contact in (chamber.email, owner.email, chamber.full_name):
        assert contact not in opportunity.content()

    # The chamber accepts: both firms get the other's contact, by mail and on the page, and see who saw what.
    desk.goto(interest.get_absolute_url())
    desk.get_by_role("button", name="Accept the interest").click()
    expect(desk.locator("main")).to_contain_text(asker.email)
    opportunity.reload()
    expect(opportunity.locator("main")).to_contain_text(owner.email)
    assert owner.email in text_of(last_mail_to(asker.email))
    assert asker.email in text_of(last_mail_to(owner.email))
    opportunity.goto("/zh-hant/opportunities/disclosures/")
    expect(opportunity.locator("main")).to_contain_text(chamber.active_memberships[0].organization.name)
    assert company_ids(asker) == {suited.pk}
    assert desk.problems == reader.problems == opportunity.problems == []


def desk_sees(desk, interest):
    desk.goto(interest.get_absolute_url())
    return desk.content()
