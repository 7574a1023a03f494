"""The session pack: one content in three forms, and nothing in it that its reader may not see."""

import io
import json
import re
import zipfile
from dataclasses import asdict

import docx
import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone, translation
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogues import documents, pack_docx, pack_pdf, packing
from dialogues.models import MinutesSection
from dialogues.pack_blocks import Pack, Section, Side, Sides, say
from dialogues.pack_text import tree
from tests.factories import files
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.dialogues import (
    AgendaItemFactory,
    CommitmentFactory,
    DialogueFactory,
    MinutesFactory,
    RegistrationFactory,
    SessionFactory,
)

VISITOR = AnonymousUser()
NOTE = "We begin with **one form**.\n\n1. First\n2. Second\n   - inside\n\n| a | b |\n|---|---|\n| c | d |\n"


@pytest.fixture
def session(us, tw, official):
    """Held, with one of everything; the second item, a paper and a section are for officials alone."""
    session = SessionFactory(dialogue=DialogueFactory(slug="us-tw"), held=True, title_en="Third session", number=3)
    item = AgendaItemFactory(
        session=session, order=1, title_en="Customs forms", title_zh_hant="報關表格", note_en=NOTE, presenter="Ann Lee"
    )
    secret = AgendaItemFactory(session=session, order=2, title_en="Secret line", visibility="officials")
    for audience, title in (("public", "Open paper"), ("officials", "Secret paper")):
        upload = files.upload("paper.txt", title.encode())
        titles = {"en": title}
        documents.add(session, titles=titles, upload=upload, language="en", audience=audience, by=official)
    minutes = MinutesFactory(session=session, text_en="Opened at nine.", text_zh_hant="九時開會。")
    said = {"heading_en": "Customs forms", "text_en": "All **agreed**.", "text_zh_hant": "一致同意。"}
    MinutesSection.objects.create(minutes=minutes, agenda_item=item, order=1, **said)
    hushed = {"heading_en": "Secret heading", "text_en": "Hush.", "visibility": "officials"}
    MinutesSection.objects.create(minutes=minutes, agenda_item=secret, order=2, **hushed)
    type(minutes).objects.filter(pk=minutes.pk).update(status="published", published_at=timezone.now())
    now = timezone.now()
    session.decisions.create(text_en="One form for all.", text_zh_hant="一份表格。", published_at=now, agenda_item=item)
    agency = OrganizationFactory(agency=True, code="TW", name="Customs Administration")
    CommitmentFactory(session=session, text_en="Publish the form", owner=agency, published=True)
    RegistrationFactory(session=session, user=UserFactory(), economy=tw, attended=True)
    RegistrationFactory(session=session, user=UserFactory(), economy=us)
    return session


def find(session):
    return type(session).objects.with_dialogue().get(pk=session.pk)


def make(session, user=VISITOR, language="en"):
    with translation.override(language):
        return packing.pack(find(session), user=user)


def words(pack):
    return json.dumps(asdict(pack) | {"made_at": ""}, ensure_ascii=False)


