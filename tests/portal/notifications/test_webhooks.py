"""An organization's own system is told: what is owed to whom, how it is posted, and what comes of it."""

import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.accounts.models import Organization
from portal.activity.models import Activity
from portal.notifications import followed, matching, posting, subscriptions, webhooks
from portal.notifications.delivery import deliver_due
from portal.notifications.followed import Wish
from portal.notifications.models import News, Notification, Subscription, Webhook, WebhookDelivery
from portal.notifications.posting import post_due
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.dialogues import CommitmentFactory, IssueFactory, SessionFactory
from tests.factories.partners import PartnerRequestFactory
from tests.factories.resources import ResourceFactory
from tests.misbehaving import Site, redirecting, saying, silent
from tests.portal.notifications.test_failures import database_url

pytestmark = pytest.mark.django_db

Status = WebhookDelivery.Status


@pytest.fixture
def site(settings):
    """The system of the organization."""
    with Site() as running:
        settings.OUTGOING_LOOPBACK_PORTS = frozenset({running.port})
        running.say("/hook", status=204)
        yield running


@pytest.fixture
def firm(us):
    return OrganizationFactory(name="Acme", status="verified", verified_at=timezone.now())


@pytest.fixture
def manager(firm):
    person = UserFactory(full_name="Mona Manager")
    join(person, firm)
    return person


@pytest.fixture
def webhook(site, firm, manager):
    return webhooks.make(firm, url=site.url("/hook"), by=manager)


@pytest.fixture
def kind():
    return followed.by_name("resource")


def follow(webhook, by, address="economy=US"):
    kind = followed.by_name("resource")
    return webhooks.follow(webhook, kind, kind.read(QueryDict(address)), by=by)


def publish(**values):
    """A resource that has just gone public, promised to the webhooks as the matching does it."""
    resource = ResourceFactory(published=True, **values)
    resource.refresh_from_db()
    return resource, promise(resource)


def promise(resource):
    about = {"about_type": ContentType.objects.get_for_model(resource), "about_id": resource.pk}
    return webhooks.promise(News.objects.create(**about), followed.by_name("resource"), resource)


def owed(webhook, **values):
    """A delivery that is due now, of no thing in particular."""
    given = {"event": "resource.published", "key": str(uuid.uuid4()), "body": {"data": {}}}
    return WebhookDelivery.objects.create(webhook=webhook, **given | values)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def be_due(row):
    WebhookDelivery.objects.filter(pk=row.pk).update(due_at=timezone.now() - timedelta(seconds=1))


# --- What is owed -------------------------------------------------------------------------------


def test_a_webhook_that_follows_such_things_is_owed_the_event_once(webhook, manager):
    follow(webhook, manager)
    resource, count = publish(title_en="Tariffs", title_es="Aranceles")
    assert count == 1
    assert promise(resource) == 0
    row = WebhookDelivery.objects.get()
    assert (row.webhook, row.event, row.status, row.attempts) == (webhook, "resource.published", "pending", 0)
    assert row.due_at <= timezone.now()
    data = row.body["data"]
    assert (data["kind"], data["id"]) == ("resource", resource.pk)
    assert data["title"] == {"en": "Tariffs", "zh-hant": "Tariffs", "es": "Aranceles", "fr": "Tariffs"}
    assert data["url"]["fr"] == f"http://localhost:8000/fr/resources/{resource.slug}/"
    assert "economy:US" in data["codes"]
    assert row.body["followed"] == [{"codes": ["economy:US"], "words": ""}]
    assert row.body["type"] == "resource.published"


def test_two_searches_that_find_the_same_thing_make_one_event_that_names_both(webhook, manager):
    follow(webhook, manager, "economy=US")
    follow(webhook, manager, "words=guide")
    publish()
    assert [one["words"] for one in WebhookDelivery.objects.get().body["followed"]] == ["", "guide"]


def test_what_no_search_finds_is_owed_to_nobody(webhook, manager, mx):
    follow(webhook, manager, "economy=MX")
    ended = follow(webhook, manager, "economy=US")
    subscriptions.end(ended, reason=Subscription.EndReason.PAGE, by=manager)
    assert publish()[1] == 0


def test_people_who_follow_the_same_are_no_webhooks(kind, sme):
    subscriptions.follow(kind, kind.read(QueryDict("economy=US")), by=sme)
    assert publish()[1] == 0


