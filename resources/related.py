"""Resources near another one: by what they are tagged with and by what they say."""

from typing import Any

from django.core.cache import cache
from django.db import connection
from redis.exceptions import RedisError

from portal.search import semantic
from resources.models import Resource

MOST = 4
#: Of a wide topic not every resource is weighed: the nearest by meaning, so many from the same place, so many others.
_MEANT = 24
_WEIGHED = 150
#: For so long the ids stay as they were found; who may see them is asked each time.
_KEPT = 60 * 60

_SQL = """
WITH tagged AS (
    SELECT resource_id AS id FROM resources_resource_topics WHERE topic_id = ANY(%(topic_ids)s)
),
candidate AS (
    (SELECT id FROM tagged JOIN resources_resource r USING (id)
        WHERE r.status = 'published' AND r.facets && %(places)s::varchar[] LIMIT %(weighed)s)
    UNION
    (SELECT id FROM tagged JOIN resources_resource r USING (id) WHERE r.status = 'published' LIMIT %(weighed)s)
    UNION
    SELECT unnest(%(meant)s::bigint[])
)
SELECT r.id, r.kind,
    (SELECT array_agg(f ORDER BY f) FROM unnest(r.facets) f WHERE f LIKE 'economy:%%') AS places,
    3.0 * (SELECT count(*) FROM unnest(r.facets) f WHERE f = ANY(%(topics)s::text[]))
    + 2.0 * (r.facets && %(sectors)s::varchar[])::int
    + 1.0 * (r.facets && %(places)s::varchar[])::int
    + 6.0 * coalesce(1.0 - (array_position(%(meant)s::bigint[], r.id) - 1) / %(meant_count)s, 0) AS nearness
FROM resources_resource r JOIN candidate USING (id)
WHERE r.status = 'published' AND r.id <> %(pk)s
ORDER BY nearness DESC, r.id
LIMIT 40
"""


def near(resource: Resource, user: Any) -> list[Resource]:
    """At most :data:`MOST` published resources that a reader of this one may want next, the nearest first.

    They share a topic, a sector or an economy, or mean much the same. No more than two say the same thing about
    the same place: beside them stands what another economy says, or another kind of help.
    """
    ids = _ids(resource)
    found = Resource.objects.visible_to(user).published().prefetch_related("economies").in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def _ids(resource: Resource) -> list[int]:
    key = f"related:{resource.pk}:{resource.search_digest[:16]}"
    try:
        known = cache.get(key)
        if known is None:
            known = _found(resource)
            cache.set(key, known, _KEPT)
    except RedisError:
        return _found(resource)
    return known


def _found(resource: Resource) -> list[int]:
    meant = semantic.similar(Resource.objects.published(), resource.pk, _MEANT)
    parameters: dict[str, Any] = {
        "pk": resource.pk,
        "topic_ids": [topic.pk for topic in resource.topics.all()],
        "topics": _of(resource, "topic"),
        "sectors": [code for code in _of(resource, "sector") if not code.endswith(":*")],
        "places": [*_of(resource, "economy"), "economy:*"],
        "meant": meant,
        "meant_count": float(_MEANT),
        "weighed": _WEIGHED,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL, parameters)
        return _mixed(cursor.fetchall())


def _of(resource: Resource, facet: str) -> list[str]:
    return [code for code in resource.facets if code.startswith(f"{facet}:")]


def _mixed(rows: list[tuple]) -> list[int]:
    """The nearest, but no more than two of one kind from one place while there are others."""
    chosen: list[int] = []
    left: list[int] = []
    counts: dict[tuple[str, tuple[str, ...]], int] = {}
    for pk, kind, places, _nearness in rows:
        same = (kind, tuple(places or ()))
        counts[same] = counts.get(same, 0) + 1
        (chosen if counts[same] <= 2 else left).append(pk)  # noqa: PLR2004 -- two, as promised
    return [*chosen, *left][:MOST]
