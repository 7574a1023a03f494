"""The pages on which officials write to many, and the one on which people read it."""

import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.notifications import audiences, mailing, mailing_outlook, mailing_views, preferences
from portal.notifications.delivery import deliver_due
from portal.notifications.mailing_text import Text
from portal.notifications.models import Mailing, Notification
from tests.factories.accounts import UserFactory
from tests.factories.dialogues import IssueFactory, RegistrationFactory, SessionFactory

pytestmark = pytest.mark.django_db
WRITTEN = {"parts": ["confirmed"], "subject_en": "Room 5", "body_en": "We meet in **room 5**.", "fallback": "en"}


@pytest.fixture
def session(us, tw, sme_tw):
    session = SessionFactory(scheduled=True, title_en="Fifth session")
    RegistrationFactory(session=session, user=sme_tw)
    return session


@pytest.fixture
def desk(client, official):
    client.force_login(official)
    return client


def to(session, name="mailing-new", *more):
    return reverse(f"notifications:{name}", args=["session", session.pk, *more])


def write(session, official, **texts):
    texts = {"en": Text("Room 5", "We meet in room 5."), **texts}
    audience = audiences.by_name("session")
    return mailing.prepare(audience, session, parts=["confirmed"], texts=texts, fallback="en", by=official)


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_an_official_writes_looks_sends_halts_and_lets_it_go_on(desk, session, mailoutbox):
    assert to(session, "mailing-list") in desk.get(session.get_absolute_url()).content.decode()
    assert "Nothing has been written to them yet" in text_of(desk.get(to(session, "mailing-list")))

    page = desk.post(to(session), WRITTEN, follow=True)
    row = Mailing.objects.get()
    assert "1 person would get this message." in text_of(page)
    assert "Traditional Chinese 1 (they get the text in English)" in text_of(page)
    assert "By mail 1" in text_of(page)
    sample = re.search(r'<iframe class="mail" src="([^"]+)"', page.content.decode())[1]
    assert "<strong>room 5</strong>" in desk.get(sample).content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', page.content.decode())[1]
    assert "Send to 1 person" in text_of(page)

    page = desk.post(to(session, "mailing-send", row.uid), {"seen": seen}, follow=True)
    assert "The message is on its way." in text_of(page)
    assert "0 of 1 person" in text_of(page)
    page = desk.post(to(session, "mailing-halt", row.uid), follow=True)
    assert "Halted. 1 person has not got it." in text_of(page)
    assert "Send it to the 1 person who has not got it" in text_of(page)
    deliver_due()
    assert mailoutbox == []
    desk.post(to(session, "mailing-resume", row.uid))
    deliver_due()
    page = desk.get(to(session, "mailing", row.uid))
    assert "All of it has gone" in text_of(page)
    assert "1 of 1 person" in text_of(page)
    assert "Olivia Official halted this message" in text_of(page)
    assert len(mailoutbox) == 1
    assert "Room 5 Olivia Official" in text_of(desk.get(to(session, "mailing-list")))


def test_the_page_asks_again_while_it_goes_and_stops_when_all_has_gone(desk, session, official):
    row = write(session, official)
    mailing.release(row, seen=mailing_outlook.of(row).mark, by=official)
    part = desk.get(to(session, "mailing", row.uid), headers={"HX-Request": "true", "HX-Target": "progress"})
    assert part.content.decode().strip().startswith("<section")
    assert "every 2s" in part.content.decode()
    deliver_due()
    page = desk.get(to(session, "mailing", row.uid))
    assert "every 2s" not in page.content.decode()


