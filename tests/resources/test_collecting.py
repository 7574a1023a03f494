import threading

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from resources import collecting, permissions
from resources.models import Collection, CollectionItem, Resource
from tests.factories.accounts import UserFactory, join
from tests.factories.resources import ResourceFactory

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"resources:{name}", args=args)


def titles(collection):
    return [item.resource.title for item in collection.items.select_related("resource")]


@pytest.fixture
def trio(sme):
    """Her list with A, B and C on it."""
    collection = collecting.start(title="Food to Mexico", by=sme)
    for title in "ABC":
        collecting.add(collection, ResourceFactory(published=True, title_en=title), by=sme)
    return collection


# --- Making a list ----------------------------------------------------------------------------


def test_one_click_begins_my_list_and_adds_to_it(sme):
    resource = ResourceFactory(published=True)
    collecting.keep(resource, by=sme)
    collecting.keep(resource, by=sme)
    collecting.keep(ResourceFactory(published=True), by=sme)
    collection = Collection.objects.get()
    assert (collection.title, collection.owner, collection.items.count()) == ("My list", sme, 2)
    assert not collection.is_shared


def test_a_list_may_be_an_organizations_and_all_its_people_keep_it(chamber):
    body = chamber.active_memberships[0].organization
    colleague = UserFactory()
    join(colleague, body, role="member")
    collection = collecting.start(title="For our members", by=chamber, organization=body)
    collecting.add(collection, ResourceFactory(published=True), by=colleague)
    assert list(Collection.objects.visible_to(colleague)) == [collection]


def test_nobody_begins_a_list_for_an_organization_she_does_not_belong_to(sme, chamber):
    body = chamber.active_memberships[0].organization
    with pytest.raises(PermissionDenied):
        collecting.start(title="Theirs", by=sme, organization=body)


def test_a_list_needs_a_name(sme):
    with pytest.raises(ValidationError):
        collecting.start(title="  ", by=sme)


def test_fifty_lists_and_no_more(sme):
    Collection.objects.bulk_create(Collection(owner=sme, title=str(n)) for n in range(collecting.MOST_LISTS))
    with pytest.raises(ValidationError) as refusal:
        collecting.start(title="One more", by=sme)
    assert refusal.value.code == "full"


def test_two_hundred_resources_and_no_more(sme):
    collection = collecting.start(title="Long", by=sme)
    publisher = ResourceFactory(published=True).publisher
    rows = Resource.objects.bulk_create(
        Resource(slug=f"r{n}", kind="guide", publisher=publisher, title_en=str(n)) for n in range(collecting.MOST_ITEMS)
    )
    CollectionItem.objects.bulk_create(CollectionItem(collection=collection, resource=row) for row in rows)
    with pytest.raises(ValidationError) as refusal:
        collecting.add(collection, ResourceFactory(published=True), by=sme)
    assert refusal.value.code == "full"
    # What is on it already is no addition.
    assert collecting.add(collection, rows[0], by=sme).resource_id == rows[0].pk


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_list_with_one_item(sme):
    resource = ResourceFactory(published=True)
    begin = threading.Barrier(2)
    failures = []

    def click():
        begin.wait()
        try:
            collecting.keep(resource, by=sme)
        except Exception as failure:  # noqa: BLE001 -- shown by the assertion below
            failures.append(failure)
        finally:
            connection.close()

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert failures == []
    assert Collection.objects.count() == CollectionItem.objects.count() == 1


# --- Keeping it -------------------------------------------------------------------------------


def test_items_change_places_and_stop_at_the_ends(sme, trio):
    a, b, c = trio.items.all()
    collecting.move_item(c, up=True, by=sme)
    assert titles(trio) == ["A", "C", "B"]
    collecting.move_item(a, up=True, by=sme)
    collecting.move_item(b, up=False, by=sme)
    assert titles(trio) == ["A", "C", "B"]
    collecting.remove(trio, a.resource, by=sme)
    collecting.move_item(c, up=False, by=sme)
    assert titles(trio) == ["B", "C"]


