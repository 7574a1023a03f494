"""Secrets stand encrypted in the database, and a change of SECRET_KEY is survived or said."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from portal import sealed
from portal.notifications import posting, webhook_words, webhooks
from portal.notifications.models import Webhook, WebhookDelivery
from portal.notifications.posting import post_due
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.misbehaving import Site
from tests.portal.notifications.test_webhooks import verified

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(settings):
    with Site() as running:
        settings.OUTGOING_LOOPBACK_PORTS = frozenset({running.port})
        running.say("/hook", status=204)
        yield running


@pytest.fixture
def manager(us):
    person = UserFactory()
    join(person, OrganizationFactory(chamber=True))
    return person


@pytest.fixture
def webhook(site, manager):
    return webhooks.make(manager.active_memberships[0].organization, url=site.url("/hook"), by=manager)


def stored():
    """As whoever reads a dump finds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret, old_secret FROM notifications_webhook")
        return cursor.fetchone()


def test_the_database_holds_no_secret_and_the_model_reads_it(webhook, manager):
    first = webhook.secret
    assert first.startswith("whsec_")
    row = webhooks.rotate(webhook, by=manager)

    found = Webhook.objects.get()

    assert (found.secret, found.old_secret) == (row.secret, first)
    for secret, kept in zip((row.secret, first), stored(), strict=True):
        assert kept.startswith("sealed:")
        assert secret not in kept
        assert secret.removeprefix("whsec_") not in kept
    webhooks.end_old_secret(found, by=manager)
    assert stored()[1] == ""


def test_the_same_text_is_never_sealed_the_same_way_and_a_changed_one_is_not_read():
    once, again = sealed.seal("whsec_x"), sealed.seal("whsec_x")
    assert once != again
    assert sealed.unseal(once) == sealed.unseal(again) == "whsec_x"
    assert sealed.unseal("whsec_x") == "whsec_x", "as it stood before secrets were sealed"
    forged = once[:-6] + ("A" if once[-6] != "A" else "B") + once[-5:]
    assert isinstance(sealed.unseal(forged), sealed.Unreadable)


def test_under_a_new_key_what_the_old_one_sealed_is_read_until_it_is_taken_out(webhook, site, manager, settings):
    secret, old = webhook.secret, settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key", [old]
    assert Webhook.objects.get().secret == secret

    said = StringIO()
    call_command("reseal_secrets", stdout=said)

    assert "1 webhooks have secrets sealed with the present SECRET_KEY." in said.getvalue()
    settings.SECRET_KEY_FALLBACKS = []
    assert Webhook.objects.get().secret == secret
    webhooks.test(Webhook.objects.get(), by=manager)
    post_due()
    assert verified(secret, site.hits[0]) == [True]


def test_without_the_old_key_nothing_is_posted_unsigned_and_the_log_says_what_to_do(webhook, site, manager, settings):
    before, old = stored(), settings.SECRET_KEY
    settings.SECRET_KEY = "another key"
    webhooks.test(webhook, by=manager)
    post_due()

    row = WebhookDelivery.objects.get()
    assert site.hits == []
    assert (row.status, row.last_error) == ("failed", f"SecretLost: {posting.LOST}")
    assert webhook_words.problem(row) == "The portal cannot read the secret any more. Change the secret."
    said, wrong = StringIO(), StringIO()
    call_command("reseal_secrets", stdout=said, stderr=wrong)
    assert "1 cannot be read" in wrong.getvalue()
    assert stored() == before, "the right key may come back"

    settings.SECRET_KEY = old
    assert Webhook.objects.get().secret == webhook.secret
    settings.SECRET_KEY = "another key"
    healed = webhooks.rotate(Webhook.objects.get(), by=manager)
    webhooks.test(healed, by=manager)
    post_due()
    assert verified(healed.secret, site.hits[0]) == [True]
