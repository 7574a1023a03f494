import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from partners import explaining, inviting, matching, ranking
from partners.models import CandidateInvitation, CompanyProfile, Condition, Dismissal, Match, PartnerRequest
from partners.weights import THRESHOLD
from portal.notifications.models import Notification
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.partners import (
    ChamberMemberFactory,
    CompanyProfileFactory,
    InterestFactory,
    PartnerRequestFactory,
    ReferralFactory,
)
from tests.partners.test_interests import race, refused
from tests.partners.test_pages import count_queries

pytestmark = pytest.mark.django_db


def told(kind):
    rows = Notification.objects.filter(kind=f"partners/{kind}").select_related("recipient")
    return sorted(row.recipient.email for row in rows)


def names(rows):
    return [row.company.name for row in rows]


def how(reasons):
    (complement,) = [reason for reason in reasons if reason["criterion"] == "complement"]
    if complement["outcome"] == "unknown":
        return "unknown"
    is_against = complement["detail"]["how"] == "wanted" and complement["outcome"] == "not_met"
    return "others_wanted" if is_against else complement["detail"]["how"]


@pytest.fixture
def chamber_us(us):
    return OrganizationFactory(chamber=True, name_en="Harbor Chamber")


@pytest.fixture
def colleague(chamber_us):
    user = UserFactory(email="hal@harbor.example", full_name="Hal Ito")
    join(user, chamber_us)
    return user


@pytest.fixture
def member_us(chamber_us):
    """A member of the chamber abroad that is in no public directory, with one person."""
    company = OrganizationFactory(name_en="Quiet Snacks", slug="quiet-snacks")
    CompanyProfileFactory(organization=company, is_listed=False)
    ChamberMemberFactory(chamber=chamber_us, company=company)
    join(UserFactory(email="quinn@quiet.example"), company)
    return company


class TestInviting:
    def test_a_candidate_is_told_once_with_reasons_and_without_the_firms_name(
        self, published, firm_us, owner_us, chamber_mx, reviewer, mailoutbox, django_capture_on_commit_callbacks
    ):
        why = ranking.reasons_of(published, firm_us)
        with django_capture_on_commit_callbacks(execute=True):
            inviting.invite(published, company=firm_us, chamber=chamber_mx, reasons=why, note="A fit?", by=reviewer)

        (mail,) = [mail for mail in mailoutbox if "nora@" in mail.to[0]]
        whole = mail.subject + mail.body + mail.alternatives[0][0]
        assert "Cámara del Sur recommends a request to Cascade Snacks" in mail.subject
        assert "Processed food" in mail.body
        assert "A fit?" in mail.body
        assert "Istmo" not in whole
        with pytest.raises(ValidationError) as refusal:
            inviting.invite(published, company=firm_us, chamber=chamber_mx, by=reviewer)
        assert refusal.value.code == "already"

    def test_who_cannot_be_invited_and_why(self, published, firm_us, owner_us, chamber_mx, chamber_us, member_us):
        def why(company, chamber=chamber_mx):
            return inviting.obstacles(published, chamber, [company.pk]).get(company.pk, "")

        assert why(firm_us) == ""
        assert why(published.company) == "own"
        assert why(member_us) == "not_visible"
        assert why(firm_us, chamber_us) == "not_yours"
        assert why(CompanyProfileFactory().organization) == "nobody"
        Dismissal.objects.create(request=published, company=firm_us, reason="later")
        assert why(firm_us) == "dismissed"
        InterestFactory(request=published, company=firm_us, by=owner_us)
        assert why(firm_us) == "interested"
        closed = PartnerRequestFactory(closed=True, chamber=chamber_mx)
        assert inviting.obstacles(closed, chamber_mx, [firm_us.pk]) == {firm_us.pk: "closed"}

    def test_a_chamber_that_was_handed_the_request_invites_its_members_alone(
        self, published, chamber_us, colleague, member_us, firm_us, owner_us
    ):
        ReferralFactory(request=published, to_chamber=chamber_us, status="accepted")

        inviting.invite(published, company=member_us, chamber=chamber_us, by=colleague)

        assert told("candidate_invited") == ["quinn@quiet.example"]
        with pytest.raises(ValidationError) as refusal:
            inviting.invite(published, company=firm_us, chamber=chamber_us, by=colleague)
        assert refusal.value.code == "not_visible"

    def test_a_no_is_told_without_its_reason_and_the_request_is_shown_no_more(
        self, published, firm_us, owner_us, chamber_mx, reviewer
    ):
        invitation = inviting.invite(published, company=firm_us, chamber=chamber_mx, by=reviewer)
        with pytest.raises(ValidationError):
            inviting.decline(invitation, reason="boring", by=owner_us)

        inviting.decline(invitation, reason="size", by=owner_us)

        assert Dismissal.objects.get().reason == "size"
        assert told("candidate_declined") == ["ramiro@camara.example"]
        assert "size" not in str(Notification.objects.get(kind="partners/candidate_declined").context)

    def test_only_so_many_are_invited(self, published, chamber_mx, reviewer, firm_us, owner_us):
        for _number in range(inviting.MOST_INVITED):
            company = OrganizationFactory()
            CandidateInvitation.objects.create(request=published, company=company, chamber=chamber_mx)

        with pytest.raises(ValidationError) as refusal:
            inviting.invite(published, company=firm_us, chamber=chamber_mx, by=reviewer)

        assert refusal.value.code == "too_many"

    @pytest.mark.django_db(transaction=True)
    def test_of_two_clicks_at_once_one_mail_goes_out(self, published, firm_us, owner_us, chamber_mx, reviewer):
        outcomes = race(*[lambda: inviting.invite(published, company=firm_us, chamber=chamber_mx, by=reviewer)] * 2)

        assert [refusal.code for refusal in refused(outcomes)] == ["already"]
        assert told("candidate_invited") == ["nora@cascade.example"]


