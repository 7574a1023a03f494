"""A list of resources to take away, as CSV or JSON Lines, in the order of the list and in all four languages.

The lines come one by one: a million of them need no more memory than two hundred.
"""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.urls import reverse
from django.utils import translation

from portal.languages import Language
from resources import sheets
from resources.models import Resource

CHUNK = 200


def as_csv(ids: Sequence[int], *, user: Any, base: str) -> Iterator[bytes]:
    """The header and one row for each of ``ids`` that ``user`` may see and that is published.

    With the mark by which spreadsheets know UTF-8. ``base`` is the portal's address, ``https://host``.
    """
    writer = csv.writer(_Echo())
    yield b"\xef\xbb\xbf" + writer.writerow(sheets.COLUMNS)
    for line in _lines(ids, user, base):
        yield writer.writerow(sheets.as_cells(line))


def as_json_lines(ids: Sequence[int], *, user: Any, base: str) -> Iterator[bytes]:
    """One JSON object a line, with the keys of data/resources.jsonl."""
    for line in _lines(ids, user, base):
        yield f"{json.dumps(line, ensure_ascii=False)}\n".encode()


#: Ending of the address → content type and how the lines are made.
FORMATS: dict[str, tuple[str, Callable[..., Iterator[bytes]]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "jsonl": ("application/jsonl; charset=utf-8", as_json_lines),
}


def _lines(ids: Sequence[int], user: Any, base: str) -> Iterator[dict[str, Any]]:
    address = page_address(base)
    for start in range(0, len(ids), CHUNK):
        some = ids[start : start + CHUNK]
        # Asked again, because a long download outlives what was true when it began.
        found = Resource.objects.visible_to(user).published().for_files().in_bulk(some)
        for pk in some:
            if resource := found.get(pk):
                yield sheets.as_object(resource, page=address(resource.slug))


def page_address(base: str) -> Callable[[str], str]:
    """Makes addresses of resources that lead each reader to her own language."""
    with translation.override(Language.EN):
        path = reverse("resources:resource-detail", args=["its-slug"]).removeprefix(f"/{Language.EN}")
    return lambda slug: base + path.replace("its-slug", slug)


class _Echo:
    """What the csv module writes to, and gets back as bytes."""

    def write(self, text: str) -> bytes:
        return text.encode()
