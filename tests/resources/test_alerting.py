"""Following a list of resources: which new ones reach whom."""

import re
import threading
from datetime import timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.notifications import followed, matching, outbox, subscriptions
from portal.notifications.delivery import deliver_due
from portal.notifications.finding import people_finding
from portal.notifications.followed import Wish
from portal.notifications.models import Criteria, News, Notification, Subscription
from portal.notifications.preferences import subscriber_of, switch
from portal.search.text import search
from resources import alerting, finding, publishing, scheduling
from resources.models import Resource
from tests.factories.accounts import UserFactory
from tests.factories.reference import economy, sector, topic
from tests.factories.resources import ResourceFactory, texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind():
    return followed.by_name("resource")


@pytest.fixture
def vocabulary(db):
    economy("US")
    economy("MX")
    topic("customs-procedures")
    topic("financing")


def wish(address):
    return alerting.read(QueryDict(address))


def follow(person, address):
    return subscriptions.follow(followed.by_name("resource"), wish(address), by=person)


def new(**values):
    """A resource that has just gone public."""
    resource = ResourceFactory(published=True, **values)
    resource.refresh_from_db()
    matching.announce(resource)
    return resource


def told():
    """Who was promised a mail of something followed."""
    matching.match_due()
    return [str(row.addressee.email) for row in Notification.objects.filter(kind=alerting_mail()).order_by("pk")]


def alerting_mail():
    return followed.by_name("resource").mail


@pytest.mark.parametrize(
    ("address", "is_found"),
    [
        ("", True),
        ("economy=US", True),
        ("economy=MX", False),
        ("economy=MX&economy=US", True),
        ("economy=US&topic=customs-procedures", True),
        ("economy=US&topic=financing", False),
        ("kind=guide&language=en", True),
        ("kind=tool", False),
        ("audience=rural", True),  # it names no audience, so it holds for each
        ("words=tariff", True),
        ("words=tariffs", True),  # as the stemmer reads it
        ("words=aranceles", False),
        ('words="tariff heading"', True),
        ("words=tariff -shipment", False),
        ("words=-zebra", True),
        ("words=tariff&economy=MX", False),
        ("words=...", True),
    ],
)
def test_a_new_resource_reaches_those_whose_search_would_find_it(vocabulary, outsider, address, is_found):
    follow(outsider, address)
    new(topics=[topic("customs-procedures")])
    assert told() == ([outsider.email] if is_found else [])


def test_what_holds_everywhere_reaches_those_who_follow_one_economy(vocabulary, outsider):
    follow(outsider, "economy=MX")
    new(code=None)
    assert told() == [outsider.email]


def test_a_part_of_a_sector_reaches_those_who_follow_the_wider_one(outsider):
    part = sector("dairy", parent=sector("food"))
    follow(outsider, "sector=food")
    new(sectors=[part])
    assert told() == [outsider.email]


WORDS = st.sampled_from(
    ["tariff", "guide the", "first shipment", "關稅", "arancel", "the", "day -heading", '"to do"', "of"]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=WORDS | st.lists(WORDS, max_size=3).map(" ".join),
    title=st.sampled_from(["關稅指南", "El arancel", "The day"]),
)
def test_kept_words_find_what_the_same_words_find_when_searched(vocabulary, kind, words, title):
    resource = ResourceFactory(published=True, title_es=title)
    searched = search(Resource.objects.filter(pk=resource.pk), words).exists()
    row = Subscription.objects.create(
        criteria=followed.keep(kind, Wish(words=words)), address="a@example.com", language="en"
    )
    resource.refresh_from_db()
    found = people_finding(kind, resource).filter(pk=row.pk).exists()
    row.delete()
    assert found == searched


def test_the_keys_agree_with_the_list(vocabulary, outsider, kind):
    made = [
        ResourceFactory(published=True, topics=[topic("financing")]),
        ResourceFactory(published=True, code="MX", kind="tool"),
        ResourceFactory(published=True, code=None),
    ]
    for address in ("economy=MX", "economy=US&topic=financing", "kind=tool&kind=guide&economy=MX", "language=fr"):
        row = follow(outsider, address)
        listed = set(finding.find(QueryDict(address), user=outsider, language="en").ids())
        for resource in Resource.objects.filter(pk__in=[one.pk for one in made]):
            assert people_finding(kind, resource).filter(pk=row.pk).exists() == (resource.pk in listed)


def test_publishing_tells_followers_and_neither_author_nor_reviewer(
    django_capture_on_commit_callbacks, official, colleague, outsider
):
    for person in (official, colleague, outsider):
        follow(person, "economy=US")
    Subscription.objects.create(
        criteria=Criteria.objects.get(), address=official.email.upper(), language="en"
    )  # her own address, without signing in
    resource = publishing.draft(by=official, **texts())
    publishing.submit(resource, by=official)
    assert told() == []
    with django_capture_on_commit_callbacks(execute=True):
        publishing.publish(resource, by=colleague)
    assert [row.recipient for row in Notification.objects.filter(kind=alerting_mail())] == [outsider]


