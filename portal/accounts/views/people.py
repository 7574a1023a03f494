"""The people of an organization: ask, admit, invite, change, leave."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.accounts import membership, permissions
from portal.accounts.forms import InviteForm, ReasonForm, RoleForm
from portal.accounts.models import Invitation, Membership, Organization
from portal.web import go, require, show


@login_required
def organization_people(request: HttpRequest, slug: str) -> HttpResponse:
    """Members and their roles; for managers also requests and invitations."""
    organization = get_object_or_404(Organization.objects.visible_to(request.user), slug=slug)
    require(permissions.can_see_people(request.user, organization))
    people = Membership.objects.visible_to(request.user).filter(organization=organization).select_related("user")
    manages = permissions.can_manage_people(request.user, organization)
    invitations = Invitation.objects.visible_to(request.user).filter(organization=organization).open()
    context = {
        "organization": organization,
        "members": people.active().order_by("pk"),
        "requests": people.requested() if manages else [],
        "invitations": invitations.order_by("pk") if manages else [],
        "manages": manages,
        "roles": Membership.Role.choices,
    }
    return show(request, "accounts/organization_people.html", context)


@login_required
def organization_join(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask to join. Reached from the finder, so unverified organizations can be asked too."""
    organization = get_object_or_404(Organization.objects.findable().select_related("economy"), slug=slug)
    require(permissions.can_join(request.user, organization))
    if request.method == "POST":
        asked = _("You asked to join %(name)s. We write to you as soon as a manager answers.")
        return _try(
            request,
            lambda: membership.ask_to_join(organization=organization, by=request.user),
            done=asked % {"name": organization},
            to="profile",
        )
    return show(request, "accounts/organization_join.html", {"organization": organization})


@login_required
def organization_invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Invite a colleague by e-mail."""
    organization = get_object_or_404(Organization.objects.visible_to(request.user), slug=slug)
    require(permissions.can_manage_people(request.user, organization))
    form = InviteForm(request.POST or None, initial={"language": request.user.language})
    if request.method == "POST" and form.is_valid():
        try:
            invitation = membership.invite(organization=organization, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error("email", refusal)
        else:
            messages.success(request, _("The invitation to %(email)s is on its way.") % {"email": invitation.email})
            return go(request, "organization-people", organization.slug)
    return show(request, "accounts/organization_invite.html", {"form": form, "organization": organization})


def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """What the mailed link opens: sign in or up first, then one button."""
    held = Invitation.objects.held_by(token).select_related("organization", "organization__economy", "invited_by")
    invitation = get_object_or_404(held)
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return _try(
            request,
            lambda: membership.accept_invitation(invitation=invitation, by=request.user),
            done=_("Welcome to %(name)s.") % {"name": invitation.organization},
            to=invitation.organization,
            refused_to=invitation,
        )
    is_addressee = request.user.is_authenticated and invitation.email.lower() in request.user.verified_addresses()
    context = {"invitation": invitation, "is_addressee": is_addressee}
    return show(request, "accounts/invitation_accept.html", context)


@login_required
@require_POST
def invitation_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.visible_to(request.user).select_related("organization"), pk=pk)
    require(permissions.can_manage_people(request.user, invitation.organization))
    return _try(
        request,
        lambda: membership.withdraw_invitation(invitation=invitation, by=request.user),
        done=_("The invitation is withdrawn."),
        to=_people_of(invitation),
    )


@login_required
@require_POST
def membership_admit(request: HttpRequest, pk: int) -> HttpResponse:
    asked = _find(request, pk)
    require(permissions.can_answer(request.user, asked))
    return _try(
        request,
        lambda: membership.admit(membership=asked, by=request.user),
        done=_("%(person)s is a member now.") % {"person": asked.user.full_name},
        to=_people_of(asked),
    )


@login_required
def membership_decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a request with no; the reason is mailed to the person."""
    asked = _find(request, pk)
    require(permissions.can_answer(request.user, asked))
    done = _("Declined. %(person)s has been told why.") % {"person": asked.user.full_name}
    return _with_reason(request, asked, membership.decline, "decline", done)


@login_required
def membership_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """End somebody's membership; the reason is mailed to the person."""
    theirs = _find(request, pk)
    require(permissions.can_remove(request.user, theirs))
    done = _("%(person)s is no longer a member.") % {"person": theirs.user.full_name}
    return _with_reason(request, theirs, membership.remove, "remove", done)


@login_required
def membership_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """End one's own membership."""
    mine = _find(request, pk)
    require(permissions.can_leave(request.user, mine))
    if request.method == "POST":
        return _try(
            request,
            lambda: membership.leave(membership=mine, by=request.user),
            done=_("You have left %(name)s.") % {"name": mine.organization},
            to="profile",
        )
    return show(request, "accounts/membership_leave.html", {"membership": mine})


@login_required
@require_POST
def membership_role(request: HttpRequest, pk: int) -> HttpResponse:
    theirs = _find(request, pk)
    require(permissions.can_change_role(request.user, theirs))
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a role."))
        return go(request, *_people_of(theirs))
    return _try(
        request,
        lambda: membership.change_role(membership=theirs, role=form.cleaned_data["role"], by=request.user),
        done=_("The role of %(person)s is changed.") % {"person": theirs.user.full_name},
        to=_people_of(theirs),
    )


def _find(request: HttpRequest, pk: int) -> Membership:
    visible = Membership.objects.visible_to(request.user).select_related("user", "organization")
    return get_object_or_404(visible, pk=pk)


def _people_of(row: Membership | Invitation) -> tuple[str, str]:
    return "organization-people", row.organization.slug


def _with_reason(request: HttpRequest, theirs: Membership, verb: Callable, name: str, done: str) -> HttpResponse:
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            verb(membership=theirs, reason=form.cleaned_data["reason"], by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, done)
            return go(request, *_people_of(theirs))
    context = {"membership": theirs, "form": form, "decision": name}
    return show(request, "accounts/membership_decide.html", context)


def _try(request: HttpRequest, verb: Callable[[], Any], *, done: str, to: Any, refused_to: Any = None) -> HttpResponse:
    """Do it and say so, or say why not; then go on. ``to`` is a page, or a page with its argument."""
    try:
        verb()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        to = refused_to or to
    else:
        messages.success(request, done)
    return go(request, *to) if isinstance(to, tuple) else go(request, to)
