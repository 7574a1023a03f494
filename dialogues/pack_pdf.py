"""The session pack as PDF, accessible (PDF/UA-1) and in every language: typst, with Noto Sans TC for all scripts.

The data go to typst as JSON, never as source, so nothing that people wrote is ever taken for a command.
"""

import json
import logging
from dataclasses import asdict
from functools import cache
from typing import Any

import typst
from django.conf import settings
from django.utils.translation import gettext as _
from pylopdf_fonts_zh_tw import sans_path

from dialogues.pack_blocks import Pack
from dialogues.pack_text import tree

logger = logging.getLogger(__name__)

TEMPLATE = settings.BASE_DIR / "templates" / "dialogues" / "session_pack.typ"


def draw(pack: Pack) -> bytes:
    """The pack as a PDF file. Depends on nothing but the pack: the same one gives the same bytes.

    A character that no font of ours has (an emoji, a script of another continent) is shown as a box; then the file is
    tagged as always, but does not claim to keep PDF/UA-1, which asks that all is readable.
    """
    made_at = int(pack.made_at.timestamp())
    try:
        return _compile(pack, format="pdf", pdf_standards=["ua-1"], timestamp=made_at)
    except typst.TypstError as refusal:
        logger.info("a pack is drawn without PDF/UA-1", extra={"reason": refusal.message[:200]})
        return _compile(pack, format="pdf", timestamp=made_at)


def picture(pack: Pack) -> list[bytes]:
    """Its pages as PNG files, to look at."""
    found = _compile(pack, format="png", ppi=80.0)
    return [found] if isinstance(found, bytes) else found


def _compile(pack: Pack, **how: Any) -> Any:
    # A compiler for each pack: it keeps what it was given last, and requests run beside each other.
    compiler = typst.Compiler(_template(), font_paths=_fonts(), ignore_system_fonts=True)
    return compiler.compile(sys_inputs={"pack": json.dumps(_data(pack), ensure_ascii=False)}, **how)


@cache
def _fonts() -> typst.Fonts:
    """Read once for the life of the process: a tenth of a second."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(sans_path().parent)])


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()


def _data(pack: Pack) -> dict[str, Any]:
    data = asdict(pack)
    del data["made_at"]
    for section in data["sections"]:
        for block in section["blocks"]:
            if block["block"] == "sides":
                for side in block["sides"]:
                    side["nodes"] = tree(side.pop("text"))
    return data | {"words": {"page": _("Page"), "portal": settings.SITE_NAME}}
