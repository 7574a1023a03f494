"""Which success cases came from a dialogue. Officials of its Parties say so."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from dialogues.models import Dialogue, SuccessCase
from dialogues.permissions import can_name_cases
from portal.activity.log import record
from portal.lifecycle import lock
from resources import panels
from resources.models import Resource
from resources.panels import Link, Panel


@transaction.atomic
def name(dialogue: Dialogue, resource: Resource, *, by: Any) -> SuccessCase:
    """Say that a published success case came from this dialogue; naming it again changes nothing.

    Raises ``ValidationError``: ``kind`` for what is no published success case, ``taken`` for one that another
    dialogue names: it came from one alone.
    """
    if not can_name_cases(by, dialogue):
        raise PermissionDenied
    row = lock(resource)  # so that of two dialogues that name it at once the second is told
    if row.kind != Resource.Kind.SUCCESS_CASE or row.status != Resource.Status.PUBLISHED:
        raise ValidationError(_("Choose a published success case."), code="kind")
    there = SuccessCase.objects.filter(resource=row).select_related("dialogue").first()
    if there and there.dialogue_id != dialogue.pk:
        raise ValidationError(
            _("It is already a case of “%(dialogue)s”."), code="taken", params={"dialogue": there.dialogue}
        )
    if there:
        return there
    case = SuccessCase.objects.create(dialogue=dialogue, resource=row, named_by=by)
    record(by, "case_named", case, dialogue=dialogue.pk, resource=row.pk)
    return case


@transaction.atomic
def take_off(case: SuccessCase, *, by: Any) -> None:
    """Say no longer that it came from this dialogue. The resource stays."""
    row = lock(case)
    if not can_name_cases(by, row.dialogue):
        raise PermissionDenied
    record(by, "case_taken_off", row, dialogue=row.dialogue_id, resource=row.resource_id)
    row.delete()


def candidates(dialogue: Dialogue) -> models.QuerySet[Resource]:
    """The published success cases of the Parties' economies that no dialogue names yet."""
    named = SuccessCase.objects.filter(resource=OuterRef("pk"))
    of_parties = Exists(
        Resource.economies.through.objects.filter(resource=OuterRef("pk"), economy__in=dialogue.party_codes)
    )
    cases = Resource.objects.published().filter(kind=Resource.Kind.SUCCESS_CASE)
    return cases.filter(~Exists(named), of_parties | ~Q(scope=Resource.Scope.ECONOMY)).by_title()


def origin(resource: Resource, user: Any) -> Panel | None:
    """On the page of a success case: the dialogue it came from."""
    if resource.kind != Resource.Kind.SUCCESS_CASE:
        return None
    case = SuccessCase.objects.filter(resource=resource).select_related("dialogue").first()
    if case is None:
        return None
    return Panel(str(_("The dialogue it came from")), [Link(case.dialogue.title, case.dialogue.get_absolute_url())])


def register() -> None:
    """Have the pages of resources ask this room."""
    panels.register(origin)
