"""Office Open XML (ECMA-376) and OpenDocument (ISO/IEC 26300) files: the right kind, and without programs."""

import re
import zipfile
from xml.etree import ElementTree as ET

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.uploads import archives

_OPEN_XML = "application/vnd.openxmlformats-officedocument."
_DOCX = _OPEN_XML + "wordprocessingml.document"
_XLSX = _OPEN_XML + "spreadsheetml.sheet"
_PPTX = _OPEN_XML + "presentationml.presentation"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
#: Programs, controls and objects of other programs, by the names of the pieces that hold them.
_ACTIVE = re.compile(
    r"(?i)(vbaproject|vbadata|macrosheets/|/activex/|(^|/)embeddings/[^/]*\.(bin|exe|dll|vbs|js|docm|xlsm|pptm|xlsb)$"
    r"|^basic/|^scripts/|\.(exe|dll|com|scr|bat|cmd|ps1|vbs|js|jar|msi|lnk|hta)$)"
)
_NESTED = re.compile(r"(?i)\.(docx|xlsx|pptx|odt|ods|odp)$")
#: Relationships to the outside that are followed when a file is opened, not when its reader clicks (ECMA-376, part 1).
_FETCHED = {"attachedTemplate", "oleObject", "subDocument", "frame", "package", "mailMergeSource"}
_DEEPEST = 2


def examine_docx(data: bytes) -> str:
    return _examine_open_xml(data, _DOCX)


def examine_xlsx(data: bytes) -> str:
    return _examine_open_xml(data, _XLSX)


def examine_pptx(data: bytes) -> str:
    return _examine_open_xml(data, _PPTX)


def examine_odt(data: bytes) -> str:
    return _examine_open_document(data, _OPEN_DOCUMENT + "text")


def examine_ods(data: bytes) -> str:
    return _examine_open_document(data, _OPEN_DOCUMENT + "spreadsheet")


def examine_odp(data: bytes) -> str:
    return _examine_open_document(data, _OPEN_DOCUMENT + "presentation")


def _examine_open_xml(data: bytes, wanted: str) -> str:
    """Its list of content types must name a main part of the ``wanted`` kind, and none that may hold macros."""
    with archives.open_checked(data) as archive:
        _check_pieces(archive)
        types = {node.get("ContentType", "") for node in _parse(archives.read(archive, "[Content_Types].xml"))}
        if any("macroenabled" in name.lower() or "vbaproject" in name.lower() for name in types):
            raise _active()
        if f"{wanted}.main+xml" not in types:
            raise ValidationError(_("The content of this file is not what its name says."), code="mismatch")
        for name in archive.namelist():
            if name.endswith(".rels"):
                _check_relations(archives.read(archive, name))
    return wanted


def _examine_open_document(data: bytes, wanted: str) -> str:
    with archives.open_checked(data) as archive:
        _check_pieces(archive)
        if archives.read(archive, "mimetype", at_most=200).strip() != wanted.encode():
            raise ValidationError(_("The content of this file is not what its name says."), code="mismatch")
        manifest = archives.read(archive, "META-INF/manifest.xml")
        if "content.xml" not in archive.NameToInfo or not manifest:
            raise archives.broken()
        if b"encryption-data" in manifest:
            raise archives.locked()
        if b"application/vnd.sun.star.oleobject" in manifest:
            raise _active()
        for name in ("content.xml", "styles.xml"):
            _check_scripts(archive, name)
    return wanted


def _check_pieces(archive: zipfile.ZipFile, depth: int = 0) -> None:
    """No programs among the pieces, nor among those of documents inside the document (a chart's own table, say)."""
    for name in archive.namelist():
        if _ACTIVE.search(name):
            raise _active()
        if _NESTED.search(name):
            if depth >= _DEEPEST:
                raise archives.bomb()
            with archives.open_checked(archive.read(name)) as inner:
                _check_pieces(inner, depth + 1)


def _check_relations(text: bytes) -> None:
    for node in _parse(text):
        kind = node.get("Type", "").rpartition("/")[2]
        if node.get("TargetMode", "").lower() == "external" and kind in _FETCHED:
            raise _active()


def _check_scripts(archive: zipfile.ZipFile, name: str) -> None:
    """Events that call a program; read in steps, because a long report is long."""
    if name not in archive.NameToInfo:
        return
    before = b""
    with archive.open(name) as stream:
        while step := stream.read(1024 * 1024):
            if b"vnd.sun.star.script:" in before + step or b"<script:event-listener " in before + step:
                raise _active()
            before = step[-40:]


def _parse(text: bytes) -> list[ET.Element]:
    """The elements below the root. No entities: a list of pieces needs none, an attack does."""
    try:
        if "<!" in text.decode("utf-8-sig").replace("<!--", ""):
            raise archives.broken()
        return list(ET.fromstring(text))  # noqa: S314 -- without a document type there is nothing to expand
    except (UnicodeDecodeError, ET.ParseError) as wrong:
        raise archives.broken() from wrong


def _active() -> ValidationError:
    return ValidationError(
        _("This file holds a macro, a program or an object of another program. Save it without, or as a PDF."),
        code="active",
    )
