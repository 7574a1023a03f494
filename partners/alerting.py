"""Following a list of opportunities: what its address asks for, and how that reads."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

from partners import finding, sides, wording
from partners.facets import OF_REQUESTS
from partners.models import PartnerRequest
from portal.accounts.models import User
from portal.languages import current
from portal.notifications import followed
from portal.notifications.finding import found_by
from portal.notifications.followed import Followable, Wish
from portal.notifications.models import Notification
from portal.search.facets import code
from resources import filters

#: What a new request can be told by; when it closes says nothing of what it is.
FACETS = tuple(facet for facet in OF_REQUESTS if facet != "closes")

#: The mail to a company that the request suits.
SUITS = "partners/request_published"

Known = Mapping[str, Mapping[str, Any]]


def declare() -> None:
    """Let people follow opportunities; called once, when the app is ready."""
    followed.declare(
        Followable(
            name="opportunity",
            model=PartnerRequest,
            facets=FACETS,
            mail="partners/request_followed",
            read=read,
            sentence=sentence,
            path=path,
            public=finding.open_requests,
            makers=makers,
            names=names,
        )
    )


def read(query: QueryDict) -> Wish:
    """What the address of a list asks for, in the codes that requests hold; its order and closing days do not count."""
    known = finding.known_of_requests(current())
    asked = filters.read(query, known, names=OF_REQUESTS, orders=finding.REQUESTS.orders)
    codes = sorted(code(facet, value) for facet in FACETS for value in asked.chosen.get(facet, ()))
    closing = [str(known["closes"][value]) for value in asked.chosen.get("closes", ())]
    return Wish(tuple(codes), asked.words, (*asked.left_out, *closing))


def names(_codes: Sequence[str] = ()) -> Known:
    """Facet → value → its label, in the active language."""
    return finding.known_of_requests(current())


def sentence(codes: Sequence[str], words: str, known: Known | None = None) -> str:
    """ "New opportunities from Taiwan, in food", in the active language."""
    known = names() if known is None else known
    named = {"words": [words]} if words else {}
    named |= {
        # A value that has left the vocabulary is shown as its code.
        facet: [str(known[facet][value]) if value in known[facet] else value for value in values]
        for facet, values in _chosen(codes).items()
    }
    return wording.new_requests(named)


def path(codes: Sequence[str], words: str) -> str:
    """The list, in the active language."""
    chosen = {facet: tuple(values) for facet, values in _chosen(codes).items()}
    address = filters.Asked(words, chosen, "", ()).address()
    return reverse("partners:request-list") + (f"?{address}" if address else "")


def public() -> QuerySet[PartnerRequest]:
    return finding.open_requests()


def makers(request: PartnerRequest) -> Iterable[User | None]:
    """Its own side knows, and so does whose company it suits: she was told with both reasons."""
    about = {"about_type": ContentType.objects.get_for_model(request), "about_id": request.pk}
    told = Notification.objects.filter(kind=SUITS, **about).values("recipient")
    return [*sides.request_side(request), *User.objects.filter(pk__in=told)]


def searches_finding(request: PartnerRequest, *, of: QuerySet[User]) -> dict[int, list[int]]:
    """Which of what these people follow finds the request: by ``User.pk`` the ids of their subscriptions, in the order
    in which they began."""
    kind, searches = followed.of_model(PartnerRequest), dict[int, list[int]]()
    rows = found_by(kind, request).filter(webhook=None, user__in=of)
    for user, pk in rows.order_by("pk").values_list("user", "pk"):
        searches.setdefault(user, []).append(pk)
    return searches


def _chosen(codes: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in codes:
        facet, _colon, value = item.partition(":")
        found.setdefault(facet, []).append(value)
    return found
