"""What is followed goes along when a code is renamed, merged into another, or given up."""

from io import StringIO

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse

from dialogues import searching as issue_searching
from dialogues.models import Issue
from portal.notifications import carrying, followed, matching, subscriptions
from portal.notifications.delivery import deliver_due
from portal.notifications.followed import Wish
from portal.notifications.models import Criteria, Notification, Subscription
from portal.reference import renaming
from portal.reference.models import CodeChange, Sector, Topic
from portal.search import ranking
from resources.models import Resource
from tests.factories.accounts import UserFactory
from tests.factories.dialogues import DialogueFactory, IssueFactory, SessionFactory
from tests.factories.reference import sector, topic
from tests.factories.resources import ResourceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def customs(us):
    return topic("customs-procedures")


@pytest.fixture
def borders(us):
    return topic("borders")


def follow(user, *codes, words="", kind="resource", rhythm="immediately"):
    row = subscriptions.follow(followed.by_name(kind), Wish(codes, words), by=user)
    return subscriptions.set_rhythm(row, rhythm=rhythm, by=user)


def bare(address, *codes, **values):
    criteria = followed.keep(followed.by_name("resource"), Wish(codes))
    return Subscription.objects.create(criteria=criteria, address=address, language="fr", **values)


def fresh(row):
    return Subscription.objects.select_related("criteria", "successor").get(pk=row.pk)


# --- Renamed ------------------------------------------------------------------------------------


def test_what_names_a_renamed_code_names_it_anew_and_finds_the_same(customs, sme, outsider, administrator):
    row = follow(sme, "topic:customs-procedures", "economy:US", words="tariff")
    other = follow(outsider, "topic:customs-procedures", kind="issue")
    renaming.rename(customs, to="customs", by=administrator)
    row, other = fresh(row), fresh(other)
    made = followed.build(followed.by_name("resource"), Wish(("economy:US", "topic:customs"), "tariff"))
    assert (row.criteria.codes, row.criteria.digest, row.criteria.keys) == (made.codes, made.digest, made.keys)
    assert other.criteria.codes == ["topic:customs"]
    assert (row.ended_at, other.ended_at) == (None, None)
    assert followed.sentence(row.criteria).startswith("New resources with “tariff”")


def test_a_new_thing_is_found_by_what_was_followed_under_the_old_code(customs, outsider):
    follow(outsider, "topic:customs-procedures")
    renaming.rename(customs, to="customs", by=None)
    resource = ResourceFactory(published=True, topics=[Topic.objects.get(slug="customs")])
    resource.refresh_from_db()
    assert "topic:customs" in resource.facets
    matching.announce(resource)
    matching.match_due()
    assert Notification.objects.get(kind="resources/resource_followed").recipient == outsider


def test_things_are_found_under_the_new_code_and_old_addresses_still_show_them(client, customs):
    resource = ResourceFactory(published=True, topics=[customs])
    renaming.rename(customs, to="customs", by=None)
    renaming.rename(Topic.objects.get(slug="customs"), to="at-the-border", by=None)
    resource.refresh_from_db()
    assert "topic:at-the-border" in resource.facets
    page = client.get(reverse("resources:resource-list") + "?topic=customs-procedures").content.decode()
    assert resource.title in page
    assert "not known here" not in page


def test_an_address_with_what_never_was_a_code_says_so_as_before(client, customs):
    page = client.get(reverse("resources:resource-list") + "?topic=nothing&topic=%00").content.decode()
    assert "Topic: nothing" in page


@pytest.mark.parametrize(("to", "code"), [("customs-procedures", "same"), ("borders", "taken"), ("a b", "invalid")])
def test_a_code_that_is_none_or_taken_is_refused(customs, borders, sme, to, code):
    row = follow(sme, "topic:customs-procedures")
    with pytest.raises(ValidationError) as refusal:
        renaming.rename(customs, to=to, by=None)
    assert refusal.value.code == code
    assert fresh(row).criteria.codes == ["topic:customs-procedures"]
    assert not CodeChange.objects.exists()


# --- Merged -------------------------------------------------------------------------------------


def test_two_searches_that_become_the_same_are_one_and_nobody_follows_it_twice(customs, borders, sme, outsider):
    both = [follow(sme, "topic:borders", rhythm="weekly"), follow(sme, "topic:customs-procedures", rhythm="daily")]
    alone = follow(outsider, "topic:customs-procedures")
    addresses = [bare("vera@example.com", "topic:borders"), bare("VERA@example.com", "topic:customs-procedures")]
    renaming.merge(customs, into=borders, by=None)
    kept, ended = map(fresh, both)
    assert (ended.ended_reason, ended.successor, kept.frequency) == ("merged", kept, "daily")
    assert fresh(alone).criteria == kept.criteria
    assert [fresh(row).ended_at is None for row in addresses] == [True, False]
    assert Subscription.objects.live().values("criteria").distinct().count() == 1
    # Links in older mails mean what goes on.
    assert followed.read_stop(followed.stop_path([ended.pk]).split("/")[-2]) == [kept]


