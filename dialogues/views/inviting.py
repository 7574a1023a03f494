"""The secretariat's page of invitations to a session."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from dialogues import inviting
from dialogues.inviting_forms import ROLES, InviteForm, InviteOrganizationForm
from dialogues.models import SessionInvitation
from dialogues.permissions import can_invite
from dialogues.views.finding import find_session
from portal.accounts.models import Organization
from portal.web import go, require, show

PER_PAGE = 50
#: Organizations offered for what somebody typed.
FOUND = 20


@login_required
@require_http_methods(["GET", "POST"])
def invitation_list(request, slug, pk):
    """Who is asked and what they said; a person to ask; an organization to look for."""
    session = find_session(request, slug, pk)
    require(can_invite(request.user, session))
    form = InviteForm(request.POST or None, session=session)
    if request.method == "POST" and form.is_valid():
        try:
            inviting.invite(session, form.guest, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _told(session, 1))
            return go(request, "dialogues:invitation-list", slug, pk)
    words = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    rows = session.invitations.select_related("user", "organization", "registration", "delegated_to__user")
    counts = dict(session.invitations.order_by().values_list("status").annotate(count=Count("pk")))
    context = {
        "session": session,
        "dialogue": session.dialogue,
        "form": form,
        "q": words,
        "organizations": _organizations(words) if words else [],
        "roles": ROLES,
        "page": Paginator(rows.order_by("-pk"), PER_PAGE).get_page(request.GET.get("page")),
        "counts": [(status.label, counts[status]) for status in SessionInvitation.Status if status in counts],
    }
    return show(request, "dialogues/invitation_list.html", context)


@login_required
@require_POST
def invitation_organization(request, slug, pk):
    """Ask everyone in an organization, or one contact."""
    session = find_session(request, slug, pk)
    require(can_invite(request.user, session))
    form = InviteOrganizationForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Look for the organization and choose whom to invite."))
        return go(request, "dialogues:invitation-list", slug, pk)
    chosen = form.cleaned_data
    try:
        made = inviting.invite_organization(
            session,
            chosen["organization"],
            everyone=chosen["everyone"] == "everyone",
            role=chosen["role"],
            by=request.user,
        )
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _told(session, len(made)))
    return go(request, "dialogues:invitation-list", slug, pk)


@login_required
@require_POST
def invitation_again(request, slug, pk, row_pk):
    return _change(request, (slug, pk, row_pk), inviting.invite_again, _("The invitation is on its way again."))


@login_required
@require_POST
def invitation_withdraw(request, slug, pk, row_pk):
    done = _("The invitation is withdrawn. Its link is useless.")
    return _change(request, (slug, pk, row_pk), inviting.withdraw, done)


def _change(request, where, verb, done):
    slug, pk, row_pk = where
    session = find_session(request, slug, pk)
    require(can_invite(request.user, session))
    row = get_object_or_404(session.invitations, pk=row_pk)
    try:
        verb(row, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, done)
    return go(request, "dialogues:invitation-list", slug, pk)


def _organizations(words):
    found = Organization.objects.verified().named(words).select_related("economy")
    return list(found.order_by("name", "pk")[:FOUND])


def _told(session, count):
    if not count:
        return _("Nobody is left to ask: everyone there is invited or registered.")
    if not session.takes_registrations:
        return ngettext(
            "%(count)d invitation is kept. It is sent when the session is scheduled.",
            "%(count)d invitations are kept. They are sent when the session is scheduled.",
            count,
        ) % {"count": count}
    return ngettext(
        "%(count)d invitation is on its way.", "%(count)d invitations are on their way.", count
    ) % {"count": count}  # fmt: skip
