"""Following sessions and commitments: lists of them, and one of them."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from dialogues import alerting, commitments, minutes, scheduling, watching
from dialogues.models import Session
from portal.notifications import followed, matching, subscriptions
from portal.notifications.delivery import deliver_due
from portal.notifications.models import News, Notification, Subscription
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.dialogues import (
    CommitmentFactory,
    DialogueFactory,
    MinutesFactory,
    RegistrationFactory,
    SessionFactory,
    wall,
)
from tests.factories.reference import topic

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_counts():
    cache.clear()


@pytest.fixture
def dialogue(us, tw):
    return DialogueFactory(slug="pacific", title_en="Pacific Dialogue", title_es="Diálogo del Pacífico")


@pytest.fixture
def official(dialogue):
    return UserFactory(official_of="US")


@pytest.fixture
def reader(us):
    return UserFactory(full_name="Rita Reader", language="es")


def follow(name, user, query="", address=""):
    """As her browser does: by the page that says in words what will be followed."""
    client = Client()
    page = reverse("notifications:follow", args=[name]) + query
    if user:
        client.force_login(user)
        assert client.post(page).status_code == 302
        return Subscription.objects.latest("pk")
    kind = followed.by_name(name)
    session = re.search(r"\d+", query).group()
    criteria = followed.keep(kind, watching.wish(name, Session(pk=int(session))))
    return Subscription.objects.create(criteria=criteria, address=address, language="fr")


def scheduled(dialogue, by, **fields):
    session = SessionFactory(dialogue=dialogue, **fields)
    starts = wall(30)
    return scheduling.schedule(
        session, zone="Asia/Taipei", starts_local=starts, ends_local=starts.replace(hour=11), by=by
    )


def told(kind):
    matching.match_due()
    return {row.recipient for row in Notification.objects.filter(kind=kind)}


# --- New sessions -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "is_told"),
    [
        ("", True),
        ("?dialogue=pacific", True),
        ("?economy=TW&language=zh-hant", True),
        ("?topic=customs-procedures", True),
        ("?words=digital", True),
        ("?words=aduanas", False),
        ("?language=fr", False),
        ("?dialogue=other", False),
    ],
)
def test_a_session_is_told_of_to_who_follows_such_sessions(dialogue, official, reader, query, is_told):
    DialogueFactory(slug="other")
    customs = topic("customs-procedures")
    follow("session", reader, query)
    session = SessionFactory(dialogue=dialogue, title_en="Digital trade")
    session.topics.add(customs)
    starts = wall(30)
    scheduling.schedule(
        session, zone="Asia/Taipei", starts_local=starts, ends_local=starts.replace(hour=11), by=official
    )
    assert told("dialogues/session_followed") == ({reader} if is_told else set())


def test_the_mail_names_the_session_its_time_and_what_was_followed(dialogue, official, reader):
    follow("session", reader, "?dialogue=pacific")
    scheduled(dialogue, official, title_es="Segunda sesión")
    matching.match_due()
    deliver_due()
    (letter,) = [one for one in mail.outbox if one.to == [f"Rita Reader <{reader.email}>"]]
    assert "Segunda sesión" in letter.subject
    for text in (letter.body, letter.alternatives[0].content):
        assert "Diálogo del Pacífico" in text
        assert "/es/dialogues/pacific/sessions/" in text
        assert "follow-stop" in text


def test_officials_participants_and_the_public_of_a_closed_session_are_not_told_so(dialogue, official, reader):
    for person in (official, reader):
        follow("session", person)
    scheduled(dialogue, official, is_public=False)
    assert not News.objects.exists()
    scheduled(dialogue, official)
    assert told("dialogues/session_followed") == {reader}


def test_a_session_that_was_called_off_meanwhile_is_no_news(dialogue, official, reader):
    follow("session", reader)
    session = scheduled(dialogue, official)
    scheduling.cancel(session, reason="The host is ill.", by=official)
    assert told("dialogues/session_followed") == set()


# --- New commitments ----------------------------------------------------------------------------


def test_a_commitment_is_told_of_once_when_the_minutes_are_published(dialogue, official, reader):
    follow("commitment", reader, "?dialogue=pacific&economy=US")
    keeper = UserFactory()
    owner = OrganizationFactory(agency=True, code="US", name="Commerce")
    join(keeper, owner, role="member")
    follow("commitment", keeper)
    session = SessionFactory(dialogue=dialogue, held=True)
    CommitmentFactory(session=session, owner=owner, text_en="Publish the form", text_es="Publicar el formulario")
    assert told("dialogues/commitment_followed") == set()
    found = MinutesFactory(session=session, agreed=True)
    minutes.publish(session, seen_revision=found.revision, by=official)
    assert told("dialogues/commitment_followed") == {reader}
    deliver_due()
    (letter,) = [one for one in mail.outbox if one.to == [f"Rita Reader <{reader.email}>"]]
    assert "Publicar el formulario" in letter.subject
    assert "Commerce" in letter.body


def test_commitments_of_a_closed_session_are_told_of_to_nobody(dialogue, official, reader):
    follow("commitment", reader)
    session = SessionFactory(dialogue=dialogue, held=True, is_public=False)
    CommitmentFactory(session=session)
    found = MinutesFactory(session=session, agreed=True)
    minutes.publish(session, seen_revision=found.revision, by=official)
    assert told("dialogues/commitment_followed") == set()
    assert not alerting.published().exists()


# --- One session, one commitment ----------------------------------------------------------------


def test_each_change_of_one_session_is_told_to_who_follows_it_and_to_participants_in_person_alone(
    dialogue, official, reader
):
    session = SessionFactory(dialogue=dialogue, scheduled=True)
    place = RegistrationFactory(session=session)
    query = f"?one-session={session.pk}"
    for person in (reader, place.user, official):
        follow(watching.SESSION, person, query)
    follow(watching.SESSION, None, query, address="vera@example.com")
    follow(watching.SESSION, None, query, address=reader.email)
    later = session.starts_local.replace(hour=14)
    scheduling.reschedule(
        session, zone=session.zone, starts_local=later, ends_local=later.replace(hour=15), by=official
    )
    rows = Notification.objects.filter(kind="dialogues/session_news")
    assert {row.addressee.email for row in rows} == {reader.email, "vera@example.com"}
    assert not rows.filter(address=reader.email).exists()
    session.refresh_from_db()
    scheduling.cancel(session, reason="The host is ill.", by=official)
    deliver_due()
    last = [one for one in mail.outbox if one.to == ["vera@example.com"]][-1]
    assert last.extra_headers["Content-Language"] == "fr"
    assert "The host is ill." in last.body
    assert "address/" in last.body


def test_the_minutes_of_a_session_are_told_of_to_who_follows_it(dialogue, official, reader):
    session = SessionFactory(dialogue=dialogue, held=True)
    follow(watching.SESSION, reader, f"?one-session={session.pk}")
    found = MinutesFactory(session=session, agreed=True)
    minutes.publish(session, seen_revision=found.revision, by=official)
    (row,) = Notification.objects.filter(kind="dialogues/session_news")
    assert (row.recipient, row.context["what"]) == (reader, "minutes")


def test_news_of_one_commitment_are_told_to_who_follows_it_once_each(dialogue, official, reader):
    commitment = CommitmentFactory(session=SessionFactory(dialogue=dialogue, held=True), published=True)
    keeper = UserFactory()
    join(keeper, commitment.owner, role="member")
    follow(watching.COMMITMENT, reader, f"?one-commitment={commitment.pk}")
    commitments.report(commitment, text="Half is done.", language="en", by=keeper)
    rows = Notification.objects.filter(kind="dialogues/commitment_news")
    assert [row.recipient for row in rows] == [reader]
    deliver_due()
    letter = mail.outbox[-1]
    assert "Half is done." in letter.body
    assert commitment.text in letter.alternatives[0].content


def test_nothing_is_told_once_it_ended(dialogue, official, reader):
    session = SessionFactory(dialogue=dialogue, scheduled=True)
    row = follow(watching.SESSION, reader, f"?one-session={session.pk}")
    Client().post(followed.stop_path([row.pk]))
    scheduling.cancel(session, reason="x", by=official)
    assert not Notification.objects.filter(kind="dialogues/session_news").exists()


@pytest.mark.parametrize("query", ["", "?one-session=x", "?one-session=999999", "?one-session=" + "9" * 40])
def test_what_is_not_there_cannot_be_followed(client, reader, query):
    client.force_login(reader)
    assert client.post(reverse("notifications:follow", args=[watching.SESSION]) + query).status_code == 404


def test_what_strangers_may_not_see_cannot_be_followed_and_is_not_named(client, dialogue, official, reader):
    hidden = SessionFactory(dialogue=dialogue, scheduled=True, is_public=False, title_en="Secret")
    client.force_login(official)
    address = reverse("notifications:follow", args=[watching.SESSION]) + f"?one-session={hidden.pk}"
    assert client.get(address).status_code == 404
    kind = followed.by_name(watching.SESSION)
    criteria = followed.keep(kind, watching.wish(watching.SESSION, hidden))
    assert followed.sentence(criteria) == "Each change of a session"
    assert followed.path(criteria) == reverse("dialogues:dialogue-list")


def test_pages_lead_to_following_them(client, dialogue):
    session = SessionFactory(dialogue=dialogue, scheduled=True)
    commitment = CommitmentFactory(session=session, published=True)
    follow_at = {name: reverse("notifications:follow", args=[name]) for name in ("session", "commitment")}
    one = {name: reverse("notifications:follow", args=[name]) for name in (watching.SESSION, watching.COMMITMENT)}
    for page, link in (
        (dialogue.get_absolute_url(), f"{follow_at['session']}?dialogue=pacific"),
        (reverse("dialogues:dialogue-list"), follow_at["session"]),
        (reverse("dialogues:commitment-list", args=["pacific"]), f"{follow_at['commitment']}?dialogue=pacific"),
        (session.get_absolute_url(), f"{one[watching.SESSION]}?one-session={session.pk}"),
        (commitment.get_absolute_url(), f"{one[watching.COMMITMENT]}?one-commitment={commitment.pk}"),
    ):
        assert f'href="{link}"' in client.get(page).content.decode()
        assert client.get(link).status_code == 200


def test_what_is_followed_reads_as_a_sentence_and_leads_back(client, dialogue, reader):
    session = SessionFactory(dialogue=dialogue, scheduled=True, title_es="Segunda sesión")
    commitment = CommitmentFactory(session=session, published=True)
    follow("session", reader, "?dialogue=pacific&language=es&topic=none")
    follow("commitment", reader, "?dialogue=pacific")
    follow("session", reader)
    follow(watching.SESSION, reader, f"?one-session={session.pk}")
    follow(watching.COMMITMENT, reader, f"?one-commitment={commitment.pk}")
    rows = [row.criteria for row in Subscription.objects.select_related("criteria").order_by("pk")]
    assert [followed.sentence(row) for row in rows] == [
        "New sessions of Pacific Dialogue, in Spanish",
        "New commitments made in Pacific Dialogue",
        "New sessions",
        f"Each change of the session “{session.title}”",
        f"News of the commitment “{commitment.text}”",
    ]
    assert list(followed.sentences(rows).values()) == [followed.sentence(row) for row in rows]
    assert [followed.path(row) for row in rows] == [
        dialogue.get_absolute_url(),
        reverse("dialogues:commitment-list", args=["pacific"]),
        reverse("dialogues:dialogue-list"),
        session.get_absolute_url(),
        commitment.get_absolute_url(),
    ]
    client.force_login(reader)
    assert client.get(reverse("notifications:following")).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_what_is_followed_is_named_with_as_many_queries_however_much_it_is(
    dialogue, reader, count, django_assert_num_queries
):
    kind = followed.by_name(watching.SESSION)
    rows = [
        subscriptions.follow(kind, watching.wish(watching.SESSION, SessionFactory(scheduled=True)), by=reader).criteria
        for _number in range(count)
    ]
    with django_assert_num_queries(1):
        assert len(followed.sentences(rows)) == count
