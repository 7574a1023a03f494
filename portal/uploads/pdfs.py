"""PDF files (ISO 32000): whole, readable without a password, and without scripts or hidden files."""

import re
import zlib

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.uploads import archives

PDF = "application/pdf"
_HEADER = re.compile(rb"%PDF-[12]\.\d")
_END = b"%%EOF"
#: How far before the end of the file the mark of its end may stand (Adobe's own tolerance is 1,024 bytes).
_TAIL = 2048
#: Scripts, starting of programs, files inside, forms with a program of their own.
_ACTIVE = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia)(?![A-Za-z0-9])|/XFA\s*[\[<\d]")
_LOCKED = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_OBJECTS = re.compile(rb"/ObjStm(?![A-Za-z0-9])")
#: Bytes of unpacked objects: of a real report some megabytes.
MAX_UNPACKED = 100 * 1024 * 1024


def examine(data: bytes) -> str:
    """The type to serve it as. Raises ``ValidationError``: ``broken``, ``locked``, ``active``, ``bomb``.

    Names may be written with escapes and packed into object streams, so both are undone before they are looked for.
    Streams of pages and pictures stay packed: nothing in them acts.
    """
    if not _HEADER.match(data) or _END not in data[-_TAIL:]:
        raise archives.broken()
    plain = _ESCAPED.sub(_unescape, data)
    if _LOCKED.search(plain):
        raise archives.locked()
    _check(plain)
    left = MAX_UNPACKED
    for packed in _object_streams(plain, data):
        objects = _unpack(packed, left)
        left -= len(objects)
        _check(_ESCAPED.sub(_unescape, objects))
    return PDF


def _check(objects: bytes) -> None:
    if _ACTIVE.search(objects):
        raise ValidationError(
            _("This PDF holds a script, a form with a program or another file inside. Print it to a plain PDF first."),
            code="active",
        )


def _object_streams(plain: bytes, data: bytes) -> list[bytes]:
    """The packed objects of the file. A stream's dictionary stands between the end of the last one and its start."""
    if not _OBJECTS.search(plain):
        return []
    found, at = [], 0
    while (start := data.find(b"stream", at)) >= 0:
        end = data.find(b"endstream", start + 6)
        if end < 0:
            break
        if _OBJECTS.search(_ESCAPED.sub(_unescape, data[max(at, start - 4096) : start])):
            found.append(data[start + 6 : end].lstrip(b"\r\n"))
        at = end + 9
    return found


def _unpack(packed: bytes, at_most: int) -> bytes:
    """Deflated objects; as they are when they were not packed at all."""
    inflater = zlib.decompressobj()
    try:
        objects = inflater.decompress(packed, at_most + 1)
    except zlib.error:
        if re.match(rb"\s*\d+ \d+", packed):
            return packed
        raise archives.broken() from None
    if len(objects) > at_most:
        raise archives.bomb()
    return objects


def _unescape(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 16)])
