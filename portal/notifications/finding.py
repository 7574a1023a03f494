"""What of all that is followed would find one thing: one SQL statement over one GIN index.

Criteria are found by their keys: for each facet a criterion has the codes it asks for, or one key that says it does
not ask (see ``followed.keys``), so that a thing needs one of its own codes, or that key, in each facet.
"""

from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from portal.accounts.models import User
from portal.notifications import followed
from portal.notifications.followed import Followable
from portal.notifications.models import Subscription
from portal.search import standing


def found_by(kind: Followable, obj: Any) -> QuerySet[Subscription]:
    """Everything live that would find ``obj``, of people, bare addresses and webhooks, without an order."""
    rows = Subscription.objects.live()
    for keys in followed.looked_up(kind, obj.facets):
        rows = rows.filter(criteria__keys__overlap=keys)
    return rows.filter(
        Q(criteria__words="") | standing.found_in(kind.model._default_manager.filter(pk=obj.pk), "criteria__")
    )


def people_finding(kind: Followable, obj: Any) -> QuerySet[Subscription]:
    """Those of :func:`found_by` whose people are to be told: without webhooks, closed accounts and its makers."""
    rows = found_by(kind, obj).filter(webhook=None).filter(Q(user=None) | Q(user__is_active=True))
    makers: list[User] = [person for person in kind.makers(obj) if person is not None]
    if makers:
        emails = {person.email.lower() for person in makers}
        rows = rows.exclude(user__in=makers).alias(lowered=Lower("address")).exclude(lowered__in=emails)
    return rows
