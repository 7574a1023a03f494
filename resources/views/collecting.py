"""The pages of lists: hers, her organizations', and one shared by a link."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Count, F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.web import go, require, show
from resources import collecting, permissions
from resources.list_forms import ItemNoteForm, ListForm, PlacesForm
from resources.models import Collection, CollectionItem, Resource
from resources.views.reading import find


@login_required
@require_http_methods(["GET", "POST"])
def collection_list(request: HttpRequest) -> HttpResponse:
    """Her lists and her organizations', and a form to begin one."""
    form = ListForm(_posted(request), user=request.user)
    if form.is_valid():
        try:
            collection = collecting.start(by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The list is ready. Next: add resources from their pages."))
            return go(request, collection)
    hers = Collection.objects.visible_to(request.user).select_related("organization").annotate(size=Count("items"))
    lists = hers.order_by(F("organization").asc(nulls_first=True), "pk")
    return show(request, "resources/collection_list.html", {"lists": lists, "form": form})


@login_required
@require_GET
def collection_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One list with its order, its notes and its link."""
    collection = _find(request, pk)
    context = {
        "collection": collection,
        "entries": _entries(collection, Resource.objects.visible_to(request.user)),
        "may_delete": permissions.can_delete_list(request.user, collection),
        "link": request.build_absolute_uri(reverse("resources:collection-shared", args=[collection.token])),
    }
    return show(request, "resources/collection_detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def collection_edit(request: HttpRequest, pk: int) -> HttpResponse:
    collection = _find(request, pk)
    form = ListForm(_posted(request), initial={"title": collection.title, "note": collection.note})
    if form.is_valid():
        try:
            collection = collecting.describe(collection, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Saved."))
            return go(request, collection)
    return show(request, "resources/collection_edit.html", {"collection": collection, "form": form})


@login_required
@require_http_methods(["GET", "POST"])
def collection_delete(request: HttpRequest, pk: int) -> HttpResponse:
    collection = _find(request, pk)
    require(permissions.can_delete_list(request.user, collection))
    if request.method == "POST":
        collecting.delete(collection, by=request.user)
        messages.success(request, _("The list is deleted. Its link leads nowhere now."))
        return go(request, "resources:collection-list")
    return show(request, "resources/collection_delete.html", {"collection": collection})


SHARING = {
    "open": (collecting.share, gettext_lazy("Shared. Whoever has the link can read the list.")),
    "closed": (collecting.unshare, gettext_lazy("No longer shared. The old link leads nowhere now.")),
    "renewed": (collecting.renew_link, gettext_lazy("The list has a new link. The old one leads nowhere now.")),
}


@login_required
@require_POST
def collection_share(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the link of a list, close it, or give it another."""
    collection = _find(request, pk)
    verb, done = SHARING.get(request.POST.get("to", ""), (None, ""))
    if verb is None:
        messages.error(request, _("Choose what to do with the link."))
    else:
        collection = verb(collection, by=request.user)
        messages.success(request, done)
    return go(request, collection)


@login_required
@require_POST
def collection_item_move(request: HttpRequest, pk: int, item_pk: int) -> HttpResponse:
    item = _find_item(request, pk, item_pk)
    return go(request, collecting.move_item(item, up=request.POST.get("to") == "up", by=request.user))


@login_required
@require_POST
def collection_item_note(request: HttpRequest, pk: int, item_pk: int) -> HttpResponse:
    item = _find_item(request, pk, item_pk)
    form = ItemNoteForm(request.POST)
    if form.is_valid():
        collecting.annotate(item, note=form.cleaned_data["note"], by=request.user)
        messages.success(request, _("Saved."))
    else:
        messages.error(request, " ".join(form.errors["note"]))
    return go(request, item.collection)


@login_required
@require_POST
def collection_item_remove(request: HttpRequest, pk: int, item_pk: int) -> HttpResponse:
    item = _find_item(request, pk, item_pk)
    collection = collecting.remove(item.collection, item.resource, by=request.user)
    messages.success(request, _("Removed from the list."))
    return go(request, collection)


@never_cache
@require_GET
def collection_shared(request: HttpRequest, token: str) -> HttpResponse:
    """What whoever has the link reads: published resources and the words beside them, nobody's name.

    No search engine keeps it, and a resource that is no longer published leaves only its gap.
    """
    collection = get_object_or_404(Collection.objects.shared().select_related("organization"), token=token)
    context = {"collection": collection, "entries": _entries(collection, Resource.objects.published())}
    response = show(request, "resources/collection_shared.html", context)
    response["X-Robots-Tag"] = "noindex, nofollow"
    # The link is the permission: the sites that are opened from here must not learn it.
    response["Referrer-Policy"] = "no-referrer"
    return response


@login_required
@require_http_methods(["GET", "POST"])
def resource_lists(request: HttpRequest, slug: str) -> HttpResponse:
    """On which of her lists a resource is."""
    resource = find(request, slug)
    on = Collection.objects.visible_to(request.user).filter(items__resource=resource)
    form = PlacesForm(_posted(request), user=request.user, initial={"lists": on})
    back = _back(request, resource)
    if form.is_valid():
        try:
            _place(request, resource, form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Saved. The resource is on the lists you chose."))
            return go(request, back)
    context = {"resource": resource, "reading": resource.reading(), "form": form, "back": back}
    return show(request, "resources/resource_lists.html", context)


@login_required
@require_POST
def resource_keep(request: HttpRequest, slug: str) -> HttpResponse:
    """Put a resource on her own list, or take it off, by one click."""
    resource = find(request, slug)
    is_kept = request.POST.get("to") != "remove"
    try:
        if is_kept:
            collecting.keep(resource, by=request.user)
            done = _("It is on your list now.")
        else:
            _take_off(request, resource)
            done = _("It is off your list.")
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return go(request, _back(request, resource))
    if request.htmx:
        back = _back(request, resource)
        context = {"resource": resource, "is_visitor": False, "is_kept": is_kept, "back": back, "wide": False}
        return render(request, "resources/list_button.html", context | {"wide": "wide" in request.POST})
    messages.success(request, done)
    return go(request, _back(request, resource))


def _place(request, resource, chosen):
    lists = chosen.get("lists", Collection.objects.none())
    if chosen["new"]:
        begun = collecting.start(title=chosen["new"], by=request.user)
        lists = Collection.objects.filter(pk__in=[begun.pk, *(collection.pk for collection in lists)])
    collecting.place(resource, on=lists, by=request.user)


def _take_off(request, resource):
    if (first := collecting.own_list(request.user)) is not None:
        collecting.remove(first, resource, by=request.user)


def _find(request, pk):
    """One of the lists that belong to her or to an organization of hers; otherwise 404."""
    return get_object_or_404(Collection.objects.visible_to(request.user).select_related("organization"), pk=pk)


def _find_item(request, pk, item_pk):
    collection = _find(request, pk)
    items = CollectionItem.objects.select_related("collection", "resource")
    return get_object_or_404(items, collection=collection, pk=item_pk)


def _entries(collection, readable):
    """The items in their order, each with its resource, or None where this reader may not see it (any more)."""
    items = list(collection.items.all())
    found = readable.for_rows().in_bulk([item.resource_id for item in items])
    return [(item, found.get(item.resource_id)) for item in items]


def _back(request, resource):
    """Where she came from, if that is a page of ours; otherwise the page of the resource."""
    to = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(to, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return to
    return resource.get_absolute_url()


def _posted(request):
    """What was sent, even when nothing was ticked; None before anything is."""
    return request.POST if request.method == "POST" else None
