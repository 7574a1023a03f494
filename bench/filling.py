"""Fills the catalogue with as many synthetic resources as asked for: deterministic, in four languages, at SQL speed.

Each is put together from the title, the summary and the body of three real ones, so words are as common as in the
real catalogue, with a number of its own that one in two thousand shares. Title and summary stand in all four languages,
the body in one of them in turn. Tags, publishers and dates are those of the real resource whose title it has.
"""

from django.db import connection

LANGUAGES = ("en", "zh_hant", "es", "fr")
RARE = 2_000
_LINKS = ("economies", "topics", "sectors", "agreements")


def fill(rows: int, *, vectors: bool) -> None:
    """Bring the catalogue to ``rows`` resources, indexed and analysed; with ``vectors``, one for each of them."""
    from resources.models import Resource  # noqa: PLC0415 -- Django is set up by the caller

    with connection.cursor() as cursor:
        # A vector index that outgrows it is finished row by row, ten times slower.
        cursor.execute("SET maintenance_work_mem = '4GB'")
        cursor.execute("SET synchronous_commit = off")
        cursor.execute(
            "CREATE TEMP TABLE real AS SELECT row_number() OVER (ORDER BY id) - 1 AS n, * FROM resources_resource"
        )
        cursor.execute("CREATE UNIQUE INDEX ON real (n)")
        cursor.execute("SELECT count(*), max(id) FROM real")
        count, last = cursor.fetchone()
        wanted = rows - count
        if wanted <= 0:
            return
        indexes = _drop_indexes(cursor, "resources_resource")
        _resources(cursor, wanted, count, last)
        for name in _LINKS:
            _links(cursor, getattr(Resource, name).through._meta, wanted, count, last)
        for definition in indexes:
            cursor.execute(definition)
        if vectors:
            _vectors(cursor, wanted, count, last)
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('resources_resource', 'id'), max(id)) FROM resources_resource"
        )
        cursor.execute("VACUUM ANALYZE")


def _drop_indexes(cursor, table):
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexname NOT IN"
        " (SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass)",
        [table, table],
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _name, definition in found]


def _resources(cursor, wanted, count, last):
    """``t``, ``s`` and ``b`` are the real resources whose title, summary and body the new one has."""
    made = {
        "id": f"{last} + g",
        "slug": "'bench-' || g",
        "title": "t.title_en || ' lot' || g % %(rare)s",
        "summary": "s.summary_en",
        "body": "b.body_en",
        "status": "'published'",
        "published_at": "now() - g * interval '1 minute'",
        "reviewed_on": "current_date",
        "review_due_on": "current_date + 90",
        "search_digest": "'bench'",
    }
    for place, code in enumerate(LANGUAGES):
        body = f"CASE WHEN g %% 4 = {place} THEN b.body_{code} ELSE '' END"
        made |= {
            f"title_{code}": f"t.title_{code} || ' lot' || g %% %(rare)s",
            f"summary_{code}": f"s.summary_{code}",
            f"body_{code}": body,
            f"order_{code}": f"left(t.order_{code}, 150) || ' ' || lpad(g::text, 8, '0')",
            f"search_{code}": f"ts_filter(t.search_{code}, '{{a,c}}') || ts_filter(s.search_{code}, '{{b}}')"
            f" || setweight(to_tsvector('simple', 'lot' || g %% %(rare)s), 'A')"
            f" || CASE WHEN g %% 4 = {place} THEN ts_filter(b.search_{code}, '{{d}}') ELSE ''::tsvector END",
        }
    made["title"] = made["title"].replace(" % ", " %% ")
    cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'resources_resource'")
    columns = [name for (name,) in cursor.fetchall()]
    values = ", ".join(made.get(name, f"t.{name}") for name in columns)
    cursor.execute(
        f"INSERT INTO resources_resource ({', '.join(columns)}) SELECT {values} FROM generate_series(1, %(wanted)s) g"  # noqa: S608
        f" {_PARTS}",
        {"wanted": wanted, "rare": RARE, "count": count},
    )


_PARTS = (
    "JOIN real t ON t.n = g %% %(count)s JOIN real s ON s.n = g / %(count)s %% %(count)s"
    " JOIN real b ON b.n = g / %(count)s / %(count)s %% %(count)s"
)


def _links(cursor, through, wanted, count, last):
    table = through.db_table
    other = next(field.column for field in through.get_fields() if field.name not in {"id", "resource"})
    cursor.execute(
        f"INSERT INTO {table} (resource_id, {other}) SELECT {last} + g, link.{other}"  # noqa: S608
        f" FROM generate_series(1, %(wanted)s) g JOIN real t ON t.n = g %% %(count)s"
        f" JOIN {table} link ON link.resource_id = t.id",
        {"wanted": wanted, "count": count},
    )


def _vectors(cursor, wanted, count, last):
    """Between those of its title's, its summary's and its body's resource, so they cluster as real ones do."""
    indexes = _drop_indexes(cursor, "resources_resourcemeaning")
    cursor.execute(
        "CREATE TEMP TABLE vec AS SELECT r.n, m.* FROM resources_resourcemeaning m"
        " JOIN real r ON r.id = m.resource_id WHERE language = 'en' AND part = 0"
    )
    cursor.execute("CREATE UNIQUE INDEX ON vec (n)")
    weights = [f"(SELECT array_fill({share}::real, ARRAY[512])::halfvec)" for share in (0.6, 0.3)]
    cursor.execute(
        "INSERT INTO resources_resourcemeaning (resource_id, language, part, vector, digest, indexed)"  # noqa: S608
        f" SELECT {last} + g, 'en', 0, l2_normalize(t.vector + s.vector * {weights[0]} + b.vector * {weights[1]}),"
        " 'bench', t.indexed FROM generate_series(1, %(wanted)s) g"
        f" {_PARTS.replace('real', 'vec')}",
        {"wanted": wanted, "count": count},
    )
    for definition in indexes:
        cursor.execute(definition)
