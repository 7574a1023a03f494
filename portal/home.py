"""The home page and the signed-in desk: composed from every app, imported by none."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from portal.web import show


def home(request: HttpRequest) -> HttpResponse:
    """In one screen: what the portal does, and the way to each person's job."""
    return show(request, "portal/home.html", {})


@login_required
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for you, oldest first; then what is coming; then what is new."""
    return show(request, "portal/desk.html", {})
