"""The audit log: every verb leaves a row, in the verb's own transaction."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models

from portal import pagecache
from portal.activity.models import Activity


def record(by: Any, verb: str, obj: models.Model, **data: Any) -> Activity:
    """Note that ``by`` (a user, or None for the portal itself) did ``verb`` to ``obj``.

    ``data`` must be JSON-serializable and must not hold contact details: timelines are shown to
    whoever may see the object's history.
    """
    if areas := pagecache.PUBLIC.get(obj._meta.label_lower):
        pagecache.changed(*areas)
    return Activity.objects.create(
        actor=by,
        verb=verb,
        object_type=ContentType.objects.get_for_model(obj),
        object_id=obj.pk,
        object_label=str(obj)[:250],
        data=data,
    )


def touched(model: type[models.Model], *verbs: str) -> set[int]:
    """The ids of the rows of ``model`` to which a person did one of ``verbs``, or anything when none is given.

    Loading data files leaves such rows alone: what people wrote here is newer than the file.
    """
    log = Activity.objects.filter(object_type=ContentType.objects.get_for_model(model), actor__isnull=False)
    return set((log.filter(verb__in=verbs) if verbs else log).values_list("object_id", flat=True))


def timeline(obj: models.Model) -> models.QuerySet[Activity]:
    """What happened to ``obj``, newest first, with the people who did it. Ask first who may see it."""
    return Activity.objects.filter(object_type=ContentType.objects.get_for_model(obj), object_id=obj.pk).select_related(
        "actor"
    )
