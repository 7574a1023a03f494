"""Each rung is open while both sides' consent stands, and a consent can be taken back."""

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse

from partners import interests, ladder
from partners.models import (
    CompanyProfile,
    Consent,
    ContactView,
    Disclosure,
    ExpressionOfInterest,
    Introduction,
    RequestAttachment,
)
from portal.accounts import membership
from portal.accounts.models import Membership
from portal.activity.models import Activity
from portal.activity.words import phrase
from portal.notifications.models import Notification
from tests.factories.accounts import UserFactory, join
from tests.factories.partners import InterestFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def deliver(django_capture_on_commit_callbacks):
    """Do something and deliver the mail it promised."""

    def run(verb, *args, **kwargs):
        with django_capture_on_commit_callbacks(execute=True):
            return verb(*args, **kwargs)

    return run


@pytest.fixture
def sent(published, firm_us, owner_us, owner_mx, reviewer, deliver):
    return deliver(interests.express, published, company=firm_us, message="We make snacks.", by=owner_us)


@pytest.fixture
def introduction(sent, owner_mx, deliver):
    return deliver(interests.accept, sent, by=owner_mx)


def fresh(interest):
    return ExpressionOfInterest.objects.get(pk=interest.pk)


def rungs(interest):
    """Which rungs are open now, as rows and as the database would choose them."""
    interest = fresh(interest)
    found = [rung for rung in ("company", "contact") if ladder.is_open(interest, rung)]
    chosen = [r for r in ("company", "contact") if ExpressionOfInterest.objects.on_rung(r).filter(pk=interest.pk)]
    assert found == chosen
    return found


def page(client, user, interest):
    client.force_login(user)
    return client.get(interest.get_absolute_url()).content.decode()


def test_sending_opens_no_rung_and_shows_who_sent_it(sent):
    assert rungs(sent) == []
    assert ladder.shows(sent, side="interested", rung="company")
    assert not ladder.shows(sent, side="request", rung="company")


def test_accepting_opens_both_rungs_where_both_sides_share_their_contacts(introduction):
    assert rungs(introduction.interest) == ["company", "contact"]


@pytest.mark.parametrize(("sender", "accepter"), [(False, True), (True, False), (False, False)])
def test_one_side_alone_opens_no_contact(client, published, firm_us, owner_us, owner_mx, deliver, sender, accepter):
    sent = deliver(interests.express, published, company=firm_us, message="Hello", by=owner_us, shares_contact=sender)
    mail.outbox.clear()

    deliver(interests.accept, sent, by=owner_mx, shares_contact=accepter)

    assert rungs(sent) == ["company"]
    assert "marisol@istmo.example" not in page(client, owner_us, sent)
    assert "nora@cascade.example" not in page(client, owner_mx, sent)
    mails = "".join(message.body + message.alternatives[0][0] for message in mail.outbox)
    assert "Contacts are exchanged as soon as both sides share theirs" in mails
    assert "marisol@istmo.example" not in mails
    assert not Disclosure.objects.filter(rung="contact").exists()


def test_sharing_the_contact_later_gives_both_sides_the_contacts_by_mail_and_in_the_log(
    client, published, firm_us, owner_us, owner_mx, deliver
):
    sent = deliver(interests.express, published, company=firm_us, message="Hello", by=owner_us, shares_contact=False)
    deliver(interests.accept, sent, by=owner_mx)
    mail.outbox.clear()

    client.force_login(owner_us)
    with_page = reverse("partners:interest-share", args=[sent.pk, "contact"])
    deliver(client.post, with_page)

    assert rungs(sent) == ["company", "contact"]
    (to_us,) = [message for message in mail.outbox if "nora@" in message.to[0]]
    assert "marisol@istmo.example" in to_us.body
    assert "marisol@istmo.example" in page(client, owner_us, sent)
    assert Disclosure.objects.filter(rung="contact", person=owner_mx, to_user=owner_us).exists()


