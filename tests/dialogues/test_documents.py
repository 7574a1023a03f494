"""The papers of a session: who reads which version, and what becomes of files that are replaced or taken off."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from dialogues import documents
from dialogues.models import Document, DocumentVersion
from dialogues.models.documents import private_storage
from portal.activity.models import Activity
from tests.factories import files
from tests.factories.accounts import UserFactory
from tests.factories.dialogues import AgendaItemFactory, DialogueFactory, RegistrationFactory, SessionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(us, tw):
    return SessionFactory(dialogue=DialogueFactory(), scheduled=True)


def add(session, by, *, name="paper.txt", content=b"First.", language="en", title="Paper", **details):
    upload = files.upload(name, content)
    return documents.add(session, titles={"en": title}, upload=upload, language=language, by=by, **details)


def replace(document, by, content=b"Second.", language="en"):
    upload = files.upload("paper.txt", content)
    return documents.add_version(document, upload=upload, language=language, by=by)


def stored():
    """The files that lie in the private storage under the names of documents."""
    root = private_storage()
    found = []

    def walk(folder):
        folders, names = root.listdir(folder) if root.exists(folder) else ([], [])
        found.extend(f"{folder}/{name}" for name in names)
        for inner in folders:
            walk(f"{folder}/{inner}")

    walk("documents")
    return set(found)


def refusal(call, *args, **kwargs):
    with pytest.raises(ValidationError) as refused:
        call(*args, **kwargs)
    return refused.value.code


def test_a_paper_is_stored_under_a_name_nobody_guesses_and_logged(session, official):
    document = add(session, official, name="Aduanas 2027.txt")

    version = document.versions.get()
    assert version.filename == "Aduanas 2027.txt"
    assert "Aduanas" not in version.file.name
    assert len(version.file.name.rpartition("/")[2]) == 43
    with version.file.open() as file:
        assert file.read() == b"First."
    assert (version.number, version.size, version.content_type) == (1, 6, "text/plain; charset=utf-8")
    assert Activity.objects.get(verb="document_added").data == {"document": document.pk}


def test_versions_are_counted_for_each_language_and_the_last_one_counts(session, official):
    document = add(session, official, audience="public")
    replace(document, official)
    replace(document, official, "第一".encode(), "zh-hant")

    numbers = document.versions.order_by("language", "number").values_list("language", "number")
    assert list(numbers) == [("en", 1), ("en", 2), ("zh-hant", 1)]
    [paper] = documents.papers(session, official)
    assert [(v.language, v.number) for v in paper.files] == [("en", 2), ("zh-hant", 1)]
    assert documents.missing_languages(paper) == []


def test_the_same_file_again_is_no_new_version_but_an_older_one_may_come_back(session, official):
    document = add(session, official)

    assert refusal(replace, document, official, b"First.") == "unchanged"
    replace(document, official, b"Second.")
    assert replace(document, official, b"First.").number == 3


def test_what_is_refused_leaves_no_file_behind(session, official):
    before = stored()
    other = AgendaItemFactory()

    assert refusal(add, session, official, agenda_item=other) == "agenda_item"
    assert refusal(add, session, official, content=b"\x00") == "encoding"
    assert refusal(add, session, official, title=" ") == "required"
    document = add(session, official)
    kept = stored()
    assert refusal(replace, document, official, b"First.") == "unchanged"

    assert stored() == kept
    assert len(kept - before) == 1


def test_papers_of_a_closed_session_stay_as_they_are(session, official):
    document = add(session, official)
    session.status = "closed"
    session.save()

    assert refusal(add, session, official) == "over"
    assert refusal(replace, document, official) == "over"
    details = {"titles": {"en": "New"}, "kind": "paper", "audience": "public"}
    assert refusal(documents.revise, document, **details, by=official) == "over"
    documents.take_off(document, by=official)  # a paper that should not be public must go whenever that is noticed
    assert documents.papers(session, official) == []


def readers(session):
    official, foreign = UserFactory(official_of="US"), UserFactory(official_of="MX")
    people = {"official": official, "foreign": foreign, "confirmed": UserFactory(sme_in="US")}
    people |= {"waiting": UserFactory(sme_in="US"), "left": UserFactory(sme_in="US")}
    RegistrationFactory(session=session, user=people["confirmed"])
    RegistrationFactory(session=session, user=people["waiting"], status="waitlisted")
    RegistrationFactory(session=session, user=people["left"], role="delegate")
    return people


@pytest.mark.parametrize(
    ("audience", "who"),
    [
        ("public", {"official", "foreign", "confirmed", "waiting", "left"}),
        ("participants", {"official", "confirmed"}),
        ("officials", {"official"}),
    ],
)
def test_a_paper_is_read_by_whom_it_is_meant_for(session, audience, who):
    people = readers(session)
    document = add(session, people["official"], audience=audience)

    seen = {name for name, user in people.items() if document in Document.objects.visible_to(user)}

    assert seen == who


def test_a_paper_of_an_item_is_not_seen_by_who_does_not_see_the_item(session, official, sme):
    item = AgendaItemFactory(session=session, visibility="officials")
    document = add(session, official, audience="public", agenda_item=item)

    assert document not in Document.objects.visible_to(sme)
    assert document in Document.objects.visible_to(official)


def test_replaced_versions_are_for_officials_of_the_parties_alone(session, official, official_mx, sme):
    document = add(session, official, audience="public")
    second = replace(document, official)

    assert list(DocumentVersion.objects.visible_to(sme)) == [second]
    assert list(DocumentVersion.objects.visible_to(official_mx)) == [second]
    assert DocumentVersion.objects.visible_to(official).count() == 2
    assert len(documents.history(session, official)[document.pk]) == 2


def test_taken_off_is_gone_for_all_and_only_officials_of_the_parties_find_it_to_put_it_back(
    session, official, official_mx
):
    document = add(session, official, audience="public")

    documents.take_off(document, by=official)
    documents.take_off(document, by=official)

    assert not Document.objects.visible_to(official).exists()
    assert not DocumentVersion.objects.visible_to(official).exists()
    assert list(Document.objects.taken_off(official)) == [document]
    assert not Document.objects.taken_off(official_mx).exists()
    assert refusal(replace, document, official) == "taken_off"
    documents.put_back(document, by=official)
    assert list(Document.objects.visible_to(official_mx)) == [document]
    assert Activity.objects.filter(verb="document_taken_off").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_versions_at_once_get_two_numbers(session, official):
    document = add(session, official)

    def send(content):
        try:
            return replace(Document.objects.get(pk=document.pk), official, content).number
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        numbers = sorted(pool.map(send, [b"a", b"b", b"c", b"d"]))

    assert numbers == [2, 3, 4, 5]


@pytest.mark.parametrize("count", [1, 3])
def test_papers_cost_as_many_queries_for_three_as_for_one(session, sme, official, count, django_assert_num_queries):
    for _ in range(count):
        add(session, official, audience="public")
    sme.active_memberships  # noqa: B018 -- known before, as on every page

    with django_assert_num_queries(2):
        assert [f.get_absolute_url() for paper in documents.papers(session, sme) for f in paper.files]
