"""Signed-in readers share public pages, and nobody sees anything of another's."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal import memberpages, mine
from portal.notifications.models import Notification
from resources import collecting, publishing
from tests.factories.accounts import UserFactory
from tests.factories.resources import ResourceFactory


@pytest.fixture(autouse=True)
def pages_are_kept(settings, counted_once):
    settings.PAGE_CACHE_SECONDS = settings.COUNTS_CACHE_SECONDS = 60


@pytest.fixture
def guide(us):
    return ResourceFactory(published=True, title_en="Ship lamps")


@pytest.fixture
def page(guide):
    return reverse("resources:resource-detail", args=[guide.slug])


@pytest.fixture
def others(us):
    return [UserFactory(sme_in="US", full_name=name) for name in ("Ana <b>Ruiz</b>", "Mei Lin")]


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def read(client, url, **headers):
    with CaptureQueriesContext(connection) as found:
        response = client.get(url, **headers)
    assert response.status_code == 200
    return len(found), response.content.decode()


def test_the_second_reader_gets_the_first_ones_page_under_her_own_name(page, others):
    first, hers = read(signed_in(others[0]), page)
    second, another = read(signed_in(others[1]), page)
    assert second < first
    assert "Ana &lt;b&gt;Ruiz&lt;/b&gt;" in hers
    assert "Mei Lin" in another
    assert "Ana" not in another
    assert "hole-" not in hers + another


def test_a_reader_who_was_here_a_moment_ago_costs_no_query(page, others):
    url = reverse("resources:resource-list")
    read(signed_in(others[0]), url)
    mei = signed_in(others[1])
    read(mei, url)
    count, text = read(mei, url)
    assert count == 0
    assert "Mei Lin" in text


def test_the_kept_page_has_the_headers_of_the_made_one(page, others):
    client = signed_in(others[0])
    made, kept = client.get(page), client.get(page)
    for name in ("Content-Type", "Content-Security-Policy", "Content-Language", "X-Frame-Options", "Vary"):
        assert kept.get(name) == made.get(name), name


def test_who_signed_out_or_changed_her_password_is_not_known_any_more(page, others):
    ana = signed_in(others[0])
    for _time in range(2):
        read(ana, page)
    elsewhere = Client()
    elsewhere.cookies.load({name: morsel.value for name, morsel in ana.cookies.items()})
    ana.post(reverse("account_logout"))
    assert "Ana" not in read(elsewhere, page)[1]
    mei = signed_in(others[1])
    read(mei, page)
    others[1].set_password("another one entirely")
    others[1].save()
    cache.delete(mine.key(others[1].pk))
    assert "Mei" not in read(mei, page)[1]


def test_everybodys_forms_carry_her_own_token(page, others):
    clients = [Client(enforce_csrf_checks=True) for _user in others]
    for client, user in zip(clients, others, strict=True):
        client.force_login(user)
        _count, text = read(client, page)
        token = text.partition('name="csrfmiddlewaretoken" value="')[2][:64]
        answer = client.post(reverse("account_logout"), {"csrfmiddlewaretoken": token})
        assert answer.status_code == 302


@pytest.mark.django_db(transaction=True)
def test_what_stands_on_her_list_is_hers_alone(guide, page, others):
    collecting.keep(guide, by=others[0])
    ana, mei = (signed_in(user) for user in others)
    assert "Add to my list" in read(mei, page)[1]
    for _time in range(2):
        assert "Remove from my list" in read(ana, page)[1]
        assert "Add to my list" in read(mei, page)[1]
    mei.post(reverse("resources:resource-keep", args=[guide.slug]), {"to": "add"})
    assert "Remove from my list" in read(mei, page, headers={"Accept": "text/html"})[1]


@pytest.mark.django_db(transaction=True)
def test_she_sees_at_once_what_she_did_and_what_waits_for_her(page, guide, others):
    ana, mei = (signed_in(user) for user in others)
    Notification.objects.create(
        recipient=others[0], kind="resources/news", about=guide, subject="News", status="sent", sent_at=timezone.now()
    )
    read(mei, page)
    assert "unread" not in read(mei, page)[1]
    assert "unread" in read(ana, page)[1]
    ana.post(reverse("notifications:mark-all-read"))
    assert "unread" not in read(ana, page)[1]


@pytest.mark.django_db(transaction=True)
def test_after_a_change_no_reader_sees_the_old_page(guide, page, others):
    read(signed_in(others[0]), page)
    publishing.revise(guide, version=guide.version, by=UserFactory(official_of="US"), title_en="Ship lanterns")
    assert "Ship lanterns" in read(signed_in(others[1]), page)[1]


def test_officials_get_their_own_page_with_what_they_may_do(page, others):
    read(signed_in(others[0]), page)
    official = signed_in(UserFactory(official_of="US"))
    assert "Keep this resource" in read(official, page)[1]
    assert "Keep this resource" not in read(signed_in(others[1]), page)[1]


def test_language_zone_and_theme_are_pages_of_their_own(page, others):
    others[1].time_zone = "Asia/Taipei"
    others[1].save()
    read(signed_in(others[0]), page)
    assert "Taipei" in read(signed_in(others[1]), page)[1]
    dark = signed_in(others[0])
    dark.cookies["theme"] = "dark"
    assert 'data-theme="dark"' in read(dark, page)[1]
    assert 'data-theme="dark"' not in read(signed_in(others[0]), page)[1]


def test_a_message_for_her_is_shown_once_and_to_nobody_else(guide, page, others):
    ana, mei = (signed_in(user) for user in others)
    read(mei, page)
    answer = ana.post(reverse("resources:resource-keep", args=[guide.slug]), {"to": "add", "next": page})
    assert answer.status_code == 302
    said = read(ana, page)[1]
    assert 'class="page__messages"' in said
    assert 'class="page__messages"' not in read(ana, page)[1]
    assert 'class="page__messages"' not in read(mei, page)[1]


def test_a_draft_of_hers_is_no_shared_page(us, others):
    draft = ResourceFactory(title_en="Not yet")
    page = reverse("resources:resource-detail", args=[draft.slug])
    official = UserFactory(official_of="US")
    assert signed_in(others[0]).get(page).status_code == 404
    assert signed_in(official).get(page).status_code == 200
    assert signed_in(others[0]).get(page).status_code == 404


def test_without_the_cache_every_reader_gets_a_page_made_for_her(settings, page, others):
    settings.CACHES = {"default": {"BACKEND": "portal.rediscache.RedisCache", "LOCATION": "redis://127.0.0.1:1"}}
    assert "Mei Lin" in read(signed_in(others[1]), page)[1]


def test_no_author_can_write_a_hole():
    assert all(len(memberpages.hole(name)) > 40 for name in ("name", "csrf_token", "own_places", "own_notice"))
