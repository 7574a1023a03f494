"""Following a search, with an account and with an address alone."""

import re
import threading
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.activity.models import Activity
from portal.notifications import followed, following_views, preferences, subscriptions
from portal.notifications.delivery import deliver_due
from portal.notifications.followed import Wish
from portal.notifications.models import Category, Criteria, Notification, Subscription
from portal.notifications.preferences import Subscriber
from tests.factories.accounts import UserFactory
from tests.factories.reference import economy

FOLLOW = reverse("notifications:follow", args=["resource"])
FOLLOWING = reverse("notifications:following")
ASKED = reverse("notifications:follow-asked")
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture(autouse=True)
def fresh_counts():
    cache.clear()


@pytest.fixture
def kind():
    return followed.by_name("resource")


@pytest.fixture
def stranger(us):
    """A client as strict as a browser: cookies and tokens count."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def visitor(us):
    return Client()


def ask(client, address="vera@example.com", query="?economy=US", **options):
    return client.post(f"{FOLLOW}{query}", {"email": address}, **options)


def confirm_link():
    """From the last mail, as its reader finds it."""
    deliver_due()
    return re.search(r"http://localhost:8000(\S+/follow-confirm/\S+)", mail.outbox[-1].body).group(1)


# --- With an account ----------------------------------------------------------------------------


def test_the_page_says_in_words_what_will_be_followed_and_changes_nothing(client, sme):
    client.force_login(sme)
    page = client.get(f"{FOLLOW}?economy=US&words=tariff&sort=newest&page=3").content.decode()
    assert "New resources with “tariff”, for United States" in page
    assert not Criteria.objects.exists()


def test_one_click_follows_and_it_stands_among_what_you_follow(client, sme):
    client.force_login(sme)
    page = client.post(f"{FOLLOW}?economy=US", follow=True)
    assert page.redirect_chain == [(FOLLOWING, 302)]
    text = page.content.decode()
    assert "You follow: New resources for United States" in text
    assert f'href="{reverse("resources:resource-list")}?economy=US"' in text
    row = Subscription.objects.get()
    assert (row.user, row.criteria.codes, row.frequency, row.ended_at) == (sme, ["economy:US"], "immediately", None)
    assert [(log.actor, log.verb) for log in Activity.objects.all()] == [(sme, "followed")]


def test_following_twice_is_following_once(client, sme):
    client.force_login(sme)
    for _time in range(2):
        client.post(f"{FOLLOW}?economy=US")
    assert Subscription.objects.count() == 1
    assert "You follow this already" in client.get(f"{FOLLOW}?economy=US").content.decode()


def test_the_same_criteria_are_kept_once_for_everybody(kind, sme, outsider):
    first = subscriptions.follow(kind, Wish(("kind:tool", "economy:US"), "Trámites  ADUANEROS"), by=sme)
    second = subscriptions.follow(kind, Wish(("economy:US", "kind:tool"), "tramites aduaneros"), by=outsider)
    assert first.criteria == second.criteria
    assert first.criteria.codes == ["economy:US", "kind:tool"]


def test_what_is_not_known_is_said_and_left_out(client, sme):
    client.force_login(sme)
    page = client.get(f"{FOLLOW}?economy=XX&kind=tool").content.decode()
    assert "Economy: XX" in page
    assert "New resources of the kind tool" in page


@pytest.mark.parametrize("query", ["?words=%00", "?words=%ff%fe", "?economy=" + "x" * 5000, "?words=" + "x" * 5000])
def test_odd_addresses_are_answered(visitor, query):
    assert visitor.get(FOLLOW + query).status_code == 200


def test_a_kind_that_nobody_can_follow_is_not_found(client, sme):
    client.force_login(sme)
    assert client.post(reverse("notifications:follow", args=["weather"])).status_code == 404


def test_ending_keeps_the_row_with_its_reason_and_following_again_is_a_new_one(client, sme, kind):
    client.force_login(sme)
    row = subscriptions.follow(kind, Wish(), by=sme)
    for _time in range(2):
        page = client.post(reverse("notifications:follow-end", args=[row.pk]), follow=True)
    assert "Ended: New resources" in page.content.decode()
    row.refresh_from_db()
    assert row.ended_reason == "page"
    assert [log.verb for log in Activity.objects.order_by("pk")] == ["followed", "unfollowed"]
    assert subscriptions.follow(kind, Wish(), by=sme).pk != row.pk


def test_nobody_ends_what_somebody_else_follows(client, sme, outsider, kind):
    row = subscriptions.follow(kind, Wish(), by=sme)
    client.force_login(outsider)
    assert client.post(reverse("notifications:follow-end", args=[row.pk])).status_code == 404
    assert "Nothing yet" in client.get(FOLLOWING).content.decode()
    row.refresh_from_db()
    assert row.ended_at is None


def test_the_hundred_and_first_is_refused(client, sme, kind):
    criteria = [followed.build(kind, Wish((f"topic:t{number}",))) for number in range(subscriptions.MOST)]
    Criteria.objects.bulk_create(criteria)
    rows = [Subscription(criteria=one, user=sme, language="en") for one in Criteria.objects.all()]
    Subscription.objects.bulk_create(rows)
    with pytest.raises(ValidationError) as refusal:
        subscriptions.follow(kind, Wish(), by=sme)
    assert refusal.value.code == "too_many"
    client.force_login(sme)
    assert "You follow 100 searches already" in client.post(FOLLOW).content.decode()
    assert "page=2" in client.get(FOLLOWING).content.decode()


def test_an_account_that_follows_without_end_is_stopped(client, sme):
    client.force_login(sme)
    answers = [client.post(FOLLOW).status_code for _time in range(following_views.PERSON_AN_HOUR + 1)]
    assert answers[-2:] == [302, 429]


def test_who_has_switched_off_mails_is_told_that_it_stays_in_the_inbox(client, sme):
    preferences.switch(Subscriber(Category.RESOURCES, sme), on=False)
    client.force_login(sme)
    assert "in your inbox here alone" in client.get(FOLLOW).content.decode()


def test_the_choice_of_mails_leads_to_what_you_follow(client, sme):
    client.force_login(sme)
    assert f'href="{FOLLOWING}"' in client.get(reverse("notifications:preferences")).content.decode()


def test_lists_lead_to_following_them(visitor):
    empty = visitor.get(reverse("resources:resource-list") + "?economy=US").content.decode()
    assert f'href="{FOLLOW}?economy=US"' in empty
    assert "Tell me when there is one" in empty


@pytest.mark.django_db(transaction=True)
def test_two_tabs_follow_once():
    economy("US")
    person, kind = UserFactory(), followed.by_name("resource")
    gate, rows = threading.Barrier(2), []

    def tab():
        gate.wait()
        try:
            rows.append(subscriptions.follow(kind, Wish(("economy:US",)), by=person).pk)
        finally:
            connection.close()

    tabs = [threading.Thread(target=tab) for _number in range(2)]
    for each in tabs:
        each.start()
    for each in tabs:
        each.join()
    assert rows == [Subscription.objects.get().pk] * 2
    assert Activity.objects.filter(verb="followed").count() == 1


# --- With an address alone ----------------------------------------------------------------------


def test_an_address_follows_only_after_its_owner_confirmed(visitor):
    assert ask(visitor).url == ASKED
    assert "look into your mail" in visitor.get(ASKED).content.decode().lower()
    link = confirm_link()
    letter = mail.outbox[-1]
    assert letter.to == ["vera@example.com"]
    assert "New resources for United States" in letter.body
    assert "New resources for United States" in letter.alternatives[0].content
    assert link in letter.alternatives[0].content
    assert "List-Unsubscribe" not in letter.extra_headers
    assert not Subscription.objects.exists()

    page = visitor.get(link).content.decode()
    assert "New resources for United States" in page
    assert not Subscription.objects.exists()
    assert visitor.post(link).status_code == 200
    assert visitor.post(link).status_code == 200
    row = Subscription.objects.get()
    assert (row.address, row.user, row.language) == ("vera@example.com", None, "en")


def test_confirming_takes_a_token_of_the_page(stranger, visitor):
    ask(visitor)
    link = confirm_link()
    assert stranger.post(link).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', stranger.get(link).content.decode()).group(1)
    assert stranger.post(link, {"csrfmiddlewaretoken": token}).status_code == 200


def test_the_page_after_confirming_can_end_it(visitor):
    ask(visitor)
    page = visitor.post(confirm_link()).content.decode()
    stop = re.search(r'href="(/en/notifications/follow-stop/[^"]+)"', page).group(1)
    assert "Stop following?" in visitor.get(stop).content.decode()
    assert Subscription.objects.live().exists()
    assert "You follow this no more" in visitor.post(stop).content.decode()
    assert Subscription.objects.get().ended_reason == "link"


def test_a_mail_program_ends_it_without_cookie_and_token(stranger, us, kind):
    Criteria.objects.bulk_create([followed.build(kind, Wish())])
    row = Subscription.objects.create(criteria=Criteria.objects.get(), address="vera@example.com", language="en")
    for _time in range(2):
        assert stranger.post(followed.stop_path([row.pk]), ONE_CLICK).status_code == 200
    row.refresh_from_db()
    assert row.ended_reason == "link"


@pytest.mark.parametrize("name", ["follow-confirm", "follow-stop"])
def test_forged_links_do_nothing(visitor, name):
    ask(visitor)
    token = confirm_link().rstrip("/").rpartition("/")[2]
    for forged in ("x", token[:-3] + "abc", token if name == "follow-stop" else followed.stop_path([1]).split("/")[-2]):
        address = reverse(f"notifications:{name}", args=[forged])
        assert visitor.get(address).status_code == 404
        assert visitor.post(address).status_code == 404
    assert not Subscription.objects.exists()


def test_a_link_expires(visitor):
    with time_machine.travel(timezone.now() - subscriptions.CONFIRM_WITHIN - timedelta(minutes=1)):
        ask(visitor)
    link = confirm_link()
    assert visitor.post(link).status_code == 404
    assert not Subscription.objects.exists()


def test_the_answer_is_the_same_for_an_address_that_is_known(visitor, sme, kind):
    subscriptions.follow(kind, Wish(("economy:US",)), by=sme)
    known, unknown = ask(visitor, sme.email), ask(visitor, "nobody@example.com")
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url) == (302, ASKED)
    assert Notification.objects.filter(kind="accounts/follow_asked").count() == 2


def test_an_address_gets_few_confirmation_mails_and_the_answer_stays_the_same(us):
    for number in range(following_views.ADDRESS_A_DAY + 3):
        visitor = Client(REMOTE_ADDR=f"192.0.2.{number}")
        assert ask(visitor, "vera@EXAMPLE.com" if number % 2 else "vera@example.com", f"?words=w{number}").url == ASKED
    assert Notification.objects.count() == following_views.ADDRESS_A_DAY


def test_asking_for_the_same_search_again_sends_no_second_mail_that_day(visitor):
    ask(visitor)
    ask(visitor)
    assert Notification.objects.count() == 1


def test_a_visitor_cannot_send_mails_without_end(visitor):
    answers = [ask(visitor, f"p{n}@example.com").status_code for n in range(following_views.VISITOR_AN_HOUR + 1)]
    assert answers[-2:] == [302, 429]
    assert Notification.objects.count() == following_views.VISITOR_AN_HOUR


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b", "x" * 300 + "@example.com", "a@example.com\r\nBcc: b@example.com"]
)
def test_what_is_no_address_is_refused(visitor, address):
    page = ask(visitor, address)
    assert page.status_code == 200
    assert 'aria-invalid="true"' in page.content.decode()
    assert not Notification.objects.exists()


def test_confirming_brings_back_mails_that_were_switched_off(visitor):
    subscriber = Subscriber(Category.RESOURCES, None, "vera@example.com")
    preferences.switch(subscriber, on=False)
    ask(visitor)
    visitor.post(confirm_link())
    assert preferences.is_on(subscriber)


@pytest.mark.parametrize(("language", "place"), [("fr", "États-Unis"), ("es", "Estados Unidos"), ("zh-hant", "美國")])
def test_the_confirmation_is_in_the_language_of_the_page(us, language, place):
    ask_at = FOLLOW.replace("/en/", f"/{language}/")
    Client().post(f"{ask_at}?economy=US", {"email": "vera@example.com"})
    assert confirm_link().startswith(f"/{language}/")
    assert place in mail.outbox[-1].subject
    assert mail.outbox[-1].extra_headers["Content-Language"] == language


# --- What the database holds to -----------------------------------------------------------------


def test_the_database_keeps_subscriptions_sound(kind, sme, us):
    row = subscriptions.follow(kind, Wish(), by=sme)
    same = {"criteria": row.criteria, "language": "en"}
    Subscription.objects.create(address="vera@example.com", **same)
    for broken in (
        {"user": sme},
        {"address": "VERA@example.com"},
        {"user": sme, "address": "a@example.com", "ended_at": timezone.now(), "ended_reason": "page"},
        {"ended_at": timezone.now(), "ended_reason": "page"},
        {"address": "b@example.com", "ended_at": timezone.now()},
        {"address": "b@example.com", "ended_reason": "page"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Subscription.objects.create(**same, **broken)