def test_only_its_people_change_a_list(trio, outsider, administrator):
    item = trio.items.first()
    for stranger in (outsider, administrator):
        for verb in (
            lambda by: collecting.add(trio, ResourceFactory(published=True), by=by),
            lambda by: collecting.remove(trio, item.resource, by=by),
            lambda by: collecting.move_item(item, up=False, by=by),
            lambda by: collecting.annotate(item, note="Mine", by=by),
            lambda by: collecting.describe(trio, title="Mine", note="", by=by),
            lambda by: collecting.share(trio, by=by),
            lambda by: collecting.renew_link(trio, by=by),
            lambda by: collecting.unshare(trio, by=by),
            lambda by: collecting.delete(trio, by=by),
        ):
            with pytest.raises(PermissionDenied):
                verb(stranger)
    assert titles(trio) == ["A", "B", "C"]


def test_an_organizations_list_is_deleted_by_its_beginner_or_a_manager(chamber):
    body = chamber.active_memberships[0].organization
    member, beginner = UserFactory(), UserFactory()
    join(member, body, role="member")
    join(beginner, body, role="member")
    for who, may in ((member, False), (beginner, True), (chamber, True)):
        collection = collecting.start(title="Ours", by=beginner, organization=body)
        if may:
            collecting.delete(collection, by=who)
        else:
            with pytest.raises(PermissionDenied):
                collecting.delete(collection, by=who)
    assert Collection.objects.count() == 1


def test_an_organizations_list_outlives_the_account_of_who_began_it(chamber):
    organization, colleague = chamber.active_memberships[0].organization, UserFactory()
    join(colleague, organization, role="member")
    collection = collecting.start(title="For our members", by=chamber, organization=organization)
    collecting.add(collection, ResourceFactory(published=True), by=chamber)
    collecting.start(title="Only mine", by=chamber)
    chamber.delete()
    [left] = Collection.objects.all()
    assert (left.title, left.owner, left.items.count()) == ("For our members", None, 1)
    assert list(Collection.objects.visible_to(colleague)) == [left]
    assert collecting.add(left, ResourceFactory(published=True), by=colleague).position == 1
    assert not permissions.can_delete_list(colleague, left)
    assert not permissions.can_delete_list(AnonymousUser(), left)


def test_a_list_is_always_somebodys(sme):
    collection = collecting.start(title="Mine", by=sme)
    with pytest.raises(IntegrityError), transaction.atomic():
        Collection.objects.filter(pk=collection.pk).update(owner=None)
    assert Collection.objects.get() == collection


def test_who_left_the_organization_keeps_its_lists_no_longer(chamber):
    body = chamber.active_memberships[0].organization
    collection = collecting.start(title="Ours", by=chamber, organization=body)
    chamber.memberships.update(status="ended")
    chamber.forget_memberships()
    assert not Collection.objects.visible_to(chamber).exists()
    with pytest.raises(PermissionDenied):
        collecting.describe(collection, title="Taken", note="", by=chamber)


# --- Its pages --------------------------------------------------------------------------------


def test_the_pages_of_a_list_belong_to_its_people(client, trio, sme, outsider):
    client.force_login(outsider)
    assert client.get(url("collection-detail", trio.pk)).status_code == 404
    client.force_login(sme)
    text = client.get(url("collection-detail", trio.pk)).text
    assert text.index(">A</a>") < text.index(">B</a>") < text.index(">C</a>")
    assert "Only you see this list." in text


def test_the_order_is_changed_by_buttons_without_javascript(client, trio, sme):
    client.force_login(sme)
    c = trio.items.last()
    response = client.post(url("collection-item-move", trio.pk, c.pk), {"to": "up"})
    assert response["Location"] == url("collection-detail", trio.pk)
    assert titles(trio) == ["A", "C", "B"]


def test_an_item_is_reached_only_through_its_own_list(client, trio, sme):
    other = collecting.start(title="Other", by=sme)
    client.force_login(sme)
    item = trio.items.first()
    assert client.post(url("collection-item-remove", other.pk, item.pk)).status_code == 404
    assert len(titles(trio)) == 3


