"""Pages of an organization's webhooks, for its managers."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import limits
from portal.accounts.models import Organization
from portal.activity.log import timeline
from portal.languages import current
from portal.notifications import followed, webhook_words, webhooks
from portal.notifications.models import Subscription, Webhook, WebhookDelivery
from portal.notifications.permissions import can_keep_webhooks, kept_organizations
from portal.notifications.webhook_forms import SystemForm, WebhookForm
from portal.reference.labels import held
from portal.web import go, require, show

PER_PAGE = 50
HOUR = 3600  # seconds
#: Test events of one webhook: enough to try things out, too few to trouble somebody else's server.
TESTS_AN_HOUR = 20


@require_safe
@login_required
def webhook_list(request: HttpRequest, slug: str) -> HttpResponse:
    """The systems of an organization that are told, and how many searches each of them follows."""
    organization = _organization(request, slug)
    live = Count("subscriptions", filter=Q(subscriptions__ended_at=None))
    rows = Webhook.objects.visible_to(request.user).filter(organization=organization).annotate(follows=live)
    context = {"organization": organization, "webhooks": rows.order_by("pk"), "most": webhooks.MOST}
    return show(request, "notifications/webhook_list.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_create(request: HttpRequest, slug: str) -> HttpResponse:
    """Make one; its secret is shown in the answer, this once."""
    organization = _organization(request, slug)
    form = WebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            webhook = webhooks.make(organization, url=form.cleaned_data["url"], by=request.user)
        except ValidationError as refusal:
            form.add_error("url", refusal)
        else:
            return show(request, "notifications/webhook_secret.html", {"webhook": webhook, "is_new": True})
    return show(request, "notifications/webhook_create.html", {"organization": organization, "form": form})


@require_safe
@login_required
def webhook_detail(request: HttpRequest, uid: str) -> HttpResponse:
    """What it follows, what was sent and what came back, and the buttons."""
    webhook = _webhook(request, uid)
    page = Paginator(webhook.deliveries.all(), PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = [(row, *webhook_words.told(row, current())) for row in page.object_list]
    searches = webhook.subscriptions.select_related("criteria").order_by("-created_at", "-pk")
    # By the portal, not by one of her: the history tells of those.
    gone = {"ended_reason": Subscription.EndReason.CODE_GONE, "ended_at__gt": timezone.now() - webhooks.KEPT}
    with held():  # each of them is told in the words of the vocabulary
        live = [(row, followed.sentence(row.criteria), followed.path(row.criteria)) for row in searches.live()]
        ended = [(row, followed.sentence(row.criteria)) for row in searches.filter(**gone)]
    context = {
        "webhook": webhook,
        "page": page,
        "searches": live,
        "ended": ended,
        "waiting": webhook.deliveries.filter(status=WebhookDelivery.Status.PENDING).count(),
        "activities": timeline(webhook)[:20],
        "kept_days": webhooks.KEPT.days,
    }
    return show(request, "notifications/webhook_detail.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_edit(request: HttpRequest, uid: str) -> HttpResponse:
    """Another address, with the same secret and searches."""
    webhook = _webhook(request, uid)
    form = WebhookForm(request.POST or None, initial={"url": webhook.url})
    if request.method == "POST" and form.is_valid():
        try:
            webhooks.readdress(webhook, url=form.cleaned_data["url"], by=request.user)
        except ValidationError as refusal:
            form.add_error("url", refusal)
        else:
            messages.success(request, _("The address is changed. Send a test to see whether it arrives."))
            return go(request, webhook)
    return show(request, "notifications/webhook_edit.html", {"webhook": webhook, "form": form})


@login_required
@require_POST
def webhook_test(request: HttpRequest, uid: str) -> HttpResponse:
    webhook = _webhook(request, uid)
    if not limits.take("webhook-test", f"webhook {webhook.pk}", at_most=TESTS_AN_HOUR, seconds=HOUR):
        messages.error(request, _("That is more than we can take in one hour. Come back later."))
        return go(request, webhook)
    done = _("A test is on its way. Load this page again to see what came back.")
    return _try(request, webhook, lambda: webhooks.test(webhook, by=request.user), done)


@never_cache
@login_required
@require_POST
def webhook_rotate(request: HttpRequest, uid: str) -> HttpResponse:
    """A new secret, shown in the answer, this once."""
    webhook = _webhook(request, uid)
    try:
        webhook = webhooks.rotate(webhook, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return go(request, webhook)
    context = {"webhook": webhook, "is_new": False, "days": webhooks.ROTATION.days}
    return show(request, "notifications/webhook_secret.html", context)


@login_required
@require_POST
def webhook_end_old_secret(request: HttpRequest, uid: str) -> HttpResponse:
    webhook = _webhook(request, uid)
    done = _("Only the new secret signs from now on.")
    return _try(request, webhook, lambda: webhooks.end_old_secret(webhook, by=request.user), done)


@login_required
@require_POST
def webhook_off(request: HttpRequest, uid: str) -> HttpResponse:
    webhook = _webhook(request, uid)
    done = _("It is off. What is new waits for 30 days.")
    return _try(request, webhook, lambda: webhooks.switch_off(webhook, by=request.user), done)


@login_required
@require_POST
def webhook_on(request: HttpRequest, uid: str) -> HttpResponse:
    webhook = _webhook(request, uid)
    done = _("It is on. What waited is sent first.")
    return _try(request, webhook, lambda: webhooks.switch_on(webhook, by=request.user), done)


@login_required
@require_POST
def webhook_follow_end(request: HttpRequest, uid: str, pk: int) -> HttpResponse:
    webhook = _webhook(request, uid)
    row = get_object_or_404(webhook.subscriptions.select_related("criteria", "webhook__organization"), pk=pk)
    done = _("Ended: %(search)s") % {"search": followed.sentence(row.criteria)}
    return _try(request, webhook, lambda: webhooks.unfollow(row, by=request.user), done)


@login_required
@require_POST
def webhook_send_again(request: HttpRequest, uid: str, delivery: str) -> HttpResponse:
    webhook = _webhook(request, uid)
    row = get_object_or_404(webhook.deliveries.select_related("webhook__organization"), uid=delivery)
    done = _("It is on its way again. Load this page again to see what came back.")
    return _try(request, webhook, lambda: webhooks.send_again(row, by=request.user), done)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def webhook_follow(request: HttpRequest, kind: str) -> HttpResponse:
    """Let a system of an organization that she manages follow what a list shows."""
    followable = followed.by_name(kind)
    if followable is None or followable.is_of_one:  # systems are told of what is new, people also of what changes
        raise Http404
    organizations = kept_organizations(request.user)
    require(bool(organizations))
    wish = followable.read(request.GET)
    systems = Webhook.objects.visible_to(request.user).filter(organization__in=organizations)
    systems = systems.select_related("organization")
    form = SystemForm(request.POST if request.method == "POST" else None, systems=systems)
    if request.method == "POST" and form.is_valid():
        webhook = form.cleaned_data["webhook"]
        try:
            row = webhooks.follow(webhook, followable, wish, by=request.user)
        except ValidationError as refusal:
            form.add_error("webhook", refusal)
        else:
            search = followed.sentence(row.criteria)
            messages.success(request, _("Your system is told of: %(search)s") % {"search": search})
            return go(request, webhook)
    context = {
        "form": form,
        "organizations": organizations,
        "has_systems": bool(systems),
        "sentence": followable.sentence(wish.codes, wish.words),
        "path": followable.path(wish.codes, wish.words),
        "left_out": wish.left_out,
    }
    return show(request, "notifications/webhook_follow.html", context)


def _organization(request: HttpRequest, slug: str) -> Organization:
    organization = get_object_or_404(Organization.objects.visible_to(request.user), slug=slug)
    require(can_keep_webhooks(request.user, organization))
    return organization


def _webhook(request: HttpRequest, uid: str) -> Webhook:
    webhook = get_object_or_404(Webhook.objects.visible_to(request.user).select_related("organization"), uid=uid)
    require(can_keep_webhooks(request.user, webhook.organization))
    return webhook


def _try(request: HttpRequest, webhook: Webhook, verb: Callable[[], Any], done: str) -> HttpResponse:
    """Do it, and say what came of it on the webhook's page."""
    try:
        verb()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, done)
    return go(request, webhook)
