"""Mail through a provider's own interface, and the provider's word on what became of it."""

import hashlib
import hmac
import json
import logging
from base64 import b64encode

import pytest
from django.urls import reverse

from portal.activity.models import Activity
from portal.notifications import deliverability
from portal.notifications.delivery import deliver_due
from portal.notifications.models import Deliverability, Digest, Notification
from portal.notifications.outbox import Address, CalendarPart, notify
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.misbehaving import Site, silent

ADDRESS = "ana@example.com"
SECRET = "portal:a-long-secret"
EVENTS = reverse("mail-events", args=["postmark"])
CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"


@pytest.fixture(autouse=True)
def secret(settings):
    settings.ANYMAIL = settings.ANYMAIL | {"WEBHOOK_SECRET": [SECRET, "portal:the-next-one"]}


@pytest.fixture
def meeting(db):
    return OrganizationFactory(name="Bridge", agency=True)


@pytest.fixture
def provider(settings):
    """What stands at a provider's address: takes every mail, and calls the first ``mail-1``."""
    with Site() as site:
        site.say("/email", json.dumps({"ErrorCode": 0, "Message": "OK", "MessageID": "mail-1", "To": ADDRESS}))
        settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
        settings.ANYMAIL = settings.ANYMAIL | {"POSTMARK_SERVER_TOKEN": "t", "POSTMARK_API_URL": site.url()}
        yield site


def tell(client, event, *, secret=SECRET, provider="postmark", **headers):
    """As a provider posts it."""
    if secret is not None:
        headers["Authorization"] = "Basic " + b64encode(secret.encode()).decode()
    body = event if isinstance(event, str) else json.dumps(event)
    address = reverse("mail-events", args=[provider])
    return client.post(address, body, content_type="application/json", headers=headers)


def bounce(kind="HardBounce", record="Bounce", message="mail-1", address=ADDRESS):
    said = "smtp;550 5.1.1 user unknown"
    return {"RecordType": record, "Type": kind, "MessageID": message, "Email": address, "Description": said}


def state(address=ADDRESS):
    return deliverability.of(address)


def sent(meeting, person=None, **given):
    notify([person or Address(ADDRESS, "en")], "dialogues/meeting", about=meeting, word="x", **given)
    deliver_due()
    return Notification.objects.latest("pk")


def test_a_mail_through_the_provider_that_comes_back_is_taken_back(client, provider, meeting):
    row = sent(meeting)
    assert (row.status, row.provider_id) == ("sent", "mail-1")
    asked = json.loads(provider.hits[0].body)
    assert {header["Name"]: header["Value"] for header in asked["Headers"]}["Message-ID"].startswith(f"<{row.uid}@")
    assert tell(client, bounce()).status_code == 200
    row.refresh_from_db()
    assert (row.status, row.last_error) == ("bounced", "smtp;550 5.1.1 user unknown")
    assert state() == "bounces"


def test_an_invitation_through_a_provider_keeps_its_calendar_file(provider, meeting):
    row = sent(meeting, calendar=lambda _person: CalendarPart("REQUEST", CALENDAR))
    assert row.status == "sent"
    (attached,) = json.loads(provider.hits[0].body)["Attachments"]
    assert attached["Name"] == "invite.ics"


def test_a_provider_that_knows_the_address_as_dead_ends_mail_to_it(provider, meeting):
    said = f"Found inactive addresses: {ADDRESS}.\nInactive recipients are ones that bounced."
    inactive = {"ErrorCode": 406, "Message": said}
    provider.say("/email", json.dumps(inactive), status=422)
    assert sent(meeting).status == "bounced"
    assert state() == "bounces"


@pytest.mark.parametrize("status", [500, 503, 429, 401])
def test_a_provider_that_is_out_of_order_costs_one_try_of_one_row(provider, meeting, status):
    provider.say("/email", "{}", status=status)
    notify([UserFactory(), UserFactory(), UserFactory()], "dialogues/meeting", about=meeting, word="x")
    assert deliver_due() == 1
    assert sorted(Notification.objects.values_list("status", "attempts")) == [("pending", 0)] * 2 + [("pending", 1)]
    assert not Deliverability.objects.exists()


def test_a_provider_that_does_not_answer_does_not_hold_the_batch_up(provider, settings, meeting):
    settings.ANYMAIL = settings.ANYMAIL | {"REQUESTS_TIMEOUT": 0.2}
    provider.behave("/email", silent)
    notify([UserFactory(), UserFactory()], "dialogues/meeting", about=meeting, word="x")
    assert deliver_due() == 1
    assert len(provider.hits) == 1


def test_a_mail_that_the_provider_cannot_read_does_not_stop_the_others(provider, meeting):
    provider.say("/email", "{}", status=400)
    notify([UserFactory(), UserFactory()], "dialogues/meeting", about=meeting, word="x")
    assert deliver_due() == 2


def test_the_bounce_of_a_digest_is_the_bounce_of_all_that_was_in_it(client, meeting, sme):
    digest = Digest.objects.create(
        recipient=sme, local_on="2027-03-10", status="sent", sent_at="2027-03-10T08:00Z", provider_id="mail-1"
    )
    notify([sme], "dialogues/meeting", about=meeting, word="x")
    Notification.objects.update(status="sent", sent_at="2027-03-10T08:00Z", digest=digest)
    tell(client, bounce(address=sme.email))
    digest.refresh_from_db()
    assert (digest.status, Notification.objects.get().status) == ("bounced", "bounced")


def test_a_bounce_for_now_counts_and_five_are_for_good(client, db):
    for _time in range(4):
        tell(client, bounce("SoftBounce"))
    assert state() == "works"
    assert Deliverability.objects.get().soft_bounces == 4
    tell(client, bounce("SoftBounce"))
    assert state() == "bounces"


