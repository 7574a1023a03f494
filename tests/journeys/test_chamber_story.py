"""A chamber brings its members in from a file, vouches for one, and hands its request to a chamber abroad, which
recommends it to a member of its own; every page on the way without a barrier that a program can find."""

import pytest
from playwright.sync_api import expect

from partners import unloading
from partners.models import FirmImport, Referral
from portal.accounts.models import Organization
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.partners import ChamberMemberFactory, CompanyProfileFactory, PartnerRequestFactory
from tests.factories.reference import economy, sector
from tests.journeys.conftest import give_password
from tests.journeys.post import last_mail_to, text_of
from tests.journeys.test_accessibility import examine

MEMBERS = """name,language,city,sectors,hs_codes,capabilities
Andes Fruit,es,Puebla,processed-food,200899,Secamos fruta.
"""


@pytest.fixture
def cast(db):
    """A chamber of three people's trade in Mexico, one in Taiwan with a quiet member that reads Chinese."""
    for code in ("US", "MX", "TW"):
        economy(code)
    sector("processed-food", "Processed food")
    here = OrganizationFactory(chamber=True, code="MX", name_en="Cámara del Sur")
    there = OrganizationFactory(chamber=True, code="TW", name_en="Taichung Chamber", name_zh_hant="台中商會")
    people = {
        "here": give_password(UserFactory(full_name="Ramiro Cantú")),
        "there": give_password(UserFactory(full_name="陳淑芬", language="zh-hant")),
        "maker": give_password(UserFactory(full_name="林雅婷", language="zh-hant", sme_in="TW")),
    }
    join(people["here"], here)
    join(people["there"], there)
    quiet = people["maker"].active_memberships[0].organization
    CompanyProfileFactory(organization=quiet, language="zh-hant", languages=("zh-hant", "en"), is_listed=False)
    ChamberMemberFactory(chamber=there, company=quiet)
    return {**people, "chamber": here, "abroad": there, "quiet": quiet}


def test_from_a_file_of_members_to_a_candidate_abroad(visit, cast, tmp_path):
    file = tmp_path / "members.csv"
    file.write_text(MEMBERS, encoding="utf-8")
    page = visit(cast["here"])

    # The members come from a file that is looked through first.
    page.goto("/en/opportunities/chamber/imports/")
    page.locator("[name=file]").set_input_files(file)
    page.get_by_role("button", name="Look the file through").click()
    page.wait_for_url("**/imports/*-*-*/")
    (run,) = FirmImport.objects.all()
    unloading.work_on(run.pk)
    page.reload()
    expect(page.locator("main")).to_contain_text("1 new")
    page.get_by_role("button", name="Load them").click()
    unloading.work_on(run.pk)
    page.reload()
    expect(page.locator("main")).to_contain_text("Your file is loaded")

    # It vouches for one of them.
    firm = Organization.objects.get(name_en="Andes Fruit")
    page.goto("/en/opportunities/chamber/members/")
    page.get_by_role("link", name="Vouch for it").click()
    page.get_by_label("Visit on site").check()
    page.get_by_role("button", name="Vouch for the company").click()
    expect(page.locator("main")).to_contain_text("Visit on site")

    # It hands the firm's request to a chamber abroad, which does not learn whose it is.
    request = PartnerRequestFactory(
        published=True, company=firm, chamber=cast["chamber"], targets=["TW"], title="Dried mango in bulk"
    )
    page.goto(request.get_absolute_url())
    page.get_by_role("link", name="Hand it to a chamber abroad").click()
    page.get_by_role("button", name="Send it to the chamber").click()
    (referral,) = Referral.objects.all()
    received = last_mail_to(cast["there"].email)
    assert "Andes" not in text_of(received)

    # That chamber takes it up and recommends it to a member that is in no directory; the member says no, politely.
    other = visit(cast["there"], language="zh-hant")
    other.goto(referral.get_absolute_url().replace("/en/", "/zh-hant/"))
    other.locator(f'form[action$="/{referral.pk}/accept/"] button').first.click()
    other.goto(f"/zh-hant/opportunities/{request.slug}/candidates/")
    expect(other.locator("main")).to_contain_text(str(cast["quiet"]))
    other.locator("main details:has(textarea) summary").first.click()
    other.locator('form[action$="/invite/"] textarea').first.fill("我們認為很適合貴公司。")
    other.locator('form[action$="/invite/"] button').first.click()
    told = text_of(last_mail_to(cast["maker"].email))
    assert "我們認為很適合貴公司。" in told
    assert "Andes" not in told

    maker = visit(cast["maker"], language="zh-hant")
    maker.goto("/zh-hant/opportunities/invitations/")
    maker.locator("main .row__title a").click()
    maker.locator("[name=reason]").select_option("later")
    maker.locator('form[action$="/no/"] button').click()
    assert last_mail_to(cast["there"].email)["Subject"]


@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "light", "en"), (390, "dark", "zh-hant")])
def test_the_pages_of_chambers_have_no_barrier_that_a_program_can_find(visit, cast, width, scheme, language):
    request = PartnerRequestFactory(published=True, chamber=cast["chamber"], targets=["TW"])
    CompanyProfileFactory(code="TW")
    member = ChamberMemberFactory(chamber=cast["chamber"], company=OrganizationFactory(code="MX"))
    CompanyProfileFactory(organization=member.company)
    page = visit(cast["here"], width=width, language=language)
    for address in (
        "opportunities/chamber/",
        "opportunities/chamber/members/",
        f"opportunities/chamber/members/{member.pk}/vouch/",
        f"opportunities/chamber/members/{member.pk}/matches/",
        "opportunities/chamber/vouches/",
        "opportunities/chamber/claims/",
        "opportunities/chamber/imports/",
        "opportunities/referrals/",
        f"opportunities/{request.slug}/",
        f"opportunities/{request.slug}/candidates/",
        f"opportunities/{request.slug}/refer/",
        "opportunities/invitations/",
    ):
        examine(page, f"/{language}/{address}", scheme)
