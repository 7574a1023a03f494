"""The disclosure ladder: who sees which rung, on every page, in every mail, and in the log."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from partners import chasing, directory, interests, requesting
from partners.models import Disclosure, ExpressionOfInterest, Introduction
from portal.accounts import verification
from portal.activity.models import Activity
from portal.notifications.models import Notification
from tests.factories.accounts import UserFactory, join
from tests.factories.partners import PartnerRequestFactory

pytestmark = pytest.mark.django_db

MX_CONTACT = ("Marisol", "marisol@istmo.example")
US_CONTACT = ("Nora", "nora@cascade.example")
MX_FIRM = ("Mangos del Istmo", "mangos-del-istmo")
US_FIRM = ("Cascade Snacks", "cascade-snacks")


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


def pages(interest):
    """Every page of partnering that can be opened by address, and what surrounds it."""
    request = interest.request
    names = ["request-list", "match-list", "request-mine", "chamber-desk", "member-list", "interest-list"]
    names += ["disclosure-list", "company-list", "organization-list", "request-draft", "firm-register"]
    found = [reverse(f"partners:{name}") for name in names]
    found += [request.get_absolute_url(), interest.get_absolute_url()]
    for company in (request.company, interest.company):
        found += [company.profile.get_absolute_url(), reverse("partners:profile-edit", args=[company.slug])]
        found.append(company.get_absolute_url())
    found += [f"{reverse('partners:interest-list')}?side={side}" for side in ("sent", "received")]
    return [*found, reverse("notifications:inbox"), reverse("desk"), reverse("home")]


def seen_by(client, user, interest):
    """Everything this person can read about the interest: pages, mails and inbox."""
    if user is not None:
        client.force_login(user)
    else:
        client.logout()
    # An administrator verifies organizations and so sees their own pages, people and all; what stands behind
    # this request and this interest she must not learn.
    organizations = [company.get_absolute_url() for company in (interest.request.company, interest.company)]
    skipped = organizations if user is not None and user.is_staff else []
    text = "".join(page(client, url, user) for url in pages(interest) if url not in skipped)
    if user is not None:
        for message in mail.outbox:
            if user.email in message.to[0]:
                text += own_name_removed(message.subject + message.body + message.alternatives[0][0], user)
        for row in Notification.objects.filter(recipient=user):
            text += own_name_removed(f"{row.subject} {row.url} {row.context}", user)
    return text


def page(client, url, user):
    """A page without the name of its reader, which its frame shows; one that is refused, without its own address."""
    response = client.get(url)
    text = own_name_removed(response.content.decode(), user)
    return text.replace(url.partition("/en")[2], "") if response.status_code in {403, 404} else text


def own_name_removed(text, user):
    return text if user is None else text.replace(user.full_name, "").replace(user.email, "")


def assert_hidden(text, *secrets):
    for secret in secrets:
        assert secret not in text, f"{secret} shows: …{text[max(0, text.find(secret) - 200) :][:400]}…"


def test_before_an_answer_the_interested_side_knows_neither_firm_nor_contact(client, sent, owner_us):
    assert_hidden(seen_by(client, owner_us, sent), *MX_FIRM, *MX_CONTACT, "Ramiro", "ramiro@camara.example")


def test_before_an_answer_the_request_side_knows_the_firm_and_no_contact(client, sent, owner_mx, reviewer):
    for person in (owner_mx, reviewer):
        text = seen_by(client, person, sent)
        assert US_FIRM[0] in text
        assert_hidden(text, *US_CONTACT)


@pytest.mark.parametrize("cast", ["visitor", "sme", "chamber", "official", "administrator", "outsider"])
def test_nobody_else_learns_anything_before_or_after(client, request, sent, owner_mx, deliver, cast):
    person = None if cast == "visitor" else request.getfixturevalue(cast)
    assert_hidden(seen_by(client, person, sent), *MX_FIRM, *MX_CONTACT, *US_CONTACT, "We make snacks.")

    deliver(interests.accept, sent, by=owner_mx)

    assert_hidden(seen_by(client, person, sent), *MX_FIRM, *MX_CONTACT, *US_CONTACT, "We make snacks.")


def test_acceptance_gives_each_side_the_others_contact_on_the_page_and_by_mail(
    client, sent, owner_us, owner_mx, deliver
):
    mail.outbox.clear()

    deliver(interests.accept, sent, by=owner_mx)

    for person, contact in ((owner_us, MX_CONTACT), (owner_mx, US_CONTACT)):
        client.force_login(person)
        page = client.get(sent.get_absolute_url()).content.decode()
        (message,) = [message for message in mail.outbox if person.email in message.to[0]]
        for secret in contact:
            assert secret in page
            assert secret in message.body
            assert secret in message.alternatives[0][0]


def test_the_mail_after_acceptance_goes_to_its_recipient_alone(sent, owner_mx, deliver):
    mail.outbox.clear()

    deliver(interests.accept, sent, by=owner_mx)

    assert len(mail.outbox) == 3
    assert all(len(message.recipients()) == 1 for message in mail.outbox)


def test_the_firm_behind_the_request_is_named_to_the_interested_side_only_by_acceptance(
    client, sent, owner_us, owner_mx, firm_mx, deliver
):
    client.force_login(owner_us)
    assert client.get(firm_mx.profile.get_absolute_url()).status_code == 404

    deliver(interests.accept, sent, by=owner_mx)

    assert "Mangos del Istmo" in client.get(sent.get_absolute_url()).content.decode()
    assert client.get(firm_mx.profile.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("ending", ["decline", "withdraw", "expire"])
def test_any_other_ending_discloses_no_contact(client, sent, owner_us, owner_mx, deliver, ending):
    if ending == "decline":
        deliver(interests.decline, sent, reason="no_fit", by=owner_mx)
    elif ending == "withdraw":
        deliver(interests.withdraw, sent, by=owner_us)
    else:
        ExpressionOfInterest.objects.update(answer_due_at="2020-01-01T00:00Z")
        deliver(chasing.expire_due)

    assert_hidden(seen_by(client, owner_us, sent), *MX_FIRM, *MX_CONTACT)
    assert_hidden(seen_by(client, owner_mx, sent), *US_CONTACT)
    assert not Introduction.objects.exists()


def test_a_company_that_withdraws_is_unnamed_again(client, sent, owner_us, owner_mx, deliver):
    deliver(interests.withdraw, sent, by=owner_us)

    client.force_login(owner_mx)
    assert_hidden(client.get(sent.get_absolute_url()).content.decode(), *US_FIRM)


def test_no_activity_and_no_promise_holds_a_contact(sent, owner_mx, deliver):
    deliver(interests.accept, sent, by=owner_mx)

    kept = [f"{row.object_label} {row.data}" for row in Activity.objects.all()]
    kept += [f"{row.subject} {row.url} {row.context} {row.key}" for row in Notification.objects.all()]
    assert_hidden(" ".join(kept), *MX_CONTACT, *US_CONTACT)


def test_the_contact_in_the_mail_is_the_one_the_firm_named(sent, firm_us, owner_us, owner_mx, deliver):
    buyer = UserFactory(full_name="Bea Buyer", email="bea@cascade.example")
    join(buyer, firm_us, role="member")
    firm_us.profile.contact = buyer
    firm_us.profile.save(update_fields=["contact"])

    introduction = deliver(interests.accept, sent, by=owner_mx)

    assert introduction.interested_contact == buyer
    (message,) = [message for message in mail.outbox if "introduced" in message.subject and "bea@" in message.to[0]]
    assert "marisol@istmo.example" in message.body


def test_a_named_contact_who_left_the_firm_is_not_disclosed(sent, firm_us, owner_us, owner_mx):
    gone = UserFactory(full_name="Gil Gone", email="gil@cascade.example")
    firm_us.profile.contact = gone
    firm_us.profile.save(update_fields=["contact"])

    assert interests.accept(sent, by=owner_mx).interested_contact == owner_us


def test_a_firm_without_people_is_reached_through_the_person_who_posted_for_it(
    ward, chamber_mx, reviewer, firm_us, owner_us
):
    request = PartnerRequestFactory(
        published=True, company=ward, chamber=chamber_mx, origin="chamber", posted_by=reviewer
    )
    sent = interests.express(request, company=firm_us, message="Hello", by=owner_us)

    introduction = interests.accept(sent, by=reviewer)

    assert introduction.request_contact == reviewer
    assert introduction.request_contact_of == chamber_mx


def lines(user, **kwargs):
    found = Disclosure.objects.visible_to(user).filter(**kwargs)
    return sorted((d.rung, d.owner.name, d.to_organization.name if d.to_organization else "", d.person) for d in found)


def test_expressing_interest_is_logged_for_its_owner_alone(sent, owner_us, owner_mx):
    assert lines(owner_us) == [
        ("company", "Cascade Snacks", "Cámara del Sur", None),
        ("company", "Cascade Snacks", "Mangos del Istmo", None),
    ]
    assert lines(owner_mx) == []


def test_acceptance_is_logged_on_both_sides_with_the_person_disclosed(sent, owner_us, owner_mx):
    interests.accept(sent, by=owner_mx)

    assert lines(owner_us, rung="contact") == [
        ("contact", "Cascade Snacks", "Cámara del Sur", owner_us),
        ("contact", "Cascade Snacks", "Mangos del Istmo", owner_us),
    ]
    assert lines(owner_mx) == [
        ("company", "Mangos del Istmo", "Cascade Snacks", None),
        ("contact", "Mangos del Istmo", "Cascade Snacks", owner_mx),
    ]


def test_a_colleague_who_joins_later_and_looks_is_logged_once(client, sent, firm_us, owner_mx):
    interests.accept(sent, by=owner_mx)
    late = UserFactory(full_name="Lena Late")
    join(late, firm_us, role="member")
    client.force_login(late)

    client.get(sent.get_absolute_url())
    client.get(sent.get_absolute_url())

    assert Disclosure.objects.filter(to_user=late, rung="contact").count() == 1


def test_the_log_never_names_the_people_who_looked(client, sent, owner_us):
    client.force_login(owner_us)

    page = client.get(reverse("partners:disclosure-list")).content.decode()

    assert "Cámara del Sur" in page
    assert_hidden(page, "Marisol", "Ramiro")


def test_the_log_of_an_unanswered_interest_does_not_name_the_anonymous_firm(client, sent, owner_us):
    client.force_login(owner_us)

    page = client.get(reverse("partners:disclosure-list")).content.decode()

    assert_hidden(page, "Mangos del Istmo")


def test_a_request_that_names_its_firm_is_logged_as_shown_to_everybody(firm_mx, owner_mx, chamber_mx, reviewer, client):
    request = PartnerRequestFactory(submitted=True, company=firm_mx, chamber=chamber_mx, shows_company=True)

    requesting.publish(request, by=reviewer)

    assert lines(owner_mx) == [("company", "Mangos del Istmo", "", None)]
    assert "Mangos del Istmo" in client.get(request.get_absolute_url()).content.decode()


def test_a_search_for_the_firm_does_not_find_its_anonymous_request(client, published, firm_mx):
    requesting.index(published)
    for words in ("del Istmo", "Istmo"):  # its goods are mangos, and found as such
        page = client.get(reverse("partners:request-list"), {"words": words}).content.decode()
        assert "0 open opportunities" in page  # below them stands what comes closest, whatever was asked
    page = client.get(reverse("partners:request-list"), {"words": "mango"}).content.decode()
    assert "1 open opportunity" in page


@pytest.mark.parametrize("words", ["Marisol", "Ordóñez", "marisol@istmo.example", "Nora", "nora@cascade.example"])
def test_a_search_for_a_person_finds_nothing(client, published, firm_us, owner_us, words):
    requesting.index(published)
    directory.index(firm_us.profile)
    for name in ("request-list", "company-list", "organization-list"):
        found = client.get(reverse(f"partners:{name}"), {"words": words})
        assert found.context["page"].paginator.count == 0


def test_the_chamber_reads_the_log_of_the_firms_it_registered(ward, chamber_mx, reviewer, firm_us, owner_us):
    request = PartnerRequestFactory(published=True, company=ward, chamber=chamber_mx, origin="chamber")
    sent = interests.express(request, company=firm_us, message="Hello", by=owner_us)

    interests.accept(sent, by=reviewer)

    assert ("company", "Tostadas Lupita", "Cascade Snacks", None) in lines(reviewer)


@pytest.mark.parametrize("field", ["title", "teaser", "description"])
@pytest.mark.parametrize("leak", ["marisol@istmo.example", "+52 951 123 4567"])
def test_texts_read_before_an_agreement_take_no_contact_details(client, owner_mx, firm_mx, content, us, field, leak):
    client.force_login(owner_mx)
    given = content | {
        "company": f"own-{firm_mx.pk}",
        "closes_on": requesting.usual_closing_day().isoformat(),
        "hs_codes": "200899",
        "sectors": ["processed-food"],
        "target_economies": ["US"],
        field: f"Write to {leak}",
    }

    response = client.post(reverse("partners:request-draft"), given)

    assert re.search("Leave e-mail addresses", response.content.decode())
    assert not firm_mx.partner_requests.exists()


def test_the_profile_takes_no_contact_of_another_firm(firm_us, owner_us, owner_mx):
    with pytest.raises(Exception, match="must belong to the company"):
        directory.save_profile(firm_us, by=owner_us, contact=owner_mx)


def test_a_chamber_whose_verification_was_taken_back_is_told_nothing_more(
    published, firm_us, owner_us, owner_mx, reviewer, chamber_mx, administrator, deliver
):
    verification.reopen(organization=chamber_mx, reason="The website is gone.", by=administrator)
    sent = deliver(interests.express, published, company=firm_us, message="We make snacks.", by=owner_us)
    deliver(interests.accept, sent, by=owner_mx)

    told = Notification.objects.filter(recipient=reviewer, kind__startswith="partners/")
    assert not told.exists()
    assert not Disclosure.objects.filter(to_organization=chamber_mx).exists()
    assert Disclosure.objects.filter(to_user=owner_mx, rung="contact").exists()


def test_the_comparison_does_not_say_that_an_unnamed_request_is_the_interested_firms(
    client, sent, firm_us, owner_us, owner_mx
):
    unnamed = PartnerRequestFactory(published=True, company=firm_us, type="business_request")
    says_so = "own open request answers this one"

    client.force_login(owner_mx)
    assert says_so not in client.get(sent.get_absolute_url()).content.decode()
    client.force_login(owner_us)
    assert says_so in client.get(sent.get_absolute_url()).content.decode()

    unnamed.shows_company = True
    unnamed.save(update_fields=["shows_company"])
    client.force_login(owner_mx)
    assert says_so in client.get(sent.get_absolute_url()).content.decode()