def test_the_clock_tells_followers_too(official, colleague, outsider):
    follow(outsider, "economy=US")
    resource = publishing.draft(by=official, **texts())
    publishing.submit(resource, by=official)
    scheduling.schedule(resource, publish_at=timezone.now() + timedelta(hours=1), by=colleague)
    Resource.objects.filter(pk=resource.pk).update(publish_at=timezone.now() - timedelta(minutes=1))
    assert scheduling.publish_due() == 1
    assert told() == [outsider.email]


def test_resources_that_are_loaded_in_bulk_tell_nobody(outsider):
    follow(outsider, "")
    ResourceFactory(published=True)
    assert not News.objects.exists()


def test_a_person_is_told_once_however_many_of_her_searches_found_it(vocabulary, outsider):
    first, second = follow(outsider, "economy=US"), follow(outsider, "words=tariff")
    Subscription.objects.create(criteria=first.criteria, address=outsider.email, language="fr")
    new()
    assert told() == [outsider.email]
    assert Notification.objects.get().context == {"followed": [first.pk, second.pk, second.pk + 1]}


def test_a_bare_address_is_told_once_in_the_language_of_the_search_that_it_followed_first(vocabulary, kind):
    criteria = [followed.keep(kind, wish(address)) for address in ("economy=US", "words=tariff", "")]
    for one, address, language, rhythm in zip(
        criteria, ("Vera@example.com", "vera@EXAMPLE.com", "vera@example.com"), ("fr", "es", "en"),
        ("weekly", "daily", "weekly"), strict=True,
    ):  # fmt: skip
        Subscription.objects.create(
            criteria=one, address=address, language=language, time_zone="America/Toronto", frequency=rhythm
        )
    new()
    assert told() == ["Vera@example.com"]
    row = Notification.objects.get()
    assert (row.address_language, row.address_time_zone, row.rhythm) == ("fr", "America/Toronto", "daily")
    assert row.context == {"followed": list(Subscription.objects.order_by("pk").values_list("pk", flat=True))}


def test_everybody_is_promised_by_as_many_statements_as_one(vocabulary, kind):
    criteria = followed.keep(kind, wish("economy=US"))

    def statements(count):
        Subscription.objects.bulk_create(
            Subscription(criteria=criteria, user=UserFactory(), language="en") for _number in range(count)
        )
        new()
        with CaptureQueriesContext(connection) as queries:
            matching.match_due()
        assert len(told()) >= count
        return len(queries)

    assert statements(1) == statements(30)


def test_what_is_promised_is_what_the_outbox_promises_one_by_one(vocabulary, outsider):
    follow(outsider, "economy=US")
    resource = new()
    matching.match_due()
    found = Notification.objects.get()
    outbox.notify([UserFactory()], alerting_mail(), about=resource, followed=found.context["followed"])
    other = Notification.objects.exclude(pk=found.pk).get()
    own = {"id", "uid", "recipient_id", "created_at", "due_at"}
    for field in Notification._meta.concrete_fields:
        if field.attname not in own:
            assert getattr(found, field.attname) == getattr(other, field.attname), field.name
    assert found.due_at == found.created_at


def test_a_kind_that_is_bundled_is_not_promised_by_a_statement(vocabulary):
    resource = new()
    with pytest.raises(ValueError, match="is bundled with others"):
        outbox.notify_found(("SELECT", []), "dialogues/session_revised", about=resource)
    assert not Notification.objects.exists()


def test_matching_again_and_publishing_again_tell_nobody_twice(vocabulary, outsider):
    follow(outsider, "economy=US")
    resource = new()
    assert told() == [outsider.email]
    matching.announce(resource)
    assert told() == [outsider.email]


def test_what_was_withdrawn_before_it_was_matched_tells_nobody(vocabulary, outsider):
    follow(outsider, "")
    resource = new()
    Resource.objects.filter(pk=resource.pk).update(status="archived")
    assert told() == []
    assert not News.objects.due().exists()


def test_neither_ended_subscriptions_nor_closed_accounts_are_told(vocabulary, outsider, sme):
    subscriptions.end(follow(outsider, ""), reason="page", by=outsider)
    follow(sme, "")
    sme.is_active = False
    sme.save(update_fields=["is_active"])
    new()
    assert told() == []


