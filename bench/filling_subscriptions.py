"""Fills the portal with as many followed searches as asked for: deterministic, skewed as real ones, at SQL speed.

Every criterion asks for codes that real things hold and, one in four, for a word or two of a real title in one of the
four languages. A tenth as many criteria as subscriptions; the hundredth part of them that most people share has every
fifth subscription. Three of five subscribers have an account, the others a bare address.
"""

import itertools
import random
from collections.abc import Iterator, Sequence

from django.db import connection
from psycopg2.extras import execute_values

#: How many of a hundred criteria ask for a facet; the others take it as it comes.
ASKED = {
    "resource": {"economy": 95, "topic": 95, "sector": 60, "kind": 60, "audience": 40, "language": 30, "agreement": 2},
    "opportunity": {"economy": 90, "target": 80, "sector": 95, "type": 60, "language": 10, "certificate": 5},
}
#: Of a hundred criteria so many ask for words.
WITH_WORDS = 25
#: So many different words and pairs of words.
PHRASES = 600
#: One person has about so many subscriptions.
EACH = 4
LANGUAGES = ("en", "zh-hant", "es", "fr")

_SUBSCRIPTIONS = """
INSERT INTO notifications_subscription
    (criteria_id, user_id, address, language, time_zone, frequency, created_at, confirmed_at, ended_reason)
SELECT c.id, u.id, CASE WHEN u.id IS NULL THEN 'follower-' || p.person || '@example.com' ELSE '' END,
    (%(languages)s::text[])[1 + p.person %% 4], 'UTC', (ARRAY['immediately', 'daily', 'daily', 'weekly'])[1 + g %% 4],
    now(), now(), ''
FROM generate_series(1, %(rows)s) g
CROSS JOIN LATERAL (SELECT (hashint8(g) & 2147483647) %% %(people)s AS person,
    floor(%(criteria)s * power((hashint8(g::bigint * 7919) & 2147483647) / 2147483648.0, 3))::int AS criteria) p
JOIN bench_criteria c ON c.n = p.criteria
LEFT JOIN accounts_user u ON u.email = 'follower-' || p.person || '@example.com'
ON CONFLICT DO NOTHING
"""