@pytest.mark.parametrize("side", ["request", "interested"])
def test_a_contact_taken_back_by_either_side_closes_the_rung_for_both(
    client, introduction, owner_us, owner_mx, deliver, side
):
    interest = introduction.interest
    mail.outbox.clear()
    by = owner_mx if side == "request" else owner_us

    client.force_login(by)
    deliver(client.post, reverse("partners:interest-unshare", args=[interest.pk, "contact"]))

    assert rungs(interest) == ["company"]
    assert ladder.contacts(Introduction.objects.get(pk=introduction.pk)) == (None, None)
    assert "marisol@istmo.example" not in page(client, owner_us, interest)
    assert "nora@cascade.example" not in page(client, owner_mx, interest)
    told = {message.to[0].partition("<")[2].strip(">") for message in mail.outbox}
    others = {"nora@cascade.example"} if side == "request" else {"marisol@istmo.example", "ramiro@camara.example"}
    assert told == others


def test_a_company_that_takes_its_name_back_is_unnamed_with_what_it_wrote(client, introduction, owner_us, owner_mx):
    interest = introduction.interest

    ladder.withdraw(interest, side="interested", rung="company", by=owner_us)

    seen = page(client, owner_mx, interest)
    assert "Unnamed company" in seen
    for secret in ("Cascade Snacks", "We make snacks.", "nora@cascade.example"):
        assert secret not in seen
    assert rungs(interest) == []
    assert "Mangos del Istmo" not in page(client, owner_us, interest)


def test_the_request_side_taken_back_hides_its_name_profile_and_files_again(introduction, owner_us, owner_mx, firm_mx):
    file = RequestAttachment.objects.create(
        request=introduction.interest.request, title="Prices of Mangos del Istmo", filename="prices.pdf",
        content_type="application/pdf", size=1, digest="0" * 64,
    )  # fmt: skip
    seen = CompanyProfile.objects.visible_to(owner_us).filter(organization=firm_mx)
    files = RequestAttachment.objects.visible_to(owner_us).filter(pk=file.pk)
    assert (seen.count(), files.count()) == (1, 1)

    ladder.withdraw(introduction.interest, side="request", rung="company", by=owner_mx)

    assert (seen.count(), files.count()) == (0, 0)
    assert fresh(introduction.interest).requester == "Unnamed company, Mexico"


def test_what_was_taken_back_can_be_shared_again(introduction, owner_mx):
    interest = introduction.interest
    ladder.withdraw(interest, side="request", rung="company", by=owner_mx)
    with pytest.raises(ValidationError) as refusal:
        ladder.give(interest, side="request", rung="contact", by=owner_mx)
    assert refusal.value.code == "company_first"

    ladder.give(interest, side="request", rung="company", by=owner_mx)
    assert rungs(interest) == ["company"]
    ladder.give(interest, side="request", rung="contact", by=owner_mx)
    assert rungs(interest) == ["company", "contact"]
    assert Consent.objects.filter(interest=interest, side="request").count() == 4  # none was deleted


def test_giving_twice_is_giving_once(introduction, owner_mx):
    first = ladder.give(introduction.interest, side="request", rung="contact", by=owner_mx)

    assert first == ladder.give(introduction.interest, side="request", rung="contact", by=owner_mx)


@pytest.mark.parametrize("status", ["declined", "withdrawn", "expired"])
def test_nothing_is_shared_in_what_has_ended(owner_us, status):
    ended = InterestFactory(status=status, decline_reason="no_fit" if status == "declined" else "", consents=[])
    with pytest.raises(ValidationError) as refusal:
        ladder.give(ended, side="interested", rung="company", by=owner_us)
    assert refusal.value.code == "ended"


def test_the_request_side_shares_nothing_before_it_accepts(sent, owner_mx):
    with pytest.raises(ValidationError) as refusal:
        ladder.give(sent, side="request", rung="company", by=owner_mx)
    assert refusal.value.code == "not_accepted"


def test_while_it_waits_the_name_goes_with_the_interest_alone(sent, owner_us):
    with pytest.raises(ValidationError) as refusal:
        ladder.withdraw(sent, side="interested", rung="company", by=owner_us)
    assert refusal.value.code == "unanswered"


def test_what_is_not_shared_cannot_be_taken_back(introduction, owner_us):
    ladder.withdraw(introduction.interest, side="interested", rung="contact", by=owner_us)
    with pytest.raises(ValidationError) as refusal:
        ladder.withdraw(introduction.interest, side="interested", rung="contact", by=owner_us)
    assert refusal.value.code == "none"


