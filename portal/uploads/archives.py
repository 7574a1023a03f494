"""What Office and OpenDocument files are inside: zip archives, opened without believing what they say of themselves."""

import io
import zipfile
import zlib
from typing import IO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

BEGINNING = b"PK\x03\x04"
#: A long report with hundreds of pictures has some thousand pieces.
MAX_PIECES = 5000
#: Bytes when unpacked. Pictures hardly shrink; a spreadsheet of 25 MB may grow tenfold.
MAX_UNPACKED = 300 * 1024 * 1024
#: Of a piece larger than ``SMALL``: text shrinks to a tenth or a fiftieth, emptiness to a thousandth.
MAX_RATIO = 200
SMALL = 1024 * 1024
_STEP = 64 * 1024
_LOCKED = 0x1


def broken() -> ValidationError:
    return ValidationError(_("This file is damaged and cannot be opened. Save it once more."), code="broken")


def bomb() -> ValidationError:
    return ValidationError(_("This file grows beyond measure when it is opened."), code="bomb")


def locked() -> ValidationError:
    return ValidationError(
        _("This file is protected by a password, so readers cannot open it. Save it without one."), code="locked"
    )


def open_checked(data: bytes) -> zipfile.ZipFile:
    """The archive, after every piece was unpacked once within the limits. Raises ``ValidationError``.

    Nothing may stand before it, its pieces may not lie over each other, and none may have a name that leads elsewhere.
    """
    if not data.startswith(BEGINNING):
        raise broken()
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        _check_list(archive, len(data))
        _unpack_once(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError, ValueError) as wrong:
        raise broken() from wrong
    return archive


def read(archive: zipfile.ZipFile, name: str, *, at_most: int = 8 * 1024 * 1024) -> bytes:
    """One piece; empty when there is none of that name. Raises ``ValidationError`` when it is longer."""
    if name not in archive.NameToInfo:
        return b""
    if archive.NameToInfo[name].file_size > at_most:
        raise bomb()
    return archive.read(name)


def _check_list(archive: zipfile.ZipFile, size: int) -> None:
    pieces = archive.infolist()
    if len(pieces) > MAX_PIECES or sum(piece.file_size for piece in pieces) > MAX_UNPACKED:
        raise bomb()
    # Many names for the same bytes: the trick of bombs that are small on paper.
    if sum(piece.compress_size for piece in pieces) > size:
        raise bomb()
    if not pieces or len({piece.filename for piece in pieces}) != len(pieces):
        raise broken()
    if min(piece.header_offset for piece in pieces) != 0:
        raise broken()
    for piece in pieces:
        _check_piece(piece)


def _check_piece(piece: zipfile.ZipInfo) -> None:
    if piece.flag_bits & _LOCKED:
        raise locked()
    parts = piece.filename.split("/")
    if piece.filename.startswith("/") or ".." in parts or "\\" in piece.orig_filename or ":" in parts[0]:
        raise broken()
    if piece.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise broken()
    if piece.file_size > SMALL and piece.file_size > MAX_RATIO * max(piece.compress_size, 1):
        raise bomb()


def _unpack_once(archive: zipfile.ZipFile) -> None:
    """Count what really comes out; the sizes in the list are the file's own claim, the checksums are compared."""
    total = 0
    for piece in archive.infolist():
        with archive.open(piece) as stream:
            total += _drain(stream, MAX_UNPACKED - total)


def _drain(stream: IO[bytes], at_most: int) -> int:
    read = 0
    while step := stream.read(_STEP):
        read += len(step)
        if read > at_most:
            raise bomb()
    return read
