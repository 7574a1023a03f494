"""File names as people give them, made safe for headers, archives and the disks of those who download."""

import re
import unicodedata

#: Characters that mean something to a shell, a header or a file system.
_SPECIAL = re.compile(r'[<>:"/\\|?*%;\x00-\x1f\x7f]')
#: What Windows takes for a device, whatever follows the dot.
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
_EXTENSION = re.compile(r"[A-Za-z0-9]{1,8}")
LONGEST = 120


def extension(name: str) -> str:
    """What stands after the last dot, in small letters; nothing when that is no word of a few letters."""
    _stem, dot, last = _base(name).strip().rpartition(".")
    return last.lower() if dot and _EXTENSION.fullmatch(last) else ""


def safe(name: str) -> str:
    """The name without folders, invisible characters and what is special to any system, at most ``LONGEST`` long.

    Letters of every script stay; the extension stays what :func:`extension` says.
    """
    ending = extension(name)
    stem = _base(name).rpartition(".")[0] if ending else _base(name)
    stem = re.sub(r"\s+", " ", _SPECIAL.sub("_", stem)).strip(" ._")
    stem = stem[: LONGEST - len(ending) - 1].strip(" ._") or "document"
    if _DEVICES.match(stem):
        stem = f"_{stem}"
    return f"{stem}.{ending}" if ending else stem


def _base(name: str) -> str:
    """The last part of a path of any system, composed, without control and direction characters."""
    visible = (c for c in unicodedata.normalize("NFC", name) if not unicodedata.category(c).startswith("C"))
    return re.split(r"[/\\]", "".join(visible))[-1]
