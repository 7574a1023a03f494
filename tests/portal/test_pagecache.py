"""Public pages are kept for visitors, and nobody sees one from before a change."""

import threading

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from redis.exceptions import ConnectionError as RedisAway

from portal import pagecache
from resources import publishing
from resources.models import Resource
from tests.factories.accounts import UserFactory
from tests.factories.reference import topic
from tests.factories.resources import ResourceFactory


@pytest.fixture(autouse=True)
def pages_are_kept(settings):
    settings.PAGE_CACHE_SECONDS = 60
    cache.clear()


@pytest.fixture
def guide(us):
    return ResourceFactory(published=True, title_en="Ship lamps", topics=[topic()])


@pytest.fixture
def page(guide):
    return reverse("resources:resource-detail", args=[guide.slug])


def queries(client, url, **headers):
    with CaptureQueriesContext(connection) as found:
        response = client.get(url, **headers)
    assert response.status_code == 200
    return len(found), response


def test_the_second_visitor_costs_no_query(page):
    first, _response = queries(Client(), page)
    second, response = queries(Client(), page)
    assert first > 0
    assert second == 0
    assert "Ship lamps" in response.content.decode()


def test_the_kept_page_is_the_page_with_its_headers(page):
    _count, made = queries(Client(), page)
    _count, kept = queries(Client(), page)
    assert kept.content == made.content
    for name in ("Content-Type", "Content-Security-Policy", "Content-Language", "X-Frame-Options"):
        assert kept.get(name) == made.get(name), name


def test_a_browser_that_can_gets_it_compressed(page):
    queries(Client(), page)
    count, response = queries(Client(), page, headers={"Accept-Encoding": "gzip"})
    assert count == 0
    assert response["Content-Encoding"] == "gzip"
    assert response.content[:2] == b"\x1f\x8b"


@pytest.mark.django_db(transaction=True)
def test_after_a_verb_every_visitor_sees_the_change(guide, page):
    official = UserFactory(official_of="US")
    queries(Client(), page)
    publishing.revise(guide, version=guide.version, by=official, title_en="Ship lanterns")
    _count, response = queries(Client(), page)
    assert "Ship lanterns" in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_withdrawn_resource_is_gone_at_once(guide, page):
    official = UserFactory(official_of="US")
    queries(Client(), page)
    publishing.withdraw(guide, reason="Out of date.", by=official)
    assert Client().get(page).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_ends_nothing(guide, page):
    queries(Client(), page)
    with transaction.atomic():
        pagecache.changed()
        transaction.set_rollback(True)
    count, _response = queries(Client(), page)
    assert count == 0


@pytest.mark.django_db(transaction=True)
def test_a_page_made_while_something_changed_is_not_shown_afterwards(guide, page):
    """The view has read the old text when the change commits; its page is stored, and must not be found."""
    has_read, may_finish = threading.Event(), threading.Event()

    def slow(request):
        response = Client().get(page)
        has_read.set()
        may_finish.wait(10)
        return kept_page(response.content)

    request = RequestFactory().get(page + "?slow")
    middleware = pagecache.PageCacheMiddleware(slow)

    def ask():
        try:
            middleware(request)
        finally:
            connection.close()

    reader = threading.Thread(target=ask)
    reader.start()
    assert has_read.wait(10)
    publishing.revise(guide, version=guide.version, by=UserFactory(official_of="US"), title_en="Ship lanterns")
    may_finish.set()
    reader.join(10)
    _count, response = queries(Client(), page + "?slow")
    assert "Ship lanterns" in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_topic_renamed_by_an_administrator_is_renamed_for_visitors(guide, page, administrator):
    queries(Client(), page)
    row = guide.topics.get()
    client = Client()
    client.force_login(administrator)
    address = reverse("admin:reference_topic_change", args=[row.pk])
    filled = client.get(address).context["adminform"].form
    values = {bound.html_name: bound.value() for bound in filled}
    values = {name: "" if value is None else value for name, value in values.items()}
    answer = client.post(address, values | {"label_en": "Border matters"})
    assert answer.status_code == 302, answer.context["adminform"].errors
    _count, response = queries(Client(), page)
    assert "Border matters" in response.content.decode()


def test_signed_in_people_get_their_own_page(page, sme):
    queries(Client(), page)
    client = Client()
    client.force_login(sme)
    count, response = queries(client, page)
    assert count > 0
    assert reverse("account_logout") in response.content.decode()


def test_what_a_signed_in_person_saw_is_not_kept_for_visitors(page, sme):
    client = Client()
    client.force_login(sme)
    queries(client, page)
    count, response = queries(Client(), page)
    assert count > 0
    assert reverse("account_logout") not in response.content.decode()


@pytest.mark.parametrize(
    ("cookies", "headers"),
    [({"theme": "dark"}, {}), ({"time_zone": "Asia/Taipei"}, {}), ({}, {"HX-Request": "true", "HX-Target": "results"})],
)
def test_theme_zone_and_fragment_are_pages_of_their_own(page, cookies, headers):
    queries(Client(), page)
    client = Client()
    client.cookies.load(cookies)
    assert queries(client, page, headers=headers)[0] > 0
    assert queries(client, page, headers=headers)[0] == 0


def test_inventing_zones_and_themes_makes_no_new_pages(page):
    queries(Client(), page)
    client = Client()
    client.cookies.load({"time_zone": "Nowhere/Atlantis"})
    assert queries(client, page)[0] == 0


def test_a_missing_page_is_not_kept(us):
    url = reverse("resources:resource-detail", args=["nothing"])
    assert Client().get(url).status_code == 404
    Resource.objects.all().delete()
    ResourceFactory(published=True, slug="nothing")
    assert Client().get(url).status_code == 200


def test_a_page_that_sets_a_cookie_is_not_kept(rf):
    def view(request):
        response = kept_page()
        response.set_cookie("csrftoken", "secret")
        return response

    middleware = pagecache.PageCacheMiddleware(view)
    middleware(rf.get("/en/x/"))
    assert "csrftoken" in middleware(rf.get("/en/x/")).cookies


def test_very_long_addresses_are_made_anew_each_time(rf):
    made = []

    def view(request):
        made.append(request)
        return kept_page()

    middleware = pagecache.PageCacheMiddleware(view)
    for _time in range(2):
        middleware(rf.get("/en/x/", {"words": "a" * 500}))
    assert len(made) == 2


def test_without_the_cache_pages_are_made_anew(settings, page):
    settings.CACHES = {
        "default": {
            "BACKEND": "portal.rediscache.RedisCache",
            "LOCATION": "redis://127.0.0.1:1",
        }
    }
    with pytest.raises(RedisAway):
        cache.get("anything")
    for _time in range(2):
        assert queries(Client(), page)[0] > 0


def kept_page(body="kept"):
    response = HttpResponse(body)
    response.is_kept_for_visitors = True
    return response
