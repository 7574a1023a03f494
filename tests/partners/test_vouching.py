from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from partners import directory, vouching
from partners.models import ChamberMember, Vouch
from portal.notifications.models import Notification
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.partners import ChamberMemberFactory, PartnerRequestFactory, VouchFactory
from tests.partners.test_interests import race, refused
from tests.partners.test_pages import count_queries

pytestmark = pytest.mark.django_db


def told(kind):
    rows = Notification.objects.filter(kind=f"partners/{kind}").select_related("recipient")
    return sorted(row.recipient.email for row in rows)


def days(number):
    return timezone.localdate() + timedelta(days=number)


def codes_of(refusal):
    """The codes of a refusal, also where it names the field it is about."""
    fields = refusal.error_dict.values() if hasattr(refusal, "error_dict") else [[refusal]]
    return [error.code for errors in fields for error in errors]


@pytest.fixture
def member(chamber_mx, firm_mx):
    return ChamberMemberFactory(chamber=chamber_mx, company=firm_mx)


@pytest.fixture
def checked():
    """What a chamber fills in."""
    return {"checks": ["visit", "registry"], "checked_on": days(-3), "expires_on": days(300)}


def test_a_chamber_says_what_it_checked_and_the_firm_is_told(member, chamber_mx, firm_mx, owner_mx, reviewer, checked):
    said = vouching.vouch(chamber_mx, company=firm_mx, by=reviewer, checked_by_name=" Legal desk ", **checked)

    assert (said.checks, said.checked_by_name) == (["registry", "visit"], "Legal desk")
    assert told("vouch_given") == ["marisol@istmo.example"]
    assert list(Vouch.objects.standing()) == [said]


def test_vouching_again_takes_the_place_of_what_was_said(member, chamber_mx, firm_mx, reviewer, checked):
    first = vouching.vouch(chamber_mx, company=firm_mx, by=reviewer, **checked)

    second = vouching.vouch(chamber_mx, company=firm_mx, by=reviewer, **checked | {"checks": ["references"]})

    first.refresh_from_db()
    assert first.withdrawn_at is not None
    assert list(Vouch.objects.standing()) == [second]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"checks": []}, "checks"),
        ({"checks": ["horoscope"]}, "checks"),
        ({"checked_on": days(1)}, "future"),
        ({"expires_on": days(0)}, "over"),
        ({"checked_on": days(0), "expires_on": days(732)}, "too_long"),
    ],
)
def test_what_cannot_be_said_is_refused(member, chamber_mx, firm_mx, reviewer, checked, change, code):
    with pytest.raises(ValidationError) as refusal:
        vouching.vouch(chamber_mx, company=firm_mx, by=reviewer, **checked | change)

    assert codes_of(refusal.value) == [code]
    assert not Vouch.objects.exists()


def test_a_chamber_vouches_for_members_alone(chamber_mx, firm_us, reviewer, checked):
    with pytest.raises(ValidationError) as refusal:
        vouching.vouch(chamber_mx, company=firm_us, by=reviewer, **checked)

    assert refusal.value.code == "not_a_member"


def test_taken_back_it_is_shown_no_more_and_cannot_be_taken_back_twice(owner_mx, chamber_mx, firm_mx, reviewer):
    said = VouchFactory(chamber=chamber_mx, company=firm_mx)

    vouching.take_back(said, by=reviewer)

    assert not Vouch.objects.standing().exists()
    assert told("vouch_taken_back") == ["marisol@istmo.example"]
    with pytest.raises(ValidationError, match="taken back"):
        vouching.take_back(said, by=reviewer)


def test_it_ends_with_the_membership_and_with_the_chambers_verification(member, chamber_mx, firm_mx, owner_mx, us):
    said = VouchFactory(chamber=chamber_mx, company=firm_mx)
    other = VouchFactory(company=firm_mx)

    directory.end(member, by=owner_mx)
    assert list(Vouch.objects.standing()) == [other]

    other.chamber.status = "pending"
    other.chamber.save(update_fields=["status"])
    assert not Vouch.objects.standing().exists()
    said.refresh_from_db()
    assert said.withdrawn_at is not None


def test_the_chamber_is_reminded_once_a_month_and_once_a_week_before(time_machine, chamber_mx, reviewer, firm_mx):
    said = VouchFactory(chamber=chamber_mx, company=firm_mx, expires_on=days(31))
    ends = said.expires_on

    assert vouching.remind_due() == 0
    for before in (30, 30, 20, 7, 3):
        time_machine.move_to(f"{ends - timedelta(days=before)}T08:00Z", tick=False)
        vouching.remind_due()

    assert told("vouch_ends") == ["ramiro@camara.example"] * 2
    time_machine.move_to(f"{ends + timedelta(days=1)}T08:00Z", tick=False)
    assert (vouching.remind_due(), Vouch.objects.standing().count()) == (0, 0)


def test_a_clock_that_stood_still_reminds_once(chamber_mx, reviewer, firm_mx):
    VouchFactory(chamber=chamber_mx, company=firm_mx, expires_on=days(5))

    vouching.remind_due()
    vouching.remind_due()

    assert told("vouch_ends") == ["ramiro@camara.example"]


