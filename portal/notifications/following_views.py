"""Pages for following a search, with an account or with an e-mail address alone."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import limits
from portal.languages import current
from portal.notifications import followed, preferences, subscriptions
from portal.notifications.followed import Followable, Wish
from portal.notifications.forms import FollowForm, RhythmForm
from portal.notifications.models import Category, Rhythm, Subscription
from portal.notifications.permissions import kept_organizations
from portal.web import go, show

PER_PAGE = 50
HOUR, DAY = 3600, 86_400  # seconds
#: Confirmation mails that one visitor's address may ask for; an office shares it.
VISITOR_AN_HOUR = 10
#: Confirmation mails to one address, whoever asks.
ADDRESS_A_DAY = 5
#: Of one account; each may leave a row.
PERSON_AN_HOUR = 60


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest, kind: str) -> HttpResponse:
    """Says in words what will be followed; posting follows it, or asks a visitor's address to confirm."""
    followable = followed.by_name(kind)
    if followable is None:
        raise Http404
    wish = followable.read(request.GET)
    form = FollowForm(request.POST if request.method == "POST" and not request.user.is_authenticated else None)
    status, problem = 200, ""
    if request.method == "POST" and request.user.is_authenticated:
        status, problem = _follow(request, followable, wish)
    elif form.is_valid():
        status, problem = _ask(request, followable, wish, form.cleaned_data["email"])
    if request.method == "POST" and not problem and (request.user.is_authenticated or form.is_valid()):
        return go(request, "notifications:following" if request.user.is_authenticated else "notifications:follow-asked")
    context = {
        "sentence": followable.sentence(wish.codes, wish.words),
        "path": followable.path(wish.codes, wish.words),
        "left_out": wish.left_out,
        "is_of_one": followable.is_of_one,
        "form": form,
        "problem": problem,
        "is_following": request.user.is_authenticated and subscriptions.is_following(followable, wish, request.user),
        "gets_mail": _gets_mail(request, followable),
        "kind": kind,
        "has_systems": not followable.is_of_one and bool(kept_organizations(request.user)),
    }
    return show(request, "notifications/follow.html", context, status=status)


@require_safe
def follow_asked(request: HttpRequest) -> HttpResponse:
    """The same for every address, known here or not."""
    return show(request, "notifications/follow_asked.html", {"days": subscriptions.CONFIRM_WITHIN.days})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link in the mail shows a button, because programs follow links; posting confirms."""
    asked = subscriptions.read_token(token)
    if asked is None:
        return show(request, "notifications/follow_unknown.html", {"is_stop": False}, status=404)
    context = {"sentence": followed.sentence(asked.criteria), "token": token, "stop": "", "problem": ""}
    context["path"] = followed.path(asked.criteria)
    if request.method == "POST":
        try:
            row = subscriptions.confirm(asked)
        except ValidationError as refusal:
            context["problem"] = " ".join(refusal.messages)
        else:
            context["stop"] = followed.stop_path([row.pk])
    return show(request, "notifications/follow_confirm.html", context)


# Mail programs post here by themselves (RFC 8058), with no cookie and no CSRF token. The signed token in the address
# is the permission, and all it permits is to end what it names.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ends what a mail was sent for, without signing in; a GET asks first."""
    rows = followed.read_stop(token)
    if not rows:
        return show(request, "notifications/follow_unknown.html", {"is_stop": True}, status=404)
    if request.method == "POST":
        rows = [subscriptions.end(row, reason=Subscription.EndReason.LINK, by=None) for row in rows]
    # No redirect after the POST: RFC 8058 forbids it, and repeating this one changes nothing.
    context = {
        "searches": list(followed.sentences(row.criteria for row in rows).values()),
        "is_live": any(row.ended_at is None for row in rows),
        "has_account": rows[0].user is not None,
        "token": token,
    }
    return show(request, "notifications/follow_stop.html", context)


@require_safe
@login_required
def following(request: HttpRequest) -> HttpResponse:
    """What you follow, the newest first."""
    rows = (
        Subscription.objects.visible_to(request.user).live().select_related("criteria").order_by("-created_at", "-pk")
    )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    said = followed.sentences(row.criteria for row in page.object_list)
    page.object_list = [(row, said[row.criteria_id], followed.path(row.criteria)) for row in page.object_list]
    return show(request, "notifications/following.html", {"page": page, "rhythms": Rhythm})


@login_required
@require_POST
def follow_rhythm(request: HttpRequest, pk: int) -> HttpResponse:
    """How often the mails of one followed search come."""
    row = get_object_or_404(Subscription.objects.visible_to(request.user), pk=pk)
    form = RhythmForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose how often the mails come."))
        return go(request, "notifications:following")
    row = subscriptions.set_rhythm(row, rhythm=form.cleaned_data["frequency"], by=request.user)
    messages.success(request, _("Kept: %(search)s") % {"search": followed.sentence(row.criteria)})
    return go(request, "notifications:following")


@require_POST
@login_required
def follow_end(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Subscription.objects.visible_to(request.user), pk=pk)
    row = subscriptions.end(row, reason=Subscription.EndReason.PAGE, by=request.user)
    messages.success(request, _("Ended: %(search)s") % {"search": followed.sentence(row.criteria)})
    return go(request, "notifications:following")


def _follow(request: HttpRequest, kind: Followable, wish: Wish) -> tuple[int, str]:
    """Follow it; the status to answer with, and what is wrong in words, if anything."""
    if not limits.take("follow", f"user {request.user.pk}", at_most=PERSON_AN_HOUR, seconds=HOUR):
        return 429, _("That is more than we can take in one hour. Come back later.")
    try:
        row = subscriptions.follow(kind, wish, by=request.user)
    except ValidationError as refusal:
        return 200, " ".join(refusal.messages)
    messages.success(request, _("You follow: %(search)s") % {"search": followed.sentence(row.criteria)})
    return 200, ""


def _ask(request: HttpRequest, kind: Followable, wish: Wish, address: str) -> tuple[int, str]:
    """Send the confirmation mail; as in :func:`_follow`. An address that got enough mails hears no more today, and
    the visitor is told nothing else than otherwise."""
    if not limits.take("follow", limits.visitor(request), at_most=VISITOR_AN_HOUR, seconds=HOUR):
        return 429, _("That is more than we can take in one hour. Come back later.")
    if limits.take("follow-address", address.lower(), at_most=ADDRESS_A_DAY, seconds=DAY):
        zone = timezone.get_current_timezone_name()
        subscriptions.ask(kind, wish, address=address, language=current(), time_zone=zone)
    return 200, ""


def _gets_mail(request: HttpRequest, kind: Followable) -> bool:
    """Whether what she follows comes by mail, or to the inbox alone."""
    if not request.user.is_authenticated:
        return True
    choices = preferences.choices_of(request.user)
    return choices.get(Category(kind.mail.partition("/")[0]).value) != preferences.NEVER