class TestRanking:
    def test_a_chamber_sees_who_fits_and_which_are_its_members(self, published, firm_us, owner_us, chamber_mx):
        ChamberMemberFactory(chamber=chamber_mx, company=firm_us)

        (row,) = ranking.ranked(published, chamber_mx).everywhere

        assert (row.company, row.is_member, row.may_invite) == (firm_us, True, True)
        assert row.score >= THRESHOLD

    def test_members_that_are_in_no_directory_are_found_by_their_own_chamber(
        self, published, chamber_us, member_us, firm_us
    ):
        assert names(ranking.ranked(published, chamber_us).members) == ["Quiet Snacks"]
        assert "Quiet Snacks" not in names(ranking.ranked(published, published.chamber).everywhere)

    def test_when_nobody_fits_the_chamber_reads_why(self, client, published, firm_us, reviewer):
        CompanyProfile.objects.filter(organization=firm_us).update(certifications=["ISO 9001"])
        for kind, value, is_required in (("certification", "AS9100", True), ("language", "fr", False)):
            Condition.objects.create(
                request=published, kind=kind, value=value, is_required=is_required, is_confirmed=True
            )
        client.force_login(reviewer)

        page = client.get(reverse("partners:candidate-list", args=[published.slug])).content.decode()

        assert "Cascade Snacks" not in page
        assert "AS9100" in page
        assert "1 company would fit without it" in page

    def test_a_candidate_that_lacks_what_is_required_stands_beside_how_many_lack_it(
        self, client, published, firm_us, reviewer
    ):
        CompanyProfile.objects.filter(organization=firm_us).update(certifications=["ISO 9001"])
        Condition.objects.create(
            request=published, kind="certification", value="AS9100", is_required=True, is_confirmed=True
        )
        client.force_login(reviewer)
        address = reverse("partners:candidate-list", args=[published.slug])

        page = client.get(address).content.decode()
        assert "Cascade Snacks" in page
        assert "1 company would fit without it" in page

        CompanyProfile.objects.filter(organization=firm_us).update(certifications=["AS9100"], read_of="changed")
        assert "would fit without it" not in client.get(address).content.decode()

    def test_where_nobody_fits_all_that_are_looked_at_are_counted_not_only_the_first(
        self, published, firm_us, chamber_mx, monkeypatch
    ):
        monkeypatch.setattr(ranking, "LIMIT", 1)
        monkeypatch.setattr(matching, "MOST_STORED", 4)
        for _number in range(3):
            CompanyProfileFactory()
        CompanyProfile.objects.update(certifications=["ISO 9001"])
        Condition.objects.create(
            request=published, kind="certification", value="AS9100", is_required=True, is_confirmed=True
        )
        matching.refresh(published)

        ranked = ranking.ranked(published, chamber_mx)

        assert len(ranked.everywhere) == 1
        assert [line.endswith("4 companies would fit without it.") for line in ranked.nobody] == [True]

    def test_reasons_do_not_tell_of_a_candidates_unnamed_requests(self, published, firm_us, chamber_mx):
        PartnerRequestFactory(published=True, company=firm_us, type="business_request", targets=["MX"])

        (row,) = ranking.ranked(published, chamber_mx).everywhere

        assert "own_request" not in str(row.reasons)

    @pytest.mark.parametrize("since", ["open", "hidden", "closed"])
    def test_of_stored_matches_too_the_chamber_reads_nothing_of_unnamed_requests(
        self, published, firm_us, chamber_mx, since
    ):
        named = CompanyProfileFactory(organization__name_en="Named Snacks").organization
        for company, shows_company in ((firm_us, False), (named, True)):
            PartnerRequestFactory(
                published=True, company=company, type="business_request", targets=["MX"], shows_company=shows_company
            )
        matching.refresh(published)
        assert all("own_request" in str(match.reasons) for match in published.matches.all())
        if since == "hidden":
            PartnerRequest.objects.filter(company=firm_us).update(hidden_at=timezone.now())
        elif since == "closed":
            PartnerRequest.objects.filter(company=firm_us).update(status="closed")

        rows = {row.company: row for row in ranking.ranked(published, chamber_mx).everywhere}

        assert "own_request" not in str(rows[firm_us].reasons)
        assert "own_request" in str(rows[named].reasons)
        assert list(rows) == [named, firm_us]

    @pytest.mark.parametrize(
        ("wanted", "requests", "inside", "outside"),
        [
            (["business_offer"], [("business_request", False)], "own_request", "wanted"),
            (["investment"], [("business_request", False)], "own_request", "others_wanted"),
            ([], [("business_request", False)], "own_request", "unknown"),
            ([], [("business_request", True)], "own_request", "own_request"),
            ([], [("business_request", False), ("procurement", True)], "own_request", "own_request"),
            ([], [("business_offer", False)], "same_side", "unknown"),
            ([], [("business_request", False), ("business_offer", True)], "own_request", "same_side"),
        ],
    )
    def test_what_is_stored_for_others_is_what_a_comparison_for_others_says(
        self, published, firm_us, chamber_mx, wanted, requests, inside, outside
    ):
        CompanyProfile.objects.filter(organization=firm_us).update(wanted_types=wanted)
        for kind, shows_company in requests:
            PartnerRequestFactory(published=True, company=firm_us, type=kind, shows_company=shows_company)
        matching.refresh(published)

        stored = published.matches.get()
        (near,) = ranking.nearest(published)
        (compared,) = matching.candidates_for(published)

        assert (how(stored.reasons), how(near.reasons)) == (inside, outside)
        assert (near.score, near.reasons) == (compared.score, explaining.shown(compared.as_json()))

    def test_where_nothing_is_stored_for_others_nothing_is_said_of_own_requests(self, published, firm_us):
        PartnerRequestFactory(published=True, company=firm_us, type="business_request")
        matching.refresh(published)
        stored = published.matches.get()
        stored.reasons = [{name: one[name] for name in one if name != "outside"} for one in stored.reasons]
        stored.save(update_fields=["reasons"])

        (near,) = ranking.nearest(published)

        assert how(near.reasons) == "unknown"

    def test_how_a_request_stands_is_counted_without_unnamed_requests(self, published, firm_us):
        matching.refresh(published)
        (match,) = published.matches.all()
        published.matches.update(score=THRESHOLD + 0.01, shown_score=THRESHOLD - 0.01)
        assert ranking.standing(published) == ranking.Standing(0, 0, 0)

        published.matches.update(shown_score=match.score)
        unnamed = PartnerRequestFactory(published=True)
        Match.objects.create(request=unnamed, company=firm_us, score=1, shown_score=0)
        assert ranking.standing(published) == ranking.Standing(1, 1, 1)

    def test_what_is_stored_is_shown_and_what_changed_since_is_compared_at_once(self, published, firm_us, chamber_mx):
        matching.refresh(published)
        published.matches.update(shown_score=0.99)
        assert [row.score for row in ranking.ranked(published, chamber_mx).everywhere] == [0.99]

        PartnerRequest.objects.filter(pk=published.pk).update(description="We tune pianos.")
        (row,) = ranking.ranked(published, chamber_mx).everywhere
        assert row.score < 0.99
        # And once more, as long as nothing newer is stored.
        assert [again.score for again in ranking.ranked(published, chamber_mx).everywhere] == [row.score]

    @pytest.mark.parametrize("why", ["dismissed", "declined", "left the directory"])
    def test_who_is_out_since_the_matches_were_stored_is_not_shown(self, published, firm_us, owner_us, chamber_mx, why):
        matching.refresh(published)
        other = CompanyProfileFactory().organization
        matching.refresh_company(other)
        if why == "dismissed":
            Dismissal.objects.create(request=published, company=firm_us, reason="later")
        elif why == "declined":
            InterestFactory(request=published, company=firm_us, by=owner_us, status="declined", decline_reason="other")
        else:
            CompanyProfile.objects.filter(organization=firm_us).update(is_listed=False)

        assert [row.company for row in ranking.ranked(published, chamber_mx).everywhere] == [other]

    def test_how_a_request_stands_among_all_that_suit_a_company(self, published, firm_us, us):
        matching.refresh(published)
        assert ranking.standing(published) == ranking.Standing(fitting=1, best=1, among_first=1)

        better = PartnerRequestFactory(published=True)
        matching.refresh(better)
        better.matches.update(shown_score=1)
        assert ranking.standing(published) == ranking.Standing(fitting=1, best=0, among_first=1)
        assert ranking.standing(better).best == 1

    def test_a_dismissal_that_nobody_asked_for_stays_the_companys_own(self, published, firm_us, chamber_mx):
        Dismissal.objects.create(request=published, company=firm_us, reason="size")

        assert ranking.ranked(published, chamber_mx).everywhere == []
        assert ranking.ranked(published, chamber_mx).invited == []

    def test_whom_another_chamber_invited_is_its_own_affair(self, published, chamber_mx, chamber_us, member_us):
        CandidateInvitation.objects.create(request=published, company=member_us, chamber=chamber_us)

        assert ranking.ranked(published, chamber_mx).invited == []
        assert [answer.invitation.company for answer in ranking.ranked(published, chamber_us).invited] == [member_us]


