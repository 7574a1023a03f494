from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.languages import reading_as
from portal.notifications import deliverability, inbox, personal, preferences, reasons, subscriptions
from portal.notifications.forms import PreferencesForm
from portal.notifications.models import Deliverability, Notification
from portal.web import go, show

PER_PAGE = 20


@require_safe
@login_required
def notification_list(request: HttpRequest) -> HttpResponse:
    """Your messages, what you have not read first."""
    rows = Notification.objects.visible_to(request.user).alias(is_read=Q(read_at__isnull=False))
    page = Paginator(rows.order_by("is_read", "-created_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    because = reasons.lines(page.object_list)
    for row in page.object_list:
        row.told_because = because[row.pk]
    mine = personal.of(request.user)
    address = request.build_absolute_uri(personal.path(mine)) if mine else ""
    return show(request, "notifications/notification_list.html", {"page": page, "feed_address": address})


@require_safe
def personal_feed(request: HttpRequest, token: str) -> HttpResponse:
    """A person's own messages for a feed reader. Whoever has the address reads them, so it is hers to end."""
    user = personal.owner(token)
    if user is None:
        raise Http404
    with reading_as(user):
        text = personal.atom(user, address=request.build_absolute_uri())
    response = HttpResponse(text, content_type="application/atom+xml; charset=utf-8")
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    return response


@login_required
@require_POST
def personal_begin(request: HttpRequest) -> HttpResponse:
    personal.begin(by=request.user)
    messages.success(request, _("Your feed has a new address. Add it to your feed reader."))
    return go(request, "notifications:inbox")


@login_required
@require_POST
def personal_end(request: HttpRequest) -> HttpResponse:
    personal.end(by=request.user)
    messages.success(request, _("The address of your feed no longer works."))
    return go(request, "notifications:inbox")


@require_POST  # Mail programs and browsers fetch links ahead of their reader; reading is a decision.
@login_required
def notification_open(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Mark as read and lead to what the message is about."""
    row = get_object_or_404(Notification.objects.visible_to(request.user), uid=uid)
    row = inbox.mark_read(row, by=request.user)
    return go(request, row.url or "notifications:inbox")


@require_POST
@login_required
def notification_mark_all_read(request: HttpRequest) -> HttpResponse:
    count = inbox.mark_all_read(by=request.user)
    text = ngettext("%(count)d message marked as read.", "%(count)d messages marked as read.", count)
    messages.success(request, text % {"count": count})
    return go(request, "notifications:inbox")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def preference_edit(request: HttpRequest) -> HttpResponse:
    """Which mails you want and how often, category by category, and at which hours."""
    rest = preferences.rest_of(request.user)
    now = preferences.choices_of(request.user) | {
        "digest_hour": rest.digest_hour,
        "quiet_from": rest.quiet_from,
        "quiet_until": rest.quiet_until,
    }
    form = PreferencesForm(request.POST if request.method == "POST" else None, initial=now)
    if form.is_valid():
        preferences.choose(wanted=form.choices_made, by=request.user)
        preferences.set_rest(hours=form.hours, by=request.user)
        messages.success(request, _("Your choice is kept. It holds from the next mail on."))
        return go(request, "notifications:preferences")
    complained = deliverability.of(request.user.email) == Deliverability.State.COMPLAINED
    return show(request, "notifications/preference_edit.html", {"form": form, "complained": complained})


# Mail programs post here by themselves (RFC 8058), with no cookie and no CSRF token. The signed token in the address
# is the permission, and all it permits is to switch off one category of mails to its owner.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscription_end(request: HttpRequest, token: str) -> HttpResponse:
    """A page that asks, because programs follow links; posting to it ends the mails of one category."""
    subscriber = preferences.read_token(token)
    if subscriber is None:
        return show(request, "notifications/subscription_unknown.html", {}, status=404)
    if request.method == "POST":
        preferences.switch(subscriber, on=False)
    # No redirect after the POST: RFC 8058 forbids it, and repeating this one changes nothing.
    context = {"subscriber": subscriber, "token": token, "is_on": preferences.is_on(subscriber)}
    return show(request, "notifications/subscription_end.html", context)


@never_cache
@require_POST
def subscription_resume(request: HttpRequest, token: str) -> HttpResponse:
    """Take an unsubscription back."""
    subscriber = preferences.read_token(token)
    if subscriber is None:
        return show(request, "notifications/subscription_unknown.html", {}, status=404)
    preferences.switch(subscriber, on=True)
    return go(request, "notifications:unsubscribe", token)


# As above: the signed token is the permission, and all it permits is to stop mails to its owner.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscription_end_all(request: HttpRequest, token: str) -> HttpResponse:
    """A page that asks; posting to it ends every mail that can be stopped, and every followed search."""
    person = preferences.read_all_token(token)
    if person is None:
        return show(request, "notifications/subscription_unknown.html", {}, status=404)
    if request.method == "POST":
        subscriptions.end_everything(*person)
    context = {"person": person[0], "token": token, "is_done": request.method == "POST"}
    return show(request, "notifications/subscription_end_all.html", context)
