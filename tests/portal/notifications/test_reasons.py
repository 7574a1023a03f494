"""Why somebody gets a message: in mail, inbox, feed and digest, for every kind there is."""

import html
import re

import pytest
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.urls import reverse
from django.utils import translation

from portal.languages import Language
from portal.notifications import digests, followed, personal, reasons, subscriptions
from portal.notifications.delivery import deliver_due
from portal.notifications.followed import Wish
from portal.notifications.models import Category, Notification
from portal.notifications.outbox import notify
from tests.factories.accounts import OrganizationFactory

#: What is made of many rows, and says why in each of its lines.
NO_ROW = {"notifications/digest"}


def every_kind():
    folders = [settings.BASE_DIR / "templates" / name for name in ("notifications", *Category.values)]
    files = [file for folder in folders for file in (folder / "mail").glob("*.subject.txt")]
    return sorted({f"{file.parent.parent.name}/{file.name.removesuffix('.subject.txt')}" for file in files} - NO_ROW)


def followed_by(user, kind_name="resource", wish=None):
    return subscriptions.follow(followed.by_name(kind_name), wish or Wish(), by=user)


@pytest.fixture
def meeting(db):
    return OrganizationFactory(name="Bridge", slug="bridge", agency=True)


def test_there_is_a_mail_for_each_of_many_kinds():
    assert {"dialogues/session_cancelled", "accounts/invitation", "partners/request_followed"} < set(every_kind())
    assert apps.is_installed("partners")


@pytest.mark.parametrize("kind", every_kind())
def test_every_kind_says_why_in_mail_inbox_feed_and_digest(client, us, sme, kind):
    row = followed_by(sme)
    found = next((one for one in followed.declared() if one.mail == kind), None)
    # Rendered already, as after a delivery: what the message itself says is not what is asked here.
    context = {"followed": [row.pk]} if found else {reasons.TOLD_AS: reasons.parts(kind)[0]}
    promise = Notification(recipient=sme, kind=kind, about=sme, key="x", subject="A subject", context=context)
    promise.save()
    (said,) = reasons.lines([promise])[promise.pk]
    general = {reasons._general(promise), reasons._general(Notification(kind="dialogues/x"))}
    assert said
    assert said not in general
    assert said.startswith("You follow: New") == (found is not None)
    client.force_login(sme)
    assert said in html.unescape(client.get(reverse("notifications:inbox")).content.decode())
    assert said in html.unescape(html.unescape(personal.atom(sme, address="https://example.com/feed")))
    ((line,),) = [group.lines for group in digests.grouped([promise])]
    assert line.because == [said]


@pytest.mark.parametrize("kind", every_kind())
def test_each_part_that_a_promise_may_name_has_its_own_sentence(kind):
    said = {
        part: reasons.lines([Notification(kind=kind, context={"told_as": part})])[None] for part in reasons.parts(kind)
    }
    assert all(said.values())
    assert len({line for (line,) in said.values()}) == len(said)


@pytest.mark.parametrize("kind", every_kind())
def test_every_mail_leaves_room_for_why(kind):
    """A template that replaces the line says why itself."""
    app, _slash, name = kind.partition("/")
    for part in ("txt", "html"):
        text = (settings.BASE_DIR / "templates" / app / "mail" / f"{name}.{part}").read_text(encoding="utf-8")
        assert re.search(r"{% extends \"portal/mail/base\.(?:txt|html)\" %}", text)
        replaced = re.search(r"{% block reason %}(.*?){% endblock", text, re.DOTALL)
        assert replaced is None or "You get this mail because" in replaced.group(1)


def test_who_is_told_in_different_parts_reads_her_own(us, sme, official, outsider, meeting):
    parts = {sme: "registered", official: "official", outsider: "invited"}
    notify(parts, "dialogues/session_revised", about=meeting, own=lambda person: {reasons.TOLD_AS: parts[person]})
    said = {row.recipient: reasons.lines([row])[row.pk] for row in Notification.objects.all()}
    assert said == {
        sme: ["You are registered for this session."],
        official: ["You are an official of a Party to this dialogue."],
        outsider: ["You are invited to this session."],
    }


def test_an_older_promise_that_names_no_part_says_what_always_holds(sme, meeting):
    row = Notification(recipient=sme, kind="dialogues/session_revised", about=meeting, context={}, pk=1)
    assert reasons.lines([row])[1] == ["You are registered for this session, invited to it, or an official of a Party."]


def test_each_search_that_found_it_is_named_once(us, sme):
    rows = [followed_by(sme, wish=Wish(codes)) for codes in ((), ("economy:US",))]
    row = Notification(recipient=sme, kind="resources/resource_followed", about=sme, pk=1)
    row.context = {"followed": [one.pk for one in rows] + [999_999]}
    assert reasons.lines([row])[1] == [
        "You follow: New resources",
        "You follow: New resources for United States",
    ]


def test_a_mail_of_no_declared_kind_says_the_least(sme, meeting):
    notify([sme], "dialogues/meeting", about=meeting, word="x")
    deliver_due()
    letter = mail.outbox[-1]
    assert "Why you get this: You are part of what it is about." in letter.body
    assert "You are part of what it is about." in letter.alternatives[0].content


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_of_messages_asks_as_often_however_many_searches_found_them(us, sme, count, django_assert_num_queries):
    rows = [
        Notification(pk=number, recipient=sme, kind="resources/resource_followed", about=sme)
        for number in range(1, count + 1)
    ]
    for row in rows:
        row.context = {"followed": [followed_by(sme, wish=Wish(words=f"w{row.pk}")).pk]}
    reasons.lines(rows)
    with django_assert_num_queries(2):  # what is followed, and whether the vocabulary is the same as before
        said = reasons.lines(rows)
    assert said == {number: [f"You follow: New resources with “w{number}”"] for number in range(1, count + 1)}


@pytest.mark.parametrize("language", [code for code in Language.values if code != "en"])
def test_it_is_said_in_the_readers_language_when_it_is_shown(us, sme, language):
    row = Notification(recipient=sme, kind="resources/resource_followed", about=sme, pk=1)
    row.context = {"followed": [followed_by(sme, wish=Wish(("economy:US",))).pk]}
    with translation.override(language):
        (said,) = reasons.lines([row])[1]
    place = {"es": "Estados Unidos", "fr": "États-Unis", "zh-hant": "美國"}[language]
    assert place in said