def test_things_of_both_are_found_under_the_one_that_stays(customs, borders):
    resources = [ResourceFactory(published=True, topics=topics) for topics in ([customs], [customs, borders])]
    renaming.merge(customs, into=borders, by=None)
    for resource in resources:
        resource.refresh_from_db()
        assert [code for code in resource.facets if code.startswith("topic:")] == ["topic:borders"]
        assert list(resource.topics.all()) == [borders]
    assert not Topic.objects.filter(slug="customs-procedures").exists()


def found(model, word):
    keys = ranking.find(model.objects.all(), word, language="en", ways=("words",)).ids
    return list(model.objects.filter(pk__in=keys))


def test_what_was_tagged_with_it_is_found_by_the_label_that_stays_and_no_more_by_the_old(
    customs, borders, django_capture_on_commit_callbacks
):
    Topic.objects.filter(pk=customs.pk).update(label_en="Zolldinge")
    Topic.objects.filter(pk=borders.pk).update(label_en="Grenzdinge")
    customs.refresh_from_db()
    guide = ResourceFactory(published=True, topics=[customs])
    issue = IssueFactory(dialogue=DialogueFactory(), public=True, acknowledged=True)
    issue.topics.set([customs])
    issue_searching.refresh(issue)
    assert (found(Resource, "zolldinge"), found(Issue, "zolldinge")) == ([guide], [issue])

    with django_capture_on_commit_callbacks(execute=True):
        renaming.merge(customs, into=borders, by=None)

    assert (found(Resource, "zolldinge"), found(Issue, "zolldinge")) == ([], [])
    assert (found(Resource, "grenzdinge"), found(Issue, "grenzdinge")) == ([guide], [issue])
    with django_capture_on_commit_callbacks(execute=True):
        renaming.give_up(borders, by=None)
    assert (found(Resource, "grenzdinge"), found(Issue, "grenzdinge")) == ([], [])


def test_one_search_for_both_asks_for_the_one_that_stays(customs, borders, sme):
    row = follow(sme, "topic:borders", "topic:customs-procedures")
    renaming.merge(customs, into=borders, by=None)
    assert fresh(row).criteria.codes == ["topic:borders"]
    assert fresh(row).ended_at is None


def test_a_confirmation_that_was_on_its_way_follows_what_the_search_became(customs, borders):
    kind = followed.by_name("resource")
    old, kept = (followed.keep(kind, Wish((f"topic:{slug}",))) for slug in ("customs-procedures", "borders"))
    subscriptions.ask(
        kind, Wish(("topic:customs-procedures",)), address="vera@example.com", language="en", time_zone="UTC"
    )
    token = Notification.objects.get().context["url"].split("/")[-2]
    renaming.merge(customs, into=borders, by=None)
    assert subscriptions.confirm(subscriptions.read_token(token)).criteria == kept
    old.refresh_from_db()
    assert old.became == kept
    assert followed.keep(kind, Wish(("topic:customs-procedures",))) != old


def test_one_and_itself_or_two_kinds_or_a_part_are_not_merged(customs):
    wider, part = sector("food"), sector("dairy")
    Sector.objects.filter(pk=part.pk).update(parent=wider)
    part.refresh_from_db()
    for row, into, code in ((customs, customs, "same"), (customs, part, "kind"), (wider, part, "circle")):
        with pytest.raises(ValidationError) as refusal:
            renaming.merge(row, into=into, by=None)
        assert refusal.value.code == code


# --- Given up -----------------------------------------------------------------------------------


def test_what_asks_for_nothing_else_ends_and_each_is_told_in_her_language(customs, sme):
    row, address = follow(sme, "topic:customs-procedures"), bare("vera@example.com", "topic:customs-procedures")
    closed = UserFactory(is_active=False)
    gone = follow(closed, "topic:customs-procedures")
    label = customs.label
    renaming.give_up(customs, by=None)
    assert {fresh(one).ended_reason for one in (row, address, gone)} == {"code_gone"}
    deliver_due()
    assert sorted(letter.to[0] for letter in mail.outbox) == sorted([f"Sara Smith <{sme.email}>", "vera@example.com"])
    hers = next(letter for letter in mail.outbox if "Sara" in letter.to[0])
    assert label.lower() in hers.body.lower()
    assert "/en/resources/" in hers.body
    assert "Why you get this: You followed a search that can find nothing any more." in hers.body
    assert {letter.extra_headers["Content-Language"] for letter in mail.outbox} == {"en", "fr"}


