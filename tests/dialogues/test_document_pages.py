"""The pages of papers and packs: what is served to whom, and how."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from dialogues import documents
from dialogues.models import Document
from dialogues.models.documents import private_storage
from dialogues.views import packs
from tests.factories import files
from tests.factories.dialogues import AgendaItemFactory, DialogueFactory, RegistrationFactory, SessionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(us, tw):
    return SessionFactory(dialogue=DialogueFactory(slug="us-tw"), scheduled=True)


def url(name, session, *more):
    return reverse(f"dialogues:{name}", args=[session.dialogue.slug, session.pk, *more])


def add(session, by, *, audience="public", content=b"First.", title="Customs"):
    upload = files.upload("Customs <2027>.txt", content)
    return documents.add(session, titles={"en": title}, upload=upload, language="en", audience=audience, by=by)


def body(response):
    """All of it; the test client closes the file then, as a server does."""
    return b"".join(response.streaming_content)


def test_a_file_is_handed_out_to_be_saved_and_never_shown(client, session, official):
    version = add(session, official).versions.get()

    response = client.get(version.get_absolute_url())

    assert response.status_code == 200
    assert response["Content-Disposition"] == 'attachment; filename="Customs _2027.txt"'
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-cache"
    assert response["Content-Length"] == "6"
    assert body(response) == b"First."


def test_a_copy_that_is_still_right_is_not_sent_again_and_not_confirmed_to_who_lost_the_right(
    client, session, official, sme
):
    document = add(session, official, audience="participants")
    address = document.versions.get().get_absolute_url()
    RegistrationFactory(session=session, user=sme)
    client.force_login(sme)
    first = client.get(address)
    body(first)

    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    session.registrations.update(status="cancelled")
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 404


def test_nobody_gets_a_file_she_may_not_read_under_any_address(client, session, official, official_mx, sme):
    secret = add(session, official, audience="officials").versions.get()
    elsewhere = SessionFactory(dialogue=session.dialogue, scheduled=True)

    for person in (None, sme, official_mx):
        if person:
            client.force_login(person)
        assert client.get(secret.get_absolute_url()).status_code == 404
        assert "Customs" not in client.get(url("document-list", session)).content.decode()
    client.force_login(official)
    assert client.get(url("document-download", elsewhere, secret.pk)).status_code == 404
    assert body(client.get(secret.get_absolute_url())) == b"First."


def test_a_replaced_version_and_one_taken_off_are_gone_for_readers(client, session, official):
    document = add(session, official)
    first = document.versions.get()
    documents.add_version(document, upload=files.upload("b.txt", b"Second."), language="en", by=official)

    assert client.get(first.get_absolute_url()).status_code == 404
    documents.take_off(document, by=official)
    assert client.get(document.versions.latest().get().get_absolute_url()).status_code == 404


def test_a_file_that_is_not_on_the_disk_is_told_as_ours_to_mend(client, session, official):
    version = add(session, official).versions.get()
    private_storage().delete(version.file.name)

    assert client.get(version.get_absolute_url()).status_code == 503


def test_an_official_adds_a_paper_replaces_it_takes_it_off_and_puts_it_back(client, session, official):
    client.force_login(official)
    fields = {"title_en": "Rules of origin", "kind": "paper", "audience": "public", "language": "en"}

    client.post(url("document-add", session), fields | {"upload": files.upload("a.pdf", files.pdf())})
    document = Document.objects.get()
    page = client.get(url("document-list", session)).content.decode()
    assert "Rules of origin" in page
    assert "Missing in Traditional Chinese" in page

    newer = {"upload": files.upload("zh.txt", "原產地".encode()), "language": "zh-hant"}
    client.post(url("version-add", session, document.pk), newer)
    client.post(url("document-revise", session, document.pk), fields | {"title_en": "Origin", "audience": "officials"})
    page = client.get(url("document-list", session)).content.decode()
    assert "Missing in" not in page
    assert "2 versions" in page
    client.logout()
    assert "Origin" not in client.get(url("document-list", session)).content.decode()

    client.force_login(official)
    client.post(url("document-take-off", session, document.pk))
    assert "Put back" in client.get(url("document-list", session)).content.decode()
    client.post(url("document-put-back", session, document.pk))
    assert Document.objects.visible_to(official).exists()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.exe", b"MZ", "This kind of file cannot be taken"),
        ("a.pdf", b"MZ", "is not what its name says"),
        ("a.docx", files.open_xml("docx", {"word/vbaProject.bin": b"x"}), "holds a macro"),
        ("a.txt", b"", "This file is empty"),
    ],
)
def test_what_is_refused_is_said_at_the_file(client, session, official, name, content, says):
    client.force_login(official)
    fields = {"title_en": "Rules", "kind": "paper", "audience": "public", "language": "en"}

    response = client.post(url("document-add", session), fields | {"upload": files.upload(name, content)})

    assert says in response.content.decode()
    assert not Document.objects.exists()


def test_more_than_the_limit_is_neither_taken_nor_kept_on_the_disk(client, session, official, settings):
    settings.UPLOAD_MAX_MB = 3
    client.force_login(official)
    fields = {"title_en": "Rules", "kind": "paper", "audience": "public", "language": "en"}

    for size in (3, 5):
        upload = files.upload("a.txt", b"a" * size * 1024 * 1024)
        response = client.post(url("document-add", session), fields | {"upload": upload})
        assert ("larger than 3.0" in response.content.decode()) == (size > 3)

    assert Document.objects.count() == 1


def test_unknown_values_and_numbers_are_no_error_of_ours(client, session, official):
    document = add(session, official)
    client.force_login(official)

    for data in ({}, {"title_en": "a\x00b", "kind": "x", "audience": "y", "language": "z", "agenda_item": "abc"}):
        assert client.post(url("document-add", session), data).status_code == 200
        assert client.post(url("document-revise", session, document.pk), data).status_code == 200
        assert client.post(url("version-add", session, document.pk), data).status_code == 200
    assert client.post(url("document-take-off", session, 999999)).status_code == 404
    assert client.get(url("document-download", session, 999999)).status_code == 404
    assert client.get(url("session-pack", session) + "?for=%00").status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_little_for_three_papers_as_for_one(
    client, session, official, count, django_assert_num_queries
):
    for _ in range(count):
        add(session, official)

    with django_assert_num_queries(4):
        assert client.get(url("document-list", session)).content.decode().count('<article class="row"') == count


def test_the_pack_is_a_page_a_pdf_and_a_word_file_and_officials_choose_for_whom(client, session, official):
    AgendaItemFactory(session=session, order=1, title_en="For all")
    AgendaItemFactory(session=session, order=2, title_en="For us", visibility="officials")

    page = client.get(url("session-pack", session)).content.decode()
    assert "For all" in page
    assert "For us" not in page
    client.force_login(official)
    assert "For us" in client.get(url("session-pack", session)).content.decode()
    assert "For us" not in client.get(url("session-pack", session) + "?for=public").content.decode()
    pdf, word = (client.get(url(f"session-pack-{kind}", session)) for kind in ("pdf", "docx"))
    assert pdf.content.startswith(b"%PDF-")
    assert word.content.startswith(b"PK")
    assert pdf["Content-Disposition"] == f'attachment; filename="us-tw-{session.number}-en.pdf"'
    assert pdf["Cache-Control"] == "private, no-cache"


def test_a_pack_that_says_the_same_is_not_drawn_again_and_a_change_is_told(client, session):
    first = client.get(url("session-pack-pdf", session))
    again = {"If-None-Match": first["ETag"]}

    assert client.get(url("session-pack-pdf", session), headers=again).status_code == 304
    AgendaItemFactory(session=session)
    assert client.get(url("session-pack-pdf", session), headers=again).status_code == 200


def test_drawing_packs_has_its_limit_but_reading_the_page_has_none(client, session, monkeypatch):
    cache.clear()
    monkeypatch.setattr(packs, "VISITOR", 1)

    assert client.get(url("session-pack-docx", session)).status_code == 200
    refused = client.get(url("session-pack-docx", session))
    assert refused.status_code == 429
    assert refused["Retry-After"] == "600"
    assert client.get(url("session-pack", session)).status_code == 200


def test_a_draft_has_no_pack_for_others(client, session, official, sme):
    draft = SessionFactory(dialogue=session.dialogue)

    client.force_login(sme)
    for kind in ("session-pack", "session-pack-pdf", "session-pack-docx", "document-list"):
        assert client.get(url(kind, draft)).status_code == 404
    client.force_login(official)
    page = client.get(url("session-pack", draft))
    assert page.status_code == 200
    assert "Only what everybody may see" not in page.content.decode()


def test_the_sessions_page_leads_to_its_papers_and_its_pack(client, session, official):
    version = add(session, official).versions.get()

    page = client.get(session.get_absolute_url()).content.decode()

    assert version.get_absolute_url() in page
    assert url("session-pack", session) in page
    assert url("document-add", session) not in page
