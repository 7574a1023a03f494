"""How pages are shown to one reader: her time zone and light or dark. Works for visitors, without JavaScript."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from portal.accounts import zones
from portal.context import THEME_COOKIE, THEMES
from portal.middleware import TIME_ZONE_COOKIE
from portal.web import go, show

YEAR = 365 * 24 * 3600  # seconds


class ReadingForm(forms.Form):
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("Meetings and deadlines are shown in this zone. Zones are named after a city."),
    )
    theme = forms.ChoiceField(
        label=gettext_lazy("Appearance"),
        widget=forms.RadioSelect,
        choices=[
            ("device", pgettext_lazy("appearance", "As on my device")),
            ("light", pgettext_lazy("appearance", "Light")),
            ("dark", pgettext_lazy("appearance", "Dark")),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ChoiceField", self.fields["time_zone"])
        field.choices = zones.choices_with(self.initial["time_zone"])


def reader_settings(request: HttpRequest) -> HttpResponse:
    """Choose them; kept in cookies, and the zone in the account of who is signed in. Goes back to ``next``."""
    now = {
        "time_zone": timezone.get_current_timezone_name(),
        "theme": request.COOKIES.get(THEME_COOKIE, "device"),
    }
    form = ReadingForm(request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        messages.success(request, _("Pages are now shown as you chose."))
        return _remember(request, go(request, _way_back(request)), form.cleaned_data)
    return show(request, "portal/reader_settings.html", {"form": form, "next": _way_back(request)})


def _remember(request: HttpRequest, response: HttpResponse, chosen: dict[str, str]) -> HttpResponse:
    user = request.user
    if user.is_authenticated and user.time_zone != chosen["time_zone"]:
        user.time_zone = chosen["time_zone"]
        user.save(update_fields=["time_zone"])
    _keep(response, TIME_ZONE_COOKIE, chosen["time_zone"])
    if chosen["theme"] in THEMES:
        _keep(response, THEME_COOKIE, chosen["theme"])
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response


def _keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=YEAR, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax")


def _way_back(request: HttpRequest) -> str:
    """The page she came from, when it is one of ours and not this one."""
    here = reverse("reader-settings")
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    if not is_ours or wanted.partition("?")[0] == here:
        return reverse("home")
    return wanted
