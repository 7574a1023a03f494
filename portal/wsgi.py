"""The WSGI application, with requests that are read as UTF-8 whatever they claim.

A client may name any codec of Python's in its Content-Type, also one that makes no text ("hex"), and Django would
fail on it before the first middleware. Our own pages send UTF-8.

What a server has loaded stays to its end. Python's garbage collector would look through all of it again and again, for
some 150 ms each time, in the middle of somebody's page: it is told to leave that alone.
"""

import gc
import os
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


class TextRequest(WSGIRequest):
    """A request that takes no charset from its client."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        named = meta.get("CONTENT_TYPE", "")
        kept = ";".join(part for part in named.split(";") if not part.strip().lower().startswith("charset"))
        super()._set_content_type_params(meta | {"CONTENT_TYPE": kept})


class Handler(WSGIHandler):
    request_class = TextRequest


django.setup(set_prefix=False)
application = Handler()
get_resolver().url_patterns  # noqa: B018 -- has the views loaded, now instead of by the first reader
gc.collect()
gc.freeze()
