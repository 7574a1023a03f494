import threading
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.management import call_command
from django.db import connection
from django.utils import translation

from partners import (
    conditions,
    dismissing,
    freshening,
    lacking,
    matching,
    ranking,
    reasons,
    requesting,
    scoring,
    tasks,
    weights,
)
from partners.management.commands import rematch
from partners.models import CompanyMeaning, CompanyProfile, Condition, Dismissal, Match, PartnerRequest
from partners.models.requests import last_day_on_earth
from tests.factories.accounts import UserFactory
from tests.factories.partners import CompanyProfileFactory, InterestFactory, PartnerRequestFactory
from tests.factories.reference import economy, sector
from tests.partners.test_interests import race

pytestmark = pytest.mark.django_db


@pytest.fixture
def food():
    """A wider sector with two parts."""
    parent = sector("agri-food", "Agri-food")
    return [
        sector(slug, label, parent=parent)
        for slug, label in (("processed-food", "Processed food"), ("bakery", "Bakery"))
    ]


@pytest.fixture
def request_mx(food, us, mx):
    """A Mexican business offer in processed food, HS 2008.99, for the United States, in English."""
    return PartnerRequestFactory(published=True)


def judge(request, **profile):
    made = CompanyProfileFactory(**profile)
    return matching.judge(request, matching.for_judging(CompanyProfile.objects.filter(pk=made.pk)).get())


def reason(judgement, criterion):
    (found,) = [one for one in judgement.reasons if one.criterion == criterion]
    return found


def outcome(judgement, criterion):
    return reason(judgement, criterion).outcome


def share(judgement, criterion):
    """The part of the criterion's full points."""
    return round(reason(judgement, criterion).points / weights.WEIGHTS[criterion], 3)


def companies(request, **options):
    return [candidate.company for candidate in matching.candidates_for(request, **options)]


def require(request, kind, value, *, amount=None, is_required=True, is_confirmed=True):
    return Condition.objects.create(
        request=request, kind=kind, value=value, amount=amount, is_required=is_required, is_confirmed=is_confirmed
    )


class TestCriteria:
    def test_the_weights_sum_to_one(self):
        assert round(sum(weights.WEIGHTS.values()), 9) == 1

    def test_every_type_has_its_complement(self):
        assert set(weights.COMPLEMENTS) == set(PartnerRequest.Type)

    @pytest.mark.parametrize(
        ("slugs", "expected"),
        [
            (["processed-food"], ("met", 1)),
            (["bakery"], ("met", 0.5)),
            (["software"], ("not_met", 0)),
            ([], ("unknown", 0)),
        ],
    )
    def test_a_sector_counts_whole_its_sibling_half(self, request_mx, slugs, expected):
        found = judge(request_mx, sectors=slugs)

        assert (outcome(found, "sector"), share(found, "sector")) == expected

    @pytest.mark.parametrize(
        ("codes", "expected"),
        [
            (("200899",), ("met", 1)),
            (("200811",), ("met", 0.85)),
            (("200990",), ("met", 0.5)),
            (("20",), ("met", 0.5)),
            (("847130",), ("not_met", 0)),
            ((), ("unknown", 0)),
        ],
    )
    def test_the_longer_the_shared_code_of_goods_the_more_it_counts(self, request_mx, codes, expected):
        found = judge(request_mx, hs_codes=codes)

        assert (outcome(found, "hs"), share(found, "hs")) == expected

    @pytest.mark.parametrize(
        ("code", "markets", "expected"),
        [("US", (), ("met", 1)), ("CA", ("US",), ("met", 0.5)), ("CA", ("CA",), ("not_met", 0))],
    )
    def test_being_in_a_target_economy_counts_whole_serving_it_half(self, request_mx, code, markets, expected):
        found = judge(request_mx, code=code, markets=markets)

        assert (outcome(found, "economy"), share(found, "economy")) == expected

    def test_a_request_for_partners_anywhere_leaves_the_place_unknown(self, food, us, mx):
        anywhere = PartnerRequestFactory(published=True, targets=[])

        assert outcome(judge(anywhere), "economy") == "unknown"

    @pytest.mark.parametrize(
        ("wanted", "own", "expected"),
        [
            ((), None, "unknown"),
            (("business_offer",), None, "met"),
            (("rd_request",), None, "not_met"),
            ((), "business_request", "met"),
            ((), "procurement", "met"),
            ((), "business_offer", "not_met"),
            (("rd_request",), "business_request", "met"),
        ],
    )
    def test_offer_meets_demand_by_the_companys_own_requests_then_by_its_word(self, request_mx, wanted, own, expected):
        profile = CompanyProfileFactory(wanted_types=wanted)
        if own:
            PartnerRequestFactory(published=True, company=profile.organization, type=own)
        found = matching.for_judging(CompanyProfile.objects.filter(pk=profile.pk)).get()

        assert outcome(matching.judge(request_mx, found), "complement") == expected

    def test_a_companys_own_expired_request_says_nothing(self, request_mx):
        profile = CompanyProfileFactory()
        PartnerRequestFactory(expired=True, company=profile.organization, type="business_request")
        found = matching.for_judging(CompanyProfile.objects.filter(pk=profile.pk)).get()

        assert outcome(matching.judge(request_mx, found), "complement") == "unknown"

    @pytest.mark.parametrize(
        ("language", "languages", "expected"),
        [("en", (), "met"), ("fr", ("fr", "en"), "met"), ("fr", ("fr",), "not_met"), ("fr", (), "unknown")],
    )
    def test_a_language_in_common(self, request_mx, language, languages, expected):
        assert outcome(judge(request_mx, language=language, languages=languages), "language") == expected

    def test_a_firm_behind_the_request_brings_its_own_languages(self, food, us, mx):
        spanish = PartnerRequestFactory(published=True, language="es")
        CompanyProfileFactory(organization=spanish.company, languages=("es", "fr"))

        assert outcome(judge(spanish, language="fr", languages=("fr",)), "language") == "met"

    def test_a_request_that_closes_within_two_weeks_says_so(self, food, us, mx):
        soon = PartnerRequestFactory(published=True, closes_on=last_day_on_earth())

        assert outcome(judge(soon), "deadline") == "not_met"

    def test_the_points_of_the_reasons_are_the_score(self, request_mx):
        found = judge(request_mx)

        assert found.score == pytest.approx(sum(one.points for one in found.reasons), abs=0.001)