def test_a_mail_that_arrives_begins_the_count_anew(client, db):
    tell(client, bounce("SoftBounce"))
    tell(client, {"RecordType": "Delivery", "MessageID": "mail-2", "Recipient": ADDRESS})
    assert Deliverability.objects.get().soft_bounces == 0


def test_a_complaint_switches_optional_mail_off(client, meeting, sme):
    tell(client, bounce("SpamComplaint", "SpamComplaint", address=sme.email.upper()))
    assert state(sme.email) == "complained"
    assert sent(meeting, sme).status == "muted"


def test_what_is_blocked_says_nothing_of_the_address(client, meeting, db):
    tell(client, bounce("Blocked"))
    assert state() == "works"


def test_opening_and_clicking_are_not_our_business(client, db):
    for record in ("Open", "Click"):
        tell(client, {"RecordType": record, "MessageID": "mail-1", "Recipient": ADDRESS})
    assert not Activity.objects.exists()
    assert not Deliverability.objects.exists()


def test_a_bounce_that_is_told_twice_is_one(client, provider, meeting):
    sent(meeting)
    assert [tell(client, bounce()).status_code for _time in range(2)] == [200, 200]
    assert Activity.objects.filter(verb="address_bounced").count() == 1


@pytest.mark.parametrize("given", [None, "portal:wrong", "portal", ""])
def test_a_wrong_secret_changes_nothing(client, provider, meeting, given):
    row = sent(meeting)
    assert tell(client, bounce(), secret=given).status_code == 403
    row.refresh_from_db()
    assert (row.status, state()) == ("sent", "works")


@pytest.mark.parametrize("header", ["Bearer x", "Basic ###", "Basic /w==", "Basic"])
def test_what_is_no_secret_at_all_is_a_wrong_one(client, db, header):
    assert (
        client.post(EVENTS, "{}", content_type="application/json", headers={"Authorization": header}).status_code == 403
    )


def test_while_the_secret_is_changed_both_hold(client, db):
    assert tell(client, bounce(), secret="portal:the-next-one").status_code == 200


@pytest.mark.parametrize("secrets", [[], None])
def test_without_a_secret_there_is_no_such_page(client, db, settings, secrets):
    settings.ANYMAIL = settings.ANYMAIL | {"WEBHOOK_SECRET": secrets}
    assert tell(client, bounce()).status_code == 404
    assert tell(client, bounce(), secret="").status_code == 404


def test_an_unknown_provider_is_not_found_and_reading_is_not_possible(client, db):
    assert tell(client, bounce(), provider="nobody").status_code == 404
    assert client.get(EVENTS).status_code == 405


@pytest.mark.parametrize("body", ["", "[", "[]", "3", "null", '"x"', '{"RecordType": []}'])
def test_what_cannot_be_read_changes_nothing_and_is_said_so(client, db, body):
    assert tell(client, body).status_code == 400
    assert not Deliverability.objects.exists()


def test_one_unreadable_event_takes_the_others_of_its_call_back(client, db):
    good = {"msys": {"message_event": {"type": "spam_complaint", "raw_rcpt_to": ADDRESS}}}
    bad = {"msys": {"message_event": {"type": "bounce", "raw_rcpt_to": ["what", "is", "this"]}}}
    assert tell(client, [good, bad], provider="sparkpost").status_code == 400
    assert not Deliverability.objects.exists()
    assert tell(client, [good], provider="sparkpost").status_code == 200
    assert state() == "complained"


def mailgun(event, *, key):
    mark = hmac.new(key.encode(), b"1790000000token", hashlib.sha256).hexdigest()
    signature = {"timestamp": "1790000000", "token": "token", "signature": mark}
    return {"signature": signature, "event-data": {"event": event, "recipient": ADDRESS} | {"severity": "permanent"}}


def test_a_provider_that_signs_is_believed_only_with_its_signature(client, db, settings):
    settings.ANYMAIL = settings.ANYMAIL | {"MAILGUN_WEBHOOK_SIGNING_KEY": "key"}
    assert tell(client, mailgun("complained", key="other"), provider="mailgun").status_code == 403
    assert state() == "works"
    assert tell(client, mailgun("complained", key="key"), provider="mailgun").status_code == 200
    assert state() == "complained"


def test_a_signing_key_that_is_missing_is_told_to_the_operator_alone(client, db, caplog):
    with caplog.at_level(logging.ERROR):
        assert tell(client, mailgun("complained", key="key"), provider="mailgun").status_code == 404
    assert "not taken" in caplog.text


@pytest.mark.parametrize(
    ("provider", "event", "expected"),
    [
        ("brevo", {"event": "hard_bounce", "email": ADDRESS}, "bounces"),
        ("brevo", {"event": "soft_bounce", "email": ADDRESS}, "works"),
        ("brevo", {"event": "spam", "email": ADDRESS}, "complained"),
        ("mailjet", {"event": "bounce", "email": ADDRESS, "hard_bounce": True, "error": "user unknown"}, "bounces"),
        ("mailjet", {"event": "bounce", "email": ADDRESS, "hard_bounce": False, "error": "mailbox full"}, "works"),
        ("sparkpost", [{"msys": {"message_event": {"type": "spam_complaint", "raw_rcpt_to": ADDRESS}}}], "complained"),
    ],
)
def test_each_provider_s_own_words_are_understood(client, db, provider, event, expected):
    assert tell(client, event, provider=provider).status_code == 200
    assert state() == expected


def test_who_unsubscribes_at_the_provider_gets_no_optional_mail(client, meeting, sme):
    tell(client, {"event": "unsubscribe", "email": sme.email}, provider="brevo")
    assert (sent(meeting, sme).status, state(sme.email)) == ("muted", "works")