def test_an_organization_that_is_not_verified_any_more_is_told_nothing(webhook, manager, firm):
    follow(webhook, manager)
    Organization.objects.filter(pk=firm.pk).update(status=Organization.Status.PENDING)
    assert publish()[1] == 0


def test_what_happens_while_it_is_off_waits_until_it_is_on(webhook, manager, site):
    follow(webhook, manager)
    webhooks.switch_off(webhook, by=manager)
    assert publish()[1] == 1
    assert post_due() == 0
    assert site.calls == 0
    webhooks.switch_on(webhook, by=manager)
    assert post_due() == 1
    assert WebhookDelivery.objects.get().status == Status.SENT


@pytest.mark.parametrize(
    ("name", "make", "title"),
    [
        ("resource", partial(ResourceFactory, published=True, title_en="Tariffs"), "Tariffs"),
        ("issue", partial(IssueFactory, public=True, title="As filed", public_title_en="As told"), "As told"),
        ("opportunity", partial(PartnerRequestFactory, published=True, title="Mango"), "Mango"),
        ("session", partial(SessionFactory, scheduled=True, title_en="Fifth session"), "Fifth session"),
        ("commitment", partial(CommitmentFactory, published=True, text_en="One form"), "One form"),
    ],
)
def test_of_every_kind_what_everybody_may_read_is_told_in_all_languages(us, mx, tw, name, make, title):
    kind = followed.by_name(name)
    obj = make()
    obj.refresh_from_db()
    obj.facets = ["economy:US", "secret:mark"]
    about = {"about_type": ContentType.objects.get_for_model(obj), "about_id": obj.pk}
    told = webhooks.content(kind, obj, News.objects.create(**about))
    assert told["type"] == f"{name}.published"
    assert told["data"]["title"] == dict.fromkeys(["en", "zh-hant", "es", "fr"], title)
    assert [url.split("/")[3] for url in told["data"]["url"].values()] == list(told["data"]["url"])
    assert "secret:mark" not in told["data"]["codes"]


def test_many_webhooks_cost_no_more_statements_than_one(webhook, manager, kind):
    def statements():
        resource = ResourceFactory(published=True)
        resource.refresh_from_db()
        with CaptureQueriesContext(connection) as caught:
            promise(resource)
        return len(caught)

    follow(webhook, manager)
    first = statements()
    for number in range(5):
        firm = OrganizationFactory(status="verified", verified_at=timezone.now())
        person = UserFactory()
        join(person, firm)
        follow(webhooks.make(firm, url=f"https://{number}.example.com/", by=person), person)
    assert statements() == first
    assert WebhookDelivery.objects.count() == 7


# --- How it is posted ---------------------------------------------------------------------------


def verified(secret, hit):
    """As docs/webhooks.md tells developers."""
    signed = f"{hit.headers['webhook-id']}.{hit.headers['webhook-timestamp']}.".encode() + hit.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return [hmac.compare_digest(expected, given) for given in hit.headers["webhook-signature"].split(" ")]


def test_what_is_owed_arrives_signed_and_names_itself(webhook, manager, site):
    follow(webhook, manager)
    publish(title_en="Açúcar & 糖")
    assert post_due() == 1
    (hit,) = site.hits
    row = WebhookDelivery.objects.get()
    body = json.loads(hit.body)
    assert (hit.method, hit.headers["content-type"]) == ("POST", "application/json")
    assert hit.headers["webhook-id"] == body["id"] == str(row.uid)
    assert body["data"]["title"]["en"] == "Açúcar & 糖"
    assert abs(int(hit.headers["webhook-timestamp"]) - time.time()) < 10
    assert verified(webhook.secret, hit) == [True]
    assert (row.status, row.answer_status, row.attempts, row.last_error) == (Status.SENT, 204, 1, "")
    assert row.sent_at is not None


def test_the_signature_is_that_of_the_specification():
    """The example of https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md."""
    signed = posting.sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}'
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_during_a_rotation_both_secrets_sign_and_after_it_the_new_one(webhook, manager, site):
    old = webhook.secret
    rotated = webhooks.rotate(webhook, by=manager)
    assert rotated.secret != old
    owed(webhook)
    post_due()
    assert verified(rotated.secret, site.hits[0]) == [True, False]
    assert verified(old, site.hits[0]) == [False, True]
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        owed(webhook)
        post_due()
    assert verified(rotated.secret, site.hits[1]) == [True]


