"""Without an account: ask for a link, and look after what comes to one's address."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.notifications import address_links, address_views, digests, followed, preferences
from portal.notifications.delivery import deliver_due
from portal.notifications.followed import Wish
from portal.notifications.models import Category, Notification, Subscription
from portal.notifications.outbox import Address, notify
from portal.notifications.preferences import Subscriber
from tests.factories.accounts import OrganizationFactory

ASK, ASKED = reverse("notifications:address-ask"), reverse("notifications:address-asked")
VERA = "vera@example.com"


@pytest.fixture(autouse=True)
def fresh_counts():
    cache.clear()


@pytest.fixture
def visitor(us):
    return Client()


@pytest.fixture
def meeting(us):
    return OrganizationFactory(name="Bridge & Co", slug="bridge", agency=True)


def bare(codes=("economy:US",), address=VERA, **values):
    criteria = followed.keep(followed.by_name("resource"), Wish(tuple(codes)))
    return Subscription.objects.create(criteria=criteria, address=address, **{"language": "en", **values})


def link(visitor, address=VERA):
    """From the mail, as its reader finds it."""
    visitor.post(ASK, {"email": address})
    deliver_due()
    return re.search(r"http://localhost:8000(/\S+/address/\S+)", mail.outbox[-1].body).group(1)


def test_the_link_in_the_mail_opens_what_comes_to_the_address(visitor):
    bare()
    bare(["economy:US", "kind:tool"], frequency="weekly")
    bare(address="other@example.com", codes=["kind:guide"])
    assert visitor.post(ASK, {"email": VERA}).url == ASKED
    assert "If we write to the address you gave" in visitor.get(ASKED).content.decode()
    page = visitor.get(link(visitor)).content.decode()
    assert VERA in page
    assert "New resources for United States" in page
    assert "New resources of the kind tool" in page
    assert "kind guide" not in page
    letter = mail.outbox[-1]
    assert letter.to == [VERA]
    assert "it works for 24 hours" in letter.body
    assert "Why you get this: Somebody asked for a link" in letter.body


def test_the_answer_is_the_same_for_an_unknown_address_which_gets_no_mail(visitor):
    bare()
    known, unknown = (visitor.post(ASK, {"email": address}) for address in (VERA, "nobody@example.com"))
    assert (known.status_code, known.url, known.content) == (unknown.status_code, unknown.url, unknown.content)
    assert [row.address for row in Notification.objects.all()] == [VERA]


def test_who_has_an_account_is_led_to_her_own_page(visitor, sme):
    EmailAddress.objects.create(user=sme, email=sme.email, verified=True)
    visitor.post(ASK, {"email": sme.email.upper()})
    deliver_due()
    assert mail.outbox[-1].to == [f"Sara Smith <{sme.email}>"]
    assert "http://localhost:8000/en/notifications/following/" in mail.outbox[-1].body
    assert "/address/" not in mail.outbox[-1].body


def test_the_mail_is_in_the_language_of_the_newest_search(visitor):
    bare(language="fr", time_zone="America/Toronto")
    visitor.post(ASK, {"email": VERA.upper()})
    deliver_due()
    assert mail.outbox[-1].extra_headers["Content-Language"] == "fr"
    assert "/fr/notifications/address/" in mail.outbox[-1].body


@pytest.mark.parametrize("address", ["", "nobody", "a@b", "a@example.com\r\nBcc: b@example.com"])
def test_what_is_no_address_is_refused(visitor, address):
    page = visitor.post(ASK, {"email": address})
    assert page.status_code == 200
    assert 'aria-invalid="true"' in page.content.decode()


def test_an_address_gets_few_links_a_day_and_the_answer_stays_the_same(us):
    bare()
    for number in range(address_views.ADDRESS_A_DAY + 3):
        assert Client(REMOTE_ADDR=f"192.0.2.{number}").post(ASK, {"email": VERA}).url == ASKED
    assert Notification.objects.count() == address_views.ADDRESS_A_DAY


def test_a_visitor_cannot_ask_without_end(visitor):
    asked = [visitor.post(ASK, {"email": f"p{number}@example.com"}) for number in range(11)]
    assert [answer.status_code for answer in asked[-2:]] == [302, 429]


def test_how_often_mails_come_and_ending_one(visitor):
    row, other = bare(), bare(["kind:tool"])
    token = link(visitor).rstrip("/").rpartition("/")[2]
    answer = visitor.post(reverse("notifications:address-rhythm", args=[token, row.pk]), {"frequency": "weekly"})
    assert answer.url == reverse("notifications:address", args=[token])
    row.refresh_from_db()
    assert row.frequency == "weekly"
    page = visitor.post(reverse("notifications:address-end", args=[token, row.pk]), follow=True).content.decode()
    assert "Ended: New resources for United States" in page
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.ended_reason, other.ended_at) == ("page", None)


@pytest.mark.parametrize("frequency", ["", "hourly"])
def test_a_rhythm_that_is_none_changes_nothing(visitor, frequency):
    row = bare()
    token = link(visitor).rstrip("/").rpartition("/")[2]
    answer = visitor.post(
        reverse("notifications:address-rhythm", args=[token, row.pk]), {"frequency": frequency}, follow=True
    )
    assert "Choose how often the mails come." in answer.content.decode()
    row.refresh_from_db()
    assert row.frequency == "immediately"


def test_nobody_changes_what_another_address_or_an_account_follows(visitor, sme):
    bare()
    token = link(visitor).rstrip("/").rpartition("/")[2]
    theirs = bare(address="other@example.com")
    hers = Subscription.objects.create(criteria=theirs.criteria, user=sme, language="en")
    for row in (theirs, hers):
        for name in ("address-rhythm", "address-end"):
            answer = visitor.post(reverse(f"notifications:{name}", args=[token, row.pk]), {"frequency": "weekly"})
            assert answer.status_code == 404
        row.refresh_from_db()
        assert (row.frequency, row.ended_at) == ("immediately", None)


def test_language_and_time_zone_hold_for_everything_that_comes(visitor):
    rows = [bare(), bare(["kind:tool"])]
    token = link(visitor).rstrip("/").rpartition("/")[2]
    reader = {"language": "zh-hant", "time_zone": "Asia/Taipei"}
    page = visitor.post(reverse("notifications:address-reader", args=[token]), reader, follow=True)
    assert "Your choice is kept" in page.content.decode()
    for row in rows:
        row.refresh_from_db()
        assert (row.language, row.time_zone) == ("zh-hant", "Asia/Taipei")
    refused = visitor.post(
        reverse("notifications:address-reader", args=[token]),
        {"language": "xx", "time_zone": "Moon/Base"},
        follow=True,
    )
    assert "Choose a language and a time zone of the list." in refused.content.decode()


def test_the_page_leads_to_ending_everything_at_once(visitor):
    bare()
    page = visitor.get(link(visitor)).content.decode()
    stop = re.search(r'href="(/en/notifications/unsubscribe-all/[^"]+)"', page).group(1)
    visitor.post(stop)
    assert not Subscription.objects.live().exists()
    assert not preferences.is_on(Subscriber(Category.RESOURCES, None, VERA))
    assert "This address follows nothing any more." in visitor.get(address_links.path(VERA)).content.decode()


@pytest.mark.parametrize("name", ["address", "address-reader", "address-rhythm", "address-end"])
def test_a_link_that_is_forged_old_or_for_something_else_does_nothing(visitor, name):
    row = bare()
    with time_machine.travel(timezone.now() - address_links.LINK_LASTS - timedelta(minutes=1)):
        old = address_links.path(VERA).split("/")[-2]
    other = preferences.unsubscribe_all_path(None, VERA).split("/")[-2]
    for token in ("x", old, other, followed.stop_path([row.pk]).split("/")[-2]):
        args = [token, row.pk] if name in {"address-rhythm", "address-end"} else [token]
        address = reverse(f"notifications:{name}", args=args)
        answer = visitor.get(address) if name == "address" else visitor.post(address, {"frequency": "weekly"})
        assert answer.status_code == 404
        assert "This link does not work any more" in answer.content.decode()
    row.refresh_from_db()
    assert (row.frequency, row.ended_at) == ("immediately", None)


def test_the_link_opens_no_other_page(visitor):
    bare()
    token = link(visitor).rstrip("/").rpartition("/")[2]
    for name in ("unsubscribe", "unsubscribe-all", "follow-stop", "follow-confirm", "personal-feed"):
        assert visitor.get(reverse(f"notifications:{name}", args=[token])).status_code == 404


def test_search_engines_and_caches_keep_away(visitor):
    bare()
    answer = visitor.get(link(visitor))
    assert answer["X-Robots-Tag"] == "noindex"
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_as_often_however_much_is_followed(visitor, count, django_assert_num_queries):
    for number in range(count):
        bare([f"topic:t{number}"])
    path = address_links.path(VERA)
    visitor.get(path)
    with django_assert_num_queries(2):  # what is followed, and whether the vocabulary is the same as before
        visitor.get(path)


def test_every_mail_to_an_address_that_follows_something_leads_to_the_page_of_the_address(visitor, meeting, sme):
    bare(language="es")
    people = [Address(VERA, "es"), sme, Address("invited@example.com", "es")]
    notify(people, "dialogues/meeting", about=meeting, word="x")
    deliver_due()
    letters = {one.to[0]: one for one in mail.outbox}
    hers, invited = letters[VERA], letters["invited@example.com"]
    for text in (hers.body, hers.alternatives[0].content):
        path = re.search(r"http://localhost:8000(/es/notifications/address/[^\s\"]+)", text).group(1)
        page = visitor.get(path)
        assert page.status_code == 200
        assert VERA in page.content.decode()
    for text in (invited.body, invited.alternatives[0].content, letters[f"Sara Smith <{sme.email}>"].body):
        assert "/notifications/address/" not in text


def test_a_digest_leads_to_the_page_of_the_address_too(visitor, meeting):
    bare()
    with time_machine.travel("2027-03-10 12:00Z", tick=False):
        notify([Address(VERA, "en")], "dialogues/meeting", about=meeting, rhythm=lambda _one: "daily", word="x")
        Notification.objects.update(status="waiting", subject="A guide")
        digests.plan()
        digests.send_due()
        [letter] = mail.outbox
        for text in (letter.body, letter.alternatives[0].content):
            path = re.search(r"http://localhost:8000(/en/notifications/address/[^\s\"]+)", text).group(1)
            assert VERA in visitor.get(path).content.decode()
