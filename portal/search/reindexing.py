"""What is found by the labels of its tags is indexed anew when those are merged with others, or given up.

The arrays of codes are rewritten at once (portal/reference/renaming.py); the words follow by the workers.
"""

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.db import transaction
from kombu.exceptions import OperationalError

from portal import pagecache
from portal.search import searched

logger = logging.getLogger(__name__)

#: Objects of one task: few enough that a worker asked to stop is soon done.
LIMIT = 200


def when_code_changed(sender: object, touched: Mapping[str, Sequence[int]], **_options: Any) -> None:
    """A code of the vocabulary has changed (``portal.reference.renaming.code_changed``): once the
    transaction is through, ask for what was tagged with it."""
    labelled = {entry.label for entry in searched.declared() if entry.index}
    for label, keys in touched.items():
        if label in labelled:
            transaction.on_commit(partial(_ask_workers, label, sorted(keys)), robust=True)


def index(label: str, keys: Sequence[int]) -> int:
    """Write anew what these objects are found by, as they are now; return how many there are of them. Twice or in
    parallel: same outcome."""
    entry = searched.by_label(label)
    rows = list(entry.model._default_manager.filter(pk__in=keys).order_by("pk"))
    if entry.index:
        for row in rows:
            entry.index(row)
        pagecache.changed()
    return len(rows)


def _ask_workers(label: str, keys: Sequence[int]) -> None:
    from portal.search.tasks import index_some  # noqa: PLC0415 -- tasks import this module

    try:
        for start in range(0, len(keys), LIMIT):
            index_some.apply_async([label, keys[start : start + LIMIT]])
    except OperationalError as error:
        logger.warning("old labels are still found, load_catalogue writes them anew", extra={"error": str(error)})