def test_an_old_secret_can_be_ended_at_once(webhook, manager, site):
    webhooks.rotate(webhook, by=manager)
    for _time in range(2):
        row = webhooks.end_old_secret(webhook, by=manager)
    owed(webhook)
    post_due()
    assert verified(row.secret, site.hits[0]) == [True]
    assert Activity.objects.filter(verb="webhook_old_secret_ended").count() == 1


def test_a_second_rotation_waits_for_the_end_of_the_first(webhook, manager):
    first = webhooks.rotate(webhook, by=manager)
    with pytest.raises(ValidationError) as refusal:
        webhooks.rotate(webhook, by=manager)
    assert refusal.value.code == "rotating"
    assert fresh(webhook).secret == first.secret


def test_each_attempt_carries_the_same_id_and_content_and_a_time_of_its_own(webhook, site):
    site.behave("/hook", saying(status=500), saying(status=200))
    row = owed(webhook)
    post_due()
    be_due(row)
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        post_due()
    first, second = site.hits
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert first.headers["webhook-timestamp"] < second.headers["webhook-timestamp"]
    assert verified(webhook.secret, second) == [True]


# --- What comes of it ---------------------------------------------------------------------------


def test_an_answer_of_no_is_kept_and_tried_again_after_a_growing_pause(webhook, site):
    site.say("/hook", "We\x00 are\ndown <b>today</b>", status=503)
    row = owed(webhook)
    pauses = []
    for _attempt in range(3):
        be_due(row)
        post_due()
        row = fresh(row)
        pauses.append((row.due_at - timezone.now()).total_seconds())
    assert (row.status, row.attempts, row.answer_status) == (Status.PENDING, 3, 503)
    assert row.last_error == "Refused: We are down <b>today</b>"
    for pause, expected in zip(pauses, [30, 300, 1800], strict=True):
        assert 0.8 * expected - 5 <= pause <= 1.2 * expected
    assert fresh(webhook).failing_since is not None


def test_a_system_that_asks_for_patience_gets_it(webhook, site):
    site.say("/hook", status=429, Retry_After="7200")
    row = owed(webhook)
    post_due()
    assert timedelta(minutes=118) < fresh(row).due_at - timezone.now() < timedelta(minutes=122)


def test_all_pauses_together_are_about_three_days():
    assert timedelta(days=3) < sum(posting.PAUSES, timedelta()) < timedelta(days=3.5)


def test_after_the_last_attempt_it_has_failed_and_the_others_go_on(webhook, site):
    row = owed(webhook, attempts=posting.ATTEMPTS - 1)
    other = owed(webhook)
    site.behave("/hook", saying(status=500), saying(status=200))
    assert post_due() == 2
    assert (fresh(row).status, fresh(other).status) == (Status.FAILED, Status.SENT)
    assert fresh(webhook).failing_since is None
    assert fresh(webhook).status == Webhook.Status.ON


def test_a_redirect_is_not_followed(webhook, site):
    site.behave("/hook", redirecting("/elsewhere", 308))
    row = owed(webhook)
    post_due()
    assert (fresh(row).status, fresh(row).answer_status) == (Status.PENDING, 308)
    assert site.asked("/elsewhere") == []


def test_the_portals_own_network_is_not_reached(webhook, site):
    Webhook.objects.filter(pk=webhook.pk).update(url=f"http://127.0.0.2:{site.port}/hook")
    row = owed(webhook)
    with Site(address="127.0.0.2", port=site.port) as inside:
        inside.say("/hook")
        post_due()
        assert inside.calls == 0
    assert fresh(row).last_error.startswith("Forbidden")


def test_a_system_that_says_nothing_costs_its_time_once_and_the_others_wait(webhook, site, monkeypatch):
    monkeypatch.setattr(posting, "LIMITS", posting.Limits(seconds=0.3, connect_seconds=0.3))
    site.behave("/hook", silent)
    first, second = owed(webhook), owed(webhook)
    assert post_due() == 1
    assert fresh(first).last_error.startswith("TooSlow")
    waiting = fresh(second)
    assert (waiting.attempts, waiting.status) == (0, Status.PENDING)
    assert timedelta(minutes=14) < waiting.due_at - timezone.now() < timedelta(minutes=16)


