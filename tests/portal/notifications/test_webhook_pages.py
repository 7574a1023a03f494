"""The pages on which an organization's managers connect its own systems."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.activity.models import Activity
from portal.notifications import followed, posting, subscriptions, webhook_views, webhooks
from portal.notifications.followed import Wish
from portal.notifications.models import Subscription, Webhook, WebhookDelivery
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.misbehaving import Site

pytestmark = pytest.mark.django_db

URL = "https://systems.example.com/hook"


@pytest.fixture(autouse=True)
def fresh_counts():
    cache.clear()


@pytest.fixture
def firm(us):
    return OrganizationFactory(name="Acme", slug="acme", status="verified", verified_at=timezone.now())


@pytest.fixture
def manager(firm, client):
    person = UserFactory(full_name="Mona Manager")
    join(person, firm)
    client.force_login(person)
    return person


@pytest.fixture
def webhook(firm, manager):
    return webhooks.make(firm, url=URL, by=manager)


def page(client, webhook):
    return client.get(webhook.get_absolute_url()).content.decode()


def act(client, name, webhook, *args):
    return client.post(
        reverse(f"notifications:webhook-{name}", args=[webhook.uid, *args]), follow=True
    ).content.decode()


def test_a_manager_makes_one_from_her_organizations_page_and_sees_the_secret_this_once(client, manager, firm):
    assert reverse("notifications:webhook-list", args=["acme"]) in client.get(firm.get_absolute_url()).content.decode()
    answer = client.post(reverse("notifications:webhook-create", args=["acme"]), {"url": URL})
    webhook = Webhook.objects.get()
    assert webhook.secret in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    for later in (
        page(client, webhook),
        client.get(reverse("notifications:webhook-list", args=["acme"])).content.decode(),
    ):
        assert webhook.secret not in later
        assert URL in later
    assert (webhook.created_by, webhook.status) == (manager, "on")


def test_the_same_form_posted_again_makes_no_second_one(client, manager, firm):
    for _time in range(2):
        answer = client.post(reverse("notifications:webhook-create", args=["acme"]), {"url": URL})
    assert Webhook.objects.count() == 1
    assert "has a webhook with this address already" in answer.content.decode()


@pytest.mark.parametrize("url", ["", "http://example.com/", "https://10.0.0.1/", "not an address"])
def test_an_address_that_is_never_posted_to_is_refused_in_words(client, manager, firm, url):
    answer = client.post(reverse("notifications:webhook-create", args=["acme"]), {"url": url})
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not Webhook.objects.exists()


def test_a_plain_member_and_an_administrator_of_the_portal_keep_no_webhooks(client, webhook, firm, administrator):
    member = UserFactory()
    join(member, firm, role="member")
    for person, expected in ((member, 403), (administrator, 404)):
        client.force_login(person)
        assert client.get(webhook.get_absolute_url()).status_code == expected
        assert client.get(reverse("notifications:webhook-list", args=["acme"])).status_code == 403
        assert "Webhooks" not in client.get(firm.get_absolute_url()).content.decode()


def test_a_list_is_followed_for_a_system_where_a_person_follows_it(client, webhook):
    follow = reverse("notifications:follow", args=["resource"])
    system = reverse("notifications:webhook-follow", args=["resource"])
    assert f'href="{system}?economy=US"' in client.get(f"{follow}?economy=US").content.decode()
    assert "New resources for United States" in client.get(f"{system}?economy=US").content.decode()
    answer = client.post(f"{system}?economy=US", {"webhook": webhook.uid}, follow=True)
    assert "Your system is told of: New resources for United States" in answer.content.decode()
    row = Subscription.objects.get()
    assert (row.webhook, row.user, row.address, row.criteria.codes) == (webhook, None, "", ["economy:US"])


def test_who_manages_nothing_is_not_offered_it(client, sme):
    client.force_login(sme)
    system = reverse("notifications:webhook-follow", args=["resource"])
    assert system not in client.get(reverse("notifications:follow", args=["resource"])).content.decode()
    assert client.get(system).status_code == 403
    assert client.get(reverse("notifications:webhook-follow", args=["weather"])).status_code == 404


def test_another_organizations_system_is_not_to_be_chosen(client, webhook, us):
    other = UserFactory(chamber_in="US")
    client.force_login(other)
    answer = client.post(reverse("notifications:webhook-follow", args=["resource"]), {"webhook": webhook.uid})
    assert answer.status_code == 200
    assert not Subscription.objects.exists()


def test_without_a_system_the_page_leads_to_making_one(client, manager):
    text = client.get(reverse("notifications:webhook-follow", args=["resource"])).content.decode()
    assert reverse("notifications:webhook-create", args=["acme"]) in text


def test_what_it_follows_is_ended_on_its_page(client, webhook, manager):
    row = webhooks.follow(webhook, followed.by_name("resource"), Wish(("economy:US",)), by=manager)
    assert "New resources for United States" in page(client, webhook)
    for _time in range(2):
        assert "Ended: New resources for United States" in act(client, "follow-end", webhook, row.pk)
    row.refresh_from_db()
    assert row.ended_reason == "page"
    assert Activity.objects.filter(verb="webhook_follows_no_more").count() == 1


def test_a_search_that_ended_because_its_code_is_gone_is_named(client, webhook, manager):
    row = webhooks.follow(webhook, followed.by_name("resource"), Wish(("economy:US",)), by=manager)
    subscriptions.end(row, reason=Subscription.EndReason.CODE_GONE, by=None)
    text = page(client, webhook)
    assert "New resources for United States" in text
    assert "no longer on the portal" in text


def test_a_persons_search_is_not_ended_on_the_page_of_a_webhook(client, webhook, outsider):
    row = Subscription.objects.create(
        criteria=followed.keep(followed.by_name("resource"), Wish()), user=outsider, language="en"
    )
    answer = client.post(reverse("notifications:webhook-follow-end", args=[webhook.uid, row.pk]))
    assert answer.status_code == 404


def test_a_test_arrives_and_the_log_says_what_came_back(client, firm, manager, settings):
    with Site() as site:
        settings.OUTGOING_LOOPBACK_PORTS = frozenset({site.port})
        site.say("/hook", "no such <customer>", status=404)
        webhook = webhooks.make(firm, url=site.url("/hook"), by=manager)
        assert "A test is on its way" in act(client, "test", webhook)
        posting.post_due()
    text = page(client, webhook)
    assert "webhook.test" in text
    assert "Answer 404" in text
    assert "no such &lt;customer&gt;" in text


def test_only_so_many_tests_an_hour(client, webhook):
    for _time in range(webhook_views.TESTS_AN_HOUR):
        act(client, "test", webhook)
    assert "more than we can take" in act(client, "test", webhook)
    assert WebhookDelivery.objects.count() == webhook_views.TESTS_AN_HOUR


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("Forbidden: db.internal stands for 10.0.0.7", "not on the public internet"),
        ("TooSlow: no whole answer in 10 s", "within ten seconds"),
        ("BadCertificate: expired", "certificate of the system is not valid"),
        ("KeyError: 'x'", "went wrong on our side"),
    ],
)
def test_the_log_says_in_words_what_went_wrong_and_nothing_of_our_own_network(client, webhook, error, said):
    body = {"data": {}}
    row = {"event": "resource.published", "key": "a", "body": body, "status": "failed", "attempts": 10}
    WebhookDelivery.objects.create(webhook=webhook, last_error=error, **row)
    text = page(client, webhook)
    assert said in text
    assert "10.0.0.7" not in text


def test_the_log_names_what_it_was_about_in_the_readers_language(client, webhook):
    url = {"en": "http://localhost:8000/en/resources/a/", "fr": "http://localhost:8000/fr/resources/a/"}
    body = {"data": {"title": {"en": "Tariffs", "fr": "Tarifs"}, "url": url}}
    WebhookDelivery.objects.create(webhook=webhook, event="resource.published", key="a", body=body)
    assert '<a href="/en/resources/a/">Tariffs</a>' in page(client, webhook)
    french = client.get(webhook.get_absolute_url().replace("/en/", "/fr/")).content.decode()
    assert '<a href="/fr/resources/a/">Tarifs</a>' in french


def test_what_failed_is_sent_again_by_a_button(client, webhook):
    row = WebhookDelivery.objects.create(webhook=webhook, event="x", key="a", body={}, status="failed", attempts=10)
    assert "on its way again" in act(client, "send-again", webhook, row.uid)
    row.refresh_from_db()
    assert (row.status, row.attempts) == ("pending", 0)


def test_the_secret_is_changed_and_the_old_one_ended(client, webhook):
    old = webhook.secret
    text = act(client, "rotate", webhook)
    webhook.refresh_from_db()
    assert webhook.secret in text
    assert webhook.old_secret == old
    assert "both sign until" in page(client, webhook)
    assert "End the old one first" in act(client, "rotate", webhook)
    assert "Only the new secret signs" in act(client, "end-old-secret", webhook)
    webhook.refresh_from_db()
    assert webhook.old_secret == ""


def test_it_is_switched_off_and_on(client, webhook):
    assert "It is off" in act(client, "off", webhook)
    assert "not possible now" in act(client, "off", webhook)
    assert "It is on" in act(client, "on", webhook)
    webhook.refresh_from_db()
    assert webhook.status == "on"


def test_an_organization_that_is_not_verified_any_more_may_switch_off_but_not_on(client, webhook, firm):
    firm.status = "pending"
    firm.save(update_fields=["status"])
    assert "is not verified" in page(client, webhook)
    assert "It is off" in act(client, "off", webhook)
    assert "when your organization is verified" in act(client, "on", webhook)
    assert client.get(reverse("notifications:webhook-follow", args=["resource"])).status_code == 403


def test_the_address_is_changed_and_checked(client, webhook):
    edit = reverse("notifications:webhook-edit", args=[webhook.uid])
    assert 'aria-invalid="true"' in client.post(edit, {"url": "https://10.0.0.1/"}).content.decode()
    client.post(edit, {"url": "https://new.example.com/hook"})
    webhook.refresh_from_db()
    assert webhook.url == "https://new.example.com/hook"


def test_what_is_sent_reads_well_when_it_fails_and_when_it_has_stopped(client, webhook):
    Webhook.objects.filter(pk=webhook.pk).update(failing_since=timezone.now() - timedelta(hours=5))
    assert "The last messages did not arrive" in page(client, webhook)
    Webhook.objects.filter(pk=webhook.pk).update(status="failing")
    assert "We have stopped sending" in page(client, webhook)


def test_the_pages_ask_as_often_for_three_rows_as_for_one(client, webhook, firm, manager):
    kind = followed.by_name("resource")

    def statements():
        asked = []
        for address in (webhook.get_absolute_url(), reverse("notifications:webhook-list", args=["acme"])):
            with CaptureQueriesContext(connection) as caught:
                assert client.get(address).status_code == 200
            asked.append(len(caught))
        return asked

    def more(number):
        webhooks.follow(webhook, kind, Wish((), f"word{number}"), by=manager)
        webhooks.make(firm, url=f"{URL}{number}", by=manager)
        WebhookDelivery.objects.create(webhook=webhook, event="x", key=f"{number}", body={}, status="sent")

    more(1)
    statements()
    first = statements()
    more(2)
    more(3)
    statements()  # what waits on the desk is counted once after each change
    assert statements() == first


def test_a_long_log_has_pages(client, webhook):
    rows = [WebhookDelivery(webhook=webhook, event="x", key=f"{n}", body={}) for n in range(webhook_views.PER_PAGE + 1)]
    WebhookDelivery.objects.bulk_create(rows)
    assert len(re.findall("<code>x</code>", page(client, webhook))) == webhook_views.PER_PAGE
    second = client.get(f"{webhook.get_absolute_url()}?page=2").content.decode()
    assert len(re.findall("<code>x</code>", second)) == 1


def test_administrators_see_how_webhooks_fare_and_neither_address_nor_secret(client, webhook, administrator):
    body = {"data": {}}
    row = WebhookDelivery.objects.create(webhook=webhook, event="x", key="a", body=body, last_error="TooSlow: none")
    client.force_login(administrator)
    for model, obj in (("webhook", webhook), ("webhookdelivery", row)):
        for address in (
            reverse(f"admin:notifications_{model}_changelist"),
            reverse(f"admin:notifications_{model}_change", args=[obj.pk]),
        ):
            answer = client.get(address)
            assert answer.status_code == 200
            assert "Acme" in answer.content.decode()
            assert webhook.secret not in answer.content.decode()
            assert "/hook" not in answer.content.decode()
