"""Pages for somebody without an account: ask for a link, and look after what comes to one's address."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import limits
from portal.notifications import address_links, addresses, followed, preferences, subscriptions
from portal.notifications.following_views import ADDRESS_A_DAY, DAY, HOUR, VISITOR_AN_HOUR
from portal.notifications.forms import AddressForm, ReaderForm, RhythmForm
from portal.notifications.models import Rhythm, Subscription
from portal.web import go, show


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def address_ask(request: HttpRequest) -> HttpResponse:
    """Where to send the link. The answer is the same for every address, known here or not."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_valid():
        if limits.take("address-link", limits.visitor(request), at_most=VISITOR_AN_HOUR, seconds=HOUR):
            _send(form.cleaned_data["email"])
            return go(request, "notifications:address-asked")
        status = 429
        form.add_error(None, _("That is more than we can take in one hour. Come back later."))
    return show(request, "notifications/address_ask.html", {"form": form}, status=status)


@require_safe
def address_asked(request: HttpRequest) -> HttpResponse:
    """The same for every address, known here or not."""
    hours = int(address_links.LINK_LASTS.total_seconds() // 3600)
    return show(request, "notifications/address_asked.html", {"hours": hours})


@never_cache
@require_safe
def address_detail(request: HttpRequest, token: str) -> HttpResponse:
    """What comes to this address: the signed token is the permission, for this page and its buttons alone."""
    address = address_links.read(token)
    if not address:
        return _unknown(request)
    rows = list(address_links.followed_by(address))
    said = followed.sentences(row.criteria for row in rows)
    newest = rows[-1] if rows else None
    reader = {"language": newest.language, "time_zone": newest.time_zone} if newest else {}
    context = {
        "address": address,
        "token": token,
        "rows": [(row, said[row.criteria_id], followed.path(row.criteria)) for row in rows],
        "rhythms": Rhythm,
        "form": ReaderForm(initial=reader),
        "stop_all": preferences.unsubscribe_all_path(None, address),
    }
    return _unseen(show(request, "notifications/address_detail.html", context))


@never_cache
@require_POST
def address_rhythm(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    def change(row: Subscription) -> str:
        form = RhythmForm(request.POST)
        if not form.is_valid():
            return _("Choose how often the mails come.")
        subscriptions.set_rhythm(row, rhythm=form.cleaned_data["frequency"], by=None)
        return _("Kept: %(search)s") % {"search": followed.sentence(row.criteria)}

    return _change(request, token, pk, change)


@never_cache
@require_POST
def address_end(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    def change(row: Subscription) -> str:
        subscriptions.end(row, reason=Subscription.EndReason.PAGE, by=None)
        return _("Ended: %(search)s") % {"search": followed.sentence(row.criteria)}

    return _change(request, token, pk, change)


@never_cache
@require_POST
def address_reader(request: HttpRequest, token: str) -> HttpResponse:
    """In which language and by which clock the mails come."""
    address = address_links.read(token)
    if not address:
        return _unknown(request)
    form = ReaderForm(request.POST)
    if form.is_valid():
        addresses.set_reader(address, **form.cleaned_data)
        messages.success(request, _("Your choice is kept. It holds from the next mail on."))
    else:
        messages.error(request, _("Choose a language and a time zone of the list."))
    return _unseen(go(request, "notifications:address", token))


def _change(request: HttpRequest, token: str, pk: int, change: Callable[[Subscription], str]) -> HttpResponse:
    """Do it with one of this address's own subscriptions, and say what came of it."""
    address = address_links.read(token)
    if not address:
        return _unknown(request)
    row = get_object_or_404(address_links.followed_by(address), pk=pk)
    messages.success(request, change(row))
    return _unseen(go(request, "notifications:address", token))


def _send(address: str) -> None:
    """An address that got enough of them hears no more today, and the asker is told nothing else than otherwise."""
    if limits.take("address-link-to", address.lower(), at_most=ADDRESS_A_DAY, seconds=DAY):
        addresses.ask(address)


def _unknown(request: HttpRequest) -> HttpResponse:
    return show(request, "notifications/address_unknown.html", {}, status=404)


def _unseen(response: HttpResponse) -> HttpResponse:
    """The address of the page is its key: search engines are not to learn it."""
    response["X-Robots-Tag"] = "noindex"
    return response