def test_a_system_that_took_its_share_lets_the_others_go_first(webhook, site, firm, manager, monkeypatch):
    monkeypatch.setattr(posting, "SHARE", 0.0)
    slow = [owed(webhook) for _one in range(3)]
    site.say("/other")
    other = owed(webhooks.make(firm, url=site.url("/other"), by=manager))
    assert post_due() == 2
    assert fresh(other).status == Status.SENT
    assert [fresh(row).status for row in slow] == [Status.SENT, Status.PENDING, Status.PENDING]


def failing(webhook, *, days):
    Webhook.objects.filter(pk=webhook.pk).update(failing_since=timezone.now() - timedelta(days=days))


def test_a_webhook_that_took_nothing_for_three_days_stops_and_its_managers_are_told(webhook, site, firm, manager):
    member = UserFactory()
    join(member, firm, role="member")
    site.say("/hook", status=500)
    failing(webhook, days=3)
    rows = [owed(webhook), owed(webhook)]
    assert post_due() == 1
    assert fresh(webhook).status == Webhook.Status.FAILING
    assert [fresh(row).status for row in rows] == [Status.PENDING, Status.PENDING]
    assert post_due() == 0
    promised = Notification.objects.get()
    assert (promised.recipient, promised.kind) == (manager, "accounts/webhook_stopped")
    assert Activity.objects.get(verb="webhook_stopped").actor is None


def test_what_waited_goes_when_the_webhook_is_switched_on_again(webhook, site, manager):
    site.behave("/hook", saying(status=500), saying(status=200))
    failing(webhook, days=3)
    rows = [owed(webhook), owed(webhook)]
    post_due()
    webhooks.switch_on(webhook, by=manager)
    assert post_due() == 2
    assert {fresh(row).status for row in rows} == {Status.SENT}
    assert fresh(webhook).failing_since is None


def test_less_than_three_days_do_not_stop_it(webhook, site):
    site.say("/hook", status=500)
    failing(webhook, days=2)
    owed(webhook)
    post_due()
    assert fresh(webhook).status == Webhook.Status.ON


def test_a_system_that_is_gone_for_good_stops_its_webhook_at_once(webhook, site):
    site.say("/hook", status=410)
    owed(webhook)
    post_due()
    assert fresh(webhook).status == Webhook.Status.FAILING


def test_the_mail_about_it_is_sent_in_the_managers_language(webhook, site, manager, mailoutbox):
    failing(webhook, days=3)
    site.say("/hook", status=500)
    owed(webhook)
    post_due()
    deliver_due()
    (mail,) = mailoutbox
    assert mail.subject == f"Nothing reaches 127.0.0.1:{site.port} any more"
    assert f"/en/notifications/webhooks/{webhook.uid}/" in mail.body
    assert "/hook" not in mail.body


# --- Tests, and sending again -------------------------------------------------------------------


def test_a_test_is_posted_once_also_while_the_webhook_is_off(webhook, site, manager):
    webhooks.switch_off(webhook, by=manager)
    site.say("/hook", status=500)
    row = webhooks.test(webhook, by=manager)
    assert post_due() == 1
    assert json.loads(site.hits[0].body)["type"] == "webhook.test"
    assert (fresh(row).status, fresh(row).answer_status) == (Status.FAILED, 500)
    assert fresh(webhook).failing_since is None


def test_a_test_that_waits_goes_although_it_is_switched_off_meanwhile(webhook, site, manager):
    webhooks.test(webhook, by=manager)
    webhooks.switch_off(webhook, by=manager)
    assert post_due() == 1


def test_what_was_sent_or_failed_is_sent_again_under_the_same_id(webhook, site, manager):
    for status in (Status.SENT, Status.FAILED):
        row = owed(webhook, status=status, attempts=9, sent_at=timezone.now())
        webhooks.send_again(row, by=manager)
        assert (fresh(row).status, fresh(row).attempts, fresh(row).sent_at) == (Status.PENDING, 0, None)
        assert post_due() == 1
        assert site.hits[-1].headers["webhook-id"] == str(row.uid)


