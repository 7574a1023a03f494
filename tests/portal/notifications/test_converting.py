"""An address becomes an account's: what it followed, chose and was told goes over."""

import re
import threading

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from portal.notifications import converting, followed, preferences, subscriptions
from portal.notifications.delivery import deliver_due
from portal.notifications.followed import Wish
from portal.notifications.models import Address, Category, Criteria, Notification, Preference, Subscription
from portal.notifications.outbox import notify
from portal.notifications.preferences import Subscriber
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.reference import economy

VERA = "vera@example.com"
US = Wish(("economy:US",))


@pytest.fixture(autouse=True)
def fresh_counts():
    cache.clear()


@pytest.fixture
def meeting(db):
    return OrganizationFactory(name="Bridge", slug="bridge", agency=True)


@pytest.fixture
def vera(us):
    """Has an account, and has not proved her address yet."""
    return UserFactory(email=VERA, full_name="Vera Vega", language="es")


def bare(wish=US, address=VERA, frequency="weekly"):
    criteria = followed.keep(followed.by_name("resource"), wish)
    return Subscription.objects.create(criteria=criteria, address=address, language="fr", frequency=frequency)


def prove(user, address=VERA):
    return EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)


def take_over(user, address=VERA):
    prove(user, address)
    return converting.take_over(address, by=user)


def test_what_the_address_followed_is_followed_by_the_account_with_its_rhythm(vera):
    old = bare()
    assert take_over(vera).subscriptions == 1
    old.refresh_from_db()
    assert (old.ended_reason, old.successor.user, old.successor.frequency) == ("converted", vera, "weekly")
    assert old.successor.language == "es"
    assert old.successor.criteria == old.criteria
    assert Subscription.objects.live().count() == 1


def test_what_both_followed_is_followed_once_with_the_sooner_rhythm(vera):
    hers = subscriptions.follow(followed.by_name("resource"), US, by=vera)
    subscriptions.set_rhythm(hers, rhythm="daily", by=vera)
    for frequency, kept in (("weekly", "daily"), ("immediately", "immediately")):
        old = bare(frequency=frequency)
        EmailAddress.objects.all().delete()
        take_over(vera)
        old.refresh_from_db()
        assert old.successor == hers
        hers.refresh_from_db()
        assert hers.frequency == kept
    assert Subscription.objects.live().get() == hers


def test_upper_and_lower_case_are_one_address(vera):
    bare(address="Vera@Example.com")
    assert take_over(vera).subscriptions == 1


def test_what_others_follow_stays_theirs(vera):
    other = bare(address="veronica@example.com")
    take_over(vera)
    other.refresh_from_db()
    assert other.ended_at is None


def test_what_had_ended_is_not_followed_again(vera):
    subscriptions.end(bare(), reason="link", by=None)
    assert take_over(vera) == converting.Taken(0, 0)
    assert not Notification.objects.exists()
    assert Subscription.objects.get().ended_reason == "link"


def test_an_address_that_is_not_proved_stays_as_it_is(vera):
    bare()
    EmailAddress.objects.create(user=vera, email=VERA, verified=False)
    with pytest.raises(ValueError, match="not proved"):
        converting.take_over(VERA, by=vera)
    assert Subscription.objects.live().get().user is None


def test_choices_made_for_the_address_hold_unless_the_account_has_chosen(vera):
    for category in (Category.RESOURCES, Category.PARTNERS):
        preferences.switch(Subscriber(category, None, VERA), on=False)
    preferences.choose(wanted={"partners": "daily"}, by=vera)
    take_over(vera)
    assert preferences.choices_of(vera)["resources"] == preferences.NEVER
    assert preferences.choices_of(vera)["partners"] == "daily"
    assert not Preference.objects.filter(user=None).exists()