def test_a_fault_keeps_the_row_and_lets_the_others_go_on(vocabulary, outsider):
    follow(outsider, "")
    faulty = News.objects.create(about_type=_type_of(outsider), about_id=outsider.pk)  # nobody can follow people
    new()
    assert told() == [outsider.email]
    faulty.refresh_from_db()
    assert (faulty.attempts, faulty.matched_at) == (1, None)
    assert "Nobody can follow accounts.User" in faulty.last_error
    for _again in range(News.ATTEMPTS):
        matching.match_due()
    faulty.refresh_from_db()
    assert faulty.attempts == News.ATTEMPTS


def _type_of(obj):
    return ContentType.objects.get_for_model(obj)


def test_one_statement_matches_all_criteria(vocabulary, kind, outsider):
    for address in ("economy=US", "words=tariff", "kind=guide&words=guide"):
        follow(outsider, address)
    resource = new()
    with CaptureQueriesContext(connection) as queries:
        assert len(list(people_finding(kind, resource))) == 3
    assert len(queries) == 1


@pytest.mark.parametrize(
    ("language", "search"),
    [("en", "New resources for United States"), ("fr", "États-Unis"), ("es", "Estados Unidos"), ("zh-hant", "美國")],
)
def test_the_mail_says_why_in_the_readers_language_and_where_it_ends(client, vocabulary, language, search):
    with override(language):
        reader = UserFactory(language=language, full_name="Rita Reader")
    row = follow(reader, "economy=US")
    resource = new(title_en="Duties & taxes")
    told()
    deliver_due()
    letter = mail.outbox[-1]
    html = letter.alternatives[0].content
    assert letter.to == [f"Rita Reader <{reader.email}>"]
    assert "Duties & taxes" in letter.subject
    assert search in letter.body
    assert search in html
    assert f"/{language}/resources/{resource.slug}/" in letter.body
    link = re.fullmatch(r"<http://localhost:8000(.+)>", letter.extra_headers["List-Unsubscribe"]).group(1)
    assert link.startswith(f"/{language}/notifications/follow-stop/")
    assert link in letter.body
    assert link in html
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert client.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    row.refresh_from_db()
    assert row.ended_reason == "link"


def test_without_mails_of_this_kind_it_stands_in_the_inbox_alone(vocabulary, outsider):
    follow(outsider, "")
    new()
    told()
    switch(subscriber_of(Notification.objects.get()), on=False)
    deliver_due()
    assert mail.outbox == []
    assert Notification.objects.get().status == "muted"


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_each_person_once():
    economy("US")
    reader = UserFactory()
    follow(reader, "")
    for _number in range(4):
        resource = ResourceFactory(published=True)
        News.objects.create(about_type=_type_of(resource), about_id=resource.pk)
    gate = threading.Barrier(2)

    def work():
        gate.wait()
        try:
            matching.match_due()
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not News.objects.due().exists()
    assert Notification.objects.filter(kind=alerting_mail()).count() == 4


def copy(row, times, **expressions):
    """Rows like ``row``, n = 1 … ``times``; made by the database, since our own verbs would take a minute for them."""
    table = connection.ops.quote_name(row._meta.db_table)
    columns = [field.column for field in row._meta.local_concrete_fields if not field.primary_key]
    values = [expressions.get(column, column) for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"
            f" FROM {table}, generate_series(1, %s) n WHERE id = %s ORDER BY n",
            [times, row.pk],
        )


def with_numbers(column):
    """Of 50 economies, 40 topics and 25 sectors, each three together once."""
    text = f"{column}::text"
    for found, number in (("E<n>", "n %% 50"), ("t<n>", "n / 50 %% 40"), ("s<n>", "(n - 1) / 2000")):
        text = f"replace({text}, '{found}', left('{found}', 1) || {number})"
    return f"({text})::varchar[]"


def test_the_index_finds_the_few_among_fifty_thousand(vocabulary, kind, outsider):
    first = followed.build(kind, Wish(("economy:E<n>", "topic:t<n>", "sector:s<n>")))
    first.save()
    copy(first, 50_000, codes=with_numbers("codes"), keys=with_numbers("keys"), digest="md5(n::text)")
    one = Subscription.objects.create(criteria=first, address="p@example.com", language="en")
    rest = Criteria.objects.exclude(pk=first.pk)
    copy(one, 50_000, criteria_id=f"{rest.order_by('pk').first().pk} + n - 1", address="'p' || n || '@example.com'")
    # Before anything is asked of it: of tables that it knows nothing of, the planner compares each row with each.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE notifications_criteria, notifications_subscription")
    assert Subscription.objects.filter(criteria__in=rest).count() == 50_000
    follow(outsider, "economy=US&words=tariff")
    resource = new()
    plan = people_finding(kind, resource).explain(analyze=True)
    assert "Bitmap Index Scan on criteria_keys" in plan, plan
    assert [row.user for row in people_finding(kind, resource)] == [outsider]
