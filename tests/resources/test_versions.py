"""What the history of a resource keeps, how two versions compare, and what brings one back."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from reversion.models import Revision, Version

from portal.activity.log import timeline
from resources import differing, publishing, restoring, scheduling, versions
from resources.comparing import compare
from resources.models import Resource, Translation
from tests.factories.accounts import UserFactory
from tests.factories.reference import agreement, sector, topic
from tests.factories.resources import ResourceFactory, texts

pytestmark = pytest.mark.django_db


def history(resource):
    return [versions.past(row) for row in versions.of(resource)]


def url(name, *args):
    return reverse(f"resources:resource-{name}", args=args)


@pytest.fixture
def guide(official):
    """Drafted, then changed twice: three versions, newest first."""
    resource = publishing.draft(by=official, **texts(title_es="Aranceles", summary_es="Lo que se paga."))
    resource = publishing.revise(
        resource, version=1, by=official, title_en="How duties are set now", audiences=["youth"]
    )
    return publishing.revise(resource, version=2, by=official, topics=[topic("taxation")], kind="tool")


# --- What is kept --------------------------------------------------------------------------------


def test_each_verb_that_changes_content_leaves_one_version(official, colleague, guide):
    assert [(one.number, one.verb, one.by) for one in history(guide)] == [
        (3, "revised", official),
        (2, "revised", official),
        (1, "drafted", official),
    ]
    resource = publishing.submit(guide, by=official)
    publishing.withdraw(publishing.publish(resource, by=colleague), reason="It has ended.", by=colleague)
    assert Revision.objects.count() == 3


def test_a_version_has_the_relations_of_its_time(guide, official):
    food, deal = sector(), agreement()
    publishing.revise(guide, version=3, by=official, sectors=[food], agreements=[deal])
    now, before, *_older = history(guide)
    assert (now.content["sectors"], now.content["agreements"]) == ([food.pk], [deal.pk])
    assert (before.content["sectors"], before.content["agreements"]) == ([], [])
    assert versions.changed(before, now) == ["agreements", "sectors"]


def test_saving_without_a_change_leaves_no_version(guide, official):
    publishing.revise(guide, version=3, by=official, title_en="How duties are set now")
    assert len(history(guide)) == 3


def test_a_refused_change_leaves_no_version(official):
    resource = ResourceFactory()
    with pytest.raises(ValidationError):
        publishing.revise(resource, version=1, by=official, title_en="")
    assert not Version.objects.exists()


def test_what_was_loaded_has_no_version_until_its_first_change_keeps_both(official):
    resource = ResourceFactory(published=True, title_en="As loaded")
    assert not Version.objects.exists()
    publishing.revise(resource, version=1, by=official, title_en="Changed here")
    now, loaded = history(resource)
    assert (loaded.is_baseline, loaded.by, loaded.content["title_en"]) == (True, None, "As loaded")
    assert (now.by, now.content["title_en"]) == (official, "Changed here")


def test_a_change_outside_the_verbs_is_kept_before_the_next_one_hides_it(guide, official):
    Resource.objects.filter(pk=guide.pk).update(url="https://www.example.gov/assigned")
    publishing.revise(guide, version=3, by=official, title_en="Another")
    now, outside, before, *_older = history(guide)
    assert outside.is_baseline
    assert versions.changed(before, outside) == ["url"]
    assert versions.changed(outside, now) == ["title_en"]


def test_a_closed_account_leaves_its_versions(guide, official):
    second = UserFactory(full_name="Gone Soon")
    Revision.objects.update(user=second)
    second.delete()
    assert {one.by for one in history(guide)} == {None}
    assert not any(one.is_baseline for one in history(guide))


# --- Comparing -----------------------------------------------------------------------------------


def marked(found):
    return [(piece.kind, piece.text) for piece in found if piece.kind != "same"]


def test_words_that_differ_are_marked_and_no_others():
    found = differing.pieces("Begin with the tariff heading.\nThen pay.", "Begin with the HS heading.\nThen pay.")
    assert marked(found) == [("removed", "tariff"), ("added", "HS")]


def test_han_is_compared_sign_by_sign():
    found = differing.pieces("進口關稅如何訂定", "出口關稅如何訂定")
    assert marked(found) == [("removed", "進"), ("added", "出")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("", "New"),
        ("Old", ""),
        ("a\r\nb", "a\nb"),
        ("  two  blanks", " two blanks"),
        ("Don’t <b>", "Do & don’t"),
        ("關稅 2027 年 ABC關", "關稅 2028 年 ABD關"),
    ],
)
def test_both_texts_can_be_read_from_what_was_compared(before, after):
    found = differing.pieces(before, after)
    assert "".join(piece.text for piece in differing.earlier(found)) == before
    assert "".join(piece.text for piece in differing.later(found)) == after


@pytest.mark.parametrize("unit", ["的", "一的", "tax ", "a\n", "duty tax, "])
@pytest.mark.timeout(20)
def test_the_longest_texts_are_compared_in_time(unit):
    before = (unit * 20_000)[:20_000]
    after = ("x" + unit * 20_000)[:20_000]
    found = differing.pieces(before, after)
    assert "".join(piece.text for piece in differing.later(found)) == after


def test_a_comparison_names_what_differs_in_the_readers_words(guide, official):
    now, _middle, first = history(guide)
    found = compare(first, now)
    assert [part.language for part in found.languages] == ["en"]
    [title] = found.languages[0].texts
    assert marked(title.after) == [("added", " now")]
    facts = {sides.label: ([p.text for p in sides.before], [p.text for p in sides.after]) for sides in found.facts}
    assert facts["Kind"] == (["Guide"], ["Tool"])
    assert facts["For whom"] == ([], ["Young entrepreneurs"])
    assert set(facts) == {"Kind", "For whom", "Topics"}


def test_a_topic_that_is_gone_since_is_said_to_be_unknown(guide):
    now, before, *_older = history(guide)
    gone = topic("taxation")
    guide.topics.clear()
    gone.delete()
    [topics] = [sides for sides in compare(before, now).facts if sides.label == "Topics"]
    assert [piece.text for piece in topics.after] == ["no longer known"]


# --- Bringing one back ---------------------------------------------------------------------------


def test_restoring_brings_texts_and_tags_back_as_a_new_version(guide, official):
    first = history(guide)[-1]
    resource = restoring.restore(guide, first, version=3, by=official)
    resource.refresh_from_db()
    assert (resource.version, resource.title_en, resource.kind, resource.audiences) == (
        4, "How duties are set", "guide", [],
    )  # fmt: skip
    assert set(resource.topics.all()) == {topic()}
    assert [one.verb for one in history(resource)] == ["restored", "revised", "revised", "drafted"]
    assert timeline(resource)[0].verb == "restored"


def test_restoring_what_stands_there_changes_nothing(guide, official):
    restoring.restore(guide, history(guide)[0], version=3, by=official)
    assert len(history(guide)) == 3


def test_a_translation_is_as_current_as_it_was_then(guide, official):
    # The second version's Spanish was made from the first English: stale. Then it was brought up to date.
    resource = publishing.revise(guide, version=3, by=official, title_es="Aranceles de hoy")
    assert resource.translations.get().source_version == resource.source_version
    stale, first = history(resource)[2], history(resource)[3]
    resource = restoring.restore(resource, stale, version=4, by=official)
    assert resource.translations.get().source_version < resource.source_version
    resource = restoring.restore(resource, first, version=resource.version, by=official)
    assert resource.translations.get().source_version == resource.source_version


def test_a_translation_that_was_the_portals_is_the_portals_again(official):
    resource = ResourceFactory(title_es="Aranceles", summary_es="Lo que se paga.")
    Translation.objects.create(resource=resource, language="es", origin="portal")
    resource = publishing.revise(resource, version=1, by=official, title_es="Derechos")
    resource = restoring.restore(resource, history(resource)[1], version=2, by=official)
    assert (resource.title_es, resource.translations.get().origin) == ("Aranceles", "portal")


def test_restoring_in_review_never_bypasses_the_reviewer(guide, official, colleague):
    resource = publishing.submit(guide, by=official)
    resource = restoring.restore(resource, history(resource)[-1], version=3, by=colleague, seen="in_review")
    assert (resource.status, resource.submitted_by) == ("in_review", colleague)
    with pytest.raises(ValidationError) as refusal:
        publishing.publish(resource, by=colleague)
    assert refusal.value.code == "own_text"


def test_restoring_ends_an_approval(guide, official, colleague):
    resource = publishing.submit(guide, by=official)
    resource = scheduling.schedule(resource, publish_at=timezone.now() + dt.timedelta(hours=1), by=colleague)
    resource = restoring.restore(resource, history(resource)[-1], version=3, by=official)
    assert (resource.publish_at, resource.approved_by) == (None, None)


def test_what_is_withdrawn_is_not_restored(guide, official):
    resource = publishing.withdraw(guide, reason="It has ended.", by=official)
    with pytest.raises(ValidationError) as refusal:
        restoring.restore(resource, history(resource)[-1], version=3, by=official)
    assert refusal.value.code == "illegal_move"


def test_a_publisher_that_is_not_hers_to_give_is_not_restored_by_her(official, agency):
    resource = ResourceFactory(publisher=agency)
    resource = publishing.revise(resource, version=1, by=official, title_en="New")
    earlier = history(resource)[1]
    agency.status = "pending"
    agency.save(update_fields=["status"])
    official.forget_memberships()
    with pytest.raises(PermissionDenied):
        restoring.restore(resource, earlier, version=2, by=official)


@pytest.mark.django_db(transaction=True)
def test_of_a_restoration_and_an_edit_at_once_one_is_told_that_the_other_was_quicker(official, colleague):
    resource = publishing.draft(by=official, **texts())
    resource = publishing.revise(resource, version=1, by=official, title_en="Second")
    first = history(resource)[-1]
    start = threading.Barrier(2)

    def do(verb):
        start.wait()
        try:
            return verb()
        except ValidationError as refusal:
            return refusal.code
        finally:
            connection.close()

    jobs = [
        lambda: restoring.restore(resource, first, version=2, by=official).version,
        lambda: publishing.revise(resource, version=2, by=colleague, title_en="Third").version,
    ]
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(do, jobs), key=str) == [3, "changed_meanwhile"]
    assert len(history(resource)) == 3


# --- Pages ---------------------------------------------------------------------------------------


def test_the_page_of_versions_says_who_when_and_what(client, official, colleague, guide):
    resource = publishing.publish(publishing.submit(guide, by=official), by=colleague)
    client.force_login(official)
    text = client.get(url("versions", resource.slug)).text
    assert "Olivia Official" in text
    assert "Kind, topics" in text or "Kind, Topics" in text
    assert text.count("Compare with the one before") == 2
    assert "Published" in text


def test_two_versions_stand_side_by_side_with_marks_that_can_be_heard(client, official, guide):
    now, _middle, first = history(guide)
    client.force_login(official)
    response = client.get(url("compare", guide.slug), {"from": first.pk, "to": now.pk})
    assert '<ins class="difference__added"><span class="visually-hidden">added, begin </span> now' in response.text
    swapped = client.get(url("compare", guide.slug), {"from": now.pk, "to": first.pk})
    assert swapped.context["before"].pk == first.pk
    assert client.get(url("compare", guide.slug), {"from": first.pk}).context["after"].pk == now.pk


def test_hostile_text_is_only_text_when_it_is_compared(client, official, guide):
    publishing.revise(guide, version=3, by=official, body_en="<script>alert(1)</script>")
    client.force_login(official)
    text = client.get(url("compare", guide.slug), {"from": history(guide)[-1].pk}).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text.replace("&lt;</ins>", "&lt;")


@pytest.mark.parametrize("given", [{"from": ""}, {"from": "x"}, {"from": "9" * 40}, {"from": "9" * 18}, {"from": "-1"}])
def test_a_version_that_does_not_exist_is_not_found(client, official, guide, given):
    client.force_login(official)
    assert client.get(url("compare", guide.slug), given).status_code == 404


def test_another_resources_version_is_not_found(client, official, guide):
    other = publishing.draft(by=official, **texts())
    client.force_login(official)
    foreign = history(other)[0].pk
    assert client.get(url("compare", guide.slug), {"from": foreign}).status_code == 404
    assert client.post(url("restore", guide.slug, foreign), {"version": 3}).status_code == 404


def test_a_version_is_restored_from_its_page_and_a_stale_page_restores_nothing(client, official, colleague, guide):
    first = history(guide)[-1]
    client.force_login(official)
    page = client.get(url("compare", guide.slug), {"from": first.pk})
    assert 'name="version" value="3"' in page.text
    publishing.revise(guide, version=3, by=colleague, title_en="Hers")
    response = client.post(url("restore", guide.slug, first.pk), {"version": 3, "seen": "draft"})
    assert response.status_code == 409
    assert "Carla Colleague saved a change" in response.text
    response = client.post(url("restore", guide.slug, first.pk), {"version": 4, "seen": "draft"}, follow=True)
    assert "That version is back, as a new one." in response.text
    assert Resource.objects.get().title_en == "How duties are set"


@pytest.mark.parametrize("name", ["versions", "compare"])
@pytest.mark.parametrize("person", [None, "sme", "official_mx", "administrator", "official"])
def test_only_those_who_keep_it_see_its_versions(request, client, official, colleague, name, person):
    resource = publishing.revise(ResourceFactory(published=True), version=1, by=official, title_en="New")
    if person:
        client.force_login(request.getfixturevalue(person))
    expected = {None: 302, "official": 200}.get(person, 403)
    response = client.get(url(name, resource.slug), {"from": history(resource)[-1].pk})
    assert response.status_code == expected


def test_the_administrator_who_reviews_for_a_lone_official_sees_what_changed(client, official, administrator, guide):
    client.force_login(administrator)
    assert client.get(url("versions", guide.slug)).status_code == 403
    publishing.submit(guide, by=official)
    assert client.get(url("versions", guide.slug)).status_code == 200
    first = history(guide)[-1]
    assert client.post(url("restore", guide.slug, first.pk), {"version": 3}).status_code == 403


@pytest.mark.parametrize("page", ["0", "-1", "abc", "9999999"])
def test_odd_page_numbers_show_a_page(client, official, guide, page):
    client.force_login(official)
    assert client.get(url("versions", guide.slug), {"page": page}).status_code == 200
    assert client.get(url("versions", ResourceFactory().slug), {"page": page}).status_code == 200


def test_the_page_of_versions_costs_the_same_for_three_and_for_nine(client, official, guide):
    client.force_login(official)
    costs = []
    for count in (3, 9):
        while (version := Resource.objects.get().version) < count:
            publishing.revise(guide, version=version, by=official, title_en=f"Number {version}")
        client.get(url("versions", guide.slug))
        with CaptureQueriesContext(connection) as queries:
            client.get(url("versions", guide.slug))
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_many_versions_come_in_pages_and_the_last_of_a_page_knows_the_one_before(client, official):
    resource = publishing.draft(by=official, **texts())
    for version in range(1, 22):
        resource = publishing.revise(resource, version=version, by=official, title_en=f"Number {version}")
    client.force_login(official)
    entries = client.get(url("versions", resource.slug)).context["entries"]
    assert len(entries) == 20
    assert entries[-1]["changed"] == ["Title (English)"]
    rest = client.get(url("versions", resource.slug), {"page": 2}).context["entries"]
    assert [entry["version"].number for entry in rest] == [2, 1]
    assert rest[-1]["before"] is None