def test_a_draft_is_changed_or_discarded(desk, session, official):
    row = write(session, official)
    page = desk.get(to(session, "mailing-edit", row.uid))
    assert "We meet in room 5." in page.content.decode()
    desk.post(to(session, "mailing-edit", row.uid), WRITTEN | {"subject_en": "Room 6", "seen": "0"})
    assert row.texts.get().subject == "Room 6"
    late = desk.post(to(session, "mailing-edit", row.uid), WRITTEN | {"subject_en": "Room 7", "seen": "0"})
    assert "Somebody else has changed this message meanwhile." in text_of(late)
    assert 'value="Room 7"' in late.content.decode(), "what she wrote is kept"
    page = desk.post(to(session, "mailing-discard", row.uid), follow=True)
    assert "Discarded." in text_of(page)
    assert desk.get(to(session, "mailing-edit", row.uid)).status_code == 302
    assert "Discarded" in text_of(desk.get(to(session, "mailing", row.uid)))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"parts": []}, "Choose who gets it."),
        ({"parts": ["everybody"]}, "everybody is not one of the available choices"),
        ({"body_en": ""}, "English: write a subject and a text, or neither."),
        ({"body_en": "<b>5</b>"}, "HTML would be shown as it is written."),
        ({"body_en": "![5](https://example.com/5.png)"}, "mails carry no pictures"),
        ({"subject_fr": "Salle", "body_fr": "[ici](/fr/)"}, "French: “/fr/” leads nowhere from a mail"),
        ({"fallback": "fr"}, "Choose a language in which there is a text"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_written_is_kept(desk, session, change, said):
    page = desk.post(to(session), WRITTEN | change)
    assert said in text_of(page)
    assert 'value="Room 5"' in page.content.decode()
    assert Mailing.objects.count() == 0


def test_it_is_not_sent_when_somebody_has_registered_since(desk, session, official, sme):
    row = write(session, official)
    seen = mailing_outlook.of(row).mark
    RegistrationFactory(session=session, user=sme)
    page = desk.post(to(session, "mailing-send", row.uid), {"seen": seen}, follow=True)
    assert "The text or the people have changed since you looked." in text_of(page)
    assert "Send to 2 people" in text_of(page)
    assert Notification.objects.count() == 0


def test_a_sample_is_shown_for_each_language_in_a_frame_without_scripts(desk, session, official):
    row = write(session, official, fr=Text("Salle 5", "Nous sommes en salle 5."))
    page = desk.get(to(session, "mailing", row.uid), {"language": "fr"})
    assert "Salle 5" in text_of(page)
    assert re.findall(r'<a href="[?]language=([\w-]+)[^>]* aria-current="page">', page.content.decode()) == ["fr"]
    assert 'title="The mail as readers of French get it"' in page.content.decode()
    assert '<strong lang="fr">Salle 5</strong>' in page.content.decode()
    other = desk.get(to(session, "mailing", row.uid), {"language": "es"})
    assert '<strong lang="en">Room 5</strong>' in other.content.decode()
    frame = desk.get(to(session, "mailing-sample", row.uid, "fr"))
    assert "Nous sommes en salle 5." in frame.content.decode()
    assert '<html lang="fr">' in frame.content.decode()
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    assert "script-src" not in frame.headers["Content-Security-Policy"]
    assert desk.get(to(session, "mailing-sample", row.uid, "de")).status_code == 404
    assert desk.get(to(session, "mailing", row.uid), {"language": "de"}).status_code == 200


@pytest.fixture
def fresh_limits():
    cache.clear()


def test_the_writer_gets_it_alone_first_in_the_language_she_looks_at(desk, session, official, mailoutbox, fresh_limits):
    row = write(session, official, fr=Text("Salle 5", "Nous sommes en **salle 5**."))
    preferences.choose(wanted={"dialogues": "never"}, by=official)
    page = desk.get(to(session, "mailing", row.uid), {"language": "fr"}).content.decode()
    assert f'action="{to(session, "mailing-try", row.uid, "fr")}"' in page

    answer = desk.post(to(session, "mailing-try", row.uid, "fr"), follow=True)

    assert answer.redirect_chain == [(to(session, "mailing", row.uid) + "?language=fr", 302)]
    assert f"It is on its way to {official.email}. Nobody else gets it yet." in text_of(answer)
    deliver_due()
    [letter] = mailoutbox
    assert letter.to == [f"Olivia Official <{official.email}>"]
    assert "Salle 5" in letter.subject
    assert letter.extra_headers["Content-Language"] == "fr"
    assert "Nous sommes en <strong>salle 5</strong>." in letter.alternatives[0].content
    assert "Nous sommes en **salle 5**." in letter.body
    assert f"/fr/notifications/write/session/{session.pk}/{row.uid}/" in letter.body
    row.refresh_from_db()
    assert (row.status, row.rows.count()) == ("draft", 0)
    assert Notification.objects.visible_to(official).count() == 0


def test_what_is_sent_off_is_not_tried_out_any_more_nor_without_end(desk, session, official, fresh_limits):
    row = write(session, official)
    path = to(session, "mailing-try", row.uid, "en")
    assert desk.post(to(session, "mailing-try", row.uid, "de")).status_code == 404
    for _more in range(mailing_views.TRIALS_AN_HOUR):
        assert "Nobody else gets it yet." in text_of(desk.post(path, follow=True))
    assert "That is more than we can take in one hour." in text_of(desk.post(path, follow=True))
    assert Notification.objects.count() == mailing_views.TRIALS_AN_HOUR

    cache.clear()
    mailing.discard(row, by=official)
    assert "This message is sent off or discarded" in text_of(desk.post(path, follow=True))


def test_a_recipient_reads_it_in_her_language_and_others_do_not_find_it(client, session, official, sme_tw, outsider):
    row = write(session, official, **{"zh-hant": Text("五號室", "我們在**五號室**開會。")})
    mailing.release(row, seen=mailing_outlook.of(row).mark, by=official)
    path = reverse("notifications:message", args=[row.uid])
    client.force_login(sme_tw)
    assert client.get(path).status_code == 404, "it has not reached her yet"
    deliver_due()
    page = client.get(f"/zh-hant/notifications/messages/{row.uid}/")
    assert "<strong>五號室</strong>" in page.content.decode()
    assert official.full_name in page.content.decode()
    assert "We meet in room 5." in text_of(client.get(path, {"language": "en"}))
    inbox = client.get("/zh-hant/notifications/")
    assert "五號室" in inbox.content.decode()
    for other in (outsider, official):
        client.force_login(other)
        assert client.get(path).status_code == 404


def test_whom_one_may_not_write_to_and_what_does_not_exist(client, session, official_mx, official):
    row = write(session, official)
    client.force_login(official_mx)
    for path in (to(session, "mailing-list"), to(session), to(session, "mailing", row.uid)):
        assert client.get(path).status_code == 403
    client.force_login(official)
    other = SessionFactory(scheduled=True, dialogue=session.dialogue)
    assert client.get(to(other, "mailing", row.uid)).status_code == 404, "it is about another session"
    assert client.get(reverse("notifications:mailing-list", args=["everybody", session.pk])).status_code == 404
    assert client.get(reverse("notifications:mailing-list", args=["session", 999_999])).status_code == 404


def test_officials_write_about_dialogues_and_issues_too(desk, session, us):
    issue = IssueFactory(dialogue=session.dialogue, acknowledged=True, public=True, filed_by=UserFactory(sme_in="US"))
    for obj, name in ((session.dialogue, "dialogue"), (issue, "issue")):
        path = reverse("notifications:mailing-list", args=[name, obj.pk])
        assert path in desk.get(obj.get_absolute_url()).content.decode()
        assert desk.get(path).status_code == 200
        assert desk.get(reverse("notifications:mailing-new", args=[name, obj.pk])).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_no_more_for_many(desk, session, official, count):
    for _ in range(count):
        write(session, official)
    desk.get(to(session, "mailing-list"))
    with CaptureQueriesContext(connection) as queries:
        desk.get(to(session, "mailing-list"))
    assert len([one for one in queries if "notifications_mailing" in one["sql"]]) == 3
