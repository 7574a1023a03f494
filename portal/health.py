"""Is the process alive; may it be sent visitors. Plain text for machines, no language, no login."""

from datetime import timedelta

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from portal.notifications.models import Notification, Queue

#: A promise older than this with its mail still owed means that delivery stands still.
STUCK_AFTER = timedelta(minutes=10)


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process can answer at all."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, 503 otherwise; says also how Redis and the outbox are.

    Redis down or a slow outbox do not take the portal off line: pages work without them.
    """
    state = {"database": _database(), "redis": _redis()}
    if state["database"] == "ok":
        late = Notification.objects.due().filter(due_at__lt=timezone.now() - STUCK_AFTER)
        state["outbox_late"] = late.order_by().count()
        state["oldest_urgent_seconds"] = _oldest_urgent()
    return JsonResponse(state, status=200 if state["database"] == "ok" else 503)


def _oldest_urgent() -> int:
    """For how long (seconds) the oldest urgent mail that is due has been owed; 0 when none is."""
    first = Notification.objects.due().filter(queue=Queue.CRITICAL).order_by("due_at").first()
    return int((timezone.now() - first.due_at).total_seconds()) if first else 0


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "down"
    return "ok"


def _redis() -> str:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as client:
            client.ping()
    except redis.RedisError:
        return "down"
    return "ok"