def test_messages_to_the_address_are_in_the_inbox_as_read_and_waiting_ones_go_to_the_account(client, vera, meeting):
    address = Address(VERA, "fr")
    notify([address], "dialogues/meeting", about=meeting, word="one")
    deliver_due()
    notify([address], "dialogues/meeting", about=meeting, occasion=2, word="two")
    assert take_over(vera).messages == 2
    deliver_due()
    assert mail.outbox[-1].to == ["Vera Vega <vera@example.com>"]
    assert mail.outbox[-1].subject.startswith("es ")
    client.force_login(vera)
    page = client.get(reverse("notifications:inbox")).content.decode()
    assert "fr Bridge one" in page
    assert "es Bridge two" in page
    assert [row.read_at is None for row in Notification.objects.order_by("pk")] == [False, True]


def test_what_the_account_was_promised_too_is_not_there_twice(vera, meeting):
    notify([Address(VERA, "fr"), vera], "dialogues/meeting", about=meeting, word="one")
    assert take_over(vera).messages == 0
    assert Notification.objects.filter(recipient=vera).count() == 1


def test_she_is_told_which_searches_are_hers_now_once(vera):
    bare()
    prove(vera)
    for _time in range(2):
        converting.take_over(VERA, by=vera)
    row = Notification.objects.get(kind=converting.KIND)
    assert row.recipient == vera
    deliver_due()
    assert "Estados Unidos" in mail.outbox[-1].body
    assert VERA in mail.outbox[-1].body
    row.refresh_from_db()
    assert row.url == "/es/notifications/following/"


def test_signing_up_and_confirming_by_the_link_does_it(us):
    bare()
    visitor = Client()
    answers = {"email": VERA, "password1": "a long Passw0rd nobody has", "password2": "a long Passw0rd nobody has"}
    answers |= {"full_name": "Vera Vega", "language": "es", "time_zone": "UTC", "purpose": "visitor"}
    assert visitor.post(reverse("account_signup"), answers).status_code == 302
    assert Subscription.objects.live().get().user is None
    link = re.search(r"http://[^/\s]+(/\S+)", mail.outbox[-1].body).group(1)
    visitor.post(link)
    assert Subscription.objects.live().get().user.email == VERA


@pytest.mark.parametrize("path", ["stop", "category", "everything"])
def test_links_in_old_mails_mean_the_account(vera, path):
    row = bare()
    promise = Notification(address=VERA, kind="resources/resource_followed")
    link = {
        "stop": followed.stop_path([row.pk]),
        "category": preferences.unsubscribe_path(promise),
        "everything": preferences.unsubscribe_all_path(None, VERA),
    }[path]
    take_over(vera)
    assert Client().post(link).status_code == 200
    if path != "category":
        assert not Subscription.objects.live().exists()
    if path != "stop":
        assert preferences.choices_of(vera)["resources"] == preferences.NEVER


def test_a_late_confirmation_follows_in_the_account_s_name(us, vera):
    prove(vera)
    visitor = Client()
    visitor.post(reverse("notifications:follow", args=["resource"]) + "?economy=US", {"email": VERA})
    deliver_due()
    link = re.search(r"http://localhost:8000(\S+/follow-confirm/\S+)", mail.outbox[-1].body).group(1)
    assert visitor.post(link).status_code == 200
    assert Subscription.objects.live().get().user == vera


def test_many_searches_are_taken_over_and_the_hundred_and_first_is_still_refused(vera):
    kind = followed.by_name("resource")
    Criteria.objects.bulk_create([followed.build(kind, Wish((f"topic:t{n}",))) for n in range(100)])
    rows = [Subscription(criteria=one, address=VERA, language="en") for one in Criteria.objects.all()]
    Subscription.objects.bulk_create(rows)
    assert take_over(vera).subscriptions == 100
    with pytest.raises(Exception, match="100"):
        subscriptions.follow(kind, US, by=vera)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_on_the_link_at_once_take_over_once():
    economy("US")
    person = UserFactory(email=VERA)
    bare()
    prove(person)
    gate, taken = threading.Barrier(2), []

    def click():
        gate.wait()
        try:
            taken.append(converting.take_over(VERA, by=person).subscriptions)
        finally:
            connection.close()

    clicks = [threading.Thread(target=click) for _number in range(2)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()
    assert sorted(taken) == [0, 1]
    assert Notification.objects.filter(kind=converting.KIND).count() == 1
    assert Subscription.objects.live().get().user == person