def test_a_note_stands_beside_its_resource(client, trio, sme):
    client.force_login(sme)
    item = trio.items.first()
    client.post(url("collection-item-note", trio.pk, item.pk), {"note": "Read page two <first>."})
    assert "Read page two &lt;first&gt;." in client.get(url("collection-detail", trio.pk)).text
    response = client.post(url("collection-item-note", trio.pk, item.pk), {"note": "x" * 301}, follow=True)
    assert "at most 300 characters" in response.text


def test_a_list_is_named_described_and_deleted(client, trio, sme):
    client.force_login(sme)
    client.post(url("collection-edit", trio.pk), {"title": "Labels", "note": "For the team."})
    assert "For the team." in client.get(url("collection-detail", trio.pk)).text
    assert client.get(url("collection-delete", trio.pk)).status_code == 200
    assert Collection.objects.exists()
    client.post(url("collection-delete", trio.pk))
    assert not Collection.objects.exists()


def test_a_list_page_costs_the_same_for_one_resource_and_for_three(client, trio, sme):
    client.force_login(sme)
    costs = []
    for _ in range(2):
        client.get(url("collection-detail", trio.pk))
        with CaptureQueriesContext(connection) as queries:
            client.get(url("collection-detail", trio.pk))
        costs.append(len(queries))
        trio.items.exclude(position=0).delete()
    assert costs[0] == costs[1]


def test_from_a_resource_she_chooses_lists_and_begins_one(client, trio, sme):
    resource = ResourceFactory(published=True, title_en="D")
    client.force_login(sme)
    page = url("resource-lists", resource.slug)
    assert "Food to Mexico" in client.get(page).text
    response = client.post(page, {"lists": [trio.pk], "new": "Second"})
    assert response["Location"] == resource.get_absolute_url()
    assert {c.title for c in resource.collections.all()} == {"Food to Mexico", "Second"}
    client.post(page, {"lists": []})
    assert not resource.collections.exists()


def test_nobody_puts_a_resource_on_a_strangers_list(client, trio, outsider):
    client.force_login(outsider)
    response = client.post(url("resource-lists", ResourceFactory(published=True).slug), {"lists": [trio.pk]})
    assert response.status_code in {200, 302}
    assert titles(trio) == ["A", "B", "C"]


# --- The button -------------------------------------------------------------------------------


def test_a_visitor_is_asked_to_sign_in_and_comes_back_to_the_same_place(client):
    resource = ResourceFactory(published=True)
    listed = client.get(url("resource-list") + "?kind=guide").text
    assert f'href="{url("resource-lists", resource.slug)}?next=%2Fen%2Fresources%2F%3Fkind%3Dguide"' in listed
    assert "csrfmiddlewaretoken" not in listed
    response = client.get(url("resource-lists", resource.slug) + "?next=/en/resources/%3Fkind%3Dguide")
    assert response["Location"].startswith(reverse("account_login"))
    person = UserFactory()
    client.force_login(person)
    response = client.post(
        url("resource-lists", resource.slug), {"new": "My list", "next": "/en/resources/?kind=guide"}
    )
    assert response["Location"] == "/en/resources/?kind=guide"
    assert list(resource.collections.values_list("owner", flat=True)) == [person.pk]


def test_the_button_adds_and_removes_without_javascript(client, sme):
    resource = ResourceFactory(published=True)
    client.force_login(sme)
    assert "Add to my list" in client.get(url("resource-detail", resource.slug)).text
    there = url("resource-list")
    response = client.post(url("resource-keep", resource.slug), {"to": "add", "next": there})
    assert response["Location"] == there
    assert "Remove from my list" in client.get(there).text
    client.post(url("resource-keep", resource.slug), {"to": "remove"})
    assert "Add to my list" in client.get(there).text