def test_what_asks_for_another_one_too_goes_on_without_it(customs, borders, sme):
    row = follow(sme, "topic:borders", "topic:customs-procedures", "economy:US")
    renaming.give_up(customs, by=None)
    assert fresh(row).criteria.codes == ["economy:US", "topic:borders"]
    assert fresh(row).ended_at is None
    assert not Notification.objects.exists()


def test_carrying_again_changes_nothing_more(customs, sme):
    follow(sme, "topic:customs-procedures")
    assert carrying.carry("topic", "customs-procedures", "") == carrying.Carried(0, 0, 1)
    assert carrying.carry("topic", "customs-procedures", "") == carrying.Carried(0, 0, 0)
    assert Notification.objects.count() == 1


def test_a_code_that_begins_like_another_is_left_alone(customs, sme):
    row = follow(sme, "topic:customs-procedures-2")
    assert carrying.carry("topic", "customs-procedures", "customs") == carrying.Carried(0, 0, 0)
    assert fresh(row).criteria.codes == ["topic:customs-procedures-2"]


@pytest.mark.parametrize("count", [1, 5])
def test_many_followers_of_one_search_cost_as_much_as_one(customs, borders, count, django_assert_num_queries):
    for number in range(count):
        bare(f"p{number}@example.com", "topic:customs-procedures")
        bare(f"p{number}@example.com", "topic:borders")
    carrying.carry("topic", "nothing", "other")
    with django_assert_num_queries(7):  # the search, the other one, two statements, what became of it; a savepoint
        assert carrying.carry("topic", "customs-procedures", "borders").merged == 1
    assert Subscription.objects.live().count() == count


# --- By whom ------------------------------------------------------------------------------------


def test_the_command_renames_merges_and_gives_up(customs, borders, sme):
    row = follow(sme, "topic:customs-procedures")
    said = StringIO()
    call_command("rename_code", "topic", "customs-procedures", "customs", stdout=said)
    assert "topic:customs-procedures → topic:customs" in said.getvalue()
    call_command("rename_code", "topic", "customs", "borders", merge=True, stdout=said)
    assert fresh(row).criteria.codes == ["topic:borders"]
    call_command("rename_code", "topic", "borders", give_up=True, stdout=said)
    assert fresh(row).ended_reason == "code_gone"
    for arguments in (["topic", "borders", "x"], ["topic", "nothing"], ["topic", "nothing", "x"]):
        with pytest.raises(CommandError):
            call_command("rename_code", *arguments)


def test_an_administrator_who_changes_a_slug_renames_it_everywhere(client, customs, sme, administrator):
    row = follow(sme, "topic:customs-procedures")
    client.force_login(administrator)
    page = reverse("admin:reference_topic_change", args=[customs.pk])
    fields = {
        name: "" if value is None else value
        for name, value in client.get(page).context["adminform"].form.initial.items()
    }
    fields |= {"slug": "customs", "obligations": "[]"}
    answer = client.post(page, fields)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert fresh(row).criteria.codes == ["topic:customs"]
    assert CodeChange.objects.get().by == administrator


def test_an_administrator_merges_and_deletes(client, customs, borders, sme, administrator):
    rows = [follow(sme, "topic:customs-procedures"), follow(sme, "topic:borders", "economy:US")]
    client.force_login(administrator)
    chosen = {"action": "merge", "_selected_action": [customs.pk, borders.pk]}
    client.post(reverse("admin:reference_topic_changelist"), chosen)
    stays = Topic.objects.get()
    assert {code for row in rows for code in fresh(row).criteria.codes} == {f"topic:{stays.slug}", "economy:US"}
    client.post(reverse("admin:reference_topic_delete", args=[stays.pk]), {"post": "yes"})
    assert fresh(rows[0]).ended_reason == "code_gone"
    assert client.get(reverse("admin:reference_codechange_changelist")).status_code == 200
    assert Criteria.objects.count() >= 2


def test_a_dialogue_is_renamed_with_what_follows_it_and_its_old_pages_still_open(client, sme):
    session = SessionFactory(dialogue=DialogueFactory(slug="old-name"), scheduled=True)
    row = follow(sme, "dialogue:old-name", kind="session")
    old = [session.dialogue.get_absolute_url(), session.get_absolute_url()]
    renaming.rename(session.dialogue, to="new-name", by=None)
    assert fresh(row).criteria.codes == ["dialogue:new-name"]
    assert fresh(row).criteria.keys == followed.keys(followed.by_name("session"), ["dialogue:new-name"])
    assert [client.get(page).status_code for page in old] == [200, 200]
    assert client.get(reverse("dialogues:dialogue-detail", args=["no-name"])).status_code == 404
