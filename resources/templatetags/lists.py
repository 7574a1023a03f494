"""The button beside a resource that puts it on the reader's own list."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.template.context import Context

from portal import memberpages
from resources import collecting
from resources.models import Resource

register = template.Library()


@register.inclusion_tag("resources/list_button.html", takes_context=True)
def list_button(context: Context, resource: Resource, *, wide: bool = False) -> dict[str, Any]:
    """For a visitor the way to sign in and back; for a reader one click, with one query for all buttons of a page.

    Needs ``request`` in the context. ``wide``: as a button of the page's head.
    """
    request = context["request"]
    is_visitor = not request.user.is_authenticated
    return {
        "resource": resource,
        "is_visitor": is_visitor,
        "is_kept": not is_visitor and _is_kept(request, resource),
        "back": request.get_full_path(),
        "wide": wide,
        # Only for readers who signed in: the pages kept for visitors hold no token of anybody's.
        "csrf_token": None if is_visitor else context.get("csrf_token"),
    }


def _is_kept(request: HttpRequest, resource: Resource) -> bool:
    if memberpages.is_in_general(request):
        request.may_show.add(resource.pk)
        return resource.pk in request.own_shown
    if not hasattr(request, "on_own_list"):
        request.on_own_list = collecting.on_own_list(request.user)
    return resource.pk in request.on_own_list
