"""The people around a resource: who keeps it, whose words it has, who may review it."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from portal.accounts.models import Membership, Organization, User
from resources.models import Resource


def keepers(resource: Resource) -> models.QuerySet[User]:
    """The people who keep it: officials of its economies or, when it holds everywhere, administrators."""
    people = get_user_model().objects.filter(is_active=True)
    if resource.scope != Resource.Scope.ECONOMY:
        return people.filter(is_staff=True).order_by("pk")
    officials = Membership.objects.filter(
        status=Membership.Status.ACTIVE,
        organization__kind=Organization.Kind.AGENCY,
        organization__status=Organization.Status.VERIFIED,
        organization__economy__in=resource.economy_codes,
    )
    return people.filter(pk__in=officials.values("user")).order_by("pk")


def writers(resource: Resource) -> set[Any]:
    """The ids of those whose text it is: its author, who submitted it and who changed it last."""
    return {resource.author_id, resource.submitted_by_id, resource.changed_by_id} - {None}


def reviewers(resource: Resource) -> models.QuerySet[User]:
    """Who may publish it: those who keep it and whose text it is not.

    Where none of them is left, a lone official's text for one, portal administrators review it, so that nobody
    is stuck; never one whose text it is.
    """
    return _others(resource, writers(resource))


def lookers(resource: Resource) -> models.QuerySet[User]:
    """Who may look over what was changed in public: those who keep it and did not change it since the last look, or
    administrators, as for :func:`reviewers`."""
    return _others(resource, set(resource.unseen_by))


def _others(resource: Resource, hers: set[Any]) -> models.QuerySet[User]:
    colleagues = keepers(resource).exclude(pk__in=hers)
    if resource.scope != Resource.Scope.ECONOMY or colleagues.exists():
        return colleagues
    return administrators().exclude(pk__in=hers)


@dataclass(frozen=True)
class Expected:
    """Who would publish a text that ``user`` has in hand: colleagues by name, or administrators standing in."""

    is_own_text: bool
    colleagues: list[User]
    administrators_stand_in: bool


def expected_reviewers(resource: Resource, user: User) -> Expected:
    """For a draft, as if she submitted it now; names of administrators are not given away."""
    hers = writers(resource)
    if resource.status == Resource.Status.DRAFT:
        hers |= {user.pk}
    return _expected(resource, user, hers)


def expected_lookers(resource: Resource, user: User) -> Expected:
    """Who would look over what was changed in public, as :func:`expected_reviewers`."""
    return _expected(resource, user, set(resource.unseen_by))


def _expected(resource: Resource, user: User, hers: set[Any]) -> Expected:
    colleagues = list(keepers(resource).exclude(pk__in=hers))
    is_one_economys = resource.scope == Resource.Scope.ECONOMY
    stand_in = is_one_economys and not colleagues and administrators().exclude(pk__in=hers).exists()
    return Expected(user.pk in hers, colleagues, stand_in)


def administrators() -> models.QuerySet[User]:
    return get_user_model().objects.filter(is_active=True, is_staff=True).order_by("pk")


def publishers_people(resource: Resource) -> models.QuerySet[User]:
    """Whom the portal reminds: the people of its publisher or, where there are none yet, those who keep it."""
    members = Membership.objects.filter(
        status=Membership.Status.ACTIVE,
        organization=resource.publisher_id,
        organization__status=Organization.Status.VERIFIED,
    )
    people = get_user_model().objects.filter(is_active=True, pk__in=members.values("user")).order_by("pk")
    return people if people.exists() else keepers(resource)


def waiting_for_review_by(user: User) -> models.QuerySet[Resource]:
    """What is in review, not approved yet and hers to publish, longest waiting first; see :func:`reviewers`."""
    waiting = Resource.objects.awaiting_publication().filter(publish_at=None)
    others = waiting.exclude(author=user).exclude(submitted_by=user).exclude(changed_by=user)
    officials = _officials_of_a_row()
    for writer in ("author_id", "submitted_by_id", "changed_by_id"):
        officials = officials.exclude(user=Coalesce(OuterRef(writer), Value(0)))
    return _hers(others, user, officials)


def waiting_for_look_by(user: User) -> models.QuerySet[Resource]:
    """What was changed in public and is hers to look over, longest waiting first; see :func:`lookers`."""
    others = Resource.objects.unseen().exclude(unseen_by__contains=[user.pk])
    among = Func(OuterRef("unseen_by"), F("user"), function="array_position", output_field=models.IntegerField())
    return _hers(others, user, _officials_of_a_row().alias(among=among).filter(among__isnull=True))


def _hers(
    rows: models.QuerySet[Resource], user: User, others: models.QuerySet[Membership]
) -> models.QuerySet[Resource]:
    """Of these, what she keeps or, as an administrator, what none of ``others`` could do."""
    mine = Q(pk__in=Resource.objects.kept_by(user).values("pk"))
    return rows.filter(mine | Q(~Exists(others)) if user.is_staff else mine)


def _officials_of_a_row() -> models.QuerySet[Membership]:
    """Of a resource in an outer query: the officials of its economies."""
    return Membership.objects.filter(
        status=Membership.Status.ACTIVE,
        user__is_active=True,
        organization__kind=Organization.Kind.AGENCY,
        organization__status=Organization.Status.VERIFIED,
        organization__economy__resources=OuterRef("pk"),
    )