def test_a_declined_company_may_take_its_name_back(client, sent, owner_us, owner_mx):
    declined = interests.decline(sent, reason="no_fit", by=owner_mx)
    assert "Cascade Snacks" in page(client, owner_mx, declined)

    ladder.withdraw(declined, side="interested", rung="company", by=owner_us)

    assert "Cascade Snacks" not in page(client, owner_mx, declined)


def test_a_contact_who_left_is_shown_to_nobody_and_another_is_named_by_sharing_again(
    client, introduction, firm_us, owner_us, owner_mx, deliver
):
    interest = introduction.interest
    next_one = UserFactory(full_name="Nils Next", email="nils@cascade.example")
    join(next_one, firm_us)
    membership.leave(membership=Membership.objects.get(user=owner_us, organization=firm_us), by=owner_us)
    assert "nora@cascade.example" not in page(client, owner_mx, interest)
    assert "This contact has left" in page(client, owner_mx, interest)

    deliver(ladder.give, interest, side="interested", rung="contact", by=next_one)

    assert "nils@cascade.example" in page(client, owner_mx, interest)
    assert Disclosure.objects.filter(rung="contact", person=next_one, to_user=owner_mx).exists()


def test_a_mail_that_is_late_says_only_what_is_shared_when_it_leaves(introduction, owner_us, owner_mx, deliver):
    ladder.withdraw(introduction.interest, side="request", rung="contact", by=owner_mx)
    mail.outbox.clear()

    Notification.objects.update(status="pending", attempts=0)
    deliver(ladder.withdraw, introduction.interest, side="request", rung="company", by=owner_mx)

    late = [message for message in mail.outbox if "introduced" in message.subject and "nora@" in message.to[0]]
    assert late
    for message in late:
        assert "marisol@istmo.example" not in message.body + message.alternatives[0][0]
        assert "Mangos del Istmo" not in message.body + message.alternatives[0][0]


def test_every_look_at_a_contact_is_shown_to_its_owner(client, introduction, owner_us, owner_mx):
    for _look in range(3):
        page(client, owner_us, introduction.interest)

    assert ContactView.objects.filter(by=owner_us, disclosure__person=owner_mx).count() == 3
    client.force_login(owner_mx)
    log = client.get(reverse("partners:disclosure-list")).content.decode()
    assert "Looked at 3 times on the page" in log
    assert "Nora" not in log


def test_a_look_while_the_rung_is_closed_sees_nothing_and_leaves_nothing(client, introduction, owner_us, owner_mx):
    ladder.withdraw(introduction.interest, side="request", rung="contact", by=owner_mx)

    page(client, owner_us, introduction.interest)

    assert not ContactView.objects.exists()
    assert Disclosure.objects.filter(rung="contact", to_user=owner_us).count() == 1  # what had been seen stays


def test_nobody_shares_for_the_other_side_and_no_stranger_for_either(client, introduction, sme, owner_us):
    url = reverse("partners:interest-unshare", args=[introduction.interest.pk, "contact"])
    client.force_login(sme)
    assert client.post(url).status_code == 404

    client.force_login(owner_us)
    client.post(url)
    standing = Consent.objects.standing().filter(interest=introduction.interest, rung="contact")
    assert [consent.side for consent in standing] == ["request"]


def test_there_are_no_other_rungs(client, introduction, owner_us):
    client.force_login(owner_us)
    assert client.post(reverse("partners:interest-share", args=[introduction.interest.pk, "attic"])).status_code == 404


def test_what_was_shared_and_taken_back_reads_as_sentences_in_the_log(introduction, owner_us):
    ladder.withdraw(introduction.interest, side="interested", rung="company", by=owner_us)
    ladder.give(introduction.interest, side="interested", rung="company", by=owner_us)

    verbs = [row.verb for row in Activity.objects.filter(verb__startswith="company_")]
    assert sorted(verbs) == ["company_shared", "company_unshared"]
    assert all(str(phrase(verb)) != verb for verb in verbs)
