from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from partners import interests, requesting
from partners.models import Match, PartnerRequest
from partners.models.requests import last_day_on_earth
from portal.activity.models import Activity
from portal.notifications.models import Notification
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.partners import (
    ChamberMemberFactory,
    CompanyProfileFactory,
    InterestFactory,
    PartnerRequestFactory,
    TextConfirmationFactory,
)

pytestmark = pytest.mark.django_db


def told(kind):
    """Who is promised this mail, by address."""
    rows = Notification.objects.filter(kind=f"partners/{kind}").select_related("recipient")
    return sorted(row.recipient.email for row in rows)


def verbs(obj):
    return list(
        Activity.objects.filter(object_id=obj.pk, object_type__model=obj._meta.model_name).values_list(
            "verb", flat=True
        )
    )


@pytest.fixture
def submitted(firm_mx, owner_mx, chamber_mx):
    return PartnerRequestFactory(submitted=True, company=firm_mx, chamber=chamber_mx, posted_by=owner_mx)


def test_a_firms_own_draft_belongs_to_no_chamber_yet(firm_mx, owner_mx, content, us):
    request = requesting.draft(company=firm_mx, by=owner_mx, **content)

    assert (request.status, request.origin, request.chamber) == ("draft", "company", None)
    assert list(request.sectors.values_list("slug", flat=True)) == ["processed-food"]
    assert request.hs_chapters == ["20"]
    assert verbs(request) == ["drafted"]


def test_a_chamber_drafts_only_for_its_member_firms(firm_mx, reviewer, chamber_mx, content, us):
    with pytest.raises(ValidationError) as refusal:
        requesting.draft(company=firm_mx, chamber=chamber_mx, by=reviewer, **content)
    assert refusal.value.code == "not_a_member"

    ChamberMemberFactory(chamber=chamber_mx, company=firm_mx)
    assert requesting.draft(company=firm_mx, chamber=chamber_mx, by=reviewer, **content).origin == "chamber"


def test_a_firm_that_was_only_asked_is_no_member_yet(firm_mx, reviewer, chamber_mx, content, us):
    ChamberMemberFactory(chamber=chamber_mx, company=firm_mx, asked=True)

    with pytest.raises(ValidationError, match="not a member"):
        requesting.draft(company=firm_mx, chamber=chamber_mx, by=reviewer, **content)


@pytest.mark.parametrize("field", [{"title": "x" * 251}, {"teaser": "x" * 141}, {"hs_codes": ["1"]}, {"type": "gift"}])
def test_a_draft_keeps_to_the_limits_of_the_field(firm_mx, owner_mx, content, us, field):
    with pytest.raises(ValidationError):
        requesting.draft(company=firm_mx, by=owner_mx, **content | field)

    assert not PartnerRequest.objects.exists()


def test_a_draft_is_revised_and_nothing_else_is(owner_mx, firm_mx, submitted, us):
    request = PartnerRequestFactory(company=firm_mx)

    assert requesting.revise(request, title="Mango", by=owner_mx).title == "Mango"
    with pytest.raises(ValidationError, match="Only a draft"):
        requesting.revise(submitted, title="Mango", by=owner_mx)


def test_submitting_tells_the_chamber(firm_mx, owner_mx, chamber_mx, reviewer, us):
    request = requesting.submit(PartnerRequestFactory(company=firm_mx), chamber=chamber_mx, by=owner_mx)

    assert (request.status, request.chamber) == ("submitted", chamber_mx)
    assert told("request_submitted") == ["ramiro@camara.example"]


@pytest.mark.parametrize(
    "wrong", [{"chamber": True, "code": "US"}, {"agency": True, "code": "MX"}, {"code": "MX", "kind": "chamber"}]
)
def test_a_request_goes_only_to_a_verified_chamber_of_its_economy(firm_mx, owner_mx, us, wrong):
    with pytest.raises(ValidationError) as refusal:
        requesting.submit(PartnerRequestFactory(company=firm_mx), chamber=OrganizationFactory(**wrong), by=owner_mx)

    assert refusal.value.code == "wrong_chamber"


def test_a_request_whose_closing_day_has_passed_is_neither_submitted_nor_published(
    firm_mx, owner_mx, chamber_mx, reviewer, submitted, us
):
    yesterday = last_day_on_earth() - timedelta(days=1)
    for verb, more in ((requesting.submit, {"chamber": chamber_mx}), (requesting.publish, {})):
        request = PartnerRequestFactory(company=firm_mx, chamber=chamber_mx, closes_on=yesterday)
        with pytest.raises(ValidationError) as refusal:
            verb(request, by=owner_mx, **more)
        assert refusal.value.code == "closing_day"