class TestTexts:
    BOLTS = "We make bolts and nuts for cars and look for distributors with a warehouse."

    @pytest.fixture
    def bolts(self, food, us, mx):
        return PartnerRequestFactory(published=True, title="Bolts and nuts for cars", description=self.BOLTS)

    def test_the_same_thing_in_another_language_is_nearer_than_another_thing_in_the_same(self, bolts):
        other = CompanyProfileFactory(capabilities="We tune pianos and restore violins for music schools.")
        same = CompanyProfileFactory(language="zh-hant", capabilities="汽車螺栓與螺帽之進口批發商，設有倉庫。")

        assert companies(bolts) == [same.organization, other.organization]

    def test_who_offers_the_same_comes_after_who_can_sell_it(self, bolts):
        rival = CompanyProfileFactory(capabilities="We make bolts and nuts for cars and look for distributors.")
        dealer = CompanyProfileFactory(capabilities="Distributor of bolts, nuts and car parts with a large warehouse.")

        assert companies(bolts) == [dealer.organization, rival.organization]

    def test_who_seeks_the_same_comes_after_who_offers_it(self, food, us, mx):
        wanted = PartnerRequestFactory(
            published=True,
            type="business_request",
            title="Dried mango",
            description="We look for a producer of dried mango.",
        )
        buyer = CompanyProfileFactory(capabilities="We run shops. We look for dried mango.")
        maker = CompanyProfileFactory(capabilities="We produce dried mango and other dried fruit.")

        assert companies(wanted) == [maker.organization, buyer.organization]

    def test_a_text_changed_behind_the_verbs_is_read_before_it_is_compared(self, bolts):
        profile = CompanyProfileFactory(capabilities="We tune pianos.")
        before = companies(bolts), matching.candidates_for(bolts)[0].score
        CompanyProfile.objects.update(capabilities="Distributor of bolts and nuts for cars.")

        (after,) = matching.candidates_for(bolts)

        assert before[0] == [profile.organization]
        assert after.score > before[1] + 0.1

    def test_nothing_is_encoded_twice(self, bolts):
        CompanyProfileFactory()
        matching.candidates_for(bolts)
        marks = list(CompanyMeaning.objects.values_list("pk", "indexed"))

        matching.candidates_for(bolts)

        assert not freshening.unread_companies().exists()
        assert list(CompanyMeaning.objects.values_list("pk", "indexed")) == marks


class TestConditions:
    @pytest.fixture(autouse=True)
    def read(self, request_mx):
        """Read beforehand, so that conditions stated here are not taken for those of an older text."""
        freshening.freshen(request_mx)

    @pytest.mark.parametrize(
        ("certifications", "expected"), [(["ISO 22000"], "met"), (["ISO 9001:2015"], "not_met"), ([], "unknown")]
    )
    def test_a_required_certificate_in_any_spelling(self, request_mx, certifications, expected):
        require(request_mx, "certification", "ISO 22000")

        assert outcome(judge(request_mx, certifications=certifications), "condition_certification") == expected

    def test_one_of_several_will_do(self, request_mx):
        require(request_mx, "certification", f"BRCGS{conditions.ANY}ISO 22000")

        assert outcome(judge(request_mx, certifications=["ISO22000"]), "condition_certification") == "met"

    def test_a_missing_requirement_weighs_more_than_a_sector(self, request_mx):
        require(request_mx, "certification", "ISO 22000")
        lacking_it = CompanyProfileFactory(certifications=["ISO 9001"])
        holding_it = CompanyProfileFactory(certifications=["ISO 22000"], sectors=["bakery"])

        assert companies(request_mx) == [holding_it.organization, lacking_it.organization]

    def test_required_weighs_more_than_preferred_missing_more_than_unsaid_confirmed_more_than_read(self, request_mx):
        condition = require(request_mx, "certification", "ISO 22000")
        lacking_it = CompanyProfileFactory(certifications=["ISO 9001"])
        silent = CompanyProfileFactory()

        def points(profile, **changes):
            Condition.objects.filter(pk=condition.pk).update(**{"is_required": True, "is_confirmed": True} | changes)
            found = matching.for_judging(CompanyProfile.objects.filter(pk=profile.pk)).get()
            return reason(matching.judge(request_mx, found), "condition_certification").points

        missing = points(lacking_it)
        assert missing == pytest.approx(-weights.PENALTIES["certification"], abs=0.001)
        assert missing < points(lacking_it, is_confirmed=False) < points(lacking_it, is_required=False) < 0
        assert missing < points(silent) < 0

    @pytest.mark.parametrize(
        ("kind", "value", "amount", "profile", "expected"),
        [
            ("language", "fr", None, {"languages": ("en", "fr")}, "met"),
            ("language", "fr", None, {"languages": ("en",)}, "not_met"),
            ("size", "50-249 | 250+", None, {"size": "250+"}, "met"),
            ("size", "50-249 | 250+", None, {"size": "1-9"}, "not_met"),
            ("size", "250+", None, {"size": ""}, "unknown"),
            ("ownership", "women_owned", None, {"ownership_tags": ("women_owned",)}, "met"),
            ("ownership", "women_owned", None, {}, "unknown"),
            ("market", "JP", None, {"markets": ("JP",)}, "met"),
            ("market", "JP", None, {"markets": ("US",)}, "not_met"),
            ("capacity", "pieces/month", 1000, {"capabilities": "We make 5,000 pieces a month."}, "met"),
            ("capacity", "pieces/month", 9000, {"capabilities": "We make 5,000 pieces a month."}, "not_met"),
            ("capacity", "pieces/month", 9000, {}, "unknown"),
        ],
    )
    def test_each_kind_of_condition(self, request_mx, kind, value, amount, profile, expected):
        require(request_mx, kind, value, amount=amount)

        assert outcome(judge(request_mx, **profile), f"condition_{kind}") == expected

    def test_what_the_text_asks_counts_though_nobody_confirmed_it(self, food, us, mx):
        text = "We dry mango and look for snack makers. The partner must hold ISO 22000."
        asked = PartnerRequestFactory(published=True, description=text)

        found = judge(asked, certifications=["ISO 9001"])

        assert outcome(found, "condition_certification") == "not_met"
        assert reason(found, "condition_certification").detail["confirmed"] is False

    def test_what_the_poster_dropped_does_not_come_back(self, food, us, mx):
        text = "We dry mango and look for snack makers. The partner must hold ISO 22000."
        asked = PartnerRequestFactory(published=True, description=text, dropped_conditions=["certification:ISO 22000"])

        freshening.freshen(asked)

        assert not asked.conditions.exists()


