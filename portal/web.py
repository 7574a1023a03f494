"""What a view needs besides the domain: ask, show a page, go to another. Imports no model."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails


class HtmxHttpRequest(HttpRequest):
    """A request that came through django-htmx's middleware, as all of ours do; for the type checker."""

    htmx: HtmxDetails


class Unavailable(Exception):  # noqa: N818 -- what the reader is told, not an error of hers
    """Something this request needs (the mail server, Redis) does not answer: the reader gets a 503 in plain words."""


def require(allowed: bool) -> None:
    """Go on when ``allowed``; otherwise answer 403. For objects the user may see but not change."""
    if not allowed:
        raise PermissionDenied


def show(
    request: HtmxHttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    fragments: Collection[str] = (),
    status: int = 200,
) -> HttpResponse:
    """Render the page, or only the fragment an htmx request aims at (its name is the DOM id)."""
    if request.htmx.target in fragments:
        template = f"{template}#{request.htmx.target}"
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Target"])
    return response


def go(request: HtmxHttpRequest, to: Any, *args: Any, **kwargs: Any) -> HttpResponse:
    """Redirect the whole page; htmx would follow a plain 302 into the fragment's place."""
    if request.htmx:
        return HttpResponseClientRedirect(resolve_url(to, *args, **kwargs))
    return redirect(to, *args, **kwargs)