def in_word(data):
    """All text of a DOCX file, tables and all."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return re.sub(r"<[^>]+>", "", archive.read("word/document.xml").decode())


SECRETS = ("Secret line", "Secret paper", "Secret heading", "Hush.")


@pytest.mark.django_db
def test_it_opens_with_the_scoreboard_and_has_everything_in_its_order(session):
    pack = make(session)

    names = [section.name for section in pack.sections]
    assert names == ["scoreboard", "session", "agenda", "papers", "attendance", "minutes", "decisions", "commitments"]
    assert "1 commitment was made so far; 0 are kept" not in words(pack)
    for text in ("Customs forms", "Ann Lee", "Open paper", "All **agreed**.", "One form for all.", "Publish the form"):
        assert text in words(pack)
    assert "Everybody may read this." in pack.for_whom
    assert pack.filename == "us-tw-3-en"


@pytest.mark.django_db
def test_visitors_get_what_everybody_may_see_and_officials_all(session, official, sme):
    assert not [secret for secret in SECRETS if secret in words(make(session))]
    assert not [secret for secret in SECRETS if secret in words(make(session, sme))]
    assert [secret for secret in SECRETS if secret in words(make(session, official))] == list(SECRETS)
    assert "Do not pass it on" in make(session, official).for_whom


@pytest.mark.django_db
def test_the_agenda_tells_each_clock_once_with_the_parties_that_live_by_it(session):
    pack = make(session)

    agenda = next(section for section in pack.sections if section.name == "agenda")
    when = [line.text for line in agenda.blocks[0].rows[0][1]]
    assert when == ["09:00–09:30 Taipei, Taiwan", "20:00–20:30 −1 day United States"]


@pytest.mark.django_db
def test_it_is_in_the_readers_language_and_other_languages_are_named(session):
    pack = make(session, language="zh-hant")

    assert "報關表格" in words(pack)
    commitment = next(s for s in pack.sections if s.name == "commitments").blocks[0].rows[0][0][0]
    assert (commitment.text, commitment.language) == ("Publish the form", "en")


@pytest.mark.django_db
def test_drafts_of_minutes_and_their_decisions_stay_with_officials(session, official):
    held = SessionFactory(dialogue=session.dialogue, held=True)
    MinutesFactory(session=held, text_en="Not agreed yet.")
    held.decisions.create(text_en="Perhaps.")

    assert "Not agreed yet." not in words(make(held))
    assert "Perhaps." not in words(make(held))
    assert "Not agreed yet." in words(make(held, official))
    assert "not the agreed text" in words(make(held, official))


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh-hant", "es", "fr"])
def test_the_pdf_is_accessible_and_the_word_file_has_the_same_words(session, official, language):
    pack = make(session, official, language)

    with translation.override(language):
        pdf, word = pack_pdf.draw(pack), pack_docx.draw(pack)

    assert pdf.startswith(b"%PDF-")
    assert b"pdfuaid" in pdf
    assert b"NotoSansTC" in pdf
    text = in_word(word)
    for section in pack.sections:
        assert section.title in text
    for said in ("一致同意。", "九時開會。", "Publish the form", "Customs Administration", "Hush."):
        assert said in text
    reopened = docx.Document(io.BytesIO(word))
    assert [p.style.name for p in reopened.paragraphs if p.style.name.startswith("Heading")][:2] == [
        "Heading 1",
        "Heading 2",
    ]


@pytest.mark.django_db
def test_what_says_the_same_has_the_same_fingerprint_and_a_change_another(session):
    first = packing.fingerprint(make(session))
    assert packing.fingerprint(make(session)) == first

    session.decisions.create(text_en="Another.", published_at=timezone.now())

    assert packing.fingerprint(make(session)) != first


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_it_asks_as_little_for_three_of_each_as_for_one(session, count, django_assert_num_queries):
    for number in range(3, 3 + count):
        AgendaItemFactory(session=session, order=number)
        CommitmentFactory(session=session, published=True)
        session.decisions.create(text_en="So.", published_at=timezone.now())
        RegistrationFactory(session=session)
    found = find(session)

    with django_assert_num_queries(16):
        packing.pack(found, user=VISITOR)


def wrapped(text):
    """A pack of one text in two languages."""
    sides = Sides([Side("English", "en", text), Side("中文", "zh-hant", text)], empty="–")
    said = say(text.replace("\n", " ")[:100] or "–")
    section = Section("minutes", "Minutes", [sides])
    return Pack("en", said, say("A title"), "1 May", "All.", "now", timezone.now(), "a", [section])


def test_what_people_wrote_is_never_a_command():
    attack = (
        '#read("/etc/passwd") `#eval("1")` $x$ @label <tag> \\ [link](javascript:alert) [good](https://example.com/a)'
    )
    nodes = tree(attack)

    links = [run["link"] for node in nodes for run in node["runs"] if "link" in run]
    assert links == ["https://example.com/a"]
    pdf = pack_pdf.draw(wrapped(attack))
    assert b"root:" not in pdf
    assert b"javascript:alert" not in pdf
    assert '#read("/etc/passwd")' in in_word(pack_docx.draw(wrapped(attack))).replace("&quot;", '"')


def test_what_no_font_has_is_a_box_and_not_an_error():
    assert b"pdfuaid" in pack_pdf.draw(wrapped("Ελληνικά, кириллица, 專案"))
    boxed = pack_pdf.draw(wrapped("Well done 🎉 한국어 ไทย"))
    assert boxed.startswith(b"%PDF-")
    assert b"pdfuaid" not in boxed


MARKDOWN = st.lists(
    st.sampled_from(
        [
            "# a", "###### b", "- c", "  - d", "    - e", "1. f", "7) g", "> h", "> > i", "---", "`j`", "```\nk\n```",
            "**l** *m* ~~n~~", "[o](https://example.com)", "![p](q.png)", "| r | s |\n|---|---|\n| t |", "u  \nv", "",
            "專案",            "<b>w</b>", "\\*", "a\x0bb", "\ufffe", "    x", "- ", "1.", "*", "#",
        ]
    ),
    max_size=12,
).map("\n".join)  # fmt: skip


@given(MARKDOWN)
@settings(max_examples=40, deadline=None)
def test_whatever_was_written_becomes_both_kinds_of_file(text):
    pack = wrapped(text)

    assert pack_pdf.draw(pack).startswith(b"%PDF-")
    assert docx.Document(io.BytesIO(pack_docx.draw(pack))).paragraphs
