import pytest
from django.core.exceptions import ValidationError

from partners import codes, desk, directory, requesting
from partners.models import ChamberMember, CompanyProfile, PartnerRequest
from partners.models.requests import last_day_on_earth
from portal.notifications.models import Notification
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.partners import ChamberMemberFactory, CompanyProfileFactory, InterestFactory, PartnerRequestFactory


@pytest.mark.django_db
class TestMembership:
    def test_asking_tells_the_firm_and_gives_the_chamber_nothing_yet(self, firm_us, owner_us, chamber_mx, reviewer):
        member = directory.ask_to_join(chamber_mx, company=firm_us, by=reviewer)

        assert member.status == "asked"
        assert not ChamberMember.objects.active().exists()
        assert Notification.objects.get(kind="partners/membership_asked").recipient == owner_us

    def test_the_firm_agrees_refuses_or_ends_it(self, firm_us, owner_us, chamber_mx, reviewer):
        member = directory.ask_to_join(chamber_mx, company=firm_us, by=reviewer)

        agreed = directory.agree(member, by=owner_us)
        assert (agreed.status, agreed.since is not None) == ("active", True)
        assert Notification.objects.get(kind="partners/membership_agreed").recipient == reviewer
        assert directory.end(agreed, by=owner_us).status == "ended"

    def test_a_firm_is_asked_once_at_a_time_and_may_be_asked_again_after_a_no(
        self, firm_us, owner_us, chamber_mx, reviewer
    ):
        member = directory.ask_to_join(chamber_mx, company=firm_us, by=reviewer)
        with pytest.raises(ValidationError, match="asked already"):
            directory.ask_to_join(chamber_mx, company=firm_us, by=reviewer)

        directory.refuse(member, by=owner_us)

        assert directory.ask_to_join(chamber_mx, company=firm_us, by=reviewer).status == "asked"

    def test_a_refused_firm_is_not_a_member_after_all(self, firm_us, owner_us, chamber_mx, reviewer):
        refused = directory.refuse(directory.ask_to_join(chamber_mx, company=firm_us, by=reviewer), by=owner_us)

        with pytest.raises(ValidationError, match="not possible now"):
            directory.agree(refused, by=owner_us)

    def test_only_a_company_is_a_member_firm(self, chamber_mx, reviewer, us):
        with pytest.raises(ValidationError, match="Only a company"):
            directory.ask_to_join(chamber_mx, company=OrganizationFactory(agency=True), by=reviewer)

    def test_a_registered_firm_is_unlisted_unverified_and_of_the_chambers_economy(self, chamber_mx, reviewer):
        member = directory.register_firm(chamber_mx, name="鳳梨酥行", language="zh-hant", by=reviewer, city="Puebla")

        company = member.company
        assert (company.kind, company.economy, company.status) == ("sme", chamber_mx.economy, "unverified")
        assert (company.name_en, company.name_zh_hant) == ("鳳梨酥行", "鳳梨酥行")
        assert (company.profile.is_listed, company.profile.city) == (False, "Puebla")
        assert (member.status, member.is_registered_by_chamber) == ("active", True)


@pytest.mark.django_db
class TestWhoSeesAProfile:
    def seen(self, user):
        return set(CompanyProfile.objects.visible_to(user).values_list("organization__slug", flat=True))

    def test_listed_profiles_are_public_and_others_are_for_their_own_people(self, firm_us, firm_mx, owner_mx, outsider):
        assert self.seen(outsider) == {"cascade-snacks"}
        assert self.seen(owner_mx) == {"cascade-snacks", "mangos-del-istmo"}

    def test_the_chamber_sees_its_members(self, ward, reviewer):
        assert self.seen(reviewer) == {"tostadas-lupita"}
        ward.chambers.update(status="ended")
        assert self.seen(reviewer) == set()

    @pytest.mark.parametrize(
        ("status", "is_seen"), [("sent", True), ("accepted", True), ("withdrawn", False), ("expired", False)]
    )
    def test_the_requests_side_sees_who_is_interested_while_it_is(self, published, owner_mx, status, is_seen):
        shy = CompanyProfileFactory(is_listed=False)
        InterestFactory(request=published, company=shy.organization, status=status)

        assert (shy.organization.slug in self.seen(owner_mx)) == is_seen

    @pytest.mark.parametrize(("status", "is_seen"), [("sent", False), ("accepted", True)])
    def test_the_interested_side_sees_the_firm_once_accepted(self, published, firm_us, owner_us, status, is_seen):
        InterestFactory(request=published, company=firm_us, status=status)

        assert ("mangos-del-istmo" in self.seen(owner_us)) == is_seen

    def test_a_profile_is_counted_once_however_many_ways_lead_to_it(self, published, firm_us, owner_us):
        for status in ("withdrawn", "accepted"):
            InterestFactory(request=published, company=firm_us, status=status)

        assert CompanyProfile.objects.visible_to(owner_us).filter(organization__slug="mangos-del-istmo").count() == 1


