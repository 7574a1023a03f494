"""The pages of minutes: writing them together, reading, commenting, signing, publishing, correcting, comparing."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dialogues import commenting, desk, minutes, signing, writing
from dialogues.models import Commitment, Decision, Minutes
from portal.notifications.models import Notification
from tests.factories.accounts import UserFactory
from tests.factories.dialogues import (
    AgendaItemFactory,
    CommitmentFactory,
    DialogueFactory,
    MinutesFactory,
    MinutesSectionFactory,
    RegistrationFactory,
    SessionFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(us, tw):
    return SessionFactory(dialogue=DialogueFactory(slug="us-tw"), held=True, title_en="Ports")


@pytest.fixture
def colleague(tw):
    return UserFactory(full_name="Colin Colleague", official_of="TW")


def url(name, session, *more):
    return reverse(f"dialogues:{name}", args=[session.dialogue.slug, session.pk, *more])


def text(response):
    return response.content.decode()


def typed(piece, seen=0, code="en", words=""):
    """The fields of one text in the form of the whole."""
    column = code.replace("-", "_")
    return {f"{piece}-text_{column}": words, f"{piece}-seen_{column}": str(seen)}


def in_a_week():
    return (timezone.localdate() + timedelta(days=7)).isoformat()


# --- Writing ------------------------------------------------------------------------------------


def test_minutes_go_from_the_agenda_to_publication_with_what_was_decided_inside_the_item(
    client, session, official, colleague, sme, *, mailoutbox, django_capture_on_commit_callbacks
):
    item = AgendaItemFactory(session=session, title_en="Customs", title_zh_hant="通關")
    RegistrationFactory(session=session, user=sme)
    client.force_login(official)
    assert "Begin the minutes" in text(client.get(url("minutes-edit", session)))
    client.post(url("minutes-begin", session))
    section = Minutes.objects.get().sections.get()

    saved = client.post(url("minutes-edit", session), {
        **typed(section.pk, words="### One form\r\n\r\nWe **met**."),
        **typed(section.pk, code="zh-hant", words="我們見面了。"),
        "then": f"decision-{section.pk}",
    })  # fmt: skip
    assert saved.url == f"{url('decision-add', session)}?section={section.pk}"
    assert f'<option value="{item.pk}" selected>' in text(client.get(saved.url))
    client.post(saved.url, {"text_en": "One form.", "agenda_item": str(item.pk)})
    client.post(url("commitment-add", session), {
        "text_en": "Publish it.", "owner": official.active_memberships[0].organization_id, "due_on": "2099-12-31",
        "agenda_item": str(item.pk),
    })  # fmt: skip
    assert client.post(url("minutes-edit", session), {"then": "circulate"}).url == url("minutes-circulate", session)

    found = Minutes.objects.get()
    page = text(client.get(url("minutes-circulate", session)))
    assert "A different number of headings: English 1, Traditional Chinese 0." in page
    day = {"comments_until": in_a_week(), "seen_revision": str(found.revision)}
    assert "The languages do not say the same yet." in text(client.post(url("minutes-circulate", session), day))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("minutes-circulate", session), {**day, "despite_findings": "on"})
    (asked,) = [mail for mail in mailoutbox if sme.email in mail.to[0]]
    assert "in any language" in asked.body
    assert url("minutes-detail", session) in asked.body

    client.force_login(sme)
    client.post(url("minutes-comment", session), {"section": section.pk, "language": "en", "text": "It was two forms."})
    client.force_login(official)
    client.post(url("minutes-comment-settle", session, found.comments.get().pk), {"reply": "One, as said on tape."})
    for person, party in ((official, "US"), (colleague, "TW")):
        client.force_login(person)
        client.post(url("minutes-sign", session), {"economy": party, "seen_revision": str(found.revision)})
    assert "may still comment" in text(client.get(url("minutes-detail", session)))
    Minutes.objects.update(comments_until=timezone.localdate() - timedelta(days=2))
    assert "我們見面了" in text(client.get(url("minutes-publish", session)))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("minutes-publish", session), {"seen_revision": str(found.revision)})

    client.logout()
    page = text(client.get(url("minutes-detail", session)))
    assert re.search(r"Customs.*<strong>met</strong>.*One form\..*Publish it\.", page, re.DOTALL)
    assert "It was two forms." not in page  # comments are not public
    assert page.count("Signed") == 2
    told = [mail for mail in mailoutbox if sme.email in mail.to[0]]
    assert len(told) == 3  # circulated, the reply, published
    assert "Publish it." in told[-1].body


def test_what_a_colleague_changed_in_the_same_lines_stands_beside_what_was_typed_and_the_rest_is_saved(
    client, session, official, colleague
):
    section = MinutesSectionFactory(minutes__session=session, minutes__text_en="")
    found = section.minutes
    writing.save(found, section=section, language="en", text="From the colleague", seen=0, by=colleague)
    client.force_login(official)

    response = client.post(url("minutes-edit", session), {
        **typed(section.pk, words="From me"), **typed("general", words="Also from me"), "then": "circulate",
    })  # fmt: skip

    assert response.status_code == 409
    assert re.search(r"<textarea[^>]*>\s*From me</textarea>", text(response))
    assert re.search(r'class="minutes__other"[^>]*>From .*the colleague', text(response), re.DOTALL)
    assert f'name="{section.pk}-seen_en" value="1"' in text(response)
    section.refresh_from_db()
    found.refresh_from_db()
    assert (section.text_en, found.text_en) == ("From the colleague", "Also from me")

    client.post(url("minutes-edit", session), typed(section.pk, seen=1, words="From both"))
    section.refresh_from_db()
    assert section.text_en == "From both"


def test_changes_of_different_lines_are_brought_together_and_the_writer_is_told(client, session, official, colleague):
    found = MinutesFactory(session=session, text_en="")
    writing.save(found, language="en", text="One.\n\nTwo.", seen=0, by=colleague)
    writing.save(found, language="en", text="One!\n\nTwo.", seen=1, by=colleague)
    client.force_login(official)

    response = client.post(
        url("minutes-edit", session), typed("general", seen=1, words="One.\r\n\r\nTwo!"), follow=True
    )

    assert "A colleague saved meanwhile" in text(response)
    found.refresh_from_db()
    assert found.text_en == "One!\n\nTwo!"


def test_what_was_typed_in_a_section_that_a_colleague_took_out_is_given_back(client, session, official):
    MinutesFactory(session=session)
    client.force_login(official)

    response = client.post(url("minutes-edit", session), typed(999999, words="Do not lose me"))

    assert response.status_code == 409
    assert "Do not lose me" in text(response)


def autosave(client, session, **fields):
    fields = {"piece": "general", "language": "en", "text": "Said.", "seen": "0"} | fields
    return client.post(url("minutes-autosave", session), fields)


def test_a_text_is_saved_while_its_writer_pauses(client, session, official, colleague):
    section = MinutesSectionFactory(minutes__session=session, minutes__text_en="")
    client.force_login(official)

    answer = autosave(client, session, piece=section.pk, text="Said.\r\n").json()
    assert (answer["revision"], answer["text"], answer["message"][:8]) == (1, "Said.", "Saved at")
    writing.save(section.minutes, section=section, language="en", text="Her words.", seen=1, by=colleague)
    refused = autosave(client, session, piece=section.pk, text="My words.", seen="1")
    assert (refused.status_code, "text" in refused.json()) == (409, False)
    section.refresh_from_db()
    assert section.text_en == "Her words."


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"piece": "999999"}, 404), ({"piece": "x"}, 404), ({"piece": "9" * 19}, 404), ({"piece": ""}, 400),
        ({"language": "de"}, 400), ({"seen": "-1"}, 400), ({"seen": "x"}, 400), ({"seen": "9" * 30}, 400),
        ({"text": "a\x00b"}, 400), ({"text": "a" * 60_001}, 400), ({"seen": "7"}, 409),
    ],
)  # fmt: skip
def test_an_autosave_of_something_else_is_refused_in_words(client, session, official, fields, status):
    MinutesFactory(session=session)
    client.force_login(official)

    response = autosave(client, session, **fields)

    assert (response.status_code, bool(response.json()["message"])) == (status, True)


@pytest.mark.parametrize(
    ("words", "seen"), [("a\x00b", "0"), ("a" * 60_001, "0"), ("a", "-1"), ("a", "x"), ("a", "9" * 30)]
)
def test_what_cannot_be_stored_is_said_beside_what_was_typed(client, session, official, words, seen):
    MinutesFactory(session=session, text_en="")
    client.force_login(official)

    response = client.post(url("minutes-edit", session), typed("general", seen=seen, words=words))

    assert response.status_code == 400
    assert "Nothing is saved yet" in text(response)
    assert Minutes.objects.get().text_en == ""


def test_a_preview_shows_how_it_will_look_and_saves_nothing(client, session, official):
    MinutesFactory(session=session, text_en="")
    client.force_login(official)
    fields = {**typed("general", words="**Said** <script>"), "then": "preview-general"}

    whole = text(client.post(url("minutes-edit", session), fields))
    part = text(client.post(url("minutes-edit", session), fields, headers={"HX-Request": "true"}))

    for page in (whole, part):
        assert "<strong>Said</strong> &lt;script&gt;" in page
    assert "<html" not in part
    assert re.search(r"<textarea[^>]*>\s*\*\*Said", whole)
    assert Minutes.objects.get().text_en == ""


def test_decisions_commitments_and_empty_sections_are_taken_out_where_they_stand(client, session, official):
    found = MinutesFactory(session=session)
    decision = Decision.objects.create(session=session, text_en="Go.")
    promise = CommitmentFactory(session=session)
    client.force_login(official)
    client.post(url("minutes-section-add", session), {"heading_en": "Visit", "visibility": "public"})
    section = found.sections.get()

    for then in (f"undecide-{decision.pk}", f"unpromise-{promise.pk}", f"drop-{section.pk}"):
        client.post(url("minutes-edit", session), {"then": then})
    client.post(url("minutes-edit", session), {"then": "drop-²"})

    assert [rows.count() for rows in (Decision.objects, Commitment.objects, found.sections)] == [0, 0, 0]


def test_writing_asks_as_little_for_three_sections_as_for_one(client, session, official):
    found = MinutesFactory(session=session)
    client.force_login(official)
    client.get(url("minutes-edit", session))
    asked = []
    for count in (1, 2):
        for _ in range(count):
            item = AgendaItemFactory(session=session)
            MinutesSectionFactory(minutes=found, agenda_item=item)
            CommitmentFactory(session=session, agenda_item=item)
            Decision.objects.create(session=session, agenda_item=item, text_en="Go.")
        with CaptureQueriesContext(connection) as queries:
            client.get(url("minutes-edit", session))
        asked.append(len(queries))

    assert asked[0] == asked[1]


# --- Reading and agreeing -----------------------------------------------------------------------


def test_reading_asks_as_little_for_three_sections_and_comments_as_for_one(client, session, official, sme):
    RegistrationFactory(session=session, user=sme)
    found = MinutesFactory(session=session, circulated=True)
    client.force_login(official)
    client.get(url("minutes-detail", session))
    asked = []
    for count in (1, 2):
        for _ in range(count):
            item = AgendaItemFactory(session=session)
            section = MinutesSectionFactory(minutes=found, agenda_item=item)
            CommitmentFactory(session=session, agenda_item=item)
            commenting.comment(found, section=section, text="No", language="en", by=sme)
        with CaptureQueriesContext(connection) as queries:
            client.get(url("minutes-detail", session))
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_circulated_minutes_are_for_those_who_attended_and_drafts_for_officials(
    client, session, official, official_mx, sme, *, outsider
):
    RegistrationFactory(session=session, user=sme)
    found = MinutesFactory(session=session, circulated=True)
    MinutesSectionFactory(minutes=found, visibility="officials", heading_en="Among officials")

    for person in (official_mx, outsider):
        client.force_login(person)
        assert client.get(url("minutes-detail", session)).status_code == 404
        assert client.get(url("minutes-comment", session)).status_code == 404
    client.force_login(sme)
    page = text(client.get(url("minutes-detail", session)))
    assert "You may comment until" in page
    assert "Among officials" not in page
    assert client.get(url("minutes-circulate", session)).status_code == 403
    assert client.post(url("minutes-sign", session), {"economy": "US", "seen_revision": "1"}).status_code == 403
    client.force_login(official)
    assert "Among officials" in text(client.get(url("minutes-detail", session)))

    signing.reopen(found, reason="A comment.", by=official)
    client.force_login(sme)
    response = client.get(url("minutes-detail", session), follow=True)
    assert "The minutes are being written." in text(response)


def test_a_person_without_an_account_reads_and_comments_by_her_link(client, session, official):
    place = RegistrationFactory(
        session=session, user=None, address="g@example.com", address_name="Gerda Guest", address_language="en"
    )
    found = MinutesFactory(session=session, text_en="")
    writing.save(found, language="en", text="What was said.", seen=0, by=official)
    MinutesSectionFactory(minutes=found, visibility="officials", heading_en="Among officials")
    found.refresh_from_db()
    signing.circulate(
        found,
        comments_until=timezone.localdate() + timedelta(days=7),
        seen_revision=found.revision,
        despite_findings=True,
        by=official,
    )
    address = commenting.link_for(place, found)

    response = client.get(address)
    assert "What was said." in text(response)
    assert "Among officials" not in text(response)
    assert (response["X-Robots-Tag"], response["Cache-Control"]) == ("noindex", "private, no-store")
    assert not found.comments.exists()
    client.post(address, {"language": "fr", "text": "C'était trente jours."})
    row = found.comments.get()
    assert "C&#x27;était trente jours." in text(client.get(address))
    commenting.settle(row, reply="Corrected.", by=official)
    (reply,) = Notification.objects.filter(kind="dialogues/minutes_comment_settled")
    token = reply.context["url"].rstrip("/").rpartition("/")[2]
    assert (reply.address, commenting.read_link(token)[0]) == ("g@example.com", place)

    signing.reopen(Minutes.objects.get(), reason="A comment.", by=official)
    assert "changing the text" in text(client.get(address))
    Minutes.objects.update(status="published", published_at=timezone.now())
    assert client.get(address).url == url("minutes-detail", session)
    for wrong in ("x", "a:b:c", "%00"):
        assert client.get(f"/en/dialogues/minutes/by-link/{wrong}/").status_code == 404


def test_the_word_of_an_absent_party_is_written_down_from_its_page(client, session, official):
    found = MinutesFactory(session=session, circulated=True)
    client.force_login(official)
    assert "write down its word" in text(client.get(url("minutes-detail", session)))

    fields = {"economy": "TW", "seen_revision": str(found.revision)}
    for wrong in ({}, {**fields, "seen_revision": "x"}, {**fields, "received_as": ""}):
        client.post(url("minutes-sign", session), wrong)
    assert client.post(url("minutes-sign", session), {**fields, "economy": "MX"}).status_code == 404
    assert not found.sign_offs.exists()
    client.post(url("minutes-sign", session), {**fields, "received_as": "Letter of 3 May"})

    assert "written down as received: Letter of 3 May" in text(client.get(url("minutes-detail", session)))


def test_publishing_something_else_than_was_read_is_refused(client, session, official):
    found = MinutesFactory(session=session, agreed=True, revision=3)
    client.force_login(official)

    for seen in ("2", "", "x"):
        client.post(url("minutes-publish", session), {"seen_revision": seen})

    found.refresh_from_db()
    assert found.status == "agreed"


def test_a_correction_is_written_compared_and_read_beside_what_it_corrects(client, session, official):
    found = MinutesFactory(session=session)
    section = MinutesSectionFactory(minutes=found, text_en="Within 30 days.", heading_en="Customs")
    hidden = MinutesSectionFactory(minutes=found, text_en="Secret 30.", visibility="officials")
    Minutes.objects.update(status="published", published_at=timezone.now() - timedelta(days=1))
    client.force_login(official)
    client.post(url("minutes-correct", session), {"correction_en": "The time allowed."})
    draft = minutes.current(session)
    for old in (section, hidden):
        copy = draft.sections.get(order=old.order)
        client.post(url("minutes-edit", session), typed(copy.pk, seen=1, words=old.text_en.replace("30", "60")))
    client.logout()
    assert "30 days" in text(client.get(url("minutes-detail", session)))
    assert client.get(url("minutes-compare", session)).status_code == 404

    Minutes.objects.filter(pk=draft.pk).update(status="published", published_at=timezone.now())

    assert "60 days" in text(client.get(url("minutes-detail", session)))
    assert "There is a later version" in text(client.get(url("minutes-version", session, 1)))
    page = text(client.get(url("minutes-compare", session)))
    assert re.search(r"<del[^>]*><span[^>]*>[^<]*</span>30<", page)
    assert re.search(r"<ins[^>]*><span[^>]*>[^<]*</span>60<", page)
    assert ("The time allowed." in page, "Secret" in page) == (True, False)
    assert client.get(url("minutes-compare", session), {"from": "x", "to": "99"}).status_code == 200
    assert client.get(url("minutes-version", session, 99)).status_code == 404
    client.force_login(official)
    assert "Secret" in text(client.get(url("minutes-compare", session), {"from": "1", "to": "2"}))


def test_the_desk_asks_for_the_next_step_of_whose_turn_it_is(session, official, colleague, sme, us):
    RegistrationFactory(session=session, user=sme)
    found = MinutesFactory(session=session, circulated=True)

    def asked(person):
        return [waiting.title for waiting in desk.waiting_for(person) if "inutes" in waiting.title]

    assert asked(official) == asked(colleague) == ["Sign off the minutes: Ports"]
    assert asked(sme) == ["Comment on the minutes: Ports"]
    commenting.comment(found, text="No", language="en", by=sme)
    signing.sign_off(found, economy=us, seen_revision=found.revision, by=official)
    assert asked(sme) == []
    assert asked(official) == ["Reply to comments on the minutes: Ports"]
    Minutes.objects.update(status="agreed", comments_until=timezone.localdate() - timedelta(days=2))
    found.comments.update(settled_at=timezone.now())
    assert asked(official) == asked(colleague) == ["Publish the minutes: Ports"]
    Minutes.objects.update(status="draft")
    assert asked(official) == ["Write and circulate the minutes: Ports"]