class TestHardNo:
    def test_a_firm_never_suits_its_own_request(self, request_mx):
        CompanyProfileFactory(organization=request_mx.company, markets=("US",))

        assert companies(request_mx) == []

    def test_not_who_set_it_aside_nor_who_was_declined(self, request_mx):
        aside, declined, free = CompanyProfileFactory(), CompanyProfileFactory(), CompanyProfileFactory()
        Dismissal.objects.create(request=request_mx, company=aside.organization, reason="later")
        InterestFactory(
            request=request_mx,
            company=declined.organization,
            status="declined",
            decline_reason="no_fit",
            answered_at=request_mx.published_at,
        )

        assert companies(request_mx) == [free.organization]

    def test_no_economy_that_either_side_rules_out(self, request_mx):
        CompanyProfileFactory(excluded_economies=("MX",))
        canadian = CompanyProfileFactory(code="CA")
        CompanyProfileFactory(organization=request_mx.company, excluded_economies=("US",))
        CompanyProfileFactory()

        assert companies(request_mx) == [canadian.organization]

    def test_a_confirmed_exclusion_is_never_outvoted_one_read_from_the_text_only_weighs(self, request_mx):
        profile = CompanyProfileFactory()
        freshening.freshen(request_mx)
        condition = require(request_mx, "excluded", "US", is_confirmed=False)
        assert companies(request_mx) == [profile.organization]

        condition.is_confirmed = True
        condition.save()

        assert companies(request_mx) == []

    @pytest.mark.parametrize("state", ["expired", "closed"])
    def test_nobody_for_what_is_over(self, food, us, mx, state):
        CompanyProfileFactory()

        assert companies(PartnerRequestFactory(**{state: True})) == []

    def test_not_a_mentor_who_has_paused(self, food, us, mx):
        wanted = PartnerRequestFactory(published=True, type="mentorship_request")
        mentor = CompanyProfileFactory()
        offer = PartnerRequestFactory(published=True, type="mentorship_offer", company=mentor.organization, places=2)
        assert companies(wanted) == [mentor.organization]

        offer.paused_at = offer.published_at
        offer.save()

        assert companies(wanted) == []

    def test_who_is_in_no_directory_takes_part_with_a_text_but_is_stored_nowhere(self, request_mx):
        written = CompanyProfileFactory(is_listed=False)
        CompanyProfileFactory(is_listed=False, capabilities="")

        assert companies(request_mx) == [written.organization]
        assert companies(request_mx, among=CompanyProfile.objects.listed()) == []
        assert matching.refresh(request_mx) == []

    def test_candidates_reasons_do_not_tell_of_their_unnamed_requests(self, request_mx):
        profile = CompanyProfileFactory()
        PartnerRequestFactory(published=True, company=profile.organization, type="business_request")

        (candidate,) = matching.candidates_for(request_mx)
        (opportunity,) = matching.opportunities_for(profile.organization)

        assert outcome(candidate, "complement") == "unknown"
        assert outcome(opportunity, "complement") == "met"


def outcome_of(stored, criterion):
    (found,) = [one for one in stored if one["criterion"] == criterion]
    return found["outcome"]