def test_htmx_gets_the_button_alone(client, sme):
    resource = ResourceFactory(published=True)
    client.force_login(sme)
    response = client.post(
        url("resource-keep", resource.slug), {"to": "add", "wide": "1"}, headers={"HX-Request": "true"}
    )
    assert response.text.strip().startswith("<form")
    assert "Remove from my list" in response.text
    assert 'name="wide"' in response.text


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil"])
def test_the_way_back_leads_to_our_own_pages_alone(client, sme, to):
    resource = ResourceFactory(published=True)
    client.force_login(sme)
    response = client.post(url("resource-keep", resource.slug), {"next": to})
    assert response["Location"] == resource.get_absolute_url()


def test_a_draft_is_kept_by_nobody_who_cannot_see_it(client, sme):
    client.force_login(sme)
    assert client.post(url("resource-keep", ResourceFactory().slug)).status_code == 404


def test_the_buttons_of_a_page_cost_one_query(client, sme):
    client.force_login(sme)
    costs = []
    for _ in range(2):
        ResourceFactory(published=True)
        client.get(url("resource-list"))
        with CaptureQueriesContext(connection) as queries:
            client.get(url("resource-list"))
        costs.append(sum("resources_collectionitem" in query["sql"] for query in queries))
    assert costs == [1, 1]


# --- Shared by a link -------------------------------------------------------------------------


def test_the_link_is_closed_until_the_list_is_shared(client, trio, sme):
    link = url("collection-shared", trio.token)
    assert client.get(link).status_code == 404
    collecting.share(trio, by=sme)
    response = client.get(link)
    assert response.status_code == 200
    assert "noindex" in response["X-Robots-Tag"]
    assert 'content="noindex, nofollow"' in response.text
    assert "no-cache" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "no-referrer"


def test_a_shared_list_names_no_person(client, trio, sme):
    collecting.share(trio, by=sme)
    text = client.get(url("collection-shared", trio.token)).text
    assert sme.full_name not in text
    assert sme.email not in text


def test_a_new_link_ends_the_old_one_and_so_does_closing(client, trio, sme):
    collecting.share(trio, by=sme)
    first = trio.token
    second = collecting.renew_link(trio, by=sme).token
    assert client.get(url("collection-shared", first)).status_code == 404
    assert client.get(url("collection-shared", second)).status_code == 200
    collecting.unshare(trio, by=sme)
    third = collecting.share(trio, by=sme).token
    assert len({first, second, third}) == 3
    assert client.get(url("collection-shared", second)).status_code == 404
    assert client.get(url("collection-shared", third)).status_code == 200


def test_a_withdrawn_resource_leaves_a_gap_and_nothing_of_itself(client, sme, official):
    collection = collecting.start(title="Shared", by=sme)
    secret = ResourceFactory(archived=True, title_en="Withdrawn title", summary_en="Withdrawn summary.")
    collecting.add(collection, secret, by=sme, note="About the withdrawn one")
    collecting.share(collection, by=sme)
    for reader in (None, official):  # officials read drafts elsewhere, not through a link
        if reader:
            client.force_login(reader)
        text = client.get(url("collection-shared", collection.token)).text
        assert "This resource is no longer published." in text
        for word in ("Withdrawn title", "Withdrawn summary", "About the withdrawn one", secret.slug, secret.url):
            assert word not in text


def test_a_shared_list_reads_in_the_readers_language(client, sme):
    collection = collecting.start(title="Shared", by=sme)
    collecting.add(collection, ResourceFactory(published=True, title_es="Guía", summary_es="Resumen."), by=sme)
    collecting.share(collection, by=sme)
    assert "Guía" in client.get(f"/es/resources/shared/{collection.token}/").text


@pytest.mark.parametrize("token", ["x", "0", "a" * 500, "%00", "é"])
def test_a_guessed_link_leads_nowhere(client, token):
    assert client.get(f"/en/resources/shared/{token}/").status_code == 404


@pytest.mark.parametrize("to", ["", "nonsense", "\0"])
def test_an_unknown_thing_to_do_with_the_link_does_nothing(client, trio, sme, to):
    client.force_login(sme)
    assert client.post(url("collection-share", trio.pk), {"to": to}).status_code == 302
    trio.refresh_from_db()
    assert not trio.is_shared