def test_nothing_is_sent_again_while_it_is_off(webhook, manager):
    row = owed(webhook, status=Status.FAILED)
    webhooks.switch_off(webhook, by=manager)
    with pytest.raises(ValidationError) as refusal:
        webhooks.send_again(row, by=manager)
    assert refusal.value.code == "off"


def test_the_log_goes_back_thirty_days(webhook):
    now = timezone.now()
    old = owed(webhook, status=Status.SENT, created_at=now - timedelta(days=30, minutes=1))
    young = owed(webhook, status=Status.SENT, created_at=now - timedelta(days=29))
    assert [posting.forget(), posting.forget()] == [1, 0]
    assert list(WebhookDelivery.objects.all()) == [young]
    assert old != young


# --- Making one ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "", "example.com/hook", "http://example.com/hook", "ftp://example.com/", "https://", "https://user:x@example.com/",
        "https://example.com:8443/", "https://127.0.0.1/", "https://10.0.0.7/hook", "https://localhost/", "https://intranet/",
        "https://[::1]/", "https://169.254.169.254/latest/", "https://2130706433/", "https://[bad/", "http://127.0.0.1:1/",
        "https://example.com/" + "x" * 500,
    ],
)  # fmt: skip
def test_an_address_that_is_never_posted_to_makes_no_webhook(firm, manager, url, site):
    with pytest.raises(ValidationError) as refusal:
        webhooks.make(firm, url=url, by=manager)
    assert refusal.value.code == "address"
    assert not Webhook.objects.exists()


def test_the_secret_is_long_and_each_ones_own(firm, manager):
    made = [webhooks.make(firm, url=f"https://example.com/{n}", by=manager).secret for n in range(2)]
    assert made[0] != made[1]
    assert all(secret.startswith("whsec_") and len(base64.b64decode(secret[6:])) == 32 for secret in made)


def test_only_a_verified_organization_makes_one_once_and_not_too_many(firm, manager):
    webhooks.make(firm, url="https://example.com/", by=manager)
    with pytest.raises(ValidationError) as refusal:
        webhooks.make(firm, url=" https://example.com/#part", by=manager)
    assert refusal.value.code == "taken"
    for number in range(webhooks.MOST - 1):
        webhooks.make(firm, url=f"https://example.com/{number}", by=manager)
    with pytest.raises(ValidationError) as refusal:
        webhooks.make(firm, url="https://example.com/more", by=manager)
    assert refusal.value.code == "too_many"
    with pytest.raises(ValidationError) as refusal:
        webhooks.make(OrganizationFactory(pending=True), url="https://example.com/", by=manager)
    assert refusal.value.code == "unverified"


def test_a_new_address_gets_what_is_owed(webhook, manager, site):
    site.say("/new")
    owed(webhook)
    webhooks.readdress(webhook, url=site.url("/new"), by=manager)
    post_due()
    assert [hit.path for hit in site.hits] == ["/new"]


def test_following_the_same_twice_is_following_once_and_there_is_a_limit(webhook, manager, kind, monkeypatch):
    assert follow(webhook, manager) == follow(webhook, manager)
    monkeypatch.setattr(webhooks, "MOST_FOLLOWED", 1)
    with pytest.raises(ValidationError) as refusal:
        webhooks.follow(webhook, kind, Wish((), "other"), by=manager)
    assert refusal.value.code == "too_many"


def test_switching_twice_is_refused_the_second_time(webhook, manager):
    webhooks.switch_off(webhook, by=manager)
    with pytest.raises(ValidationError):
        webhooks.switch_off(webhook, by=manager)


# --- Two at the same moment ---------------------------------------------------------------------


def in_threads(*works):
    outcomes = []

    def run(work):
        try:
            outcomes.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_two_workers_post_each_thing_once_and_one_at_a_time_to_a_system(site, firm, manager):
    rows = [
        owed(webhooks.make(firm, url=site.url(f"/hook{number}"), by=manager), key=f"{number}-{part}")
        for number in range(3)
        for part in range(1)
    ]
    for row in list(rows):
        rows += [owed(row.webhook, key=f"more-{n}") for n in range(5)]
    for number in range(3):
        site.behave(f"/hook{number}", slowly)
    assert sum(in_threads(post_due, post_due)) + post_due() == 18
    assert len(site.hits) == 18
    assert len({hit.headers["webhook-id"] for hit in site.hits}) == 18
    assert site.most_at_once <= 2
    assert set(WebhookDelivery.objects.values_list("status", flat=True)) == {Status.SENT}