class TestStoring:
    def test_the_best_come_first_and_the_same_score_keeps_its_order(self, request_mx, food):
        half = CompanyProfileFactory(sectors=["bakery"])
        first, second = CompanyProfileFactory(), CompanyProfileFactory()

        assert companies(request_mx) == [first.organization, second.organization, half.organization]
        assert companies(request_mx, limit=1) == [first.organization]

    def test_seen_from_the_company_and_from_the_request_a_match_is_the_same(self, request_mx, food):
        profile = CompanyProfileFactory()
        PartnerRequestFactory(published=True, sectors=["bakery"], hs_codes=())
        for request in PartnerRequest.objects.open():
            matching.refresh(request)
        stored = Match.objects.order_by("request")
        from_requests = list(stored.values("request", "score", "reasons"))

        matching.refresh_company(profile.organization)

        assert list(stored.values("request", "score", "reasons")) == from_requests
        assert len(from_requests) == 2

    def test_what_one_side_counts_among_its_best_stays_when_the_other_does_not(self, request_mx, food, monkeypatch):
        monkeypatch.setattr(matching, "MOST_STORED", 1)
        best, second = CompanyProfileFactory().organization, CompanyProfileFactory(sectors=["bakery"]).organization
        other = PartnerRequestFactory(published=True, sectors=["bakery"])

        for request in (request_mx, other):
            matching.refresh(request)
        assert {match.company for match in request_mx.matches.all()} == {best}
        # For the second no request is better; for the first none is as good.
        PartnerRequest.objects.filter(pk=other.pk).update(status="closed")
        matching.refresh_company(second)
        matching.refresh(request_mx)
        matching.refresh_company(best)

        assert {match.company for match in request_mx.matches.all()} == {best, second}
        # And goes when neither does any more.
        PartnerRequest.objects.filter(pk=other.pk).update(status="published")
        matching.refresh_company(second)
        assert {match.company for match in request_mx.matches.all()} == {best}

    @pytest.mark.parametrize("side", ["company", "request"])
    def test_what_the_other_side_keeps_is_compared_anew_with_each_change(self, request_mx, food, monkeypatch, side):
        monkeypatch.setattr(matching, "MOST_STORED", 1)
        company = CompanyProfileFactory().organization
        if side == "company":  # has found a better request since
            matching.refresh(request_mx)
            better = PartnerRequestFactory(published=True, hs_codes=["080450"])
            CompanyProfile.objects.update(hs_codes=["080450"])
        else:  # has found a better company since
            matching.refresh_company(company)
            CompanyProfileFactory(hs_codes=["080450"])
            PartnerRequest.objects.update(hs_codes=["080450"])
        before = request_mx.matches.get(company=company).score

        matching.refresh_company(company) if side == "company" else matching.refresh(request_mx)

        stored = Match.objects.get(request=request_mx, company=company)
        assert stored.score < before
        assert (stored.is_best_of_request, stored.is_best_of_company) == (side == "company", side == "request")
        assert Match.objects.count() == 2
        if side == "company":
            assert better.matches.get().is_best_of_company

    def test_a_company_without_a_profile_any_more_loses_its_match(self, request_mx, monkeypatch):
        monkeypatch.setattr(matching, "MOST_STORED", 1)
        without, *others = (CompanyProfileFactory().organization for _number in range(3))
        for company in (without, *others):
            matching.refresh_company(company)
        CompanyProfile.objects.filter(organization=without).delete()

        matching.refresh(request_mx)

        assert {match.company for match in Match.objects.all()} == set(others)

    @pytest.mark.parametrize("side", ["company", "request"])
    def test_what_the_other_side_keeps_goes_when_it_can_be_no_more(self, request_mx, food, monkeypatch, side):
        monkeypatch.setattr(matching, "MOST_STORED", 1)
        company = CompanyProfileFactory().organization
        if side == "company":
            matching.refresh(request_mx)
            CompanyProfile.objects.update(excluded_economies=["MX"])
            matching.refresh_company(company)
        else:
            matching.refresh_company(company)
            PartnerRequest.objects.update(status="closed")
            matching.refresh(request_mx)

        assert not Match.objects.exists()

    def test_a_company_that_leaves_the_directory_is_matched_no_more(self, request_mx):
        profile = CompanyProfileFactory()
        matching.refresh(request_mx)
        assert Match.objects.exists()

        CompanyProfile.objects.update(is_listed=False)
        matching.refresh_company(profile.organization)

        assert not Match.objects.exists()

    def test_a_change_is_matched_by_the_workers_after_the_commit(self, request_mx, django_capture_on_commit_callbacks):
        profile = CompanyProfileFactory()
        with django_capture_on_commit_callbacks(execute=True):
            matching.company_changed(profile.organization)
            assert not Match.objects.exists()

        assert Match.objects.get().company == profile.organization

    def test_what_a_company_opens_and_closes_shows_in_what_suits_it(
        self, request_mx, firm_us, owner_us, django_capture_on_commit_callbacks
    ):
        def why():
            return outcome_of(firm_us.matches.get(request=request_mx).reasons, "complement")

        matching.refresh(request_mx)
        own = PartnerRequestFactory(submitted=True, company=firm_us, type="business_request")
        assert why() == "unknown"

        with django_capture_on_commit_callbacks(execute=True):
            requesting.publish(own, by=UserFactory())
        assert why() == "met"

        with django_capture_on_commit_callbacks(execute=True):
            requesting.close(own, reason="not_needed", by=owner_us)
        assert why() == "unknown"

    def test_what_no_hint_reached_is_found_by_the_sweep(self, request_mx):
        CompanyProfileFactory()

        assert matching.refresh_due() == matching.Sweep()
        assert Match.objects.get().request == request_mx
        assert not freshening.unread_companies().exists()

    @pytest.mark.parametrize("side", ["company", "request"])
    def test_one_that_cannot_be_stored_does_not_hold_up_the_others_of_the_sweep(self, request_mx, monkeypatch, side):
        broken, sound = CompanyProfileFactory(), CompanyProfileFactory()
        score = scoring.score

        def fail_for_one(asked):
            if asked.profile == broken.pk if side == "company" else request_mx.pk in asked.requests:
                raise ValueError("broken")
            return score(asked)

        monkeypatch.setattr(scoring, "score", fail_for_one)

        with pytest.raises(ExceptionGroup) as failed:
            tasks.match_due()

        assert [str(error) for error in failed.value.exceptions] == ["broken"]
        assert {match.company for match in Match.objects.all()} >= {sound.organization}
        due = [*CompanyProfile.objects.filter(match_is_due=True), *PartnerRequest.objects.filter(match_is_due=True)]
        assert due == [broken if side == "company" else request_mx]

    def test_what_fails_each_time_does_not_stand_in_the_way_of_what_comes_after_it(self, request_mx, monkeypatch):
        first, second, third = (CompanyProfileFactory() for _number in range(3))
        read_company = freshening._read_company

        def fail_for_first(profile):
            if profile.pk == first.pk:
                raise ValueError("unreadable")
            read_company(profile)

        monkeypatch.setattr(freshening, "_read_company", fail_for_first)

        sweep = matching.refresh_due(limit=1)

        assert [str(error) for error in sweep.failed] == ["unreadable"] * 2  # when it was read, and to be compared
        assert sweep.has_more
        assert Match.objects.filter(company=second.organization).exists()
        CompanyProfile.objects.filter(pk=third.pk).update(read_of="changed")
        assert third.organization in companies(request_mx)
        assert list(freshening.unread_companies()) == [first.pk]

    def test_matches_of_an_earlier_version_are_stored_anew_and_compared_at_once_until_then(self, request_mx):
        company = CompanyProfileFactory().organization
        matching.refresh(request_mx)
        matching.refresh_company(company)
        (match,) = Match.objects.all()
        Match.objects.update(shown_score=None, score=0.01, reasons=[])

        assert [near.score for near in ranking.nearest(request_mx)] == [match.shown_score]
        assert [row.score for row in ranking.opportunities(company)] == [match.shown_score]
        assert matching.refresh_due() == matching.Sweep()

        (again,) = Match.objects.all()
        assert (again.score, again.shown_score, again.reasons) == (match.score, match.shown_score, match.reasons)

    def test_the_matches_of_a_closed_request_go(self, request_mx, owner_mx):
        CompanyProfileFactory()
        matching.refresh_due()
        assert request_mx.matches.exists()

        requesting.close(request_mx, reason="not_needed", by=owner_mx)
        matching.refresh_due()

        assert not Match.objects.exists()
        assert not PartnerRequest.objects.filter(match_is_due=True).exists()

    def test_everything_can_be_made_due_again(self, request_mx, monkeypatch, capsys):
        monkeypatch.setattr(rematch, "PORTION", 2)
        CompanyProfileFactory.create_batch(3)
        unlisted = CompanyProfileFactory(is_listed=False)
        draft = PartnerRequestFactory()
        for model in (CompanyProfile, PartnerRequest):
            model.objects.update(match_is_due=False)

        call_command("rematch")

        listed = CompanyProfile.objects.listed().count()
        assert f"{listed} companies and 1 requests wait" in capsys.readouterr().out
        assert not CompanyProfile.objects.listed().filter(match_is_due=False).exists()
        assert list(CompanyProfile.objects.filter(match_is_due=False, is_listed=False)) == [unlisted]
        assert list(PartnerRequest.objects.filter(match_is_due=False)) == [draft]

    @pytest.mark.parametrize(("has_more", "asked"), [(True, 1), (False, 0)])
    def test_a_sweep_that_has_more_to_do_asks_for_the_next(self, monkeypatch, has_more, asked):
        wanted = []
        monkeypatch.setattr(matching, "refresh_due", lambda: matching.Sweep(has_more, [ValueError("broken")]))
        monkeypatch.setattr(tasks, "ask", lambda task, *arguments: wanted.append(task))

        with pytest.raises(ExceptionGroup):
            tasks.match_due()
        with pytest.raises(ExceptionGroup):
            tasks.match_due()  # the one before has let go

        assert wanted == [tasks.match_due] * asked * 2

    def test_beside_a_sweep_at_work_there_is_no_other(self, monkeypatch):
        rounds = []

        def sweep():
            rounds.append("begun")
            tasks.match_due()
            return matching.Sweep()

        monkeypatch.setattr(matching, "refresh_due", sweep)

        tasks.match_due()

        assert rounds == ["begun"]

    def test_a_sweep_in_which_everything_fails_ends_and_is_not_begun_again_at_once(self, request_mx, monkeypatch):
        CompanyProfileFactory.create_batch(3)
        monkeypatch.setattr(matching, "MOST_FAILED", 2)
        monkeypatch.setattr(freshening, "read_companies", lambda keys: 1 / 0)
        monkeypatch.setattr(freshening, "freshen", lambda *requests: None)

        sweep = matching.refresh_due(limit=1)

        assert len(sweep.failed) == 4  # two that were read, two that were compared
        assert not sweep.has_more

    def test_who_runs_out_of_time_stops(self, request_mx, monkeypatch):
        CompanyProfileFactory()

        def too_late(asked):
            raise SoftTimeLimitExceeded

        monkeypatch.setattr(scoring, "score", too_late)

        with pytest.raises(SoftTimeLimitExceeded):
            matching.refresh_due()

    @pytest.mark.django_db(transaction=True)
    def test_both_sides_of_a_pair_and_its_renewal_may_be_at_work_at_once(self, owner_mx, firm_mx):
        profile = CompanyProfileFactory()
        request = PartnerRequestFactory(published=True, company=firm_mx)
        matching.refresh(request)
        calls = [
            lambda: matching.refresh(request),
            lambda: matching.refresh_company(profile.organization),
            lambda: requesting.renew(request, closes_on=request.closes_on + timedelta(days=7), by=owner_mx),
        ]

        for _round in range(3):
            race(*calls)

        match = Match.objects.get(company=profile.organization)
        assert (match.is_best_of_request, match.is_best_of_company) == (True, True)

    @pytest.mark.django_db(transaction=True)
    def test_of_two_sweeps_at_once_one_stores(self, monkeypatch):
        profile = CompanyProfileFactory()
        PartnerRequestFactory(published=True)
        freshening.read_companies([profile.pk])
        stored, store = [], matching._store

        def count(*found):
            stored.append(found)
            store(*found)

        monkeypatch.setattr(matching, "_store", count)

        race(*[lambda: matching.refresh_company(profile.organization, only_if_due=True)] * 2)

        assert len(stored) == 1
        assert Match.objects.count() == 1

    def test_what_its_company_excludes_from_now_on_makes_its_requests_due(
        self, published, firm_us, django_capture_on_commit_callbacks
    ):
        matching.refresh(published)
        CompanyProfile.objects.filter(organization=published.company).update(excluded_economies=["US"])

        with django_capture_on_commit_callbacks(execute=True):
            matching.company_changed(published.company)
        assert PartnerRequest.objects.get(pk=published.pk).match_is_due
        matching.refresh_due()

        assert not published.matches.exists()

    def test_a_change_whose_hint_was_lost_is_matched_by_the_sweep_also_when_somebody_read_it_meanwhile(
        self, request_mx
    ):
        left = CompanyProfileFactory()
        matching.refresh(request_mx)
        matching.company_changed(left.organization)  # nobody hears of it: the transaction ends with the test
        CompanyProfile.objects.filter(pk=left.pk).update(is_listed=False)
        CompanyProfileFactory()
        matching.candidates_for(request_mx)
        assert not freshening.unread_companies().exists()

        assert matching.refresh_due() == matching.Sweep()

        assert not Match.objects.filter(company=left.organization).exists()
        assert Match.objects.count() == 1
        assert not CompanyProfile.objects.filter(match_is_due=True).exists()
        assert not PartnerRequest.objects.filter(match_is_due=True).exists()

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("side", ["company", "request"])
    def test_a_change_while_its_matches_are_stored_has_them_stored_once_more(self, side, monkeypatch):
        profile, request = CompanyProfileFactory(), PartnerRequestFactory(published=True)
        freshening.freshen(request)
        at_work, change_waits = threading.Event(), threading.Event()
        store = matching._store

        def slow(*found):
            at_work.set()
            change_waits.wait(timeout=30)
            store(*found)

        monkeypatch.setattr(matching, "_store", slow)
        row = CompanyProfile if side == "company" else PartnerRequest
        key = profile.pk if side == "company" else request.pk

        def refresh():
            matching.refresh_company(profile.organization) if side == "company" else matching.refresh(request)

        def change():
            at_work.wait(timeout=30)
            threading.Timer(0.5, change_waits.set).start()
            row.objects.filter(pk=key).update(match_is_due=True)

        race(refresh, change)

        assert Match.objects.count() == 1
        assert row.objects.filter(match_is_due=True).count() == 1

    def test_a_match_is_seen_by_its_company_alone(self, request_mx, firm_us, owner_us, owner_mx, chamber):
        matching.refresh(request_mx)

        assert Match.objects.visible_to(owner_us).count() == 1
        assert not Match.objects.visible_to(owner_mx).exists()
        assert not Match.objects.visible_to(chamber).exists()

    def test_what_was_planned_for_one_request_answers_for_another(self, request_mx, food, monkeypatch):
        def plans():
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'scoring_%'")
                return cursor.fetchone()[0]

        here, there = CompanyProfileFactory(), CompanyProfileFactory(code="CA")
        for_canada = PartnerRequestFactory(published=True, targets=["CA"])
        first = companies(request_mx)
        made = plans()

        assert first == [here.organization, there.organization]
        assert companies(for_canada) == [there.organization, here.organization]
        assert plans() == made
        # What is written into a plan is planned anew when it changes.
        monkeypatch.setattr(weights, "WEIGHTS", {**weights.WEIGHTS, "economy": 0.0})
        assert len({candidate.score for candidate in matching.candidates_for(request_mx)}) == 1

    def test_it_costs_the_same_queries_for_one_company_and_for_three(self, request_mx, django_assert_num_queries):
        CompanyProfileFactory()
        matching.candidates_for(request_mx)
        for _round in range(2):
            with django_assert_num_queries(8):
                assert matching.candidates_for(request_mx)
            CompanyProfileFactory()
            CompanyProfileFactory()
            freshening.freshen(request_mx)

    @pytest.mark.parametrize("crowd", [scoring.CROWD, -2], ids=["while they are few", "where nobody near is better"])
    def test_of_many_companies_those_that_fit_are_brought_in_by_each_way(self, request_mx, monkeypatch, crowd):
        monkeypatch.setattr(scoring, "CROWD", crowd)
        by_sector = CompanyProfileFactory(capabilities="We tune pianos.")
        by_meaning = CompanyProfileFactory(
            capabilities="We buy dried mango for our snacks.", sectors=["software"], code="CA", hs_codes=()
        )
        freshening.freshen(request_mx)

        found = scoring.score(scoring.Asked(requests=[request_mx.pk], few=0))
        back = scoring.score(scoring.Asked(profile=by_meaning.pk, few=0))

        assert {row.profile_id for row in found} == {by_sector.pk, by_meaning.pk}
        assert [row.request_id for row in back] == [request_mx.pk]

    @pytest.mark.parametrize("most", ["COMPARED", "COMPARED_OF_THESE"])
    def test_of_many_companies_those_that_look_best_at_once_are_compared_whole(self, request_mx, monkeypatch, most):
        text = f"{request_mx.title}. {request_mx.description}"
        CompanyProfileFactory.create_batch(2, capabilities=text, certifications=("ISO 9001",))
        certified = CompanyProfileFactory(capabilities="We buy dried fruit in bulk.", certifications=("AS9100",))
        require(request_mx, "certification", "AS9100")
        freshening.freshen(request_mx)

        def best():
            keys = CompanyProfile.objects.values_list("pk", flat=True)
            these = list(keys) if most == "COMPARED_OF_THESE" else None
            (row,) = scoring.score(scoring.Asked(requests=[request_mx.pk], these=these, few=0, limit=1))
            return row.profile_id

        assert best() == certified.pk
        monkeypatch.setattr(scoring, most, 1)  # and so twice as many as are asked for
        assert best() != certified.pk

    def test_a_company_named_twice_is_compared_once(self, request_mx):
        profile = CompanyProfileFactory(certifications=())
        require(request_mx, "certification", "AS9100")
        freshening.freshen(request_mx)

        once, twice = (
            scoring.score(scoring.Asked(requests=[request_mx.pk], these=these))
            for these in ([profile.pk], [profile.pk, profile.pk])
        )

        assert [row.score for row in twice] == [row.score for row in once]

    def test_without_vectors_what_is_declared_decides_alone(self, request_mx, monkeypatch):
        CompanyProfileFactory(sectors=["software"], hs_codes=(), code="CA", languages=())
        fits = CompanyProfileFactory()
        freshening.freshen(request_mx)
        monkeypatch.setattr(scoring, "_has_vectors", lambda: False)

        first, last = matching.candidates_for(request_mx)

        assert first.company == fits.organization
        assert first.is_told
        assert not last.is_told
        assert sum(scoring.most_points().values()) == pytest.approx(1)
        assert first.score == pytest.approx(sum(one.points for one in first.reasons), abs=0.001)

    def test_two_rare_words_of_the_title_bring_a_company_and_two_usual_ones_do_not(self, request_mx, monkeypatch):
        near = CompanyProfileFactory(capabilities=f"{request_mx.title}. {request_mx.description}")
        by_words = CompanyProfileFactory(
            capabilities="We tune pianos beside a stall of dried mango.", sectors=["software"], hs_codes=()
        )
        freshening.freshen(request_mx)
        monkeypatch.setattr(scoring, "NEAREST", 1)

        def found():
            return [row.profile_id for row in scoring.score(scoring.Asked(requests=[request_mx.pk], few=0))]

        assert found() == [near.pk, by_words.pk]
        monkeypatch.setattr(scoring, "usual_words", lambda _language, _day: "a dri dried mango snack maker makers")
        assert found() == [near.pk]

    def test_usual_words_are_those_that_many_companies_of_the_language_use(self, request_mx, monkeypatch):
        CompanyProfileFactory.create_batch(4, capabilities="We bake crackers.")
        CompanyProfileFactory.create_batch(2, capabilities="Horneamos galletas.", language="es")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE partners_companyprofile")
        monkeypatch.setattr(scoring, "USUAL", 3)

        usual = scoring.usual_words.__wrapped__

        assert "cracker" in usual("en", None)
        assert usual("es", None) == ""


