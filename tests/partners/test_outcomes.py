"""What became of introductions: said by each side, confirmed by both, asked after, counted and told."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dialogues import partnering
from partners import board, desk, following_up, interests, ladder, meeting, outcomes, seating, telling_stories
from partners.models import FollowUp, Introduction, OutcomeReport, PartnerRequest, Rung, Side, Stage, SuccessStory
from portal.notifications.models import Notification
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.dialogues import DialogueFactory
from tests.factories.partners import (
    ChamberMemberFactory,
    InterestFactory,
    IntroductionFactory,
    PartnerRequestFactory,
)
from tests.partners.test_interests import race

pytestmark = pytest.mark.django_db


@pytest.fixture
def introduction(published, firm_us, owner_us, owner_mx):
    sent = interests.express(published, company=firm_us, message="We make snacks.", by=owner_us)
    return interests.accept(sent, by=owner_mx)


def mailed(kind):
    rows = Notification.objects.filter(kind=f"partners/{kind}").select_related("recipient")
    return sorted(row.recipient.email for row in rows)


def say(introduction, side, stage, **more):
    return outcomes.report(introduction, side=side, stage=stage, by=None, **more)


def stage_of(introduction):
    return outcomes.with_words(Introduction.objects.all()).get(pk=introduction.pk).confirmed_stage


class TestConfirming:
    @pytest.mark.parametrize(
        ("one", "other", "both"),
        [
            (None, None, "introduced"),
            ("alliance", None, "introduced"),
            ("met", "met", "met"),
            ("alliance", "met", "met"),
            ("negotiating", "agreement", "negotiating"),
            ("alliance", "alliance", "alliance"),
            ("no_fit", "no_fit", "no_fit"),
            ("no_fit", "agreement", "introduced"),
            ("introduced", "no_fit", "introduced"),
        ],
    )
    def test_confirmed_is_what_both_say_in_python_and_in_the_database(self, introduction, one, other, both):
        for side, stage in ((Side.REQUEST, one), (Side.INTERESTED, other)):
            if stage:
                say(introduction, side, stage)

        assert outcomes.confirmed(one, other) == both
        assert stage_of(introduction) == both

    def test_the_latest_word_of_a_side_counts(self, introduction):
        say(introduction, Side.REQUEST, "alliance")
        say(introduction, Side.INTERESTED, "alliance")
        say(introduction, Side.REQUEST, "negotiating")

        assert stage_of(introduction) == "negotiating"
        assert OutcomeReport.objects.count() == 3

    def test_the_other_side_is_asked_once_for_each_stage(self, introduction):
        say(introduction, Side.REQUEST, "agreement")
        say(introduction, Side.REQUEST, "agreement")

        assert mailed("outcome_said") == ["nora@cascade.example"]

    def test_saying_the_same_as_the_other_side_asks_nobody(self, introduction):
        say(introduction, Side.REQUEST, "met")
        say(introduction, Side.INTERESTED, "met")

        assert mailed("outcome_said") == ["nora@cascade.example"]

    @pytest.mark.parametrize(
        ("stage", "value", "code"),
        [("married", "", "stage"), ("met", "under_10k", "value"), ("alliance", "12 dollars", "value")],
    )
    def test_what_makes_no_sense_is_refused(self, introduction, stage, value, code):
        with pytest.raises(ValidationError) as refusal:
            say(introduction, Side.REQUEST, stage, value=value)
        assert refusal.value.code == code
        assert not OutcomeReport.objects.exists()

    def test_a_link_without_login_confirms(self, client, introduction, owner_us, owner_mx):
        say(introduction, Side.REQUEST, "alliance")
        link = Notification.objects.get(kind="partners/outcome_said").context["url"]

        answer = client.post(f"{link}outcome/", {"stage": "alliance", "value": "under_100k"})

        assert answer.status_code == 302
        assert stage_of(introduction) == "alliance"
        assert OutcomeReport.objects.get(side=Side.INTERESTED).by is None

    def test_a_note_is_for_ones_own_side(self, client, introduction, owner_us, owner_mx):
        say(introduction, Side.REQUEST, "met", note="They want a discount.")
        page = reverse("partners:introduction-detail", args=[introduction.pk])

        client.force_login(owner_mx)
        assert "They want a discount." in client.get(page).content.decode()
        client.force_login(owner_us)
        assert "They want a discount." not in client.get(page).content.decode()


class TestFollowingUp:
    def made(self, introduction, days):
        Introduction.objects.filter(pk=introduction.pk).update(accepted_at=timezone.now() - timedelta(days=days))

    def test_nobody_is_asked_before_thirty_days(self, introduction):
        self.made(introduction, 29)
        assert following_up.ask_due() == 0

    @pytest.mark.parametrize(("age", "days"), [(30, 30), (89, 30), (90, 90), (180, 180)])
    def test_both_sides_are_asked_the_question_of_the_day_and_once(self, introduction, age, days):
        self.made(introduction, age)

        assert (following_up.ask_due(), following_up.ask_due()) == (2, 0)
        assert set(FollowUp.objects.values_list("days", flat=True)) == {days}
        assert mailed("outcome_asked") == ["marisol@istmo.example", "nora@cascade.example"]

    def test_a_clock_that_stood_still_for_years_asks_nothing(self, introduction):
        self.made(introduction, 1000)
        assert following_up.ask_due() == 0

    def test_who_has_just_said_something_is_not_asked(self, introduction):
        self.made(introduction, 31)
        say(introduction, Side.REQUEST, "met")

        assert following_up.ask_due() == 1
        assert mailed("outcome_asked") == ["nora@cascade.example"]

    @pytest.mark.parametrize("end", ["no_fit", "alliance"])
    def test_after_a_confirmed_end_nobody_is_asked(self, introduction, end):
        say(introduction, Side.REQUEST, end)
        say(introduction, Side.INTERESTED, end)
        OutcomeReport.objects.update(at=timezone.now() - timedelta(days=60))
        self.made(introduction, 91)

        assert following_up.ask_due() == 0

    def test_after_a_consent_was_taken_back_nobody_is_asked(self, introduction, owner_mx):
        self.made(introduction, 31)
        ladder.withdraw(introduction.interest, side=Side.REQUEST, rung=Rung.COMPANY, by=owner_mx)

        assert following_up.ask_due() == 0

    def test_an_answer_settles_the_question_of_its_side(self, introduction):
        self.made(introduction, 31)
        following_up.ask_due()
        say(introduction, Side.INTERESTED, "met")

        assert FollowUp.objects.get(side=Side.INTERESTED).answered_at
        assert FollowUp.objects.get(side=Side.REQUEST).answered_at is None

    def test_who_represents_a_side_now_is_asked(self, introduction, firm_us, owner_us):
        self.made(introduction, 31)
        owner_us.memberships.all().delete()
        join(UserFactory(email="liam@cascade.example"), firm_us)
        following_up.ask_due()

        assert mailed("outcome_asked") == ["liam@cascade.example", "marisol@istmo.example"]


def test_two_sweeps_at_once_ask_each_side_once(transactional_db, us, mx):
    introduction = IntroductionFactory(accepted_at=timezone.now() - timedelta(days=31))
    join(UserFactory(), introduction.interest.company)
    join(UserFactory(), introduction.interest.request.company)

    asked = race(following_up.ask_due, following_up.ask_due)

    assert sum(asked) == 2
    assert FollowUp.objects.count() == 2
    assert Notification.objects.filter(kind="partners/outcome_asked").count() == 2


class TestTheBoard:
    @pytest.fixture
    def own_chamber(self, firm_us):
        """To which the interested firm belongs; it stands on no side of the introduction."""
        chamber = OrganizationFactory(chamber=True, name_en="Portland Chamber")
        ChamberMemberFactory(chamber=chamber, company=firm_us)
        user = UserFactory(email="pat@portland.example")
        join(user, chamber)
        return user

    def test_a_chamber_sees_its_members_introductions_in_columns(self, client, introduction, reviewer):
        IntroductionFactory()  # of others
        say(introduction, Side.REQUEST, "met")
        say(introduction, Side.INTERESTED, "negotiating")
        client.force_login(reviewer)

        columns = client.get(reverse("partners:introduction-board")).context["columns"]

        assert [(column.stage, column.count) for column in columns if column.count] == [(Stage.MET, 1)]
        (card,) = columns[1].cards
        assert (card.member, card.partner) == ("Mangos del Istmo", "Cascade Snacks")
        assert card.is_said_further

    def test_a_chamber_its_member_merely_belongs_to_does_not_read_the_partners_name(
        self, client, introduction, own_chamber
    ):
        client.force_login(own_chamber)

        page = client.get(reverse("partners:introduction-board")).content.decode()
        file = client.get(reverse("partners:introduction-table")).content.decode()

        for text in (page, file):
            assert "Cascade Snacks" in text
            assert "Istmo" not in text
        assert client.get(reverse("partners:introduction-detail", args=[introduction.pk])).status_code == 404

    def test_once_a_consent_is_taken_back_the_broker_reads_no_name_across(self, introduction, reviewer, owner_us):
        ladder.withdraw(introduction.interest, side=Side.INTERESTED, rung=Rung.COMPANY, by=owner_us)

        card = board.find(reviewer, introduction.pk)

        assert card.partner.startswith("Unnamed company")

    def test_a_chamber_says_for_its_member_how_far_it_came(self, client, introduction, own_chamber):
        client.force_login(own_chamber)

        answer = client.post(reverse("partners:stage-report", args=[introduction.pk]), {"stage": "met"})

        assert answer.status_code == 302
        said = OutcomeReport.objects.get()
        assert (said.side, said.stage, said.by) == (Side.INTERESTED, "met", own_chamber)

    def test_another_chamber_neither_sees_nor_says_anything(self, client, introduction):
        client.force_login(UserFactory(chamber_in="US"))

        page = client.get(reverse("partners:introduction-board"))
        answer = client.post(reverse("partners:stage-report", args=[introduction.pk]), {"stage": "met"})

        assert not any(column.count for column in page.context["columns"])
        assert answer.status_code == 404
        assert not OutcomeReport.objects.exists()

    def test_one_chamber_that_speaks_for_both_says_it_for_one_side_alone(self, introduction, reviewer, firm_us):
        ChamberMemberFactory(chamber=introduction.interest.request.chamber, company=firm_us)

        assert board.find(reviewer, introduction.pk).side == Side.REQUEST

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_board_costs_the_same_for_one_and_for_three(self, reviewer, chamber_mx, count, us, mx):
        for _one in range(count):
            request = PartnerRequestFactory(published=True, chamber=chamber_mx)
            IntroductionFactory(interest=InterestFactory(request=request, status="accepted"))
        reviewer.active_memberships  # noqa: B018 -- fetched once a request
        with CaptureQueriesContext(connection) as captured:
            columns = board.columns(reviewer)

        assert columns[0].count == count
        assert len(captured) == 4

    def test_no_cell_of_the_file_is_a_formula(self, client, introduction, reviewer, published):
        published.title = "=cmd()"
        published.save(update_fields=["title"])
        client.force_login(reviewer)

        file = client.get(reverse("partners:introduction-table")).content.decode()

        assert "'=cmd()" in file
        assert ",=cmd()" not in file


class TestFiguresForDialogues:
    def allied(self, count, *, stage=None, code="MX", company=None, **about):
        for _one in range(count):
            request = PartnerRequestFactory(published=True, code=code, **about)
            given = {"company": company} if company else {}
            made = IntroductionFactory(interest=InterestFactory(request=request, status="accepted", **given))
            for side in Side if stage else ():
                say(made, side, stage)

    def test_small_groups_are_withheld(self, us, mx):
        self.allied(4)
        (total,) = outcomes.totals(["US", "MX"])
        assert (total.economies, total.introductions, total.alliances) == (("MX", "US"), None, None)

    def test_from_five_on_they_are_shown_and_few_alliances_are_not(self, us, mx):
        self.allied(4, stage="alliance")
        self.allied(1)
        (total,) = outcomes.totals(["US", "MX"])
        assert (total.introductions, total.alliances) == (5, None)

    def test_five_confirmed_alliances_are_shown(self, us, mx):
        self.allied(5, stage="alliance")
        (total,) = outcomes.totals(["US", "MX"])
        assert (total.introductions, total.alliances) == (5, 5)

    def test_five_introductions_of_the_same_few_firms_are_withheld(self, us, mx):
        one = OrganizationFactory()
        owner = OrganizationFactory(code="MX")
        self.allied(5, company=one)
        PartnerRequest.objects.update(company=owner)
        (total,) = outcomes.totals(["US", "MX"])
        assert total.introductions is None

    def test_samples_and_third_economies_do_not_count(self, us, mx, tw):
        self.allied(5, is_sample=True)
        self.allied(5, code="TW")
        assert outcomes.totals(["US", "MX"]) == []

    def test_the_dialogues_page_and_file_have_them_for_its_parties(self, client, us, mx):
        self.allied(5, stage="alliance")
        dialogue = DialogueFactory(parties=("US", "MX"))

        rows = partnering.totals(dialogue)
        page = client.get(reverse("dialogues:indicator-list", args=[dialogue.slug])).content.decode()
        file = client.get(reverse("dialogues:indicator-table", args=[dialogue.slug])).content.decode()

        assert [row.total.alliances for row in rows] == [5]
        assert 'id="partnering"' in page
        assert "partner_alliances" in file


class TestStories:
    @pytest.fixture
    def allied(self, introduction):
        say(introduction, Side.REQUEST, "alliance")
        say(introduction, Side.INTERESTED, "alliance")
        return introduction

    @pytest.fixture
    def story(self, allied, owner_mx):
        return telling_stories.write(
            allied,
            side=Side.REQUEST,
            language="en",
            title="Mango for snacks",
            text="We met.",
            person=owner_mx,
            by=owner_mx,
        )

    def agree(self, story, owner_us):
        return telling_stories.agree(
            story, side=Side.INTERESTED, version=telling_stories.version_of(story), person=owner_us, by=owner_us
        )

    def test_it_needs_an_outcome_that_both_confirm(self, introduction, owner_mx):
        say(introduction, Side.REQUEST, "alliance")
        with pytest.raises(ValidationError) as refusal:
            telling_stories.write(
                introduction, side=Side.REQUEST, language="en", title="T", text="T", person=owner_mx, by=owner_mx
            )
        assert refusal.value.code == "not_confirmed"

    def test_it_is_public_only_with_both_consents(self, client, story, owner_us):
        page = reverse("partners:story-detail", args=[story.slug])
        assert mailed("story_written") == ["nora@cascade.example"]
        assert client.get(page).status_code == 404

        self.agree(story, owner_us)

        text = client.get(page).content.decode()
        assert "Mangos del Istmo" in text
        assert "Cascade Snacks" in text
        assert "Mango for snacks" in client.get(reverse("partners:story-list")).content.decode()
        assert page in client.get("/sitemap-stories.xml").content.decode()
        assert mailed("story_published") == ["marisol@istmo.example", "nora@cascade.example"]

    def test_a_consent_is_to_the_text_that_was_read(self, story, owner_us, owner_mx):
        read = telling_stories.version_of(story)
        telling_stories.revise(
            story, side=Side.REQUEST, language="en", title="Other", text="Other", person=owner_mx, by=owner_mx
        )

        with pytest.raises(ValidationError) as refusal:
            telling_stories.agree(story, side=Side.INTERESTED, version=read, person=owner_us, by=owner_us)
        assert refusal.value.code == "changed"

    def test_changing_the_text_takes_both_consents_back(self, story, owner_us):
        again = telling_stories.revise(
            story, side=Side.INTERESTED, language="en", title="Ours", text="Ours", person=owner_us, by=owner_us
        )

        assert again.request_agreed_at is None
        assert again.interested_agreed_at

    def test_a_chamber_does_not_agree_for_a_firm_that_can_speak(self, story, allied, reviewer):
        assert not telling_stories.may_agree(reviewer, allied, Side.REQUEST)
        with pytest.raises(ValidationError) as refusal:
            telling_stories.agree(
                story, side=Side.REQUEST, version=telling_stories.version_of(story), person=reviewer, by=reviewer
            )
        assert refusal.value.code == "not_yours"

    def test_either_side_takes_it_back(self, client, story, owner_us, owner_mx):
        self.agree(story, owner_us)
        taken = telling_stories.withdraw(SuccessStory.objects.get(), side=Side.INTERESTED, by=owner_us)

        assert (taken.status, taken.request_agreed_at) == ("withdrawn", None)
        assert client.get(story.get_absolute_url()).status_code == 404
        assert mailed("story_withdrawn") == ["marisol@istmo.example"]

    def test_it_is_gone_with_the_consent_to_be_known(self, client, story, owner_us, owner_mx, allied):
        self.agree(story, owner_us)
        ladder.withdraw(allied.interest, side=Side.REQUEST, rung=Rung.COMPANY, by=owner_mx)

        assert client.get(story.get_absolute_url()).status_code == 404
        client.force_login(owner_us)
        assert client.get(story.get_absolute_url()).status_code == 404
        assert "We met." not in client.get(reverse("partners:story", args=[allied.pk])).content.decode()

    def test_the_link_in_the_mail_agrees_without_login(self, client, story, owner_us, allied):
        link = seating.path(allied, owner_us, "story")
        assert "We met." in client.get(link).content.decode()

        client.post(f"{link}agree/", {"version": telling_stories.version_of(story)})

        assert SuccessStory.objects.get().status == "published"

    def test_it_is_written_and_written_anew_on_the_page(self, client, allied, owner_us):
        client.force_login(owner_us)
        page = reverse("partners:story-save", args=[allied.pk])

        client.post(page, {"language": "en", "title": "One", "text": "Text"})
        client.post(page, {"language": "en", "title": "Two", "text": "Text"})

        assert SuccessStory.objects.get().title == "Two"
        assert client.post(page, {"language": "en", "title": ""}).status_code == 422

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_list_costs_the_same_for_one_and_for_three(self, client, count, us, mx, django_assert_num_queries):
        for _one in range(count):
            made = IntroductionFactory()
            now = timezone.now()
            SuccessStory.objects.create(
                introduction=made, language="en", title="T", text="T", status="published", published_at=now,
                request_agreed_at=now, interested_agreed_at=now, written_for=made.interest.company,
            )  # fmt: skip
        with django_assert_num_queries(2):
            rows = list(telling_stories.published())
            names = [
                (r.introduction.interest.request.company.economy, r.introduction.interest.company.economy) for r in rows
            ]
        assert len(names) == count


def test_what_waits_is_on_the_desk(client, introduction, owner_us, owner_mx):
    meeting.propose(
        introduction, side=Side.REQUEST, starts=[timezone.now() + timedelta(days=2)], minutes=30, zone="UTC", by=None
    )
    FollowUp.objects.create(introduction=introduction, side=Side.REQUEST, days=30)

    assert [w.title for w in desk.waiting_for(owner_us)] == [
        "Answer the times for a first meeting: Dried mango in bulk"
    ]
    assert [w.title for w in desk.waiting_for(owner_mx)] == ["Say what became of the introduction: Dried mango in bulk"]
    meeting.accept(introduction.slots.get(), side=Side.INTERESTED, by=None)
    assert [c.title for c in desk.coming_for(owner_us)] == ["First meeting: Dried mango in bulk"]
