from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.notifications import inbox, preferences
from portal.notifications.forms import PreferencesForm
from portal.notifications.models import Notification
from portal.web import go, show

PER_PAGE = 20


@require_safe
@login_required
def notification_list(request: HttpRequest) -> HttpResponse:
    """Your messages, what you have not read first."""
    rows = Notification.objects.visible_to(request.user).alias(is_read=Q(read_at__isnull=False))
    page = Paginator(rows.order_by("is_read", "-created_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    return show(request, "notifications/notification_list.html", {"page": page})


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
    """Which mails you want, category by category."""
    form = PreferencesForm(request.POST or None, initial=preferences.choices_of(request.user))
    if request.method == "POST":
        form = PreferencesForm(request.POST)
        if form.is_valid():
            preferences.choose(wanted=form.cleaned_data, by=request.user)
            messages.success(request, _("Your choice is kept. It holds from the next mail on."))
            return go(request, "notifications:preferences")
    return show(request, "notifications/preference_edit.html", {"form": form})


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