class TestSettingAside:
    def test_it_is_shown_no_more_and_others_like_it_weigh_less(self, request_mx, firm_us, owner_us):
        other = PartnerRequestFactory(published=True)
        before = {one.request: one.score for one in matching.opportunities_for(firm_us)}

        dismissing.dismiss(request_mx, company=firm_us, reason="sector", by=owner_us)

        (left,) = matching.opportunities_for(firm_us)
        assert left.request == other
        assert left.score == pytest.approx(before[other] - weights.PENALTIES["tired"], abs=0.001)
        assert reason(left, "tired").detail == {"how": "sector"}

    def test_a_reason_of_the_moment_changes_nothing_else(self, request_mx, firm_us, owner_us):
        other = PartnerRequestFactory(published=True)
        dismissing.dismiss(request_mx, company=firm_us, reason="later", by=owner_us)

        (left,) = matching.opportunities_for(firm_us)

        assert left.request == other
        assert "tired" not in {one.criterion for one in left.reasons}

    def test_it_can_be_shown_again(self, request_mx, firm_us, owner_us):
        dismissing.dismiss(request_mx, company=firm_us, reason="sector", by=owner_us)

        dismissing.bring_back(request_mx, company=firm_us, by=owner_us)

        assert [one.request for one in matching.opportunities_for(firm_us)] == [request_mx]


