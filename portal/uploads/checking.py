"""Whether a file is what its name says, and nothing that acts by itself. What is refused is told in plain words.

Not a virus scanner: it lets in a short list of kinds, and of these only files without programs, without files inside
that nobody sees, and without the means to fill a disk or a memory when they are opened.
"""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass

import puremagic
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from portal.uploads import archives, naming, office, pdfs, pictures, texts

#: Kinds that puremagic cannot tell from each other by their first bytes; our own checks do.
_ARCHIVES = frozenset({"zip", "docx", "xlsx", "pptx", "odt", "ods", "odp"})


@dataclass(frozen=True)
class Kind:
    """A kind of file that is let in: what it is served as, and the check that says what is wrong with its content.

    ``examine`` gets the whole content, returns the type to serve it as, and raises ``ValidationError``.
    ``signs`` are puremagic's names of what its first bytes may look like; empty for texts, which have none.
    """

    examine: Callable[[bytes], str]
    signs: frozenset[str] = frozenset()


KINDS: dict[str, Kind] = {
    "pdf": Kind(pdfs.examine, frozenset({"pdf"})),
    "docx": Kind(office.examine_docx, _ARCHIVES),
    "xlsx": Kind(office.examine_xlsx, _ARCHIVES),
    "pptx": Kind(office.examine_pptx, _ARCHIVES),
    "odt": Kind(office.examine_odt, _ARCHIVES),
    "ods": Kind(office.examine_ods, _ARCHIVES),
    "odp": Kind(office.examine_odp, _ARCHIVES),
    "png": Kind(pictures.examine_png, frozenset({"png"})),
    "jpg": Kind(pictures.examine_jpeg, frozenset({"jpg"})),
    "jpeg": Kind(pictures.examine_jpeg, frozenset({"jpg"})),
    "txt": Kind(texts.examine_txt),
    "csv": Kind(texts.examine_csv),
}
#: For the ``accept`` attribute of a file field.
ACCEPTED = ",".join(f".{name}" for name in KINDS)


@dataclass(frozen=True)
class Checked:
    """A file that was let in. ``content`` is to be stored; ``digest`` is its SHA-256 in hexadecimal."""

    filename: str
    content_type: str
    size: int
    digest: str
    content: ContentFile


def largest() -> int:
    """How many bytes a file may have (setting ``UPLOAD_MAX_MB``)."""
    return settings.UPLOAD_MAX_MB * 1024 * 1024


def check(upload: UploadedFile) -> Checked:
    """Look at a file's name, size and content.

    Raises ``ValidationError``: ``empty``, ``too_large``, ``kind`` (not one of ``KINDS``), ``mismatch`` (the content
    is something else than the name says), ``broken``, ``locked`` (by a password), ``active`` (has a program, or files
    inside that act), ``bomb`` (grows beyond measure when opened), ``encoding`` (a text that is not in Unicode).
    """
    name = upload.name or ""
    kind = KINDS.get(naming.extension(name))
    if kind is None:
        raise ValidationError(
            _("This kind of file cannot be taken. Use PDF, DOCX, XLSX, PPTX, ODT, ODS, ODP, PNG, JPEG, TXT or CSV."),
            code="kind",
        )
    if not upload.size:
        raise ValidationError(_("This file is empty."), code="empty")
    if upload.size > largest():
        raise too_large()
    upload.seek(0)
    data = upload.read(largest() + 1)
    if len(data) != upload.size:  # cut off, because one request brought too much (capping.py)
        raise too_large()
    _compare(data, kind)
    content_type = kind.examine(data)
    digest = hashlib.sha256(data).hexdigest()
    return Checked(naming.safe(name), content_type, len(data), digest, ContentFile(data))


def too_large() -> ValidationError:
    size = filesizeformat(largest())
    return ValidationError(_("The file is larger than %(size)s."), code="too_large", params={"size": size})


def _compare(data: bytes, kind: Kind) -> None:
    """Refuse a content whose first bytes are those of another kind."""
    if not kind.signs:
        return
    try:
        found = puremagic.magic_stream(io.BytesIO(data))
    except puremagic.PureError:  # its way to say that it knows no such kind
        found = []
    names = {match.extension.lstrip(".") for match in found}
    if data[:4] == archives.BEGINNING:
        names.add("zip")
    if names.isdisjoint(kind.signs):
        raise ValidationError(_("The content of this file is not what its name says."), code="mismatch")