def test_publishing_tells_the_owner_and_the_companies_it_suits_with_the_reasons(
    submitted, owner_mx, reviewer, firm_us, owner_us, us
):
    other_trade = CompanyProfileFactory(sectors=["software"], hs_codes=("847130",), capabilities="We write software.")
    join(UserFactory(), other_trade.organization)

    request = requesting.publish(submitted, by=reviewer)

    assert request.status == "published"
    assert request.published_at is not None
    assert told("request_published_owner") == ["marisol@istmo.example"]
    assert told("request_published") == ["nora@cascade.example"]
    promise = Notification.objects.get(kind="partners/request_published")
    assert promise.context["company"] == "Cascade Snacks"
    assert {"sector", "hs", "economy"} <= {r["criterion"] for r in promise.context["reasons"] if r["outcome"] == "met"}
    assert Match.objects.first().company == firm_us


def test_the_mail_about_a_fitting_request_lists_its_reasons_in_the_readers_language(
    submitted, reviewer, firm_us, owner_us, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        requesting.publish(submitted, by=reviewer)

    (mail,) = [mail for mail in mailoutbox if "nora@" in mail.to[0]]
    assert mail.subject == f"An opportunity that suits Cascade Snacks: {submitted.title}"
    assert "Met · Same sector: Processed food." in mail.body
    assert "Met · Same goods: HS heading 2008." in mail.body
    assert "Unnamed company, Mexico" in mail.body
    assert "<li>Met · Same sector: Processed food.</li>" in mail.alternatives[0][0]


def test_a_company_hears_of_a_request_once_however_often_it_is_renewed(submitted, reviewer, owner_us, us):
    request = requesting.publish(submitted, by=reviewer)
    PartnerRequest.objects.update(closes_on=last_day_on_earth() - timedelta(days=1))
    assert requesting.expire_due() == 1

    requesting.renew(request, closes_on=last_day_on_earth() + timedelta(days=30), by=reviewer)

    assert told("request_published") == ["nora@cascade.example"]


def test_a_chamber_publishes_its_own_draft_for_a_member_firm(ward, chamber_mx, reviewer, us):
    draft = PartnerRequestFactory(company=ward, chamber=chamber_mx, origin="chamber", posted_by=reviewer)
    TextConfirmationFactory(request=draft, confirmed=True)

    assert requesting.publish(draft, by=reviewer).status == "published"


def test_a_chamber_does_not_publish_for_a_firm_that_has_left_it(ward, chamber_mx, reviewer, us):
    draft = PartnerRequestFactory(company=ward, chamber=chamber_mx, origin="chamber", posted_by=reviewer)
    TextConfirmationFactory(request=draft, confirmed=True)
    ward.chambers.update(status="ended")

    with pytest.raises(ValidationError, match="not a member"):
        requesting.publish(draft, by=reviewer)


def test_who_wrote_or_changed_a_text_does_not_review_it(submitted, firm_mx, owner_mx, chamber_mx, us):
    both = UserFactory()
    join(both, firm_mx)
    join(both, chamber_mx)
    draft = requesting.take_back(submitted, by=owner_mx)
    changed = requesting.submit(requesting.revise(draft, title="Mango", by=both), chamber=chamber_mx, by=owner_mx)

    with pytest.raises(ValidationError) as refusal:
        requesting.publish(changed, by=both)

    assert refusal.value.code == "own_text"


def test_a_text_that_was_swapped_behind_the_reviewers_screen_is_not_published(
    client, submitted, firm_mx, owner_mx, reviewer, chamber_mx, us
):
    client.force_login(reviewer)
    seen = client.get(submitted.get_absolute_url()).context["found"].version

    requesting.take_back(submitted, by=owner_mx)
    requesting.revise(submitted, title="Something else", by=owner_mx)
    requesting.submit(submitted, chamber=chamber_mx, by=owner_mx)
    page = client.post(
        reverse("partners:request-publish", args=[submitted.slug]), {"seen_version": seen}, follow=True
    ).content.decode()

    submitted.refresh_from_db()
    assert submitted.status == "submitted"
    assert "changed after you opened it" in page
    assert f'name="seen_version" value="{submitted.version}"' in page


def test_a_text_taken_back_in_the_same_moment_is_not_published(submitted, owner_mx, reviewer, us):
    requesting.take_back(PartnerRequest.objects.get(pk=submitted.pk), by=owner_mx)

    with pytest.raises(ValidationError) as refusal:
        requesting.publish(submitted, by=reviewer)

    assert refusal.value.code == "changed_meanwhile"


def test_sending_back_says_why_and_the_firm_can_submit_again(submitted, owner_mx, reviewer, chamber_mx, us):
    request = requesting.send_back(submitted, reason="Name the quantity.", by=reviewer)

    assert (request.status, request.returned_reason, request.was_sent_back) == ("draft", "Name the quantity.", True)
    assert told("request_sent_back") == ["marisol@istmo.example"]
    again = requesting.submit(request, chamber=chamber_mx, by=owner_mx)
    assert (again.status, again.returned_reason) == ("submitted", "")


def test_nothing_is_sent_back_without_a_reason(submitted, reviewer, us):
    with pytest.raises(ValidationError, match="what should change"):
        requesting.send_back(submitted, reason="  ", by=reviewer)


def test_a_firm_takes_its_request_back_before_the_chamber_answered(submitted, owner_mx, us):
    request = requesting.take_back(submitted, by=owner_mx)

    assert (request.status, request.was_sent_back) == ("draft", False)


def test_closing_tells_who_waits_for_an_answer(published, owner_mx, firm_us, owner_us):
    waiting = InterestFactory(request=published, company=firm_us, by=owner_us)

    request = requesting.close(published, reason="found_elsewhere", by=owner_mx)

    waiting.refresh_from_db()
    assert (request.status, request.close_reason) == ("closed", "found_elsewhere")
    assert (waiting.status, waiting.decline_reason) == ("declined", "closed")
    assert told("interest_declined") == ["nora@cascade.example"]


def test_a_closed_request_stays_closed(owner_mx, us):
    closed = PartnerRequestFactory(closed=True)
    later = last_day_on_earth() + timedelta(days=10)

    for verb, more in (
        (requesting.publish, {}),
        (requesting.close, {"reason": "other"}),
        (requesting.renew, {"closes_on": later}),
        (requesting.take_back, {}),
        (requesting.discard, {}),
    ):
        with pytest.raises(ValidationError):
            verb(closed, by=owner_mx, **more)


def test_a_published_request_is_not_published_again(published, reviewer):
    with pytest.raises(ValidationError) as refusal:
        requesting.publish(published, by=reviewer)

    assert refusal.value.code == "illegal_move"


def test_a_request_stays_open_through_its_closing_day_everywhere_on_earth(time_machine, published):
    closes = published.closes_on
    time_machine.move_to(f"{closes + timedelta(days=1)}T11:59Z", tick=False)
    assert published.is_open
    assert requesting.expire_due() == 0

    time_machine.move_to(f"{closes + timedelta(days=1)}T12:00Z", tick=False)
    assert not published.is_open
    assert requesting.expire_due() == 1


def test_expiry_tells_both_of_the_requests_side_once(published, owner_mx, reviewer):
    PartnerRequest.objects.update(closes_on=last_day_on_earth() - timedelta(days=1))

    assert (requesting.expire_due(), requesting.expire_due()) == (1, 0)

    assert told("request_expired") == ["marisol@istmo.example", "ramiro@camara.example"]
    assert not PartnerRequest.objects.open().exists()


def test_renewal_opens_an_expired_request_in_one_step(owner_mx, us):
    later = last_day_on_earth() + timedelta(days=30)

    request = requesting.renew(PartnerRequestFactory(expired=True), closes_on=later, by=owner_mx)

    assert (request.status, request.closes_on, request.is_open) == ("published", later, True)
    assert verbs(request) == ["renewed"]


def test_renewal_moves_the_closing_day_of_an_open_request(published, owner_mx):
    later = last_day_on_earth() + timedelta(days=200)

    assert requesting.renew(published, closes_on=later, by=owner_mx).closes_on == later


@pytest.mark.parametrize("days", [-1, 366])
def test_renewal_is_for_a_day_to_come_and_at_most_a_year(published, owner_mx, days):
    with pytest.raises(ValidationError) as refusal:
        requesting.renew(published, closes_on=last_day_on_earth() + timedelta(days=days), by=owner_mx)

    assert refusal.value.code == "closing_day"


def test_an_expired_request_can_still_accept_what_it_has_received(published, firm_us, owner_us, owner_mx):
    sent = interests.express(published, company=firm_us, message="Hello", by=owner_us)
    PartnerRequest.objects.update(status="expired")
    sent.refresh_from_db()

    assert interests.accept(sent, by=owner_mx).interest_id == sent.pk


def test_the_database_refuses_a_published_request_without_a_chamber(firm_mx, us):
    request = PartnerRequestFactory(company=firm_mx)

    with pytest.raises(IntegrityError), transaction.atomic():
        PartnerRequest.objects.filter(pk=request.pk).update(status="submitted")


def test_a_rolled_back_publication_promises_nothing(submitted, reviewer, owner_us, us):
    def publish_and_fail():
        with transaction.atomic():
            requesting.publish(submitted, by=reviewer)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        publish_and_fail()

    assert not Notification.objects.exists()
    assert not Match.objects.exists()
