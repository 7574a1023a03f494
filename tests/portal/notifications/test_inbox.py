import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.notifications import personal
from portal.notifications.delivery import deliver_due
from portal.notifications.inbox import unread_count
from portal.notifications.models import Notification
from portal.notifications.outbox import notify
from tests.factories.accounts import OrganizationFactory

INBOX = reverse("notifications:inbox")


@pytest.fixture
def meeting(db):
    return OrganizationFactory(name="Bridge", agency=True)


def tell(person, meeting, *words):
    """Deliver one message for each word; they are returned oldest first."""
    for word in words:
        notify([person], "dialogues/meeting", about=meeting, occasion=word, word=word)
    deliver_due()
    return list(Notification.objects.filter(recipient=person).order_by("pk"))


def order_of(page, *words):
    text = page.content.decode()
    return sorted(words, key=lambda word: text.index(f"Bridge {word}<"))


def test_the_inbox_shows_one_s_own_messages_only(client, meeting, sme, chamber):
    tell(sme, meeting, "mine")
    tell(chamber, meeting, "hers")
    client.force_login(sme)
    page = client.get(INBOX)
    assert "Bridge mine" in page.content.decode()
    assert "Bridge hers" not in page.content.decode()


def test_unread_stands_first_and_then_the_newest(client, meeting, sme):
    *_earlier, third = tell(sme, meeting, "one", "two", "three")
    client.force_login(sme)
    client.post(reverse("notifications:open", args=[third.uid]))
    assert order_of(client.get(INBOX), "one", "two", "three") == ["two", "one", "three"]


def test_what_is_not_delivered_yet_is_not_in_the_inbox(client, meeting, sme):
    notify([sme], "dialogues/meeting", about=meeting, word="soon")
    client.force_login(sme)
    assert "Bridge soon" not in client.get(INBOX).content.decode()
    assert unread_count(sme) == 0


def test_opening_marks_as_read_and_leads_there(client, meeting, sme):
    (row,) = tell(sme, meeting, "one")
    client.force_login(sme)
    answer = client.post(reverse("notifications:open", args=[row.uid]))
    assert (answer.status_code, answer["Location"]) == (302, f"/en/organizations/{meeting.slug}/")
    row.refresh_from_db()
    first_read = row.read_at
    assert first_read is not None
    client.post(reverse("notifications:open", args=[row.uid]))
    row.refresh_from_db()
    assert row.read_at == first_read


def test_fetching_the_link_ahead_reads_nothing(client, meeting, sme):
    (row,) = tell(sme, meeting, "one")
    client.force_login(sme)
    assert client.get(reverse("notifications:open", args=[row.uid])).status_code == 405
    row.refresh_from_db()
    assert row.read_at is None


def test_a_message_that_leads_nowhere_comes_back_to_the_inbox(client, meeting, sme):
    (row,) = tell(sme, meeting, "one")
    Notification.objects.update(url="")
    client.force_login(sme)
    assert client.post(reverse("notifications:open", args=[row.uid]))["Location"] == INBOX


def test_somebody_else_s_message_does_not_exist(client, meeting, sme, chamber):
    (row,) = tell(sme, meeting, "one")
    client.force_login(chamber)
    assert client.post(reverse("notifications:open", args=[row.uid])).status_code == 404
    row.refresh_from_db()
    assert row.read_at is None


def test_mark_all_as_read_marks_one_s_own(client, meeting, sme, chamber):
    tell(sme, meeting, "one", "two")
    tell(chamber, meeting, "hers")
    client.force_login(sme)
    page = client.post(reverse("notifications:mark-all-read"), follow=True)
    assert "2 messages marked as read." in page.content.decode()
    assert (unread_count(sme), unread_count(chamber)) == (0, 1)
    assert client.get(reverse("notifications:mark-all-read")).status_code == 405


@pytest.mark.parametrize("name", ["inbox", "preferences"])
def test_a_visitor_is_asked_to_sign_in(client, db, name):
    address = reverse(f"notifications:{name}")
    answer = client.get(address)
    assert (answer.status_code, answer["Location"]) == (302, f"{reverse('account_login')}?next={address}")


def test_a_visitor_marks_nothing(client, meeting, sme):
    (row,) = tell(sme, meeting, "one")
    assert client.post(reverse("notifications:open", args=[row.uid])).status_code == 302
    assert client.post(reverse("notifications:mark-all-read")).status_code == 302
    assert unread_count(sme) == 1


def test_an_empty_inbox_says_what_will_be_here(client, sme):
    client.force_login(sme)
    assert "Nothing yet" in client.get(INBOX).content.decode()


def test_pages_of_twenty(client, meeting, sme):
    tell(sme, meeting, *(f"w{n}" for n in range(21)))
    client.force_login(sme)
    assert client.get(INBOX).content.decode().count("Bridge w") == 20
    assert client.get(INBOX, {"page": 2}).content.decode().count("Bridge w") == 1
    assert client.get(INBOX, {"page": "nonsense"}).status_code == 200


def test_the_inbox_costs_the_same_at_one_row_and_at_three(client, meeting, sme):
    client.force_login(sme)
    client.get(INBOX)
    queries = {}
    for rows in (1, 3):
        tell(sme, meeting, *(f"w{n}" for n in range(rows)))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(INBOX).content.decode().count("Bridge w") == rows
        queries[rows] = [query["sql"] for query in captured]
    assert len(queries[1]) == len(queries[3])
    of_ours = [sql for sql in queries[3] if 'FROM "notifications_notification"' in sql]
    assert len(of_ours) == 3, "the unread count, the number of pages, the rows"


def test_the_unread_count_is_one_query_and_none_for_a_visitor(client, meeting, sme, django_assert_num_queries):
    tell(sme, meeting, "one", "two")
    with django_assert_num_queries(1):
        assert unread_count(sme) == 2
    visitor = client.get(reverse("home")).wsgi_request.user
    with django_assert_num_queries(0):
        assert unread_count(visitor) == 0


def test_the_unread_count_is_answered_from_its_index(meeting, sme):
    tell(sme, meeting, "one")
    with CaptureQueriesContext(connection) as queries:
        unread_count(sme)
    sql = queries[0]["sql"]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}")
        assert "notification_unread" in str(cursor.fetchall())


def test_her_own_feed_has_what_her_inbox_has_under_an_address_that_she_can_end(client, sme, meeting):
    notify([sme], "dialogues/meeting", about=meeting, word="x")
    deliver_due()
    client.force_login(sme)
    client.post(reverse("notifications:personal-begin"))
    page = client.get(reverse("notifications:inbox")).content.decode()
    (address,) = re.findall(r"<code>http://testserver([^<]+)</code>", page)
    answer = Client().get(address)
    assert answer["Content-Type"].startswith("application/atom+xml")
    row = Notification.objects.get()
    assert f"urn:uuid:{row.uid}" in answer.content.decode()
    assert "noindex" in answer["X-Robots-Tag"]
    client.post(reverse("notifications:personal-begin"))
    assert Client().get(address).status_code == 404
    new = personal.path(personal.of(sme))
    client.post(reverse("notifications:personal-end"))
    assert Client().get(new).status_code == 404
    assert Client().get(new[:-3] + "abc/").status_code == 404