def slowly(site, asked, connection):
    time.sleep(0.03)
    saying()(site, asked, connection)


@pytest.mark.django_db(transaction=True)
def test_switching_on_while_it_is_promised_leaves_nothing_behind(site, firm, manager):
    """Whoever comes second sees what the first did: what is owed is due as soon as the webhook is on."""
    webhook = webhooks.switch_off(webhooks.make(firm, url=site.url("/hook"), by=manager), by=manager)
    follow(webhook, manager)
    resource = ResourceFactory(published=True)
    resource.refresh_from_db()
    held, go_on = threading.Event(), threading.Event()

    def switch():
        with transaction.atomic():
            webhooks.switch_on(webhook, by=manager)
            held.set()
            go_on.wait(5)

    def tell():
        held.wait(5)
        threading.Timer(0.2, go_on.set).start()
        return promise(resource)

    in_threads(switch, tell)
    row = WebhookDelivery.objects.get()
    assert row.due_at <= timezone.now() or row.status == Status.SENT


@pytest.mark.django_db(transaction=True)
def test_switching_off_does_not_wait_for_a_system_that_says_nothing(site, firm, manager):
    webhook = webhooks.make(firm, url=site.url("/hook"), by=manager)
    asked, answer = threading.Event(), threading.Event()

    def slow(site, hit, connection):
        asked.set()
        answer.wait(5)
        saying(status=500)(site, hit, connection)

    site.behave("/hook", slow)
    row, other = owed(webhook), owed(webhook)

    def switch():
        asked.wait(5)
        began = time.monotonic()
        webhooks.switch_off(webhook, by=manager)
        took = time.monotonic() - began
        answer.set()
        return took

    outcomes = in_threads(post_due, switch)
    assert min(outcomes) < 2
    assert len(site.hits) == 1
    assert fresh(other).due_at > timezone.now() + timedelta(days=30)
    be_due(row)
    assert post_due() == 0
    assert fresh(row).due_at > timezone.now() + timedelta(days=30)


# --- From publishing to the post ----------------------------------------------------------------


def test_what_is_published_reaches_systems_and_people_by_one_matching(webhook, manager, site, kind, outsider):
    follow(webhook, manager)
    subscriptions.follow(kind, kind.read(QueryDict("economy=US")), by=outsider)
    resource = ResourceFactory(published=True)
    resource.refresh_from_db()
    for _time in range(2):
        matching.announce(resource)
        matching.match_due()
    assert post_due() == 1
    assert json.loads(site.hits[0].body)["data"]["id"] == resource.pk
    assert Notification.objects.get().recipient == outsider


def test_what_was_withdrawn_before_it_was_matched_is_not_told(webhook, manager):
    follow(webhook, manager)
    resource = ResourceFactory(published=True)
    matching.announce(resource)
    type(resource).objects.filter(pk=resource.pk).update(status="archived")
    matching.match_due()
    assert not WebhookDelivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_loses_nothing_and_what_had_arrived_comes_again_under_the_same_id(site, firm, manager):
    """The system had taken it, and the worker died before it could note so."""
    webhook = webhooks.make(firm, url=site.url("/hook"), by=manager)
    rows = [owed(webhook), owed(webhook)]
    arrived = threading.Event()

    def take_and_say_nothing(site, hit, connection):
        arrived.set()
        silent(site, hit, connection)

    site.behave("/hook", take_and_say_nothing, saying(status=204))
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.portal.notifications.posting"],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATABASE_URL": database_url(),
            "OUTGOING_LOOPBACK_PORTS": str(site.port),
            "DEBUG": "true",
        },
    )
    try:
        assert arrived.wait(120)
    finally:
        worker.kill()
        worker.wait()
    until = time.monotonic() + 30
    while WebhookDelivery.objects.exclude(status=Status.SENT).exists() and time.monotonic() < until:
        post_due()  # the database notices a moment later that the worker is gone
    assert {fresh(row).status for row in rows} == {Status.SENT}
    ids = Counter(hit.headers["webhook-id"] for hit in site.hits)
    assert ids == {str(rows[0].uid): 2, str(rows[1].uid): 1}
    assert site.hits[0].body == site.hits[1].body