def why_nobody(request):
    return lacking.why_nobody((one.score, one.reasons) for one in matching.candidates_for(request, lacking.LOOKED_AT))


class TestWhyNobody:
    def test_what_keeps_how_many_away(self, request_mx):
        freshening.freshen(request_mx)
        require(request_mx, "certification", "AS9100")
        require(request_mx, "size", "250+")
        for _number in range(2):
            CompanyProfileFactory(certifications=["ISO 9001"], size="250+")

        gaps = why_nobody(request_mx)

        assert (gaps[0].reason.criterion, gaps[0].removes, gaps[0].of) == ("condition_certification", 2, 2)
        assert lacking.lines(gaps) == ["Certificate, required: AS9100 – missing. 2 companies would fit without it."]

    def test_what_is_lacked_is_named_also_of_companies_that_are_too_far_away_without_it(self, request_mx):
        freshening.freshen(request_mx)
        require(request_mx, "certification", "AS9100")
        require(request_mx, "language", "fr", is_required=False)
        far = {"capabilities": "We tune pianos.", "sectors": ["software"], "code": "CA", "hs_codes": ()}
        CompanyProfileFactory(certifications=["ISO 9001"], **far)
        CompanyProfileFactory(**far)
        CompanyProfileFactory(certifications=["AS9100"], **far)

        gaps = why_nobody(request_mx)

        assert [(gap.reason.criterion, gap.removes, gap.without, gap.of) for gap in gaps] == [
            ("condition_certification", 0, 2, 3)
        ]
        (line,) = lacking.lines(gaps)
        assert line.startswith(
            "Certificate, required: AS9100 – missing. 2 of the 3 companies that come nearest lack it"
        )

    def test_two_requirements_that_one_company_lacks_are_both_named(self, request_mx):
        freshening.freshen(request_mx)
        require(request_mx, "certification", "AS9100")
        require(request_mx, "size", "250+")
        CompanyProfileFactory(certifications=["ISO 9001"], size="1-9")

        gaps = why_nobody(request_mx)

        assert [(gap.key, gap.removes, gap.without) for gap in gaps] == [
            (("condition_certification", "AS9100"), 0, 1),
            (("condition_size", "250+"), 0, 1),
        ]
        assert "The company that comes nearest lacks it" in lacking.lines(gaps)[0]

    def test_what_the_poster_cannot_change_is_no_obstacle(self, request_mx):
        CompanyProfileFactory(capabilities="We tune pianos.", code="CA", sectors=["software"], hs_codes=())

        assert why_nobody(request_mx) == []

    def test_nothing_when_somebody_fits(self, request_mx):
        CompanyProfileFactory(capabilities="We buy dried mango for our snacks and make snack bars.")

        assert why_nobody(request_mx) == []


