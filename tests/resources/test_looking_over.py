"""What is changed in public waits until somebody else has looked it over."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.db.utils import IntegrityError
from django.urls import reverse
from django.utils import timezone

from portal.activity.log import timeline
from portal.notifications.delivery import deliver_due
from portal.notifications.models import Notification
from resources import (
    assigning,
    desk,
    looking_over,
    mending,
    people,
    permissions,
    publishing,
    reminding,
    restoring,
    translating,
    unloading,
    unseen,
    versions,
)
from resources.models import LinkCheck, Resource
from resources.unpacking import unpack
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.focal import FocalPointFactory
from tests.factories.reference import economy, sector, topic
from tests.factories.resources import ResourceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def guide(agency):
    return ResourceFactory(published=True, publisher=agency, title_en="As published", slug="guide")


@pytest.fixture
def changed(guide, official):
    return publishing.revise(guide, version=1, by=official, title_en="Changed in public")


@pytest.fixture
def third(agency):
    user = UserFactory(full_name="Tina Third")
    join(user, agency)
    return user


def fresh(resource):
    return Resource.objects.get(pk=resource.pk)


def waits(resource):
    row = fresh(resource)
    return row.unseen_since is not None


def told(kind):
    return sorted(str(row.recipient) for row in Notification.objects.filter(kind=f"resources/{kind}"))


def refused(verb, *args, **kwargs):
    with pytest.raises(ValidationError) as refusal:
        verb(*args, **kwargs)
    return refusal.value.code


def url(name, resource):
    return reverse(f"resources:resource-{name}", args=[resource.slug])


# --- What waits ----------------------------------------------------------------------------------


def test_a_change_of_what_is_published_is_public_at_once_and_waits(guide, changed, official, client):
    assert "Changed in public" in client.get(guide.get_absolute_url()).content.decode()
    assert (changed.seen_version, changed.version, changed.unseen_by) == (1, 2, [official.pk])
    assert list(Resource.objects.unseen()) == [guide]


def test_what_is_published_by_a_second_person_does_not_wait(official, colleague):
    draft = ResourceFactory(author=official, changed_by=official)
    row = publishing.revise(draft, version=1, by=official, title_en="Still a draft")
    assert not waits(row)
    row = publishing.publish(publishing.submit(row, by=official), by=colleague)
    assert (row.seen_version, row.version, row.unseen_since) == (2, 2, None)


@pytest.mark.parametrize(
    "change",
    [
        {"body_en": "Another text."},
        {"url": "https://www.example.gov/other"},
        {"audiences": ["youth"]},
        {"page_languages": ["es"]},
    ],
    ids=["text", "address", "audience", "languages"],
)
def test_texts_the_address_and_tags_wait(guide, official, change):
    publishing.revise(guide, version=1, by=official, **change)
    assert waits(guide)


def test_tags_of_the_reference_data_wait(guide, official):
    publishing.revise(guide, version=1, by=official, sectors=[sector()])
    assert waits(guide)


def test_a_translation_and_an_earlier_version_wait(guide, changed, official, colleague):
    looking_over.look_over(changed, by=colleague)
    row = translating.translate(
        guide, "es", version=2, by=official, origin="portal", title="Guía", summary="Lo que se paga.", body=""
    )
    assert waits(row)
    row = looking_over.look_over(row, by=colleague)
    first = versions.past(versions.of(row).last())
    assert waits(restoring.restore(row, first, version=row.version, by=official))


def test_an_address_that_the_link_checker_found_does_not_wait(guide, official):
    LinkCheck.objects.create(
        resource=guide, url=guide.url, moved_to="https://www.example.gov/new", due_at=timezone.now()
    )
    row = mending.accept_move(guide, to="https://www.example.gov/new", by=official)
    assert (row.version, row.seen_version, waits(row)) == (2, 2, False)
    row = publishing.revise(row, version=2, by=official, title_en="Changed in public")
    assert unseen.seen(row).content["url"] == "https://www.example.gov/new"


def test_a_publisher_that_an_administrator_assigns_does_not_wait(guide, changed, colleague, administrator):
    other = OrganizationFactory(agency=True, code="US")
    row = looking_over.look_over(changed, by=colleague)
    row = assigning.assign(row, publisher=other, by=administrator)
    assert (row.version, row.seen_version, waits(row)) == (3, 3, False)


def test_saving_without_a_change_waits_for_nobody(guide, official):
    publishing.revise(guide, version=1, by=official, title_en="As published")
    assert not waits(guide)


def test_who_undoes_her_own_change_leaves_nothing_to_look_over(changed, official):
    row = publishing.revise(changed, version=2, by=official, title_en="As published")
    assert (row.version, row.seen_version, row.unseen_since, row.unseen_by) == (3, 3, None, [])


def test_withdrawing_ends_the_wait_and_publishing_again_begins_anew(changed, official, colleague):
    row = publishing.withdraw(changed, reason="It has ended.", by=colleague)
    assert not Resource.objects.unseen().exists()
    assert refused(looking_over.look_over, row, by=colleague) == "seen"
    row = publishing.submit(publishing.reopen(row, by=official), by=official)
    row = publishing.publish(row, by=colleague)
    assert (row.seen_version, waits(row)) == (row.version, False)


def test_the_database_keeps_the_wait_whole(guide):
    with pytest.raises(IntegrityError):
        Resource.objects.filter(pk=guide.pk).update(unseen_since=timezone.now())


# --- Looking -------------------------------------------------------------------------------------


def test_a_colleague_finds_it_right(changed, colleague):
    row = looking_over.look_over(changed, by=colleague)
    assert (row.seen_version, row.unseen_since, row.unseen_by) == (2, None, [])
    entry = timeline(row).first()
    assert (entry.actor, entry.verb, entry.data["since"], entry.data["version"]) == (colleague, "looked_over", 1, 2)


def test_nobody_looks_her_own_change_over_also_not_an_earlier_one(changed, official, colleague, third):
    row = publishing.revise(changed, version=2, by=colleague, body_en="More.")
    assert refused(looking_over.look_over, row, by=official) == "own_text"
    assert refused(looking_over.bring_back, row, by=colleague) == "own_text"
    assert not permissions.can_look_over(official, row)
    assert permissions.can_look_over(third, row)
    assert not waits(looking_over.look_over(row, by=third))


def test_who_wrote_it_long_ago_may_look_over_what_a_colleague_changed(agency, official, colleague):
    row = ResourceFactory(published=True, publisher=agency, author=official, submitted_by=official, changed_by=official)
    row = publishing.revise(row, version=1, by=colleague, title_en="Changed by a colleague")
    assert not waits(looking_over.look_over(row, by=official))


def test_strangers_do_not_look(changed, official_mx, sme, administrator, colleague):
    for stranger in (official_mx, sme, administrator):
        with pytest.raises(PermissionDenied):
            looking_over.look_over(changed, by=stranger)
    assert waits(changed)


def test_a_lone_officials_change_is_looked_over_by_administrators(changed, official, administrator):
    assert list(people.lookers(changed)) == [administrator]
    assert list(people.waiting_for_look_by(administrator)) == [changed]
    row = looking_over.bring_back(changed, by=administrator)
    assert (row.title_en, waits(row)) == ("As published", False)


def test_administrators_step_back_when_a_colleague_is_there(changed, official, colleague, administrator):
    assert list(people.waiting_for_look_by(administrator)) == []
    assert list(people.waiting_for_look_by(official)) == []
    assert list(people.waiting_for_look_by(colleague)) == [changed]


def test_what_changed_while_she_read_is_not_found_right(changed, official, colleague):
    publishing.revise(changed, version=2, by=official, title_en="Changed once more")
    assert refused(looking_over.look_over, changed, by=colleague) == "changed_meanwhile"
    assert refused(looking_over.bring_back, changed, by=colleague) == "changed_meanwhile"
    assert waits(changed)


def test_the_earlier_text_comes_back_whole(guide, official, colleague, us):
    day = timezone.now().date() + dt.timedelta(days=40)
    row = publishing.revise(
        guide, version=1, by=official, title_en="Changed", topics=[topic("taxation")], expires_on=day, kind="tool"
    )
    row = publishing.revise(row, version=2, by=official, body_en="")
    row = looking_over.bring_back(row, by=colleague)
    assert (row.title_en, row.kind, row.expires_on, row.version) == ("As published", "guide", None, 4)
    assert (row.body_en, [one.slug for one in row.topics.all()]) == (guide.body_en, [topic().slug])
    assert (row.seen_version, waits(row)) == (4, False)
    assert told("resource_brought_back") == ["Olivia Official"]
    assert timeline(row).first().verb == "restored"


def test_an_economy_that_was_taken_off_comes_back_by_the_other_ones_official(guide, official, official_mx):
    row = fresh(guide)
    row.economies.set([economy("US"), economy("MX")])
    row = publishing.revise(row, version=1, by=official, economies=[economy("MX")])
    row = looking_over.bring_back(row, by=official_mx)
    assert row.economy_codes == {"US", "MX"}


def test_a_translation_that_comes_back_is_as_stale_as_it_was(guide, official, colleague):
    spanish = {"title": "Guía", "summary": "Lo que se paga.", "body": ""}
    row = translating.translate(guide, "es", version=1, by=official, origin="portal", **spanish)
    row = looking_over.look_over(row, by=colleague)
    row = publishing.revise(row, version=2, by=official, title_en="New source")
    row = looking_over.look_over(row, by=colleague)
    row = translating.translate(row, "es", version=3, by=official, origin="publisher", **spanish | {"title": "Nueva"})
    row = looking_over.bring_back(row, by=colleague)
    assert (row.title_es, translating.standing(row, "es").state) == ("Guía", "stale")
    assert row.translations.get().origin == "portal"


@pytest.mark.django_db(transaction=True)
def test_of_two_looks_at_once_one_counts(changed, colleague, third):
    start = threading.Barrier(2)

    def look(verb, by):
        try:
            row = fresh(changed)
            start.wait()
            verb(row, by=by)
        except ValidationError as refusal:
            return refusal.code
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(look, looking_over.look_over, colleague)
        second = pool.submit(look, looking_over.bring_back, third)
        assert sorted([first.result(), second.result()]) == ["done", "seen"]
    assert not waits(changed)


@pytest.mark.django_db(transaction=True)
def test_a_change_that_comes_while_somebody_looks_waits_or_refuses_the_look(changed, official, colleague):
    start = threading.Barrier(2)

    def run(verb, **given):
        try:
            row = fresh(changed)
            start.wait()
            verb(row, **given)
        except ValidationError as refusal:
            return refusal.code
        else:
            return "done"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        look = pool.submit(run, looking_over.look_over, by=colleague)
        change = pool.submit(run, publishing.revise, version=2, by=official, title_en="Changed again")
        assert change.result() == "done"
        assert look.result() in {"done", "changed_meanwhile"}
    assert waits(changed)


# --- Who hears of it -----------------------------------------------------------------------------


def test_who_may_look_is_told_and_nobody_else(changed, official, colleague, third, administrator, official_mx):
    assert told("resource_changed") == []  # the cast came after the change
    publishing.revise(changed, version=2, by=colleague, title_en="And again")
    assert told("resource_changed") == ["Tina Third"]
    assert Notification.objects.get(kind=unseen.CHANGED).context["url"] == url("look", changed)


def test_quick_edits_are_one_mail_and_undone_ones_none(guide, official, colleague, settings, mailoutbox):
    settings.BUNDLE_SECONDS = 900
    row = publishing.revise(guide, version=1, by=official, title_en="One")
    row = publishing.revise(row, version=2, by=official, title_en="Two")
    assert Notification.objects.filter(kind=unseen.CHANGED, status="pending").count() == 1
    publishing.revise(row, version=3, by=official, title_en="As published")
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=16)):
        deliver_due()
    assert [one for one in mailoutbox if "To look over" in one.subject] == []


def test_the_mail_leads_to_the_comparison(guide, official, colleague, mailoutbox):
    publishing.revise(guide, version=1, by=official, title_en="Changed in public")
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=16)):
        deliver_due()
    [mail] = mailoutbox
    assert (mail.subject, mail.to) == ("To look over: Changed in public", [f"Carla Colleague <{colleague.email}>"])
    assert url("look", guide) in mail.body
    assert "Olivia Official changed" in mail.body


def test_a_file_is_one_mail_to_each_whatever_it_changes(agency, official, colleague, administrator):
    rows = [ResourceFactory(published=True, publisher=agency, url=f"https://www.example.gov/{n}") for n in range(3)]
    ResourceFactory(publisher=agency, slug="draft")
    lines = ["slug,title_en", *(f"{row.slug},New {row.slug}" for row in rows), "draft,Not public"]
    found = unloading.load(unpack("\n".join(lines).encode()).records, by=official, name="guides.csv")
    assert (found.problems, found.counts["changed"]) == ([], 4)
    assert Resource.objects.unseen().count() == 3
    [mail] = Notification.objects.all()
    assert (mail.kind, mail.recipient) == (unseen.CHANGED_BY_FILE, colleague)
    assert (mail.context["count"], mail.context["name"]) == (3, "guides.csv")


def test_a_file_that_is_refused_tells_nobody(guide, official, colleague):
    found = unloading.load(unpack(b"slug,title_en\nguide,New\nguide,Twice").records, by=official)
    assert found.problems
    assert (waits(guide), Notification.objects.count()) == (False, 0)


def test_lookers_are_reminded_after_7_days_and_the_focal_point_after_30(guide, official, colleague, third, us):
    office = UserFactory(full_name="Fay Focal")
    agency = OrganizationFactory(agency=True, code="US")
    join(office, agency)
    FocalPointFactory(organization=agency, economy=us)
    begin = timezone.now().replace(hour=15)
    with time_machine.travel(begin, tick=False):
        Resource.objects.update(review_due_on=begin.date() + dt.timedelta(days=180))
        publishing.revise(guide, version=1, by=official, title_en="Changed in public")
    seen = {}
    for day in range(50):
        with time_machine.travel(begin + dt.timedelta(days=day), tick=False):
            before = set(Notification.objects.filter(kind=reminding.KIND).values_list("pk", flat=True))
            reminding.remind()
            news = Notification.objects.filter(kind=reminding.KIND).exclude(pk__in=before)
            if names := sorted(row.recipient.full_name for row in news):
                seen[day] = names
    assert seen == {7: ["Carla Colleague", "Fay Focal", "Tina Third"], 30: ["Fay Focal"]}
    assert news.model.objects.filter(kind=reminding.KIND).last().context["groups"][0]["heading"] == "unseen"


def test_a_change_that_was_looked_over_is_not_reminded_of(changed, colleague):
    Resource.objects.update(review_due_on=timezone.now().date() + dt.timedelta(days=180))
    looking_over.look_over(changed, by=colleague)
    with time_machine.travel(timezone.now() + dt.timedelta(days=9)):
        assert reminding.remind() == 0


# --- Pages ---------------------------------------------------------------------------------------


def test_the_page_shows_both_texts_and_two_buttons(changed, colleague, client):
    client.force_login(colleague)
    page = client.get(url("look", changed)).content.decode()
    assert "It is right" in page
    assert "Bring the earlier text back" in page
    assert '<del class="difference__removed">' in page
    assert "Olivia Official" in page


def test_one_click_says_that_it_is_right(changed, colleague, client):
    client.force_login(colleague)
    answer = client.post(url("look-over", changed), {"version": changed.version})
    assert answer.url == changed.get_absolute_url()
    assert not waits(changed)
    assert client.get(url("look", changed)).url == changed.get_absolute_url()


def test_one_click_brings_the_earlier_text_back(changed, colleague, client):
    client.force_login(colleague)
    client.post(url("bring-back", changed), {"version": changed.version})
    assert fresh(changed).title_en == "As published"


def test_a_click_on_an_older_comparison_shows_the_new_one(changed, official, colleague, client):
    publishing.revise(changed, version=2, by=official, title_en="Changed once more")
    client.force_login(colleague)
    answer = client.post(url("look-over", changed), {"version": 2})
    assert answer.status_code == 409
    assert "Compare again, then decide." in answer.content.decode()
    assert "once more" in answer.content.decode()
    assert waits(changed)


@pytest.mark.parametrize("version", ["", "abc", "9" * 30, "0"])
def test_a_click_without_a_version_decides_nothing(changed, colleague, client, version):
    client.force_login(colleague)
    assert client.post(url("look-over", changed), {"version": version}).status_code == 409
    assert waits(changed)


def test_who_came_second_hears_that_nothing_waits(changed, colleague, third, client):
    looking_over.look_over(changed, by=third)
    client.force_login(colleague)
    page = client.post(url("look-over", changed), {"version": 2}, follow=True).content.decode()
    assert "Nothing waits for a second look here any more." in page


def test_who_changed_it_sees_that_it_waits_and_who_can_look(changed, official, colleague, client):
    client.force_login(official)
    page = client.get(changed.get_absolute_url()).content.decode()
    assert "Changed, not yet seen by a second person" in page
    assert "Who can: Carla Colleague." in page
    assert "Look the change over" not in page
    page = client.get(url("look", changed)).content.decode()
    assert "You changed this yourself" in page
    assert "It is right" not in page


def test_a_colleague_is_led_from_the_resource_to_the_comparison(changed, colleague, client):
    client.force_login(colleague)
    page = client.get(changed.get_absolute_url()).content.decode()
    assert f'href="{url("look", changed)}">Look the change over' in page


def test_an_administrator_who_stands_in_has_the_panel_and_the_history(changed, official, administrator, client):
    client.force_login(administrator)
    assert "Look the change over" in client.get(changed.get_absolute_url()).content.decode()
    for name in ("look", "versions"):
        assert client.get(url(name, changed)).status_code == 200


def test_readers_see_no_sign_of_it(changed, sme, client):
    client.force_login(sme)
    assert "second person" not in client.get(changed.get_absolute_url()).content.decode()
    assert client.get(url("look", changed)).status_code == 403


def test_the_review_list_has_a_state_for_it(changed, colleague, official, client):
    client.force_login(colleague)
    page = client.get(reverse("resources:review-list") + "?state=unseen").content.decode()
    assert "Changed, not yet seen by a second person" in page
    assert url("look", changed) in page
    client.force_login(official)
    page = client.get(reverse("resources:review-list") + "?state=unseen").content.decode()
    assert url("look", changed) not in page


def test_it_waits_on_the_desk_many_as_one(changed, agency, official, colleague):
    [one] = [one for one in desk.waiting_for(colleague) if one.kind == "To look over"]
    assert (one.title, one.url, one.since) == ("Changed in public", url("look", changed), changed.unseen_since)
    for row in [ResourceFactory(published=True, publisher=agency) for _n in range(desk.APART)]:
        publishing.revise(row, version=1, by=official, title_en="Changed too")
    [one] = [one for one in desk.waiting_for(colleague) if one.kind == "To look over"]
    assert (one.title, one.since) == ("6 changed resources", changed.unseen_since)
    assert one.url.endswith("?state=unseen")


def test_administrators_filter_their_list_by_it(changed, guide, admin_client):
    ResourceFactory(published=True, title_en="Untouched")
    page = admin_client.get(reverse("admin:resources_resource_changelist") + "?look=waits").content.decode()
    assert "Changed in public" in page
    assert "Untouched" not in page
