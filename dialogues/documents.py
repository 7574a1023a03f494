"""The papers of a session: added, kept in versions by language, taken off and put back.

A file is written before the row that names it, and deleted when the row is not saved; so no row ever names a file that
is not there. Callers must not hold a transaction of their own open around these verbs.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max, Prefetch
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues.models import AgendaItem, Document, DocumentVersion, Session
from dialogues.models.documents import private_storage, stored_name
from dialogues.scheduling import columns
from portal.activity.log import record
from portal.lifecycle import lock
from portal.uploads import checking
from portal.uploads.checking import Checked

#: In these states nothing is added any more: the papers belong to the record.
CLOSED = frozenset({Session.Status.CLOSED, Session.Status.CANCELLED})


def add(
    session: Session,
    *,
    titles: Mapping[str, str],
    upload: UploadedFile,
    language: str,
    by: Any,
    kind: str = Document.Kind.PAPER,
    audience: str = Document.Audience.OFFICIALS,
    agenda_item: AgendaItem | None = None,
) -> Document:
    """Put a paper before the session, with its first file. ``titles`` by language code.

    Raises ``ValidationError``: what :func:`portal.uploads.checking.check` says of the file, ``required`` without a
    title, ``over`` when the session is closed or cancelled, ``agenda_item`` for an item of another session.
    """
    named = columns("title", titles)
    checked = checking.check(upload)
    with _stored(checked) as name, transaction.atomic():
        session = _open(session)
        _check_item(session, agenda_item)
        document = Document.objects.create(
            session=session, agenda_item=agenda_item, kind=kind, audience=audience, added_by=by, **named
        )
        _create_version(document, checked, name, language=language, number=1, by=by)
        record(by, "document_added", session, document=document.pk)
    return document


def add_version(document: Document, *, upload: UploadedFile, language: str, by: Any) -> DocumentVersion:
    """Put a newer file in the place of the last one of that language, or the first one in a further language.

    Two that arrive at once get two numbers. Raises ``ValidationError``: as :func:`add`, and ``unchanged`` when the
    last version is the same file.
    """
    checked = checking.check(upload)
    with _stored(checked) as name, transaction.atomic():
        session = _open(document.session)
        document = _standing(document)
        versions = document.versions.filter(language=language)
        if versions.latest().filter(digest=checked.digest).exists():
            raise ValidationError(_("That is the same file as the version before."), code="unchanged")
        last = versions.aggregate(last=Max("number"))["last"] or 0
        version = _create_version(document, checked, name, language=language, number=last + 1, by=by)
        record(by, "document_version_added", session, document=document.pk, language=language, number=version.number)
    return version


@transaction.atomic
def revise(
    document: Document,
    *,
    titles: Mapping[str, str],
    kind: str,
    audience: str,
    by: Any,
    agenda_item: AgendaItem | None = None,
) -> Document:
    """Change what a paper is called, who may read it and to which item it belongs."""
    session = _open(document.session)
    _check_item(session, agenda_item)
    document = _standing(document)
    changes = columns("title", titles) | {"kind": kind, "audience": audience, "agenda_item": agenda_item}
    was = document.audience
    for name, value in changes.items():
        setattr(document, name, value)
    document.save(update_fields=list(changes))
    record(by, "document_revised", session, document=document.pk, audience=audience, was=was)
    return document


@transaction.atomic
def take_off(document: Document, *, by: Any) -> Document:
    """Let nobody read it any more. Its files stay for the record, and it can be put back; twice is once."""
    session = lock(document.session)
    document = lock(document)
    if document.removed_at is None:
        document.removed_at = timezone.now()
        document.save(update_fields=["removed_at"])
        record(by, "document_taken_off", session, document=document.pk)
    return document


@transaction.atomic
def put_back(document: Document, *, by: Any) -> Document:
    """Let it be read again by whom it was meant for."""
    session = _open(document.session)
    document = lock(document)
    if document.removed_at is not None:
        document.removed_at = None
        document.save(update_fields=["removed_at"])
        record(by, "document_put_back", session, document=document.pk)
    return document


def papers(session: Session, user: Any) -> list[Document]:
    """What this reader may read of the session's papers, in the order they came; two queries.

    Each has ``files``: the latest version of each language.
    """
    latest = Prefetch("versions", DocumentVersion.objects.latest(), to_attr="files")
    found = list(
        Document.objects.visible_to(user).filter(session=session).select_related("agenda_item").prefetch_related(latest)
    )
    for document in found:
        _know(document, session)
    return found


def history(session: Session, user: Any) -> dict[int, list[DocumentVersion]]:
    """Every version that an official may look into, by document, the newest of each language first."""
    found: dict[int, list[DocumentVersion]] = {}
    versions = DocumentVersion.objects.visible_to(user).filter(document__session=session)
    for version in versions.select_related("document", "uploaded_by").order_by("document", "language", "-number"):
        version.document.session = session
        found.setdefault(version.document_id, []).append(version)
    return found


def missing_languages(document: Document) -> list[str]:
    """The session's working languages in which the paper is not there yet; ``document`` comes from :func:`papers`."""
    there = {version.language for version in document.files}
    return [code for code in document.session.working_languages if code not in there]


def _know(document: Document, session: Session) -> None:
    """Spare the pages a query for what is known: addresses of files need the session and its dialogue."""
    document.session = session
    for version in document.files:
        version.document = document


def _create_version(
    document: Document, checked: Checked, name: str, *, language: str, number: int, by: Any
) -> DocumentVersion:
    return DocumentVersion.objects.create(
        document=document,
        language=language,
        number=number,
        file=name,
        filename=checked.filename,
        content_type=checked.content_type,
        size=checked.size,
        digest=checked.digest,
        uploaded_by=by,
    )


@contextmanager
def _stored(checked: Checked) -> Iterator[str]:
    """The name under which the file lies in the private storage; gone again when what follows fails."""
    storage = private_storage()
    name = storage.save(stored_name(None, checked.filename), checked.content)
    try:
        yield name
    except BaseException:
        storage.delete(name)
        raise


def _open(session: Session) -> Session:
    session = lock(session)
    if session.status in CLOSED:
        raise ValidationError(_("The session is closed: its papers stay as they are."), code="over")
    return session


def _standing(document: Document) -> Document:
    document = lock(document)
    if document.removed_at is not None:
        raise ValidationError(_("This paper was taken off. Put it back first."), code="taken_off")
    return document


def _check_item(session: Session, item: AgendaItem | None) -> None:
    if item is not None and item.session_id != session.pk:
        raise ValidationError(_("Choose an item of this session's agenda."), code="agenda_item")