class TestPages:
    def test_the_chamber_looks_and_invites_and_the_company_says_no(
        self, client, published, firm_us, owner_us, reviewer
    ):
        client.force_login(reviewer)
        address = reverse("partners:candidate-list", args=[published.slug])
        assert address in client.get(published.get_absolute_url()).content.decode()
        page = client.get(address).content.decode()
        assert "Cascade Snacks" in page
        invite = reverse("partners:candidate-invite", args=[published.slug, firm_us.slug])
        wrong = client.post(invite, {"note": "call +52 1 33 1234 5678"}, follow=True).content.decode()
        assert "Leave e-mail addresses" in wrong
        assert "is told of the request" in client.post(invite, {"note": "Yours?"}, follow=True).content.decode()

        client.force_login(owner_us)
        (invitation,) = CandidateInvitation.objects.all()
        assert published.title in client.get(reverse("partners:invitation-list")).content.decode()
        detail = reverse("partners:invitation-detail", args=[invitation.pk])
        page = client.get(detail).content.decode()
        assert "Yours?" in page
        assert "Istmo" not in page
        no = reverse("partners:invitation-decline", args=[invitation.pk])
        assert client.post(no, {"reason": "boring"}).status_code == 422
        client.post(no, {"reason": "market"})
        assert "Not our market" in client.get(detail).content.decode()

        client.force_login(reviewer)
        assert "Said no, thank you" in client.get(address).content.decode()

    def test_a_chamber_that_was_handed_the_request_sees_its_own_members_alone(
        self, client, published, chamber_us, colleague, member_us, firm_us
    ):
        client.force_login(colleague)
        address = reverse("partners:candidate-list", args=[published.slug])
        assert client.get(address).status_code == 404

        referral = ReferralFactory(request=published, to_chamber=chamber_us)
        page = client.get(address).content.decode()
        assert "Quiet Snacks" in page
        assert "Cascade Snacks" not in page
        assert "How the request ranks" not in page
        assert address in client.get(referral.get_absolute_url()).content.decode()

    def test_nobody_else_sees_candidates(self, client, published, owner_mx, owner_us):
        address = reverse("partners:candidate-list", args=[published.slug])
        for user in (owner_mx, owner_us):
            client.force_login(user)
            assert client.get(address).status_code == 404

    def test_an_invitation_is_the_companys_own(self, client, published, firm_us, chamber_mx, reviewer, owner_mx):
        invitation = CandidateInvitation.objects.create(request=published, company=firm_us, chamber=chamber_mx)
        for user in (owner_mx, reviewer):
            client.force_login(user)
            assert client.get(reverse("partners:invitation-detail", args=[invitation.pk])).status_code == 404

    def test_a_chamber_sees_what_suits_its_member_and_only_its_member(
        self, client, published, chamber_us, colleague, member_us, reviewer
    ):
        member = member_us.chambers.get()
        client.force_login(colleague)
        page = client.get(reverse("partners:member-matches", args=[member.pk])).content.decode()
        assert "Dried mango in bulk" in page
        assert "Istmo" not in page

        CompanyProfile.objects.filter(organization=member_us).delete()
        assert client.get(reverse("partners:member-matches", args=[member.pk])).status_code == 200
        client.force_login(reviewer)
        assert client.get(reverse("partners:member-matches", args=[member.pk])).status_code == 404

    @pytest.mark.parametrize("shows_company", [True, False])
    def test_of_what_is_stored_for_a_member_its_chamber_reads_nothing_of_its_unnamed_requests(
        self, published, firm_us, shows_company
    ):
        PartnerRequestFactory(
            published=True, company=firm_us, type="business_request", targets=["MX"], shows_company=shows_company
        )
        matching.refresh_company(firm_us)
        assert "own_request" in str(firm_us.matches.get().reasons)

        (row,) = ranking.opportunities(firm_us)

        assert row.request == published
        assert ("own_request" in str(row.reasons)) == shows_company

    def test_a_member_that_has_said_no_is_not_shown_the_request_again(self, published, firm_us):
        PartnerRequestFactory(published=True)
        matching.refresh_company(firm_us)
        assert len(ranking.opportunities(firm_us)) == 2

        Dismissal.objects.create(request=published, company=firm_us, reason="later")
        Match.objects.update(shown_score=0.99)  # what is stored is what is shown

        assert [(row.score, row.request == published) for row in ranking.opportunities(firm_us)] == [(0.99, False)]

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_page_costs_the_same_for_one_candidate_and_for_three(
        self, client, published, chamber_mx, reviewer, us, count, monkeypatch
    ):
        monkeypatch.setattr(matching, "MOST_STORED", count)
        for _number in range(count):
            ChamberMemberFactory(chamber=chamber_mx, company=CompanyProfileFactory().organization)
        client.force_login(reviewer)

        matching.refresh(published)

        response = count_queries(client, reverse("partners:candidate-list", args=[published.slug]), 13)

        assert [len(rows) for rows in (response.context["ranked"].everywhere, response.context["ranked"].members)] == [
            count
        ] * 2