class TestReading:
    def test_reasons_are_kept_as_codes_and_read_in_any_language(self, request_mx):
        found = judge(request_mx, hs_codes=(), languages=("en", "es")).as_json()

        texts = {line.text for line in reasons.lines(found)}
        assert {
            "Same sector: Processed food.",
            "Place: the company is where partners are sought: United States.",
            "Language in common: English.",
            "Goods: the request or the company names no HS codes.",
            "Offer and demand: the company has not said what it looks for.",
        } <= texts
        with translation.override("zh-hant"):
            translated = {line.text for line in reasons.lines(found)}
        assert any("美國" in text for text in translated)

    def test_every_code_has_its_own_sentence(self):
        sector()
        economy("US")

        sentences = [
            reasons.lines([{"criterion": criterion, "outcome": outcome, "points": 0, "detail": detail}])[0].text
            for criterion, outcome, detail in ALL_CODES
        ]

        assert len(set(sentences)) == len(ALL_CODES)
        assert all(sentence.endswith(".") for sentence in sentences)


def _of_condition(kind, value, **more):
    return [
        (f"condition_{kind}", outcome, {"value": value, "required": required, "confirmed": True} | more)
        for outcome in ("met", "not_met", "unknown")
        for required in (True, False)
    ]


ALL_CODES = [
    ("sector", "met", {"how": "same", "sectors": ["processed-food"]}),
    ("sector", "met", {"how": "near", "sectors": ["processed-food"]}),
    ("sector", "not_met", {"sectors": ["processed-food"]}),
    ("sector", "unknown", {}),
    ("hs", "met", {"how": "heading", "codes": ["2008"]}),
    ("hs", "met", {"how": "chapter", "codes": ["20"]}),
    ("hs", "not_met", {"codes": ["20"]}),
    ("hs", "unknown", {}),
    ("complement", "met", {"how": "own_request", "types": ["procurement"]}),
    ("complement", "met", {"how": "wanted", "types": ["procurement"]}),
    ("complement", "not_met", {"how": "wanted", "types": ["procurement"]}),
    ("complement", "not_met", {"how": "same_side", "types": ["procurement"]}),
    ("complement", "unknown", {}),
    ("economy", "met", {"how": "based", "economies": ["US"]}),
    ("economy", "met", {"how": "serves", "economies": ["US"]}),
    ("economy", "not_met", {"economies": ["US"]}),
    ("economy", "unknown", {}),
    ("language", "met", {"languages": ["en"]}),
    ("language", "not_met", {"languages": ["en"]}),
    ("language", "unknown", {}),
    ("meaning", "unknown", {}),
    ("meaning", "met", {"how": "near"}),
    ("meaning", "unknown", {"how": "some"}),
    ("meaning", "not_met", {"how": "far"}),
    ("deal", "met", {}),
    ("deal", "unknown", {}),
    ("deal", "not_met", {}),
    ("wrong_side", "not_met", {"how": "offer"}),
    ("wrong_side", "not_met", {"how": "seek"}),
    ("wrong_side", "unknown", {}),
    ("denied", "not_met", {}),
    ("role", "met", {"roles": ["distributor"]}),
    ("role", "not_met", {"roles": ["distributor"]}),
    ("refused", "not_met", {"economies": ["US"]}),
    ("tired", "not_met", {"how": "sector"}),
    ("deadline", "met", {"day": "2026-12-24"}),
    ("deadline", "not_met", {"day": "2026-12-24"}),
    *_of_condition("certification", "ISO 9001"),
    *_of_condition("language", "fr"),
    *_of_condition("size", "50-249 | 250+"),
    *_of_condition("capacity", "pieces/month", amount=5000.0),
    *_of_condition("ownership", "women_owned"),
    *_of_condition("market", "JP"),
    *_of_condition("excluded", "US"),
]