def fill(rows: int, criteria: int = 0) -> None:
    """Make about ``rows`` subscriptions of ``rows / 4`` people to ``criteria``, by default ``rows / 10``, indexed and
    analysed. The database held none before."""
    people, criteria = max(rows // EACH, 1), criteria or max(rows // 10, 10)
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET maintenance_work_mem = '1GB'")
        _people(cursor, people)
        _criteria(cursor, criteria)
        cursor.execute(
            _SUBSCRIPTIONS, {"rows": rows, "people": people, "criteria": criteria, "languages": list(LANGUAGES)}
        )
        cursor.execute("VACUUM ANALYZE")


def _people(cursor, count: int) -> None:
    """Accounts; the rest of the ``count`` people has none."""
    from portal.accounts.models import User  # noqa: PLC0415 -- Django is set up by the caller

    one = User(email="follower", language="en")
    one.set_unusable_password()
    fields = [field for field in User._meta.concrete_fields if not field.primary_key]
    values = {field.column: field.get_db_prep_save(getattr(one, field.attname), connection) for field in fields}
    given = {"email": "'follower-' || g || '@example.com'", "language": f"(%s::text[])[1 + g %% {len(LANGUAGES)}]"}
    params = [list(LANGUAGES) if name == "language" else value for name, value in values.items() if name != "email"]
    cursor.execute(
        f"INSERT INTO accounts_user ({', '.join(values)})"  # noqa: S608 -- our own names
        f" SELECT {', '.join(given.get(name, '%s') for name in values)} FROM generate_series(0, %s - 1) g"
        " WHERE g %% 5 < 3 ON CONFLICT DO NOTHING",
        [*params, count],
    )


def _criteria(cursor, count: int) -> None:
    """Codes and keys of each are made here; what is asked of words is made once for each of them, by the portal."""
    from portal.notifications import followed  # noqa: PLC0415
    from portal.notifications.followed import Wish  # noqa: PLC0415
    from portal.notifications.models import Criteria  # noqa: PLC0415

    chance = random.Random(6)  # noqa: S311 -- the same rows each time
    held, phrases = {kind: _held(cursor, kind) for kind in ASKED}, _phrases(cursor)
    made: dict[str, tuple] = {}
    for kind, codes, words in _wishes(chance, held, phrases):
        kept = followed.by_name(kind)
        digest = followed.digest(kept, Wish(codes, words))
        made.setdefault(digest, (len(made), kind, list(codes), words, digest, followed.keys(kept, codes)))
        if len(made) == count:
            break
    cursor.execute("CREATE TEMP TABLE wish (n int, kind text, codes text[], words text, digest text, keys text[])")
    execute_values(cursor.cursor, "INSERT INTO wish VALUES %s", list(made.values()), page_size=1_000)
    asked = [followed.build(followed.by_name("resource"), Wish(words=phrase)) for phrase in ("", *phrases)]
    Criteria.objects.bulk_create(asked, batch_size=200, ignore_conflicts=True)
    own = {"id", "kind", "codes", "words", "digest", "keys"}
    same = [field.column for field in Criteria._meta.concrete_fields if field.column not in own]
    cursor.execute(
        f"INSERT INTO notifications_criteria (kind, codes, words, digest, keys, {', '.join(same)})"  # noqa: S608
        f" SELECT w.kind, w.codes, w.words, w.digest, w.keys, {', '.join(f'c.{name}' for name in same)} FROM wish w"
        " JOIN notifications_criteria c ON c.words = w.words AND c.kind = 'resource' AND c.codes = '{}'"
        " ON CONFLICT DO NOTHING"
    )
    cursor.execute(
        "CREATE TEMP TABLE bench_criteria AS SELECT w.n, c.id FROM wish w JOIN notifications_criteria c USING (digest)"
    )
    cursor.execute("CREATE UNIQUE INDEX ON bench_criteria (n)")
    # What was made for its words alone is followed by nobody.
    cursor.execute("DELETE FROM notifications_criteria c WHERE NOT EXISTS (SELECT FROM bench_criteria WHERE id = c.id)")
    cursor.execute("ANALYZE wish, bench_criteria")


def _wishes(
    chance: random.Random, held: dict[str, dict[str, list[str]]], phrases: Sequence[str]
) -> Iterator[tuple[str, tuple[str, ...], str]]:
    while True:
        kind = chance.choice(sorted(ASKED))
        codes = [
            code
            for facet, share in ASKED[kind].items()
            if chance.random() * 100 < share
            # Two or three values of a facet are alternatives.
            for code in chance.sample(held[kind][facet], min(chance.choice((1, 1, 1, 2, 3)), len(held[kind][facet])))
        ]
        yield kind, tuple(sorted(codes)), chance.choice(phrases) if chance.random() * 100 < WITH_WORDS else ""


def _held(cursor, kind: str) -> dict[str, list[str]]:
    """The codes that real things of a kind hold, by facet."""
    from portal.notifications import followed  # noqa: PLC0415

    table = followed.by_name(kind).model._meta.db_table
    cursor.execute(f"SELECT DISTINCT code FROM {table}, unnest(facets) code WHERE code NOT LIKE '%:*' ORDER BY 1")  # noqa: S608
    found: dict[str, list[str]] = {facet: [] for facet in ASKED[kind]}
    for (code,) in cursor.fetchall():
        found.get(code.partition(":")[0], []).append(code)
    return found


def _phrases(cursor) -> list[str]:
    """Words and pairs of words from the titles of real resources."""
    cursor.execute("SELECT title_en, title_zh_hant, title_es, title_fr FROM resources_resource ORDER BY slug")
    found = set()
    for titles in cursor.fetchall():
        for title in titles:
            words = [word.strip("().,:;«»“”") for word in (title or "").split()]
            words = [word for word in words if len(word) > 3]
            found |= set(words) | {" ".join(pair) for pair in itertools.pairwise(words)}
            if title and len(words) < 2 and len(title) > 5:  # Chinese: no spaces
                found |= {title[n : n + 2] for n in range(0, len(title) - 1, 2)}
    return random.Random(6).sample(sorted(word for word in found if word), PHRASES)  # noqa: S311 -- the same each time