@pytest.mark.django_db(transaction=True)
def test_of_two_clicks_at_once_one_word_stands(us, checked):
    chamber, company, by = OrganizationFactory(chamber=True), OrganizationFactory(), UserFactory()
    ChamberMemberFactory(chamber=chamber, company=company)

    outcomes = race(*[lambda: vouching.vouch(chamber, company=company, by=by, **checked)] * 2)

    assert refused(outcomes) == []
    assert Vouch.objects.standing().count() == 1


class TestPages:
    def test_a_chamber_vouches_renews_and_takes_back(self, client, member, chamber_mx, firm_mx, reviewer):
        client.force_login(reviewer)
        address = reverse("partners:vouch-give", args=[member.pk])
        wrong = client.post(address, {"checks": ["visit"], "checked_on": days(2), "expires_on": days(300)})
        assert "This day is still to come" in wrong.content.decode()

        given = {"checks": ["visit"], "checked_on": days(-1), "expires_on": days(300), "checked_by_name": "Desk"}
        page = client.post(address, given, follow=True).content.decode()
        assert "Mangos del Istmo" in page
        assert "Visit on site (Desk)" in page
        assert "Visit on site" in client.get(address).content.decode()

        said = Vouch.objects.get()
        client.post(reverse("partners:vouch-take-back", args=[said.pk]))
        assert not Vouch.objects.standing().exists()

    def test_readers_see_who_checked_what_but_not_which_person(self, client, firm_us):
        said = VouchFactory(company=firm_us, checks=["certificates"], checked_by_name="Desk of Ms Reyes")

        for address in (firm_us.profile.get_absolute_url(), reverse("partners:company-list")):
            page = client.get(address).content.decode()
            assert said.chamber.name in page
            assert "Certificates seen" in page
            assert "Reyes" not in page

    def test_a_request_that_hides_its_company_says_nothing_of_it(self, client, firm_mx, chamber_mx, us):
        VouchFactory(company=firm_mx, chamber=chamber_mx, checks=["references"])
        request = PartnerRequestFactory(published=True, company=firm_mx, chamber=chamber_mx)

        assert "References" not in client.get(request.get_absolute_url()).content.decode()

    def test_nobody_vouches_for_her_own_firm_or_for_another_chambers_member(self, client, member, reviewer, firm_mx):
        other = ChamberMemberFactory()
        client.force_login(reviewer)
        assert client.get(reverse("partners:vouch-give", args=[other.pk])).status_code == 404

        join(reviewer, firm_mx)
        assert client.get(reverse("partners:vouch-give", args=[member.pk])).status_code == 403

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_list_costs_the_same_for_one_and_for_three(self, client, chamber_mx, reviewer, us, count):
        for _number in range(count):
            said = VouchFactory(chamber=chamber_mx)
            ChamberMember.objects.create(
                chamber=chamber_mx, company=said.company, status="active", since=timezone.now()
            )
        client.force_login(reviewer)

        response = count_queries(client, reverse("partners:vouch-list"), 2, table="partners_vouch")

        assert len(response.context["page"]) == count


class TestActingFor:
    @pytest.fixture
    def two(self, client, chamber_mx, reviewer):
        other = OrganizationFactory(chamber=True, name_en="Zweite Kammer")
        join(reviewer, other)
        client.force_login(reviewer)
        return other

    def test_who_belongs_to_several_chambers_chooses(self, client, two, chamber_mx):
        register = reverse("partners:firm-register")
        assert client.get(register).context["chamber"] == chamber_mx

        answer = client.post(reverse("partners:chamber-choose"), {"chamber": two.slug, "next": register})

        assert answer.url == register
        assert client.get(register).context["chamber"] == two
        assert "You act for" in client.get(register).content.decode()

    def test_only_among_her_own_and_never_led_astray(self, client, two, chamber_mx, us):
        foreign = OrganizationFactory(chamber=True)
        choose = reverse("partners:chamber-choose")

        client.post(choose, {"chamber": foreign.slug})
        assert client.get(reverse("partners:firm-register")).context["chamber"] == chamber_mx
        assert client.post(choose, {"chamber": two.slug, "next": "https://evil.example/"}).url.endswith("/chamber/")
        assert client.post(choose, {"chamber": two.slug, "next": "//evil.example/"}).url.endswith("/chamber/")

    def test_who_left_the_chosen_chamber_acts_for_the_other(self, client, two, reviewer, chamber_mx):
        client.post(reverse("partners:chamber-choose"), {"chamber": two.slug})
        reviewer.memberships.filter(organization=two).update(status="ended")

        assert client.get(reverse("partners:firm-register")).context["chamber"] == chamber_mx

    def test_for_who_has_no_chamber_there_is_nothing_to_choose(self, client, chamber_mx):
        client.force_login(UserFactory())

        assert client.post(reverse("partners:chamber-choose"), {"chamber": chamber_mx.slug}).status_code == 404
