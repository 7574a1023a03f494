"""PNG and JPEG pictures: whole, of a size that a screen can take, and with nothing behind the picture."""

import struct

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.uploads import archives

#: Width times height. A scanned A3 page at 600 dpi has 70 million.
MAX_PIXELS = 100_000_000
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
_JPEG_END = b"\xff\xd9"
#: Start-of-frame markers, which hold the size (ITU-T T.81, table B.1): all of C0–CF but C4, C8 and CC.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN = 0xDA


def examine_png(data: bytes) -> str:
    """Walks from chunk to chunk: the first is the header, the last the end, and nothing follows it."""
    if not data.startswith(_PNG):
        raise archives.broken()
    at, first = len(_PNG), True
    while at + 12 <= len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        if first:
            if name != b"IHDR" or length != 13:  # noqa: PLR2004 -- its length by the standard
                raise archives.broken()
            _check_size(*struct.unpack(">II", data[at + 8 : at + 16]))
            first = False
        at += 12 + length
        if name == b"IEND":
            if at != len(data):
                raise _more_inside()
            return "image/png"
    raise archives.broken()


def examine_jpeg(data: bytes) -> str:
    """Walks from segment to segment up to the picture itself. What cameras append behind its end is let be."""
    if not data.startswith(_JPEG):
        raise archives.broken()
    at, sized = 2, False
    while at + 4 <= len(data):
        if data[at] != 0xFF:  # noqa: PLR2004 -- every marker begins so
            break
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xFF:  # noqa: PLR2004 -- a fill byte
            at += 1
            continue
        if marker in _FRAMES and at + 9 <= len(data):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            _check_size(width, height)
            sized = True
        if marker == _SCAN and sized and data.find(_JPEG_END, at) > 0:
            return "image/jpeg"
        at += 2 + length
    raise archives.broken()


def _check_size(width: int, height: int) -> None:
    if not width or not height:
        raise archives.broken()
    if width * height > MAX_PIXELS:
        raise archives.bomb()


def _more_inside() -> ValidationError:
    return ValidationError(_("Something else is hidden behind the picture in this file."), code="active")
