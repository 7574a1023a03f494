"""What did not reach its recipients by mail: for those who asked these people to something and count on them."""

from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Lower, NullIf
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.notifications import deliverability
from portal.notifications.models import Deliverability, Notification
from portal.notifications.outbox import promise_again

Status = Notification.Status


def about(things: Iterable[models.Model]) -> QuerySet[Notification]:
    """Messages about any of ``things`` that failed or bounced for good, the newest first, each with ``is_dead``:
    whether the address takes no mail at all.

    Who follows such things on her own is nobody else's business, so what she missed is not among them. Ask first who
    may see it.
    """
    which = Q(pk__in=[])
    for thing in things:
        which |= Q(about_type=ContentType.objects.get_for_model(thing), about_id=thing.pk)
    dead = Deliverability.objects.filter(state=Deliverability.State.BOUNCES).alias(lowered=Lower("address"))
    email = Lower(Coalesce("recipient__email", NullIf("address", models.Value(""))))
    rows = Notification.objects.undelivered().filter(which).exclude(context__has_key="followed")
    return (
        rows.annotate(email=email)
        .annotate(is_dead=Exists(dead.filter(lowered=OuterRef("email"))))
        .select_related("recipient", "about_type")
        .order_by("-created_at", "-pk")
    )


def count(*things: QuerySet[Any]) -> int:
    """How many :func:`about` would list for all of ``things``, querysets of one model each: one query, by the index."""
    of_each = [
        Notification.objects.undelivered()
        .filter(about_type=ContentType.objects.get_for_model(rows.model), about_id__in=rows.order_by().values("pk"))
        .exclude(context__has_key="followed")
        .order_by()
        .values("pk")
        for rows in things
    ]
    return of_each[0].union(*of_each[1:], all=True).count()


def why(row: Any) -> str:
    """In plain words why a message of :func:`about` did not arrive; what servers said stays with the administrators."""
    if row.is_dead:
        return _("The address does not take mail.")
    if row.status == Status.BOUNCED:
        return _("The mail server of the address refused the message.")
    return _("The mail could not be sent in eight attempts.")


@transaction.atomic
def send_again(rows: Any, *, by: User) -> int:
    """Owe these mails of :func:`about` again, also those to addresses that did not take mail: somebody found out that
    they do now, or asks for one more try. Returns how many."""
    for email in rows.filter(is_dead=True).order_by().values_list("email", flat=True).distinct():
        deliverability.works_again(email, by=by)
    return promise_again(Notification.objects.filter(pk__in=list(rows.values_list("pk", flat=True))), by=by)