@pytest.mark.django_db
class TestDesk:
    def waiting(self, user):
        return [(one.kind, one.title) for one in desk.waiting_for(user)]

    def test_a_chamber_has_what_it_should_review_and_answer(self, chamber_mx, reviewer, published, firm_us):
        PartnerRequestFactory(submitted=True, chamber=chamber_mx, title="Agave")
        InterestFactory(request=published, company=firm_us)

        assert self.waiting(reviewer) == [
            ("Partner request", "Review “Agave”"),
            ("Expression of interest", "Answer the interest in “Dried mango in bulk”"),
        ]

    def test_an_answer_has_its_clock(self, owner_mx, published, firm_us):
        interest = InterestFactory(request=published, company=firm_us)

        (one,) = desk.waiting_for(owner_mx)

        assert (one.since, one.due_at, one.url) == (
            interest.sent_at,
            interest.answer_due_at,
            interest.get_absolute_url(),
        )

    def test_a_firm_has_what_was_sent_back_and_who_asks(self, firm_mx, owner_mx, reviewer, chamber_mx, us):
        request = PartnerRequestFactory(submitted=True, company=firm_mx, chamber=chamber_mx, title="Mango")
        requesting.send_back(request, reason="How much?", by=reviewer)
        ChamberMemberFactory(company=firm_mx, chamber=chamber_mx, asked=True)

        assert self.waiting(owner_mx) == [
            ("Partner request", "Change “Mango” as the chamber asks"),
            ("Membership", "Cámara del Sur asks to write requests for your company"),
        ]

    def test_a_member_who_is_no_manager_is_not_asked_to_decide(self, firm_mx):
        member = UserFactory()
        join(member, firm_mx, role="member")
        ChamberMemberFactory(company=firm_mx, asked=True)

        assert self.waiting(member) == []

    def test_what_is_answered_waits_no_more(self, owner_mx, published, firm_us):
        InterestFactory(request=published, company=firm_us, status="accepted")

        assert self.waiting(owner_mx) == []

    def test_closing_days_of_the_next_two_weeks_are_coming(self, owner_mx, published, firm_mx):
        PartnerRequest.objects.update(closes_on=last_day_on_earth())
        PartnerRequestFactory(published=True, company=firm_mx)

        assert [one.title for one in desk.coming_for(owner_mx)] == ["“Dried mango in bulk” closes"]

    def test_an_outsider_has_nothing_and_costs_one_query(self, outsider, django_assert_num_queries):
        with django_assert_num_queries(1):
            assert (desk.waiting_for(outsider), desk.coming_for(outsider)) == ([], [])


@pytest.mark.parametrize("code", ["08", "0804", "080450", "847"])
def test_an_hs_code_has_two_to_six_digits(code):
    codes.validate_hs_code(code)


@pytest.mark.parametrize("code", ["8", "0804501", "08.04", "", "ab", "０８"])
def test_anything_else_is_no_hs_code(code):
    with pytest.raises(ValidationError):
        codes.validate_hs_code(code)


@pytest.mark.parametrize("code", ["US", "EU", "GB", "TW", "HK"])
def test_a_market_is_an_economy_or_the_union(code):
    codes.validate_market(code)


@pytest.mark.parametrize("code", ["UK", "XX", "ZZ", "us", "USA", "001", ""])
def test_anything_else_is_no_market(code):
    with pytest.raises(ValidationError):
        codes.validate_market(code)


def test_daily_spellings_become_the_iso_code():
    assert [codes.market_code(code) for code in (" uk", "US", "el")] == ["GB", "US", "GR"]


def test_every_profile_language_is_named():
    for code in ("en", "zh-hant", "ja"):
        codes.validate_language(code)
    with pytest.raises(ValidationError):
        codes.validate_language("klingon")
    assert codes.language_name("ja") == "Japanese"
    assert codes.chapters(["080450", "0813", "200899"]) == ["08", "20"]
